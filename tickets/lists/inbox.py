"""The desk's list of tickets: views, filters, orders, pages and counts.

Each view is a range of one index of the ticket (see `models.ticket`), so that a page and a count
cost the same however many tickets there are. Counts are capped.
"""

import base64
import binascii
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Q, QuerySet, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from supportdesk.db.compiled_queries import compiled_query

from .. import search
from ..models import Category, Lane, Person, Priority, Status, Tag, Ticket, TicketTag
from ..search import folding
from ..visibility import Visibility
from ..workflow.tags import key_of
from .view_counts import AGENT, COUNTED, PERSONAL, Count

PAGE = 25
SEARCH_LENGTH = 200
# Of the counts of any filter; those of the views have one of their own
COUNT_CAP = 10_000
CAPPED_COUNT_KEPT_SECONDS = 60
# MongoDB asks for the tickets of a tag, or of a person's mentions, by their ids
MOST_BY_ID = 10_000

VIEWS = {
    "needs-answer": gettext_lazy("Needs an answer"),
    "mine": gettext_lazy("Mine"),
    "unassigned": gettext_lazy("Unassigned"),
    "open": gettext_lazy("All open"),
    "snoozed": gettext_lazy("Snoozed"),
    "done": gettext_lazy("Done"),
}
# Without a place of their own among the tabs
OTHER_VIEWS = {
    "spam": gettext_lazy("Spam"),
    "all": gettext_lazy("All tickets"),
    "mentions": gettext_lazy("Mentions"),
    "following": gettext_lazy("Following"),
}
LANE_OF_VIEW = {"open": Lane.OPEN, "snoozed": Lane.SNOOZED, "done": Lane.DONE, "spam": Lane.SPAM}


class BadFilter(ValueError):
    """A list was asked for in words that it does not know; the message is for the caller."""


# --- What is asked for -------------------------------------------------------


@dataclass(frozen=True)
class Ordering:
    """An order with a key that pages can resume from: a value and, for equal values, the id."""

    field: str
    newest_first: bool
    parse: Callable[[str], object]

    @property
    def ordering(self) -> tuple[str, str]:
        sign = "-" if self.newest_first else ""
        return f"{sign}{self.field}", f"{sign}id"

    def after(self, value, id: uuid.UUID) -> Q:
        # Bounded first: the plain "earlier, or as early with a smaller id" walks the index from the top
        step = "lt" if self.newest_first else "gt"
        bounded = Q(**{f"{self.field}__{step}e": value})
        return bounded & (Q(**{f"{self.field}__{step}": value}) | Q(**{f"id__{step}": id}))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


ORDERS = {
    "updated": Ordering("updated_at", True, _moment),
    "created": Ordering("created_at", False, _moment),
    "waiting": Ordering("attention_rank", False, int),
}
NEWEST_FIRST = ORDERS["updated"]


class ChoiceFilter(NamedTuple):
    """A filter by a column with fixed values."""

    label: str | Promise
    known: type[TextChoices]


# The desk's "Filter" box and chips, and the API's parameters, are made from these
CHOICES = {
    "status": ChoiceFilter(gettext_lazy("Status"), Status),
    "priority": ChoiceFilter(gettext_lazy("Priority"), Priority),
    "category": ChoiceFilter(gettext_lazy("Category"), Category),
}
# Filters that take one value or several, of which a ticket has one
MANY = (*CHOICES, "tag")


@dataclass(frozen=True)
class InboxFilter:
    """A filter of the inbox: every field narrows it, empty means any; MANY take several values."""

    view: str = ""
    status: tuple[str, ...] | str = ()
    priority: tuple[str, ...] | str = ()
    category: tuple[str, ...] | str = ()
    tag: tuple[str, ...] | str = ()
    # An agent's id, or "none"
    assigned: str = ""
    unread: bool = False
    callback: bool = False
    updated_since: datetime | None = None
    updated_before: datetime | None = None
    # Part of the customer's name or e-mail address
    sender: str = ""
    order_number: str = ""
    order: str = ""
    q: str = ""
    # The id of the agent who asks, for the view "mine"
    agent: str = ""
    # What that agent is limited to; None sees every ticket
    visible: Visibility | None = None

    def __post_init__(self):
        for name in MANY:
            values = getattr(self, name)
            values = (values,) if isinstance(values, str) else tuple(values)
            object.__setattr__(self, name, tuple(dict.fromkeys(filter(None, values))))
        for name, choice in CHOICES.items():
            for value in getattr(self, name):
                _one_of(name, value, choice.known.values)
        _one_of("view", self.view, [*VIEWS, *OTHER_VIEWS])
        _one_of("order", self.order, list(ORDERS))
        if self.assigned and self.assigned != "none":
            _uuid(self.assigned, "assigned is not an agent's id; me, none or an id work.")
        if len(self.q) > SEARCH_LENGTH or "\0" in self.q:
            raise BadFilter(f"A search is at most {SEARCH_LENGTH} characters of text.")
        if any("\0" in name for name in self.tag):
            raise BadFilter("A tag is a text of printable characters.")

    @property
    def ordering(self) -> Ordering:
        return ORDERS[self.order or ("waiting" if self.view == "needs-answer" else "updated")]

    @cached_property
    def is_common(self) -> bool:
        """Return whether many ask for it: then its SQL is kept."""
        return not (
            self.q
            or self.visible
            or self.view in PERSONAL
            or self.tag
            or self.updated_since
            or self.updated_before
            or self.sender
            or self.order_number
        )


