"""Replies that are sent later. A row is the work queue: the worker that deletes it may send it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from tickets.models import Person, ScheduledReply, Status, Ticket
from tickets.privacy.masking import masked

from .. import clock
from ..change_set import ChangeSet, atomic_on_ticket
from ..status import IllegalMove, Refused
from .conversation import add_note, agent_replies

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
    if not _claimed(later):
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
        _keep_as_note(later, f"{later.author.name or 'The agent'} has left, so this reply was not sent:")
        return False
    if ticket.last_customer_seq and _customer_wrote_since(later):
        cancel_because_customer_wrote(ticket, [later])
        return False
    try:
        agent_replies(ticket, later.text, by=later.author, client_id=later.client_id)
    except Refused as reason:
        _keep_as_note(later, f"This reply was not sent: {reason}")
        return False
    _remove(later)
    return True


def _keep_as_note(later: ScheduledReply, why: str) -> None:
    """Leave the words to the agents and remove the row; after a kill in between the client_id makes it one note."""
    add_note(later.ticket, f"{why}\n\n{later.text}", by=later.author, client_id=later.client_id)
    _remove(later)


def _remove(later: ScheduledReply) -> None:
    _claimed(later)
    Ticket.objects.filter(pk=later.ticket_id).update(
        has_scheduled=ScheduledReply.objects.filter(ticket=later.ticket_id).exists()
    )


def _customer_wrote_since(later: ScheduledReply) -> bool:
    return later.ticket.messages.filter(sender="customer", created_at__gt=later.created_at).exists()


def cancel_because_customer_wrote(ticket: Ticket, waiting: list[ScheduledReply] | None = None) -> int:
    """Take back the replies that wait on this ticket, and tell the agents; return how many."""
    if waiting is None:
        waiting = list(ScheduledReply.objects.filter(ticket=ticket).select_related("author"))
    cancelled = [later for later in waiting if _claimed(later)]
    for later in cancelled:
        name = ticket.requester_name or "The customer"
        add_note(
            ticket, f"{name} wrote first, so this reply was not sent:\n\n{later.text}", by=later.author
        )
    if cancelled:
        Ticket.objects.filter(pk=ticket.pk).update(has_scheduled=False)
    return len(cancelled)


def _claimed(later: ScheduledReply) -> bool:
    return ScheduledReply.objects.filter(pk=later.pk).delete()[0] == 1
