"""Many processes: what one desk does, the others show; at once with Redis, a little later without."""

import asyncio
import socket
import threading
import time

import pytest

from supportdesk.storage.redis_cache import FaultTolerantRedisCache
from tests.desk import Desk
from tests.operations.servers import Listening, Redis
from tickets.live import bus as buses
from tickets.live.bus import PAUSE_SECONDS, PUBLISH_SECONDS, RedisBus

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="needs Redis and no database"),
]

CALL = {"ticket": "t-1", "activities": ["a-1"]}
LAST = ({"ticket": "the last question of one"}, {"ticket": "the last question of the other"})


@pytest.fixture
def server():
    server = Redis().start()
    yield server
    server.kill()


class Listener:
    """A bus that listens on an event loop of its own, and what it received."""

    def __init__(self, url: str):
        self.bus, self.calls = RedisBus(url), []
        self.told = threading.Condition()
        self.bus.subscribe(self.receive)
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.loop.call_soon_threadsafe(self.bus.listen)

    def receive(self, call):
        with self.told:
            self.calls.append(call)
            self.told.notify_all()

    def waits_for(self, count: int, within: float = 30) -> bool:
        with self.told:
            return self.told.wait_for(lambda: len(self.calls) >= count, within)

    def receives(self, call: dict, within: float = 30) -> bool:
        with self.told:
            return self.told.wait_for(lambda: call in self.calls, within)

    def close(self) -> None:
        async def end():
            self.bus.listening.cancel()
            await asyncio.gather(self.bus.listening, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)

    def is_there(self, other: RedisBus, within: float = 30) -> bool:
        """Whether it receives the other, asked until it does.

        A bus receives its own calls at once and without Redis, so the question names who asks.
        """
        question = {"ticket": f"are you there? asks {other.name}"}
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            other.publish(question)
            if self.receives(question, 0.1):
                self.calls.clear()
                return True
        return False


@pytest.fixture
def patient(monkeypatch):
    """A call that is late is lost, and the poll finds it; here nothing else would say it again."""
    monkeypatch.setattr(buses, "PUBLISH_SECONDS", 30)


@pytest.fixture
def listeners(server, patient):
    """Two processes' ends of the bus, both listening."""
    pair = [Listener(server.url), Listener(server.url)]
    assert pair[0].is_there(pair[1].bus)
    assert pair[1].is_there(pair[0].bus)
    # Each may have been asked more often than it answered: what comes after the last question is the test's
    for listener, asking, last in ((*pair, LAST[0]), (*pair[::-1], LAST[1])):
        asking.bus.publish(last)
        assert listener.receives(last)
    for listener in pair:
        listener.calls.clear()
    yield pair
    for listener in pair:
        listener.close()


# --- The bus -----------------------------------------------------------------


def test_a_call_reaches_the_other_process_and_its_own_once(listeners):
    one, other = listeners
    one.bus.publish(CALL)
    assert other.waits_for(1)
    one.bus.publish(CALL | {"ticket": "t-2"})
    assert other.waits_for(2)
    assert [call["ticket"] for call in other.calls] == ["t-1", "t-2"]
    assert [call["ticket"] for call in one.calls] == ["t-1", "t-2"], "its own did not come back"


def test_an_unreadable_wake_up_call_is_ignored(listeners, server):
    one, other = listeners
    for nonsense in (
        b"\xff",
        b"[]",
        b"{}",
        b'{"from": 1, "call": 2}',
        b'{"from": "x", "call": {"event": "typing"}}',
    ):
        one.bus.writer.publish("supportdesk:calls", nonsense)
    one.bus.publish(CALL)
    assert other.waits_for(1)
    assert other.calls == [CALL]


def test_streams_resume_after_redis_was_restarted(listeners, server):
    one, other = listeners
    server.kill()
    one.bus.publish(CALL)
    server.start()
    assert other.is_there(one.bus)


def test_a_bus_that_begins_before_redis_hears_once_redis_is_there(server, patient):
    server.kill()
    one, other = Listener(server.url), Listener(server.url)
    one.bus.publish(CALL)
    assert one.calls == [CALL], "this process needs no Redis"
    server.start()
    assert other.is_there(one.bus)
    one.close()
    other.close()


