"""When a customer can be called back: windows of two hours while agents work. No request, no database."""

from datetime import date, datetime, timedelta, tzinfo

from django.utils.translation import gettext as _

from supportdesk import languages
from tickets.clocks import reader_zone
from tickets.settings import hours

WINDOW = 120
# A call that is asked for now is not made in the next minutes
SOONEST = timedelta(minutes=30)
DAYS_AHEAD = 7
# Where the shop has set no hours
USUAL = {weekday: [("09:00", "19:00")] for weekday in range(7)}


def windows(calendar: hours.Calendar | None, now: datetime, tz: tzinfo, most: int = 6) -> list[str]:
    """Return the next windows in words, in the shop's time: "Today, 16:00 to 18:00", "Mon 1 Dec, 10:00 to 12:00"."""
    calendar = calendar or hours.calendar(USUAL, tz=tz)
    here = now.astimezone(calendar.tz)
    found = []
    for ahead in range(DAYS_AHEAD + 1):
        day = here.date() + timedelta(days=ahead)
        for opens, closes in calendar.intervals_on(day):
            for begins in range(opens, closes, WINDOW):
                ends = min(begins + WINDOW, closes)
                if _at(day, ends, calendar.tz) > here + SOONEST and ends - begins >= WINDOW // 2:
                    zone = reader_zone.to_say(_at(day, begins, calendar.tz))
                    found.append(_window(_day(day, here.date()), begins, ends, zone))
                if len(found) == most:
                    return found
    return found


def _window(day: str, begins: int, ends: int, zone: str) -> str:
    window = _("%(day)s, %(begins)s to %(ends)s") % {
        "day": day,
        "begins": hours.as_text(begins),
        "ends": hours.as_text(ends),
    }
    return f"{window} ({zone})" if zone else window


def _at(day: date, minute: int, tz: tzinfo) -> datetime:
    later, minute = divmod(minute, hours.MINUTES_A_DAY)
    return datetime.combine(day + timedelta(days=later), datetime.min.time(), tz) + timedelta(
        minutes=minute
    )


def _day(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    return _("Tomorrow") if day == today + timedelta(days=1) else languages.date(day, "EEE d MMM")
