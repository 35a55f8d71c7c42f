"""The writes of one action to one ticket: messages, changed fields, their history and events.

All of a verb is written at once, in a few statements:

1. the new messages. Their (ticket, seq) is unique: of two writers who saw the same
   conversation, one gets the number and with it the right to change the ticket. That
   holds on every engine, also where a transaction does not isolate (MongoDB on one node);
2. the ticket, only if its status and whatever else changes are still what we read;
3. an event for every change: who, when, from what, to what;
4. activities, from which the live streams are read;
5. the words by which it is found, and its new place in the list (`search`).

Here every text enters, whichever verb brings it: card numbers and one-time codes end here.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, connection

from supportdesk.db.compiled_queries import insert, update
from supportdesk.db.transactions import (
    TRIES,
    WriteConflict,
    all_or_nothing,
    in_transaction,
    pause,
    serialized,
)
from supportdesk.observability import metrics
from tickets import live, search
from tickets.clocks import lanes
from tickets.files.attachments import MessageFiles
from tickets.models import Attachment, Message, Person, Sender, Ticket, TicketEvent, text_fields
from tickets.privacy.masking import masked

from . import clock, wording

PREVIEW_LENGTH = 140
# Relations by the column in which they are stored
COLUMNS = {"assignee": "assignee_id", "order": "order_id", "merged_into": "merged_into_id"}
# What MongoDB can tell apart
TICK = timedelta(milliseconds=1)


def atomic_on_ticket(function: Any) -> Any:
    """Run `function(ticket, ...)` in one transaction; after a write conflict, read the ticket again and repeat."""

    @wraps(function)
    def run(ticket: Ticket, *args: Any, **kwargs: Any) -> Any:
        with serialized(ticket.pk) as waited:
            for attempt in range(TRIES):
                try:
                    with all_or_nothing():
                        if attempt or waited:
                            _read_again(ticket)
                        return function(ticket, *args, **kwargs)
                except IntegrityError as reason:
                    if in_transaction():
                        raise WriteConflict from reason
                    if attempt + 1 == TRIES:
                        raise
                    pause(attempt)

    return run


def _read_again(ticket: Ticket) -> None:
    """Refresh the ticket, and trust its messages over its own count."""
    ticket.is_retry = True
    ticket.refresh_from_db()
    newest = ticket.messages.order_by("-seq").values_list("seq", flat=True).first()
    ticket.last_seq = max(ticket.last_seq, newest or 0)


class ChangeSet:
    """Collects what happens to a ticket, then writes it. `by` is None for the desk itself."""

    def __init__(self, ticket: Ticket, by: Person | None = None):
        self.ticket = ticket
        self.by = by
        # Later than what came before it, also when the clock was set back meanwhile
        self.now = max(clock.now(), ticket.updated_at + TICK) if ticket.last_seq else clock.now()
        # What the ticket must still say for this change_set to be written
        self.read: dict[str, Any] = {"status": ticket.status}
        self.changes: dict[str, Any] = {}
        # What the changed fields were, see `undo`
        self.before: dict[str, Any] = {}
        # By how much counters grow, whatever they are by then
        self.added: dict[str, int] = {}
        self.events: list[TicketEvent] = []
        self.messages: list[Message] = []
        self.attachments: list[Attachment] = []
        self.uploads: list = []
        # Custom fields by id: [before, after]; their values are stored beside the ticket
        self.custom_values: dict[str, list[str]] = {}

    def set(self, **fields: Any) -> bool:
        """Change fields of the ticket, with an event for each that differs; say whether any did."""
        changed = False
        for field, new in _storable(fields).items():
            old = getattr(self.ticket, field)
            if old == new:
                continue
            self.read.setdefault(field, old)
            self.set_silently(**{field: new})
            self.add_event(field, old, new)
            changed = True
        return changed

    def add_event(self, field: str, old: Any, new: Any) -> None:
        """Add an event to the ticket's history."""
        self.events.append(
            TicketEvent(
                ticket=self.ticket,
                actor=self.by,
                actor_name=str(self.by or ""),
                field=field,
                old="" if old is None else str(old),
                new="" if new is None else str(new),
                at=self.now,
            )
        )

    def set_silently(self, **fields: Any) -> None:
        """Change fields that are no news by themselves (times, counters, copies)."""
        for field, value in _storable(fields).items():
            column = COLUMNS.get(field, field)
            self.before.setdefault(column, getattr(self.ticket, column))
            setattr(self.ticket, field, value)
            self.changes[field] = value

    def add_message(
        self,
        sender: Sender,
        text: str,
        *,
        internal: bool = False,
        sent: MessageFiles | None = None,
        unread: bool = True,
        **fields: Any,
    ) -> Message:
        """Add the next message; `unread` counts it as news for the other side."""
        seq = self.ticket.last_seq + 1
        message = Message(
            ticket=self.ticket,
            seq=seq,
            sender=sender,
            text=masked(text),
            internal=internal,
            created_at=self.now,
            is_news=unread,
            **fields,
        )
        if sent:
            self._enclose(message, sent)
        message.is_new = True
        self.messages.append(message)
        self.set_silently(last_seq=seq)
        if sender == Sender.CUSTOMER:
            self.set_silently(last_customer_seq=seq)
        if unread and not internal:
            self._count_unread("unread_by_agents" if sender == Sender.CUSTOMER else "unread_by_requester")
        if not internal and sender != Sender.SYSTEM:
            self.set_silently(**preview_of(message))
        return message

    def say(self, line: Callable[..., str], *values: Any, unread: bool = True) -> Message:
        """Add a line of the desk itself (see `wording`), in the language of the ticket."""
        return self.add_message(Sender.SYSTEM, wording.to(self.ticket, line, *values), unread=unread)

    def _enclose(self, message: Message, sent: MessageFiles) -> None:
        if picture := sent.picture:
            message.picture, message.thumbnail = picture.name, picture.thumbnail
            message.picture_width, message.picture_height = picture.width, picture.height
        self.uploads += [*filter(None, [sent.picture]), *sent.files]
        message.file_count = len(sent.files)
        message.files = tuple(
            Attachment(
                message=message,
                place=place,
                name=file.name,
                type=file.type,
                size=file.size,
                file=file.stored,
            )
            for place, file in enumerate(sent.files)
        )
        self.attachments += message.files

    def _count_unread(self, field: str) -> None:
        self.add_to(field, 1)

    def add_to(self, field: str, number: int) -> None:
        """Let a counter grow (or shrink), whatever it is by then."""
        setattr(self.ticket, field, getattr(self.ticket, field) + number)
        self.added[field] = self.added.get(field, 0) + number

    def write(self) -> None:
        """Write it all, inside the caller's transaction, and tell the streams once it is committed."""
        if not (self.changes or self.messages or self.events):
            return
        if lanes.DECIDING & self.changes.keys():
            self.changes |= lanes.stand(self.ticket)
        try:
            self.insert_messages()
            self.set_silently(updated_at=self.now)
            if update(Ticket, {"pk": self.ticket.pk, **self.read}, self.changes, self.added) != 1:
                raise WriteConflict
        except IntegrityError:
            if connection.vendor == "mongodb" and not in_transaction():
                # No transaction takes them back: of two messages the first may be there
                self.remove_messages()
            raise
        self.publish()

    def insert_messages(self) -> None:
        """Write the messages, their attachments first: where no transaction covers both, none lacks its files."""
        if self.attachments:
            Attachment.objects.bulk_create(self.attachments)
        insert(self.messages)

    def remove_messages(self) -> None:
        """Take back what `insert_messages` wrote, where no transaction does."""
        if self.attachments:
            Attachment.objects.filter(pk__in=[attachment.pk for attachment in self.attachments]).delete()
        Message.objects.filter(pk__in=[message.pk for message in self.messages]).delete()

    def publish(self, *, new: bool = False) -> None:
        """Write the history and the news of what was just written, and how it is found."""
        insert(self.events)
        search.remember(self.ticket, search.FIELDS if new else self.changes, self.messages, new=new)
        live.announce(self.ticket, [message.seq for message in self.messages], before=self.before)
        if self.ticket.recording:
            self.ticket.recording.add(self)
        for upload in self.uploads:
            upload.used = True
        for message in self.messages:
            metrics.MESSAGES.labels(message.sender).inc()


def create(ticket: Ticket, change_set: ChangeSet) -> None:
    """Write a new ticket and its first change_set, inside the caller's transaction."""
    # In this order no reader ever sees a ticket without its first message, also where there is no transaction
    lanes.stand(ticket)
    change_set.insert_messages()
    insert([ticket])
    change_set.publish(new=True)


def _storable(fields: dict) -> dict:
    masks = text_fields.masked_fields(Ticket)
    return {
        field: masked(value) if field in masks and isinstance(value, str) else value
        for field, value in fields.items()
    }


def _kind(message: Message) -> str:
    return "File" if message.file_count and not message.picture else "Picture"


def preview_of(message: Message) -> dict:
    """Return the fields of the ticket that show this message in a list."""
    text = " ".join(message.text.split()) or _kind(message)
    if len(text) > PREVIEW_LENGTH:
        text = text[: PREVIEW_LENGTH - 1] + "…"
    return {"preview": text, "preview_by": message.sender_name if message.sender == Sender.AGENT else ""}
