"""The shop's settings as the rest of the desk reads them: `current()`, in force within 2 seconds.

Each process keeps what it read for a second, so that no request waits for the database
because of them; a process that saves them itself reads them again at once.
"""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, connection
from django.db.models.signals import post_delete, post_save
from django.urls import reverse

from supportdesk import languages
from supportdesk.http.outages import is_outage
from tickets.models.settings import THE_ROW, Assignment, DeskSettings, Holiday, SecondFactor

from .. import sla
from . import hours

log = logging.getLogger(__name__)

# With the second that a reader may keep them, a change is in force everywhere within 2 s
KEPT_SECONDS = 1.0
# After an outage the last ones are used so long without asking: each question waits five seconds for a server
OUTAGE_SECONDS = 3
ROWS = "SELECT * FROM {}"

LANGUAGES = {code: name for code, (name, _) in languages.LANGUAGES.items()}
DEFAULT_COLOUR, DEFAULT_TEXT_COLOUR = "#1f6f43", "#ffffff"
CONTRAST_NEEDED = 4.5
# What is seen of them beside the chat's symbol, and what the loader's 4 KB have room for
LAUNCHER_CHARACTERS = 20


@dataclass(frozen=True)
class Target:
    """The target durations of each kind of answer."""

    first: timedelta
    next: timedelta
    resolution: timedelta


DEFAULT_TARGETS = {
    priority: Target(first=first, next=first * 2, resolution=first * 16)
    for priority, first in sla.TARGETS.items()
}


@dataclass(frozen=True)
class CurrentSettings:
    """The settings in force. Every text may be empty: then the reader has a default of its own."""

    shop_name: str = ""
    logo: str = ""  # the name of the file in the storage
    colour: str = DEFAULT_COLOUR
    text_colour: str = DEFAULT_TEXT_COLOUR
    side: str = "right"
    launcher_text: str = ""
    # The first is the default
    languages: tuple[str, ...] = tuple(LANGUAGES)
    greetings: Mapping[str, str] = field(default_factory=dict)
    suggestions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = "INR"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.TIME_ZONE))
    # None: round the clock
    calendar: hours.Calendar | None = None
    targets: Mapping[str, Target] = field(default_factory=lambda: DEFAULT_TARGETS)
    clocks_stop: bool = True
    # None: never
    auto_close_after: timedelta | None = None
    nudge_after: timedelta | None = None
    # From the reminder on; None: never
    resolve_after: timedelta | None = None
    email_texts: Mapping[str, str] = field(default_factory=dict)
    sound: bool = True
    assignment: str = Assignment.BY_HAND
    # Open tickets an agent, as far as the desk assigns them by itself
    open_limit: int = 10
    # None: never
    away_after: timedelta | None = None
    away_outside_hours: bool = False
    second_factor: str = SecondFactor.OPTIONAL
    session_idle: timedelta | None = None
    session_length: timedelta = timedelta(days=14)
    version: int = 0

    def language(self, wanted: str) -> str:
        """Return this language if the shop offers it, else the first one that it offers."""
        return wanted if wanted in self.languages else self.languages[0]

    @property
    def logo_url(self) -> str:
        """The address of the logo, without an origin; empty when there is none."""
        return f"{reverse('shop-logo')}?v={self.version}" if self.logo else ""

    def greeting(self, language: str) -> str:
        """Return what Villy says first in this language; empty: Villy's own greeting."""
        return self.greetings.get(language, "")

    def suggestions_in(self, language: str) -> tuple[str, ...]:
        """Return the suggestions under the greeting in this language; empty: Villy's own."""
        return self.suggestions.get(language, ())

    def email_text(self, name: str, language: str) -> str:
        """Return the greeting or signature of e-mails in this language, else the one for all; may be empty."""
        return self.email_texts.get(f"{name}_{language}") or self.email_texts.get(name, "")

    def is_open(self, at: datetime) -> bool:
        """Return whether agents work at this moment."""
        return self.calendar is None or hours.is_open(self.calendar, at)

    def next_opening(self, at: datetime) -> datetime | None:
        """Return when agents work next, in the shop's time zone; `at` while they do, None when never."""
        opening = at if self.calendar is None else hours.next_opening(self.calendar, at)
        return opening and opening.astimezone(self.time_zone)

    def first_response_due(self, priority: str, opened_at: datetime) -> datetime:
        """Return the moment by which an agent should have answered for the first time."""
        return self._due(opened_at, self.targets[priority].first)

    def next_response_due(self, priority: str, waiting_since: datetime) -> datetime:
        """Return the moment by which an agent should have answered again."""
        return self._due(waiting_since, self.targets[priority].next)

    def resolution_due(self, priority: str, opened_at: datetime) -> datetime:
        """Return the moment by which the ticket should be resolved."""
        return self._due(opened_at, self.targets[priority].resolution)

    def _due(self, start: datetime, target: timedelta) -> datetime:
        if self.calendar is None or not self.clocks_stop:
            return start + target
        try:
            due = hours.add_working_time(self.calendar, start, target)
        except hours.NeverOpen:
            # A calendar of holidays only; a ticket needs a due time all the same
            return start + target
        return due.astimezone(start.tzinfo)


_lock = threading.Lock()
_kept: CurrentSettings | None = None
_read_at = float("-inf")
# What they were made of, see `_read`
_rows: list | None = None


def last_known() -> CurrentSettings:
    """Return the settings that were read last, however long ago: for calls that have to answer without a database."""
    return _kept or current()


