"""What the desk does on time: warnings, breaches, reminders of silent customers, planned replies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import (
    Message,
    Outgoing,
    Person,
    ScheduledReply,
    Sender,
    Status,
    Ticket,
    TicketEvent,
)
from tickets.operations import desk_steps, jobs
from tickets.settings.in_force import CurrentSettings
from tickets.workflow import callbacks
from tickets.workflow.messages import cancelling

pytestmark = pytest.mark.all_engines

DAY = timedelta(days=1)


def stored(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


# --- Before and at a breach --------------------------------------------------


@pytest.fixture
def alerts(monkeypatch):
    """What the open pages of the desk are told."""
    heard: list[dict] = []

    def signal(ticket, event, **data):
        heard.append(data)

    monkeypatch.setattr(callbacks.live, "signal", signal)
    return heard


def test_the_assignee_is_warned_before_the_breach_and_the_team_is_told_of_it(ticket, asha, alerts):
    workflow.assign(ticket, asha, by=asha)
    due_at = stored(ticket).next_response_due_at
    target = due_at - ticket.waiting_since

    jobs.notice_breaches(due_at - target / 2, ticket.created_at)
    assert alerts == []
    jobs.notice_breaches(due_at - target / 4, ticket.created_at)
    [warning] = alerts
    assert (warning["kind"], warning["to"]) == ("warning", str(asha.pk))
    assert f"#{ticket.number}" in warning["text"]

    # Once each, however often the worker looks
    jobs.notice_breaches(due_at - target / 5, ticket.created_at)
    jobs.notice_breaches(due_at, ticket.created_at)
    jobs.notice_breaches(due_at + target, ticket.created_at)
    assert [(each["kind"], each["to"]) for each in alerts[1:]] == [("breach", "")]
    history = TicketEvent.objects.filter(ticket=ticket, field="first_response").order_by("at")
    assert list(history.values_list("new", flat=True)) == ["due soon", "overdue"]


def test_after_an_answer_there_is_neither_warning_nor_breach(ticket, asha, alerts):
    due_at = ticket.next_response_due_at
    workflow.agent_replies(ticket, "On its way", by=asha)
    jobs.notice_breaches(due_at + DAY, ticket.created_at)
    assert alerts == []


@pytest.mark.engines
def test_a_later_message_has_a_warning_and_a_breach_of_its_own(ticket, priya, asha, alerts):
    workflow.agent_replies(ticket, "On its way", by=asha)
    workflow.customer_says(ticket, "It is not here", by=priya)
    due_at = stored(ticket).next_response_due_at
    jobs.notice_breaches(due_at - timedelta(seconds=1), ticket.created_at)
    jobs.notice_breaches(due_at, ticket.created_at)
    assert [each["kind"] for each in alerts] == ["warning", "breach"]
    events = TicketEvent.objects.filter(ticket=ticket, field="next_response")
    assert events.count() == 2


def test_a_snoozed_ticket_is_no_reason_for_a_warning(ticket, asha, alerts):
    workflow.snooze(ticket, timezone.now() + 2 * DAY, by=asha)
    jobs.notice_breaches(ticket.next_response_due_at + timedelta(hours=1), ticket.created_at)
    assert alerts == []


# --- The customer's silence --------------------------------------------------


@pytest.fixture
def reminds(monkeypatch):
    """`reminds(hours)`: the shop's settings say so."""

    def after(hours: int | None, close_after: timedelta | None = None):
        wait = timedelta(hours=hours) if hours else None
        now = CurrentSettings(nudge_after=wait, resolve_after=wait, auto_close_after=close_after)
        monkeypatch.setattr(desk_steps, "current", lambda: now)
        monkeypatch.setattr(jobs, "current", lambda: now)

    after(24)
    return after


@pytest.fixture
def answered(ticket, asha) -> Ticket:
    workflow.agent_replies(ticket, "Which size did you order?", by=asha)
    return stored(ticket)


