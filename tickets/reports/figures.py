"""Adds daily rows up: for the cards, day by day, by agent and by category."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from tickets.lists import inbox
from tickets.models import Category, DailyFigures
from tickets.visibility import Visibility

from .rollup import COUNTERS

DAYS = 30
PERIODS = (7, 30, 90)

# How many customers the assistant helped by itself in these days, of how many; an app that has one sets it
assistant_share: Callable[[date, date], tuple[int, int]] | None = None


@dataclass
class Sums:
    """Counters of some rows, and what follows from them; a figure without a count is None."""

    label: str = ""
    day: date | None = None
    opened: int = 0
    answered: int = 0
    first_response_seconds: int = 0
    in_time: int = 0
    next_answered: int = 0
    next_response_seconds: int = 0
    resolved: int = 0
    resolution_seconds: int = 0
    rated: int = 0
    stars: int = 0

    def add(self, counters: dict) -> None:
        for name in COUNTERS:
            setattr(self, name, getattr(self, name) + (counters[name] or 0))

    @property
    def first_response(self) -> float | None:
        """Average seconds until the first response."""
        return self.first_response_seconds / self.answered if self.answered else None

    @property
    def next_response(self) -> float | None:
        """Average seconds that a customer who wrote again waited for the reply."""
        return self.next_response_seconds / self.next_answered if self.next_answered else None

    @property
    def resolution(self) -> float | None:
        """Average seconds until the resolution."""
        return self.resolution_seconds / self.resolved if self.resolved else None

    @property
    def share_in_time(self) -> float | None:
        return self.in_time / self.answered if self.answered else None

    @property
    def rating(self) -> float | None:
        return self.stars / self.rated if self.rated else None


@dataclass
class Figures:
    """The page's figures for the days from `first` to `last`, both included."""

    first: date
    last: date
    total: Sums = field(default_factory=Sums)
    days: list[Sums] = field(default_factory=list)
    agents: list[Sums] = field(default_factory=list)
    categories: list[Sums] = field(default_factory=list)
    waiting: inbox.Count | None = None
    assistant: tuple[int, int] | None = None

    @property
    def assistant_percent(self) -> int | None:
        if not self.assistant or not self.assistant[1]:
            return None
        return round(100 * self.assistant[0] / self.assistant[1])


def report(last: date, days: int = DAYS, visible: Visibility | None = None) -> Figures:
    """Return the figures of so many days: two queries of daily rows, whatever the number of tickets.

    An agent who is limited to their own teams gets those of their categories.
    """
    first = last - timedelta(days=days - 1)
    rows = DailyFigures.objects.filter(day__gte=first, day__lte=last)
    if visible:
        rows = rows.filter(category__in=visible.categories)
    waiting = inbox.count(inbox.InboxFilter(view="needs-answer", visible=visible))
    found = Figures(first, last, waiting=waiting)
    by_day = {first + timedelta(days=place): Sums() for place in range(days)}
    for row in _summed(rows, "day"):
        by_day[row["day"]].add(row)
    for day, sums in by_day.items():
        sums.day, sums.label = day, day.isoformat()
    found.days = list(by_day.values())
    # One look at the rows serves both tables
    shares = list(_summed(rows, "agent", "agent_name", "category"))
    for row in shares:
        found.total.add(row)
    found.agents = _labelled(shares, "agent", lambda row: row["agent_name"] or _("Unassigned"))
    found.categories = _labelled(shares, "category", lambda row: str(Category(row["category"]).label))
    if assistant_share and not visible:
        found.assistant = assistant_share(first, last)
    return found


def _summed(rows, *by: str) -> Iterable[dict]:
    return rows.order_by().values(*by).annotate(**{name: Sum(name) for name in COUNTERS})


def _labelled(rows: Iterable[dict], by: str, label: Callable[[dict], str]) -> list[Sums]:
    """Return the sums by agent or category, the one with most tickets first."""
    found: dict[str, Sums] = {}
    for row in rows:
        # By the id: an agent may have changed their name in between
        found.setdefault(row[by], Sums(label(row))).add(row)
    return sorted(found.values(), key=lambda sums: (-sums.opened - sums.resolved, sums.label))
