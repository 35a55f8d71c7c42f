"""What the widget opens on while no conversation is in view: the last one, and the earlier ones."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot import conversations
from tickets.models import Person, Ticket

# Of a person's own tickets, the latest first
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


def cards(person: Person) -> list[Card]:
    """Return the person's conversations, the latest first: the chat with Villy, and all tickets. Three queries."""
    tickets = (
        Ticket.objects.defer("handover").filter(requester=person).order_by("-updated_at", "-id")[:MOST]
    )
    found = [_of_ticket(ticket) for ticket in tickets]
    chat = conversations.current_chat(person)
    line = chat and chat.messages.order_by("-seq").first()
    if line:
        found.append(Card("chat", "Villy", line.text[:140], line.created_at, is_villy=True))
    return sorted(found, key=lambda card: card.at, reverse=True)


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
