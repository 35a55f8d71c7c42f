"""What a ticket may become, and the changes of which verbs are made: each is added to an Entry."""

from .. import wording
from ..journal import Entry
from ..models import Person, Role, Sender, Status, Ticket

# The one table of what a status may become. A closed ticket stays closed: what comes
# after it is a new ticket that is linked to it.
TRANSITIONS = {
    Status.OPEN: {Status.IN_PROGRESS, Status.CLOSED},
    Status.IN_PROGRESS: {Status.RESOLVED, Status.CLOSED},
    Status.RESOLVED: {Status.IN_PROGRESS, Status.CLOSED},
    Status.CLOSED: set(),
}


class Refused(Exception):
    """The desk does not do this; the message is a sentence for the person who asked."""


class IllegalMove(Refused):
    """The transition table has no such step, or somebody else took one first."""


def allowed_moves(ticket: Ticket) -> list[Status]:
    """The statuses that the ticket may have next, in the order of its life."""
    return [status for status in Status if status in TRANSITIONS[ticket.status]]


def move(entry: Entry, new_status: str) -> None:
    """Change the status. Raise IllegalMove when the table has no such step."""
    old_status = entry.ticket.status
    if new_status == old_status:
        raise IllegalMove(f"Ticket #{entry.ticket.number} is {Status(old_status).label.lower()} already.")
    if new_status not in TRANSITIONS[old_status]:
        raise IllegalMove(
            f"Ticket #{entry.ticket.number} is {Status(old_status).label.lower()} "
            f"and cannot become {Status(new_status).label.lower()}."
        )
    entry.set(status=new_status)


def take(entry: Entry, agent: Person) -> None:
    """Put the ticket in progress with this agent, and tell the customer who joined."""
    move(entry, Status.IN_PROGRESS)
    assign(entry, agent)
    entry.say(Sender.SYSTEM, wording.joined(str(agent)), unread=False)


def assign(entry: Entry, agent: Person | None) -> None:
    """Give the ticket to an agent or to nobody, unless somebody else does so first."""
    ticket = entry.ticket
    # A service key is not an assignee: the ticket would leave the agents' list of unassigned ones
    is_service = agent and agent.role == Role.SERVICE
    if is_service or ticket.assignee_id == (agent and agent.pk):
        return
    # Two agents may have one name
    entry.read["assignee_id"] = ticket.assignee_id
    entry.record("assignee_name", ticket.assignee_name, str(agent or ""))
    entry.stamp(assignee=agent, assignee_name=str(agent or ""))


def reopen(entry: Entry) -> None:
    """Put a resolved ticket in progress again, and say who did."""
    move(entry, Status.IN_PROGRESS)
    entry.stamp(resolved_at=None)
    said = wording.taken_up_again if entry.by.is_agent else wording.reopened
    entry.say(Sender.SYSTEM, said(str(entry.by)), unread=False)