def desk_said(ticket) -> list[str]:
    said = Message.objects.filter(ticket=ticket, sender=Sender.SYSTEM, internal=False).order_by("seq")
    return list(said.values_list("text", flat=True))


def silence(hours: float) -> None:
    now = timezone.now() + timedelta(hours=hours)
    desk_steps.follow_up(now, now)


def test_a_silent_customer_is_reminded_once_then_it_is_resolved_then_closed(answered, reminds, monkeypatch):
    reminds(24, close_after=2 * DAY)
    silence(23)
    assert stored(answered).nudged_at is None
    monkeypatch.setattr(workflow.clock, "now", lambda: timezone.now() + timedelta(hours=25))
    silence(25)
    silence(26)
    assert stored(answered).status == Status.IN_PROGRESS
    assert [text for text in desk_said(answered) if "still there" in text] != []
    assert sum("still there" in text for text in desk_said(answered)) == 1

    monkeypatch.setattr(workflow.clock, "now", lambda: timezone.now() + timedelta(hours=50))
    silence(50)
    assert stored(answered).status == Status.RESOLVED
    assert "Did that solve it?" in desk_said(answered)[-1]

    monkeypatch.setattr(workflow.clock, "now", lambda: timezone.now() + timedelta(hours=99))
    jobs.close_resolved(timezone.now() + timedelta(hours=50) + 2 * DAY + timedelta(hours=1), timezone.now())
    assert stored(answered).status == Status.CLOSED


def test_without_hours_in_the_settings_there_is_no_reminder(answered, reminds):
    reminds(None)
    silence(24 * 30)
    assert stored(answered).nudged_at is None


def test_a_customer_who_waits_is_never_reminded(ticket, priya, asha, reminds):
    silence(24 * 30)
    assert stored(ticket).nudged_at is None
    workflow.agent_replies(ticket, "Which size?", by=asha)
    workflow.customer_says(ticket, "Large", by=priya)
    silence(24 * 30)
    assert stored(ticket).nudged_at is None
    assert stored(ticket).status == Status.IN_PROGRESS


def test_an_answer_after_the_reminder_begins_again_and_nothing_is_resolved(answered, priya, asha, reminds):
    silence(25)
    assert stored(answered).nudged_at
    workflow.customer_says(stored(answered), "Yes, one question", by=priya)
    assert stored(answered).nudged_at is None
    silence(24 * 30)
    assert stored(answered).status == Status.IN_PROGRESS


@pytest.mark.engines
@pytest.mark.parametrize("how", ["snoozed", "spam", "closed"])
def test_a_resting_ticket_gets_no_reminder(answered, asha, reminds, how):
    if how == "snoozed":
        workflow.snooze(answered, timezone.now() + 60 * DAY, by=asha)
    elif how == "spam":
        workflow.mark_spam(answered, True, by=asha)
    else:
        workflow.move(answered, Status.CLOSED, by=asha)
    before = desk_said(answered)
    silence(24 * 30)
    assert desk_said(answered) == before


def test_one_ticket_that_cannot_be_reminded_stops_no_other(answered, asha, vikram, reminds, monkeypatch):
    other = factories.ticket(vikram)
    workflow.agent_replies(other, "Which size?", by=asha)
    nudge = workflow.nudge

    def broken(ticket, **how):
        if ticket.pk == answered.pk:
            raise RuntimeError("a bad row")
        nudge(ticket, **how)

    monkeypatch.setattr(desk_steps.workflow, "nudge", broken)
    silence(25)
    assert stored(answered).nudged_at is None
    assert stored(other).nudged_at


