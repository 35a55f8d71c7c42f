"""The queue of waiting tickets without an agent, and how the desk itself gives one to an agent."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from tickets.models import Person, Ticket

from . import status
from .change_set import TICK, ChangeSet, atomic_on_ticket
from .status import IllegalMove


def waiting_unassigned() -> QuerySet[Ticket]:
    """Return the waiting tickets without an agent, the most urgent first, then the one due first."""
    waiting = Ticket.objects.defer("handover").filter(is_waiting=True, assignee=None)
    return waiting.order_by("attention_rank", "id")


@atomic_on_ticket
def assign_if_unchanged(ticket: Ticket, agent: Person, read_at: datetime) -> None:
    """Give a ticket of the queue to an agent. Raise IllegalMove unless its `updated_at` is `read_at`.

    `updated_at` moves with every change, so that a process that was paused for long cannot assign a
    ticket that was assigned and given back meanwhile.
    """
    if ticket.updated_at != read_at or ticket.assignee_id or not ticket.is_waiting:
        raise IllegalMove(gettext("The ticket changed meanwhile."))
    change_set = ChangeSet(ticket)
    change_set.read["updated_at"] = read_at
    status.assign(change_set, agent)
    change_set.write()


def void_claims(ticket_id: UUID, read_at: datetime) -> None:
    """Have every process that is about to assign this ticket as it was read find it changed."""
    Ticket.objects.filter(pk=ticket_id, updated_at=read_at).update(updated_at=read_at + TICK)