def inbox(wanted: InboxFilter) -> QuerySet[Ticket]:
    """Return the tickets of an InboxFilter, in the order of the list, without their hand-over packets."""
    tickets = _in_view(Ticket.objects.defer("handover"), wanted)
    if wanted.visible:
        tickets = wanted.visible.among(tickets)
    for name in CHOICES:
        values = getattr(wanted, name)
        if len(values) == 1:
            tickets = tickets.filter(**{name: values[0]})
        elif values:
            tickets = tickets.filter(**{f"{name}__in": values})
    if wanted.assigned == "none":
        tickets = tickets.filter(assignee=None)
    elif wanted.assigned:
        tickets = tickets.filter(assignee_id=wanted.assigned)
    if wanted.callback:
        tickets = tickets.filter(callback_requested=True, callback_completed=False)
    if wanted.unread:
        tickets = tickets.filter(unread_by_agents__gt=0)
    if wanted.tag:
        tickets = tickets.filter(pk__in=_tagged(wanted.tag))
    if wanted.updated_since:
        tickets = tickets.filter(updated_at__gte=wanted.updated_since)
    if wanted.updated_before:
        tickets = tickets.filter(updated_at__lt=wanted.updated_before)
    if wanted.sender:
        tickets = tickets.filter(_is_from(wanted.sender))
    if wanted.order_number:
        tickets = tickets.filter(order_number=wanted.order_number)
    if wanted.q:
        tickets = search.tickets(tickets, wanted.q)
    return tickets.order_by(*wanted.ordering.ordering)


def _is_from(text: str) -> Q:
    """Return the condition that the customer's name or e-mail has this text in it, the name also as it is folded."""
    by_email = Q(requester_email__icontains=text)
    if connection.vendor != "sqlite":
        return folding.holds("requester_name", text) | by_email
    # SQLite calls Python for a pattern, 10 µs a row, and holds all other threads up meanwhile: so only for the
    # tickets that the index of words names
    plainly = Q(requester_name__icontains=text) | Q(requester_name__icontains=folding.typed(text))
    named = search.tickets(Ticket.objects.all(), text).values("pk")
    return plainly | by_email | Q(requester_name__iregex=folding.pattern(text), pk__in=named)


def _in_view(tickets: QuerySet[Ticket], wanted: InboxFilter) -> QuerySet[Ticket]:
    if wanted.view == "needs-answer":
        return tickets.filter(is_waiting=True)
    if wanted.view == "mine":
        return tickets.filter(assignee_id=wanted.agent or None, lane=Lane.OPEN)
    if wanted.view == "unassigned":
        return tickets.filter(assignee=None, lane=Lane.OPEN)
    if wanted.view in PERSONAL:
        if not wanted.agent:
            return tickets.none()
        mine = PERSONAL[wanted.view].objects.filter(person_id=wanted.agent)
        return tickets.filter(pk__in=_ids(mine)).exclude(lane=Lane.MERGED)
    if wanted.view == "all":
        return tickets.exclude(lane__in=(Lane.SPAM, Lane.MERGED))
    return tickets.filter(lane=LANE_OF_VIEW[wanted.view]) if wanted.view else tickets


def holds(wanted: InboxFilter, ticket: Ticket) -> bool:
    """Return whether this ticket is one of a view; False for any other filter, which only the database can answer."""
    if wanted != InboxFilter(view=wanted.view, agent=wanted.agent) or wanted.view not in COUNTED:
        return False
    agents: dict[object, str] = {AGENT: wanted.agent}
    return all(
        str(getattr(ticket, column)) == str(agents.get(value, value))
        for column, value in COUNTED[wanted.view].items()
    )


