"""The desk as a process of its own on the other engines, and what it does when they go away."""

import time

import httpx
import pytest

from tests.desk import Desk
from tests.engines.servers import Mongo, Postgres, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="starts these engines by itself"),
]
BACK_WITHIN_SECONDS = 10


@pytest.fixture(params=[(Postgres,), (Mongo, "--sync-on-commit")], ids=["postgresql", "mongodb"])
def server(request):
    with running(*request.param) as server:
        yield server


@pytest.fixture
def desk(server, tmp_path):
    desk = Desk(tmp_path, DATABASE_URL=server.database("desk"))
    yield desk.start(seconds=120)
    desk.stop()


def test_a_restart_of_the_database_heals_by_itself(server, desk):
    customer, agent = desk.as_guest(), desk.as_agent()
    ticket = (
        customer.post("/api/support/create", json={"message": "The jar leaked"}).raise_for_status().json()
    )
    # Threads and streams hold connections that will be dead
    for _ in range(10):
        agent.get("/api/support/admin/", params={"q": "leaked"}).raise_for_status()

    server.kill()
    gone = httpx.get(f"{desk.url}/healthz", timeout=60)
    assert (gone.status_code, gone.headers["Retry-After"]) == (503, "5")

    server.start()
    began = time.monotonic()
    while httpx.get(f"{desk.url}/healthz", timeout=60).status_code != 200:
        assert time.monotonic() - began < BACK_WITHIN_SECONDS
    # Nothing that was acknowledged is lost, and no thread is left with a dead connection
    for _ in range(20):
        assert customer.get(f"/api/support/{ticket['id']}").status_code == 200
    said = customer.post(f"/api/support/{ticket['id']}/message", json={"message": "Are you back?"})
    assert said.status_code == 201
    found = agent.get("/api/support/admin/", params={"q": "ravi back"}).json()["results"]
    assert [row["id"] for row in found] == [ticket["id"]]


def test_the_pages_of_the_admin_and_of_the_desk_open(desk):
    """Sessions, content types and the admin's own tables, which each engine has in its own way."""
    with httpx.Client(base_url=desk.url, follow_redirects=True, timeout=30) as staff:
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
