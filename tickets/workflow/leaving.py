"""An agent leaves or goes away: tickets go back to Unassigned, where the others find them."""

import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db.models import QuerySet
from django.utils.translation import gettext

from tickets.models import Person, Role, Status, Ticket

from . import status
from .change_set import ChangeSet, atomic_on_ticket
from .status import IllegalMove

OPEN = (Status.OPEN, Status.IN_PROGRESS)
# An agent may be made inactive by mistake: a moment to put that right
GRACE_SECONDS = 60
BATCH = 200

# Agents that were found to have left, and when this process found them
_found_at: dict = {}


def release_tickets(person: Person, *, by: Person | None = None) -> int:
    """Give back every open ticket of this person, each with an event; return how many.

    Their name stays in the history, and on what is resolved or closed.
    """
    theirs = Ticket.objects.filter(assignee_id=person.pk, status__in=OPEN)
    return _release_all(theirs, lambda ticket: _release(ticket, person.pk, by))


def release_waiting(person: Person, *, by: Person | None = None) -> int:
    """Give back this person's tickets on which a customer waits for an answer; return how many."""
    return _release_all(waiting_of([person.pk]), lambda ticket: release_if_waiting(ticket, person.pk, by))


def waiting_of(people: Iterable) -> QuerySet[Ticket]:
    """Return the open tickets of these people on which a customer waits."""
    return Ticket.objects.filter(is_waiting=True, assignee_id__in=list(people))


def _release_all(theirs: QuerySet[Ticket], release: Callable[[Ticket], None]) -> int:
    released = 0
    while tickets := list(theirs.defer("handover").order_by("created_at")[:BATCH]):
        before = released
        for ticket in tickets:
            with suppress(IllegalMove):
                release(ticket)
                released += 1
        if released == before:
            break
    return released


def release_of_leavers() -> int:
    """Give back the open tickets of everybody who has left for GRACE_SECONDS; return how many."""
    assigned = Ticket.objects.filter(status__in=OPEN).exclude(assignee=None)
    ids = set(assigned.order_by().values_list("assignee_id", flat=True).distinct())
    agents = Person.objects.filter(pk__in=ids, role__in=(Role.AGENT, Role.STAFF), is_active=True)
    left = ids - set(agents.values_list("pk", flat=True))
    now = time.monotonic()
    for pk in _found_at.keys() - left:
        del _found_at[pk]
    ripe = [pk for pk in left if now - _found_at.setdefault(pk, now) >= GRACE_SECONDS]
    return sum(release_tickets(person) for person in Person.objects.filter(pk__in=ripe))


@atomic_on_ticket
def _release(ticket: Ticket, person_id: uuid.UUID, by: Person | None) -> None:
    if ticket.assignee_id != person_id:
        raise IllegalMove(gettext("Another agent was assigned meanwhile."))
    change_set = ChangeSet(ticket, by=by)
    status.assign(change_set, None)
    change_set.write()


@atomic_on_ticket
def release_if_waiting(ticket: Ticket, person_id: uuid.UUID, by: Person | None) -> None:
    """Give this ticket back unless it was answered or assigned meanwhile: then raise IllegalMove."""
    if ticket.assignee_id != person_id or not ticket.is_waiting:
        raise IllegalMove(gettext("The ticket was answered or assigned meanwhile."))
    change_set = ChangeSet(ticket, by=by)
    # An answer at this moment comes first
    change_set.read["waiting_since"] = ticket.waiting_since
    status.assign(change_set, None)
    change_set.write()
