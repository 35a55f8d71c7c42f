"""Smaller things of the desk: saved views, blocked senders, links out of it, where the customer writes from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import handover
from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import Order, Person, SavedView, Sender, Ticket

pytestmark = pytest.mark.all_engines


# --- Saved views -------------------------------------------------------------


@pytest.mark.engines
def test_a_saved_view_is_a_link_and_its_owner_removes_it_on_the_page(asha, rohan, browse):
    client = browse(asha)
    sent = {"name": "Urgent refunds", "query": "priority=urgent&category=refund", "shared": "1"}
    assert client.post("/support/views", sent).status_code == 302
    nav = page(client.get("/support/")).one("nav", aria_label="Views")
    assert "Urgent refunds" in [link.text for link in nav.all("a")]
    form = nav.one("form", _class="unsave")
    assert form.one("button")["aria-label"] == "Delete view Urgent refunds"

    # A colleague has the link and no button
    theirs = page(browse(rohan).get("/support/")).one("nav", aria_label="Views")
    assert "Urgent refunds" in theirs.text
    assert theirs.all("form") == []
    view = SavedView.objects.get()
    browse(rohan).post(f"/support/views/{view.pk}/delete")
    assert SavedView.objects.filter(pk=view.pk).exists()

    assert client.post(form["action"], form.fields()).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.engines
def test_a_view_that_was_saved_twice_at_once_is_one_again_with_the_next_save(asha, rohan, browse):
    for owner, query in ((asha, "view=mine"), (asha, "view=mine"), (rohan, "view=all")):
        SavedView.objects.create(owner=owner, name="Mine", query=query)
    assert browse(asha).post("/support/views", {"name": "Mine", "query": "view=done"}).status_code == 302
    assert [view.query for view in SavedView.objects.filter(owner=asha)] == ["view=done"]
    assert SavedView.objects.get(owner=rohan).query == "view=all"
    for agent in (asha, rohan):
        assert "Urgent refunds" not in page(browse(agent).get("/support/")).text


# --- The shop's own page of an order -----------------------------------------


def test_an_order_opens_in_the_shop_where_the_shop_said_its_address(ticket, priya, asha, browse):
    factories.order(priya, "VP-10001", admin_url="https://shop.example/admin/1")
    factories.order(priya, "VP-10002", admin_url="")
    Ticket.objects.filter(pk=ticket.pk).update(order=Order.objects.get(number="VP-10001"))
    shown = page(browse(asha).get(f"/support/{ticket.pk}/")).one("aside", id="details")
    links = [link for link in shown.all("a") if link["href"].startswith("https://shop.example/")]
    assert [(link["href"], link["rel"]) for link in links] == [
        ("https://shop.example/admin/1", "noopener noreferrer")
    ]
    assert "Open in shop" in links[0].text
    assert "VP-10002" in shown.text


# --- Blocking a sender -------------------------------------------------------


def blocked(ticket, agent, browse, block="1") -> Ticket:
    assert browse(agent).post(f"/support/{ticket.pk}/block", {"block": block}).status_code in (200, 302)
    return Ticket.objects.get(pk=ticket.pk)


def test_a_message_of_a_blocked_sender_is_spam_without_deadlines_and_emails(ticket, priya, asha, browse):
    now = blocked(ticket, asha, browse)
    assert now.is_spam
    assert Person.objects.get(pk=priya.pk).blocked_at
    another = factories.ticket(Person.objects.get(pk=priya.pk))
    assert another.is_spam
    stored = Ticket.objects.get(pk=another.pk)
    assert not stored.is_awaited
    client = browse(asha)
    assert (
        str(ticket.number)
        not in page(client.get("/support/?view=all")).one("ul", aria_label="Tickets").text
    )
    assert page(client.get("/support/?view=spam")).all("a", _class="row-link") != []


def test_a_sender_who_is_unblocked_is_heard_again(ticket, priya, asha, browse):
    blocked(ticket, asha, browse)
    blocked(ticket, asha, browse, block="")
    assert Person.objects.get(pk=priya.pk).blocked_at is None
    assert not factories.ticket(Person.objects.get(pk=priya.pk)).is_spam


# --- How long is left --------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "state", "said"),
    [
        (0.1, "ok", "Waiting now 59 min left"),
        (39.5, "soon", "Waiting 39 min 20 min left"),
        (59.5, "soon", "Waiting 59 min 1 min left"),
        (72.5, "breached", "Waiting 1 h 12 min 12 min late"),
    ],
)
def test_an_open_ticket_says_how_long_the_customer_waits_and_how_long_is_left(
    ticket, asha, browse, minutes, state, said
):
    since = timezone.now() - timedelta(minutes=minutes)
    due_at = since + timedelta(hours=1)
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=since, next_response_due_at=due_at)
    head = page(browse(asha).get(f"/support/{ticket.pk}/")).one("header", id="ticket-head")
    due = head.one("span", _class="due")
    assert (due["data-sla"], due.text) == (state, said)


# --- Links -------------------------------------------------------------------


def test_the_figures_are_one_link_away(asha, browse):
    shown = page(browse(asha).get("/support/"))
    assert shown.one("a", aria_label="Figures")["href"] == "/support/figures/"


# --- Where the customer writes from ------------------------------------------


@pytest.mark.parametrize(
    ("page_told", "kept"),
    [
        ("https://shop.example/makhana/masala", "https://shop.example/makhana/masala"),
        ("https://shop.example/reset?token=secret#x", "https://shop.example/reset"),
        ("https://user:pass@shop.example:8443/a", "https://shop.example:8443/a"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://[", None),
        ("https://shop.example:99999/a", None),
        ("https://shop.example/a\nb", None),
        ("", None),
    ],
)
def test_the_page_that_a_customer_writes_from_is_kept_without_its_query(db, page_told, kept):
    assert handover.written_from(page_told).get("page") == kept


def test_the_agent_sees_the_page_that_the_customer_writes_from(api, asha, browse):
    visitor = api().post("/api/auth/visitor", {}, format="json").json()
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {visitor['access']}")
    client.post("/api/chat/message", {"message": "the box was broken"}, format="json")
    form = {"name": "Ravi", "contact": "ravi@example.com", "page": "https://shop.example/makhana?utm=1"}
    assert client.post("/widget/connect", form).status_code == 201
    ticket = Ticket.objects.get()
    shown = page(browse(asha).get(f"/support/{ticket.pk}/"))
    link = shown.one("a", title="The page that the customer wrote from")
    assert (link["href"], link.text) == ("https://shop.example/makhana", "shop.example/makhana")
    assert "noopener" in link["rel"]


def test_without_a_page_the_card_has_no_line_for_it(ticket, asha, browse):
    workflow.agent_replies(ticket, "Hello", by=asha)
    shown = page(browse(asha).get(f"/support/{ticket.pk}/"))
    assert shown.all("a", title="The page that the customer wrote from") == []
    assert ticket.messages.filter(sender=Sender.AGENT).count() == 1


# --- The card beside the conversation ----------------------------------------


def test_a_header_says_whether_the_card_beside_it_still_holds(ticket, priya, asha, browse):
    """The page asks for the card again when order or contact are no longer those that it shows."""
    order, client = factories.order(priya), browse(asha)
    shown = page(client.get(f"/support/{ticket.pk}/"))
    card = shown.one("aside", id="details")
    assert shown.one("header", id="ticket-head")["data-details"] == card["data-of"]
    for change in ({"orderId": str(order.pk)}, {"userPhone": "+91 98123 45678"}):
        answer = client.post(f"/support/{ticket.pk}/change", change, headers={"HX-Request": "true"})
        head = page(answer).one("header", id="ticket-head")
        assert head["data-details"] != card["data-of"]
        card = page(client.get(f"/support/{ticket.pk}/")).one("aside", id="details")
        assert head["data-details"] == card["data-of"]


# --- Notes about a customer --------------------------------------------------


@pytest.fixture
def write(ticket):
    """Save notes as a page that showed `known`, with its script."""

    def write(client, notes, known, **headers):
        form = {"notes": notes, "known": known}
        return client.post(
            f"/support/{ticket.pk}/notes", form, headers={"X-Requested-With": "fetch"} | headers
        )

    return write


def notes_of(ticket) -> str:
    ticket.requester.refresh_from_db()
    return ticket.requester.notes


def test_the_second_of_two_agents_who_write_notes_at_once_sees_both(ticket, asha, rohan, browse, write):
    assert write(browse(asha), "Calls only after six", "").status_code == 200
    answer = write(browse(rohan), "Allergic to nuts", "")
    assert (answer.status_code, notes_of(ticket)) == (409, "Calls only after six")
    form = page(answer).one("form")
    assert "Calls only after six" in form.one("div", role="alert").text
    assert form.fields()["notes"] == "Allergic to nuts"
    joined = "Calls only after six\r\nAllergic to nuts"
    answer = browse(rohan).post(form["action"], form.fields() | {"notes": joined})
    assert (answer.status_code, notes_of(ticket)) == (302, joined.replace("\r", ""))


@pytest.mark.engines
def test_without_scripts_the_second_agent_gets_a_page_with_both_texts(ticket, asha, browse, write):
    write(browse(asha), "Calls only after six", "")
    answer = browse(asha).post(f"/support/{ticket.pk}/notes", {"notes": "Allergic to nuts", "known": ""})
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Calls only after six" in said
    assert "Allergic to nuts" in said


def test_notes_may_be_sent_again_after_a_lost_answer_and_in_turn_from_one_page(ticket, asha, browse, write):
    client = browse(asha)
    assert [write(client, "Allergic", "").status_code for _ in range(2)] == [200, 200]
    known = page(client.get(f"/support/{ticket.pk}/")).one("input", id="person-notes-known")["value"]
    answer = write(client, "Allergic\r\nto nuts", known)
    assert (answer.status_code, notes_of(ticket)) == (200, "Allergic\nto nuts")
    known = page(answer).one("input", id="person-notes-known")["value"]
    assert write(client, "", known).status_code == 200
    assert notes_of(ticket) == ""
