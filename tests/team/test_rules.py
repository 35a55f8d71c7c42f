"""Rules: when, if, then; once for each event, with a log, a dry run, and an end to every loop."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tickets import workflow
from tickets.models import (
    ConversationLink,
    Macro,
    Outgoing,
    Person,
    Rule,
    RuleCursor,
    RuleRun,
    RunState,
    Status,
    Ticket,
    TicketEvent,
)
from tickets.team import rules

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


def macro(name="Macro", **steps) -> Macro:
    return Macro.objects.create(name=name, **steps)


def rule(event: str, then: Macro, name="Rule", after: int | None = None, **conditions) -> Rule:
    made = Rule(name=name, event=event, macro=then, after_minutes=after, conditions=conditions)
    rules.begin(made)
    made.save()
    return made


def run() -> None:
    while rules.run_for_events():
        pass


def runs(**wanted) -> list[tuple[str, str]]:
    found = RuleRun.objects.filter(**wanted).exclude(state=RunState.NO_MATCH).select_related("rule")
    return [(each.rule.name, each.state) for each in found.order_by("at", "id")]


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# --- Events ------------------------------------------------------------------


def test_a_new_ticket_that_meets_the_conditions_gets_the_macro(priya):
    rule("created", macro(priority="urgent", tags="vip"), category=["payment"], words=["refund"])
    payment = factories.ticket(priya, "My REFUND is missing", category="payment")
    other = factories.ticket(priya, "My refund is missing", category="delivery")
    run()
    assert (now(payment).priority, now(payment).tags) == ("urgent", ["vip"])
    assert now(other).priority != "urgent"
    assert runs() == [("Rule", "done")]
    event = payment.events.get(field="priority")
    assert (event.actor_name, event.new) == ("Automation", "urgent")


@pytest.mark.parametrize(
    ("conditions", "runs_on"),
    [
        ({}, True),
        ({"status": ["open"]}, True),
        ({"status": ["closed"]}, False),
        ({"priority": ["low", "high", "medium", "urgent"]}, True),
        ({"channel": ["email"]}, False),
        ({"tags": ["VIP"]}, True),
        ({"tags": ["new"]}, False),
        ({"words": ["crushed", "never said"]}, True),
        ({"words": ["never said"]}, False),
        ({"assigned": "no"}, True),
        ({"assigned": "yes"}, False),
        ({"hours": "open"}, True),
        ({"hours": "closed"}, False),
        ({"tags": ["vip"], "assigned": "yes"}, False),
    ],
)
def test_all_conditions_have_to_hold(priya, asha, conditions, runs_on):
    ticket = factories.ticket(priya)
    workflow.correct(ticket, by=asha, tags=["vip"])
    rule("customer-wrote", macro(priority="urgent"), **conditions)
    workflow.customer_says(ticket, "It is crushed", by=priya)
    run()
    assert (now(ticket).priority == "urgent") == runs_on


@pytest.mark.parametrize(
    ("event", "happens"),
    [
        (
            "customer-wrote",
            lambda ticket, asha: workflow.customer_says(ticket, "Hello?", by=ticket.requester),
        ),
        ("agent-replied", lambda ticket, asha: workflow.agent_replies(ticket, "Hello", by=asha)),
        ("status", lambda ticket, asha: workflow.take(ticket, by=asha)),
        ("priority", lambda ticket, asha: workflow.triage(ticket, by=asha, priority="low")),
        ("category", lambda ticket, asha: workflow.triage(ticket, by=asha, category="order")),
        ("assignee", lambda ticket, asha: workflow.assign(ticket, asha, by=asha)),
        ("tags", lambda ticket, asha: workflow.correct(ticket, by=asha, tags=["vip"])),
    ],
)
def test_each_event_runs_its_rules_and_no_others(priya, asha, event, happens):
    ticket = factories.ticket(priya)
    rule(event, macro(note="Noted"))
    run()
    assert runs() == []
    happens(ticket, asha)
    run()
    run()
    assert runs() == [("Rule", "done")]
    assert now(ticket).messages.filter(internal=True, text="Noted").count() == 1


def test_events_before_the_rule_do_not_count(priya):
    ticket = factories.ticket(priya)
    rule("created", macro(priority="urgent"))
    run()
    assert now(ticket).priority != "urgent"


def test_a_rule_that_is_off_does_nothing(priya):
    made = rule("created", macro(priority="urgent"))
    Rule.objects.filter(pk=made.pk).update(is_active=False)
    ticket = factories.ticket(priya)
    run()
    assert now(ticket).priority != "urgent"


def test_an_automatic_reply_is_no_answer_and_takes_no_ticket(priya):
    rule("created", macro(texts={"en": "Hello {{customer.firstName}}, we have your message."}))
    ticket = factories.ticket(priya)
    run()
    reply = now(ticket).messages.get(sender="agent")
    assert (reply.text, reply.sender_name) == ("Hello Priya, we have your message.", "Automation")
    after = now(ticket)
    assert (after.status, after.assignee, after.first_responded_at) == (Status.OPEN, None, None)
    assert after.waiting_since == ticket.waiting_since
    assert after.is_waiting


def test_an_automatic_reply_leaves_over_the_customer_s_channel(priya, settings):
    rule("created", macro(texts={"en": "We have your e-mail."}))
    ticket = factories.ticket(priya, channel="email")
    run()
    assert Outgoing.objects.filter(ticket=ticket, kind="reply").count() == 1
    assert ConversationLink.objects.count() == 0


def test_a_rule_assigns_and_moves(priya, asha):
    rule("created", macro(assignee=asha, status=Status.IN_PROGRESS), category=["payment"])
    ticket = factories.ticket(priya, category="payment")
    run()
    assert (now(ticket).assignee, now(ticket).status) == (asha, Status.IN_PROGRESS)


def test_spam_gets_no_reply(priya, asha):
    Person.objects.filter(pk=priya.pk).update(blocked_at=timezone.now())
    priya.refresh_from_db()
    rule("created", macro(texts={"en": "Hello"}))
    ticket = factories.ticket(priya)
    run()
    assert not now(ticket).messages.filter(sender="agent").exists()


def test_a_step_that_is_not_possible_is_in_the_log_and_stops_no_other(priya):
    rule("created", macro("Reopen", status=Status.RESOLVED), name="Impossible")
    rule("created", macro("Urgent", priority="urgent"), name="Possible")
    ticket = factories.ticket(priya)
    run()
    assert sorted(runs()) == [("Impossible", "refused"), ("Possible", "done")]
    refused = RuleRun.objects.get(rule__name="Impossible")
    assert refused.detail.startswith("Status: The ticket is open and cannot become resolved.")
    assert now(ticket).priority == "urgent"


def test_a_rule_that_fails_is_in_the_log_and_stops_no_other(priya, monkeypatch):
    rule("created", macro("First", priority="low"), name="Broken")
    rule("created", macro("Second", priority="urgent"), name="Whole")
    whole = workflow.apply_automatically

    def broken(ticket, macro, **options):
        if macro.name == "First":
            raise ZeroDivisionError
        return whole(ticket, macro, **options)

    monkeypatch.setattr(workflow, "apply_automatically", broken)
    factories.ticket(priya)
    run()
    assert sorted(runs()) == [("Broken", "failed"), ("Whole", "done")]
    assert RuleRun.objects.get(rule__name="Broken").detail == "ZeroDivisionError"


@pytest.mark.engines
@pytest.mark.parametrize("conditions", [{"tags": 5}, {"words": [None]}, {"status": 7}], ids=str)
def test_conditions_that_cannot_be_read_stop_no_other_rule(priya, conditions):
    bad = rule("created", macro("First", priority="low"), name="Broken")
    Rule.objects.filter(pk=bad.pk).update(conditions=conditions)
    rule("created", macro("Second", priority="urgent"), name="Whole")
    ticket = factories.ticket(priya)
    run()
    assert sorted(runs()) == [("Broken", "failed"), ("Whole", "done")]
    assert now(ticket).priority == "urgent"


# --- Once --------------------------------------------------------------------


@pytest.mark.engines
def test_two_workers_that_read_the_same_events_run_a_rule_once(priya):
    rule("created", macro(note="Once", texts={"en": "Hello"}))
    ticket = factories.ticket(priya)
    before = RuleCursor.objects.get(pk=1).position
    run()
    RuleCursor.objects.filter(pk=1).update(position=before)
    run()
    assert now(ticket).messages.filter(sender="agent").count() == 2
    assert runs() == [("Rule", "done")]


@pytest.mark.parametrize("died", ["before the macro", "after the macro"])
def test_a_process_that_died_is_completed_and_nothing_is_said_twice(priya, monkeypatch, died):
    rule("created", macro(note="Noted", texts={"en": "Hello"}, priority="urgent"))
    ticket = factories.ticket(priya)
    whole = workflow.apply_automatically

    def dies(*args, **options):
        if died == "after the macro":
            whole(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(workflow, "apply_automatically", dies)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert runs() == [("Rule", "running")]
    monkeypatch.setattr(workflow, "apply_automatically", whole)
    run()
    assert runs() == [("Rule", "done")]
    texts = list(now(ticket).messages.filter(sender="agent").order_by("seq").values_list("text", flat=True))
    assert texts == ["Noted", "Hello"]
    assert now(ticket).priority == "urgent"


# --- Loops -------------------------------------------------------------------


def test_changes_by_a_rule_run_other_rules(priya):
    rule("created", macro("Tag", tags="vip"), name="Tags")
    rule("tags", macro("Urgent", priority="urgent"), name="Raises", tags=["vip"])
    ticket = factories.ticket(priya)
    run()
    assert now(ticket).priority == "urgent"
    assert runs() == [("Tags", "done"), ("Raises", "done")]


@pytest.mark.engines
def test_a_loop_is_stopped_and_named(priya, asha):
    rule("priority", macro("Low", priority="low"), name="Lowers", priority=["urgent"])
    rule("priority", macro("Urgent", priority="urgent"), name="Raises", priority=["low"])
    ticket = factories.ticket(priya)
    workflow.triage(ticket, by=asha, priority="urgent")
    run()
    assert runs() == [("Lowers", "done"), ("Raises", "done"), ("Lowers", "loop")]
    stopped = RuleRun.objects.get(state=RunState.LOOP)
    assert stopped.detail == "Stopped a loop: Lowers → Raises → Lowers."
    assert TicketEvent.objects.filter(ticket=ticket, field="priority").count() == 3


def test_a_person_s_next_change_begins_a_new_chain(priya, asha):
    rule("priority", macro("Tag", tags="seen"), name="Tags")
    ticket = factories.ticket(priya, priority="medium")
    for priority in ("low", "high", "urgent"):
        workflow.triage(ticket, by=asha, priority=priority)
        run()
    assert runs() == [("Tags", "done")] * 3


@pytest.mark.engines
def test_a_loop_through_another_system_ends_within_the_hour(priya, asha, monkeypatch):
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 3)
    rule("customer-wrote", macro(note="Noted"))
    ticket = factories.ticket(priya)
    for place in range(5):
        workflow.customer_says(ticket, f"Automatic answer {place}", by=priya)
    run()
    assert [state for _, state in runs()] == ["done"] * 3 + ["loop"] * 2
    said = RuleRun.objects.filter(state=RunState.LOOP).first().detail
    assert said == "Stopped: it ran 3 times on this ticket within an hour."


# --- Time --------------------------------------------------------------------


def back(ticket: Ticket, **ago) -> None:
    moment = timezone.now() - timedelta(**ago)
    fields = {"created_at": moment}
    if ticket.waiting_since:
        fields["waiting_since"] = moment
    Ticket.objects.filter(pk=ticket.pk).update(**fields)


def test_a_customer_who_waits_too_long_is_raised_once(priya):
    made = rule("waiting", macro(priority="urgent", note="Waits"), after=30)
    Rule.objects.filter(pk=made.pk).update(looked_until=timezone.now() - timedelta(hours=3))
    late, new = factories.ticket(priya), factories.ticket(priya)
    back(late, minutes=40)
    rules.run_timed(timezone.now())
    rules.run_timed(timezone.now())
    assert (now(late).priority, now(new).priority == "urgent") == ("urgent", False)
    assert now(late).messages.filter(internal=True).count() == 1
    # As the time comes for the other one
    rules.run_timed(timezone.now() + timedelta(minutes=31))
    assert now(new).priority == "urgent"
    assert [state for _, state in runs()] == ["done", "done"]


@pytest.mark.engines
def test_an_answer_in_time_keeps_a_timed_rule_quiet(priya, asha):
    rule("waiting", macro(priority="urgent"), after=30)
    ticket = factories.ticket(priya)
    workflow.agent_replies(ticket, "Hello", by=asha)
    rules.run_timed(timezone.now() + timedelta(minutes=31))
    assert now(ticket).priority != "urgent"


@pytest.mark.engines
@pytest.mark.parametrize(
    ("event", "prepare"),
    [
        ("silent", lambda ticket, asha: workflow.agent_replies(ticket, "And?", by=asha)),
        ("unsolved", lambda ticket, asha: None),
        ("resolved", lambda ticket, asha: _resolve(ticket, asha)),
    ],
)
def test_other_times(priya, asha, event, prepare):
    rule(event, macro(tags="late"), after=60)
    ticket = factories.ticket(priya)
    prepare(ticket, asha)
    rules.run_timed(timezone.now() + timedelta(minutes=59))
    assert now(ticket).tags == []
    rules.run_timed(timezone.now() + timedelta(minutes=61))
    assert now(ticket).tags == ["late"]
    assert runs() == [("Rule", "done")]


def _resolve(ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha)


@pytest.mark.engines
def test_many_tickets_are_done_in_pieces(priya, monkeypatch):
    monkeypatch.setattr(rules, "BATCH", 2)
    rule("unsolved", macro(tags="late"), after=60)
    tickets = [factories.ticket(priya) for _ in range(5)]
    later = timezone.now() + timedelta(minutes=61)
    while rules.run_timed(later):
        pass
    assert all(now(ticket).tags == ["late"] for ticket in tickets)


@pytest.mark.engines
def test_old_runs_are_removed(priya):
    rule("created", macro("Done", tags="a"), name="Done")
    rule("created", macro("Not", tags="b"), name="Not", words=["never said"])
    factories.ticket(priya)
    run()
    assert RuleRun.objects.count() == 2
    unmatched, old = rules.forget(timezone.now() + timedelta(days=2))
    assert (unmatched.count(), old.count()) == (1, 0)
    assert rules.forget(timezone.now() + timedelta(days=31))[1].count() == 2
