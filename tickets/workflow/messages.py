"""Opening a ticket, and everything that is said on one."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import IntegrityError

from supportdesk.db.transactions import (
    TRIES,
    WriteConflict,
    all_or_nothing,
    atomic_with_retry,
    in_transaction,
    lock_rows,
    pause,
)
from tickets import sla
from tickets.attachments import Enclosed, StoredFile
from tickets.channels import outbox
from tickets.clocks import running as clocks
from tickets.collaboration.mentions import note_mentions
from tickets.models import Category, ChannelName, Message, Order, Person, Sender, Status, Ticket
from tickets.privacy.masking import masked
from tickets.uploads import StoredPicture

from . import clock, status, waiting, wording
from .change_set import ChangeSet, atomic_on_ticket, create
from .status import IllegalMove, Refused

MAX_TEXT = 4000


class Mismatch(Refused):
    """This clientId was used before, for something else."""


class Over(NamedTuple):
    """How a reply leaves when that is not the plain text over the ticket's own channel."""

    channel: str
    kind: str
    payload: dict


class ChannelClosed(IllegalMove):
    """The channel of this ticket takes no reply just now; the message says why."""


class StaleReply(Refused):
    """The customer wrote something that this reply has not seen; `missed` holds it."""

    def __init__(self, ticket: Ticket, missed: list[Message]):
        super().__init__("The customer wrote again. Your reply was not sent; please look first.")
        self.ticket = ticket
        self.missed = missed


# --- Opening -----------------------------------------------------------------


def open_ticket(
    requester: Person,
    text: str,
    *,
    category: str = Category.OTHER,
    priority: str | None = None,
    subject: str = "",
    order: Order | None = None,
    picture: StoredPicture | None = None,
    files: Sequence[StoredFile] = (),
    client_id: str | None = None,
    once: str | None = None,
    previous: Ticket | None = None,
    language: str = "",
    handover: dict | None = None,
    channel: str = ChannelName.WIDGET,
    opened_by: Person | None = None,
    internal: bool = False,
) -> Ticket:
    """Open a ticket with the customer's words (or picture) as its first message.

    The same `client_id` from the same requester returns the ticket that it
    opened before; so does `once`, our own word for it where the client gave none.
    `handover` is stored as it is, see `chatbot.handover`. `opened_by` is the agent who opens it
    for a caller, with `internal` by a private note.
    """
    sent = Enclosed(picture, files)
    key = client_id or once
    if seen := _opened_before(requester, key, text, sent):
        return seen
    priority = priority or sla.DEFAULT_PRIORITY[category]
    if internal:
        # The customer reads the subject; a private note stays private
        subject = subject or f"Call about {Category(category).label.lower()}"
    for attempt in range(TRIES):
        now = clock.now()
        ticket = Ticket(
            number=secrets.randbelow(90_000_000) + 10_000_000,
            requester=requester,
            requester_name=str(requester),
            requester_email=requester.email,
            requester_phone=requester.phone,
            order=order,
            order_number=order.number if order else "",
            priority=priority,
            category=category,
            # A private note stays private: the customer reads the subject
            subject=masked(
                subject or _first_line(text) or ("File" if files and not picture else "Picture")
            )[:140],
            created_at=now,
            updated_at=now,
            is_spam=bool(requester.blocked_at),
            client_id=key,
            previous=previous,
            language=language,
            handover=handover or {},
            channel=channel,
            reply_by=outbox.reply_by(channel),
        )
        waiting.begin(ticket)
        try:
            with all_or_nothing():
                change_set = ChangeSet(ticket, by=opened_by or requester)
                change_set.add_event("status", "", Status.OPEN)
                if internal:
                    _said(change_set, Sender.AGENT, text, sent, client_id, internal=True)
                else:
                    change_set.by = requester
                    _said(change_set, Sender.CUSTOMER, text, sent, client_id)
                change_set.add_message(Sender.SYSTEM, wording.connected(priority, now), unread=False)
                if previous:
                    change_set.add_message(Sender.SYSTEM, wording.continued(previous.number), unread=False)
                create(ticket, change_set)
                if internal:
                    note_mentions(ticket, change_set.messages[0])
            ticket.is_new = True
            return ticket
        except IntegrityError as reason:
            if in_transaction():
                raise WriteConflict from reason
            # The same request arrived twice at once, or the number is taken. Where no transaction takes
            # the messages back, we do
            change_set.remove_messages()
            if seen := _opened_before(requester, key, text, sent):
                return seen
            pause(attempt)
    raise WriteConflict


