"""One bad item ends no batch: the others are done, it is logged, counted and tried again later."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from supportdesk.db.batches import Batch
from tests import factories
from tickets import workflow
from tickets.models import Job, Status, Ticket
from tickets.operations import counts, jobs
from tickets.pictures import uploads
from tickets.privacy import personal_data

YEARS = timedelta(days=3000)


def test_the_rest_of_a_batch_is_done_and_what_failed_rests(db):
    done, batch = [], Batch("answers")
    before = counts.read().get(("desk_job_failures", "answers"), 0)

    def do(number):
        if number == 2:
            raise RuntimeError("bad")
        done.append(number)

    assert batch.each([1, 2, 3], do, key=int) == 1
    assert (done, batch.left_out()) == ([1, 3], [2])
    assert counts.read().get(("desk_job_failures", "answers"), 0) == before + 1


def test_a_database_that_is_away_ends_the_batch():
    def do(number):
        raise OperationalError("away")

    with pytest.raises(OperationalError):
        Batch("answers").each([1], do, key=int)


@pytest.fixture
def tickets(priya, asha):
    made = [factories.ticket(priya, text=f"number {number}") for number in range(3)]
    for each in made:
        workflow.agent_replies(each, "Hello", by=asha)
        workflow.move(each, Status.RESOLVED, by=asha)
    return made


def failing_for(monkeypatch, module, name: str, bad: Ticket):
    real = getattr(module, name)

    def fails(ticket, *args, **kwargs):
        if ticket.pk == bad.pk:
            raise RuntimeError("this one is broken")
        return real(ticket, *args, **kwargs)

    monkeypatch.setattr(module, name, fails)


def test_one_ticket_that_cannot_be_closed_keeps_no_other_open(tickets, monkeypatch):
    failing_for(monkeypatch, workflow, "close_by_itself", tickets[1])
    jobs.close_resolved(timezone.now() + YEARS, timezone.now())
    left = set(Ticket.objects.filter(status=Status.RESOLVED).values_list("pk", flat=True))
    assert left == {tickets[1].pk}


def test_one_ticket_that_cannot_be_checked_hides_no_other(priya, monkeypatch):
    made = [factories.ticket(priya, text=f"number {number}") for number in range(3)]
    failing_for(monkeypatch, workflow, "check_answer", made[0])
    jobs.notice_breaches(timezone.now() + timedelta(days=30), timezone.now())
    noted = {each.pk for each in made if each.events.filter(field="first_response").exists()}
    assert noted == {made[1].pk, made[2].pk}


def test_the_admins_many_skip_one_that_fails_and_say_so(tickets, asha):
    def change(ticket):
        if ticket.pk == tickets[0].pk:
            raise RuntimeError("broken")

    done, skipped = workflow.move_many(tickets, change)
    assert (len(done), [ticket.pk for ticket, _ in skipped]) == (2, [tickets[0].pk])


def test_one_picture_that_cannot_be_removed_keeps_no_other_ticket(priya, asha, settings, monkeypatch):
    settings.RETENTION_DAYS = 30
    made = []
    for number in range(3):
        with uploads.received(factories.picture()) as picture:
            made.append(workflow.open_ticket(priya, f"number {number}", picture=picture))
        workflow.move(made[-1], Status.CLOSED, by=asha)
    factories.ticket(priya)
    bad = made[1].messages.first().picture.name
    real = uploads.discard

    def discard(*names):
        if bad in names:
            raise PermissionError(13, "Permission denied")
        real(*names)

    monkeypatch.setattr(uploads, "discard", discard)
    while personal_data.retain(timezone.now() + YEARS):
        pass
    assert set(Ticket.objects.filter(status=Status.CLOSED).values_list("pk", flat=True)) == {made[1].pk}


def test_a_part_of_pruning_that_fails_stops_no_other_part(db, monkeypatch):
    monkeypatch.setattr(jobs.audit, "forget", lambda now: 1 / 0)
    old = timezone.now() - timedelta(days=1)
    jobs.RateLimitCounter.objects.create(key="k", left=1, ends_at=old)
    jobs.prune(timezone.now(), old)
    assert not jobs.RateLimitCounter.objects.exists()
    assert not Job.objects.filter(failures__gt=0).exists()
