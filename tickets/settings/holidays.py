"""Days on which the desk is closed: of a country and state, of a calendar file, copied into rows.

Holidays that follow the moon are estimates and change with releases of the library: what
staff see and correct are rows, and a row that staff switched off stays off.
"""

import logging
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

from supportdesk.http import outbound
from tickets.models.settings import THE_ROW, DeskSettings, Holiday, HolidaySource

logger = logging.getLogger(__name__)

MAX_DAYS = 1000
MAX_CALENDAR_BYTES = 1024 * 1024
LONGEST_EVENT = timedelta(days=60)


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of the countries whose holidays are known, by name."""
    return sorted(((code, name) for code, (name, _) in _known().items()), key=lambda each: each[1])


def states(country: str) -> list[str]:
    """Return the codes of a country's states; an unknown country has none."""
    return _known().get(country, ("", []))[1]


@cache
def _known() -> dict[str, tuple[str, list[str]]]:
    # Half a second to import, for one page of the admin
    from holidays import list_supported_countries
    from holidays.registry import COUNTRIES

    names = {code: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name, code, *_ in COUNTRIES.values()}
    supported = list_supported_countries(include_aliases=False)
    return {code: (names.get(code, code), list(found)) for code, found in supported.items()}


def of_country(country: str, state: str, today: date) -> dict[date, str]:
    """Return the public holidays from today to the end of next year, with their names."""
    if not country:
        return {}
    from holidays import country_holidays

    found = country_holidays(country, subdiv=state or None, years=[today.year, today.year + 1])
    return {day: name[:120] for day, name in sorted(found.items()) if day >= today}


def replace(source: HolidaySource, days: dict[date, str], today: date) -> int:
    """Make the rows of this source from today on those of `days`; return how many rows changed.

    A day that staff switched off stays off. Past days stay, because due times were counted by them.
    """
    stored = {row.date: row for row in Holiday.objects.filter(source=source, date__gte=today)}
    changed = 0
    for day, name in days.items():
        row = stored.pop(day, None)
        if row is None:
            # Another process may add the same day
            Holiday.objects.get_or_create(date=day, source=source, defaults={"name": name})
        elif row.name != name:
            row.name = name
            row.save(update_fields=["name"])
        else:
            continue
        changed += 1
    for row in stored.values():
        row.delete()
    return changed + len(stored)


def fetch_calendar(url: str, today: date) -> dict[date, str]:
    """Return the days of the calendar at this address; raise ValueError with a sentence when that fails."""
    try:
        answer = outbound.call("GET", url, most_bytes=MAX_CALENDAR_BYTES + 1)
    except outbound.CallFailed as reason:
        raise ValueError(f"The calendar could not be fetched. {reason}") from reason
    if answer.status != 200:
        raise ValueError(f"The calendar could not be fetched: its server answered {answer.status}.")
    if len(answer.body) > MAX_CALENDAR_BYTES:
        raise ValueError("This calendar is larger than 1 MB.")
    return read_calendar(answer.body, today)


def refresh(today: date) -> int:
    """Bring the rows of country and calendar address up to date; return how many changed.

    A calendar that does not answer leaves its days as they are.
    """
    row = DeskSettings.objects.filter(pk=THE_ROW).first()
    if row is None:
        return 0
    changed = 0
    if row.holiday_country:
        days = of_country(row.holiday_country, row.holiday_state, today)
        changed += replace(HolidaySource.COUNTRY, days, today)
    if row.holiday_calendar:
        try:
            changed += replace(HolidaySource.CALENDAR, fetch_calendar(row.holiday_calendar, today), today)
        except ValueError as reason:
            logger.warning("holidays: %s", reason)
    return changed


# --- Calendar files (RFC 5545) -----------------------------------------------


def read_calendar(raw: bytes, today: date) -> dict[date, str]:
    """Return the all-day events of a calendar from today to the end of next year.

    Of repeated events the yearly ones are repeated. Raise ValueError with a sentence for
    staff when this is no calendar, or has more than a thousand days.
    """
    text = re.sub(r"\r?\n[ \t]", "", raw.decode("utf-8-sig", errors="replace"))
    if "BEGIN:VCALENDAR" not in text[:1000]:
        raise ValueError("This file is not a calendar (.ics).")
    # What is missing would be taken for days that are no holidays any more
    if "END:VCALENDAR" not in text[-1000:]:
        raise ValueError("This calendar is cut off: its last line is missing.")
    last = date(today.year + 1, 12, 31)
    days: dict[date, str] = {}
    # No pattern with dots: one that finds no end reads the rest of the file again for each event
    for event in text.split("BEGIN:VEVENT")[1:]:
        if "END:VEVENT" not in event:
            continue
        for day, name in _days_of(event.partition("END:VEVENT")[0], today, last):
            days[day] = f"{days[day]}; {name}"[:120] if day in days and days[day] != name else name
            if len(days) > MAX_DAYS:
                raise ValueError("This calendar has more than a thousand days.")
    return dict(sorted(days.items()))


def _days_of(event: str, today: date, last: date) -> Iterable[tuple[date, str]]:
    lines = dict(map(_property, event.splitlines()))
    begins = _day(lines.get("DTSTART", ""))
    if begins is None or begins > last:
        # A meeting at a time of day does not close the desk
        return
    ends = _day(lines.get("DTEND", "")) or begins
    length = min(max(ends - begins, timedelta(days=1)), LONGEST_EVENT)
    name = re.sub(r"\\(.)", r"\1", lines.get("SUMMARY", "").replace(r"\n", " "))[:120] or "Holiday"
    for first in _repeated(begins, lines.get("RRULE", ""), today, last):
        for later in range(length.days):
            if today <= (day := first + timedelta(days=later)) <= last:
                yield day, name


def _property(line: str) -> tuple[str, str]:
    """Return the name and the value of `NAME;parameters:value`."""
    name, _, value = line.partition(":")
    return name.partition(";")[0], value.strip()


def _repeated(begins: date, rule: str, today: date, last: date) -> Iterable[date]:
    yield begins
    if "FREQ=YEARLY" not in rule or "BYDAY" in rule:
        return
    until = re.search(r"UNTIL=(\d{8})", rule)
    last = min(last, _day(until[1]) or last) if until else last
    # What began last year may last until today; the centuries before need no look
    for year in range(max(begins.year, today.year - 2) + 1, last.year + 1):
        try:
            day = begins.replace(year=year)
        except ValueError:
            # 29 February
            continue
        if day <= last:
            yield day


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None
