"""A ticket's history in sentences: who did what."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tickets.models import CATEGORY_LABELS, PRIORITY_LABELS, Status, TicketEvent

STATUS_SENTENCES = {
    ("", Status.OPEN): "{who} opened the ticket",
    (Status.OPEN, Status.IN_PROGRESS): "{who} took it",
    (Status.IN_PROGRESS, Status.RESOLVED): "{who} resolved it",
    (Status.RESOLVED, Status.IN_PROGRESS): "{who} reopened it",
    (Status.RESOLVED, Status.CLOSED): "{who} closed it",
    (Status.OPEN, Status.CLOSED): "{who} closed it",
    (Status.IN_PROGRESS, Status.CLOSED): "{who} closed it",
}


@dataclass(frozen=True)
class Line:
    sentence: str
    at: datetime


def lines(events: list[TicketEvent]) -> list[Line]:
    """Return the events as sentences, in their order."""
    return [Line(sentence(event), event.at) for event in events]


def sentence(event: TicketEvent) -> str:
    """Say one event as a colleague would: "Asha took it"."""
    who, old, new = event.actor_name or "The desk", _short(event.old), _short(event.new)
    match event.field:
        case "status":
            return STATUS_SENTENCES.get((event.old, event.new), "{who} set the status to {new}").format(
                who=who, new=Status(event.new).label.lower() if event.new in Status.values else new
            )
        case "assignee_name":
            return f"{who} assigned it to {new}" if new else f"{who} unassigned it"
        case "priority":
            return f"{who} set the priority to {PRIORITY_LABELS.get(event.new, new).lower()}"
        case "category":
            return f"{who} set the category to {CATEGORY_LABELS.get(event.new, new).lower()}"
        case "resolution":
            return f"{who} noted the resolution: {new}" if new else f"{who} removed the resolution"
        case "tags":
            return f"{who} set the tags: {new}" if new else f"{who} removed the tags {old}"
        case "order_number":
            return f"{who} set the order to {new}" if new else f"{who} removed the order {old}"
        case "subject":
            return f"{who} changed the subject to “{new}”"
        case "requester_name" | "requester_email" | "requester_phone":
            what = {"name": "name", "email": "e-mail address", "phone": "phone number"}[event.field[10:]]
            return f"{who} corrected the customer's {what}"
        case "snoozed_until":
            return f"{who} snoozed it until {_time(event.new)}" if new else f"{who} woke it"
        case "is_spam":
            return f"{who} marked it as spam" if new == "True" else f"{who} marked it as no spam"
        case "needs_answer":
            return f"{who} said that no answer is needed"
        case "message":
            return f"{who} took back a message"
        case "scheduled_reply":
            return f"{who} {'planned a reply' if new == 'planned' else 'cancelled a planned reply'}"
        case "callback_requested":
            return f"{who} asked for a call" if new == "True" else f"{who} withdrew the request for a call"
        case "callback_completed":
            return f"{who} called back" if new == "True" else f"{who} opened the call back again"
        case "rating":
            return f"{who} gave {new} of 5 stars" if new else f"{who} removed the rating"
        case "rating_comment":
            return f"{who} commented: {new}"
        case "first_response" | "next_response":
            return "The answer was overdue" if event.new == "overdue" else "The answer is due soon"
        case "merged":
            return f"{who} merged ticket #{new} into this one"
        case "merged_into":
            return (
                f"{who} merged it into ticket #{new}" if new else f"{who} separated it from ticket #{old}"
            )
        case "split_off":
            return (
                f"{who} split a message off into ticket #{new}"
                if new
                else f"{who} moved the message of ticket #{old} back"
            )
        case "split_from":
            return f"{who} split it off from ticket #{new}"
        case "unmerged":
            return f"{who} separated ticket #{old} again"
    label = event.field.replace("_", " ")
    return f"{who} set the {label} to {new}" if new else f"{who} removed the {label}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _time(text: str) -> str:
    moment = parse_datetime(text)
    return timezone.localtime(moment).strftime("%-d %b, %H:%M") if moment else text
