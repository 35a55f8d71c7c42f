"""What is promised outside business hours: in the system line, by Villy, and in the due times."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chatbot import conversations
from supportdesk import languages
from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.clocks import promise, reader_zone
from tickets.models import DeskSettings, Message
from tickets.workflow import clock

pytestmark = [pytest.mark.django_db]
KOLKATA = ZoneInfo("Asia/Kolkata")
OFFICE = {str(day): [["09:30", "18:30"]] for day in range(5)}


def kolkata(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)


@pytest.mark.parametrize(
    ("now", "language", "sentence"),
    [
        ("2026-12-03 10:00", "en", ""),
        ("2026-12-03 07:00", "en", "We're back today at 9:30."),
        ("2026-12-05 11:00", "en", "We're back on Monday at 9:30."),
        ("2026-12-05 11:00", "hi", "हमारी टीम सोमवार को 9:30 बजे वापस आएगी।"),
        ("2026-12-05 11:00", "hinglish", "Hamari team Monday ko 9:30 baje wapas aayegi."),
        ("2026-12-05 11:00", "klingon", "We're back on Monday at 9:30."),
    ],
)
def test_outside_business_hours_it_is_said_when_agents_are_back(now, language, sentence):
    DeskSettings.objects.create(hours=OFFICE)
    assert promise.back(kolkata(now), language) == sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We're back on 14 December at 9:30."),
        ("hi", "हमारी टीम 14 दिसंबर को 9:30 बजे वापस आएगी।"),
        ("hinglish", "Hamari team 14 December ko 9:30 baje wapas aayegi."),
    ],
)
def test_an_opening_in_a_week_or_later_has_its_date(language, sentence):
    with languages.speaking(language):
        assert promise.sentence(kolkata("2026-12-14 09:30"), kolkata("2026-12-05 11:00")) == sentence


@pytest.mark.parametrize(
    ("zone", "language", "sentence"),
    [
        ("Europe/Berlin", "en", "We're back on Monday at 9:30 (India Time)."),
        ("Asia/Dubai", "hi", "हमारी टीम सोमवार को 9:30 बजे (भारत समय) वापस आएगी।"),
        ("America/New_York", "hinglish", "Hamari team Monday ko 9:30 baje (India Time) wapas aayegi."),
        # The same hour there
        ("Asia/Colombo", "en", "We're back on Monday at 9:30."),
        ("", "en", "We're back on Monday at 9:30."),
        ("Mars/Phobos", "en", "We're back on Monday at 9:30."),
        ("../../etc/passwd", "en", "We're back on Monday at 9:30."),
        ("A" * 5000, "en", "We're back on Monday at 9:30."),
        ("Asia", "en", "We're back on Monday at 9:30."),
    ],
)
def test_a_reader_whose_clock_shows_another_hour_is_told_whose_hour_it_is(zone, language, sentence):
    DeskSettings.objects.create(hours=OFFICE)
    with reader_zone.reading_in(zone):
        assert promise.back(kolkata("2026-12-05 11:00"), language) == sentence


def test_round_the_clock_nothing_is_said(priya):
    assert promise.back(kolkata("2026-12-05 11:00")) == ""
    lines = [message.text for message in factories.ticket(priya).messages.filter(sender="system")]
    assert lines == [
        "Connected to Customer Care. An agent will help you shortly. We aim to answer within 15 minutes."
    ]


@pytest.mark.all_engines
def test_the_system_line_and_the_due_time_of_a_ticket_keep_to_business_hours(priya):
    DeskSettings.objects.create(hours=OFFICE, targets={"high": {"first": 30}})
    with clock.at(kolkata("2026-12-05 11:00")):
        ticket = workflow.open_ticket(priya, "The box was crushed", category="product-issue")
    line = ticket.messages.get(sender="system").text
    assert (
        line == "Connected to Customer Care. We're back on Monday at 9:30. An agent will answer you then."
    )
    assert ticket.first_response_due_at == kolkata("2026-12-07 10:00")


def test_a_new_priority_gets_its_due_time_by_business_hours(priya, asha):
    DeskSettings.objects.create(hours=OFFICE)
    with clock.at(kolkata("2026-12-04 18:00")):
        ticket = workflow.open_ticket(priya, "Crushed", category="product-issue")
        workflow.triage(ticket, by=asha, priority="medium")
    ticket.refresh_from_db()
    assert ticket.first_response_due_at == kolkata("2026-12-07 10:00")


def test_the_chat_of_a_reader_abroad_says_whose_hours_these_are(api, priya):
    # Open on one day of the week, three days from now
    weekday = (datetime.now(KOLKATA).weekday() + 3) % 7
    DeskSettings.objects.create(hours={str(weekday): [["09:30", "18:30"]]})
    there, here = {"HTTP_X_TIME_ZONE": "Europe/Berlin"}, {"HTTP_X_TIME_ZONE": "Asia/Kolkata"}
    asked = api(priya).post("/widget/messages", {"message": "I want to talk to a person"}, **there)
    assert "at 9:30 (India Time)." in asked.content.decode()
    assert api(priya).post("/widget/connect", {}, **there).status_code == 201
    line = Message.objects.get(text__startswith="Connected").text
    assert "at 9:30 (India Time). An agent will answer you then." in line
    shown = page(api(priya).get("/widget/conversation", **there))
    assert "09:30 to 11:30 (India Time)" in shown.text
    assert "09:30 to 11:30 (India Time)" not in page(api(priya).get("/widget/conversation", **here)).text


def test_villy_says_when_a_person_will_be_there(priya, monkeypatch):
    DeskSettings.objects.create(hours=OFFICE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: kolkata("2026-12-05 11:00"))
    answer = conversations.ask(priya, "I want to talk to a person")
    assert answer.reply["offerAgent"]
    assert "We're back on Monday at 9:30." in answer.text
