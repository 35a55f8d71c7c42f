"""The response and resolution targets that hold now, from the shop's settings."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache, partial

from tickets.settings import hours
from tickets.settings.in_force import CurrentSettings
from tickets.settings.in_force import current as current_settings

from .running import Policy


def current() -> Policy:
    """Return the targets and how time counts: round the clock, or in business hours."""
    return _policy_of(_Same(current_settings()))


class _Same:
    """The settings as a key of a cache: the same object is the same policy."""

    def __init__(self, settings: CurrentSettings):
        self.settings = settings

    def __hash__(self):
        return id(self.settings)

    def __eq__(self, other):
        return self.settings is other.settings


@lru_cache(maxsize=4)
def _policy_of(same: _Same) -> Policy:
    settings = same.settings
    policy = Policy(
        first_response={priority: target.first for priority, target in settings.targets.items()},
        next_response={priority: target.next for priority, target in settings.targets.items()},
        resolution={priority: target.resolution for priority, target in settings.targets.items()},
    )
    if settings.calendar is None or not settings.clocks_stop:
        return policy
    return replace(
        policy,
        add=partial(_add_working_time, settings.calendar),
        between=partial(_working_time, settings.calendar),
    )


def _add_working_time(calendar: hours.Calendar, start: datetime, duration: timedelta) -> datetime:
    try:
        return hours.add_working_time(calendar, start, duration)
    except hours.NeverOpen:
        # A calendar of holidays only; a ticket needs a due time all the same
        return start + duration


def _working_time(calendar: hours.Calendar, start: datetime, end: datetime) -> timedelta:
    return timedelta(seconds=hours.working_seconds(calendar, start, end))
