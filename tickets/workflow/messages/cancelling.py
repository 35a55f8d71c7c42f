"""Taking back replies that wait. What was not sent is left to the agents as a private note.

Whatever becomes of a waiting reply carries the row's client_id, and the row goes last: a kill in between
does it once, and of two that act on one row the second finds what the first has done.
"""

from tickets.models import ScheduledReply, Ticket

from .idempotency import Mismatch
from .notes import add_note


def cancel_because_customer_wrote(ticket: Ticket, waiting: list[ScheduledReply] | None = None) -> int:
    """Take back the replies that wait on this ticket, and tell the agents; return how many."""
    if waiting is None:
        waiting = list(ScheduledReply.objects.filter(ticket=ticket).select_related("author"))
    name = ticket.requester_name or "The customer"
    return sum(
        keep_as_note(later, ticket, f"{name} wrote first, so this reply was not sent:") for later in waiting
    )


def keep_as_note(later: ScheduledReply, ticket: Ticket, why: str) -> bool:
    """Write the words of a reply that is not sent into a note and remove its row; return whether they are in one."""
    try:
        add_note(ticket, f"{why}\n\n{later.text}", by=later.author, client_id=later.client_id)
    except Mismatch:
        # It was sent in the same moment, or is in a note that gives another reason
        is_noted = False
    else:
        is_noted = True
    remove(later)
    return is_noted


def remove(later: ScheduledReply) -> bool:
    """Remove a waiting reply's row; return whether this call removed it."""
    is_ours = ScheduledReply.objects.filter(pk=later.pk).delete()[0] == 1
    still_there = ScheduledReply.objects.filter(ticket=later.ticket_id).exists()
    Ticket.objects.filter(pk=later.ticket_id).update(has_scheduled=still_there)
    return is_ours
