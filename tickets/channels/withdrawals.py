"""Whether a message was taken back: such a one never leaves."""

from ..models import Message


def is_withdrawn(message: Message) -> bool:
    return bool(getattr(message, "withdrawn_at", None))
