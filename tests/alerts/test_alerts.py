"""Alerts of agents: pushes, mutes, quiet hours, repeats, and the e-mail about an unseen alert."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.alerts import collecting, preferences, sending
from tickets.alerts.preferences import quiet_until
from tickets.models import (
    AgentPreferences,
    Alert,
    AlertPreferences,
    AlertState,
    PermissionSet,
    Priority,
    Role,
    Viewer,
)

from .desk import choose, run

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


# --- Whom it concerns ---------------------------------------------------------


def test_my_ticket_is_one_push_for_me_and_none_for_a_colleague(desk, mine, priya):
    run()
    workflow.customer_says(mine, "Is anyone there?", by=priya)
    run()
    run()
    (told,) = desk.told("asha")
    assert told["title"] == f"Priya Sharma · #{mine.number}"
    assert told["body"] == "New message: Is anyone there?"
    assert told["url"] == f"/support/{mine.pk}/"
    assert desk.told("rohan") == []


def test_two_workers_push_it_once(desk, mine, priya):
    run()
    workflow.customer_says(mine, "Hello?", by=priya)
    collecting.collect()
    collecting.collect()
    (alert,) = Alert.objects.all()
    # The other worker has taken it meanwhile
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    assert len(desk.told("asha")) == 1
    alert.refresh_from_db()
    assert alert.state == AlertState.SENT


def test_a_new_ticket_without_an_agent_is_told_to_both(desk, priya):
    factories.ticket(priya, "The lid is loose")
    run()
    assert len(desk.told("asha")) == len(desk.told("rohan")) == 1
    assert desk.told("asha")[0]["body"] == "New ticket: The lid is loose"


def test_a_ticket_whose_alerts_fail_costs_no_other_its_alert(desk, priya, vikram, monkeypatch, caplog):
    run()
    bad, concern = factories.ticket(vikram, "Bad"), preferences.concern

    def broken(ticket, *args):
        if ticket.pk == bad.pk:
            raise ValueError("a bad row")
        return concern(ticket, *args)

    monkeypatch.setattr(collecting.preferences, "concern", broken)
    factories.ticket(priya, "The lid is loose")
    run()
    assert [told["body"] for told in desk.told("asha")] == ["New ticket: The lid is loose"]
    assert "could not be read" in caplog.text


def test_a_follower_hears_of_a_colleagues_ticket_and_a_mention_is_told(desk, mine, priya, asha, rohan):
    run()
    workflow.add_note(mine, "@Rohan can you ask the courier?", by=asha)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["You are mentioned"]
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["You are mentioned", "New message"]
    # Her own note is no news to the author
    assert [told["what"] for told in desk.told("asha")] == ["New message"]


@pytest.mark.engines
def test_a_ticket_that_a_colleague_gives_me_is_told_and_one_that_i_take_is_not(desk, ticket, asha, rohan):
    workflow.take(ticket, by=asha)
    run()
    desk.pushed.clear()
    workflow.assign(ticket, rohan, by=asha)
    run()
    assert [told["what"] for told in desk.told("rohan")] == ["Assigned to you"]
    assert desk.told("asha") == []


def test_an_answer_that_is_overdue_is_told(desk, mine, asha):
    run()
    desk.pushed.clear()
    type(mine).objects.filter(pk=mine.pk).update(
        answer_check_at=timezone.now(), next_response_due_at=timezone.now()
    )
    mine.refresh_from_db()
    assert workflow.check_answer(mine)
    run()
    assert [told["what"] for told in desk.told("asha")] == ["The customer waits for an answer"]
    assert desk.told("rohan") == []


@pytest.mark.parametrize(
    ("scope", "number"), [("off", 0), ("mine", 1), ("mentioned", 1), ("unassigned", 2), ("all", 3)]
)
def test_each_scope_has_the_tickets_of_those_before_it(desk, priya, asha, rohan, scope, number):
    choose(asha, scopes={"message": scope, "new": "off", "assigned": "off"})
    tickets = [factories.ticket(priya, f"Box {each}") for each in range(3)]
    workflow.take(tickets[0], by=asha)
    workflow.take(tickets[1], by=rohan)
    run()
    desk.pushed.clear()
    for each in tickets:
        workflow.customer_says(each, "Hello?", by=priya)
    run()
    assert len(desk.told("asha")) == number


def test_spam_rings_for_no_agent(desk, priya):
    priya.blocked_at = timezone.now()
    priya.save()
    factories.ticket(priya, "Buy now")
    run()
    assert desk.pushed == []


@pytest.mark.engines
def test_an_agent_who_does_not_see_a_ticket_hears_nothing_of_it(desk, priya, asha):
    limited = PermissionSet.objects.create(name="Own team", own_team_only=True)
    type(asha).objects.filter(pk=asha.pk).update(permission_set=limited)
    choose(asha, scopes={"new": "all"})
    factories.ticket(priya, "The lid is loose")
    run()
    assert desk.told("asha") == []
    assert len(desk.told("rohan")) == 1


def test_an_agent_who_left_is_told_nothing(desk, mine, priya, asha):
    run()
    workflow.customer_says(mine, "Hello?", by=priya)
    type(asha).objects.filter(pk=asha.pk).update(is_active=False)
    run()
    assert desk.told("asha") == []


# --- When not -------------------------------------------------------------------


def test_none_when_muted(desk, mine, priya, asha):
    choose(asha, muted_until=timezone.now() + timedelta(hours=1))
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []
    assert Alert.objects.get().state == AlertState.DROPPED


def test_none_when_notifications_are_off(desk, mine, priya, asha):
    AgentPreferences.objects.create(person=asha, notifications=False)
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []


def test_an_alert_read_before_it_is_sent_is_not_pushed(desk, mine, priya):
    message = workflow.customer_says(mine, "Hello?", by=priya)
    collecting.collect()
    workflow.mark_read(mine, by_agents=True, up_to=message.seq)
    run()
    assert desk.told("asha") == []


@pytest.mark.engines
def test_in_quiet_hours_it_waits_and_is_told_afterwards_if_it_is_still_unseen(desk, mine, priya, asha):
    choose(asha, quiet_from=time(0, 0), quiet_until=time(23, 59))
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    assert desk.told("asha") == []
    alert = Alert.objects.get()
    assert alert.state == AlertState.WAITING
    assert alert.due_at > timezone.now()
    choose(asha, quiet_from=None, quiet_until=None)
    run(alert.due_at)
    assert len(desk.told("asha")) == (1 if alert.due_at - alert.created_at < sending.TOLD_WITHIN else 0)


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "until"),
    [
        (time(22), time(7), "23:00", "2026-11-30T07:00"),
        (time(22), time(7), "06:59", "2026-11-29T07:00"),
        (time(22), time(7), "07:00", None),
        (time(22), time(7), "21:59", None),
        (time(13), time(14), "13:30", "2026-11-29T14:00"),
        (time(13), time(13), "13:00", None),
        (None, None, "13:00", None),
    ],
)
def test_quiet_hours_may_go_over_midnight(asha, settings, begins, ends, clock, until):
    chosen = AlertPreferences(person=asha, quiet_from=begins, quiet_until=ends)
    tz = preferences.current().time_zone
    now = datetime.fromisoformat(f"2026-11-29T{clock}").replace(tzinfo=tz).astimezone(UTC)
    expected = until and datetime.fromisoformat(until).replace(tzinfo=tz)
    assert quiet_until(chosen, now) == expected


# --- Again, and by mail ------------------------------------------------------------


def test_an_urgent_one_is_repeated_until_it_is_seen(desk, mine, priya, asha):
    workflow.triage(mine, by=asha, priority=Priority.URGENT)
    workflow.customer_says(mine, "It is burning", by=priya)
    run()
    now = timezone.now()
    run(now + timedelta(minutes=4))
    assert len(desk.told("asha")) == 1
    run(now + timedelta(minutes=6))
    assert len(desk.told("asha")) == 2
    assert desk.told("asha")[0]["urgent"]
    Viewer.objects.create(ticket=mine, person=asha, name=asha.name, seen_at=timezone.now())
    run(now + timedelta(minutes=12))
    assert len(desk.told("asha")) == 2


def test_an_urgent_one_ends_after_six(desk, mine, priya, asha):
    workflow.triage(mine, by=asha, priority=Priority.URGENT)
    workflow.customer_says(mine, "It is burning", by=priya)
    now = timezone.now()
    for number in range(12):
        run(now + timedelta(minutes=6 * number))
    assert len(desk.told("asha")) == sending.MOST_PUSHES


def test_an_unseen_alert_is_mailed_to_agents_who_want_it(desk, mine, priya, asha):
    choose(asha, by_mail=True)
    workflow.customer_says(mine, "Hello?", by=priya)
    run()
    now = timezone.now()
    assert mail.outbox == []
    run(now + timedelta(minutes=11))
    (email,) = mail.outbox
    assert email.to == [asha.login_email]
    assert email.subject == f"#{mine.number}: New message"
    assert f"/support/{mine.pk}/" in email.body
    run(now + timedelta(minutes=30))
    assert len(mail.outbox) == 1


def test_mail_reaches_an_agent_without_any_browser(priya, ticket):
    agent = factories.person("Kiran Das", Role.AGENT)
    choose(agent, by_mail=True)
    run()
    workflow.take(ticket, by=agent)
    workflow.customer_says(ticket, "Hello?", by=priya)
    run()
    run(timezone.now() + timedelta(minutes=11))
    assert [email.to for email in mail.outbox] == [[agent.login_email]]


def test_a_seen_alert_is_not_mailed(desk, mine, priya, asha):
    choose(asha, by_mail=True)
    message = workflow.customer_says(mine, "Hello?", by=priya)
    run()
    workflow.mark_read(mine, by_agents=True, up_to=message.seq)
    run(timezone.now() + timedelta(minutes=11))
    assert mail.outbox == []


def test_a_choice_of_alerts_that_is_refused_stays_in_the_form(browse, asha):
    client = browse(asha)
    form = page(client.get("/support/account/")).one("form", action="/support/account/alerts/").fields()
    typed = form | {"new": "all", "quiet_from": "22:00", "quiet_until": "", "by_mail": "on", "mute": "8"}
    answer = client.post("/support/account/alerts/", typed)
    assert answer.status_code == 400
    assert "Quiet hours need a beginning and an end." in answer.text
    shown = page(answer).one("form", action="/support/account/alerts/").fields()
    assert shown | {"csrfmiddlewaretoken": ""} == typed | {"csrfmiddlewaretoken": ""}
