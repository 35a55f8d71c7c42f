"""First-response targets: inputs and outputs, no database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportdesk.templating import waited
from tickets import sla
from tickets.models import Category, Priority, Ticket

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def after(**time) -> datetime:
    return NOON + timedelta(**time)


@pytest.mark.parametrize(
    ("priority", "due", "words"),
    [
        ("urgent", after(minutes=5), "5 minutes"),
        ("high", after(minutes=15), "15 minutes"),
        ("medium", after(hours=1), "1 hour"),
        ("low", after(hours=4), "4 hours"),
    ],
)
def test_each_priority_has_its_target(priority, due, words):
    assert sla.first_response_due(priority, NOON) == due
    assert sla.in_words(sla.TARGETS[priority]) == words


def test_every_priority_has_a_target_and_every_category_a_priority():
    assert set(sla.TARGETS) == set(Priority.values)
    assert set(sla.DEFAULT_PRIORITY) == set(Category.values)
    assert set(sla.DEFAULT_PRIORITY.values()) <= set(Priority.values)


def test_a_due_time_across_a_change_of_summer_time_is_a_duration_away():
    opened = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert sla.first_response_due("medium", opened) - opened == timedelta(hours=1)


# A medium ticket: an hour for the first answer, from noon on
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOON, "ok"),
        (after(minutes=29, seconds=59), "ok"),
        (after(minutes=30), "soon"),
        (after(minutes=59, seconds=59), "soon"),
        (after(hours=1), "breached"),
        (after(days=9), "breached"),
        # The clock was set back: nothing is breached by that
        (NOON - timedelta(days=1), "ok"),
    ],
)
def test_a_waiting_ticket_is_amber_from_half_its_target_and_red_after_it(now, expected):
    ticket = Ticket(waiting_since=NOON, next_response_due_at=after(hours=1))
    assert ticket.response_state(now) == expected


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-20, "now"),
        (59, "now"),
        (60, "1 min"),
        (14 * 60 + 59, "14 min"),
        (65 * 60, "1 h 5 min"),
        (49 * 3600, "2 d"),
    ],
)
def test_the_time_that_a_customer_has_waited_reads_as_people_say_it(seconds, shown):
    assert waited(NOON, NOON + timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"waiting_since": NOON, "next_response_due_at": after(hours=1)}, True),
        ({}, False),
        (
            {"waiting_since": NOON, "next_response_due_at": after(hours=1), "snoozed_until": after(days=1)},
            False,
        ),
        ({"waiting_since": NOON, "next_response_due_at": after(hours=1), "is_spam": True}, False),
    ],
)
def test_a_ticket_counts_only_while_a_customer_waits(fields, expected):
    assert Ticket(**fields).is_awaited is expected


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (5, "5 minutes"), (60, "1 hour"), (90, "90 minutes"), (480, "8 hours")],
)
def test_a_target_is_said_as_a_person_would(minutes, words):
    assert sla.in_words(timedelta(minutes=minutes)) == words
