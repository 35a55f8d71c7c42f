"""A ticket's history in sentences: who did what."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_lazy

from supportdesk import languages
from tickets.models import CATEGORY_LABELS, PRIORITY_LABELS, STATUS_LABELS, Status, TicketEvent

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LABELS = {"status": STATUS_LABELS, "priority": PRIORITY_LABELS, "category": CATEGORY_LABELS}

STATUS_SENTENCES: "dict[tuple[str, str], _StrPromise]" = {
    ("", Status.OPEN): gettext_lazy("%(who)s opened the ticket"),
    (Status.OPEN, Status.IN_PROGRESS): gettext_lazy("%(who)s took it"),
    (Status.IN_PROGRESS, Status.RESOLVED): gettext_lazy("%(who)s resolved it"),
    (Status.RESOLVED, Status.IN_PROGRESS): gettext_lazy("%(who)s reopened it"),
    (Status.RESOLVED, Status.CLOSED): gettext_lazy("%(who)s closed it"),
    (Status.OPEN, Status.CLOSED): gettext_lazy("%(who)s closed it"),
    (Status.IN_PROGRESS, Status.CLOSED): gettext_lazy("%(who)s closed it"),
}
SET_STATUS = gettext_lazy("%(who)s set the status to %(new)s")
# By field: what is said when there is a new value, and when there is none
SENTENCES = {
    "assignee_name": (gettext_lazy("%(who)s assigned it to %(new)s"), gettext_lazy("%(who)s unassigned it")),
    "priority": (gettext_lazy("%(who)s set the priority to %(new)s"),) * 2,
    "category": (gettext_lazy("%(who)s set the category to %(new)s"),) * 2,
    "resolution": (
        gettext_lazy("%(who)s noted the resolution: %(new)s"), gettext_lazy("%(who)s removed the resolution"),
    ),
    "tags": (gettext_lazy("%(who)s set the tags: %(new)s"), gettext_lazy("%(who)s removed the tags %(old)s")),
    "order_number": (
        gettext_lazy("%(who)s set the order to %(new)s"), gettext_lazy("%(who)s removed the order %(old)s"),
    ),
    "subject": (gettext_lazy("%(who)s changed the subject to “%(new)s”"),) * 2,
    "requester_name": (gettext_lazy("%(who)s corrected the customer's name"),) * 2,
    "requester_email": (gettext_lazy("%(who)s corrected the customer's e-mail address"),) * 2,
    "requester_phone": (gettext_lazy("%(who)s corrected the customer's phone number"),) * 2,
    "snoozed_until": (gettext_lazy("%(who)s snoozed it until %(new)s"), gettext_lazy("%(who)s woke it")),
    "needs_answer": (gettext_lazy("%(who)s said that no answer is needed"),) * 2,
    "message": (gettext_lazy("%(who)s took back a message"),) * 2,
    "rating": (gettext_lazy("%(who)s gave %(new)s of 5 stars"), gettext_lazy("%(who)s removed the rating")),
    "rating_comment": (gettext_lazy("%(who)s commented: %(new)s"),) * 2,
    "merged": (gettext_lazy("%(who)s merged ticket #%(new)s into this one"),) * 2,
    "merged_into": (
        gettext_lazy("%(who)s merged it into ticket #%(new)s"),
        gettext_lazy("%(who)s separated it from ticket #%(old)s"),
    ),
    "custom_field": (gettext_lazy("%(who)s set %(new)s"), gettext_lazy("%(who)s removed %(old)s")),
    "split_off": (
        gettext_lazy("%(who)s split a message off into ticket #%(new)s"),
        gettext_lazy("%(who)s moved the message of ticket #%(old)s back"),
    ),
    "split_from": (gettext_lazy("%(who)s split it off from ticket #%(new)s"),) * 2,
    "unmerged": (gettext_lazy("%(who)s separated ticket #%(old)s again"),) * 2,
}  # fmt: skip
# By field: what is said of one value, and of every other
CHOICES = {
    "is_spam": (
        "True", gettext_lazy("%(who)s marked it as spam"), gettext_lazy("%(who)s marked it as no spam"),
    ),
    "scheduled_reply": (
        "planned", gettext_lazy("%(who)s planned a reply"), gettext_lazy("%(who)s cancelled a planned reply"),
    ),
    "callback_requested": (
        "True",
        gettext_lazy("%(who)s asked for a call"),
        gettext_lazy("%(who)s withdrew the request for a call"),
    ),
    "callback_completed": (
        "True", gettext_lazy("%(who)s called back"), gettext_lazy("%(who)s opened the call back again"),
    ),
    "first_response": (
        "overdue", gettext_lazy("The answer was overdue"), gettext_lazy("The answer is due soon"),
    ),
    "next_response": (
        "overdue", gettext_lazy("The answer was overdue"), gettext_lazy("The answer is due soon"),
    ),
}  # fmt: skip
OTHER = (
    gettext_lazy("%(who)s set the %(label)s to %(new)s"),
    gettext_lazy("%(who)s removed the %(label)s"),
)


@dataclass(frozen=True)
class Line:
    sentence: str
    at: datetime


def lines(events: list[TicketEvent]) -> list[Line]:
    """Return the events as sentences, in their order."""
    return [Line(sentence(event), event.at) for event in events]


def sentence(event: TicketEvent) -> str:
    """Say one event as a colleague would: "Asha took it"."""
    words = {
        "who": event.actor_name or gettext("The desk"),
        "old": _short(event.old),
        "new": _short(_shown(event.field, event.new)),
        "label": event.field.replace("_", " "),
    }
    if event.field == "status":
        return STATUS_SENTENCES.get((event.old, event.new), SET_STATUS) % words
    if event.field in CHOICES:
        value, one, other = CHOICES[event.field]
        return (one if event.new == value else other) % words
    with_value, without = SENTENCES.get(event.field, OTHER)
    return (with_value if event.new else without) % words


def _shown(field: str, value: str) -> str:
    """Return a value as people read it."""
    if labels := LABELS.get(field):
        return str(labels.get(value, value)).lower()
    return _time(value) if field == "snoozed_until" and value else value


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _time(text: str) -> str:
    moment = parse_datetime(text)
    return languages.date(timezone.localtime(moment), "d MMM, HH:mm") if moment else text
