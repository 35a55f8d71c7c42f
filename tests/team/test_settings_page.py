"""The page `Settings` in the admin: what staff fill in, what is refused, and what the audit has of it."""

import time
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from supportdesk.http import outbound
from tests import factories
from tickets.admin.settings import forms
from tickets.models import AuditEntry
from tickets.models.settings import DeskSettings, Holiday
from tickets.operations import jobs
from tickets.settings import holidays, in_force

pytestmark = [pytest.mark.django_db]
PAGE = "/admin/tickets/desksettings/1/change/"


def filled(client, **changed) -> dict:
    """Return what the form would post as it stands, with some fields changed."""
    form = client.get(PAGE).context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        data[bound.name] = value
    return data | changed


def test_the_list_leads_to_the_one_form(browse, meera):
    answer = browse(meera).get(reverse("admin:tickets_desksettings_changelist"))
    assert (answer.status_code, answer.url) == (302, PAGE)
    page = browse(meera).get(PAGE).content.decode()
    assert "Preview of the chat" in page
    assert browse(meera).get("/admin/tickets/desksettings/2/change/").status_code == 302
    assert browse(meera).get("/admin/tickets/desksettings/add/").status_code == 403
    assert browse(meera).post("/admin/tickets/desksettings/1/delete/").status_code == 403


@pytest.mark.parametrize("who", ["priya", "asha", None])
def test_only_staff_see_and_change_the_settings(who, browse, request):
    person = who and request.getfixturevalue(who)
    assert browse(person).get(PAGE).status_code == 302
    assert browse(person).post(PAGE, {"shop_name": "Mine"}).status_code == 302
    assert not DeskSettings.objects.exists()


@pytest.mark.all_engines
def test_saved_settings_are_in_force_and_shown_in_the_form(browse, meera):
    client = browse(meera)
    answer = client.post(
        PAGE,
        filled(
            client,
            shop_name="Asha's Pantry",
            colour="#7a1f3d",
            side="left",
            launcher_text="Help?",
            languages=["hi", "en"],
            greeting_hi="नमस्ते!",
            suggestions_en="Where is my order?\n\nReturns",
            hours_0="9:30-13:00, 14:00 – 18:30",
            hours_4="22:00-06:00",
            target_urgent_first="10 min",
            target_low_resolution="3 d",
            email_signature="Asha and the team",
            auto_close_hours="48",
            nudge_hours="24",
            session_hours="12",
        ),
        follow=True,
    )
    assert "Settings saved." in answer.content.decode()
    now = in_force.current()
    assert (now.shop_name, now.colour, now.side, now.launcher_text) == (
        "Asha's Pantry", "#7a1f3d", "left", "Help?",
    )  # fmt: skip
    assert set(now.languages) == {"hi", "en"}
    assert now.greeting("hi") == "नमस्ते!"
    assert now.suggestions_in("en") == ("Where is my order?", "Returns")
    assert now.calendar.weekly[0] == ((570, 780), (840, 1110))
    assert now.calendar.weekly[4] == ((1320, 1800),)
    assert now.targets["urgent"].first == timedelta(minutes=10)
    assert now.targets["low"].resolution == timedelta(days=3)
    assert now.email_texts == {"signature": "Asha and the team"}
    assert (now.auto_close_after, now.nudge_after) == (timedelta(days=2), timedelta(days=1))
    again = filled(client)
    assert again["hours_0"] == "09:30-13:00, 14:00-18:30"
    assert again["target_low_resolution"] == "3 d"
    assert again["suggestions_en"] == "Where is my order?\nReturns"


def test_a_launcher_text_that_would_not_be_seen_is_refused_with_a_sentence(browse, meera):
    client = browse(meera)
    shown = client.post(PAGE, filled(client, launcher_text="Ask us anything you like!")).content.decode()
    assert "At most 20 characters fit beside the symbol; this text has 25." in shown
    assert not DeskSettings.objects.filter(launcher_text__gt="").exists()
    client.post(PAGE, filled(client, launcher_text="Ask us anything here"))
    assert in_force.current().launcher_text == "Ask us anything here"


