"""The verbs of the desk. Page, API, admin and bot all change tickets through these.

Every verb takes the ticket as its caller read it, does all or nothing, leaves an
event row for each change, and announces it to the live streams. What may not be
done is an exception with a sentence: `IllegalMove`, `StaleReply`, `Mismatch`.

steps      what a ticket may become (the one table), and the changes of which verbs are made
talking    opening a ticket, and everything that is said on one
moving     status, agent, priority; the customer's yes and rating; many at once
promises   calling back, and answering in time
reading    who has seen what
requester  whose ticket it is
leaving    an agent leaves, the open tickets are unassigned
"""

from .callbacks import check_answer, complete_callback, request_callback
from .leaving import release_of_leavers, release_tickets
from .messages import (
    MAX_TEXT,
    ChannelClosed,
    Mismatch,
    StaleReply,
    add_note,
    agent_replies,
    customer_says,
    open_ticket,
)
from .read_receipts import mark_read
from .requester import change_requester
from .status import TRANSITIONS, IllegalMove, Refused, allowed_moves
from .transitions import (
    assign,
    change,
    close_by_itself,
    confirm,
    end,
    move,
    move_many,
    note_resolution,
    rate,
    reopen,
    take,
    triage,
)

__all__ = [
    "MAX_TEXT", "TRANSITIONS", "ChannelClosed", "IllegalMove", "Mismatch", "Refused", "StaleReply", "add_note", "agent_replies",
    "allowed_moves", "assign", "change", "change_requester", "check_answer", "close_by_itself", "complete_callback", "confirm",
    "customer_says", "end", "mark_read", "move", "move_many", "note_resolution", "open_ticket", "rate", "release_of_leavers",
    "release_tickets", "reopen", "request_callback", "take", "triage",
]  # fmt: skip
