"""Where a ticket stands: its lane, and its rank in the order of attention.

Both are stored with the ticket, so that every view of the desk is a range of one index.
"""

from datetime import UTC, datetime

from tickets.models import Lane, Priority, Status, Ticket

SETTLED = {Status.RESOLVED, Status.CLOSED}
# Most urgent first
BANDS = {priority: band for band, priority in enumerate(reversed(Priority.values))}
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# 42 bits hold the milliseconds of 139 years
DUE_BITS = 42
NOT_DUE = (1 << DUE_BITS) - 1
AFTER_ALL_BANDS = len(BANDS)

# The fields of a ticket that decide about its lane and rank
DECIDING = {
    "status", "snoozed_until", "is_spam", "merged_into", "priority", "next_response_due_at", "waiting_since",
}  # fmt: skip


def stand(ticket: Ticket) -> dict:
    """Set the ticket's lane and rank by what it says of itself, and return them."""
    ticket.lane = _lane(ticket)
    ticket.is_waiting = bool(ticket.waiting_since) and ticket.lane == Lane.OPEN
    ticket.attention_rank = _rank(ticket)
    return {"lane": ticket.lane, "is_waiting": ticket.is_waiting, "attention_rank": ticket.attention_rank}


def _lane(ticket: Ticket) -> str:
    if ticket.merged_into_id:
        return Lane.MERGED
    if ticket.is_spam:
        return Lane.SPAM
    if ticket.status in SETTLED:
        return Lane.DONE
    return Lane.SNOOZED if ticket.snoozed_until else Lane.OPEN


def _rank(ticket: Ticket) -> int:
    """Return the ticket's place in the order of attention: priority, then due time; settled ones last."""
    band = BANDS[ticket.priority]
    if ticket.lane not in (Lane.OPEN, Lane.SNOOZED):
        band += AFTER_ALL_BANDS
    due = NOT_DUE
    if ticket.next_response_due_at:
        due = int((ticket.next_response_due_at - EPOCH).total_seconds() * 1000)
    return (band << DUE_BITS) + min(max(due, 0), NOT_DUE)