def _opened_before(requester: Person, key: str | None, text: Any, sent: Any) -> Ticket | None:
    """Return the ticket that this key opened before; raise Mismatch if it said something else."""
    if not key:
        return None
    opened = Ticket.objects.filter(requester=requester, client_id=key).first()
    if opened:
        first = opened.messages.get(seq=1)
        _same(first, text, sent, requester if not first.internal else first.author, first.internal)
    return opened


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()


# --- Talking -----------------------------------------------------------------


def customer_says(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    files: Sequence[StoredFile] = (),
    client_id: str | None = None,
    channel: str = "",
) -> Message:
    """Add the customer's message and return it.

    It reopens a resolved ticket. A closed one stays closed: the message opens a
    new ticket that is linked to it (or goes to the one that was opened before).
    `channel` is how it came; replies leave the same way. Empty: the chat.
    """
    sent = Enclosed(picture, files)
    while True:
        if ticket.is_over:
            if seen := _said_before(ticket, text, sent, by, client_id):
                return seen
            return _say_in_following(ticket, text, by=by, sent=sent, client_id=client_id, channel=channel)
        try:
            message = _customer_says(ticket, text, by, sent, client_id, channel)
            if ticket.has_scheduled:
                from .scheduled import cancel_because_customer_wrote

                cancel_because_customer_wrote(ticket)
            return message
        except ClosedMeanwhile:
            ticket.refresh_from_db()


class ClosedMeanwhile(Exception):
    """The ticket was closed while the customer's message was on its way."""


@atomic_on_ticket
def _customer_says(ticket: Ticket, text: Any, by: Any, sent: Any, client_id: Any, channel: Any) -> Message:
    if _is_second_try(ticket) and (seen := _said_before(ticket, text, sent, by, client_id)):
        return seen
    if ticket.is_over:
        raise ClosedMeanwhile
    change_set = ChangeSet(ticket, by=by)
    message = _said(change_set, Sender.CUSTOMER, text, sent, client_id, channel=channel)
    if ticket.reply_by != (way := outbox.reply_by(channel)):
        change_set.set_silently(reply_by=way)
    if ticket.snoozed_until:
        change_set.set(snoozed_until=None)
    if ticket.nudged_at:
        change_set.set_silently(nudged_at=None)
    if ticket.status == Status.RESOLVED:
        status.reopen(change_set)
    else:
        waiting.happened(change_set, clocks.customer_wrote)
    change_set.write()
    return message


def _say_in_following(
    ticket: Ticket, text: Any, *, by: Any, sent: Any, client_id: Any, channel: Any
) -> Message:
    said = client_id and Message.objects.filter(ticket__previous=ticket, client_id=client_id).first()
    if said:
        return _same(said, text, sent, by)
    beside: dict[str, Any] = {"picture": sent.picture, "files": sent.files, "client_id": client_id}
    following, is_opened = _following(ticket, text, channel=channel or ticket.channel, **beside)
    if not is_opened:
        return customer_says(following, text, by=by, channel=channel, **beside)
    message = following.messages.get(seq=1)
    message.is_new = following.is_new
    return message


@atomic_with_retry
def _following(ticket: Ticket, text: Any, **words: Any) -> tuple[Ticket, bool]:
    """Return the ticket that goes on where this one ended, and whether it was opened with this text."""
    # Of two messages at once the second waits here, and goes to the ticket that the first opened
    lock_rows(Ticket.objects.filter(pk=ticket.pk))
    following = ticket.following.exclude(status=Status.CLOSED).first()
    if following:
        return following, False
    opened = open_ticket(
        ticket.requester,
        text,
        category=ticket.category,
        order=ticket.order,
        subject=ticket.subject,
        previous=ticket,
        language=ticket.language,
        **words,
    )
    return opened, True