def current(*, or_raise: bool = False) -> CurrentSettings:
    """Return the settings in force; without a database the last ones, or the defaults.

    With `or_raise` an outage is raised, for callers whose next question would wait for the database as long again.
    """
    global _kept, _read_at
    kept = _kept
    if kept is not None and time.monotonic() - _read_at < KEPT_SECONDS:
        return kept
    # One thread reads; the others go on with what was in force a moment ago
    if kept is None:
        _lock.acquire()
    elif not _lock.acquire(blocking=False):
        return kept
    try:
        if _kept is not None and time.monotonic() - _read_at < KEPT_SECONDS:
            return _kept
        started = time.monotonic()
        try:
            _kept = _read()
        except (DatabaseError, SynchronousOnlyOperation) as reason:
            # No table before the first migration, no database (callers answer for that themselves),
            # or a coroutine, which must not wait for one
            if is_outage(reason):
                started = time.monotonic() + OUTAGE_SECONDS
                if or_raise and _kept is not None:
                    _read_at = started
                    raise
            if _kept is None:
                return _made_of(DeskSettings(), [])
        _read_at = started
        return _kept
    finally:
        _lock.release()


def forget(**signal) -> None:
    """Read the settings again at the next call."""
    global _kept
    _kept = None


def keep_defaults() -> None:
    """Let the defaults be in force until settings are saved in this process (tests without a database)."""
    global _kept, _read_at
    _kept, _read_at = _made_of(DeskSettings(), []), float("inf")


for _model in (DeskSettings, Holiday):
    for _changed in (post_save, post_delete):
        _changed.connect(forget, sender=_model, weak=False)


def _read() -> CurrentSettings:
    """Return the settings as they are stored; those of before, the same object, where no row has changed."""
    global _rows
    before, _rows = _rows, _stored_rows() if _kept else None
    if _kept and _rows is not None and _rows == before:
        return _kept
    row = DeskSettings.objects.filter(pk=THE_ROW).first() or DeskSettings(currency=settings.SHOP_CURRENCY)
    return _made_of(row, Holiday.objects.filter(is_active=True))


def _stored_rows() -> list | None:
    """Return the rows as the database has them; None where it takes no SQL.

    Asked each second: Django takes ten times as long to compile the query and to make objects of the row.
    """
    if connection.vendor == "mongodb":
        return None
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(connection.ops.quote_name(DeskSettings._meta.db_table)))
        rows = cursor.fetchall()
        if _kept and _kept.calendar:
            cursor.execute(ROWS.format(connection.ops.quote_name(Holiday._meta.db_table)))
            rows += cursor.fetchall()
    return rows


def _made_of(row: DeskSettings, holidays) -> CurrentSettings:
    time_zone = _time_zone(row.time_zone)
    resolve_after = row.nudge_hours if row.resolve_hours is None else row.resolve_hours
    close_after = settings.AUTO_CLOSE_DAYS * 24 if row.auto_close_hours is None else row.auto_close_hours
    return CurrentSettings(
        shop_name=row.shop_name or settings.SHOP_NAME,
        logo=row.logo.name or "",
        colour=row.colour or DEFAULT_COLOUR,
        text_colour=row.text_colour or DEFAULT_TEXT_COLOUR,
        side=row.side,
        launcher_text=row.launcher_text,
        languages=tuple(each for each in row.languages if each in LANGUAGES) or tuple(LANGUAGES),
        greetings={code: text for code, text in row.greetings.items() if text},
        suggestions={code: tuple(texts) for code, texts in row.suggestions.items() if texts},
        currency=row.currency or settings.SHOP_CURRENCY,
        time_zone=time_zone,
        calendar=_calendar(row, holidays, time_zone),
        targets=_targets(row.targets),
        clocks_stop=row.clocks_stop,
        auto_close_after=timedelta(hours=close_after) if close_after else None,
        nudge_after=timedelta(hours=row.nudge_hours) if row.nudge_hours else None,
        resolve_after=timedelta(hours=resolve_after) if row.nudge_hours and resolve_after else None,
        email_texts={name: text.strip() for name, text in row.letters.items() if text.strip()},
        sound=row.sound,
        assignment=row.assignment,
        open_limit=row.open_limit,
        away_after=timedelta(minutes=row.away_after_minutes) if row.away_after_minutes else None,
        away_outside_hours=row.away_outside_hours,
        second_factor=row.second_factor,
        session_idle=timedelta(minutes=row.session_idle_minutes) if row.session_idle_minutes else None,
        session_length=timedelta(hours=row.session_hours),
        version=row.version,
    )


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        # The name was valid when it was saved; another machine may have older zone data
        log.warning("unknown time zone %r, using %s", name, settings.TIME_ZONE)
        return ZoneInfo(settings.TIME_ZONE)


def _calendar(row: DeskSettings, holidays, time_zone: ZoneInfo) -> hours.Calendar | None:
    if not any(row.hours.values()):
        return None
    # Own days come last: they say more than the country's
    days = sorted(holidays, key=lambda each: each.source == "own")
    try:
        return hours.calendar(
            {int(weekday): intervals for weekday, intervals in row.hours.items()},
            {each.date: each.hours for each in days},
            time_zone,
        )
    except (TypeError, ValueError) as reason:
        log.error("business hours cannot be read, the desk counts as always open: %s", reason)
        return None


def _targets(rows: Mapping) -> Mapping[str, Target]:
    found = dict(DEFAULT_TARGETS)
    for priority, minutes in rows.items():
        if priority in found:
            default = found[priority]
            found[priority] = Target(
                **{
                    kind: timedelta(minutes=minutes[kind]) if minutes.get(kind) else getattr(default, kind)
                    for kind in ("first", "next", "resolution")
                }
            )
    return found


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (#rrggbb) as WCAG 2 defines it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
