"""Replies that are sent later. A row is the work queue: the worker that deletes it may send it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from tickets.models import Person, ScheduledReply, Status, Ticket
from tickets.privacy.masking import masked

from .. import clock
from ..change_set import ChangeSet, atomic_on_ticket
from ..status import IllegalMove, Refused
from .cancelling import cancel_because_customer_wrote, keep_as_note, remove
from .conversation import agent_replies

LONGEST_DELAY = timedelta(days=366)
# Of one ticket
MOST_PLANNED = 20


@atomic_on_ticket
def plan_reply(
    ticket: Ticket, text: str, send_at: datetime, *, by: Person, client_id: str
) -> ScheduledReply:
    """Keep a reply until its time. The same `client_id` returns the row that it made before. Raise Refused."""
    known = ScheduledReply.objects.filter(ticket=ticket, client_id=client_id, author=by).first()
    if known:
        return known
    if ticket.status == Status.CLOSED:
        raise IllegalMove(gettext("This ticket is closed. A new message of the customer opens a new one."))
    now = clock.now()
    if not now < send_at <= now + LONGEST_DELAY:
        raise Refused(gettext("Choose a time in the future, at most a year ahead."))
    if ScheduledReply.objects.filter(ticket=ticket).count() >= MOST_PLANNED:
        raise Refused(
            gettext("At most %(count)s replies can wait on one ticket.") % {"count": MOST_PLANNED}
        )
    change_set = ChangeSet(ticket, by=by)
    change_set.add_event("scheduled_reply", "", "planned")
    change_set.set_silently(has_scheduled=True)
    change_set.write()
    return ScheduledReply.objects.create(
        ticket=ticket, author=by, text=masked(text), client_id=client_id, send_at=send_at
    )


def cancel_reply(later: ScheduledReply, *, by: Person) -> bool:
    """Remove a reply before its time; say whether it was still there."""
    if not remove(later):
        return False
    _note_cancelled(later.ticket, by)
    return True


@atomic_on_ticket
def _note_cancelled(ticket: Ticket, by: Person) -> None:
    change_set = ChangeSet(ticket, by=by)
    change_set.add_event("scheduled_reply", "planned", "cancelled")
    change_set.set_silently(has_scheduled=ScheduledReply.objects.filter(ticket=ticket).exists())
    change_set.write()


def send_planned(later: ScheduledReply) -> bool:
    """Send a reply whose time has come; say whether this call sent it.

    The message carries the row's client_id, so that a kill between the two sends it once.
    """
    ticket = later.ticket
    if not later.author.is_agent:
        # The account was closed, perhaps because it was in wrong hands: a colleague decides
        keep_as_note(
            later, ticket, f"{later.author.name or 'The agent'} has left, so this reply was not sent:"
        )
        return False
    if ticket.last_customer_seq and _customer_wrote_since(later):
        cancel_because_customer_wrote(ticket, [later])
        return False
    try:
        agent_replies(ticket, later.text, by=later.author, client_id=later.client_id)
    except Refused as reason:
        keep_as_note(later, ticket, f"This reply was not sent: {reason}")
        return False
    remove(later)
    return True


def _customer_wrote_since(later: ScheduledReply) -> bool:
    return later.ticket.messages.filter(sender="customer", created_at__gt=later.created_at).exists()
