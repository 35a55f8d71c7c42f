"""Staff's admin: the door to it, lists that stay cheap, and one ticket."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.admin.admin_pages import LIST, choose, history_of, told
from tests.pages import page
from tickets import workflow
from tickets.admin.base import DeskAdmin
from tickets.lists import inbox
from tickets.models import Message, Status, Ticket
from tickets.workflow import changes

pytestmark = pytest.mark.all_engines


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def address(ticket) -> str:
    return f"{LIST}{ticket.pk}/change/"


# --- The door ----------------------------------------------------------------

PAGES = ("/admin/", LIST, "/admin/tickets/person/", "/admin/tickets/order/add/", "/admin/chatbot/article/")


@pytest.mark.parametrize("path", PAGES)
def test_only_staff_come_in(browse, priya, asha, meera, path):
    sent_away = f"/admin/login/?next={path}"
    assert browse().get(path).headers["Location"] == sent_away
    assert browse(priya).get(path).headers["Location"] == sent_away
    assert browse(asha).get(path).headers["Location"] == sent_away
    assert browse(meera).get(path).status_code == 200


def test_an_agent_cannot_act_through_the_admin(browse, asha, ticket):
    response = choose(browse(asha), "change_status", [ticket], apply="1", status="closed")
    assert response.headers["Location"].startswith("/admin/login/")
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


@pytest.mark.parametrize(("who", "comes_in"), [("priya", False), ("asha", False), ("meera", True)])
def test_the_sign_in_of_the_admin_is_for_staff(db, browse, request, who, comes_in):
    person, client = request.getfixturevalue(who), browse()
    form = {"username": person.login_email.upper(), "password": factories.PASSWORD}
    assert client.post("/admin/login/?next=/admin/", form).status_code == (302 if comes_in else 200)
    assert ("_auth_user_id" in client.session) is comes_in


def test_staff_who_lost_the_role_are_out_at_once(staff, meera):
    assert staff.get(LIST).status_code == 200
    type(meera).objects.filter(pk=meera.pk).update(role="agent")
    assert staff.get(LIST).status_code == 302


@pytest.mark.parametrize("path", [LIST, "/admin/tickets/ticket/{}/change/", "/admin/tickets/person/"])
def test_nothing_inline_is_needed_that_the_policy_forbids(staff, ticket, path):
    response = staff.get(path.format(ticket.pk))
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    shown = page(response)
    assert [script.text for script in shown.all("script") if "src" not in script and script.text] == []
    assert shown.all("style") == []
    assert [
        node for node in shown.all() if any(name in node for name in ("style", "onclick", "onchange"))
    ] == []


# --- The list ----------------------------------------------------------------


def test_the_list_asks_as_often_for_many_tickets_as_for_one(staff, priya, asha):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert staff.get(LIST).status_code == 200
        return len(seen)

    workflow.take(factories.ticket(priya), by=asha)
    few = asked()
    for number in range(30):
        factories.ticket(
            factories.person(f"Customer{number}"), order=factories.order(priya, f"VP-{number}")
        )
    assert asked() == few <= 6


@pytest.mark.engines
@pytest.mark.not_on("mongodb", reason="it reads SQL; test_guards.py asks the same there")
def test_the_list_is_read_in_the_order_of_its_index_and_counts_only_so_far(staff, ticket, monkeypatch):
    monkeypatch.setattr(inbox, "COUNT_CAP", 2)
    for _ in range(3):
        factories.ticket(ticket.requester)
    with CaptureQueriesContext(connection) as seen:
        shown = page(staff.get(LIST))
    assert "2+ tickets" in shown.one("p", _class="paginator").text
    rows = [query["sql"] for query in seen if 'ORDER BY "tickets_ticket"."updated_at" DESC' in query["sql"]]
    assert len(rows) == 1
    assert "JOIN" not in rows[0]
    counted = [query["sql"] for query in seen if "COUNT(" in query["sql"]]
    assert len(counted) == 1
    assert "LIMIT 3" in counted[0]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {rows[0]}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "USING INDEX inbox" in plan
        assert "TEMP B-TREE" not in plan


@pytest.fixture
def three(priya, vikram, asha):
    """Tickets that differ in everything that the list is filtered by."""
    delivery = factories.ticket(priya, "Where is it", category="delivery", order=factories.order(priya))
    refund = factories.ticket(vikram, "Money back", category="refund", priority="urgent")
    workflow.take(refund, by=asha)
    workflow.request_callback(refund, by=vikram, phone="+91 90000 00222")
    feedback = factories.ticket(priya, "Lovely tea", category="feedback")
    workflow.request_callback(feedback, by=priya)
    workflow.complete_callback(feedback, by=asha)
    return {"delivery": delivery, "refund": refund, "feedback": feedback}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status__exact=in-progress", {"refund"}),
        ("priority__exact=urgent", {"refund"}),
        ("category__exact=feedback", {"feedback"}),
        ("assigned=none", {"delivery", "feedback"}),
        ("assigned={asha}", {"refund"}),
        ("assigned=not-an-id", {"delivery", "refund", "feedback"}),
        ("callback=wanted", {"refund"}),
        ("callback=done", {"feedback"}),
        ("q=vikram", {"refund"}),
        ("q=VIKRAM@example.com", {"refund"}),
        ("q=9000000222", {"refund"}),
        ("q=%2B91+90000+00222", {"refund"}),
        ("q=VP-10001", {"delivery"}),
        ("q={number}", {"delivery"}),
        ("q=%23{number}", {"delivery"}),
        ("q=lovely+tea", {"feedback"}),
        ("q=lovely+makhana", set()),
        ("q=priya&category__exact=delivery", {"delivery"}),
    ],
)
def test_the_list_is_filtered_and_searched(staff, three, asha, query, expected):
    query = query.format(asha=asha.pk, number=three["delivery"].number)
    shown = page(staff.get(f"{LIST}?{query}", follow=True))
    numbers = {
        link.text.split()[0] for row in shown.all("th", _class="field-ticket") for link in row.all("a")
    }
    assert numbers == {f"#{three[name].number}" for name in expected}


# --- One ticket --------------------------------------------------------------


def save(client, ticket, shown=None, **fields):
    form = shown or page(client.get(address(ticket))).one("form", id="ticket_form").fields()
    return client.post(address(ticket), form | fields, follow=True)


@pytest.mark.engines
def test_the_form_changes_a_ticket_through_the_workflow(staff, meera, rohan, ticket):
    save(
        staff, ticket, status="in-progress", priority="urgent", category="refund",
        assignee=str(rohan.pk), resolution="Refund is on its way",
    )  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.assignee_name) == ("in-progress", rohan, "Rohan Mehta")
    assert sorted(history_of(ticket, meera)) == [
        ("assignee_name", "", "Rohan Mehta"),
        ("category", "product-issue", "refund"),
        ("priority", "high", "urgent"),
        ("resolution", "", "Refund is on its way"),
        ("status", "open", "in-progress"),
    ]
    assert ticket.messages.last().text == "Rohan Mehta from Customer Care is helping you now."


def test_nothing_else_of_a_ticket_can_be_written(staff, ticket, vikram, meera):
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    save(
        staff, ticket, number="1", subject="Mine", requester=str(vikram.pk), requester_name="X", last_seq="99",
        callback_requested="on", rating="5", handover="{}", updated_at_0="2020-01-01", client_id="x",
    )  # fmt: skip
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert history_of(ticket, meera) == []


@pytest.mark.engines
def test_saving_a_priority_does_not_undo_what_an_agent_did_meanwhile(staff, ticket, asha, priya):
    workflow.take(ticket, by=asha)
    shown = page(staff.get(address(ticket))).one("form", id="ticket_form").fields()
    workflow.move(ticket, Status.RESOLVED, by=asha, resolution="Done")
    assert save(staff, ticket, shown, priority="low").redirect_chain
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution, ticket.priority) == (Status.RESOLVED, "Done", "low")


def test_a_step_that_is_gone_is_refused_with_what_was_typed(staff, ticket, asha):
    shown = page(staff.get(address(ticket))).one("form", id="ticket_form").fields()
    workflow.move(ticket, Status.CLOSED, by=asha)
    again = page(save(staff, ticket, shown, status="in-progress", resolution="Half a sentence"))
    assert "The ticket has moved meanwhile. Please look at it again." in again.text
    assert again.one("textarea", name="resolution").text == "Half a sentence"
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution) == (Status.CLOSED, "")


def test_a_refusal_of_the_workflow_is_told_and_undoes_the_rest(staff, ticket, meera, monkeypatch):
    def overtaken(ticket, *args, **kwargs):
        raise workflow.IllegalMove("The customer wrote again just now. Please look first.")

    # What the form cannot foresee: another agent is quicker between its check and the verb
    monkeypatch.setattr(changes, "move_unless_conflict", overtaken)
    answer = save(staff, ticket, status="closed", priority="low")
    assert answer.redirect_chain == [(address(ticket), 302)]
    assert told(page(answer)) == [
        "Nothing was changed. The customer wrote again just now. Please look first."
    ]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority) == (Status.OPEN, "high")
    assert history_of(ticket, meera) == []


def test_the_story_is_shown_and_cannot_be_edited(staff, asha, priya):
    packet = {"transcript": [{"sender": "customer", "message": "my box came <b>wet</b>"}]}
    ticket = factories.ticket(priya, handover=packet)
    workflow.add_note(ticket, "He has called twice", by=asha)
    shown = page(staff.get(address(ticket))).one("form", id="ticket_form")
    for text in (
        "my box came <b>wet</b>",
        "He has called twice",
        "(private note)",
        "Connected to Customer Care.",
    ):
        assert text in shown.text
    edited = {
        node["name"]
        for kind in ("input", "select", "textarea")
        for node in shown.all(kind)
        if "name" in node
    }
    fields = {"status", "priority", "category", "assignee", "resolution"}
    buttons = {"_save", "_continue", "csrfmiddlewaretoken"}
    assert edited == fields | {f"initial-{name}" for name in fields} | buttons


def test_tickets_are_neither_added_nor_deleted(staff, ticket):
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{ticket.pk}/delete/", {"post": "yes"}).status_code == 403
    assert choose(staff, "delete_selected", [ticket], post="yes").status_code == 302
    assert Ticket.objects.filter(pk=ticket.pk).exists()


@pytest.mark.usefixtures("nothing_expires")
def test_a_ticket_is_shown_with_as_many_queries_whatever_was_said(staff, ticket, asha, priya):
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert staff.get(address(ticket)).status_code == 200
        return len(seen)

    workflow.take(ticket, by=asha)
    # A look is noted once
    asked()
    few = asked()
    Message.objects.bulk_create(
        Message(ticket=ticket, seq=seq, sender="customer", text="and another thing", author=priya)
        for seq in range(10, 300)
    )
    assert asked() == few <= 12


def test_the_box_of_a_row_is_the_one_that_django_makes(staff, ticket):
    """Ours is written without a template; what finds it by Django's class, name and label goes on."""
    ours = admin.site.get_model_admin(Ticket)
    djangos = admin.ModelAdmin.action_checkbox(ours, ticket)
    assert DeskAdmin.action_checkbox(ours, ticket) == djangos
    assert f'value="{ticket.pk}"' in staff.get("/admin/tickets/ticket/").content.decode()
