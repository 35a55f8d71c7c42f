"""What customers wrote beside their ratings, on the page of figures and in its CSV."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import DailyFigures, PermissionSet, Ticket
from tickets.reports import rollup
from tickets.workflow import clock

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def rated(priya, asha):
    """Return a function that has a ticket rated, so many minutes ago."""

    def rate(comment, stars=4, minutes_ago=0, **fields):
        with clock.at(timezone.now() - timedelta(minutes=minutes_ago)):
            ticket = factories.ticket(priya, **fields)
            workflow.take(ticket, by=asha)
            workflow.move(ticket, "resolved", by=asha, resolution="Sent again.")
            workflow.confirm(ticket, by=priya, rating=stars, comment=comment)
        return ticket

    return rate


def comments(response) -> list[str]:
    return [each.all("p")[1].text for each in page(response).one("section", id="comments").all("li")]


@pytest.mark.engines
def test_the_newest_comment_stands_first_with_its_stars_and_a_link_to_the_ticket(browse, asha, rated):
    rated("older", minutes_ago=10)
    ticket = rated("newer", stars=2, minutes_ago=1)
    rated("", minutes_ago=0)
    response = browse(asha).get("/support/figures/")
    assert comments(response) == ["newer", "older"]
    first = page(response).one("section", id="comments").all("li")[0]
    assert first.one("a").attributes["href"] == f"/support/{ticket.pk}/"
    assert first.one("span", role="img").attributes["aria-label"] == "2 of 5"


@pytest.mark.engines
def test_a_page_has_twenty_comments_and_the_next_one_goes_on_behind_them(browse, asha, rated):
    for number in range(23):
        rated(f"comment {number}", minutes_ago=number)
    agent = browse(asha)
    first = agent.get("/support/figures/")
    older = page(first).one("section", id="comments").all("a")[-1].attributes["href"]
    # One that arrives meanwhile shifts no page
    rated("just now")
    second = agent.get("/support/figures/" + older)
    found = comments(first) + comments(second)
    assert found == [f"comment {number}" for number in range(23)]


def test_comments_are_those_of_the_chosen_days(browse, asha, rated):
    rated("today", minutes_ago=0)
    rated("ten days ago", minutes_ago=10 * 24 * 60)
    agent = browse(asha)
    assert comments(agent.get("/support/figures/?days=7")) == ["today"]
    assert comments(agent.get("/support/figures/?days=30")) == ["today", "ten days ago"]


@pytest.mark.parametrize("cursor", ["x", "%00", "MjAyNi0xMS0yM3wx", "e" * 300])
def test_a_cursor_of_another_list_shows_the_first_page(browse, asha, rated, cursor):
    rated("here")
    assert comments(browse(asha).get(f"/support/figures/?comments={cursor}")) == ["here"]


def test_a_card_number_in_a_comment_is_masked(browse, asha, rated):
    rated("charge 4111 1111 1111 1111 again")
    response = browse(asha).get("/support/figures/")
    assert "4111 1111 1111 1111" not in response.content.decode()
    assert "charge" in comments(response)[0]


@pytest.mark.engines
def test_an_agent_who_is_limited_to_their_team_sees_the_comments_of_its_tickets_only(
    browse, asha, rohan, rated
):
    rated("of a colleague", category="refund")
    rohan.permission_set = PermissionSet.objects.create(name="Own team", own_team_only=True)
    rohan.save()
    assert "No comments in these days." in page(browse(rohan).get("/support/figures/")).text
    Ticket.objects.update(assignee=rohan)
    assert comments(browse(rohan).get("/support/figures/")) == ["of a colleague"]


def test_the_csv_has_next_responses_and_the_comments_without_a_formula(browse, asha, rated):
    today = timezone.localdate()
    DailyFigures.objects.create(
        day=today,
        agent="x",
        agent_name="Asha",
        category="refund",
        next_answered=2,
        next_response_seconds=90,
    )
    ticket = rated("=cmd()", stars=3)
    response = browse(asha).get("/support/figures/?format=csv")
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    agent = next(row for row in rows if row["Kind"] == "agent")
    assert (agent["Next responses"], agent["Average next response (s)"]) == ("2", "45")
    comment = next(row for row in rows if row["Kind"] == "comment")
    told = [comment[name] for name in ("Name", "Ratings", "Average rating", "Comment")]
    assert told == [f"#{ticket.number}", "1", "3", "'=cmd()"]


def test_a_rating_counts_on_the_day_on_which_it_was_given(priya, rated):
    ticket = rated("", stars=None, minutes_ago=3 * 24 * 60)
    workflow.rate(ticket, 5, by=priya, comment="late, but good")
    today = timezone.localtime(ticket.rated_at).date()
    rollup.compute(today, today)
    assert [(row.rated, row.stars) for row in DailyFigures.objects.filter(day=today)] == [(1, 5)]
