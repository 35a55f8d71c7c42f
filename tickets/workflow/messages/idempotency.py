"""Idempotency of messages: a clientId belongs to one text, author and audience."""

import hashlib
from typing import Any

from supportdesk.db.transactions import in_transaction
from tickets.files.attachments import MessageFiles
from tickets.models import Message, Sender, Ticket
from tickets.privacy.masking import masked

from ..change_set import ChangeSet
from ..status import Refused

MAX_TEXT = 4000


class Mismatch(Refused):
    """This clientId was used before, for something else."""


def add_message_once(
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
        fingerprint=fingerprint_of(text, sent),
        author=change_set.by,
        sender_name=str(change_set.by),
        channel="" if channel == change_set.ticket.channel else channel,
    )


def may_be_retry(ticket: Ticket) -> bool:
    """Return whether this may be a retry, so that an earlier message has to be looked for first.

    Nearly everything is said once, so the first try does not look: the unique key refuses what was said
    before, and the verb is retried. In a transaction of MongoDB it could not.
    """
    return ticket.is_retry or in_transaction()


def find_earlier_message(
    ticket: Ticket, text: Any, sent: Any, by: Any, client_id: Any, *, internal: Any = False
) -> Message | None:
    """Return the message with this client_id, if any; raise Mismatch if it differs from this one."""
    if not client_id:
        return None
    seen = ticket.messages.filter(client_id=client_id).first()
    return seen and check_same(seen, text, sent, by, internal)


def check_same(seen: Message, text: Any, sent: Any, by: Any, internal: Any = False) -> Message:
    """Return the message if it is what is being said again; raise Mismatch otherwise."""
    said = (seen.author_id, seen.internal, seen.fingerprint)
    if said != (by.pk, internal, fingerprint_of(text, sent)):
        raise Mismatch("This clientId belongs to another message.")
    return seen


def fingerprint_of(text: str, sent: MessageFiles) -> str:
    # Of the text as it is stored: the sum of a card number would tell the number
    return hashlib.sha256(f"{masked(text)}\0{sent.digest}".encode()).hexdigest()