def test_a_redis_that_does_not_answer_costs_one_writer_a_moment_and_the_next_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bus = RedisBus(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        took = []
        for _ in range(5):
            began = time.monotonic()
            bus.publish(CALL)
            took.append(time.monotonic() - began)
    assert took[0] < PUBLISH_SECONDS * 5
    # The others pay nothing; two of the four may meet another program that uses the machine
    assert sorted(took[1:])[1] < PUBLISH_SECONDS < PAUSE_SECONDS


# --- The cache ---------------------------------------------------------------


@pytest.fixture
def cache(server, monkeypatch):
    monkeypatch.setattr(FaultTolerantRedisCache, "away_until", 0.0)
    return FaultTolerantRedisCache(server.url, {})


def test_the_cache_is_shared_and_forgotten_without_redis(cache, server):
    cache.set("capped", True, 60)
    assert FaultTolerantRedisCache(server.url, {}).get("capped") is True
    assert (cache.add("once", 1), cache.add("once", 1)) == (True, False)
    server.kill()
    began = time.monotonic()
    assert (cache.get("capped"), cache.get("capped", "else"), cache.has_key("capped")) == (
        None,
        "else",
        False,
    )
    assert (cache.add("once", 1), cache.set("x", 1), cache.get_many(["x"]), cache.incr("n")) == (
        True,
        None,
        {},
        1,
    )
    # Waiting for each of the seven would take longer
    assert time.monotonic() - began < 3


def test_the_cache_comes_back_with_redis(cache, server, monkeypatch):
    server.kill()
    assert cache.get("capped") is None
    server.start()
    monkeypatch.setattr(FaultTolerantRedisCache, "away_until", 0.0)
    cache.set("capped", True, 60)
    assert cache.get("capped") is True


CALLS = {
    "get": ("k",), "add": ("k", 1), "set": ("k", 1), "touch": ("k",), "delete": ("k",), "has_key": ("k",), "incr": ("k",),
    "get_many": (["k"],), "set_many": ({"k": 1},), "delete_many": (["k"],), "get_or_set": ("k", 1), "clear": (),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_no_method_of_the_cache_fails_while_redis_is_away(cache, server, name):
    server.kill()
    getattr(cache, name)(*CALLS[name])


# --- Two desks on one database -----------------------------------------------


@pytest.fixture
def two(data_dir):
    made = []

    def start(**environment):
        made.extend(Desk(data_dir, **environment).start() for _ in range(2))
        return made

    yield start
    for desk in made:
        desk.stop()


def latency(writer, ticket: str, listener: Listening, text: str, within: float) -> float:
    began = time.monotonic()
    writer.post(f"/api/support/{ticket}/message", json={"message": text}).raise_for_status()
    return listener.received(text, within) - began


def conversation(two_desks) -> tuple:
    """A customer at one desk, and an agent who listens at the other."""
    here, there = two_desks
    customer, agent = here.as_guest(), there.as_agent()
    ticket = (
        customer.post("/api/support/create", json={"message": "The jar leaked"})
        .raise_for_status()
        .json()["id"]
    )
    return customer, ticket, Listening(agent, "/api/support/admin/events")


def test_a_message_at_one_desk_reaches_streams_of_the_other(server, two):
    customer, ticket, listener = conversation(two(REDIS_URL=server.url))
    latency(customer, ticket, listener, "warm up", 5)
    assert min(latency(customer, ticket, listener, f"with Redis {n}", 10) for n in range(5)) < 0.5
    server.kill()
    assert latency(customer, ticket, listener, "Redis is gone", 20) < 15
    server.start()
    deadline = time.monotonic() + 60
    while latency(customer, ticket, listener, f"back? {time.monotonic()}", 20) > 0.5:
        assert time.monotonic() < deadline, "it does not come back to Redis"
    texts = [data["message"] for _, data in listener.received_at if data.get("message")]
    assert len(texts) == len(set(texts)), "nothing was received twice"


def test_without_redis_the_other_desk_polls_for_messages(two):
    customer, ticket, listener = conversation(two())
    assert latency(customer, ticket, listener, "no Redis at all", 20) < 15


def test_a_desk_starts_and_works_while_redis_is_away(data_dir, server):
    server.kill()
    desk = Desk(data_dir, REDIS_URL=server.url).start()
    try:
        health = desk.api().get("/healthz")
        assert (health.status_code, health.json()["status"]) == (200, "ok")
        assert health.json()["redis"].startswith("away")
        customer, agent = desk.as_guest(), desk.as_agent()
        customer.post("/api/support/create", json={"message": "The jar leaked"}).raise_for_status()
        assert agent.get("/api/support/admin/").json()["counts"]["open"] > 0
    finally:
        desk.stop()
