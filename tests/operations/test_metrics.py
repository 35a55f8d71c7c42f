"""What Prometheus is told, and whom /metrics lets in."""

import asyncio
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from tests import factories
from tickets import live, workflow
from tickets.lists import inbox
from tickets.models import InboxEvent, Job, Status
from tickets.operations import jobs

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]


def told(client=None) -> dict:
    """{(name, labels as text): value}"""
    text = (client or Client()).get("/metrics").content.decode()
    return {
        (
            sample.name,
            " ".join(f"{key}={value}" for key, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_timed_by_their_pattern_and_not_by_their_address(browse, asha, ticket):
    key = ("desk_request_seconds_count", "method=GET route=/support/<uuid:ticket_id>/ status=200")
    before = told().get(key, 0)
    browse(asha).get(f"/support/{ticket.pk}/?q=priya")
    after = told()
    assert after[key] == before + 1
    assert not any(str(ticket.pk) in labels or "priya" in labels for _, labels in after)


def test_made_up_values_are_one_series():
    for number in range(3):
        Client().generic(f"MADEUP{number}", f"/no/such/{number}")
    requests = {labels for name, labels in told() if name == "desk_request_seconds_count"}
    assert "method=other route=(none) status=404" in requests
    assert not [labels for labels in requests if "MADEUP" in labels or "/no/such" in labels]


def test_tickets_are_counted_by_status_and_no_further_than_it_costs(priya, asha, monkeypatch):
    monkeypatch.setattr(inbox, "COUNT_CAP", 3)
    for _ in range(5):
        factories.ticket(priya)
    workflow.take(factories.ticket(priya), by=asha)
    counted = {labels: value for (name, labels), value in told().items() if name == "desk_tickets"}
    assert counted == {"status=open": 3, "status=in-progress": 1, "status=resolved": 0, "status=closed": 0}


def test_overdue_answers_unsent_news_and_late_jobs_show(ticket):
    hour_ago = timezone.now() - timedelta(hours=1)
    type(ticket).objects.update(first_response_due_at=hour_ago, next_response_due_at=hour_ago)
    InboxEvent.objects.update(at=hour_ago, position=None)
    Job.objects.create(name="letters", due_at=hour_ago)
    now = told()
    assert now["desk_tickets_overdue", ""] == 1
    assert now["desk_outbox_age_seconds", ""] == pytest.approx(3600, abs=60)
    assert now["desk_job_late_seconds", "job=letters"] == pytest.approx(3600, abs=60)
    live.assign_sequence()
    assert told()["desk_outbox_age_seconds", ""] == 0


def test_messages_overdue_tickets_and_failures_are_counted(ticket, asha, monkeypatch):
    before = told()

    def more(name, labels="") -> float:
        return told().get((name, labels), 0) - before.get((name, labels), 0)

    workflow.agent_replies(factories.ticket(asha), "Hello", by=asha)
    jobs.notice_breaches(timezone.now() + timedelta(days=1), timezone.now())
    monkeypatch.setattr(jobs, "STEPS", {"sweep": jobs.Step(lambda *_: 1 / 0, timedelta(minutes=1))})
    jobs.run_due()
    assert more("desk_messages_total", "sender=agent") == 1
    assert more("desk_answers_overdue_total") == 1
    assert more("desk_job_failures_total", "job=sweep") == 1


def test_open_streams_are_counted():
    async def listen_for_a_moment() -> list[float]:
        counted = [streams()]
        listener = live.Subscriber(lambda after: live.Batch(b"", 0), 0, "any", bool, 20, None)
        live.broker.broker.join("ticket:x", listener)
        counted.append(streams())
        live.broker.broker.leave("ticket:x", listener)
        return [*counted, streams()]

    def streams() -> float:
        return REGISTRY.get_sample_value("desk_open_streams")

    before, during, after = asyncio.run(listen_for_a_moment())
    assert (during, after) == (before + 1, before)


@pytest.mark.engines
def test_looking_costs_a_few_queries(ticket, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        told()


# --- Whom it lets in ---------------------------------------------------------


def code(token="", settings=None, **meta) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers=headers).get("/metrics", **meta).status_code


@pytest.mark.parametrize(
    ("meta", "proxies", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 0, 200),
        ({"REMOTE_ADDR": "::1"}, 0, 200),
        ({"REMOTE_ADDR": "192.0.2.1"}, 0, 404),
        ({"REMOTE_ADDR": ""}, 0, 404),
        # A proxy on this machine asks for another machine
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}, 0, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.1"}, 0, 404),
        ({"REMOTE_ADDR": "127.0.0.1"}, 1, 404),
    ],
)
def test_only_this_machine_is_let_in_without_a_token(settings, meta, proxies, status):
    settings.TRUSTED_PROXIES = proxies
    assert code(**meta) == status


def test_the_token_opens_it_from_anywhere_and_no_other_does(settings):
    far = {"REMOTE_ADDR": "192.0.2.1"}
    settings.METRICS_TOKEN = ""
    assert code(token="", **far) == 404
    settings.METRICS_TOKEN = "scrape-me-4711"
    assert code(token="scrape-me-4711", **far) == 200
    assert code(token="scrape-me-4712", **far) == 404
    assert code(**far) == 404


def test_the_statuses_that_are_counted_are_all_there_are():
    assert {labels for name, labels in told() if name == "desk_tickets"} == {
        f"status={status}" for status in Status.values
    }
