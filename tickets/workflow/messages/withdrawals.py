"""Taking back a reply or a note within a few seconds.

The message keeps its place and loses its text and picture. The withdrawal takes a seq of its
own, so that a client that was away learns of it when it resumes.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext

from supportdesk.db.compiled_queries import update
from supportdesk.db.transactions import WriteConflict
from tickets import search
from tickets.collaboration import mentions
from tickets.models import Attachment, Message, Person, Sender, Ticket
from tickets.pictures import uploads

from .. import clock, waiting
from ..change_set import ChangeSet, atomic_on_ticket, preview_of
from ..status import IllegalMove

# How long a person can take back what they did
UNDO_TIME = timedelta(seconds=8)


def withdraw(ticket: Ticket, seq: int, *, by: Person, client_id: str | None = None) -> Message | None:
    """Take back this agent's message and return it; None if there is no such message.

    A retry returns it again. Raise IllegalMove after UNDO_TIME and for a message of another person.
    """
    message = _withdraw(ticket, seq, by, client_id)
    if message:
        search.renew(ticket)
    return message


@atomic_on_ticket
def _withdraw(ticket: Ticket, seq: int, by: Person, client_id: str | None) -> Message | None:
    message = ticket.messages.filter(seq=seq).first()
    if not message:
        return None
    message.ticket = ticket
    if message.sender != Sender.AGENT or message.author_id != by.pk:
        raise IllegalMove(gettext("Only its author can take back a message."))
    if message.withdrawn_at:
        return message
    if clock.now() > message.created_at + UNDO_TIME:
        raise IllegalMove(gettext("A message can be taken back for 8 seconds only."))
    change_set = ChangeSet(ticket, by=by)
    take_back(change_set, message, client_id=client_id)
    if message.internal:
        mentions.forget(message)
    else:
        _restore_wait(change_set, message)
    change_set.write()
    return message


def take_back(change_set: ChangeSet, message: Message, *, client_id: str | None = None) -> None:
    """Add to the change set that this message is withdrawn, whichever side wrote it."""
    ticket = change_set.ticket
    pictures = [message.picture.name, message.thumbnail.name]
    if message.file_count:
        attached = Attachment.objects.filter(message=message.pk)
        pictures += [attachment.file.name for attachment in attached]
    gone = {"text": "", "withdrawn_at": change_set.now, "picture": "", "thumbnail": "", "file_count": 0}
    if update(Message, {"pk": message.pk, "withdrawn_at": None}, gone) != 1:
        raise WriteConflict("withdrawn meanwhile")
    if message.file_count:
        attached.delete()
        message.files = ()
    for name, value in gone.items():
        setattr(message, name, value)
    if any(pictures):
        transaction.on_commit(lambda: uploads.discard(*filter(None, pictures)))
    was_news = message.is_news and not message.internal and message.seq > ticket.read_by_requester
    if was_news and ticket.unread_by_requester:
        change_set.add_to("unread_by_requester", -1)
    change_set.add_message(
        Sender.SYSTEM, "", internal=message.internal, unread=False, author=change_set.by,
        client_id=client_id, withdraws=message.seq,
    )  # fmt: skip
    change_set.add_event("message", message.seq, "withdrawn")
    change_set.set_silently(**_preview(ticket))


def _preview(ticket: Ticket) -> dict:
    spoken = ticket.messages.filter(internal=False, withdrawn_at=None).exclude(sender=Sender.SYSTEM)
    last = spoken.order_by("-seq").first()
    return preview_of(last) if last else {"preview": "", "preview_by": ""}


def _restore_wait(change_set: ChangeSet, message: Message) -> None:
    """Let the customer wait again for what this reply had answered, unless another reply answers it."""
    ticket = change_set.ticket
    replies = ticket.messages.filter(sender=Sender.AGENT, internal=False, withdrawn_at=None)
    if ticket.first_responded_at == message.created_at:
        first = replies.order_by("seq").values_list("created_at", flat=True).first()
        change_set.set_silently(first_responded_at=first)
    if not message.answered_since:
        return
    later = replies.filter(seq__gt=message.seq).order_by("seq").first()
    if later:
        answered = {"answered_since": message.answered_since, "answered_due_at": message.answered_due_at}
        Message.objects.filter(pk=later.pk, answered_since=None).update(**answered)
        return
    if ticket.status in waiting.SETTLED:
        return
    change_set.set_silently(**_waiting_again(ticket, message.answered_since, message.answered_due_at))


def _waiting_again(ticket: Ticket, since: datetime, due_at: datetime | None) -> dict:
    changes = {"waiting_since": since, "next_response_due_at": due_at}
    if not ticket.snoozed_until:
        changes["clocks_paused_at"] = None
        changes["answer_check_at"] = due_at and waiting.warning_at(
            due_at, ticket.priority, not ticket.first_responded_at
        )
    return changes