def _tagged(names: Sequence[str]):
    """Return the ids of tickets that have one of these tags, for a filter."""
    rows = TicketTag.objects.filter(
        tag__in=list(Tag.objects.filter(key__in=[key_of(name) for name in names]))
    )
    return _ids(rows)


def _ids(rows: QuerySet):
    """Return the ids of the tickets that these rows belong to, for a filter."""
    ids = rows.values_list("ticket_id", flat=True)
    return list(ids.order_by("-id")[:MOST_BY_ID]) if connection.vendor == "mongodb" else ids


# --- Pages -------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    rows: list = field(default_factory=list)
    # What the next page is asked for with; empty on the last
    next: str = ""


def inbox_page(wanted: InboxFilter, cursor: str = "", size: int = PAGE, only: Sequence[str] = ()) -> Page:
    """Return a page of the inbox; with `only` the tickets have these fields (others cost a query each)."""
    order = wanted.ordering
    after = from_cursor(cursor, order) if cursor else ()
    if wanted.is_common:
        found = _asked(wanted, tuple(only), size + 1, bool(after))(*after)
    elif wanted.q and order is NEWEST_FIRST:
        found = search.first(_rows(replace(wanted, q=""), only, *after), wanted.q, size + 1, *after[:1])
    else:
        found = list(_rows(wanted, only, *after)[: size + 1])
    return page(found, size, order)


def _rows(wanted: InboxFilter, only: Sequence[str], *after) -> QuerySet[Ticket]:
    """The tickets of a filter with these fields, from behind this value and id on."""
    rows = inbox(wanted)
    if only:
        rows = rows.defer(None).only(*only)
    return rows.filter(wanted.ordering.after(*after)) if after else rows


# Of the filters that are in use, the first page and the next ones
@lru_cache(maxsize=200)
def _asked(wanted: InboxFilter, only: tuple[str, ...], limit: int, resumed: bool) -> Callable[..., list]:
    def first() -> QuerySet[Ticket]:
        return _rows(wanted, only)[:limit]

    def next_one(value, id) -> QuerySet[Ticket]:
        return _rows(wanted, only, value, id)[:limit]

    return compiled_query(next_one if resumed else first)


def own_page(person: Person, cursor: str = "") -> Page:
    """Return a page of a customer's own tickets, the newest first; merged ones stand in the one that stayed."""
    rows = Ticket.objects.defer("handover").filter(requester=person, merged_into=None)
    rows = rows.order_by(*NEWEST_FIRST.ordering)
    if cursor:
        rows = rows.filter(NEWEST_FIRST.after(*from_cursor(cursor, NEWEST_FIRST)))
    return page(list(rows[: PAGE + 1]), PAGE, NEWEST_FIRST)


def page(found: list[Ticket], size: int, order: Ordering) -> Page:
    """Make a page of this size of the tickets that were asked for: one more than it, if there are more."""
    if len(found) <= size:
        return Page(found)
    last = found[size - 1]
    return Page(found[:size], to_cursor(getattr(last, order.field), last.pk))


def to_cursor(value, id: uuid.UUID) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return base64.urlsafe_b64encode(f"{text}|{id}".encode()).decode().rstrip("=")


def from_cursor(cursor: str, order: Ordering) -> tuple:
    try:
        text, _, id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        value = order.parse(text)
        if isinstance(value, int) and not 0 <= value < 2**63:
            raise ValueError(text)
        return value, uuid.UUID(id)
    except (ValueError, OverflowError, binascii.Error) as reason:
        raise BadFilter("This cursor does not belong to this list. Begin again without it.") from reason


# --- Counts ------------------------------------------------------------------


def count(wanted: InboxFilter, cap: int | None = None) -> Count:
    """Count the tickets of a filter: exactly while they are few, "10,000+" beyond."""
    cap = COUNT_CAP if cap is None else cap
    key = f"capped:{cap}:{hashlib.sha256(repr(wanted).encode()).hexdigest()}"
    if cache.get(key):
        return Count(cap, capped=True)
    if wanted.q:
        return Count(*search.count(inbox(replace(wanted, q="")).order_by(), wanted.q))
    number = inbox(wanted).order_by()[: cap + 1].count()
    if number <= cap:
        return Count(number)
    cache.set(key, True, CAPPED_COUNT_KEPT_SECONDS)
    return Count(cap, capped=True)


def total(wanted: InboxFilter, first: Page) -> Count:
    """Count the tickets of a filter of which this is the first page; what is all on it is there to be seen."""
    return count(wanted) if first.next else Count(len(first.rows))


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value and value not in known:
        raise BadFilter(f"{name} is one of {', '.join(known)}.")


def _uuid(value: str, otherwise: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError as reason:
        raise BadFilter(otherwise) from reason