def test_each_changed_setting_is_an_entry_of_the_audit_with_old_and_new(browse, meera):
    client = browse(meera)
    client.post(PAGE, filled(client, shop_name="One", hours_0="10:00-18:00"))
    AuditEntry.objects.all()._raw_delete("default")
    client.post(PAGE, filled(client, shop_name="Two", hours_0="", hours_1="10:00-18:00"))
    entries = AuditEntry.objects.order_by("what")
    assert [entry.what for entry in entries] == [
        "setting hours.0: [['10:00', '18:00']] → -",
        "setting hours.1: - → [['10:00', '18:00']]",
        "setting shop_name: One → Two",
    ]
    assert {(entry.actor_id, entry.action) for entry in entries} == {(meera.pk, "changed")}


def test_a_second_factor_is_required_by_staff_who_have_one(browse, meera, asha, api):
    client, agent = browse(meera), api(asha)
    refused = client.post(PAGE, filled(client, second_factor="everyone"))
    assert "First set up a second factor of your own" in refused.content.decode()
    TOTP.activate(meera, "JBSWY3DPEHPK3PXP")
    assert client.post(PAGE, filled(client, second_factor="everyone")).status_code == 302
    assert in_force.current().second_factor == "everyone"
    # Her API sign-in was without one
    assert agent.get("/api/auth/me").status_code == 401


@pytest.mark.all_engines
def test_two_members_of_staff_do_not_overwrite_each_other(browse, meera):
    client = browse(meera)
    first, second = filled(client, shop_name="First"), filled(client, shop_name="Second")
    client.post(PAGE, first)
    refused = client.post(PAGE, second)
    assert refused.status_code == 200
    assert "were changed since you opened this page" in refused.content.decode()
    assert in_force.current().shop_name == "First"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text_colour", "#ffffff", "The contrast of the text is 1.2 : 1; it needs 4.5 : 1. #000000 fits."),
        ("colour", "red", "Enter a colour as #"),
        ("currency", "rupees", "at most 3 characters"),
        ("currency", "inr", "three capital letters"),
        ("time_zone", "Kolkata", "Area/City"),
        ("hours_0", "9-18", "HH:MM"),
        ("hours_0", "09:30", "write it as 09:30-18:00"),
        ("hours_0", "09:00-13:00, 12:00-18:00", "overlap"),
        ("target_high_first", "soon", "15 min, 4 h or 2 d"),
        ("target_high_first", "61 d", "15 min, 4 h or 2 d"),
        ("suggestions_en", "\n".join("abcdefg"), "At most 6 lines"),
        ("holiday_state", "QQ", "States of this country: none"),
        ("session_hours", "0", "greater than or equal to 1"),
        ("languages", ["klingon"], "Select a valid choice"),
        ("second_factor", "never", "Select a valid choice"),
    ],
)
def test_an_invalid_value_is_refused_with_a_sentence_at_its_field(field, value, sentence, browse, meera):
    client = browse(meera)
    changed = {field: value} | ({"colour": "#f3f3a0"} if field == "text_colour" else {})
    answer = client.post(PAGE, filled(client, **changed))
    assert answer.status_code == 200
    assert sentence in " ".join(answer.context["adminform"].form.errors[field])
    assert DeskSettings.objects.get().version == 0


def test_a_reminder_comes_before_the_ticket_is_closed(browse, meera):
    client = browse(meera)
    answer = client.post(PAGE, filled(client, auto_close_hours="24", nudge_hours="48"))
    assert "before the ticket is closed" in answer.content.decode()