@pytest.mark.engines
def test_a_customer_of_e_mail_gets_the_reminder_and_the_question_by_e_mail(answered, reminds, monkeypatch):
    Ticket.objects.filter(pk=answered.pk).update(reply_by="email", channel="email")
    Outgoing.objects.all().delete()
    monkeypatch.setattr(workflow.clock, "now", lambda: timezone.now() + timedelta(hours=25))
    silence(25)
    [row] = Outgoing.objects.filter(ticket=answered)
    assert "still there" in Message.objects.get(pk=row.message_id).text
    monkeypatch.setattr(workflow.clock, "now", lambda: timezone.now() + timedelta(hours=50))
    silence(50)
    assert Outgoing.objects.filter(ticket=answered, kind="resolved").count() == 1


@pytest.mark.engines
def test_a_customer_who_left_the_chat_gets_the_reminder_by_email(answered, reminds, settings):
    settings.UNREAD_MAIL_MINUTES = 10
    silence(25)
    jobs.queue_unread(stored(answered))
    [row] = Outgoing.objects.filter(ticket=answered, kind="unread")
    assert row.payload["upto"] == stored(answered).last_seq
    assert row.payload["system"]


# --- Send later --------------------------------------------------------------


def plan(ticket, asha, text="Your parcel leaves today", hours=2) -> ScheduledReply:
    send_at = timezone.now() + timedelta(hours=hours)
    return workflow.plan_reply(ticket, text, send_at, by=asha, client_id=f"later-{text[:8]}")


def send_due(hours: float) -> None:
    now = timezone.now() + timedelta(hours=hours)
    desk_steps.send_planned_replies(now, now)


def test_a_planned_reply_leaves_at_its_time_and_once(ticket, asha):
    workflow.take(ticket, by=asha)
    plan(ticket, asha)
    send_due(1)
    assert not ticket.messages.filter(sender=Sender.AGENT).exists()
    send_due(2.1)
    send_due(2.2)
    [reply] = ticket.messages.filter(sender=Sender.AGENT, internal=False)
    assert (reply.text, reply.author) == ("Your parcel leaves today", asha)
    assert stored(ticket).has_scheduled is False


@pytest.mark.engines
def test_a_planned_reply_goes_along_with_a_merge(ticket, priya, asha):
    stays = factories.ticket(priya, "And the jar leaks")
    plan(ticket, asha)
    workflow.merge(ticket, stays, by=asha)
    assert (stored(ticket).has_scheduled, stored(stays).has_scheduled) == (False, True)
    send_due(2.1)
    [reply] = stays.messages.filter(sender=Sender.AGENT, internal=False)
    assert reply.text == "Your parcel leaves today"
    assert stored(stays).has_scheduled is False


def test_a_planned_reply_whose_worker_died_before_it_removed_the_row_is_sent_once(
    ticket, asha, monkeypatch
):
    later = plan(ticket, asha)
    workflow.agent_replies(ticket, later.text, by=asha, client_id=later.client_id)
    assert ScheduledReply.objects.count() == 1
    send_due(2.1)
    assert ticket.messages.filter(sender=Sender.AGENT, internal=False).count() == 1
    assert ScheduledReply.objects.count() == 0


def test_a_message_of_the_customer_cancels_a_planned_reply_and_the_agent_reads_why(ticket, priya, asha):
    plan(ticket, asha)
    workflow.customer_says(stored(ticket), "It has arrived, thank you", by=priya)
    assert ScheduledReply.objects.count() == 0
    note = ticket.messages.get(internal=True)
    assert note.text.startswith(f"{priya.name} wrote first, so this reply was not sent:")
    assert note.text.endswith("Your parcel leaves today")
    send_due(3)
    assert not ticket.messages.filter(sender=Sender.AGENT, internal=False).exists()


def test_a_planned_reply_that_was_sent_is_not_reported_as_cancelled(ticket, priya, asha):
    later = plan(ticket, asha)
    workflow.agent_replies(ticket, later.text, by=asha, client_id=later.client_id)
    # The worker died here, before it removed the row
    workflow.customer_says(stored(ticket), "Thank you", by=priya, client_id="thanks")
    assert not ticket.messages.filter(internal=True).exists()
    assert (ScheduledReply.objects.count(), stored(ticket).has_scheduled) == (0, False)


