"""Business hours as a table of inputs and outputs, and what holds for every calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.settings import hours

KOLKATA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

SHOP = hours.calendar(
    {day: [("09:30", "13:00"), ("14:00", "18:30")] for day in range(5)} | {5: [("10:00", "14:00")]},
    {date(2026, 12, 25): [], date(2026, 11, 30): [("12:00", "15:00")]},
    KOLKATA,
)
NIGHTS = hours.calendar({day: [("22:00", "06:00")] for day in range(5)}, tz=BERLIN)
ALWAYS = hours.always_open(BERLIN)
MIDNIGHT = hours.calendar({day: [("18:00", "24:00")] for day in range(7)}, tz=KOLKATA)


def at(text: str, zone=KOLKATA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("calendar", "start", "hours_of_work", "expected"),
    [
        # Thursday 3 December 2026
        (SHOP, at("2026-12-03 10:00"), 1, at("2026-12-03 11:00")),
        (SHOP, at("2026-12-03 12:30"), 1, at("2026-12-03 14:30")),  # over the lunch break
        (SHOP, at("2026-12-03 18:00"), 1, at("2026-12-04 10:00")),  # over the night
        (SHOP, at("2026-12-03 03:00"), 1, at("2026-12-03 10:30")),  # before opening
        (SHOP, at("2026-12-03 17:30"), 1, at("2026-12-03 18:30")),  # ends exactly at closing time
        (SHOP, at("2026-12-05 13:00"), 2, at("2026-12-07 10:30")),  # Saturday to Monday
        (SHOP, at("2026-12-24 18:00"), 1, at("2026-12-26 10:30")),  # over Christmas to Saturday
        (SHOP, at("2026-11-28 14:00"), 3, at("2026-11-30 15:00")),  # a day with hours of its own
        (SHOP, at("2026-12-03 10:00"), 8 * 5 + 4, at("2026-12-10 10:00")),  # a week of work
        (SHOP, at("2026-12-03 10:00"), 0, at("2026-12-03 10:00")),
        (NIGHTS, at("2026-12-03 22:00", BERLIN), 8, at("2026-12-04 06:00", BERLIN)),
        (NIGHTS, at("2026-12-04 05:00", BERLIN), 2, at("2026-12-04 23:00", BERLIN)),
        (NIGHTS, at("2026-12-05 05:00", BERLIN), 2, at("2026-12-07 23:00", BERLIN)),  # Friday's shift
        (MIDNIGHT, at("2026-12-03 23:30"), 1, at("2026-12-04 18:30")),
        # 25 October 2026: 03:00 is 02:00 again, the day has 25 hours
        (ALWAYS, at("2026-10-25 00:00", BERLIN), 24, at("2026-10-25 23:00", BERLIN)),
        # 29 March 2026: 02:00 is 03:00, the day has 23 hours
        (ALWAYS, at("2026-03-29 00:00", BERLIN), 24, at("2026-03-30 01:00", BERLIN)),
    ],
)
def test_working_time_is_added_over_breaks_nights_holidays_and_clock_changes(
    calendar, start, hours_of_work, expected
):
    due = hours.add_working_time(calendar, start, timedelta(hours=hours_of_work))
    assert due == expected
    assert due.tzinfo is UTC
    assert hours.working_seconds(calendar, start, due) == hours_of_work * 3600


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"),
    [
        (SHOP, at("2026-12-03 09:00"), at("2026-12-03 19:00"), 8.0),
        (SHOP, at("2026-12-05 15:00"), at("2026-12-07 09:30"), 0.0),
        (SHOP, at("2026-12-04 10:00"), at("2026-12-03 10:00"), 0.0),
        (NIGHTS, at("2026-10-23 12:00", BERLIN), at("2026-10-26 12:00", BERLIN), 8.0),
        # The night in which summer time ends has nine hours, the one in which it begins seven
        (hours.calendar({5: [("22:00", "06:00")]}, tz=BERLIN), at("2026-10-24 12:00", BERLIN),
         at("2026-10-25 12:00", BERLIN), 9.0),
        (hours.calendar({5: [("22:00", "06:00")]}, tz=BERLIN), at("2026-03-28 12:00", BERLIN),
         at("2026-03-29 12:00", BERLIN), 7.0),
        # 02:15 to 02:45 does not exist on the night of 8 March 2026 in New York
        (hours.calendar({6: [("02:30", "03:00")]}, tz=NEW_YORK), at("2026-03-08 00:00", NEW_YORK),
         at("2026-03-08 12:00", NEW_YORK), 0.0),
        # What overlaps counts once
        (hours.calendar({3: [("09:00", "12:00"), ("11:00", "13:00")]}, tz=KOLKATA),
         at("2026-12-03 00:00"), at("2026-12-04 00:00"), 4.0),
    ],
)  # fmt: skip
def test_working_seconds_are_those_in_which_the_desk_is_open(calendar, start, end, expected):
    assert hours.working_seconds(calendar, start, end) == expected * 3600


@pytest.mark.parametrize(
    ("calendar", "moment", "is_open", "opening", "closing"),
    [
        (SHOP, at("2026-12-03 10:00"), True, at("2026-12-03 10:00"), at("2026-12-03 13:00")),
        (SHOP, at("2026-12-03 13:00"), False, at("2026-12-03 14:00"), None),
        (SHOP, at("2026-12-05 14:00"), False, at("2026-12-07 09:30"), None),
        (SHOP, at("2026-12-25 11:00"), False, at("2026-12-26 10:00"), None),
        (NIGHTS, at("2026-12-05 03:00", BERLIN), True, at("2026-12-05 03:00", BERLIN),
         at("2026-12-05 06:00", BERLIN)),
        (MIDNIGHT, at("2026-12-04 00:00"), False, at("2026-12-04 18:00"), None),
        (ALWAYS, at("2026-12-04 00:00"), True, at("2026-12-04 00:00"), None),
    ],
)  # fmt: skip
def test_business_hours_tell_when_the_desk_opens_and_closes(calendar, moment, is_open, opening, closing):
    assert hours.is_open(calendar, moment) is is_open
    assert hours.next_opening(calendar, moment) == opening
    assert hours.next_closing(calendar, moment) == closing


def test_a_calendar_that_never_opens_says_so_and_ends():
    never = hours.calendar({})
    moment = at("2026-12-03 10:00")
    assert not hours.is_open(never, moment)
    assert hours.next_opening(never, moment) is None
    assert hours.working_seconds(never, moment, moment + timedelta(days=30)) == 0
    with pytest.raises(hours.NeverOpen):
        hours.add_working_time(never, moment, timedelta(minutes=1))


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("09:30", "18:00", (570, 1080)),
        ("9:30", "18:00", (570, 1080)),
        ("22:00", "06:00", (1320, 1800)),
        ("18:00", "00:00", (1080, 1440)),
        ("18:00", "24:00", (1080, 1440)),
        ("00:00", "00:00", (0, 1440)),
        ("00:00", "24:00", (0, 1440)),
    ],
)
def test_an_interval_is_read_from_two_times_of_day(opens, closes, expected):
    assert hours.interval(opens, closes) == expected


@pytest.mark.parametrize(
    "text", ["", "9", "9:5", "24:01", "12:60", "-1:00", "9.30", "०९:३०:00", "noon", None]
)
def test_an_invalid_time_of_day_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="HH:MM"):
        hours.interval(text, "18:00")


def test_a_moment_without_a_time_zone_and_a_negative_duration_are_refused():
    with pytest.raises(ValueError, match="time zone"):
        hours.is_open(SHOP, datetime(2026, 12, 3, 10))
    with pytest.raises(ValueError, match="zero or more"):
        hours.add_working_time(SHOP, at("2026-12-03 10:00"), timedelta(seconds=-1))
    with pytest.raises(ValueError, match="seven weekdays"):
        hours.Calendar(weekly=())


# --- What holds for every calendar -------------------------------------------

INTERVAL = st.tuples(st.integers(0, 1439), st.integers(15, 1440)).map(lambda it: (it[0], it[0] + it[1]))
WEEK = st.tuples(*[st.lists(INTERVAL, max_size=3).map(lambda each: tuple(sorted(each)))] * 7)
ZONES = st.sampled_from(
    ["Asia/Kolkata", "Europe/Berlin", "America/Havana", "Pacific/Apia", "America/St_Johns"]
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
DAYS = st.dictionaries(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.lists(INTERVAL, max_size=1).map(tuple),
    max_size=10,
)
CALENDARS = (
    st.builds(hours.Calendar, weekly=WEEK, holidays=DAYS, tz=ZONES.map(ZoneInfo))
    .filter(lambda each: any(each.weekly))
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(hours=30)))
def test_added_hours_are_counted_again(calendar, start, duration):
    due = hours.add_working_time(calendar, start, duration)
    assert due >= start + duration
    assert hours.working_seconds(calendar, start, due) == pytest.approx(duration.total_seconds())
    # It ends while the desk is open, or at closing time
    assert hours.is_open(calendar, due - timedelta(microseconds=1))


@settings(max_examples=100, deadline=None)
@given(
    CALENDARS,
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_working_time_adds_up_over_a_moment_in_between(calendar, start, first, second):
    middle, end = start + first, start + first + second
    both = hours.working_seconds(calendar, start, middle) + hours.working_seconds(calendar, middle, end)
    assert hours.working_seconds(calendar, start, end) == pytest.approx(both)
    assert hours.working_seconds(calendar, start, end) <= (first + second).total_seconds()


@settings(max_examples=100, deadline=None)
@given(CALENDARS, MOMENTS)
def test_no_time_is_worked_before_the_next_opening(calendar, moment):
    opening = hours.next_opening(calendar, moment)
    assert hours.is_open(calendar, opening)
    assert hours.working_seconds(calendar, moment, opening) == 0
    assert (opening == moment) is hours.is_open(calendar, moment)
