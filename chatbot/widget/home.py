"""What the widget opens on while no conversation is in view: the last one, and the earlier ones."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot import chats
from tickets.models import Person, Ticket

# Tickets a page, the latest first
MOST = 20
STATES = {
    "open": gettext_lazy("Waiting for an agent"),
    "in-progress": gettext_lazy("In progress"),
    "resolved": gettext_lazy("Resolved"),
    "closed": gettext_lazy("Closed"),
}


@dataclass(frozen=True)
class Card:
    """A conversation as the home lists it. `key` opens it: a ticket's id, or "chat" for Villy."""

    key: str
    name: str
    snippet: str
    at: datetime
    state: str = ""
    is_person: bool = False
    unread: int = 0
    is_villy: bool = False

    @property
    def initials(self) -> str:
        return initials(self.name)


@dataclass(frozen=True)
class Page:
    """Some of a person's conversations, the latest first; `next` is where the page after it begins, empty for none."""

    cards: list[Card]
    next: str = ""


def first_page(person: Person) -> Page:
    """Return the person's latest conversations: the chat with Villy among their tickets. Three queries."""
    found = _tickets(Ticket.objects.filter(requester=person))
    chat = chats.current_chat(person)
    line = chat and chat.messages.order_by("-seq").first()
    if not line:
        return found
    villy = Card("chat", "Villy", line.text[:140], line.created_at, is_villy=True)
    return Page(sorted([*found.cards, villy], key=lambda card: card.at, reverse=True), found.next)


def page_after(person: Person, place: str) -> Page:
    """Return the conversations after this place of a page before; empty for a place that is none. One query."""
    written, __, id = place.partition(" ")
    try:
        at, last = parse_datetime(written), uuid.UUID(id)
        at = at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return Page([])
    if not at:
        return Page([])
    rest = Q(updated_at__lte=at) & (Q(updated_at__lt=at) | Q(id__lt=last))
    return _tickets(Ticket.objects.filter(rest, requester=person))


def _tickets(rows) -> Page:
    found = list(rows.defer("handover").order_by("-updated_at", "-id")[: MOST + 1])
    shown = found[:MOST]
    place = f"{shown[-1].updated_at.isoformat()} {shown[-1].pk}" if len(found) > MOST else ""
    return Page([_of_ticket(ticket) for ticket in shown], place)


def _of_ticket(ticket: Ticket) -> Card:
    return Card(
        key=str(ticket.pk),
        name=ticket.assignee_name or _("Customer Care"),
        snippet=_snippet(ticket),
        at=ticket.updated_at,
        state=str(STATES[ticket.status]),
        is_person=bool(ticket.assignee_name),
        unread=ticket.unread_by_requester,
    )


def _snippet(ticket: Ticket) -> str:
    words = ticket.preview or ticket.subject
    return _("You: %(words)s") % {"words": words} if ticket.last_customer_seq == ticket.last_seq else words


def initials(name: str) -> str:
    """Return up to two letters that stand for a name: "AN" for Asha Nair."""
    parts = name.split()
    return "".join(part[0] for part in [*parts[:1], *parts[1:][-1:]]).upper()
