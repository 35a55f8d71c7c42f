"""Private notes: what agents write to each other on a ticket."""

from collections.abc import Sequence

from tickets.collaboration.mentions import note_mentions
from tickets.files.attachments import MessageFiles, StoredFile
from tickets.models import Message, Person, Sender, Ticket
from tickets.pictures.uploads import StoredPicture

from ..change_set import ChangeSet, atomic_on_ticket
from .idempotency import add_message_once, find_earlier_message, may_be_retry


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
    sent = MessageFiles(picture, files)
    seen = may_be_retry(ticket) and find_earlier_message(ticket, text, sent, by, client_id, internal=True)
    if seen:
        note_mentions(ticket, seen)
        return seen
    change_set = ChangeSet(ticket, by=by)
    message = add_message_once(change_set, Sender.AGENT, text, sent, client_id, internal=True)
    change_set.write()
    note_mentions(ticket, message)
    return message
