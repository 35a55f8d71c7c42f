"""Taking back a change of a ticket within a few seconds.

An undo token holds the fields that a change wrote, before and after, and the events that it left. It
is signed, names its ticket and its author, and ends by itself, so that it needs no table.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext

from tickets.clocks import running as clocks
from tickets.custom_fields import definitions, values
from tickets.models import Message, Person, Ticket, TicketEvent

from . import clock, custom_fields, waiting
from .change_set import ChangeSet, atomic_on_ticket
from .messages import UNDO_TIME, take_back
from .status import IllegalMove
from .tags import link, named

SALT = "tickets.undo"

# Each with an event of its name
FIELDS = (
    "status", "priority", "category", "assignee_name", "resolution", "callback_completed", "subject",
    "order_number", "requester_name", "requester_email", "requester_phone", "tag_names", "snoozed_until",
    "is_spam",
)  # fmt: skip
# What goes with them and is no news in itself
BESIDE = ("assignee_id", "order_id", "resolved_at", "closed_at")
CLOCKS = (
    "waiting_since", "next_response_due_at", "resolution_due_at", "clocks_paused_at", "first_response_due_at",
    "answer_check_at", "first_responded_at",
)  # fmt: skip
UNDOABLE = {*FIELDS, *BESIDE, *CLOCKS}
EVENT_OF = {"tag_names": "tags"}
TIMES = {*CLOCKS, "snoozed_until", "resolved_at", "closed_at"}
IDS = {"assignee_id", "order_id"}


class TooLate(IllegalMove):
    """The change can no longer be undone."""

    def __init__(self) -> None:
        super().__init__(gettext("This can no longer be undone."))


class UndoneAlready(TooLate):
    """The same person has already undone it: a retry after a lost response."""


@dataclass
class Recording:
    """The recorded changes of a ticket; `token` is empty if none can be undone."""

    token: str = ""
    until: datetime | None = None
    # Field -> [before, after]
    changed: dict[str, list] = field(default_factory=dict)
    # Custom field's id -> [before, after]
    custom_values: dict[str, list[str]] = field(default_factory=dict)
    events: list[TicketEvent] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def add(self, change_set: ChangeSet) -> None:
        """Add what this change set has written."""
        for name, old in change_set.before.items():
            if name in UNDOABLE:
                values = self.changed.setdefault(name, [_dumped(old), None])
                values[1] = _dumped(getattr(change_set.ticket, name))
        for id, (old, new) in change_set.custom_values.items():
            self.custom_values[id] = [self.custom_values.get(id, [old])[0], new]
        self.events += change_set.events
        self.messages += change_set.messages


@contextmanager
def recorded(ticket: Ticket, by: Person) -> Iterator[Recording]:
    """Yield a Recording of what the block does to this ticket; its token is there when the block ends."""
    recording = ticket.recording = Recording()
    try:
        yield recording
    finally:
        ticket.recording = None
    changed = {name: values for name, values in recording.changed.items() if values[0] != values[1]}
    if not any(name in FIELDS for name in changed) and not recording.events:
        return
    now = clock.now()
    recording.until = now + UNDO_TIME
    recording.token = signing.dumps(
        {
            "ticket": str(ticket.pk),
            "by": str(by.pk),
            "at": now.isoformat(),
            "changed": changed,
            "custom": recording.custom_values,
            "events": [str(event.pk) for event in recording.events],
            "since": recording.events[0].at.isoformat() if recording.events else now.isoformat(),
            "messages": [message.seq for message in recording.messages],
        },
        salt=SALT,
        compress=True,
    )


def replaced(ticket_id: Any, token: Any, *, by: Person) -> dict[str, Any]:
    """Return the values that a change of this ticket by this person replaced; none when it is too late to undo it."""
    try:
        change = signing.loads(token, salt=SALT) if isinstance(token, str) else {}
    except signing.BadSignature:
        return {}
    if (change.get("ticket"), change.get("by")) != (str(ticket_id), str(by.pk)) or _is_over(change):
        return {}
    return {name: before for name, (before, _) in change["changed"].items()}


def prolonged(token: str) -> str:
    """Return the token with its time beginning now: it is one of many, and the last was made just now."""
    change = signing.loads(token, salt=SALT)
    return signing.dumps(change | {"at": clock.now().isoformat()}, salt=SALT, compress=True)


def undo_change(ticket: Ticket, token: str, *, by: Person, asked_at: datetime | None = None) -> None:
    """Take back the change that gave this token. Raise IllegalMove when it was too late for that when it was asked."""
    try:
        change = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise IllegalMove("This is no undo token of ours.") from None
    if (change["ticket"], change["by"]) != (str(ticket.pk), str(by.pk)):
        raise IllegalMove(gettext("Only the person who made a change can undo it."))
    if _is_over(change, asked_at):
        raise TooLate
    _take(ticket, change, by)
    if custom := change.get("custom"):
        values.renew_search(ticket, [field for field in definitions.in_use() if str(field.id) in custom])


def _is_over(change: dict, asked_at: datetime | None = None) -> bool:
    return (asked_at or clock.now()) > datetime.fromisoformat(change["at"]) + UNDO_TIME


@atomic_on_ticket
def _take(ticket: Ticket, change: dict, by: Person) -> None:
    changed = change["changed"]
    events = [EVENT_OF.get(name, name) for name in changed if name in FIELDS]
    own = Q(pk__in=[uuid.UUID(id) for id in change["events"]])
    newer = TicketEvent.objects.filter(ticket=ticket, field__in=events, at__gte=change["since"]).exclude(
        own
    )
    now = {name: _dumped(getattr(ticket, name)) for name in changed}
    if newer.exists() or any(now[name] != changed[name][1] for name in changed if name not in CLOCKS):
        is_back = all(now[name] == changed[name][0] for name in changed if name not in CLOCKS)
        taken_back_once = sorted(newer.values_list("field", flat=True)) == sorted(events)
        if events and is_back and taken_back_once and not newer.exclude(actor=by).exists():
            raise UndoneAlready
        raise TooLate
    if "closed_at" in changed and ticket.following.exists():
        raise TooLate
    change_set = ChangeSet(ticket, by=by)
    custom = change.get("custom")
    if custom and not custom_fields.take_back(change_set, custom, change["since"], change["events"]):
        raise TooLate
    for message in ticket.messages.filter(seq__in=change["messages"], withdrawn_at=None):
        take_back(change_set, message)
    before = {name: _loaded(name, old) for name, (old, _) in changed.items()}
    if "tag_names" in before:
        _take_tags_back(change_set, before.pop("tag_names"))
    change_set.set(**{name: before[name] for name in FIELDS if name in before})
    change_set.set_silently(**{name: before[name] for name in BESIDE if name in before})
    if all(now[name] == changed[name][1] for name in CLOCKS if name in changed):
        change_set.set_silently(**{name: before[name] for name in CLOCKS if name in before})
    elif "priority" in before:
        # The customer wrote meanwhile: the clocks stand elsewhere by now
        ticket.priority = changed["priority"][1]
        waiting.apply_event(change_set, clocks.reprioritised(before["priority"]))
        ticket.priority = before["priority"]
    change_set.write()


def _take_tags_back(change_set: ChangeSet, names: str) -> None:
    ticket = change_set.ticket
    old = ticket.tags
    change_set.read.setdefault("tag_names", ticket.tag_names)
    change_set.set_silently(tag_names=names)
    change_set.add_event("tags", ", ".join(old), ", ".join(ticket.tags))
    link(ticket, named(ticket.tags))


def _dumped(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def _loaded(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in TIMES:
        return datetime.fromisoformat(value)
    return uuid.UUID(value) if name in IDS else value
