"""Online and away: by hand, by inactivity, by business hours; what waits is given back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tickets import workflow
from tickets.models import Availability, DeskSettings, Person, Status, Ticket
from tickets.team import availability

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

SOON = timedelta(minutes=1)


def state_of(person: Person) -> str:
    row = Availability.objects.filter(pk=person.pk).first()
    return "never seen" if not row else row.reason or "away" if row.is_away else "online"


def assignee_of(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).assignee_name


def rules(**fields) -> None:
    DeskSettings.objects.update_or_create(pk=1, defaults=fields)


def was_seen(person: Person, ago: timedelta) -> None:
    Availability.objects.filter(pk=person.pk).update(seen_at=timezone.now() - ago)


@pytest.fixture
def hers(priya, asha, rohan):
    """Asha's: one waits, one is answered, one is resolved, one is snoozed."""
    made = {
        name: factories.ticket(priya, text=name) for name in ("waits", "answered", "resolved", "snoozed")
    }
    for ticket in made.values():
        workflow.assign(ticket, asha, by=rohan)
    for name in ("answered", "resolved"):
        workflow.agent_replies(made[name], "Hello", by=asha)
    workflow.move(made["resolved"], Status.RESOLVED, by=asha)
    workflow.snooze(made["snoozed"], timezone.now() + timedelta(days=1), by=asha)
    return made


def test_the_first_activity_makes_an_agent_online(asha):
    assert state_of(asha) == "never seen"
    availability.report_activity(asha)
    assert state_of(asha) == "online"


def test_going_away_gives_back_what_waits_and_keeps_the_rest(hers, asha):
    availability.report_activity(asha)
    assert availability.go_away(asha) == 1
    kept = {name: assignee_of(ticket) for name, ticket in hers.items()}
    assert kept == {"waits": "", "answered": asha.name, "resolved": asha.name, "snoozed": asha.name}
    event = hers["waits"].events.filter(field="assignee_name").last()
    assert (event.old, event.new, event.actor_name) == (asha.name, "", asha.name)
    assert Availability.objects.get(pk=asha.pk).has_given_back


def test_activity_does_not_end_an_absence_that_was_chosen(asha):
    availability.go_away(asha)
    availability.report_activity(asha)
    assert state_of(asha) == "hand"
    availability.go_online(asha)
    assert state_of(asha) == "online"


@pytest.mark.engines
def test_an_inactive_agent_becomes_away_and_the_next_activity_ends_it(hers, asha):
    rules(away_after_minutes=15)
    availability.report_activity(asha)
    availability.set_inactive_agents_away(timezone.now())
    assert state_of(asha) == "online"
    was_seen(asha, timedelta(minutes=16))
    availability.set_inactive_agents_away(timezone.now())
    assert state_of(asha) == "inactive"
    assert availability.give_back_all() == 1
    assert assignee_of(hers["waits"]) == ""
    availability.report_activity(asha)
    assert state_of(asha) == "online"


@pytest.mark.engines
def test_activity_at_the_last_moment_wins_over_the_worker(asha):
    rules(away_after_minutes=15)
    availability.report_activity(asha)
    was_seen(asha, timedelta(minutes=16))
    row = Availability.objects.get(pk=asha.pk)
    availability.report_activity(asha)
    assert availability._send([row], "inactive", timezone.now()) == 0
    assert state_of(asha) == "online"


def test_without_a_rule_nothing_makes_an_agent_away(asha):
    availability.report_activity(asha)
    was_seen(asha, timedelta(days=30))
    availability.set_inactive_agents_away(timezone.now())
    assert state_of(asha) == "online"


MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(hour: int, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


@pytest.mark.parametrize(
    ("came", "now", "expected"),
    [
        (at(10), at(17), "online"),
        (at(10), at(19), "hours"),
        # After hours on purpose, until the desk has opened and closed again
        (at(20), at(22), "online"),
        (at(20), at(17, day=1), "online"),
        (at(20), at(19, day=1), "hours"),
    ],
)
def test_agents_become_away_when_the_desk_closes(asha, came, now, expected):
    week = {str(day): [["09:00", "18:00"]] for day in range(5)}
    rules(away_outside_hours=True, time_zone="UTC", hours=week)
    availability.report_activity(asha)
    Availability.objects.filter(pk=asha.pk).update(changed_at=came)
    availability.set_inactive_agents_away(now)
    assert state_of(asha) == expected


def test_a_process_that_died_before_giving_back_is_completed_by_the_worker(hers, asha):
    availability.report_activity(asha)
    Availability.objects.filter(pk=asha.pk).update(is_away=True, reason="hand", has_given_back=False)
    availability.give_back_all()
    assert assignee_of(hers["waits"]) == ""
    assert availability.give_back_all() == 0


def test_a_customer_who_writes_to_an_absent_agent_is_given_back_too(hers, asha, priya):
    availability.go_away(asha)
    workflow.customer_says(Ticket.objects.get(pk=hers["answered"].pk), "Are you there?", by=priya)
    assert availability.give_back_all() == 1
    assert assignee_of(hers["answered"]) == ""


@pytest.mark.engines
def test_a_ticket_assigned_to_an_absent_agent_on_purpose_stays(priya, asha, rohan):
    availability.go_away(asha)
    ticket = factories.ticket(priya)
    workflow.assign(ticket, asha, by=rohan)
    assert availability.give_back_all() == 0
    assert assignee_of(ticket) == asha.name


@pytest.mark.engines
def test_an_answer_at_the_same_moment_keeps_the_ticket(hers, asha, monkeypatch):
    stale = Ticket.objects.get(pk=hers["waits"].pk)
    workflow.agent_replies(hers["waits"], "On my way", by=asha)
    with pytest.raises(workflow.IllegalMove):
        workflow.release_if_waiting(stale, asha.pk, None)
    assert assignee_of(stale) == asha.name
