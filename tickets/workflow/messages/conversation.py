"""Messages of customers and replies of agents on a ticket."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext

from supportdesk.db.transactions import atomic_with_retry, lock_rows
from tickets.clocks import running as clocks
from tickets.files.attachments import MessageFiles, StoredFile
from tickets.models import ChannelName, Message, Person, Sender, Status, Ticket
from tickets.pictures.uploads import StoredPicture

from .. import status, waiting
from ..change_set import ChangeSet, atomic_on_ticket
from ..status import IllegalMove, Refused
from . import replies
from .cancelling import cancel_because_customer_wrote
from .idempotency import add_message_once, check_same, find_earlier_message, may_be_retry
from .opening import open_ticket


class ReplyRoute(NamedTuple):
    """Channel, kind and payload of a reply that is not plain text over the ticket's own channel."""

    channel: str
    kind: str
    payload: dict


class ChannelClosed(IllegalMove):
    """The channel of this ticket takes no reply just now; the message says why."""


class StaleReply(Refused):
    """The customer wrote something that this reply has not seen; `missed` holds it."""

    def __init__(self, ticket: Ticket, missed: list[Message]):
        super().__init__(gettext("The customer wrote again. Your reply was not sent; please look first."))
        self.ticket = ticket
        self.missed = missed


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
    sent = MessageFiles(picture, files)
    while True:
        while ticket.merged_into_id:
            # Merged since it was read
            ticket = Ticket.objects.get(pk=ticket.merged_into_id)
        if ticket.is_over:
            if seen := find_earlier_message(ticket, text, sent, by, client_id):
                return seen
            return _say_in_following(ticket, text, by=by, sent=sent, client_id=client_id, channel=channel)
        try:
            message = _customer_says(ticket, text, by, sent, client_id, channel)
            if ticket.has_scheduled:
                cancel_because_customer_wrote(ticket)
            return message
        except ClosedMeanwhile:
            ticket.refresh_from_db()


class ClosedMeanwhile(Exception):
    """The ticket was closed while the customer's message was on its way."""


@atomic_on_ticket
def _customer_says(ticket: Ticket, text: Any, by: Any, sent: Any, client_id: Any, channel: Any) -> Message:
    if may_be_retry(ticket) and (seen := find_earlier_message(ticket, text, sent, by, client_id)):
        return seen
    if ticket.is_over:
        raise ClosedMeanwhile
    change_set = ChangeSet(ticket, by=by)
    message = add_message_once(change_set, Sender.CUSTOMER, text, sent, client_id, channel=channel)
    if ticket.reply_by != (way := replies.reply_by(channel)):
        change_set.set_silently(reply_by=way)
    if ticket.snoozed_until:
        change_set.set(snoozed_until=None)
    if ticket.nudged_at:
        change_set.set_silently(nudged_at=None)
    if ticket.status == Status.RESOLVED:
        status.reopen(change_set)
    else:
        waiting.apply_event(change_set, clocks.customer_wrote)
    change_set.write()
    return message


def _say_in_following(
    ticket: Ticket, text: Any, *, by: Any, sent: Any, client_id: Any, channel: Any
) -> Message:
    said = client_id and Message.objects.filter(ticket__previous=ticket, client_id=client_id).first()
    if said:
        return check_same(said, text, sent, by)
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
    ticket.refresh_from_db(fields=["merged_into"])
    if ticket.merged_into:
        return ticket.merged_into, False
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
    over: ReplyRoute | None = None,
) -> Message:
    """Add the agent's reply and return it. Replying to an open ticket takes it.

    It leaves over the channel of the customer's newest message, or over that of `over`.

    `last_seq` is the newest message that the agent had on the screen. Raise StaleReply
    when the customer or another agent has written since, IllegalMove on a closed ticket.
    """
    sent = MessageFiles(picture, files)
    is_stale = last_seq is not None and others_wrote(ticket, last_seq, by)
    looks_first = may_be_retry(ticket) or ticket.is_over or is_stale
    if looks_first and (seen := find_earlier_message(ticket, text, sent, by, client_id)):
        return seen
    if ticket.is_over:
        raise IllegalMove(gettext("This ticket is closed. A new message of the customer opens a new one."))
    if ticket.reply_by and not over and (reason := replies.why_not(ticket)):
        raise ChannelClosed(reason)
    if files and ticket.reply_by == ChannelName.WHATSAPP:
        raise ChannelClosed(gettext("Files cannot be sent over WhatsApp. Please send a picture or text."))
    if is_stale:
        raise StaleReply(ticket, list(ticket.messages.filter(seq__gt=last_seq, internal=False)))
    change_set = ChangeSet(ticket, by=by)
    if ticket.status == Status.OPEN:
        status.take(change_set, ticket.assignee or by)
    elif not ticket.assignee_id:
        status.assign(change_set, by)
    message = add_message_once(change_set, Sender.AGENT, text, sent, client_id)
    if ticket.nudged_at:
        change_set.set_silently(nudged_at=None)
    # What an undo of this reply restores
    message.answered_since, message.answered_due_at = ticket.waiting_since, ticket.next_response_due_at
    waiting.apply_event(change_set, clocks.answered)
    if not ticket.first_responded_at:
        change_set.set_silently(first_responded_at=change_set.now)
    if ticket.reply_by or over:
        # Before the message: where no transaction covers both, a row without its message is dropped
        # when it is due, and a message without its row would never leave
        replies.queue_reply(ticket, message, **(over._asdict() if over else {}))
        change_set.set_silently(mailed_to_requester=message.seq)
    change_set.write()
    return message


@atomic_on_ticket
def automatic_reply(ticket: Ticket, text: str, *, by: Person, client_id: str) -> Message:
    """Add a reply of the desk itself and return it; the customer goes on waiting for an agent.

    It takes no ticket and stops no clock: a receipt is no answer. The same `client_id` returns the
    message that it made before. Raise IllegalMove on a closed ticket, ChannelClosed as a reply does.
    """
    sent = MessageFiles(None, ())
    # Its variables may stand for something else by now: the key alone decides
    if seen := ticket.messages.filter(client_id=client_id).first():
        return seen
    if ticket.is_over:
        raise IllegalMove(gettext("This ticket is closed. A new message of the customer opens a new one."))
    if ticket.reply_by and (reason := replies.why_not(ticket)):
        raise ChannelClosed(reason)
    change_set = ChangeSet(ticket, by=by)
    message = add_message_once(change_set, Sender.AGENT, text, sent, client_id)
    if ticket.reply_by:
        replies.queue_reply(ticket, message)
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
