"""Adds tickets up into daily rows. A day is computed as a whole and replaced, so running it again is safe."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.utils import timezone

from supportdesk.db.transactions import atomic_with_retry
from tickets.models import DailyFigures, Message, Sender, Ticket
from tickets.operations import jobs

# A commit may become visible some time after the moment that it bears: yesterday is computed again until then
LATE = timedelta(hours=1)
READ_AT_ONCE = 500
FIELDS = (
    "id", "requester_id", "assignee_id", "assignee_name", "category", "created_at", "first_responded_at",
    "first_response_due_at", "resolved_at", "rated_at", "rating",
)  # fmt: skip
COUNTERS = (
    "opened", "answered", "first_response_seconds", "in_time", "next_answered", "next_response_seconds", "resolved",
    "resolution_seconds", "rated", "stars",
)  # fmt: skip


class Row(NamedTuple):
    """The fields of a ticket that are counted."""

    id: object
    requester_id: object
    assignee_id: object
    assignee_name: str
    category: str
    created_at: datetime
    first_responded_at: datetime | None
    first_response_due_at: datetime
    resolved_at: datetime | None
    rated_at: datetime | None
    rating: int | None
    # Of each reply that answered a waiting customer after the first response: since when, and when
    next_answers: Sequence[tuple[datetime, datetime]] = ()


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
    touched = Ticket.objects.filter(updated_at__gte=midnight(first)).order_by()
    values = touched.values_list(*FIELDS).iterator(chunk_size=READ_AT_ONCE)
    rows = add_up(_with_next_answers((Row(*each) for each in values), midnight(first)), first, last)
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
        for since, answered in ticket.next_answers:
            count(answered, ticket, next_answered=1, next_response_seconds=_seconds(since, answered))
        if solved := ticket.resolved_at:
            count(solved, ticket, resolved=1, resolution_seconds=_seconds(ticket.created_at, solved))
        if ticket.rating:
            count(ticket.rated_at, ticket, rated=1, stars=ticket.rating)
    return list(rows.values())


def _with_next_answers(tickets: Iterator[Row], start: datetime) -> Iterator[Row]:
    """Yield the tickets with their replies since `start` that ended a wait after the first response."""
    merged = Ticket.objects.filter(updated_at__gte=start).exclude(merged_into=None).order_by()
    # The first response of a ticket that was merged stands among the replies of the one that stayed
    firsts = set(merged.values_list("requester_id", "first_responded_at"))
    while batch := list(islice(tickets, READ_AT_ONCE)):
        waits = _ended_waits([ticket.id for ticket in batch], start)
        for ticket in batch:
            nexts = [
                (since, answered)
                for since, answered in waits[ticket.id]
                if answered != ticket.first_responded_at and (ticket.requester_id, answered) not in firsts
            ]
            yield ticket._replace(next_answers=nexts)


def _ended_waits(tickets: list, start: datetime) -> Mapping[Any, list[tuple[datetime, datetime]]]:
    """Return by ticket since when the customer had waited for each reply, and when it came."""
    replies = Message.objects.filter(
        ticket__in=tickets, sender=Sender.AGENT, created_at__gte=start, withdrawn_at=None
    )
    waits = defaultdict(list)
    for ticket, since, answered in replies.order_by().values_list(
        "ticket_id", "answered_since", "created_at"
    ):
        if since:
            waits[ticket].append((since, answered))
    return waits


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


def midnight(day: date) -> datetime:
    """Return when this day begins in the desk's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _seconds(start: datetime, end: datetime) -> int:
    # The clock may have been set back in between
    return max(0, int((end - start).total_seconds()))
