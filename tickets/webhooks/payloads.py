"""What an endpoint is told of an event: `{"type", "timestamp", "data"}`."""

import json
from datetime import datetime

from tickets.api.serializers import message_json, ticket_json
from tickets.models import Message, Ticket, TicketEvent
from tickets.shop.fields import shown

# What the history calls otherwise than the API
NAMES = {"assignee_name": "agentName", "order_number": "orderNumber", "rating_comment": "comment"}


def body(type: str, at: datetime, data: dict) -> str:
    """Return the body of a message as it is signed and sent."""
    told = {"type": type, "timestamp": shown(at), "data": data}
    return json.dumps(told, ensure_ascii=False, default=str)


def of_ticket(ticket: Ticket) -> dict:
    return _plain(ticket_json(ticket, agent=True))


def of_message(message: Message, ticket: Ticket) -> dict:
    return _plain(message_json(message, ticket, agent=True)) | {"ticketNumber": ticket.number}


def of_change(ticket: Ticket, events: list[TicketEvent]) -> dict:
    """Return the ticket with what changed: `changes: {field: {"from", "to"}}` and who did it."""
    changes = {api_name(event.field): {"from": event.old, "to": event.new} for event in events}
    return of_ticket(ticket) | {"changes": changes, "changedBy": events[0].actor_name}


def of_rating(ticket: Ticket) -> dict:
    return of_ticket(ticket) | {"rating": ticket.rating, "comment": ticket.rating_comment}


def api_name(field: str) -> str:
    """Return the API's name of a field: "first_response_due_at" is "firstResponseDueAt"."""
    first, *rest = field.split("_")
    return NAMES.get(field) or first + "".join(part.capitalize() for part in rest)


def _plain(data: dict) -> dict:
    return json.loads(json.dumps(data, default=str))
