"""Status, agent, priority; the customer's yes and rating."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from supportdesk.http.outages import is_outage
from tickets.clocks import running as clocks
from tickets.models import Person, Sender, Status, Ticket, TicketEvent

from . import status as steps
from . import waiting, wording
from .change_set import ChangeSet, atomic_on_ticket
from .messages import replies
from .status import IllegalMove, Refused

logger = logging.getLogger(__name__)


def move(ticket: Ticket, new_status: str, *, by: Person, resolution: str = "") -> None:
    """Change the ticket's status.

    Raise IllegalMove when the table does not allow the step, when another person
    moved the ticket first, or when the customer writes while it is resolved or closed.
    """
    move_unless_conflict(ticket, new_status, by, resolution, ticket.last_customer_seq)


@atomic_on_ticket
def move_unless_conflict(
    ticket: Ticket, new_status: Any, by: Any, resolution: Any, customer_seq_read: Any
) -> None:
    change_set = ChangeSet(ticket, by=by)
    if new_status == Status.IN_PROGRESS and ticket.status == Status.OPEN:
        steps.take(change_set, ticket.assignee or by)
    elif new_status == Status.IN_PROGRESS:
        steps.reopen(change_set)
    else:
        steps.move(change_set, new_status)
        if ticket.last_customer_seq != customer_seq_read:
            raise IllegalMove(gettext("The customer wrote again just now. Please look first."))
        if resolution:
            change_set.set(resolution=resolution)
        change_set.set(snoozed_until=None)
        waiting.apply_event(change_set, clocks.settled)
        if new_status == Status.RESOLVED:
            _resolve(change_set, ticket.resolution.strip())
        else:
            change_set.set_silently(closed_at=change_set.now)
            change_set.say(wording.closed)
    change_set.write()


def _resolve(change_set: ChangeSet, resolution: str) -> None:
    """The resolution is the agent's message; the desk asks whether that solved it."""
    ticket = change_set.ticket
    change_set.set_silently(resolved_at=change_set.now)
    message = None
    if resolution:
        if not ticket.first_responded_at:
            change_set.set_silently(first_responded_at=change_set.now)
        message = change_set.add_message(
            Sender.AGENT,
            resolution,
            author=change_set.by,
            sender_name=str(change_set.by),
            is_resolution=True,
        )
        # Settling the ticket has stopped the clock; the wait that it ended counts in the figures
        message.answered_since = change_set.before.get("waiting_since")
    asked = change_set.say(wording.resolved, unread=not resolution)
    if ticket.reply_by:
        replies.queue_reply(ticket, message or asked, kind="resolved")
        change_set.set_silently(mailed_to_requester=asked.seq)


def take(ticket: Ticket, *, by: Person) -> None:
    """Make the ticket this agent's: assigned, and in progress if it was open."""
    if ticket.status == Status.OPEN:
        _begin(ticket, by)
    else:
        assign(ticket, by, by=by)


@atomic_on_ticket
def _begin(ticket: Ticket, agent: Person) -> None:
    change_set = ChangeSet(ticket, by=agent)
    steps.take(change_set, agent)
    change_set.write()


def assign(ticket: Ticket, agent: Person | None, *, by: Person) -> None:
    """Give the ticket to an agent, or to none. Raise IllegalMove if another person was first."""
    assign_unless_conflict(ticket, agent, by, ticket.assignee_id)


@atomic_on_ticket
def assign_unless_conflict(ticket: Ticket, agent: Any, by: Any, assignee_read: Any) -> None:
    if ticket.assignee_id != assignee_read:
        raise IllegalMove(gettext("A colleague assigned this ticket first."))
    change_set = ChangeSet(ticket, by=by)
    steps.assign(change_set, agent)
    change_set.write()


@atomic_on_ticket
def triage(ticket: Ticket, *, by: Person, priority: str | None = None, category: str | None = None) -> None:
    """Correct the priority or the category. An unanswered ticket gets the new priority's due time."""
    change_set = ChangeSet(ticket, by=by)
    if category:
        change_set.set(category=category)
    old_priority = ticket.priority
    if priority and change_set.set(priority=priority):
        ticket.priority = old_priority
        waiting.apply_event(change_set, clocks.reprioritised(priority))
        ticket.priority = priority
    change_set.write()


