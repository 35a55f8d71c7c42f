"""The processes themselves: the worker, the thread inside `serve`, many servers on one port; how they end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import httpx
import psutil
import pytest

from tests import forks
from tests.desk import NO_TLS, ROOT, Desk
from tests.operations.servers import Listening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on(
        "postgresql", "mongodb", reason="about processes, which are the same on every engine"
    ),
]

MAKE_OVERDUE = "UPDATE tickets_ticket SET answer_check_at = datetime('now', '-1 hour') WHERE id = ?"
NOTED = "SELECT COUNT(*) FROM tickets_ticketevent WHERE ticket_id = ? AND field = 'first_response'"


def make_overdue(desk) -> str:
    """A new ticket that should have been answered an hour ago."""
    ticket = desk.as_guest().post("/api/support/create", json={"message": "The jar leaked"}).json()["id"]
    desk.sql(MAKE_OVERDUE, ticket.replace("-", ""))
    return ticket


def noted(desk, ticket: str) -> int:
    [(count,)] = desk.sql(NOTED, ticket.replace("-", ""))
    return count


def wait_until(condition, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.3)


@pytest.fixture
def desk(data_dir):
    desk = Desk(data_dir)
    yield desk
    desk.stop()


def test_serve_does_the_background_work_and_the_inbox_shows_it(desk):
    desk.start()
    stream = Listening(desk.as_agent(), "/api/support/admin/events")
    ticket = make_overdue(desk)
    wait_until(lambda: any(data.get("id") == ticket for _, data in stream.received_at))
    assert noted(desk, ticket) == 1


def test_the_worker_does_it_alone_and_ends_when_it_is_told(desk):
    desk.environment["BACKGROUND_WORK"] = "off"
    desk.start()
    ticket = make_overdue(desk)
    workers = [
        subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, env=desk.environment, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    try:
        for worker in workers:
            assert b"Working" in worker.stdout.readline()
        wait_until(lambda: noted(desk, ticket) == 1)
        for worker in workers:
            worker.terminate()
        assert [worker.wait(60) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.stdout.close()
    assert noted(desk, ticket) == 1, "two workers, one note"


@pytest.mark.extended
def test_no_process_works_when_it_is_off(desk):
    desk.environment["BACKGROUND_WORK"] = "off"
    desk.start()
    ticket = make_overdue(desk)
    time.sleep(7)
    assert noted(desk, ticket) == 0
    assert "answers" in forks.run(["worker", "--once"], env=desk.environment).stdout
    assert noted(desk, ticket) == 1


# --- Ending ------------------------------------------------------------------


def slow_upload(desk, client: httpx.Client, ticket: str, began: threading.Event):
    """A request that is in flight for a second and a half: its body comes in pieces."""

    def body():
        yield b'{"message": "'
        began.set()
        for _ in range(3):
            time.sleep(0.5)
            yield b"in flight "
        yield b'"}'

    return client.post(
        f"/api/support/{ticket}/message", content=body(), headers={"Content-Type": "application/json"}
    ).status_code


def end_under_load(desk) -> tuple[int, Listening]:
    customer = desk.as_guest()
    ticket = customer.post("/api/support/create", json={"message": "The jar leaked"}).json()["id"]
    stream = Listening(desk.as_agent(), "/api/support/admin/events")
    began, codes = threading.Event(), []
    sender = threading.Thread(target=lambda: codes.append(slow_upload(desk, customer, ticket, began)))
    sender.start()
    began.wait(30)
    time.sleep(0.2)
    desk.process.terminate()
    sender.join(20)
    return codes[0], stream


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.extended)])
def test_on_sigterm_streams_end_and_what_is_in_flight_is_finished(desk, workers):
    desk.environment["WORKERS"] = workers
    desk.start()
    code, stream = end_under_load(desk)
    assert code == 201
    assert stream.ended.wait(30)
    assert desk.process.wait(60) in (0, -signal.SIGTERM)


# --- Many processes on one port ----------------------------------------------


@pytest.fixture(scope="module")
def of_two_servers(shop_data):
    desk = Desk(shop_data(), WORKERS="2", LOG_FORMAT="json")
    yield desk
    desk.stop()


@pytest.fixture
def many(of_two_servers):
    """A desk of two servers, the same for all tests that leave it alive."""
    desk = of_two_servers
    if not desk.process or desk.process.poll() is not None:
        desk.start()
    wait_until(lambda: len(servers(desk)) == 2)
    return desk


def servers(desk) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(desk.process.pid).children():
        # One that has just died has no command line any more
        with suppress(psutil.NoSuchProcess):
            if "--fd" in child.cmdline():
                found.append(child)
    return found


def ask_often(desk, times: int = 40) -> set[int]:
    return {httpx.get(f"{desk.url}/healthz", verify=NO_TLS).status_code for _ in range(times)}


def test_a_message_reaches_streams_of_every_server(many):
    customer, agent = many.as_guest(), many.as_agent()
    ticket = customer.post("/api/support/create", json={"message": "The jar leaked"}).json()["id"]
    streams = [Listening(many.as_agent(), "/api/support/admin/events") for _ in range(6)]
    began = time.monotonic()
    agent.post(f"/api/support/admin/{ticket}/reply", json={"message": "to all"})
    for stream in streams:
        assert stream.received("to all", 20) - began < 15


def test_one_answer_of_metrics_speaks_for_all_servers(many):
    ask_often(many, 60)

    def counted() -> float:
        text = httpx.get(f"{many.url}/metrics", verify=NO_TLS).text
        rows = [
            row
            for row in text.splitlines()
            if row.startswith("desk_request_seconds_count") and "/healthz" in row
        ]
        return sum(float(row.split()[-1]) for row in rows)

    assert min(counted() for _ in range(6)) >= 60


def test_the_log_of_the_servers_is_json_line_by_line(many):
    many.as_guest().get("/api/auth/me", params={"token": "eyJhbGciOi.J9.secret"})
    lines = [line for line in many.log.read_text().splitlines() if line.startswith("{")]
    told = [json.loads(line) for line in lines]
    assert {"/api/auth/guest", "/api/auth/me"} <= {line.get("route") for line in told}
    assert any(line["logger"].startswith("uvicorn") for line in told)
    assert "eyJhbGciOi" not in many.log.read_text()


def test_many_servers_share_a_port_and_one_that_dies_is_replaced(many):
    time.sleep(10)
    first = servers(many)
    first[0].kill()
    wait_until(lambda: {s.pid for s in servers(many)} != {s.pid for s in first} and len(servers(many)) == 2)
    wait_until(lambda: ask_often(many) == {200})


def test_servers_end_when_their_parent_process_is_killed(many):
    children = servers(many)
    os.kill(many.process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []
