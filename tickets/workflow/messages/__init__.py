"""What is said on a ticket, and taking it back.

opening       a ticket with its first message; callers: one that an agent opens for a caller
conversation  messages of the customer, replies and private notes
scheduled     replies that are sent later
withdrawals   taking back a reply or a note
idempotency   one clientId, one message
"""

from .callers import customer_of_caller, open_for_caller
from .conversation import (
    ChannelClosed,
    Over,
    StaleReply,
    add_note,
    agent_replies,
    automatic_reply,
    customer_says,
    others_wrote,
)
from .idempotency import MAX_TEXT, Mismatch
from .opening import open_ticket
from .scheduled import cancel_because_customer_wrote, cancel_reply, plan_reply, send_planned
from .withdrawals import UNDO_TIME, take_back, withdraw

__all__ = [
    "MAX_TEXT",
    "UNDO_TIME",
    "ChannelClosed",
    "Mismatch",
    "Over",
    "StaleReply",
    "add_note",
    "agent_replies",
    "automatic_reply",
    "cancel_because_customer_wrote",
    "cancel_reply",
    "customer_of_caller",
    "customer_says",
    "open_for_caller",
    "open_ticket",
    "others_wrote",
    "plan_reply",
    "send_planned",
    "take_back",
    "withdraw",
]
