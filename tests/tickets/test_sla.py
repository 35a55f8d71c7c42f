"""First-response targets: inputs and outputs, no database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportdesk.templating import countdown
from tickets import sla
from tickets.models import Category, Priority, Status, Ticket

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


# Opened at noon; a third (0.34) of the target is amber
@pytest.mark.parametrize(
    ("priority", "responded", "now", "expected"),
    [
        ("high", None, NOON, "ok"),
        ("high", None, after(minutes=9, seconds=53), "ok"),
        ("high", None, after(minutes=9, seconds=54), "soon"),
        ("high", None, after(minutes=14, seconds=59), "soon"),
        ("high", None, after(minutes=15), "breached"),
        ("high", None, after(days=9), "breached"),
        ("high", after(minutes=15), after(days=9), "met"),
        ("high", after(minutes=15, microseconds=1), after(days=9), "late"),
        ("urgent", None, after(minutes=3, seconds=17), "ok"),
        ("urgent", None, after(minutes=3, seconds=18), "soon"),
        ("low", None, after(hours=2, minutes=38), "ok"),
        ("low", None, after(hours=2, minutes=39), "soon"),
        # The clock was set back: nothing is breached by that
        ("low", None, NOON - timedelta(days=1), "ok"),
    ],
)
def test_the_countdown_stands_where_the_table_says(priority, responded, now, expected):
    due = sla.first_response_due(priority, NOON)
    assert sla.state(due, responded, now, priority) == expected


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (299, "4:59"),
        (14 * 60 + 59, "14 min"),
        (65 * 60, "1 h 5 min"),
        (49 * 3600, "2 d"),
        (-20, "1 min late"),
        (-8 * 60 - 29, "8 min late"),
        (-70 * 60, "1 h 10 min late"),
    ],
)
def test_the_time_that_is_left_reads_as_it_presses(seconds, shown):
    assert countdown(NOON + timedelta(seconds=seconds), NOON) == shown


@pytest.mark.parametrize(
    ("status", "responded", "expected"),
    [
        (Status.OPEN, None, "breached"),
        (Status.IN_PROGRESS, None, "breached"),
        # Nobody needs to answer any more
        (Status.RESOLVED, None, "done"),
        (Status.CLOSED, None, "done"),
        (Status.OPEN, after(minutes=1), "met"),
        (Status.CLOSED, after(minutes=1), "met"),
        (Status.CLOSED, after(hours=1), "late"),
    ],
)
def test_a_ticket_counts_down_only_while_somebody_waits(status, responded, expected):
    ticket = Ticket(
        status=status,
        priority="high",
        first_response_due_at=after(minutes=15),
        first_responded_at=responded,
    )
    assert ticket.sla_state(after(days=1)) == expected


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (5, "5 minutes"), (60, "1 hour"), (90, "90 minutes"), (480, "8 hours")],
)
def test_a_target_is_said_as_a_person_would(minutes, words):
    assert sla.in_words(timedelta(minutes=minutes)) == words
