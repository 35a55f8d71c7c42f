"""The time at which a verb happens: now, unless the demo shop replays the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from supportdesk.db import clock as shared_clock

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The time in whole milliseconds, which every engine stores as they are (MongoDB knows no finer)."""
    moment = _told.get() or shared_clock.now()
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the verbs of this block happen at this moment (demo data, tests)."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
