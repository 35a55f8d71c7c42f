"""The time zone of the person who reads: times of the shop say theirs where the two clocks differ."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import get_timezone_name

from supportdesk import languages

MOST_OF_HEADER = 64
_reader: ContextVar[ZoneInfo | None] = ContextVar("reader_zone", default=None)


@contextmanager
def reading_in(name: str) -> Iterator[None]:
    """Have the reader be in this zone of the IANA's list, as their browser names it; an unknown one is none."""
    token = _reader.set(_zone(name[:MOST_OF_HEADER]))
    try:
        yield
    finally:
        _reader.reset(token)


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_say(at: datetime) -> str:
    """Return the name of this moment's zone, "India Time", if the reader's clock shows another hour then; else ""."""
    reader = _reader.get()
    if reader is None or at.astimezone(reader).utcoffset() == at.utcoffset():
        return ""
    if not at.utcoffset():
        return "UTC"
    locale = languages.locale(languages.current())
    return get_timezone_name(at.tzinfo, zone_variant="generic", locale=locale)
