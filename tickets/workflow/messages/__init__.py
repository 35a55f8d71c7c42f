"""What is said on a ticket, and taking it back.

opening       a ticket with its first message; callers: one that an agent opens for a caller
conversation  messages of the customer and replies
notes         what agents write to each other
replies       whether a reply leaves by e-mail or WhatsApp, and its row of the outbox
scheduled     replies that are sent later
cancelling    taking those back when the customer writes first
withdrawals   taking back a reply or a note
idempotency   one clientId, one message
"""

from .callers import customer_of_caller, open_for_caller
from .cancelling import cancel_because_customer_wrote
from .conversation import (
    ChannelClosed,
    ReplyRoute,
    StaleReply,
    agent_replies,
    automatic_reply,
    customer_says,
    others_wrote,
)
from .idempotency import MAX_TEXT, Mismatch
from .notes import add_note
from .opening import open_ticket
from .scheduled import cancel_reply, plan_reply, send_planned
from .withdrawals import UNDO_TIME, take_back, withdraw

__all__ = [
    "MAX_TEXT",
    "UNDO_TIME",
    "ChannelClosed",
    "Mismatch",
    "ReplyRoute",
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