@atomic_on_ticket
def note_resolution(ticket: Ticket, resolution: str, *, by: Person) -> None:
    """Record how it was solved, without moving the ticket."""
    change_set = ChangeSet(ticket, by=by)
    change_set.set(resolution=resolution)
    change_set.write()


@atomic_on_ticket
def confirm(ticket: Ticket, *, by: Person, rating: int | None = None, comment: str = "") -> None:
    """It is solved, says the customer: close, and keep the rating. Raise IllegalMove unless resolved."""
    if ticket.status != Status.RESOLVED:
        raise IllegalMove(gettext("Only a resolved conversation can be confirmed."))
    change_set = ChangeSet(ticket, by=by)
    steps.move(change_set, Status.CLOSED)
    change_set.set_silently(closed_at=change_set.now)
    if rating:
        change_set.set(rating=rating)
    if comment:
        change_set.set(rating_comment=comment)
    if rating or comment:
        change_set.set_silently(rated_at=change_set.now)
    change_set.say(wording.confirmed, unread=False)
    change_set.write()


@atomic_on_ticket
def rate(ticket: Ticket, rating: int, *, by: Person, comment: str = "") -> None:
    """Keep the customer's rating of a closed ticket."""
    if ticket.status != Status.CLOSED:
        raise IllegalMove(gettext("A conversation is rated once it is closed."))
    change_set = ChangeSet(ticket, by=by)
    change_set.set(rating=rating, **({"rating_comment": comment} if comment else {}))
    change_set.set_silently(rated_at=change_set.now)
    change_set.write()


@atomic_on_ticket
def end(ticket: Ticket, *, by: Person) -> None:
    """The customer ends the conversation, in every status but closed: then raise IllegalMove."""
    change_set = ChangeSet(ticket, by=by)
    steps.move(change_set, Status.CLOSED)
    change_set.set_silently(closed_at=change_set.now)
    change_set.say(wording.ended, str(by), unread=False)
    change_set.write()


@atomic_on_ticket
def reopen(ticket: Ticket, *, by: Person) -> None:
    """It was not solved after all. Raise IllegalMove unless resolved."""
    if ticket.status != Status.RESOLVED:
        raise IllegalMove(gettext("Only a resolved conversation can be opened again."))
    change_set = ChangeSet(ticket, by=by)
    steps.reopen(change_set)
    change_set.write()


def was_moved_by(ticket: Ticket, status: str, person: Person) -> bool:
    """Return whether this person made this same step last: a retry after a lost response."""
    step = TicketEvent.objects.filter(ticket=ticket, field="status").order_by("-at", "-pk").first()
    return bool(step and (step.actor_id, step.new) == (person.pk, status))


@atomic_on_ticket
def close_by_itself(ticket: Ticket, *, untouched_since: datetime) -> None:
    """Close a resolved ticket for the desk itself. Raise IllegalMove if something has happened to it since."""
    if ticket.status != Status.RESOLVED or ticket.updated_at > untouched_since:
        raise IllegalMove(gettext("The customer has come back to this conversation."))
    change_set = ChangeSet(ticket)
    steps.move(change_set, Status.CLOSED)
    change_set.set_silently(closed_at=change_set.now)
    change_set.say(wording.closed, unread=False)
    change_set.write()


def move_many(tickets: Iterable[Ticket], change: Any, **arguments: Any) -> tuple[list[Ticket], list[tuple]]:
    """Do one verb to many tickets: `(done, skipped)`, skipped as pairs of ticket and reason.

    A ticket that fails for a reason of its own is skipped as well; only a database that is
    away ends the batch.
    """
    done, skipped = [], []
    for ticket in tickets:
        try:
            change(ticket, **arguments)
            done.append(ticket)
        except Refused as reason:
            skipped.append((ticket, str(reason)))
        except Exception as reason:
            if is_outage(reason):
                raise
            logger.exception("one of many tickets could not be changed (%s)", ticket.pk)
            skipped.append((ticket, gettext("Something went wrong with this ticket. Please try it alone.")))
    return done, skipped
