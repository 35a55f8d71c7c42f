"""Rows of the list and bubbles of a conversation, as markup that is kept.

Each is made of plain values and of nothing else, so that equal values look alike: a row
that did not change and a bubble that was shown before are not rendered again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from markupsafe import Markup

from supportdesk.templating import age, countdown, rendered
from tickets.models import Message, Ticket

# Two or three kilobytes each. Who works on the templates sees each change
ROWS_KEPT, BUBBLES_KEPT = (0, 0) if settings.DEBUG else (3_000, 5_000)


# --- The list ----------------------------------------------------------------


class FirstResponse(NamedTuple):
    """When an unanswered ticket should be answered, and how it stands."""

    due_at: datetime
    soon_at: datetime
    state: str
    left: str


class Row(NamedTuple):
    """All that a row of the list shows."""

    id: UUID
    number: int
    requester_name: str
    subject: str
    status: str
    priority: str
    category: str
    assignee_name: str
    unread: int
    wants_callback: bool
    updated_at: datetime
    age: str
    first_response: FirstResponse | None
    query: str
    is_open: bool

    get_status_display = Ticket.get_status_display
    get_priority_display = Ticket.get_priority_display
    get_category_display = Ticket.get_category_display


_of_ticket = attrgetter(
    "id", "number", "requester_name", "subject", "status", "priority", "category", "assignee_name",
    "unread_by_agents", "wants_callback", "updated_at",
)  # fmt: skip


def row(ticket: Ticket, now: datetime, query: str = "", *, is_open: bool = False) -> Markup:
    """A ticket as a row of the list that `query` asks for."""
    first_response = None
    if ticket.awaits_first_response:
        due_at = ticket.first_response_due_at
        state, left = ticket.sla_state(now), countdown(due_at, now)
        first_response = FirstResponse(due_at, ticket.first_response_soon_at, state, left)
    return _row(Row(*_of_ticket(ticket), age(ticket.updated_at, now), first_response, query, is_open))


@lru_cache(maxsize=ROWS_KEPT)
def _row(row: Row) -> Markup:
    return rendered("tickets/_ticket_row.html", row=row)


# --- Conversations -----------------------------------------------------------


class Bubble(NamedTuple):
    """All that a message shows to one side of the conversation."""

    id: UUID
    seq: int
    client_id: str | None
    sender: str
    sender_name: str
    text: str
    internal: bool
    picture: str | None
    picture_width: int | None
    picture_height: int | None
    created_at: datetime
    side: str
    # Told to its sender only
    was_read: bool | None


_of_message = attrgetter(
    "id", "seq", "client_id", "sender", "sender_name", "text", "internal", "picture.name", "picture_width",
    "picture_height", "created_at",
)  # fmt: skip


def bubbles(
    messages: Iterable[Message], ticket: Ticket, side: str, *, days: bool = False
) -> list[tuple[datetime | None, Markup]]:
    """Messages of a ticket as `side` ("agent", "customer") sees them; with `days`, each day's first has its time beside it."""
    shown, last = [], None
    for message in messages:
        day = _day(message.created_at)
        begins = message.created_at if days and day != last else None
        is_own = message.sender == side and not message.internal
        was_read = message.was_read(ticket) if is_own else None
        shown.append((begins, _bubble(Bubble(*_of_message(message), side, was_read))))
        last = day
    return shown


@lru_cache(maxsize=BUBBLES_KEPT)
def _bubble(bubble: Bubble) -> Markup:
    return rendered("tickets/_message.html", message=bubble)


@lru_cache(maxsize=BUBBLES_KEPT)
def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