@atomic_on_ticket
def agent_replies(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    files: Sequence[StoredFile] = (),
    client_id: str | None = None,
    last_seq: int | None = None,
    over: Over | None = None,
) -> Message:
    """Add the agent's reply and return it. Replying to an open ticket takes it.

    It leaves over the channel of the customer's newest message, or over that of `over`.

    `last_seq` is the newest message that the agent had on the screen. Raise StaleReply
    when the customer or another agent has written since, IllegalMove on a closed ticket.
    """
    sent = Enclosed(picture, files)
    is_stale = last_seq is not None and others_wrote(ticket, last_seq, by)
    looks_first = _is_second_try(ticket) or ticket.is_over or is_stale
    if looks_first and (seen := _said_before(ticket, text, sent, by, client_id)):
        return seen
    if ticket.is_over:
        raise IllegalMove("This ticket is closed. A new message of the customer opens a new one.")
    if ticket.reply_by and not over and (reason := outbox.why_not(ticket)):
        raise ChannelClosed(reason)
    if files and ticket.reply_by == ChannelName.WHATSAPP:
        raise ChannelClosed("Files cannot be sent over WhatsApp. Please send a picture or text.")
    if is_stale:
        raise StaleReply(ticket, list(ticket.messages.filter(seq__gt=last_seq, internal=False)))
    change_set = ChangeSet(ticket, by=by)
    if ticket.status == Status.OPEN:
        status.take(change_set, ticket.assignee or by)
    elif not ticket.assignee_id:
        status.assign(change_set, by)
    message = _said(change_set, Sender.AGENT, text, sent, client_id)
    if ticket.nudged_at:
        change_set.set_silently(nudged_at=None)
    # What an undo of this reply restores
    message.answered_since, message.answered_due_at = ticket.waiting_since, ticket.next_response_due_at
    waiting.happened(change_set, clocks.answered)
    if not ticket.first_responded_at:
        change_set.set_silently(first_responded_at=change_set.now)
    if ticket.reply_by or over:
        # Before the message: where no transaction covers both, a row without its message is dropped
        # when it is due, and a message without its row would never leave
        outbox.queue_reply(ticket, message, **(over._asdict() if over else {}))
        change_set.set_silently(mailed_to_requester=message.seq)
    change_set.write()
    return message


def others_wrote(ticket: Ticket, last_seq: int, agent: Person) -> bool:
    """Return whether there is a public message after this one that the agent did not write.

    Lines of the desk itself do not count: the agent's own step may have written them.
    """
    if ticket.last_customer_seq > last_seq:
        return True
    if ticket.last_seq <= last_seq:
        return False
    newer = ticket.messages.filter(seq__gt=last_seq, internal=False).exclude(sender=Sender.SYSTEM)
    authors = newer.values_list("author_id", flat=True)
    return any(author != agent.pk for author in authors)


@atomic_on_ticket
def add_note(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    files: Sequence[StoredFile] = (),
    client_id: str | None = None,
) -> Message:
    """Add a private note, which the customer never sees; allowed in every status."""
    sent = Enclosed(picture, files)
    seen = _is_second_try(ticket) and _said_before(ticket, text, sent, by, client_id, internal=True)
    if seen:
        note_mentions(ticket, seen)
        return seen
    change_set = ChangeSet(ticket, by=by)
    message = _said(change_set, Sender.AGENT, text, sent, client_id, internal=True)
    change_set.write()
    note_mentions(ticket, message)
    return message


def _said(
    change_set: ChangeSet,
    sender: Sender,
    text: Any,
    sent: Any,
    client_id: Any,
    *,
    internal: Any = False,
    channel: Any = "",
) -> Message:
    return change_set.add_message(
        sender,
        text,
        internal=internal,
        sent=sent,
        client_id=client_id,
        fingerprint=_fingerprint(text, sent),
        author=change_set.by,
        sender_name=str(change_set.by),
        channel="" if channel == change_set.ticket.channel else channel,
    )


def _is_second_try(ticket: Ticket) -> bool:
    """Whether it is time to look if this was said before.

    Nearly everything is said once, so the first try does not look: the unique key refuses what was said
    before, and the verb is retried. In a transaction of MongoDB it could not.
    """
    return ticket.is_retry or in_transaction()


def _said_before(
    ticket: Ticket, text: Any, sent: Any, by: Any, client_id: Any, *, internal: Any = False
) -> Message | None:
    """Return the message that this client_id made before; raise Mismatch if it said something else."""
    if not client_id:
        return None
    seen = ticket.messages.filter(client_id=client_id).first()
    return seen and _same(seen, text, sent, by, internal)


def _same(seen: Message, text: Any, sent: Any, by: Any, internal: Any = False) -> Message:
    """Return the message if it is what is being said again; raise Mismatch otherwise."""
    said = (seen.author_id, seen.internal, seen.fingerprint)
    if said != (by.pk, internal, _fingerprint(text, sent)):
        raise Mismatch("This clientId belongs to another message.")
    return seen


def _fingerprint(text: str, sent: Enclosed) -> str:
    # Of the text as it is stored: the sum of a card number would tell the number
    return hashlib.sha256(f"{masked(text)}\0{sent.digest}".encode()).hexdigest()
