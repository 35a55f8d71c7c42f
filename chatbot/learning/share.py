"""How many visits Villy handled without a person, for the desk's page of figures."""

from datetime import date

from django.core.cache import cache

from .figures import report

# Counting reads the chats of a month, so it is done once in a while
KEPT_SECONDS = 600


def share(first: date, last: date) -> tuple[int, int]:
    """Return (visits that needed no person, all visits) of these days, as far as they lie in the last month."""
    days = cache.get_or_set("villy-share", _days, KEPT_SECONDS) or []
    counted = [(visits, handed_off) for day, visits, handed_off in days if first <= day <= last]
    visits = sum(visits for visits, _ in counted)
    return visits - sum(handed_off for _, handed_off in counted), visits


def _days() -> list[tuple[date, int, int]]:
    return [(day, count.visits, count.handed_off) for day, count in report().days]
