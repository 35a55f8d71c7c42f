"""Live updates by server-sent events: `announce` on the writing side, `stream` on the reading side.

sequence    the one order in which everything that happened is read
bus         wakes the readers of this process and of others
broker      open streams, who reads what, and the loop that sends it
revocation  ends streams whose sign-in no longer counts
sse         server-sent events as bytes
"""

from .broker import INBOX, POLL_SECONDS, Batch, Broker, Subscriber, in_thread, stream, topic_of
from .revocation import Credentials
from .sequence import BATCH, announce, assign_sequence, assigns_sequence_on_write, has_unnumbered, signal
from .sse import event

__all__ = [
    "BATCH",
    "INBOX",
    "POLL_SECONDS",
    "Batch",
    "Broker",
    "Credentials",
    "Subscriber",
    "announce",
    "assign_sequence",
    "assigns_sequence_on_write",
    "event",
    "has_unnumbered",
    "in_thread",
    "signal",
    "stream",
    "topic_of",
]  # fmt: skip
