"""Clocks in working time: nights, holidays, hours that end at midnight, the day on which the clock changes."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.clocks import policies
from tickets.clocks import running as clocks
from tickets.clocks.running import Policy
from tickets.settings import hours

BERLIN, DELHI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
DAY = {weekday: [("09:00", "17:00")] for weekday in range(5)}
LATE = {weekday: [("16:00", "24:00")] for weekday in range(7)}
CALENDARS = {
    "weekdays": hours.calendar(DAY, tz=BERLIN),
    "until midnight": hours.calendar(LATE, tz=DELHI),
    "with holidays": hours.calendar(DAY, holidays=[date(2026, 3, 30), date(2026, 4, 1)], tz=BERLIN),
    "night shift": hours.calendar({weekday: [("22:00", "06:00")] for weekday in range(7)}, tz=BERLIN),
}


def policy(name: str) -> Policy:
    calendar = CALENDARS[name]
    return Policy(
        add=partial(policies._add_working_time, calendar), between=partial(policies._working_time, calendar)
    )


def at(text: str, zone=BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "opened", "due"),
    [
        # An hour of working time: within a day, over night, over the weekend
        ("weekdays", at("2026-03-23 10:00"), at("2026-03-23 11:00")),
        ("weekdays", at("2026-03-23 16:30"), at("2026-03-24 09:30")),
        ("weekdays", at("2026-03-27 16:30"), at("2026-03-30 09:30")),
        ("weekdays", at("2026-03-28 12:00"), at("2026-03-30 10:00")),
        # What ends with the day is due at its end
        ("weekdays", at("2026-03-23 16:00"), at("2026-03-23 17:00")),
        ("with holidays", at("2026-03-27 16:30"), at("2026-03-31 09:30")),
        ("until midnight", at("2026-03-23 23:00", DELHI), at("2026-03-24 00:00", DELHI)),
        ("until midnight", at("2026-03-23 23:30", DELHI), at("2026-03-24 16:30", DELHI)),
        # The night in which the clock is set forward has an hour less
        ("night shift", at("2026-03-29 01:30"), at("2026-03-29 03:30")),
    ],
)
def test_an_answer_is_due_after_so_much_working_time(name, opened, due):
    assert clocks.opened(policy(name), "medium", opened).response_due_at == due


@given(
    name=st.sampled_from(sorted(CALENDARS)),
    opened=st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10), timezones=st.just(UTC)),
    before=st.integers(0, 10_000),
    stop=st.integers(0, 10_000),
)
def test_a_stop_moves_the_due_time_by_exactly_its_working_time(name, opened, before, stop):
    opened = opened.replace(microsecond=0)
    rules = policy(name)
    start = clocks.opened(rules, "medium", opened)
    began = opened + timedelta(minutes=before)
    ended = began + timedelta(minutes=stop)
    woken = clocks.woken(clocks.snoozed(start, rules, began), rules, ended)
    moved = rules.between(start.resolution_due_at, woken.resolution_due_at)
    assert moved == rules.between(began, ended)
