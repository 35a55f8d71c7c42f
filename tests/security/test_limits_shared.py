"""The limits are those of the whole desk: two processes count together, with Redis and without."""

import time

import httpx
import pytest

from tests import factories
from tests.desk import NO_TLS, Desk
from tests.operations.servers import Redis
from tickets import rate_limits
from tickets.models import RateLimitCounter

from .test_limits import taken

TIMES, SECONDS, _ = rate_limits.LIMITS["sign in"][0]


def not_at_the_end_of_a_window(seconds: int, left: int = 20) -> None:
    """The test is over before the next window begins."""
    while seconds - time.time() % seconds < left:
        time.sleep(0.5)


@pytest.mark.second_try(reason="measures time, and other programs use the machine too")
@pytest.mark.slow
@pytest.mark.parametrize("store", ["database", pytest.param("Redis", marks=pytest.mark.extended)])
def test_two_processes_count_together_also_what_comes_at_once(store, data_dir):
    redis = Redis().start() if store == "Redis" else None
    desks = [Desk(data_dir, RATE_LIMITS="on", REDIS_URL=redis.url if redis else "") for _ in range(2)]
    try:
        for desk in desks:
            desk.start()
        not_at_the_end_of_a_window(SECONDS)
        wrong = {"email": "agent@demo.test", "password": "wrong"}
        answers = [
            httpx.post(f"{desks[n % 2].url}/api/auth/token", json=wrong, verify=NO_TLS)
            for n in range(TIMES + 4)
        ]
        assert [answer.status_code for answer in answers] == [401] * TIMES + [429] * 4
        assert 0 < int(answers[-1].headers["Retry-After"]) <= SECONDS
        # It is this account from this address, and the right password does not tell itself apart
        right = {"email": "agent@demo.test", "password": "demo-agent"}
        assert httpx.post(f"{desks[1].url}/api/auth/token", json=right, verify=NO_TLS).status_code == 429
        other = {"email": "agent2@demo.test", "password": "demo-agent"}
        assert httpx.post(f"{desks[1].url}/api/auth/token", json=other, verify=NO_TLS).status_code == 200
    finally:
        for desk in desks:
            desk.stop()
        if redis:
            redis.kill()


@pytest.mark.slow
def test_while_redis_is_away_the_database_counts(settings, monkeypatch, db):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(rate_limits, "timestamp", lambda: int(time.time()))
    monkeypatch.setattr(rate_limits, "_used_up", {})
    monkeypatch.setattr(rate_limits, "LIMITS", {"write": [(2, 3600, rate_limits.PERSON)]})
    not_at_the_end_of_a_window(3600)
    redis, priya = Redis().start(), factories.person()
    settings.REDIS_URL = redis.url
    try:
        assert [taken(person=priya) for _ in range(3)] == [True, True, False]
        assert not RateLimitCounter.objects.exists()
    finally:
        redis.kill()
    monkeypatch.setattr(rate_limits, "_used_up", {})
    began = time.monotonic()
    assert [taken(person=priya) for _ in range(3)] == [True, True, False]
    assert time.monotonic() - began < 5
    assert RateLimitCounter.objects.count() == 1
