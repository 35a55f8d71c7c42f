"""Every list that the desk shows, and how it is paged."""

import base64
import binascii
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from supportdesk.db.compiled_queries import compiled_query

from . import search
from .models import Category, Message, Order, OrderItem, Person, Priority, Role, Status, Ticket, Viewer

PAGE = 25
MESSAGES_PAGE = 50
# More messages than a conversation has
NO_SEQ = 2**31 - 1
# Counting further would cost more than anybody wants to know
COUNT_CAP = 10_000
SEARCH_LENGTH = 200
CAPPED_COUNT_KEPT_SECONDS = 60
COLLEAGUES_KEPT_SECONDS = 10
# A tab says every 25 seconds that it still shows the ticket
VIEWER_FADES = timedelta(seconds=60)


class BadFilter(ValueError):
    """A list was asked for in words that it does not know; the message is for the caller."""


# --- The inbox ---------------------------------------------------------------


@dataclass(frozen=True)
class InboxFilter:
    """Which tickets of the inbox: every field narrows it down, empty means any."""

    status: str = ""
    priority: str = ""
    category: str = ""
    # An agent's id, or "none"
    assigned: str = ""
    callback: bool = False
    # Unanswered ones, the most pressing first
    waiting: bool = False
    q: str = ""

    def __post_init__(self) -> None:
        _one_of("status", self.status, Status.values)
        _one_of("priority", self.priority, Priority.values)
        _one_of("category", self.category, Category.values)
        if self.assigned and self.assigned != "none":
            _uuid(self.assigned, "assigned is not an agent's id; me, none or an id work.")
        if len(self.q) > SEARCH_LENGTH or "\0" in self.q:
            raise BadFilter(f"A search is at most {SEARCH_LENGTH} characters of text.")

    @property
    def order(self) -> "Ordering":
        return BY_DUE_TIME if self.waiting else NEWEST_FIRST


def inbox(wanted: InboxFilter) -> QuerySet[Ticket]:
    """Return the tickets of an InboxFilter, in the order of the list, without their hand-over packets."""
    tickets = Ticket.objects.defer("handover")
    exact = {"status": wanted.status, "priority": wanted.priority, "category": wanted.category}
    tickets = tickets.filter(**{name: value for name, value in exact.items() if value})
    if wanted.assigned == "none":
        tickets = tickets.filter(assignee=None)
    elif wanted.assigned:
        tickets = tickets.filter(assignee_id=wanted.assigned)
    if wanted.callback:
        tickets = tickets.filter(callback_requested=True, callback_completed=False)
    if wanted.waiting:
        tickets = tickets.filter(status=Status.OPEN, first_responded_at=None)
    if wanted.q:
        tickets = search.tickets(tickets, wanted.q)
    return tickets.order_by(*wanted.order.ordering)


# What a row of the list shows; making objects of all the other columns would cost as much again
ROW = (
    "id", "number", "requester_name", "subject", "status", "priority", "category", "assignee_name",
    "unread_by_agents", "callback_requested", "callback_completed", "updated_at", "first_response_due_at",
    "first_responded_at", "channel",
)  # fmt: skip


def inbox_page(wanted: InboxFilter, cursor: str = "", size: int = PAGE, only: Sequence[str] = ()) -> "Page":
    """Return a page of the inbox; with `only` the tickets have these fields (others cost a query each)."""
    after = _from_cursor(cursor) if cursor else ()
    if not wanted.q:
        found = _asked(wanted, tuple(only), size + 1, bool(after))(*after)
    elif wanted.waiting:
        found = list(_rows(wanted, only, *after)[: size + 1])
    else:
        found = search.first(_rows(replace(wanted, q=""), only, *after), wanted.q, size + 1, *after[:1])
    return _page(found, size, wanted.order)


def _rows(wanted: InboxFilter, only: Sequence[str], *after: Any) -> QuerySet[Ticket]:
    """The tickets of a filter with these fields, from behind this time and id on."""
    rows = inbox(wanted)
    if only:
        rows = rows.defer(None).only(*only)
    return rows.filter(wanted.order.after(*after)) if after else rows


# Of the filters that are in use, the first page and the next ones
@lru_cache(maxsize=200)
def _asked(wanted: InboxFilter, only: tuple[str, ...], limit: int, resumed: bool) -> Callable[..., list]:
    if resumed:
        return compiled_query(lambda at, id: _rows(wanted, only, at, id)[:limit])
    return compiled_query(lambda: _rows(wanted, only)[:limit])


def own_page(person: Person, cursor: str = "") -> "Page":
    """Return a page of a customer's own tickets, the newest first."""
    rows = Ticket.objects.defer("handover").filter(requester=person).order_by(*NEWEST_FIRST.ordering)
    if cursor:
        rows = rows.filter(NEWEST_FIRST.after(*_from_cursor(cursor)))
    return _page(list(rows[: PAGE + 1]), PAGE, NEWEST_FIRST)


@dataclass(frozen=True)
class Count:
    """A number of tickets; `capped` means "at least"."""

    number: int
    capped: bool = False

    def __str__(self) -> Any:
        return f"{self.number:,}{'+' if self.capped else ''}"


def count(wanted: InboxFilter) -> Count:
    """Count the tickets of a filter: exactly while they are few, "10,000+" beyond."""
    key = f"capped:{hash(wanted)}"
    if cache.get(key):
        return Count(COUNT_CAP, capped=True)
    if wanted.q:
        return Count(*search.count(inbox(replace(wanted, q="")).order_by(), wanted.q))
    number = inbox(wanted).order_by()[: COUNT_CAP + 1].count()
    if number <= COUNT_CAP:
        return Count(number)
    cache.set(key, True, CAPPED_COUNT_KEPT_SECONDS)
    return Count(COUNT_CAP, capped=True)


