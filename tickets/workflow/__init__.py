"""The verbs of the desk. Page, API, admin and bot all change tickets through these.

Every verb takes the ticket as its caller read it, does all or nothing, leaves an
event row for each change, and announces it to the live streams. What may not be
done is an exception with a sentence: `IllegalMove`, `StaleReply`, `Mismatch`.

status         what a ticket may become (the one table), and the changes of which verbs are made
messages       opening a ticket, what is said on one, replies sent later, taking a message back
transitions    status, agent, priority; the customer's yes and rating
corrections    order, subject, contact, tags; snooze and spam
changes        several verbs at once, and many tickets
waiting        who waits for whom: the clocks of a ticket
macros         common steps of the team as one
undo           taking back a change
joining        two tickets become one, or a message becomes a ticket of its own
custom_fields  fields that the shop has added
callbacks      calling back, and answering in time
read_receipts  who has seen what
requester      whose ticket it is
leaving        an agent leaves or goes away, tickets are unassigned
queue          waiting tickets without an agent, and their assignment by the desk itself
"""

from .callbacks import check_answer, complete_callback, request_callback
from .changes import change, change_many
from .corrections import (
    correct,
    mark_spam,
    needs_no_answer,
    nudge,
    resolve_silent,
    snooze,
    wake_on_time,
)
from .custom_fields import set_custom_fields
from .joining import merge, split, unmerge, unsplit
from .leaving import release_if_waiting, release_of_leavers, release_tickets, release_waiting, waiting_of
from .macros import StepRefused, apply_automatically, apply_macro, check_macro
from .messages import (
    MAX_TEXT,
    ChannelClosed,
    Mismatch,
    ReplyRoute,
    StaleReply,
    add_note,
    agent_replies,
    cancel_because_customer_wrote,
    cancel_reply,
    customer_of_caller,
    customer_says,
    open_for_caller,
    open_ticket,
    plan_reply,
    send_planned,
    withdraw,
)
from .queue import assign_if_unchanged, void_claims, waiting_unassigned
from .read_receipts import mark_read
from .requester import change_requester
from .status import TRANSITIONS, IllegalMove, Refused, allowed_moves
from .transitions import (
    assign,
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
    was_moved_by,
)
from .undo import Recording, UndoneAlready, recorded, undo_change
from .undo import prolonged as prolonged_undo
from .undo import replaced as replaced_by

__all__ = [
    "MAX_TEXT",
    "TRANSITIONS",
    "ChannelClosed",
    "IllegalMove",
    "Mismatch",
    "Recording",
    "Refused",
    "ReplyRoute",
    "StaleReply",
    "StepRefused",
    "UndoneAlready",
    "add_note",
    "agent_replies",
    "allowed_moves",
    "apply_automatically",
    "apply_macro",
    "assign",
    "assign_if_unchanged",
    "cancel_because_customer_wrote",
    "cancel_reply",
    "change",
    "change_many",
    "change_requester",
    "check_answer",
    "check_macro",
    "close_by_itself",
    "complete_callback",
    "confirm",
    "correct",
    "customer_of_caller",
    "customer_says",
    "end",
    "mark_read",
    "mark_spam",
    "merge",
    "move",
    "move_many",
    "needs_no_answer",
    "note_resolution",
    "nudge",
    "open_for_caller",
    "open_ticket",
    "plan_reply",
    "prolonged_undo",
    "rate",
    "recorded",
    "release_if_waiting",
    "release_of_leavers",
    "release_tickets",
    "release_waiting",
    "reopen",
    "replaced_by",
    "request_callback",
    "resolve_silent",
    "send_planned",
    "set_custom_fields",
    "snooze",
    "split",
    "take",
    "triage",
    "undo_change",
    "unmerge",
    "unsplit",
    "void_claims",
    "waiting_of",
    "waiting_unassigned",
    "wake_on_time",
    "was_moved_by",
    "withdraw",
]  # fmt: skip
