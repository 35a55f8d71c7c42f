"""The desk as a process of its own on the other engines, and what it does when they go away."""

import time

import httpx
import pytest

from tests.desk import NO_TLS, Desk
from tests.engines.servers import Mongo, Postgres, running
from tests.operations.servers import Listening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="starts these engines by itself"),
]
BACK_WITHIN_SECONDS = 60
# Long enough for a client that doubles the wait after each try
AWAY_SECONDS = 12


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((Postgres,), id="postgresql"),
        pytest.param((Mongo, "--sync-on-commit"), id="mongodb", marks=pytest.mark.extended),
    ],
)
def server(request):
    with running(*request.param) as server:
        yield server


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"), DATABASE_URL=server.database("desk"))
    try:
        yield desk.start(seconds=120)
    finally:
        desk.stop()


def test_the_pages_of_the_admin_and_of_the_desk_open(desk):
    """Sessions, content types and the admin's own tables, which each engine has in its own way."""
    with httpx.Client(base_url=desk.url, follow_redirects=True, timeout=30, verify=NO_TLS) as staff:
        staff.get("/admin/login/")
        signed_in = staff.post(
            "/admin/login/?next=/admin/",
            data={
                "username": "staff@demo.test",
                "password": "demo-staff",
                "csrfmiddlewaretoken": staff.cookies["csrftoken"],
            },
        )
        assert "Log out" in signed_in.text
        for page in (
            "/support/?q=refund",
            "/admin/tickets/ticket/?q=refund",
            "/admin/tickets/person/",
            "/admin/chatbot/product/",
        ):
            assert staff.get(page).status_code == 200, page


def test_a_database_that_is_away_for_a_while_is_a_calm_503_and_is_found_again(server, desk):
    customer, agent = desk.as_guest(), desk.as_agent()
    ticket = customer.post("/api/support/create", json={"message": "The jar leaked"}).raise_for_status()
    address = f"/api/support/{ticket.json()['id']}"
    stream = Listening(customer, f"{address}/events")
    # Threads and streams hold connections that will be dead
    for _ in range(10):
        agent.get("/api/support/admin/", params={"q": "leaked"}).raise_for_status()

    server.kill()
    _refuses_calmly(desk, customer, agent, f"{address}/message")

    server.start()
    back_at = time.monotonic()
    while (said := _says(customer, f"{address}/message")).status_code == 503:
        assert time.monotonic() - back_at < BACK_WITHIN_SECONDS
        time.sleep(0.2)
    assert time.monotonic() - back_at < BACK_WITHIN_SECONDS
    assert said.status_code in (200, 201)
    # Nothing that was acknowledged is lost, and no thread is left with a dead connection
    for _ in range(20):
        assert customer.get(address).status_code == 200
    texts = [line["message"] for line in customer.get(f"{address}/messages").json()["results"]]
    assert (texts.count("The jar leaked"), texts.count("Anybody?")) == (1, 1)
    found = agent.get("/api/support/admin/", params={"q": "ravi anybody"}).json()["results"]
    assert [row["id"] for row in found] == [ticket.json()["id"]]
    if not stream.ended.is_set():
        stream.received("Anybody?", 30)


def _refuses_calmly(desk, customer, agent, address):
    gone_at = time.monotonic()
    while time.monotonic() < gone_at + AWAY_SECONDS:
        began = time.monotonic()
        refused = _says(customer, address)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert refused.json()["code"] == "away"
        assert time.monotonic() - began < 15
    assert httpx.get(f"{desk.url}/healthz", timeout=60, verify=NO_TLS).status_code == 503
    shown = httpx.get(f"{desk.url}/support/", cookies={"sessionid": "x" * 32}, timeout=60, verify=NO_TLS)
    assert (shown.status_code, "We will be right back" in shown.text) == (503, True)
    assert agent.get("/api/support/admin/events", timeout=60).status_code == 503, (
        "streams are refused, and come again"
    )


def _says(customer, address):
    return customer.post(address, json={"message": "Anybody?", "clientId": "m-1"}, timeout=60)


def test_tests_with_browsers_and_servers_run_on_one_worker(request):
    if not hasattr(request.config, "workerinput"):
        pytest.skip("there is one process only")
    # xdist has to know, see requirements-test.txt
    assert request.node.nodeid.endswith("@engines")
