"""The shop's settings: defaults, what a saved row changes, and when it is in force."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError

from tickets.models.settings import DeskSettings, Holiday
from tickets.settings import in_force

pytestmark = [pytest.mark.django_db]
KOLKATA = ZoneInfo("Asia/Kolkata")
OFFICE = {str(day): [["09:30", "18:30"]] for day in range(5)}


def kolkata(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


def test_without_a_row_the_defaults_and_the_environment_are_in_force(settings):
    settings.SHOP_NAME, settings.AUTO_CLOSE_DAYS = "Env Shop", 3
    in_force.forget()
    now = in_force.current()
    assert now.shop_name == "Env Shop"
    assert now.auto_close_after == timedelta(days=3)
    assert now.languages == ("en", "hi", "hinglish")
    assert now.calendar is None
    assert now.time_zone == ZoneInfo(settings.TIME_ZONE)
    opened = datetime(2026, 12, 5, 20, tzinfo=UTC)
    assert now.is_open(opened)
    assert now.next_opening(opened) == opened
    assert now.first_response_due("urgent", opened) == opened + timedelta(minutes=5)


@pytest.mark.all_engines
def test_saved_settings_are_in_force_at_once_in_this_process():
    DeskSettings.objects.create(
        shop_name="Asha's Pantry",
        languages=["hi", "en", "klingon"],
        greetings={"hi": "नमस्ते", "en": ""},
        suggestions={"en": ["Where is my order?"]},
        hours=OFFICE,
        targets={"urgent": {"first": 10, "resolution": 120}, "unheard-of": {"first": 1}},
        auto_close_hours=0,
        nudge_hours=48,
    )
    now = in_force.current()
    assert now.shop_name == "Asha's Pantry"
    assert now.languages == ("hi", "en")
    assert (now.greeting("hi"), now.greeting("en")) == ("नमस्ते", "")
    assert now.suggestions_in("en") == ("Where is my order?",)
    assert now.suggestions_in("hi") == ()
    assert now.auto_close_after is None
    assert now.nudge_after == timedelta(days=2)
    urgent = now.targets["urgent"]
    assert (urgent.first, urgent.next, urgent.resolution) == (
        timedelta(minutes=10),
        in_force.DEFAULT_TARGETS["urgent"].next,
        timedelta(hours=2),
    )


def test_due_times_count_business_hours_only_and_holidays_are_closed():
    Holiday.objects.create(date=date(2026, 12, 7), name="Own day")
    DeskSettings.objects.create(hours=OFFICE)
    friday_evening = kolkata("2026-12-04 18:00")
    now = in_force.current()
    assert now.first_response_due("medium", friday_evening) == kolkata("2026-12-08 10:00")
    assert now.next_opening(kolkata("2026-12-05 11:00")) == kolkata("2026-12-08 09:30")
    assert not now.is_open(kolkata("2026-12-07 11:00"))


def test_clocks_that_do_not_stop_count_every_hour():
    DeskSettings.objects.create(hours=OFFICE, clocks_stop=False)
    friday_evening = kolkata("2026-12-04 18:00")
    assert in_force.current().resolution_due("low", friday_evening) == friday_evening + timedelta(hours=64)


def test_an_own_day_says_more_than_the_country_and_an_unobserved_day_nothing():
    DeskSettings.objects.create(hours=OFFICE)
    Holiday.objects.create(date=date(2026, 12, 7), name="Short day", hours=[["12:00", "14:00"]])
    Holiday.objects.create(date=date(2026, 12, 7), name="Festival", source="country")
    Holiday.objects.create(date=date(2026, 12, 8), name="We work", source="country", is_active=False)
    now = in_force.current()
    assert now.next_opening(kolkata("2026-12-07 09:00")) == kolkata("2026-12-07 12:00")
    assert now.is_open(kolkata("2026-12-08 10:00"))


@pytest.mark.all_engines
def test_settings_saved_by_another_process_are_in_force_within_two_seconds(monkeypatch):
    """An `update` sends no signal, just as another process sends none."""
    DeskSettings.objects.create(shop_name="Before")
    assert in_force.current().shop_name == "Before"
    DeskSettings.objects.update(shop_name="After")
    started = in_force.time.monotonic()
    assert in_force.current().shop_name == "Before"
    monkeypatch.setattr(in_force.time, "monotonic", lambda: started + 1.1)
    assert in_force.current().shop_name == "After"
    assert in_force.KEPT_SECONDS < 2


def test_the_settings_cost_no_query_while_they_are_kept(django_assert_num_queries):
    DeskSettings.objects.create(hours=OFFICE)
    with django_assert_num_queries(2):
        for _ in range(50):
            in_force.current()


@pytest.mark.engines
@pytest.mark.not_on("mongodb", reason="it reads all rows each second")
def test_rows_that_have_not_changed_are_not_read_into_settings_again(
    monkeypatch, django_assert_num_queries
):
    DeskSettings.objects.create(hours=OFFICE)
    holiday = Holiday.objects.create(date=date(2026, 12, 7), name="Festival")
    seconds = [in_force.time.monotonic()]
    monkeypatch.setattr(in_force.time, "monotonic", lambda: seconds[0])

    def a_second_later() -> in_force.CurrentSettings:
        seconds[0] += 1.1
        return in_force.current()

    in_force.current()
    known = a_second_later()
    # The row and the holidays, as the database has them
    with django_assert_num_queries(2):
        assert a_second_later() is known
    Holiday.objects.filter(pk=holiday.pk).update(is_active=False)
    changed = a_second_later()
    assert (known.is_open(kolkata("2026-12-07 10:00")), changed.is_open(kolkata("2026-12-07 10:00"))) == (
        False,
        True,
    )
    DeskSettings.objects.update(shop_name="After")
    assert a_second_later().shop_name == "After"


def test_without_a_database_the_last_settings_stay_in_force(monkeypatch):
    DeskSettings.objects.create(shop_name="Asha's Pantry")
    assert in_force.current().shop_name == "Asha's Pantry"
    later = in_force.time.monotonic() + 5
    monkeypatch.setattr(in_force.time, "monotonic", lambda: later)

    def away():
        raise DatabaseError("gone")

    monkeypatch.setattr(in_force, "_read", away)
    assert in_force.current().shop_name == "Asha's Pantry"
    in_force.forget()
    assert in_force.current().shop_name != "Asha's Pantry"


def test_one_thread_reads_and_the_others_go_on_with_what_was_in_force(monkeypatch):
    DeskSettings.objects.create(shop_name="Asha's Pantry")
    kept = in_force.current()
    later = in_force.time.monotonic() + 5
    monkeypatch.setattr(in_force.time, "monotonic", lambda: later)
    reading, go_on = threading.Event(), threading.Event()

    def slow():
        reading.set()
        go_on.wait(30)
        return kept

    monkeypatch.setattr(in_force, "_read", slow)
    reader = threading.Thread(target=in_force.current)
    reader.start()
    assert reading.wait(30)
    assert in_force.current() is kept
    go_on.set()
    reader.join(30)


@pytest.mark.parametrize("hours", [{"0": [["9.30", "18:00"]]}, {"0": 5}, {"monday": [["09:30", "18:00"]]}])
def test_hours_that_cannot_be_read_leave_the_desk_open(hours):
    DeskSettings.objects.create(hours=hours)
    assert in_force.current().is_open(datetime(2026, 12, 5, 3, tzinfo=UTC))


def test_an_unknown_time_zone_is_the_one_of_the_environment(settings):
    DeskSettings.objects.create(time_zone="Mars/Olympus")
    assert in_force.current().time_zone == ZoneInfo(settings.TIME_ZONE)


def test_a_calendar_of_holidays_only_still_gives_a_due_time():
    now = in_force.CurrentSettings(calendar=in_force.hours.calendar({}))
    opened = datetime(2026, 12, 5, 3, tzinfo=UTC)
    assert now.first_response_due("high", opened) == opened + timedelta(minutes=15)
    assert now.next_opening(opened) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert round(in_force.contrast(one, other), 2) == expected