def test_a_logo_is_cleaned_served_replaced_and_removed(browse, meera, client):
    staff = browse(meera)
    assert client.get("/files/logo").status_code == 404
    staff.post(PAGE, filled(staff, new_logo=factories.picture("logo.png", encoder="PNG")))
    first = in_force.current()
    answer = client.get(first.logo_url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    staff.post(PAGE, filled(staff, new_logo=factories.picture("logo.png", encoder="PNG")))
    assert in_force.current().logo_url != first.logo_url
    staff.post(PAGE, filled(staff, remove_logo="on"))
    assert in_force.current().logo_url == ""
    assert client.get("/files/logo").status_code == 404
    assert client.post("/files/logo").status_code == 405


def test_a_logo_that_is_no_picture_is_refused_and_nothing_is_stored(browse, meera, media):
    client = browse(meera)
    text = factories.SimpleUploadedFile("logo.png", b"<svg/>", content_type="image/png")
    answer = client.post(PAGE, filled(client, new_logo=text))
    assert "could not be read as a picture" in answer.content.decode()
    client.post(PAGE, filled(client, new_logo=factories.picture(), currency="nope"))
    assert not [each for each in media.rglob("*") if each.is_file()]


@pytest.mark.engines
def test_holidays_of_a_state_are_copied_into_rows_that_staff_correct(browse, meera):
    client = browse(meera)
    answer = client.post(PAGE, filled(client, holiday_country="IN", holiday_state="ka"), follow=True)
    assert "holidays were changed." in answer.content.decode()
    days = Holiday.objects.filter(source="country")
    republic_day = days.filter(date__month=1, date__day=26).first()
    assert republic_day.name == "Republic Day"
    Holiday.objects.filter(pk=republic_day.pk).update(is_active=False)
    days.exclude(pk=republic_day.pk).first().delete()
    today = date.today()
    holidays.replace("country", holidays.of_country("IN", "KA", today), today)
    assert not Holiday.objects.get(pk=republic_day.pk).is_active
    client.post(PAGE, filled(client, holiday_country="", holiday_state=""))
    assert not Holiday.objects.filter(source="country").exists()


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
SUMMARY:Year's end\\, closed
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20200115
RRULE:FREQ=YEARLY
SUMMARY:Founder
 's day
END:VEVENT
BEGIN:VEVENT
DTSTART:20261201T100000Z
DTEND:20261201T110000Z
SUMMARY:A meeting
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261399
SUMMARY:No such day
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_all_day_events_of_a_calendar_are_read(ends):
    assert holidays.read_calendar(CALENDAR.replace("\n", ends).encode(), date(2026, 11, 29)) == {
        date(2026, 12, 24): "Year's end, closed",
        date(2026, 12, 25): "Year's end, closed",
        date(2026, 12, 26): "Year's end, closed",
        date(2027, 1, 15): "Founder's day",
    }


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"<html>", b"hello"])
def test_an_invalid_calendar_is_refused(raw):
    with pytest.raises(ValueError, match="not a calendar"):
        holidays.read_calendar(raw, date(2026, 11, 29))


def test_a_calendar_that_was_cut_off_is_refused_so_that_no_day_goes():
    with pytest.raises(ValueError, match="cut off"):
        holidays.read_calendar(CALENDAR[:250].encode(), date(2026, 11, 29))


def test_a_calendar_of_many_thousand_days_is_refused():
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\nDTEND;VALUE=DATE:21001231\nSUMMARY:x\nEND:VEVENT\n"
    many = "".join(event.format(f"{year}{month:02}01") for year in (2026, 2027) for month in range(1, 13))
    text = f"BEGIN:VCALENDAR\n{many * 10}END:VCALENDAR"
    # Two years have no more than 762 days
    assert len(holidays.read_calendar(text.encode(), date(2026, 1, 1))) <= 762


def test_days_beyond_the_calendar_are_left_out_and_the_others_arrive():
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\n{}SUMMARY:{}\nEND:VEVENT\n"
    events = (
        ("99991231", "", "The last day"),
        ("00010101", "RRULE:FREQ=YEARLY\n", "The first day"),
        ("20270115", "DTEND;VALUE=DATE:00010101\n", "Ends before it begins"),
        ("20261301", "", "No such month"),
        ("20270126", "", "Republic Day"),
    )
    text = "BEGIN:VCALENDAR\n" + "".join(event.format(*each) for each in events) + "END:VCALENDAR"
    assert holidays.read_calendar(text.encode(), date(2026, 11, 29)) == {
        date(2027, 1, 1): "The first day",
        date(2027, 1, 15): "Ends before it begins",
        date(2027, 1, 26): "Republic Day",
    }


@pytest.mark.parametrize(
    "filling",
    [
        "BEGIN:VEVENT\n" * 75_000,
        "BEGIN:VEVENT\nSUMMARY:" + " " * 1_000_000 + "x\nEND:VEVENT\n",
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:00010101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n" * 14_000,
    ],
    ids=["no ends", "a long line", "every year since the first"],
)
@pytest.mark.timeout(60)
def test_a_calendar_takes_time_in_proportion_to_its_size(filling):
    began = time.process_time()
    holidays.read_calendar(f"BEGIN:VCALENDAR\n{filling}END:VCALENDAR".encode(), date(2026, 11, 29))
    # With a pattern that looked for each end again the first two took minutes
    assert time.process_time() - began < 10


