"""The desk's pages, read as plain HTML: names, the ticket beside the list, who may see them."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.pages import page
from tickets import queries, workflow
from tickets.models import Message, Sender, Ticket
from tickets.queries import MESSAGES_PAGE

pytestmark = pytest.mark.all_engines

HTMX = {"HX-Request": "true"}


def opened(ticket) -> str:
    return f"/support/{ticket.pk}/"


def rows(shown) -> list[str]:
    """The numbers of the tickets in the list, from the top."""
    return [f"{row['data-number']}" for row in shown.all("li", _class="row")]


def numbers(*tickets) -> list[str]:
    return [str(ticket.number) for ticket in tickets]


# --- What the contract names -------------------------------------------------


def test_the_list_has_the_names_that_screen_readers_rely_on(desk, ticket):
    shown = page(desk.get("/support/"))
    link = shown.one("ul", role="list", aria_label="Tickets").one("a")
    assert link["href"] == opened(ticket)
    for said in ("Priya Sharma", "Product issue", "Open", "now"):
        assert said in link.text
    views = shown.one("nav", aria_label="Views").all("a")
    assert [view.text for view in views] == [
        "Needs an answer 1", "Mine 0", "Unassigned 1", "All open 1", "Snoozed 0", "Done 0",
    ]  # fmt: skip
    assert [view.attributes.get("aria-current") for view in views] == ["page", *[None] * 5]
    assert shown.one("input", type="checkbox", aria_label=f"Select ticket {ticket.number}")
    assert shown.one("select", aria_label="Filter")["name"] == "add"
    assert shown.one("input", type="search", aria_label="Search tickets")["name"] == "q"
    assert shown.one(role="status", aria_label="Total: 1 ticket").text == "Total: 1 ticket"


def test_a_ticket_has_the_names_that_screen_readers_rely_on(desk, ticket):
    shown = page(desk.get(opened(ticket))).one("main")
    assert shown.one("h1").text == "Priya Sharma"
    assert shown.one(role="log", aria_label="Conversation").all("article")
    assert "data-text" in shown.one("textarea", aria_label="Type your reply...")
    for name in ("Send", "Attach image", "Close Ticket", "Snooze", "More"):
        assert shown.one("button", aria_label=name)
    # In the header; on a phone the same ones stand in the sheet
    for name in ("Status", "Priority", "Category", "Assigned to"):
        assert shown.one("div", _class="pills").one("select", aria_label=name)
    assert shown.one("select", aria_label="Order")
    assert shown.one("a", aria_label="Call")["href"] == "tel:+919000000110"
    assert shown.one("a", aria_label="Email")["href"].startswith("mailto:priya@example.com?subject=")
    assert shown.one("a", aria_label="Back")["href"] == "/support/"


def test_all_forms_of_a_page_bring_one_token_and_it_is_asked_for(asha, ticket):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(asha)
    shown = page(browser.get(opened(ticket)))
    tokens = [field["value"] for field in shown.all(name="csrfmiddlewaretoken")]
    assert len(tokens) > 5
    assert len(set(tokens)) == 1
    assert json.loads(shown.one("body")["hx-headers"]) == {"X-CSRFToken": tokens[0]}
    take = f"{opened(ticket)}take"
    assert browser.post(take, {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    assert browser.post(take, {"csrfmiddlewaretoken": tokens[0]}).status_code == 302


def test_bubbles_say_who_speaks(desk, priya, asha):
    told = [
        {"sender": "customer", "message": "is it late"},
        {"sender": "ai", "message": "It left on Monday"},
    ]
    ticket = factories.ticket(priya, "It never came", handover={"transcript": told})
    workflow.agent_replies(ticket, "I am looking", by=asha)
    workflow.add_note(ticket, "Third time this month", by=asha)
    bubbles = page(desk.get(opened(ticket))).one(role="log").all("article", _class="bubble")
    assert [bubble["data-sender"] for bubble in bubbles] == [
        "customer", "ai", "customer", "system", "system", "agent", "agent",
    ]  # fmt: skip
    assert ["data-internal" in bubble for bubble in bubbles] == [False] * 6 + [True]
    assert "Private note" in bubbles[-1].text


# --- One ticket --------------------------------------------------------------


def test_the_ticket_stands_beside_the_list_with_its_story(desk, priya):
    order = factories.order(priya)
    ticket = factories.ticket(priya, order=order)
    other = factories.ticket(priya)
    shown = page(desk.get(opened(ticket)))
    assert rows(shown) == numbers(ticket, other)
    assert [link["href"] for link in shown.all("a", aria_current="true")] == [opened(ticket)]
    story = shown.one("aside", aria_label="Details")
    for said in ("priya@example.com", "VP-10001", "Shipped", "2 × Classic Makhana", "₹548"):
        assert said in story.text


def test_a_long_conversation_opens_at_its_end_and_is_read_backwards(desk, ticket, priya):
    Message.objects.bulk_create(
        Message(ticket=ticket, seq=seq, sender=Sender.CUSTOMER, author=priya, text=f"line {seq}")
        for seq in range(3, 131)
    )
    Ticket.objects.filter(pk=ticket.pk).update(last_seq=130)

    def seqs(shown) -> list[int]:
        return [int(bubble["data-seq"]) for bubble in shown.all("article") if "data-seq" in bubble]

    shown = page(desk.get(opened(ticket)))
    seen = seqs(shown)
    assert seen == list(range(131 - MESSAGES_PAGE, 131))
    while older := shown.all("button", _class="older"):
        shown = page(desk.get(f"{opened(ticket)}messages?before={older[0]['data-older']}"))
        seen = seqs(shown) + seen
    assert seen == list(range(1, 131))
    assert seqs(page(desk.get(f"{opened(ticket)}messages?after=128"))) == [129, 130]


def test_messages_are_shown_as_written_and_never_as_markup(desk, asha):
    name, text = "<img src=x onerror=alert(1)>", '5 < 6 && x </p><script>alert("1")</script> नमस्ते 👨‍👩‍👧'
    ticket = factories.ticket(factories.guest(name), text)
    workflow.add_note(ticket, "see https://example.com/a?b=1&c=2.", by=asha)
    shown = page(desk.get(opened(ticket)))
    assert shown.one("h1").text == name
    assert shown.one("article", id="message-1").one("p", _class="text").text == text
    assert not [tag for tag in shown.all("script") if "src" not in tag]
    link = shown.one("article", id="message-3").one("a")
    assert (link["href"], link["rel"]) == ("https://example.com/a?b=1&c=2", "noopener nofollow ugc")


def test_the_history_tells_who_did_what(desk, ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.triage(ticket, by=asha, priority="urgent")
    lines = [line.text for line in page(desk.get(f"{opened(ticket)}history")).all("li")]
    assert lines[0].startswith("Asha Nair set the priority to urgent")
    assert any(line.startswith("Asha Nair took it") for line in lines)
    assert lines[-1].startswith("Priya Sharma opened the ticket")


# --- Who may, and what for ---------------------------------------------------

READ = ("", "rows", "{}/", "{}/row", "{}/header", "{}/history", "{}/messages")


@pytest.mark.parametrize("path", [f"/support/{path}" for path in READ])
def test_pages_are_for_agents(browse, priya, meera, ticket, path):
    path = path.format(ticket.pk)
    assert browse().get(path).headers["Location"] == f"/support/login/?next={path}"
    fragment = browse().get(path, headers=HTMX)
    assert (fragment.status_code, "HX-Refresh" in fragment.headers) == (401, False)
    # The customer's own ticket, too
    assert browse(priya).get(path).status_code == 404
    assert browse(meera).get(path).status_code == 200
    assert browse(meera).post(path).status_code == 405


@pytest.mark.parametrize("id", ["00000000-0000-4000-8000-000000000000", "1", "x", "12345678"])
@pytest.mark.parametrize("path", ["", "header", "history", "messages"])
def test_a_ticket_that_is_not_there_is_404(desk, id, path):
    assert desk.get(f"/support/{id}/{path}", follow=True).status_code == 404


def test_an_agent_who_is_made_inactive_is_out_at_once(desk, asha, ticket):
    type(asha).objects.filter(pk=asha.pk).update(is_active=False)
    assert desk.get(opened(ticket)).status_code == 302


# --- How often the database is asked -----------------------------------------


@pytest.mark.engines
@pytest.mark.usefixtures("nothing_expires")
def test_pages_ask_as_often_for_much_as_for_little(desk, priya, asha, rohan):
    def asked(path) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(path).status_code == 200
        return len(seen)

    ticket = factories.ticket(priya, order=factories.order(priya))
    for number in range(30):
        factories.ticket(factories.person(f"Customer{number}"))
    # A look is noted once
    asked(opened(ticket))
    few = asked("/support/"), asked(opened(ticket))
    for number in range(30):
        workflow.take(factories.ticket(factories.person(f"Another{number}")), by=rohan)
        workflow.customer_says(ticket, f"And another thing {number}", by=priya)
        workflow.agent_replies(ticket, "Noted", by=asha)
    assert (asked("/support/"), asked(opened(ticket))) == few
    assert few[0] <= 6
    # The last two: who follows it, and what this agent has begun to write. MongoDB reads mentions and follows apart
    assert few[1] <= 12 + (connection.vendor == "mongodb")


@pytest.mark.engines
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plan")
def test_assignable_agents_are_found_without_reading_all_customers(db):
    assert "USING INDEX people_by_role" in queries.agents().explain()
