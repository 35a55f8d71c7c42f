"""The figures: a known script of tickets gives the numbers that were computed by hand."""

import csv
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets.models import DailyFigures, Ticket
from tickets.reports import figures, rollup

pytestmark = [pytest.mark.django_db, pytest.mark.engines]

MONDAY = date(2026, 11, 23)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


@pytest.fixture
def script(priya, asha, rohan):
    """Two tickets of Asha's, one of Rohan's, one that no agent has taken."""
    tuesday = MONDAY + timedelta(days=1)
    rows = [
        # agent, category, opened, answered, due, resolved, closed, rating
        (
            asha,
            "refund",
            at(MONDAY, 9),
            at(MONDAY, 9, 10),
            at(MONDAY, 9, 30),
            at(MONDAY, 11),
            at(MONDAY, 12),
            5,
        ),
        (
            asha,
            "refund",
            at(MONDAY, 10),
            at(MONDAY, 10, 50),
            at(MONDAY, 10, 30),
            at(tuesday, 10),
            None,
            None,
        ),
        (
            rohan,
            "delivery",
            at(tuesday, 9),
            at(tuesday, 9, 30),
            at(tuesday, 10),
            at(tuesday, 10),
            at(tuesday, 11),
            2,
        ),
        (None, "other", at(tuesday, 12), None, at(tuesday, 13), None, None, None),
    ]
    for agent, category, opened, answered, due, resolved, closed, rating in rows:
        ticket = factories.ticket(priya)
        Ticket.objects.filter(pk=ticket.pk).update(
            assignee=agent,
            assignee_name=agent.name if agent else "",
            category=category,
            created_at=opened,
            first_responded_at=answered,
            first_response_due_at=due,
            resolved_at=resolved,
            closed_at=closed,
            rating=rating,
            rated_at=rating and closed,
            updated_at=max(filter(None, (opened, answered, resolved, closed))),
        )


def test_the_sums_are_those_computed_by_hand(script, asha):
    rollup.compute(MONDAY, MONDAY + timedelta(days=1))
    found = figures.report(MONDAY + timedelta(days=1), days=7)

    total = found.total
    assert (total.opened, total.answered, total.resolved, total.rated) == (4, 3, 3, 2)
    # 10, 50 and 30 minutes; two of three in time
    assert total.first_response == (10 + 50 + 30) * 60 / 3
    assert total.share_in_time == 2 / 3
    # 2 hours, 24 hours, 1 hour
    assert total.resolution == (2 + 24 + 1) * 3600 / 3
    assert total.rating == 3.5
    monday, tuesday = found.days[-2:]
    assert [(day.opened, day.answered, day.resolved, day.rated) for day in (monday, tuesday)] == [
        (2, 2, 1, 1),
        (2, 1, 2, 1),
    ]
    by_agent = {sums.label: sums for sums in found.agents}
    assert by_agent[asha.name].first_response == 30 * 60
    assert by_agent["Unassigned"].opened == 1
    assert {sums.label: sums.opened for sums in found.categories} == {
        "Refund": 2,
        "Delivery": 1,
        "Other": 1,
    }


def test_computing_a_day_again_changes_nothing(script):
    for _ in range(2):
        rollup.compute(MONDAY, MONDAY + timedelta(days=1))
    assert sum(DailyFigures.objects.values_list("opened", flat=True)) == 4


def test_the_job_computes_all_days_at_first_and_then_the_newest(script):
    now = at(MONDAY + timedelta(days=2), 12)
    rollup.keep_figures(now, now)
    assert set(DailyFigures.objects.values_list("day", flat=True)) == {MONDAY, MONDAY + timedelta(days=1)}
    DailyFigures.objects.filter(day=MONDAY).update(opened=7)
    rollup.keep_figures(now, now)
    assert 7 in DailyFigures.objects.filter(day=MONDAY).values_list("opened", flat=True)


def test_without_a_ticket_the_job_does_nothing_and_the_page_says_so(browse, asha):
    rollup.keep_figures(timezone.now(), timezone.now())
    shown = page(browse(asha).get("/support/figures/"))
    assert "Nothing happened in these days." in shown.text
    assert shown.one("h1").text == "Figures"


def test_the_page_is_for_agents_and_staff(client, browse, asha, meera, priya):
    assert browse(asha).get("/support/figures/").status_code == 200
    assert browse(meera).get("/support/figures/").status_code == 200
    assert browse(priya).get("/support/figures/").status_code == 404
    assert client.get("/support/figures/").status_code == 302
    assert browse(asha).post("/support/figures/").status_code == 405


@pytest.mark.parametrize(
    ("asked", "days"), [("7", 7), ("90", 90), ("0", 30), ("-1", 30), ("x", 30), ("٣٠", 30)]
)
def test_a_period_is_one_of_three(browse, asha, asked, days):
    shown = page(browse(asha).get("/support/figures/", {"days": asked}))
    assert len(shown.one("svg", _class="bars").all("g")) == days


def test_the_csv_holds_the_same_figures_and_no_formula(browse, asha, script):
    DailyFigures.objects.all().delete()
    Ticket.objects.filter(assignee=asha).update(assignee_name="=cmd()")
    today = timezone.localdate()
    DailyFigures.objects.create(
        day=today, agent="x", agent_name="=cmd()", category="refund", opened=3, rated=2, stars=9
    )
    response = browse(asha).get("/support/figures/", {"days": "7", "format": "csv"})
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["total", "", "3"]
    assert ["agent", "'=cmd()", "3", "0", "", "", "0", "", "0", "", "2", "4.5", ""] in rows


def test_the_page_asks_as_many_queries_for_many_agents_as_for_one(
    browse, asha, django_assert_max_num_queries
):
    agent = browse(asha)
    today = timezone.localdate()
    DailyFigures.objects.bulk_create(
        DailyFigures(
            day=today - timedelta(days=d),
            agent=str(a),
            agent_name=f"Agent {a}",
            category="refund",
            opened=1,
        )
        for d in range(30)
        for a in range(20)
    )
    agent.get("/support/figures/")
    with django_assert_max_num_queries(8):
        agent.get("/support/figures/")


def test_the_assistant_s_share_stands_beside_them(browse, asha, monkeypatch):
    monkeypatch.setattr(figures, "assistant_share", lambda first, last: (3, 4))
    shown = page(browse(asha).get("/support/figures/"))
    assert "75%" in shown.text
    assert "of 4 chats solved without an agent" in shown.text
