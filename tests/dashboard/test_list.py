"""The list of tickets, read as plain HTML: filters, search, pages, order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.dashboard.test_dashboard import numbers, opened, rows
from tests.pages import page
from tickets import workflow
from tickets.models import Category, Priority, Status, Ticket
from tickets.workflow import clock

pytestmark = pytest.mark.all_engines


@pytest.fixture
def inbox(priya, vikram, asha, rohan):
    """A ticket for each corner of the filter box."""
    order = factories.order(priya, "VP-20777")
    tickets = {
        "waiting": factories.ticket(priya, "Where is my parcel", category="delivery", order=order),
        "mine": factories.ticket(vikram, "Card was charged twice", category="payment", priority="urgent"),
        "rohans": factories.ticket(priya, "A word of thanks", category="feedback"),
        "resolved": factories.ticket(vikram, "Please change my address", category="account"),
    }
    workflow.take(tickets["mine"], by=asha)
    workflow.take(tickets["rohans"], by=rohan)
    workflow.request_callback(tickets["rohans"], by=priya)
    workflow.take(tickets["resolved"], by=rohan)
    workflow.move(tickets["resolved"], Status.RESOLVED, by=rohan)
    return tickets


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "mine waiting rohans"),
        ("view=all", "resolved rohans mine waiting"),
        ("view=done", "resolved"),
        ("view=mine", "mine"),
        ("view=unassigned&category=delivery", "waiting"),
        ("status=in-progress&status=resolved", "resolved rohans mine"),
        ("add=priority:urgent", "mine"),
        ("view=open&assigned=me", "mine"),
        # Bookmarks of the desk of 0.1
        ("filter=waiting", "mine waiting rohans"),
        ("filter=mine", "mine"),
        ("filter=unassigned", "waiting"),
        ("filter=callback", "rohans"),
        ("filter=open", "waiting"),
        ("filter=in-progress", "rohans mine"),
        ("filter=resolved", "resolved"),
        ("filter=closed", ""),
        ("filter=urgent", "mine"),
        ("filter=low", "rohans"),
        ("filter=account", "resolved"),
        ("filter=something-of-last-year", "mine waiting rohans"),
        ("view=something&status=else", "mine waiting rohans"),
        ("q=from:vikram", "resolved mine"),
        ("q=from:vikram is:urgent", "mine"),
        ("q=order:vp-20777", "waiting"),
        ("q=is:resolved", "resolved"),
        ("q=is:open", "rohans mine waiting"),
        ("q=is:open is:mine", "mine"),
        ("q=is:mine is:open", "mine"),
        ("view=unassigned&q=is:open", "waiting"),
        ("status=open&q=is:open", "waiting"),
        ("q=is:open is:in-progress", "rohans mine"),
        ("q=is:mine", "mine"),
        ("q=is:following", ""),
        ("q=is:mentioned", ""),
        ("q=before:2020-01-01", ""),
        ("q=charged is:nonsense", ""),
        ("q=vikram", "resolved mine"),
        ("q=CHARGED twice", "mine"),
        ("q=VP-20777", "waiting"),
        ("q=vikram@example.com", "resolved mine"),
        ("q=%2B91 90000 00110", "rohans waiting"),
        ("q=nothing like that", ""),
        ("q=vikram&filter=mine", "mine"),
        ("q=a%00b", ""),
    ],
)
def test_the_list_is_filtered_and_searched(desk, inbox, query, expected):
    shown = page(desk.get(f"/support/?{query}"))
    assert rows(shown) == numbers(*(inbox[name] for name in expected.split()))
    count = len(expected.split())
    assert shown.one(role="status", id="total").text == f"Total: {count} ticket{'' if count == 1 else 's'}"


@pytest.mark.engines
def test_a_ticket_is_found_by_its_number_however_it_is_written(desk, inbox):
    number = inbox["mine"].number
    for typed in (f"{number}", f"%23{number}"):
        assert rows(page(desk.get(f"/support/?q={typed}"))) == [str(number)]


def test_the_most_urgent_come_first_and_then_those_who_wait_longest(desk, priya):
    now = timezone.now()
    due = {}
    for name, priority, minutes_ago in (("old", "low", 200), ("new", "low", 5), ("urgent", "urgent", 1)):
        with clock.at(now - timedelta(minutes=minutes_ago)):
            due[name] = factories.ticket(priya, priority=priority)
    shown = page(desk.get("/support/"))
    assert rows(shown) == numbers(due["urgent"], due["old"], due["new"])
    states = [row.one("span", _class="due")["data-sla"] for row in shown.all("li", _class="row")]
    assert states == ["ok", "soon", "ok"]
    waited = [row.one("span", _class="due").text for row in shown.all("li", _class="row")]
    assert waited == ["Waiting 1 min", "Waiting 3 h 20 min", "Waiting 5 min"]


@pytest.mark.engines
def test_the_filter_box_offers_every_status_priority_and_category_and_adds_a_chip(desk, ticket, asha):
    workflow.correct(ticket, by=asha, tags=["vip"])
    form = page(desk.get("/support/?priority=high&q=box")).one("form", role="search")
    offered = [option["value"] for option in form.one("select", aria_label="Filter").all("option")]
    named = [("status", Status), ("priority", Priority), ("category", Category)]
    assert {f"{name}:{value}" for name, known in named for value in known.values} < set(offered)
    assert {"tag:vip", "assigned:me", f"assigned:{asha.pk}", "unread:1", "callback:1"} < set(offered)
    assert len(offered) == len(set(offered))
    # What was chosen stays chosen, and can be taken away
    assert form.fields() == {"add": "", "priority": "high", "q": "box"}
    chip = form.one("span", _class="chip")
    assert (chip.text, chip.one("a")["href"]) == ("Priority: High", "/support/?q=box")
    chosen = page(desk.get("/support/?priority=high&add=tag:vip&q=box"))
    assert [each.text for each in chosen.all("span", _class="chip")] == ["Priority: High", "Tag: vip"]
    assert rows(chosen) == numbers(ticket)


@pytest.mark.engines
@pytest.mark.parametrize("order", ["view=open", "view=all"])
def test_following_the_link_to_more_shows_every_ticket_once(desk, priya, order):
    now = timezone.now()
    # Also those of one and the same moment
    Ticket.objects.bulk_create(
        Ticket(
            number=number, requester=priya, requester_name="Priya", subject="x",
            updated_at=now - timedelta(minutes=number // 20), first_response_due_at=now - timedelta(hours=number // 20),
        )
        for number in range(60)
    )  # fmt: skip
    seen, address = [], f"/support/?{order}"
    for _ in range(3):
        answer = desk.get(address).content.decode()
        shown = page(desk.get(address))
        # Without scripts the next page is a whole one
        assert "Total: 60 tickets" in answer
        assert 'aria-label="Views"' in answer
        seen += rows(shown)
        more = shown.all("a", text="More tickets")
        address = more[0]["href"] if more else None
    assert address is None
    assert sorted(map(int, seen)) == list(range(60))


def test_an_open_ticket_from_a_later_page_has_its_row_at_the_end(desk, priya):
    tickets = [factories.ticket(priya, f"Question {number}") for number in range(30)]
    last = tickets[-1]
    shown = rows(page(desk.get(opened(last))))
    assert (len(shown), shown[-1:]) == (26, numbers(last))
    assert len(rows(page(desk.get("/support/")))) == 25
    # Of another view it is no part, and other filters do not know
    for query in ("?view=mine", "?view=open&priority=low"):
        assert numbers(last)[0] not in rows(page(desk.get(opened(last) + query)))


@pytest.mark.engines
def test_the_link_to_more_keeps_filter_and_search(desk, priya):
    for number in range(26):
        factories.ticket(priya, f"Parcel {number}")
    factories.ticket(priya, "Something else")
    more = page(desk.get("/support/?status=open&q=parcel")).one("a", text="More tickets")
    assert more["href"].startswith("/support/?status=open&q=parcel&cursor=")
    assert len(rows(page(desk.get(more["href"])))) == 1


@pytest.mark.parametrize("cursor", ["x", "!!", "bm90LWEtY3Vyc29y", "2026|1", "%00", "é"])
def test_a_cursor_that_is_not_ours_begins_at_the_top(desk, ticket, cursor):
    assert rows(page(desk.get(f"/support/?cursor={cursor}"))) == numbers(ticket)


def test_links_of_the_list_keep_what_was_chosen(desk, ticket):
    shown = page(desk.get("/support/?filter=open&q=box&cursor=&evil=1"))
    assert shown.one("li", _class="row").one("a")["href"] == f"{opened(ticket)}?status=open&q=box"
    beside = page(desk.get(f"{opened(ticket)}?status=open&q=box"))
    assert beside.one("a", aria_label="Back")["href"] == "/support/?status=open&q=box"
    assert rows(beside) == numbers(ticket)


@pytest.mark.engines
def test_an_empty_list_says_so(desk):
    assert "Every customer has an answer." in page(desk.get("/support/")).text
    assert "No tickets are snoozed." in page(desk.get("/support/?view=snoozed")).text
    assert "No tickets match these filters." in page(desk.get("/support/?priority=low")).text
    assert "Nothing matches “<b>”." in page(desk.get("/support/?q=<b>")).text
