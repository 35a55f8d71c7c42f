"""Open a ticket with its first message."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError

from supportdesk.db.transactions import TRIES, WriteConflict, all_or_nothing, in_transaction, pause
from tickets import sla
from tickets.collaboration.mentions import note_mentions
from tickets.files.attachments import MessageFiles, StoredFile
from tickets.models import Category, ChannelName, Order, Person, Sender, Status, Ticket
from tickets.pictures.uploads import StoredPicture
from tickets.privacy.masking import masked

from .. import clock, waiting, wording
from ..change_set import ChangeSet, create
from . import replies
from .idempotency import add_message_once, check_same


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
    sent = MessageFiles(picture, files)
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
            reply_by=replies.reply_by(channel),
        )
        waiting.begin(ticket)
        try:
            with all_or_nothing():
                change_set = ChangeSet(ticket, by=opened_by or requester)
                change_set.add_event("status", "", Status.OPEN)
                if internal:
                    add_message_once(change_set, Sender.AGENT, text, sent, client_id, internal=True)
                else:
                    change_set.by = requester
                    add_message_once(change_set, Sender.CUSTOMER, text, sent, client_id)
                change_set.say(wording.connected, priority, now, unread=False)
                if previous:
                    change_set.say(wording.continued, previous.number, unread=False)
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
    # Nearly always there is none: asking for the whole row takes Django four times as long
    there = Ticket.objects.filter(requester=requester, client_id=key).values_list("pk", flat=True)
    opened = Ticket.objects.filter(pk=there[0]).first() if there else None
    if opened:
        first = opened.messages.get(seq=1)
        check_same(first, text, sent, requester if not first.internal else first.author, first.internal)
    return opened


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()
