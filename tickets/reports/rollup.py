"""Adds tickets up into daily rows. A day is computed as a whole and replaced, so running it again is safe."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from supportdesk.db.transactions import atomic_with_retry
from tickets.models import DailyFigures, Ticket
from tickets.operations import jobs

# A commit may become visible some time after the moment that it bears: yesterday is computed again until then
LATE = timedelta(hours=1)
READ_AT_ONCE = 2_000
FIELDS = (
    "assignee_id", "assignee_name", "category", "created_at", "first_responded_at", "first_response_due_at",
    "resolved_at", "closed_at", "rating",
)  # fmt: skip
COUNTERS = (
    "opened", "answered", "first_response_seconds", "in_time", "resolved", "resolution_seconds", "rated", "stars",
)  # fmt: skip


class Row(NamedTuple):
    """What of a ticket is counted."""

    assignee_id: object
    assignee_name: str
    category: str
    created_at: datetime
    first_responded_at: datetime | None
    first_response_due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    rating: int | None


@jobs.step("figures", every=timedelta(minutes=5))
def keep_figures(now: datetime, since: datetime) -> bool:
    """Compute today's rows, yesterday's while they may still change, and all days when there are none yet."""
    today = _day(now)
    newest = DailyFigures.objects.order_by("-day").values_list("day", flat=True).first()
    first = _oldest_day() if newest is None else min(newest, _day(now - LATE))
    if first is not None:
        compute(first, today)
    return False


def compute(first: date, last: date) -> int:
    """Replace the rows of these days by what the tickets say now; return how many rows there are."""
    # A ticket is updated no earlier than anything that happened to it: the inbox's index finds all of them
    touched = Ticket.objects.filter(updated_at__gte=_midnight(first)).order_by()
    values = touched.values_list(*FIELDS).iterator(chunk_size=READ_AT_ONCE)
    rows = add_up((Row(*each) for each in values), first, last)
    _replace(first, last, rows)
    return len(rows)


def add_up(tickets: Iterable[Row], first: date, last: date) -> list[DailyFigures]:
    """Return the rows of these days. Without a database: what is counted stands in the tickets."""
    rows: dict[tuple, DailyFigures] = {}

    def count(moment: datetime | None, ticket: Row, **counters: int) -> None:
        if moment is None or not first <= (day := _day(moment)) <= last:
            return
        agent = str(ticket.assignee_id or "")
        row = rows.setdefault(
            (day, agent, ticket.category),
            DailyFigures(day=day, agent=agent, agent_name=ticket.assignee_name, category=ticket.category),
        )
        for name, number in counters.items():
            setattr(row, name, getattr(row, name) + number)

    for ticket in tickets:
        count(ticket.created_at, ticket, opened=1)
        if answered := ticket.first_responded_at:
            seconds = _seconds(ticket.created_at, answered)
            in_time = int(answered <= ticket.first_response_due_at)
            count(answered, ticket, answered=1, first_response_seconds=seconds, in_time=in_time)
        if solved := ticket.resolved_at:
            count(solved, ticket, resolved=1, resolution_seconds=_seconds(ticket.created_at, solved))
        if ticket.rating:
            count(ticket.closed_at or ticket.resolved_at, ticket, rated=1, stars=ticket.rating)
    return list(rows.values())


@atomic_with_retry
def _replace(first: date, last: date, rows: list[DailyFigures]) -> None:
    DailyFigures.objects.filter(day__gte=first, day__lte=last).delete()
    DailyFigures.objects.bulk_create(rows, batch_size=500)


def _oldest_day() -> date | None:
    oldest = Ticket.objects.order_by("updated_at").values_list("created_at", flat=True).first()
    first = Ticket.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return _day(min(filter(None, (oldest, first)))) if first else None


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _seconds(start: datetime, end: datetime) -> int:
    # The clock may have been set back in between
    return max(0, int((end - start).total_seconds()))
