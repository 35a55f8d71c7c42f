"""What a ticket may become, and the changes of which verbs are made: each is added to an ChangeSet."""

from django.utils.translation import gettext

from tickets.clocks import running as clocks
from tickets.models import Person, Role, Status, Ticket

from . import waiting, wording
from .change_set import ChangeSet

# The one table of what a status may become. A closed ticket stays closed: what comes
# after it is a new ticket that is linked to it.
TRANSITIONS: dict[str, set[Status]] = {
    Status.OPEN: {Status.IN_PROGRESS, Status.CLOSED},
    Status.IN_PROGRESS: {Status.RESOLVED, Status.CLOSED},
    Status.RESOLVED: {Status.IN_PROGRESS, Status.CLOSED},
    Status.CLOSED: set(),
}


class Refused(Exception):
    """The desk does not do this; the message is a sentence for the person who asked."""


class IllegalMove(Refused):
    """The transition table has no such step, or another writer was first."""


def allowed_moves(ticket: Ticket) -> list[Status]:
    """The statuses that the ticket may have next, in the order of its life."""
    return [status for status in Status if status in TRANSITIONS[ticket.status]]


def move(change_set: ChangeSet, new_status: str) -> None:
    """Change the status. Raise IllegalMove when the table has no such step."""
    old_status = change_set.ticket.status
    if new_status == old_status:
        raise IllegalMove(
            gettext("Ticket #%(number)s is %(old_status)s already.")
            % {"number": change_set.ticket.number, "old_status": Status(old_status).label.lower()}
        )
    if new_status not in TRANSITIONS[old_status]:
        raise IllegalMove(
            gettext("Ticket #%(number)s is %(old_status)s and cannot become %(new_status)s.")
            % {
                "number": change_set.ticket.number,
                "old_status": Status(old_status).label.lower(),
                "new_status": Status(new_status).label.lower(),
            }
        )
    change_set.set(status=new_status)


def take(change_set: ChangeSet, agent: Person) -> None:
    """Put the ticket in progress with this agent, and tell the customer who joined."""
    move(change_set, Status.IN_PROGRESS)
    assign(change_set, agent)
    change_set.say(wording.joined, str(agent), unread=False)


def assign(change_set: ChangeSet, agent: Person | None) -> None:
    """Give the ticket to an agent or to none, unless another person does so first."""
    ticket = change_set.ticket
    # A service key is not an assignee: the ticket would leave the agents' list of unassigned ones
    is_service = agent and agent.role == Role.SERVICE
    if is_service or ticket.assignee_id == (agent and agent.pk):
        return
    # Two agents may have one name
    change_set.read["assignee_id"] = ticket.assignee_id
    change_set.add_event("assignee_name", ticket.assignee_name, str(agent or ""))
    change_set.set_silently(assignee=agent, assignee_name=str(agent or ""))


def reopen(change_set: ChangeSet) -> None:
    """Put a resolved ticket in progress again, and say who did."""
    move(change_set, Status.IN_PROGRESS)
    change_set.set_silently(resolved_at=None)
    by_agent = change_set.by is not None and change_set.by.is_agent
    waiting.apply_event(change_set, clocks.reopened if by_agent else clocks.customer_wrote)
    said = wording.taken_up_again if by_agent else wording.reopened
    change_set.say(said, str(change_set.by), unread=False)
