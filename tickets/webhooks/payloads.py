"""What an endpoint is told of an event: `{"type", "timestamp", "data"}`."""

import json
from datetime import datetime
from typing import Any

from tickets.api.serializers import desk_tickets_json, message_json
from tickets.custom_fields import definitions
from tickets.models import Message, Ticket, TicketEvent
from tickets.shop.fields import shown

# What the history calls otherwise than the API
NAMES = {"assignee_name": "agentName", "order_number": "orderNumber", "rating_comment": "comment"}


def body(type: str, at: datetime, data: dict) -> str:
    """Return the body of a message as it is signed and sent."""
    told = {"type": type, "timestamp": shown(at), "data": data}
    return json.dumps(told, ensure_ascii=False, default=str)


def of_ticket(ticket: Ticket) -> dict:
    [told] = desk_tickets_json([ticket])
    return _plain(told)


def of_message(message: Message, ticket: Ticket) -> dict:
    return _plain(message_json(message, ticket, agent=True)) | {"ticketNumber": ticket.number}


def of_change(ticket: Ticket, events: list[TicketEvent]) -> dict:
    """Return the ticket with what changed: `changes: {field: {"from", "to"}}` and who did it.

    Custom fields that changed are one entry, `customFields`, whose "from" and "to" are values by key.
    """
    changes: dict[str, dict] = {
        api_name(event.field): {"from": event.old, "to": event.new}
        for event in events
        if event.field != "custom_field"
    }
    if custom := [event for event in events if event.field == "custom_field"]:
        changes["customFields"] = _of_custom_fields(custom)
    return of_ticket(ticket) | {"changes": changes, "changedBy": events[0].actor_name}


def _of_custom_fields(events: list[TicketEvent]) -> dict[str, dict]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for event in events:
        # The history holds "Batch: LK-204", and nothing on the side without a value
        line = event.new or event.old
        field = next((each for each in definitions.in_use() if line.startswith(f"{each.label}: ")), None)
        if field:
            before[field.key] = _value(field, event.old)
            after[field.key] = _value(field, event.new)
    return {"from": before, "to": after}


def _value(field: definitions.Field, line: str) -> Any:
    """Return the value in a line of the history as the API gives it; None for none."""
    try:
        stored = field.stored(line.removeprefix(f"{field.label}: "))
    except definitions.BadValue:
        # The field held another kind of value then
        return line.removeprefix(f"{field.label}: ")
    return field.told(stored) if stored else None


def of_rating(ticket: Ticket) -> dict:
    return of_ticket(ticket) | {"rating": ticket.rating, "comment": ticket.rating_comment}


def api_name(field: str) -> str:
    """Return the API's name of a field: "first_response_due_at" is "firstResponseDueAt"."""
    first, *rest = field.split("_")
    return NAMES.get(field) or first + "".join(part.capitalize() for part in rest)


def _plain(data: dict) -> dict:
    return json.loads(json.dumps(data, default=str))
