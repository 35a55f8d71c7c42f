"""A ticket's place in the inbox as one number, which the index of every engine is in the order of."""

from datetime import UTC, datetime
from uuid import UUID

ID_BITS = 22
NO_LIMIT = 2**63 - 1
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def place(updated_at: datetime, id: UUID | None = None) -> int:
    """Return the ticket's sort key in the inbox: milliseconds since 2020, then the first bits of its id."""
    since = updated_at - EPOCH
    milliseconds = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    return (milliseconds << ID_BITS) + (id.int >> 128 - ID_BITS if id else 0)
