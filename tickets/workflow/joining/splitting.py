"""A message of the customer becomes a ticket of its own; it can be undone until the new ticket has words of its own.

The message moves: it keeps its time and its files, and gets the first number of the new ticket. Its old
number stays empty. Both tickets say in their history where the other one is.
"""

import secrets

from django.db.models import QuerySet
from django.utils.translation import gettext

from supportdesk.db.transactions import WriteConflict, atomic_with_retry, lock_rows
from tickets import live, search
from tickets.models import Message, Person, Sender, Status, Ticket, TicketEvent

from .. import clock, waiting
from ..change_set import PREVIEW_LENGTH, ChangeSet, create, preview_of
from ..status import IllegalMove
from .merging import recount, wait_by_messages, was_just_undone

SUBJECT_LENGTH = 140


def split(ticket: Ticket, seq: int, *, by: Person) -> Ticket | None:
    """Move this message of the customer into a new ticket and return that; None if there is no such message.

    The same agent who asks again gets the same ticket: the first answer may have been lost.
    Raise IllegalMove for a message that has to stay.
    """
    made = _split(ticket, seq, by)
    if not made:
        return _split_before(ticket, seq, by)
    for each in filter(None, (made, made and ticket)):
        search.renew(each)
    return made


@atomic_with_retry
def _split(ticket: Ticket, seq: int, by: Person) -> Ticket | None:
    lock_rows(Ticket.objects.filter(pk=ticket.pk))
    ticket.refresh_from_db()
    message = ticket.messages.filter(seq=seq).first()
    if not message:
        return None
    if reason := _why_not(ticket, message):
        raise IllegalMove(reason)
    was_read = message.seq <= ticket.read_by_agents
    made = _opened_with(ticket, message, by)
    place = {"ticket": made, "seq": 1, "origin_id": ticket.pk, "origin_seq": seq}
    if Message.objects.filter(pk=message.pk, ticket=ticket, seq=seq).update(**place) != 1:
        # Another agent has moved it meanwhile; where no transaction does, we take the new ticket back
        made.delete()
        raise WriteConflict("moved meanwhile")
    new = ChangeSet(made, by=by)
    new.set_silently(**wait_by_messages(made))
    recount(new, was_read=was_read)
    new.write()

    stays = ChangeSet(ticket, by=by)
    stays.add_event("split_off", "", made.number)
    stays.set_silently(**wait_by_messages(ticket))
    recount(stays, was_read=False)
    stays.add_message(
        Sender.SYSTEM, f"A message was split off into ticket #{made.number}.", internal=True, unread=False
    )
    stays.write()
    live.announce(made, [1])
    return made


def _split_before(ticket: Ticket, seq: int, by: Person) -> Ticket | None:
    """Return the ticket that this agent has already made of this message; None if there is none."""
    numbers = TicketEvent.objects.filter(ticket=ticket, field="split_off", actor=by).values_list(
        "new", flat=True
    )
    made = Ticket.objects.filter(number__in=[int(number) for number in numbers if number], merged_into=None)
    for each in made:
        if each.messages.filter(seq=1, origin_id=ticket.pk, origin_seq=seq).exists():
            return each
    return None


def _why_not(ticket: Ticket, message: Message) -> str:
    if message.sender != Sender.CUSTOMER or message.internal:
        return gettext("Only a message of the customer can be split off.")
    if message.withdrawn_at or message.withdraws:
        return gettext("This message was withdrawn.")
    if message.seq == 1 or not _others(ticket, message).filter(sender=Sender.CUSTOMER).exists():
        return gettext("The ticket was opened with this message. It stays here.")
    return ""


def _others(ticket: Ticket, message: Message) -> QuerySet[Message]:
    return ticket.messages.filter(withdrawn_at=None, withdraws=None).exclude(pk=message.pk)


def _opened_with(ticket: Ticket, message: Message, by: Person) -> Ticket:
    """Write the new ticket, with a line of the desk behind the place of the message."""
    now = clock.now()
    subject = " ".join(message.text.split()) or preview_of(message)["preview"]
    copied = (
        "requester_id", "requester_name", "requester_email", "requester_phone", "order_id", "order_number", "category",
        "priority", "language", "channel", "reply_by", "is_spam",
    )  # fmt: skip
    made = Ticket(
        number=secrets.randbelow(90_000_000) + 10_000_000,
        subject=subject[:SUBJECT_LENGTH],
        created_at=now,
        updated_at=now,
        last_seq=1,
        last_customer_seq=1,
        preview=preview_of(message)["preview"][:PREVIEW_LENGTH],
        **{name: getattr(ticket, name) for name in copied},
    )
    waiting.begin(made)
    change_set = ChangeSet(made, by=by)
    change_set.add_event("status", "", Status.OPEN)
    change_set.add_event("split_from", "", ticket.number)
    change_set.add_message(
        Sender.SYSTEM, f"Split off from ticket #{ticket.number}.", internal=True, unread=False
    )
    create(made, change_set)
    return made


def unsplit(ticket: Ticket, *, by: Person) -> Ticket:
    """Move the message back to where it was and return that ticket; this one ends as a merged one.

    Again does nothing. Raise IllegalMove when the ticket was not split off, or has words of its own by now.
    """
    before = _unsplit(ticket, by)
    for each in (before, ticket):
        search.renew(each)
    return before


@atomic_with_retry
def _unsplit(ticket: Ticket, by: Person) -> Ticket:
    lock_rows(Ticket.objects.filter(pk=ticket.pk))
    ticket.refresh_from_db()
    message = ticket.messages.filter(seq=1).first()
    # Sent again: the answer to the first call was lost
    if not message and ticket.merged_into and was_just_undone(ticket.merged_into, "split_off", ticket, by):
        return ticket.merged_into
    if not message or not message.origin_id or ticket.merged_into_id:
        raise IllegalMove(gettext("Ticket #%(number)s was not split off.") % {"number": ticket.number})
    if _others(ticket, message).exclude(sender=Sender.SYSTEM).exists():
        raise IllegalMove(
            gettext("Ticket #%(number)s has messages of its own by now. Merge it instead.")
            % {"number": ticket.number}
        )
    before = Ticket.objects.filter(pk=message.origin_id).first()
    seq = message.origin_seq or 1
    if not before or before.merged_into_id or before.messages.filter(seq=seq).exists():
        raise IllegalMove(
            gettext("The ticket that the message came from is merged or gone. Merge this one instead.")
        )
    lock_rows(Ticket.objects.filter(pk=before.pk))
    before.refresh_from_db()
    place = {"ticket": before, "seq": seq, "origin_id": None, "origin_seq": None}
    if Message.objects.filter(pk=message.pk, ticket=ticket, seq=1).update(**place) != 1:
        raise WriteConflict("moved meanwhile")

    gone = ChangeSet(ticket, by=by)
    if ticket.status != Status.CLOSED:
        gone.set(status=Status.CLOSED)
    gone.add_event("merged_into", "", before.number)
    gone.set_silently(
        merged_into=before, closed_at=gone.now, snoozed_until=None, waiting_since=None,
        next_response_due_at=None, answer_check_at=None,
    )  # fmt: skip
    gone.write()

    stays = ChangeSet(before, by=by)
    stays.add_event("split_off", ticket.number, "")
    stays.set_silently(**wait_by_messages(before))
    recount(stays, was_read=False)
    stays.add_message(
        Sender.SYSTEM, f"The message of ticket #{ticket.number} is back.", internal=True, unread=False
    )
    stays.write()
    live.announce(before, [seq])
    return before
