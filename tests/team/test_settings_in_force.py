"""Each setting does what it says: saved by another process, it shows within two seconds.

`SHOWN` has a check for every field of the form. A field that is added without one fails here.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.utils import timezone

from supportdesk import languages, money
from tests import factories
from tests.team.settings_helpers import at, transcript_of
from tickets import workflow
from tickets.accounts import second_factor
from tickets.admin.settings import forms
from tickets.channels import outbox
from tickets.clocks import promise
from tickets.models import Availability, Person, Ticket
from tickets.models.settings import AgentPreferences, DeskSettings, Holiday
from tickets.operations import desk_steps, jobs
from tickets.settings import holidays, in_force
from tickets.team import assignment, availability
from tickets.workflow import clock

pytestmark = [pytest.mark.django_db]
FRAME = "/widget/frame?host=http://testserver"
# They act once, when the form is posted: see test_settings_page.py
ACT_WHEN_POSTED = {"seen_version", "new_logo", "remove_logo", "calendar_file"}
SHOWN: dict[str, Callable] = {}


def shows(*names: str):
    def register(check):
        SHOWN.update(dict.fromkeys(names, check))
        return check

    return register


@pytest.fixture
def shop(client, browse, priya, asha, monkeypatch):
    """`shop.set(field=value)` writes as another process does: no signal reaches this one."""
    DeskSettings.objects.create(currency="INR")
    in_force.forget()
    in_force.current()
    monkeypatch.setattr(in_force, "KEPT_SECONDS", 0)
    made = SimpleNamespace(client=client, browse=browse, priya=priya, asha=asha, monkeypatch=monkeypatch)
    made.set = lambda **fields: DeskSettings.objects.update(**fields)
    made.get = lambda url, **headers: client.get(url, headers=headers).content.decode()
    return made


# --- The shop and its chat ---------------------------------------------------


@shows("shop_name")
def _shop_name(shop, name):
    shop.set(shop_name="Asha's Pantry")
    email = transcript_of(factories.ticket(shop.priya))
    assert "Asha's Pantry, Customer Care" in email
    assert mail.outbox[-1].subject.startswith("Your conversation with Asha's Pantry")
    link = re.search(r"/c/[\w-]+/", email)[0]
    for page in (link, "/help/", "/"):
        assert "Asha&#39;s Pantry" in shop.get(page), page
        assert django_settings.SHOP_NAME not in shop.get(page), page


@shows("colour", "text_colour")
def _colours(shop, name):
    shop.set(**{name: "#7a1f3d"})
    assert "#7a1f3d" in shop.get("/widget.js")
    assert "#7a1f3d" in shop.get(FRAME)


@shows("side")
def _side(shop, name):
    shop.set(side="left")
    assert '"side": "left"' in shop.get("/widget.js")


@shows("launcher_text")
def _launcher_text(shop, name):
    assert '"label"' not in shop.get("/widget.js")
    shop.set(launcher_text="मदद चाहिए?")
    assert '"label": "मदद चाहिए?"' in shop.get("/widget.js")


@shows("currency")
def _currency(shop, name):
    shop.set(currency="EUR")
    assert money.formatted(5) == "€5"


@shows("languages")
def _languages(shop, name):
    shop.set(languages=["hi"])
    assert '<html lang="hi"' in shop.get(FRAME, accept_language="en")
    assert "hreflang" in shop.get("/help/")
    assert 'hreflang="en"' not in shop.get("/help/")
    ticket = factories.ticket(shop.priya, language="en")
    assert ticket.messages.get(sender="system").text.startswith("आप")


@shows(*(f"greeting_{code}" for code in languages.LANGUAGES))
def _greeting(shop, name):
    code = name.removeprefix("greeting_")
    shop.set(greetings={code: "Ram ram!"})
    assert "Ram ram!" in shop.get(FRAME, accept_language=languages.tag(code))
    other = "en" if code != "en" else "hi"
    assert "Ram ram!" not in shop.get(FRAME, accept_language=languages.tag(other))


@shows(*(f"suggestions_{code}" for code in languages.LANGUAGES))
def _suggestions(shop, name):
    code = name.removeprefix("suggestions_")
    shop.set(suggestions={code: ["Gift boxes", "Diwali"]})
    page = shop.get(FRAME, accept_language=languages.tag(code))
    assert 'data-say="Gift boxes"' in page
    assert page.count("data-say=") == 2


@shows("sound")
def _sound(shop, name):
    assert 'data-sound="on"' in shop.get(FRAME)
    shop.set(sound=False)
    assert 'data-sound="off"' in shop.get(FRAME)
    account = shop.browse(shop.asha).get("/support/account/").content.decode()
    assert re.search(r"As in the shop.{1,6}s settings \(off\)", account)


# --- Hours, holidays, targets ------------------------------------------------


@shows(*(f"hours_{day}" for day in range(7)))
def _hours(shop, name):
    day = name.removeprefix("hours_")
    # 30 November 2026 is a Monday
    noon = at("2026-11-30T12:00:00") + timedelta(days=int(day))
    shop.set(hours={day: [["13:00", "15:00"]]})
    assert promise.back(noon) == "We're back today at 13:00."
    with clock.at(noon):
        ticket = factories.ticket(shop.priya, priority="urgent")
    assert ticket.next_response_due_at == noon + timedelta(hours=1, minutes=5)


@shows("time_zone")
def _time_zone(shop, name):
    shop.set(hours={str(day): [["09:00", "17:00"]] for day in range(7)}, time_zone="Asia/Tokyo")
    assert in_force.current().is_open(at("2026-11-30T06:00:00"))
    assert not in_force.current().is_open(at("2026-11-30T14:00:00"))


@shows("holiday_country")
def _country(shop, name):
    shop.set(holiday_country="IN")
    holidays.refresh(date(2026, 12, 1))
    assert Holiday.objects.filter(source="country", date=date(2027, 1, 26)).exists()


@shows("holiday_state")
def _state(shop, name):
    shop.set(holiday_country="IN")
    holidays.refresh(date(2026, 12, 1))
    of_country = Holiday.objects.count()
    shop.set(holiday_state="KA")
    holidays.refresh(date(2026, 12, 1))
    assert Holiday.objects.count() > of_country


@shows("holiday_calendar")
def _calendar(shop, name):
    asked = []
    shop.monkeypatch.setattr(
        holidays, "fetch_calendar", lambda url, today: asked.append(url) or {date(2026, 12, 24): "Fair"}
    )
    shop.set(holiday_calendar="https://shop.example/days.ics")
    holidays.refresh(date(2026, 12, 1))
    assert asked == ["https://shop.example/days.ics"]
    assert Holiday.objects.get(source="calendar").name == "Fair"


@shows("clocks_stop")
def _clocks_stop(shop, name):
    closed = at("2026-12-05T11:00:00")
    shop.set(hours={"0": [["09:00", "17:00"]]}, clocks_stop=False)
    with clock.at(closed):
        assert factories.ticket(shop.priya, priority="urgent").next_response_due_at == closed + timedelta(
            minutes=5
        )


@shows(*(f"target_{priority}_first" for priority in in_force.DEFAULT_TARGETS))
def _first(shop, name):
    priority = name.split("_")[1]
    shop.set(targets={priority: {"first": 7}})
    ticket = factories.ticket(shop.priya, priority=priority)
    assert ticket.first_response_due_at - ticket.created_at == timedelta(minutes=7)
    assert ticket.messages.get(sender="system").text.endswith("We aim to answer within 7 minutes.")


@shows(*(f"target_{priority}_next" for priority in in_force.DEFAULT_TARGETS))
def _next(shop, name):
    priority = name.split("_")[1]
    shop.set(targets={priority: {"next": 9}})
    ticket = factories.ticket(shop.priya, priority=priority)
    workflow.agent_replies(ticket, "Which jar?", by=shop.asha)
    workflow.customer_says(ticket, "The big one", by=shop.priya)
    assert ticket.next_response_due_at - ticket.waiting_since == timedelta(minutes=9)


@shows(*(f"target_{priority}_resolution" for priority in in_force.DEFAULT_TARGETS))
def _resolution(shop, name):
    priority = name.split("_")[1]
    shop.set(targets={priority: {"resolution": 90}})
    ticket = factories.ticket(shop.priya, priority=priority)
    assert ticket.resolution_due_at - ticket.created_at == timedelta(minutes=90)


# --- Reminding, resolving, closing -------------------------------------------


def _silent_ticket(shop):
    ticket = factories.ticket(shop.priya)
    workflow.agent_replies(ticket, "Which jar?", by=shop.asha)
    return ticket


def _follow_up(ticket, hours: float) -> None:
    now = timezone.now() + timedelta(hours=hours)
    with clock.at(now):
        desk_steps.follow_up(now, now)
    ticket.refresh_from_db()


@shows("nudge_hours")
def _nudge(shop, name):
    ticket = _silent_ticket(shop)
    _follow_up(ticket, 100)
    assert ticket.nudged_at is None
    shop.set(nudge_hours=24)
    _follow_up(ticket, 23)
    assert ticket.nudged_at is None
    _follow_up(ticket, 25)
    assert ticket.messages.last().text.startswith("Are you still there?")


@shows("resolve_hours")
def _resolve(shop, name):
    ticket = _silent_ticket(shop)
    shop.set(nudge_hours=24, resolve_hours=0)
    _follow_up(ticket, 25)
    _follow_up(ticket, 100)
    assert ticket.status == "in-progress"
    shop.set(resolve_hours=12)
    _follow_up(ticket, 25 + 11)
    assert ticket.status == "in-progress"
    _follow_up(ticket, 25 + 13)
    assert ticket.status == "resolved"


@shows("auto_close_hours")
def _auto_close(shop, name):
    ticket = _silent_ticket(shop)
    workflow.move(ticket, "resolved", by=shop.asha, resolution="Sent a new one")
    shop.set(auto_close_hours=48)
    for hours, status in ((47, "resolved"), (49, "closed")):
        jobs.close_resolved(timezone.now() + timedelta(hours=hours), timezone.now())
        ticket.refresh_from_db()
        assert ticket.status == status


# --- Assigning ---------------------------------------------------------------


@shows("assignment", "open_limit")
def _assignment(shop, name):
    availability.go_online(shop.asha)
    factories.ticket(shop.priya)
    factories.ticket(shop.priya, text="Another")
    shop.set(assignment="round-robin", open_limit=1)
    while assignment.assign_waiting():
        pass
    assert Ticket.objects.filter(assignee=shop.asha).count() == 1


@shows("away_after_minutes", "away_outside_hours")
def _away(shop, name):
    availability.go_online(shop.asha)
    # A Saturday, twenty minutes after the last sign of life
    now = at("2026-12-05T11:00:00")
    Availability.objects.update(seen_at=now - timedelta(minutes=20), changed_at=now - timedelta(hours=30))
    assert availability.set_inactive_agents_away(now) == 0
    if name == "away_after_minutes":
        shop.set(away_after_minutes=15)
    else:
        shop.set(away_outside_hours=True, hours={"4": [["09:00", "17:00"]]})
    availability.set_inactive_agents_away(now)
    assert Availability.objects.get().is_away


# --- E-mails -----------------------------------------------------------------


@shows(*(f"email_{key}" for key in forms.EMAIL_TEXT_FIELDS))
def _email(shop, name):
    key = name.removeprefix("email_")
    code = key.partition("_")[2] or "en"
    shop.set(shop_name="Asha's Pantry", letters={key: "Namaste {name}, this is {shop}"})
    said = "Namaste Priya Sharma, this is Asha's Pantry"
    assert said in transcript_of(factories.ticket(shop.priya, language=code))
    other = "hi" if code == "hinglish" else "hinglish"
    # A text without a language is meant for all of them
    assert (said in transcript_of(factories.ticket(shop.priya, language=other))) == (code == "en")


def test_a_reply_by_email_is_signed_by_its_agent(shop):
    AgentPreferences.objects.create(person=shop.asha, signature="Asha, Customer Care")
    ticket = factories.ticket(shop.priya, channel="email")
    workflow.agent_replies(ticket, "A new jar is on its way", by=shop.asha)
    while outbox.deliver_due(timezone.now() + timedelta(seconds=20)):
        pass
    assert "Asha, Customer Care" in mail.outbox[-1].body


# --- Signing in --------------------------------------------------------------


@shows("second_factor")
def _second_factor(shop, name):
    client = shop.browse(shop.asha)
    assert client.get("/support/").status_code == 200
    shop.set(second_factor="everyone")
    assert second_factor.is_missing(Person.objects.get(pk=shop.asha.pk), client.session)
    assert client.get("/support/").status_code == 302


@shows("session_idle_minutes")
def _idle(shop, name):
    client = shop.browse(shop.asha)
    client.get("/support/")
    session = client.session
    session["seen"] -= 3600
    session.save()
    assert client.get("/support/").status_code == 200
    session = client.session
    session["seen"] -= 3600
    session.save()
    shop.set(session_idle_minutes=30)
    assert client.get("/support/").status_code == 302


@shows("session_hours")
def _session_hours(shop, name):
    client = shop.browse(shop.asha)
    client.get("/support/")
    session = client.session
    session["began"] -= 2 * 3600
    session.save()
    assert client.get("/support/").status_code == 200
    shop.set(session_hours=1)
    assert client.get("/support/").status_code == 302


# --- All of them -------------------------------------------------------------

FIELDS = sorted(forms.SettingsForm.base_fields.keys() - ACT_WHEN_POSTED)


@pytest.mark.parametrize("name", FIELDS)
def test_settings_saved_by_another_process_show_without_a_restart(shop, name):
    assert name in SHOWN, f"nothing shows that the setting {name} is read: add a check to SHOWN"
    SHOWN[name](shop, name)


def test_no_check_is_left_of_a_setting_that_is_gone():
    assert SHOWN.keys() <= set(FIELDS)


def test_each_of_them_can_be_changed_on_the_page(browse, meera):
    page = browse(meera).get("/admin/tickets/desksettings/1/change/")
    shown = {bound.name for bound in page.context["adminform"].form}
    in_fieldsets = {
        name
        for _, options in page.context["adminform"].fieldsets
        for row in options["fields"]
        for name in ([row] if isinstance(row, str) else row)
    }
    assert shown == in_fieldsets == set(FIELDS) | ACT_WHEN_POSTED
