"""Business hours: when the desk is open, and time that counts only while it is. Pure, without Django.

All arithmetic is done in UTC. Each opening and closing time is turned from local wall time
into UTC on its own day, so that a day on which the clock changes has 23 or 25 hours.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES_A_DAY = 24 * 60
# A calendar that does not open within this time is treated as one that never opens
HORIZON = timedelta(days=800)

# Opening and closing in minutes after midnight; a closing time past 24 h lies on the next day
Interval = tuple[int, int]


class NeverOpen(ValueError):
    """The calendar has no opening time within the horizon."""


@dataclass(frozen=True)
class Calendar:
    """The desk's business hours.

    weekly: seven tuples of intervals, Monday first.
    holidays: dates with intervals of their own; an empty tuple means closed all day.
    An interval that runs past midnight belongs to the day on which it begins.
    """

    weekly: tuple[tuple[Interval, ...], ...]
    holidays: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    tz: tzinfo = UTC

    def __post_init__(self):
        if len(self.weekly) != 7:
            raise ValueError("A calendar has seven weekdays.")

    def intervals_on(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals that begin on this day."""
        return self.holidays.get(day, self.weekly[day.weekday()])


def calendar(
    weekly: Mapping[int, Iterable[tuple[str, str]]],
    holidays: Mapping[date, Iterable[tuple[str, str]]] | Iterable[date] = (),
    tz: tzinfo = UTC,
) -> Calendar:
    """Return a calendar from texts: {0: [("09:30", "13:00"), ("14:00", "18:00")]}, Monday is 0.

    `holidays` is a collection of dates that are closed, or a mapping from date to intervals.
    """
    if not isinstance(holidays, Mapping):
        holidays = dict.fromkeys(holidays, ())
    return Calendar(
        weekly=tuple(_intervals(weekly.get(weekday, ())) for weekday in range(7)),
        holidays={day: _intervals(texts) for day, texts in holidays.items()},
        tz=tz,
    )


def always_open(tz: tzinfo = UTC) -> Calendar:
    """Return the calendar of a desk that never closes."""
    return Calendar(weekly=(((0, MINUTES_A_DAY),),) * 7, tz=tz)


def interval(opens: str, closes: str) -> Interval:
    """Return an interval from "09:30" and "18:00".

    A closing time that is not after the opening time is on the next day: "22:00" to "06:00"
    is a night shift, "18:00" to "00:00" or "24:00" ends at midnight, "00:00" to "00:00" is a
    whole day. Raise ValueError for anything that is not a time of day.
    """
    first, last = minutes(opens), minutes(closes)
    if first == MINUTES_A_DAY:
        raise ValueError("A day opens between 00:00 and 23:59.")
    return first, last if last > first else last + MINUTES_A_DAY


def minutes(text: str) -> int:
    """Return the minutes after midnight of "HH:MM"; "24:00" is the end of the day."""
    hour, colon, minute = str(text).strip().partition(":")
    if colon and len(minute) == 2 and hour.isdecimal() and minute.isdecimal() and len(hour) <= 2:
        total = int(hour) * 60 + int(minute)
        if int(minute) < 60 and total <= MINUTES_A_DAY:
            return total
    raise ValueError(f"{text!r} is not a time of day: write it as HH:MM, from 00:00 to 24:00.")


def as_text(of_day: int) -> str:
    """Return minutes after midnight as "HH:MM"; what lies on the next day is shown without the day."""
    return "24:00" if of_day == MINUTES_A_DAY else f"{of_day // 60 % 24:02}:{of_day % 60:02}"


def add_working_time(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """Return the moment (UTC) at which `duration` of open time has passed since `start`.

    What ends exactly at closing time ends then, not at the next opening. Raise NeverOpen
    when the calendar does not have that much open time within the horizon.
    """
    if duration < timedelta(0):
        raise ValueError("A duration is zero or more.")
    start = _utc(start)
    left = duration
    if not left:
        return start
    # Long durations need a longer look ahead than the horizon of an opening
    for opens, closes in _open_times(calendar, start, start + HORIZON + duration):
        begins = max(opens, start)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise NeverOpen("The calendar has too little open time.")


def working_seconds(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Return how many seconds between `start` and `end` the desk is open; 0 when `end` is earlier."""
    start, end = _utc(start), _utc(end)
    total = timedelta(0)
    for opens, closes in _open_times(calendar, start, end):
        total += min(closes, end) - max(opens, start)
    return total.total_seconds()


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """Return `at` (UTC) when the desk is open then, else the moment of the next opening; None if never."""
    at = _utc(at)
    first = next(_times(calendar, at, at + HORIZON), None)
    return first and max(first[0], at)


def next_closing(calendar: Calendar, at: datetime) -> datetime | None:
    """Return the moment (UTC) at which the open desk closes; None when it is closed, or open for a month."""
    at = _utc(at)
    end = at + timedelta(days=31)
    for opens, closes in _open_times(calendar, at, end):
        return closes if opens <= at and closes < end else None
    return None


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Return whether the desk is open at this moment; at closing time it no longer is."""
    at = _utc(at)
    first = next(_times(calendar, at, at + timedelta(seconds=1)), None)
    return first is not None and first[0] <= at


def _intervals(texts: Iterable[tuple[str, str]]) -> tuple[Interval, ...]:
    return tuple(sorted(interval(opens, closes) for opens, closes in texts))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(UTC)


def _open_times(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the opening and closing of `_times`, joined where they touch or overlap."""
    held = None
    for opens, closes in _times(calendar, start, end):
        if held and opens <= held[1]:
            held = held[0], max(held[1], closes)
            continue
        if held:
            yield held
        held = opens, closes
    if held:
        yield held


def _times(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing (UTC) of each interval that lies in [start, end), by its opening."""
    # Two days back: a night shift of the day before, and zones that are hours away
    day = start.astimezone(calendar.tz).date() - timedelta(days=2)
    last = end.astimezone(calendar.tz).date() + timedelta(days=1)
    while day <= last:
        for opens, closes in _times_on(calendar, day):
            if closes > start and opens < end:
                yield opens, closes
        day += timedelta(days=1)


def _times_on(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in calendar.intervals_on(day):
        first, last = _at(calendar, day, opens), _at(calendar, day, closes)
        # Empty where the clock skips it
        if first < last:
            yield first, last


def _at(calendar: Calendar, day: date, minute: int) -> datetime:
    later, minute = divmod(minute, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=later), time(minute // 60, minute % 60), calendar.tz)
    return wall.astimezone(UTC)
