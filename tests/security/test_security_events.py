"""Attacks are seen: each failed sign-in, 429, reused token and refused identity is a line and a count."""

import logging

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from supportdesk.observability import metrics
from tests import factories
from tests.operations.test_metrics import told
from tickets import rate_limits
from tickets.models import RateLimitCounter
from tickets.operations import counts

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]

FROM = {"REMOTE_ADDR": "203.0.113.7", "HTTP_X_REQUEST_ID": "attack-0001"}
SECRET = "hunter2-hunter2"


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("desk_security_events_total", {"kind": kind}) or 0


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.WARNING, "supportdesk.security")
    return lambda: [record for record in caplog.records if record.name == "supportdesk.security"]


def sign_in(priya, password=SECRET, **more):
    words = {"email": priya.login_email, "password": password}
    return Client().post("/api/auth/token", words, content_type="application/json", **FROM | more)


def test_a_failed_sign_in_is_logged_with_its_address_and_without_what_was_typed(priya, lines):
    before = counted("sign-in-failed")
    assert sign_in(priya).status_code == 401
    [line] = lines()
    assert (line.address, line.event) == ("203.0.113.7", "sign-in-failed")
    assert SECRET not in line.getMessage()
    assert priya.login_email not in line.getMessage()
    assert counted("sign-in-failed") == before + 1


def test_a_failed_sign_in_at_the_agents_door_and_the_admins_is_the_same(asha, lines, browse):
    for page in ("/support/login/", "/admin/login/"):
        browse().post(page, {"username": asha.login_email, "password": SECRET})
    assert [line.event for line in lines()] == ["sign-in-failed"] * 2


def test_a_429_a_reused_token_and_a_refused_identity_are_logged(priya, lines, settings, api, monkeypatch):
    settings.RATE_LIMITS = True
    settings.WIDGET_SIGNING_KEY = "k" * 40
    monkeypatch.setitem(rate_limits.LIMITS, "sign in", [(1, 600, rate_limits.ADDRESS)])
    assert [sign_in(priya).status_code for _ in range(2)] == [401, 429]
    first = api().post("/api/auth/guest", {"name": "Ravi", "email": "r@example.com"}).json()["refresh"]
    second = api().post("/api/auth/token/refresh", {"refresh": first}).json()["refresh"]
    api().post("/api/auth/token/refresh", {"refresh": second})
    assert api().post("/api/auth/token/refresh", {"refresh": first}).status_code == 401
    assert api().post("/api/auth/identify", {"token": "a.b.c"}).status_code == 401
    events = [line.event for line in lines()]
    assert events == ["sign-in-failed", "rate-limited", "token-reused", "identity-refused"]
    assert not any(first in line.getMessage() for line in lines())


@pytest.mark.engines
def test_a_successful_sign_in_uses_no_limit_up_and_a_failed_one_does(priya, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(rate_limits.LIMITS, "sign in", [(3, 600, rate_limits.ACCOUNT_AND_ADDRESS)])
    assert [sign_in(priya, factories.PASSWORD).status_code for _ in range(6)] == [200] * 6
    assert [sign_in(priya).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert sign_in(priya, factories.PASSWORD).status_code == 429
    # From another address the owner still signs in
    assert sign_in(priya, factories.PASSWORD, REMOTE_ADDR="198.51.100.4").status_code == 200
    assert {row.left for row in RateLimitCounter.objects.all()} == {0, 3}


def test_the_workers_counts_reach_metrics_of_another_process():
    counts.increment("desk_job_failures", "retention")
    metrics.FAILURES.labels("retention").inc()
    metrics.MESSAGES_SENT.inc()
    metrics.OVERDUE.inc()
    after = told()
    assert after["desk_job_failures_total", "job=retention"] == 2
    assert after["desk_letters_total", ""] == 1
    assert after["desk_answers_overdue_total", ""] == 1
