"""The API of Villy and of the hand-over: asked once, answered once, and everybody sees their own."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot import chats, conversations, visitors
from chatbot.models import ChatMessage
from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import Message, Person, Status, Ticket

ASK, CHAT, CREATE, HELPED = (
    "/api/chat/message",
    "/api/chat/",
    "/api/support/create",
    "/api/chat/message/{}/helped",
)


@pytest.fixture
def visitor(api, db):
    """A visitor who has only just opened the chat."""
    answer = api().post("/api/auth/visitor")
    assert (answer.status_code, answer.json()["user"]["name"]) == (201, "")
    return Person.objects.get(pk=answer.json()["user"]["id"])


# --- Asking ------------------------------------------------------------------------


def test_before_the_first_word_there_is_no_chat(api, visitor):
    assert api(visitor).get(CHAT).json() == {"id": None, "messages": []}


def test_the_chat_holds_what_was_asked_and_what_was_answered(api, visitor):
    reply = api(visitor).post(ASK, {"message": "Hello", "clientId": "q-1"}).json()["reply"]
    chat = api(visitor).get(CHAT).json()
    assert [(m["seq"], m["sender"], m["clientId"]) for m in chat["messages"]] == [
        (1, "customer", "q-1"),
        (2, "ai", None),
    ]
    assert [m["message"] for m in chat["messages"]] == ["Hello", reply["text"]]
    assert chat["messages"][1]["id"] == reply["id"]


def test_times_are_utc_and_pictures_of_products_can_be_fetched(api, visitor, db):
    masala = factories.makhana()[0]
    type(masala).objects.filter(pk=masala.pk).update(image="shop/masala-makhana.svg")
    client = api(visitor)
    reply = client.post(ASK, {"message": "show me makhana"}).json()["reply"]
    assert {card["image"] for card in reply["products"]} == {"/static/shop/masala-makhana.svg", ""}
    assert all(line["timestamp"].endswith("Z") for line in client.get(CHAT).json()["messages"])


def test_a_retry_brings_the_same_answer_and_another_text_is_409(api, visitor):
    question = {"message": "Package damaged", "clientId": "q-1"}
    first, again = (api(visitor).post(ASK, question) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert ChatMessage.objects.count() == 2
    refused(api(visitor).post(ASK, question | {"message": "Something else"}), 409, "client_id_used")


def test_two_people_may_use_one_clientid_and_see_their_own(api, visitor, priya):
    for person, text in ((visitor, "Hello"), (priya, "Hi there")):
        assert api(person).post(ASK, {"message": text, "clientId": "1"}).status_code == 200
        assert api(person).get(CHAT).json()["messages"][0]["message"] == text


def test_an_issue_comes_back_with_what_a_ticket_would_need(api, visitor):
    reply = api(visitor).post(ASK, {"message": "Package damaged"}).json()["reply"]
    assert (reply["offerAgent"], reply["category"], reply["priority"]) == (True, "product-issue", "high")
    assert 0 <= reply["confidence"] <= 1


def test_an_order_is_told_to_its_customer_only(api, priya, vikram):
    order = factories.order(priya)
    question = {"message": f"Where is my order {order.number}?"}
    assert api(priya).post(ASK, question).json()["reply"]["order"]["number"] == order.number
    assert api(vikram).post(ASK, question).json()["reply"]["order"] is None


# --- Did this help? ------------------------------------------------------------------


def test_did_this_help_is_answered_once_or_changed(api, visitor):
    reply = api(visitor).post(ASK, {"message": "Hello"}).json()["reply"]
    for helped in (True, False):
        answer = api(visitor).post(HELPED.format(reply["id"]), {"helped": helped})
        assert (answer.status_code, answer.content) == (204, b"")
        assert api(visitor).get(CHAT).json()["messages"][1]["helped"] is helped


def test_only_villys_own_lines_to_the_caller_are_judged(api, visitor, vikram):
    answer = conversations.ask(visitor, "Hello")
    refused(api(vikram).post(HELPED.format(answer.pk), {"helped": True}), 404, "not_found")
    refused(api(visitor).post(HELPED.format(answer.answers_id), {"helped": True}), 404, "not_found")
    refused(api(visitor).post(HELPED.format(uuid.uuid4()), {"helped": True}), 404, "not_found")
    for value in (None, "perhaps", 2, [], {}):
        refused(api(visitor).post(HELPED.format(answer.pk), {"helped": value}), 400, field="helped")
    assert ChatMessage.objects.get(pk=answer.pk).helped is None


# --- The hand-over -------------------------------------------------------------------


def test_a_new_guest_is_stored_in_one_write_a_known_visitor_in_another(db, visitor):
    contact = {"name": "Ravi", "email": "ravi@example.com"}
    with CaptureQueriesContext(connection) as made:
        guest = visitors.as_guest(None, **contact)
    writes = [query["sql"] for query in made if "tickets_person" in query["sql"]]
    assert (len(writes), writes[0].split()[0]) == (1, "INSERT")
    stored = Person.objects.get(pk=guest.pk)
    assert (stored.name, stored.email, stored.is_guest) == ("Ravi", "ravi@example.com", True)
    assert not stored.has_usable_password()
    assert visitors.as_guest(visitor, **contact).pk == visitor.pk
    assert Person.objects.get(pk=visitor.pk).name == "Ravi"


def test_a_visitor_without_contact_is_asked_first_and_loses_nothing(api, visitor, asha):
    conversations.ask(visitor, "Package damaged")
    refused(api(visitor).post(CREATE, {"message": "The jar is broken"}), 400, field="email")
    assert not Ticket.objects.exists()
    api(visitor).post("/api/auth/guest", {"name": "Ravi", "phone": "90000 00111"})
    ticket = api(visitor).post(CREATE, {"message": "The jar is broken"})
    assert ticket.status_code == 201
    assert (ticket.json()["userName"], ticket.json()["userPhone"]) == ("Ravi", "90000 00111")
    chat = api(asha).get(f"/api/support/admin/{ticket.json()['id']}").json()["chat"]
    assert [line["sender"] for line in chat] == ["customer", "ai"]


def test_a_missing_field_is_taken_from_what_villy_understood(api, priya):
    conversations.ask(priya, "Package damaged")
    ticket = api(priya).post(CREATE, {"message": "Please help me"}).json()
    assert (ticket["category"], ticket["priority"]) == ("product-issue", "high")
    said = (
        api(priya)
        .post(CREATE, {"message": "Please help me", "category": "feedback", "priority": "low"})
        .json()
    )
    assert (said["category"], said["priority"]) == ("feedback", "low")


def test_with_the_ticket_the_chat_is_over(api, priya):
    conversations.ask(priya, "Package damaged")
    api(priya).post(CREATE, {"message": "The jar is broken"})
    assert api(priya).get(CHAT).json() == {"id": None, "messages": []}


def test_the_chat_is_for_agents_and_not_part_of_the_customers_ticket(api, priya):
    conversations.ask(priya, "Package damaged")
    ticket = api(priya).post(CREATE, {"message": "The jar is broken"}).json()
    assert not {"chat", "handover"} & set(ticket)
    assert not {"chat", "handover"} & set(api(priya).get(f"/api/support/{ticket['id']}").json())


def test_a_ticket_with_a_picture_sent_repeatedly_is_created_once(api, priya, media):
    form = {"message": "The jar is broken", "clientId": "t-1"}
    first, again = (
        api(priya).post(CREATE, form | {"image": factories.picture()}, format="multipart") for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["messages"][0]["image"] == again.json()["messages"][0]["image"]
    assert Message.objects.exclude(picture="").count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 2


@pytest.mark.parametrize("image", [b"", b"no picture", b"<svg/>"])
def test_a_picture_that_is_none_opens_no_ticket(image, api, priya, media):
    upload = factories.picture()
    upload.file.seek(0)
    upload.file.truncate()
    upload.file.write(image)
    upload.file.seek(0)
    upload.size = len(image)
    answer = api(priya).post(CREATE, {"message": "Look", "image": upload}, format="multipart")
    refused(answer, 400, field="image")
    assert not Ticket.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_a_null_field_of_villys_answer_may_be_sent_back(api, priya):
    given = {
        "message": "The jar leaked",
        "category": None,
        "priority": None,
        "orderId": None,
        "clientId": None,
    }
    ticket = api(priya).post(CREATE, given).json()
    assert (ticket["category"], ticket["priority"]) == ("product-issue", "high")
    assert ticket["messages"][0]["clientId"] is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"category": "spam"}, "category"),
        ({"category": "Delivery"}, "category"),
        ({"priority": "highest"}, "priority"),
        ({"orderId": "VP-00000"}, "orderId"),
        ({"orderId": "x" * 65}, "orderId"),
        ({"clientId": "x" * 65}, "clientId"),
        ({"image": "data:image/png;base64,AAAA"}, "image"),
    ],
)
def test_a_ticket_that_cannot_be_is_refused_at_its_field(given, field, api, priya):
    refused(api(priya).post(CREATE, {"message": "Hello"} | given), 400, field=field)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("reference", ["pk", "number"])
def test_ones_own_order_goes_along_by_its_id_or_its_number(reference, api, priya):
    order = factories.order(priya)
    ticket = api(priya).post(CREATE, {"message": "Hello", "orderId": str(getattr(order, reference))}).json()
    assert (ticket["orderId"], ticket["orderNumber"]) == (str(order.pk), order.number)


def test_a_guest_takes_no_order_along_by_knowing_its_number(api, priya):
    order = factories.order(priya)
    guest = factories.guest(email=priya.email, phone=priya.phone)
    refused(api(guest).post(CREATE, {"message": "Mine", "orderId": order.number}), 400, field="orderId")


def test_the_customer_may_open_a_second_ticket_while_the_first_is_open(api, priya, asha):
    first, second = (api(priya).post(CREATE, {"message": text}).json() for text in ("One", "Two"))
    assert first["id"] != second["id"]
    workflow.move(Ticket.objects.get(pk=first["id"]), Status.CLOSED, by=asha)
    assert {row["status"] for row in api(priya).get("/api/support/").json()["results"]} == {
        "open",
        "closed",
    }


# --- A new chat --------------------------------------------------------------


@pytest.mark.all_engines
def test_a_new_chat_is_empty_and_what_was_said_before_stays_with_the_old_one(api, priya):
    conversations.ask(priya, "Show me makhana")
    before = chats.current_chat(priya)
    answer = api(priya).post("/api/chat/new")
    assert answer.status_code == 201
    assert answer.json()["messages"] == []
    assert answer.json()["id"] != str(before.pk)
    assert api(priya).get("/api/chat/").json() == answer.json()
    assert before.messages.count() == 2


def test_a_new_chat_leaves_an_open_ticket_as_it_is(api, priya, ticket):
    api(priya).post("/api/chat/new")
    reply = api(priya).post("/api/chat/message", {"message": "How do returns work?"}).json()["reply"]
    assert reply["intent"] != "handed_over"
    ticket.refresh_from_db()
    assert (ticket.status, ticket.last_seq) == ("open", 2)
