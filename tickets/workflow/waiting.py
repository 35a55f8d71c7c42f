"""Response and resolution deadlines of a ticket: apply the SLA clocks to a change set."""

from datetime import datetime

from tickets.clocks import policies
from tickets.clocks import running as clocks
from tickets.clocks.lanes import SETTLED
from tickets.models import Ticket

from .change_set import ChangeSet


def begin(ticket: Ticket) -> None:
    """Start the clocks of a ticket that is about to be written for the first time."""
    started = clocks.opened(policies.current(), ticket.priority, ticket.created_at)
    ticket.waiting_since = started.waiting_since
    if due_at := started.response_due_at:
        ticket.first_response_due_at = ticket.next_response_due_at = due_at
    ticket.resolution_due_at = started.resolution_due_at
    ticket.answer_check_at = _first_look(ticket, started)


def apply_event(change_set: ChangeSet, event: clocks.Event) -> None:
    """Apply one event to the ticket's SLA clocks, and write the result into the change set."""
    ticket = change_set.ticket
    before = clocks_of(ticket)
    after = event(before, policies.current(), change_set.now)
    changes = {
        "waiting_since": after.waiting_since,
        "next_response_due_at": after.response_due_at,
        "resolution_due_at": after.resolution_due_at,
        "clocks_paused_at": after.paused_at,
    }
    changed = {name: value for name, value in changes.items() if getattr(ticket, name) != value}
    if not changed:
        return
    # Two who move the clocks at once: the second reads the ticket again
    for name in ("next_response_due_at", "clocks_paused_at"):
        change_set.read.setdefault(name, getattr(ticket, name))
    if "next_response_due_at" in changed:
        changed["answer_check_at"] = _first_look(ticket, after)
        if after.is_first and after.response_due_at:
            changed["first_response_due_at"] = after.response_due_at
    change_set.set_silently(**changed)


def clocks_of(ticket: Ticket) -> clocks.Clocks:
    """Return the clocks of a ticket as they are stored."""
    resolution_due_at = ticket.resolution_due_at
    if not resolution_due_at:
        policy = policies.current()
        resolution_due_at = policy.add(ticket.created_at, policy.resolution[ticket.priority])
    return clocks.Clocks(
        opened_at=ticket.created_at,
        priority=ticket.priority,
        resolution_due_at=resolution_due_at,
        waiting_since=ticket.waiting_since,
        response_due_at=ticket.next_response_due_at,
        is_first=not ticket.first_responded_at,
        paused_at=ticket.clocks_paused_at,
        is_snoozed=bool(ticket.snoozed_until),
        is_settled=ticket.status in SETTLED,
    )


def _first_look(ticket: Ticket, stand: clocks.Clocks) -> datetime | None:
    """Return when the worker first checks the response clock, early enough to warn."""
    if not stand.response_due_at or stand.is_snoozed:
        return None
    return warning_at(stand.response_due_at, stand.priority, stand.is_first)


def warning_at(due_at: datetime, priority: str, is_first: bool) -> datetime:
    """Return the moment from which an answer is urgent: the last third of the target."""
    return due_at - policies.current().response(priority, is_first) * clocks.WARNING_SHARE


def since(ticket: Ticket, at: datetime) -> dict:
    """Return the fields of a ticket whose customer waits since this time."""
    policy = policies.current()
    is_first = not ticket.first_responded_at
    due_at = policy.add(at, policy.response(ticket.priority, is_first))
    return {
        "waiting_since": at,
        "next_response_due_at": due_at,
        "answer_check_at": warning_at(due_at, ticket.priority, is_first),
        "clocks_paused_at": None,
    }