def test_a_planned_reply_keeps_its_words_when_its_cancelling_is_killed(ticket, priya, asha, monkeypatch):
    plan(ticket, asha)
    with monkeypatch.context() as killed:
        killed.setattr(cancelling, "remove", lambda later: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            workflow.customer_says(stored(ticket), "It has arrived", by=priya, client_id="arrived")
    # The browser sends the same again
    workflow.customer_says(stored(ticket), "It has arrived", by=priya, client_id="arrived")
    assert ticket.messages.get(internal=True).text.endswith("Your parcel leaves today")
    assert ticket.messages.filter(sender=Sender.CUSTOMER, text="It has arrived").count() == 1
    assert ScheduledReply.objects.count() == 0


def test_a_planned_reply_to_a_ticket_that_was_closed_becomes_a_note(ticket, asha):
    plan(ticket, asha)
    workflow.move(stored(ticket), Status.CLOSED, by=asha)
    send_due(3)
    assert ScheduledReply.objects.count() == 0
    assert "was not sent" in ticket.messages.get(internal=True).text


def test_a_planned_reply_of_an_agent_who_left_becomes_a_note(ticket, asha):
    plan(ticket, asha)
    Person.objects.filter(pk=asha.pk).update(is_active=False)
    send_due(3)
    assert ScheduledReply.objects.count() == 0
    assert not ticket.messages.filter(sender=Sender.AGENT, internal=False).exists()
    note = ticket.messages.get(internal=True)
    assert note.text == f"{asha.name} has left, so this reply was not sent:\n\nYour parcel leaves today"
    assert (stored(ticket).has_scheduled, stored(ticket).assignee) == (False, None)


def test_one_planned_reply_that_fails_stops_no_other(ticket, asha, vikram, monkeypatch):
    other = factories.ticket(vikram)
    plan(ticket, asha, "First"), plan(other, asha, "Second")
    send = workflow.send_planned

    def broken(later):
        if later.text == "First":
            raise RuntimeError("a bad row")
        return send(later)

    monkeypatch.setattr(desk_steps.workflow, "send_planned", broken)
    send_due(3)
    assert other.messages.filter(sender=Sender.AGENT, internal=False).count() == 1


def test_the_page_plans_a_reply_shows_it_and_cancels_it(ticket, asha, browse):
    client = browse(asha)
    sent = {"message": "Tomorrow", "at": "tomorrow", "clientId": "l-1"}
    shown = client.post(f"/support/{ticket.pk}/later", sent, HTTP_X_REQUESTED_WITH="fetch")
    assert "Tomorrow" in shown.content.decode()
    [later] = ScheduledReply.objects.all()
    form = page(client.get(f"/support/{ticket.pk}/")).one("form", _class="scheduled")
    assert client.post(form["action"], form.fields()).status_code in (200, 302)
    assert not ScheduledReply.objects.filter(pk=later.pk).exists()
    assert stored(ticket).has_scheduled is False


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31T23:59:59"]
)
def test_the_edges_of_the_calendar_are_refused_by_every_form_with_a_time(ticket, asha, browse, at):
    client, said = browse(asha), {"message": "Tomorrow", "at": at, "clientId": "l-1"}
    for path, form in (("later", said), ("snooze", {"until": at})):
        answer = client.post(f"/support/{ticket.pk}/{path}", form, HTTP_X_REQUESTED_WITH="fetch")
        assert answer.status_code in (400, 409), path
    assert (ScheduledReply.objects.count(), stored(ticket).snoozed_until) == (0, None)


@pytest.mark.parametrize("hours", [-1, 24 * 400])
def test_a_time_that_is_over_or_too_far_is_refused_in_a_sentence(ticket, asha, hours):
    with pytest.raises(workflow.Refused, match="time in the future"):
        plan(ticket, asha, hours=hours)
