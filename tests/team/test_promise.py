"""What is promised outside business hours: in the system line, by Villy, and in the due times."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chatbot import conversations
from supportdesk import languages
from tests import factories
from tickets import workflow
from tickets.models import DeskSettings
from tickets.team import promise
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


def test_villy_says_when_a_person_will_be_there(priya, monkeypatch):
    DeskSettings.objects.create(hours=OFFICE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: kolkata("2026-12-05 11:00"))
    answer = conversations.ask(priya, "I want to talk to a person")
    assert answer.reply["offerAgent"]
    assert "We're back on Monday at 9:30." in answer.text