def total(wanted: InboxFilter, first: "Page") -> Count:
    """Count the tickets of a filter of which this is the first page; what is all on it is there to be seen."""
    return count(wanted) if first.next else Count(len(first.rows))


def agents() -> QuerySet[Person]:
    """Everybody a ticket can be assigned to."""
    working = Person.objects.filter(role__in=(Role.AGENT, Role.STAFF), is_active=True)
    return working.order_by("name").only("id", "name", "role", "is_active")


@dataclass(frozen=True)
class Colleague:
    id: uuid.UUID
    name: str


def colleagues() -> list[Colleague]:
    """The agents as every open ticket offers them: as they were within the last seconds."""
    return cache.get_or_set("colleagues", _colleagues, COLLEAGUES_KEPT_SECONDS) or []


def assignable(ticket: Ticket) -> list[Colleague]:
    """Return the agents that this ticket offers: also the one who has it and has left the shop."""
    working = colleagues()
    if ticket.assignee_id and ticket.assignee_id not in {agent.id for agent in working}:
        return [Colleague(ticket.assignee_id, ticket.assignee_name), *working]
    return working


def _colleagues() -> list[Colleague]:
    return [Colleague(agent.pk, agent.name) for agent in agents()]


def other_viewers(ticket: Ticket, person: Person) -> QuerySet[Viewer]:
    """The agents who have the ticket open right now, without this one."""
    fresh = Viewer.objects.filter(ticket=ticket, seen_at__gt=timezone.now() - VIEWER_FADES)
    return fresh.exclude(person=person).order_by("name")


# --- Conversations -----------------------------------------------------------


def conversation(ticket: Ticket, *, notes: bool) -> QuerySet[Message]:
    """The messages of a ticket; `notes` is for agents only."""
    messages = Message.objects.filter(ticket=ticket).order_by("seq")
    return messages if notes else messages.filter(internal=False)


def newest_messages(ticket: Ticket, *, notes: bool, before: int | None = None) -> list[Message]:
    """The last MESSAGES_PAGE messages (before a seq), oldest first."""
    return _newest(notes, MESSAGES_PAGE)(ticket.pk, before or NO_SEQ)[::-1]


def newer_messages(ticket: Ticket, seq: int, *, notes: bool, limit: int | None = None) -> list[Message]:
    """The messages after a seq, oldest first."""
    return _newer(notes, limit)(ticket.pk, seq)


@lru_cache
def _newest(notes: bool, limit: int) -> Callable[..., list[Message]]:
    def rows(ticket: Ticket, before: Any) -> Any:
        return conversation(ticket, notes=notes).filter(seq__lt=before).order_by("-seq")[:limit]

    return compiled_query(rows)


@lru_cache
def _newer(notes: bool, limit: int | None) -> Callable[..., list[Message]]:
    return compiled_query(lambda ticket, seq: conversation(ticket, notes=notes).filter(seq__gt=seq)[:limit])


def items_of(order_id: uuid.UUID) -> list[OrderItem]:
    return list(OrderItem.objects.filter(order_id=order_id))


def orders_of(person: Person) -> QuerySet[Order]:
    return Order.objects.filter(customer=person).order_by("-placed_at")


# --- Pages by key ------------------------------------------------------------


@dataclass(frozen=True)
class Ordering:
    """An order with a key that pages can resume from: a time and, for equal times, the id."""

    field: str
    newest_first: bool

    @property
    def ordering(self) -> tuple[str, str]:
        sign = "-" if self.newest_first else ""
        return f"{sign}{self.field}", f"{sign}id"

    def after(self, at: datetime, id: uuid.UUID) -> Q:
        # Bounded first: the plain "earlier, or as early with a smaller id" walks the index from the top
        step = "lt" if self.newest_first else "gt"
        bounded = Q(**{f"{self.field}__{step}e": at})
        return bounded & (Q(**{f"{self.field}__{step}": at}) | Q(**{f"id__{step}": id}))


NEWEST_FIRST = Ordering("updated_at", newest_first=True)
BY_DUE_TIME = Ordering("first_response_due_at", newest_first=False)


@dataclass(frozen=True)
class Page:
    rows: list = field(default_factory=list)
    # What the next page is asked for with; empty on the last
    next: str = ""


def _page(found: list[Ticket], size: int, order: Ordering) -> Page:
    """A page of this size, of the tickets that were asked for: one more than it, if there are more."""
    if len(found) <= size:
        return Page(found)
    last = found[size - 1]
    return Page(found[:size], _to_cursor(getattr(last, order.field), last.pk))


def _to_cursor(at: datetime, id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id}".encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, _, id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        when = datetime.fromisoformat(at)
        if when.tzinfo is None:
            raise ValueError
        return when.astimezone(UTC), uuid.UUID(id)
    except (ValueError, OverflowError, binascii.Error) as reason:
        raise BadFilter("This cursor is not one of ours; begin again without it.") from reason


def _one_of(name: str, value: str, known: list[str]) -> None:
    if value and value not in known:
        raise BadFilter(f"{name} is one of {', '.join(known)}.")


def _uuid(value: str, otherwise: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError as reason:
        raise BadFilter(otherwise) from reason