def test_a_calendar_file_becomes_holidays(browse, meera):
    client = browse(meera)
    coming = date.today() + timedelta(days=30)
    text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{coming:%Y%m%d}\nSUMMARY:Stock-taking\nEND:VEVENT\nEND:VCALENDAR"
    upload = factories.SimpleUploadedFile("days.ics", text.encode(), content_type="text/calendar")
    client.post(PAGE, filled(client, calendar_file=upload))
    assert [(day.date, day.name) for day in Holiday.objects.all()] == [(coming, "Stock-taking")]


def test_own_days_are_added_and_a_day_twice_is_refused(browse, meera):
    client = browse(meera)
    page = reverse("admin:tickets_holiday_add")
    given = {"date": "2026-12-31", "name": "Short day", "hours": "10:00-14:00", "is_active": "on"}
    assert client.post(page, given).status_code == 302
    assert Holiday.objects.get().hours == [["10:00", "14:00"]]
    assert "in the list already" in client.post(page, given).content.decode()
    assert "10:00-14:00" in client.get(reverse("admin:tickets_holiday_changelist")).content.decode()


@pytest.mark.parametrize(("minutes", "text"), [(5, "5 min"), (60, "1 h"), (90, "90 min"), (2880, "2 d")])
def test_a_target_is_shown_as_it_is_typed(minutes, text):
    assert forms.in_units(minutes) == text
    assert forms.DurationField(required=False).clean(text) == minutes


@pytest.fixture
def calendar_server(monkeypatch):
    """What the address of a calendar answers; the call itself is tested with the webhooks."""
    made = SimpleNamespace(status=200, body=CALENDAR.encode(), failure=None, asked=[])

    def call(method, url, **options):
        made.asked.append((method, url))
        if made.failure:
            raise outbound.CallFailed(made.failure)
        return outbound.Answer(made.status, {}, made.body)

    monkeypatch.setattr(outbound, "call", call)
    return made


def test_the_days_of_a_calendar_address_are_copied_and_refreshed_every_day(browse, meera, calendar_server):
    client = browse(meera)
    coming = date.today() + timedelta(days=30)
    event = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:{:%Y%m%d}\nSUMMARY:{}\nEND:VEVENT\nEND:VCALENDAR"
    )
    calendar_server.body = event.format(coming, "Stock-taking").encode()
    client.post(PAGE, filled(client, holiday_calendar="https://calendar.example/shop.ics"))
    assert [(day.date, day.name) for day in Holiday.objects.all()] == [(coming, "Stock-taking")]
    calendar_server.body = event.format(coming, "Moved in").encode()
    jobs.refresh_holidays(timezone.now(), timezone.now())
    assert Holiday.objects.get().name == "Moved in"
    # A calendar that is away leaves its days
    calendar_server.failure = "No answer in time."
    assert holidays.refresh(date.today()) == 0
    assert Holiday.objects.count() == 1
    client.post(PAGE, filled(client, holiday_calendar=""))
    assert not Holiday.objects.exists()
    assert {url for _, url in calendar_server.asked} == {"https://calendar.example/shop.ics"}


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        ({"failure": "The address leads into a private network (see WEBHOOK_PRIVATE)."}, "private network"),
        ({"status": 404}, "its server answered 404"),
        ({"body": b"<html>"}, "not a calendar"),
        ({"body": b"x" * (1024 * 1024 + 1)}, "larger than 1 MB"),
    ],
)
def test_a_calendar_address_that_does_not_work_is_refused_at_once(
    server, sentence, browse, meera, calendar_server
):
    vars(calendar_server).update(server)
    client = browse(meera)
    answer = client.post(PAGE, filled(client, holiday_calendar="https://calendar.example/shop.ics"))
    assert sentence in " ".join(answer.context["adminform"].form.errors["holiday_calendar"])
    assert not Holiday.objects.exists()


def test_pages_show_times_of_the_shops_zone(browse, meera):
    DeskSettings.objects.create(time_zone="America/New_York")
    browse(meera).get("/admin/")
    assert timezone.get_current_timezone_name() == "America/New_York"
    timezone.deactivate()
