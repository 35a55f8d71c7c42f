"""Waits after the first response, by hand and from the daily rows."""

from datetime import timedelta

import pytest

from tests import factories
from tests.reports.test_figures import MONDAY, at
from tickets import workflow
from tickets.models import DailyFigures
from tickets.reports import figures, rollup
from tickets.workflow import clock
from tickets.workflow.messages import withdraw

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

TUESDAY = MONDAY + timedelta(days=1)


def rows() -> dict:
    """Return (replies, seconds) by day, agent and category, of the days that have any."""
    rollup.compute(MONDAY, TUESDAY)
    return {
        (row.day, row.agent_name, row.category): (row.next_answered, row.next_response_seconds)
        for row in DailyFigures.objects.all()
        if row.next_answered
    }


@pytest.fixture
def spoken(priya, asha, rohan):
    """Return a function that replays lines of (time, who, what) on a new ticket."""

    def replay(lines, **fields):
        with clock.at(lines[0][0]):
            ticket = factories.ticket(priya, **fields)
        for moment, who, text in lines[1:]:
            with clock.at(moment):
                say = workflow.customer_says if who == priya else workflow.agent_replies
                say(ticket, text, by=who)
        return ticket

    return replay


def test_a_wait_lasts_from_the_oldest_unanswered_message_to_the_reply(spoken, priya, asha, rohan):
    refund = spoken(
        [
            (at(MONDAY, 9), priya, ""),
            (at(MONDAY, 9, 10), asha, "first response: it counts as that"),
            (at(MONDAY, 9, 20), priya, "one"),
            (at(MONDAY, 9, 25), priya, "two"),
            (at(MONDAY, 9, 50), asha, "30 minutes"),
            (at(MONDAY, 9, 55), asha, "no customer waits"),
            (at(MONDAY, 10), priya, "three"),
        ],
        category="refund",
    )
    with clock.at(at(MONDAY, 10, 20)):
        workflow.move(refund, "resolved", by=asha, resolution="20 minutes, by the resolution")
    spoken(
        [
            (at(MONDAY, 12), priya, ""),
            (at(MONDAY, 12, 1), rohan, "first response"),
            (at(MONDAY, 23, 50), priya, "late"),
            (at(TUESDAY, 0, 10), rohan, "20 minutes, on the next day"),
        ],
        category="delivery",
    )
    assert rows() == {
        (MONDAY, asha.name, "refund"): (2, 50 * 60),
        (TUESDAY, rohan.name, "delivery"): (1, 20 * 60),
    }
    found = figures.report(TUESDAY, days=7)
    assert found.total.next_response == (30 + 20 + 20) * 60 / 3
    assert found.total.first_response == (10 + 1) * 60 / 2
    by_agent = {sums.label: sums.next_response for sums in found.agents}
    assert by_agent == {asha.name: 25 * 60, rohan.name: 20 * 60}
    by_category = {sums.label: sums.next_response for sums in found.categories}
    assert by_category == {"Refund": 25 * 60, "Delivery": 20 * 60}


def test_a_reply_that_was_taken_back_ends_no_wait(spoken, priya, asha):
    ticket = spoken(
        [
            (at(MONDAY, 9), priya, ""),
            (at(MONDAY, 9, 1), asha, "first"),
            (at(MONDAY, 9, 10), priya, "and then?"),
        ]
    )
    with clock.at(at(MONDAY, 9, 11)):
        reply = workflow.agent_replies(ticket, "to the wrong person", by=asha)
    with clock.at(at(MONDAY, 9, 11) + timedelta(seconds=3)):
        withdraw(ticket, reply.seq, by=asha)
    assert rows() == {}
    with clock.at(at(MONDAY, 9, 30)):
        workflow.agent_replies(ticket, "to the right one", by=asha)
    assert list(rows().values()) == [(1, 20 * 60)]


@pytest.mark.engines
def test_the_first_response_of_a_merged_ticket_stays_a_first_response(spoken, priya, asha):
    stays = spoken([(at(MONDAY, 9), priya, ""), (at(MONDAY, 9, 5), asha, "first")])
    goes = spoken([(at(MONDAY, 10), priya, ""), (at(MONDAY, 10, 5), asha, "first, too")])
    with clock.at(at(MONDAY, 10, 10)):
        workflow.customer_says(goes, "one more thing", by=priya)
    with clock.at(at(MONDAY, 10, 15)):
        workflow.agent_replies(goes, "five minutes", by=asha)
    with clock.at(at(MONDAY, 11)):
        workflow.merge(goes, stays, by=asha)
    assert list(rows().values()) == [(1, 5 * 60)]
