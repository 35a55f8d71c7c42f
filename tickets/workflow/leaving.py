"""An agent leaves: the open tickets go back to Unassigned, where the others find them."""

import time
from contextlib import suppress

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
    released = 0
    while tickets := _open_of(person.pk):
        before = released
        for ticket in tickets:
            with suppress(IllegalMove):
                _release(ticket, person.pk, by)
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


def _open_of(person_id) -> list[Ticket]:
    theirs = Ticket.objects.defer("handover").filter(assignee_id=person_id, status__in=OPEN)
    return list(theirs.order_by("created_at")[:BATCH])


@atomic_on_ticket
def _release(ticket: Ticket, person_id, by: Person | None) -> None:
    if ticket.assignee_id != person_id:
        raise IllegalMove("Another agent was assigned meanwhile.")
    change_set = ChangeSet(ticket, by=by)
    status.assign(change_set, None)
    change_set.write()
