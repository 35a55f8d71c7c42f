"""What the desk does by itself: each step as a plain function of now, and whose turn a step is."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone

from chatbot import chats
from chatbot.hooks.personal_data import prune_proofs
from chatbot.models import OrderCode, SpentIdentity
from tests import factories
from tickets import live, workflow
from tickets.accounts import tokens
from tickets.models import (
    DeskSettings,
    InboxEvent,
    Job,
    Sender,
    Status,
    Ticket,
    TicketEvent,
    TokenFamily,
    Viewer,
)
from tickets.operations import jobs
from tickets.workflow import clock

pytestmark = pytest.mark.all_engines

LONG_AGO = timedelta(days=400)


@pytest.fixture
def now():
    return clock.now()


def stored(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def said(ticket: Ticket, name: str) -> list[str]:
    return [event.new for event in ticket.events.filter(field=name)]


# --- Answers that are overdue ------------------------------------------------


def overdue_at(ticket: Ticket):
    return ticket.first_response_due_at + timedelta(seconds=1)


def test_a_ticket_without_an_answer_in_time_is_noted_once_and_the_inbox_is_told(ticket):
    before = InboxEvent.objects.filter(ticket=ticket).count()
    jobs.notice_breaches(ticket.first_response_due_at - timedelta(seconds=1), ticket.created_at)
    assert said(ticket, "first_response") == ["due soon"]
    for _ in range(2):
        jobs.notice_breaches(overdue_at(ticket), ticket.created_at)
    assert said(ticket, "first_response") == ["due soon", "overdue"]
    assert InboxEvent.objects.filter(ticket=ticket).count() == before + 2
    assert stored(ticket).updated_at == ticket.updated_at, "it stays where it is in the list"


@pytest.mark.parametrize(
    "done",
    [
        lambda ticket, agent: workflow.agent_replies(ticket, "Hello", by=agent),
        lambda ticket, agent: workflow.move(ticket, Status.CLOSED, by=agent),
    ],
    ids=["answered", "closed"],
)
def test_a_deadline_that_was_met_is_not_noted(done, ticket, asha):
    done(ticket, asha)
    jobs.notice_breaches(overdue_at(ticket), ticket.created_at)
    assert said(ticket, "first_response") == []
    assert stored(ticket).answer_check_at is None, "no job looks again"


def test_a_raised_priority_may_make_the_answer_overdue_at_once(ticket, asha):
    workflow.triage(ticket, by=asha, priority="urgent")
    jobs.notice_breaches(ticket.created_at + timedelta(minutes=6), ticket.created_at)
    assert said(ticket, "first_response") == ["overdue"]


@pytest.mark.engines
def test_an_answer_that_comes_while_the_desk_looks_wins(ticket, asha):
    looked_at = stored(ticket)
    workflow.agent_replies(ticket, "Hello", by=asha)
    assert not workflow.check_answer(looked_at)
    assert said(ticket, "first_response") == []


# --- Closing by itself -------------------------------------------------------


@pytest.fixture
def resolved(ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha, resolution="A new one is on its way.")
    return ticket


def test_a_resolved_ticket_that_is_left_alone_is_closed_after_its_days(resolved):
    DeskSettings.objects.create(auto_close_hours=7 * 24)
    jobs.close_resolved(resolved.updated_at + timedelta(days=6, hours=23), resolved.created_at)
    assert stored(resolved).status == Status.RESOLVED
    jobs.close_resolved(resolved.updated_at + timedelta(days=7, seconds=1), resolved.created_at)
    now = stored(resolved)
    assert (now.status, now.messages.last().sender) == (Status.CLOSED, Sender.SYSTEM)
    assert now.events.filter(field="status", new=Status.CLOSED, actor=None).count() == 1


def test_with_zero_hours_nothing_closes_automatically(resolved):
    DeskSettings.objects.create(auto_close_hours=0)
    jobs.close_resolved(resolved.updated_at + LONG_AGO, resolved.created_at)
    assert stored(resolved).status == Status.RESOLVED


def test_a_customer_who_comes_back_while_the_desk_closes_is_not_shut_out(resolved, priya):
    seen = stored(resolved)
    workflow.customer_says(resolved, "It broke again", by=priya)
    with pytest.raises(workflow.IllegalMove):
        workflow.close_by_itself(seen, untouched_since=resolved.updated_at)
    assert stored(resolved).status == Status.IN_PROGRESS


# --- Pruning -----------------------------------------------------------------


@pytest.mark.engines
def test_expired_rows_are_removed_and_current_ones_kept(ticket, asha, priya, browse, now):
    live.assign_sequence()
    newest = InboxEvent.objects.order_by("-position").first()
    InboxEvent.objects.update(at=now - timedelta(days=4))
    fresh = InboxEvent.objects.create(ticket=ticket)
    Viewer.objects.create(ticket=ticket, person=asha, name="Asha", seen_at=now - timedelta(days=2))
    browse(asha), browse(priya)
    Session.objects.filter(pk=Session.objects.first().pk).update(expire_date=now - timedelta(days=1))
    families = [tokens.issue(priya) and TokenFamily.objects.latest("created_at") for _ in range(3)]
    TokenFamily.objects.filter(pk=families[0].pk).update(revoked_at=now - timedelta(days=1))
    TokenFamily.objects.filter(pk=families[1].pk).update(used_at=now - timedelta(days=31))
    jobs.prune(now, now)
    assert set(InboxEvent.objects.values_list("pk", flat=True)) == {newest.pk, fresh.pk}
    assert not Viewer.objects.exists()
    assert Session.objects.count() == 1
    assert TokenFamily.objects.get() == families[2]


def test_positions_go_on_where_they_were_after_pruning(ticket, priya, now):
    live.assign_sequence()
    last = InboxEvent.objects.order_by("-position").first().position
    jobs.prune(now + LONG_AGO, now)
    workflow.customer_says(ticket, "Hello?", by=priya)
    live.assign_sequence()
    assert InboxEvent.objects.order_by("-position").first().position == last + 1


@pytest.mark.engines
def test_a_sign_in_that_is_used_lives_on(priya, now):
    refresh = tokens.issue(priya)["refresh"]
    TokenFamily.objects.update(used_at=now - timedelta(days=29))
    tokens.rotate(refresh)
    jobs.prune(now + timedelta(days=2), now)
    assert TokenFamily.objects.count() == 1


@pytest.mark.engines
def test_spent_identities_and_codes_that_proved_nothing_are_removed(priya, now):
    chat = chats.begin_new(priya)
    for proven_at, given in (
        (None, timedelta(days=3)),
        (None, timedelta(hours=1)),
        (now, timedelta(days=3)),
    ):
        OrderCode.objects.create(
            chat=chat, number="VP-1", digest="x", tries_left=3, created_at=now - given, expires_at=now, proven_at=proven_at
        )  # fmt: skip
    SpentIdentity.objects.create(jti="old", expires_at=now - timedelta(minutes=1))
    SpentIdentity.objects.create(jti="new", expires_at=now + timedelta(minutes=1))
    prune_proofs(now, now)
    assert OrderCode.objects.count() == 2
    assert SpentIdentity.objects.get().jti == "new"


# --- Whose turn it is --------------------------------------------------------


@pytest.fixture
def runs(monkeypatch) -> list:
    """The only step there is notes when it ran; it has two portions of work."""
    runs = []

    def run(now, since):
        runs.append((now, since))
        return len(runs) == 1

    monkeypatch.setattr(jobs, "STEPS", {"sweep": jobs.Step(run, timedelta(minutes=1))})
    return runs


@pytest.mark.django_db
def test_a_step_runs_when_it_is_due_and_at_once_again_while_more_is_waiting(runs, now):
    minute = timedelta(minutes=1)
    assert [jobs.run_due(now + step * minute / 2) for step in (0, 0, 0, 1, 2, 3, 4)] == [
        ["sweep"], ["sweep"], [], [], ["sweep"], [], ["sweep"],
    ]  # fmt: skip
    assert runs[-1] == (now + 2 * minute, now + minute), "it is told since when"


@pytest.mark.engines
@pytest.mark.django_db
def test_a_lease_is_respected_until_it_runs_out(runs, now):
    jobs.run_due(now)
    Job.objects.update(leased_until=now + jobs.LEASE)
    assert jobs.run_due(now + jobs.LEASE / 2) == []
    assert jobs.run_due(now + jobs.LEASE) == ["sweep"], "the worker that had it has died"


@pytest.mark.django_db
def test_a_clock_that_was_ahead_and_is_set_back_stops_no_work(runs, now):
    """The other one may be a minute ahead for good: that is no reason to do its work again."""
    day, minute = timedelta(days=1), timedelta(minutes=1)
    jobs.run_due(now + day)
    jobs.run_due(now + day)
    Job.objects.update(leased_until=now + day + jobs.LEASE)
    assert jobs.run_due(now) == ["sweep"]
    assert runs[-1] == (now, now - minute), "it looks at the time that was skipped"
    jobs.run_due(now + minute)
    assert jobs.run_due(now) == []
    Job.objects.update(leased_until=now + minute + jobs.LEASE, due_at=now)
    assert jobs.run_due(now) == []


@pytest.mark.django_db
def test_a_failing_job_is_retried_with_backoff_and_hides_nothing_from_the_next_run(monkeypatch, now):
    since = []

    def run(at, before):
        since.append(before)
        if len(since) < 4:
            raise OSError("no route to the mail server")

    monkeypatch.setattr(jobs, "STEPS", {"letters": jobs.Step(run, timedelta(minutes=1))})
    waits = []
    for _ in range(3):
        at = Job.objects.get().due_at if waits else now
        jobs.run_due(at)
        waits.append(round((Job.objects.get().due_at - at).total_seconds()))
    job = Job.objects.get()
    assert (waits, job.failures, job.last_error) == ([60, 120, 240], 3, "OSError")
    jobs.run_due(job.due_at)
    job = Job.objects.get()
    assert (job.failures, job.last_error) == (0, "")


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_does_the_step(monkeypatch, now):
    ran, together = [], threading.Barrier(6)
    monkeypatch.setattr(jobs, "STEPS", {"sweep": jobs.Step(lambda *_: ran.append(1), timedelta(minutes=1))})
    Job.objects.create(name="sweep", due_at=now)

    def work():
        together.wait()
        jobs.run_due(now)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran == [1]


@pytest.mark.django_db
def test_a_step_without_work_looks_again_at_its_next_turn_and_takes_no_lease(runs, monkeypatch, now):
    waiting, minute = [], timedelta(minutes=1)
    idle = replace(jobs.STEPS["sweep"], has_work=lambda at: at in waiting)
    monkeypatch.setattr(jobs, "STEPS", {"sweep": idle})
    assert jobs.run_due(now) == [] == runs
    job = Job.objects.get()
    assert (job.due_at, job.ran_at, job.leased_until) == (now + minute, now, None)
    waiting.append(now + minute)
    assert jobs.run_due(now + minute) == ["sweep"]
    assert runs == [(now + minute, now)], "it is told since when there was nothing"


@pytest.mark.engines
@pytest.mark.django_db
def test_a_step_that_another_worker_has_is_not_put_off(runs, monkeypatch, now):
    monkeypatch.setattr(
        jobs, "STEPS", {"sweep": replace(jobs.STEPS["sweep"], has_work=lambda at: bool(_lease(now)))}
    )
    Job.objects.create(name="sweep", due_at=now)
    assert jobs.run_due(now) == []
    assert Job.objects.get().due_at == now


def _lease(now) -> None:
    """Take every lease, as another worker does between the look and the update."""
    Job.objects.update(leased_until=now + jobs.LEASE)


@pytest.mark.django_db
def test_a_step_that_cannot_tell_whether_it_has_work_runs(runs, monkeypatch, now):
    monkeypatch.setattr(jobs, "STEPS", {"sweep": replace(jobs.STEPS["sweep"], has_work=lambda at: 1 / 0)})
    assert jobs.run_due(now) == ["sweep"]


@pytest.mark.engines
def test_a_look_at_a_quiet_desk_writes_once_for_all_steps_of_five_seconds(
    db, now, django_assert_num_queries
):
    jobs.run_due(now)
    often = [name for name, step in jobs.STEPS.items() if step.every == timedelta(seconds=5)]
    Job.objects.exclude(name__in=often).update(due_at=now + timedelta(minutes=1))
    Job.objects.filter(name__in=often).update(due_at=now)
    # The jobs, whether five of the six have work (one asks the settings), and one update
    with django_assert_num_queries(7):
        assert jobs.run_due(now + timedelta(seconds=5)) == []
    assert len(often) == 6


@pytest.mark.engines
def test_every_step_runs_on_a_desk_that_has_everything(ticket, asha, priya, settings, monkeypatch):
    settings.RETENTION_DAYS = 1
    # Whether they have work or not
    steps = {name: replace(step, has_work=jobs.always) for name, step in jobs.STEPS.items()}
    monkeypatch.setattr(jobs, "STEPS", steps)
    with clock.at(timezone.now() - timedelta(days=30)):
        workflow.move(factories.ticket(priya, "old"), Status.CLOSED, by=asha)
    workflow.customer_says(ticket, "Hello?", by=priya)
    assert set(jobs.run_due()) == jobs.STEPS.keys()
    assert jobs.STEPS.keys() >= {"answers", "auto-close", "holidays", "letters", "prune", "retention"}
    assert set(Job.objects.values_list("failures", flat=True)) == {0}
    assert not TicketEvent.objects.filter(ticket__subject="old").exists()
