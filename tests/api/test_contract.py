"""Every call that other people's software holds on to: its status and its names, to the letter."""

from datetime import datetime, timedelta

import jwt
import pytest

from chatbot import conversations
from tests import factories
from tests.assertions import refused
from tickets import live, workflow
from tickets.models import Category, Status, Ticket

pytestmark = pytest.mark.all_engines


def names(text: str) -> set[str]:
    return set(text.split())


PERSON = names("id name email phone role")
TICKET = names(
    "id number userId userName userEmail userPhone orderId status priority category subject assignedAgent "
    "agentName resolution callbackRequested callbackCompleted createdAt updatedAt closedAt "
    "firstResponseDueAt firstRespondedAt unreadCount"
)
MESSAGE = names("id seq clientId sender senderName message image attachments timestamp read withdrawn")
REPLY = names("id text intent confidence offerAgent category priority suggestions products order sources")
REGISTRATION = {
    "name": "Ravi",
    "email": "ravi@example.com",
    "phone": "90000 00111",
    "password": "red-kite-7",
}


def is_a_ticket(data: dict, *, messages: bool) -> bool:
    assert set(data) >= TICKET
    assert ("messages" in data) is messages
    for message in data.get("messages", []):
        assert set(message) >= MESSAGE
    return True


# --- Accounts ----------------------------------------------------------------


def test_registering_answers_with_the_person_and_two_tokens(api, db):
    answer = api().post("/api/auth/register", REGISTRATION)
    assert answer.status_code == 201
    assert set(answer.json()) == {"user", "access", "refresh"}
    user = answer.json()["user"]
    assert set(user) == PERSON
    assert (user["name"], user["email"], user["role"]) == ("Ravi", "ravi@example.com", "customer")


@pytest.mark.parametrize("contact", [{"email": "ravi@example.com"}, {"phone": "+91 90000 00111"}])
def test_a_guest_gives_a_name_and_one_way_to_be_reached(api, db, contact):
    answer = api().post("/api/auth/guest", {"name": "Ravi"} | contact)
    assert answer.status_code == 201
    assert set(answer.json()) == {"user", "access", "refresh"}
    assert answer.json()["user"]["role"] == "customer"


def test_signing_in_answers_with_two_tokens(api, priya):
    answer = api().post("/api/auth/token", {"email": "Priya@Example.com", "password": factories.PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}


def test_an_access_token_lasts_ten_minutes(api, priya):
    answer = api().post("/api/auth/token", {"email": priya.email, "password": factories.PASSWORD}).json()
    claims = jwt.decode(answer["access"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == timedelta(minutes=10).total_seconds()


def test_refreshing_answers_with_two_new_tokens_and_signing_out_with_nothing(api, priya):
    first = api().post("/api/auth/token", {"email": priya.email, "password": factories.PASSWORD}).json()
    second = api().post("/api/auth/token/refresh", {"refresh": first["refresh"]})
    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh"}
    out = api().post("/api/auth/logout", {"refresh": second.json()["refresh"]})
    assert (out.status_code, out.content) == (204, b"")


def test_me_is_the_caller(api, priya, asha):
    assert api(priya).get("/api/auth/me").json() == {
        "id": str(priya.pk), "name": "Priya Sharma", "email": "priya@example.com",
        "phone": "+91 90000 00110", "role": "customer",
    }  # fmt: skip
    assert api(asha).get("/api/auth/me").json()["role"] == "agent"


# --- A customer's side -------------------------------------------------------


def test_villy_answers_with_every_promised_field(api, priya):
    factories.makhana()
    answer = api(priya).post("/api/chat/message", {"message": "Show me makhana", "clientId": "q-1"})
    assert answer.status_code == 200
    reply = answer.json()["reply"]
    assert set(reply) >= REPLY
    assert {card["price"] for card in reply["products"]} == {299, 249}
    assert api(priya).get("/api/chat/").json()["messages"][-1]["message"] == reply["text"]


def test_a_ticket_is_opened_with_what_was_said_to_villy(api, priya, asha):
    conversations.ask(priya, "My package is damaged")
    order = factories.order(priya)
    wanted = {"category": "product-issue", "priority": "high", "orderId": str(order.pk), "clientId": "t-1"}
    answer = api(priya).post("/api/support/create", {"message": "The jar is broken"} | wanted)
    assert answer.status_code == 201
    ticket = answer.json()
    assert is_a_ticket(ticket, messages=True)
    assert {name: ticket[name] for name in ("category", "priority", "orderId")} == {
        "category": "product-issue", "priority": "high", "orderId": str(order.pk),
    }  # fmt: skip
    assert (ticket["status"], ticket["userId"], ticket["userName"]) == (
        "open",
        str(priya.pk),
        "Priya Sharma",
    )
    assert [message["sender"] for message in ticket["messages"]] == ["customer", "system"]
    at_the_desk = api(asha).get(f"/api/support/admin/{ticket['id']}").json()
    assert at_the_desk["chat"][0]["message"] == "My package is damaged"


@pytest.mark.parametrize("category", Category.values)
def test_every_category_has_its_name(api, priya, category):
    answer = api(priya).post("/api/support/create", {"message": "Hello", "category": category})
    assert answer.json()["category"] == category


def test_ones_own_tickets_are_a_list_with_a_next_page(api, priya, vikram, ticket):
    factories.ticket(vikram)
    answer = api(priya).get("/api/support/")
    assert answer.status_code == 200
    assert set(answer.json()) == {"results", "next"}
    assert [row["id"] for row in answer.json()["results"]] == [str(ticket.pk)]
    assert is_a_ticket(answer.json()["results"][0], messages=False)


@pytest.mark.engines
def test_pages_follow_each_other_without_gap_or_repeat(api, priya, asha):
    for number in range(27):
        factories.ticket(priya, f"Number {number}")
    for person, url in ((priya, "/api/support/"), (asha, "/api/support/admin/")):
        first = api(person).get(url).json()
        second = api(person).get(url, {"cursor": first["next"]}).json()
        subjects = [row["subject"] for row in first["results"] + second["results"]]
        assert subjects == [f"Number {number}" for number in reversed(range(27))]
        assert second["next"] is None


def test_the_slash_at_the_end_of_a_list_may_be_left_out(api, priya, asha):
    assert api(priya).get("/api/support").json() == api(priya).get("/api/support/").json()
    assert api(priya).get("/api/chat").json() == api(priya).get("/api/chat/").json()
    assert api(asha).get("/api/support/admin").json() == api(asha).get("/api/support/admin/").json()


def test_a_ticket_is_read_whole_and_then_from_a_place_on(api, priya, asha, ticket):
    workflow.agent_replies(ticket, "Hello Priya", by=asha)
    whole = api(priya).get(f"/api/support/{ticket.pk}")
    assert whole.status_code == 200
    assert is_a_ticket(whole.json(), messages=True)
    assert [message["seq"] for message in whole.json()["messages"]] == [1, 2, 3, 4]
    assert whole.json()["unreadCount"] == 1
    rest = api(priya).get(f"/api/support/{ticket.pk}/messages", {"after": 3})
    assert rest.json() == {"results": whole.json()["messages"][3:]}


def test_a_message_answers_with_itself(api, priya, ticket):
    answer = api(priya).post(f"/api/support/{ticket.pk}/message", {"message": "Hello?", "clientId": "m-1"})
    assert answer.status_code == 201
    message = answer.json()
    assert set(message) >= MESSAGE
    assert "internal" not in message
    assert (message["seq"], message["sender"], message["senderName"]) == (3, "customer", "Priya Sharma")
    assert (message["message"], message["clientId"], message["image"]) == ("Hello?", "m-1", None)
    assert message["read"] is False


@pytest.mark.engines
def test_a_picture_comes_back_as_a_path_that_the_same_token_opens(api, priya, ticket):
    answer = api(priya).post(
        f"/api/support/{ticket.pk}/message",
        {"message": "", "image": factories.picture()},
        format="multipart",
    )
    assert answer.status_code == 201
    picture = api(priya).get(answer.json()["image"])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")


def test_a_call_back_is_asked_for(api, priya, ticket):
    answer = api(priya).post(
        f"/api/support/{ticket.pk}/callback", {"phone": "90000 00199", "note": "After 6"}
    )
    assert answer.status_code == 200
    assert is_a_ticket(answer.json(), messages=True)
    assert answer.json()["callbackRequested"] is True
    assert answer.json()["userPhone"] == "90000 00199"


def test_a_call_back_without_any_number_is_refused(api, vikram):
    mine = factories.ticket(vikram)
    refused(api(vikram).post(f"/api/support/{mine.pk}/callback"), 400, "refused")


def test_a_resolved_ticket_is_confirmed_once(api, priya, asha, ticket):
    url = f"/api/support/{ticket.pk}/confirm"
    refused(api(priya).post(url, {"rating": 5}), 409, "illegal_move")
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha)
    refused(api(priya).post(url, {"rating": 6}), 400, field="rating")
    answer = api(priya).post(url, {"rating": 5, "comment": "Quick"})
    assert answer.status_code == 200
    assert is_a_ticket(answer.json(), messages=True)
    assert answer.json()["status"] == "closed"
    assert answer.json()["closedAt"]
    assert Ticket.objects.get().rating_comment == "Quick"
    refused(api(priya).post(url, {"rating": 1}), 409, "illegal_move")


# --- The desk's side ---------------------------------------------------------


def test_the_inbox_is_a_list_with_counts(api, priya, asha, ticket):
    answer = api(asha).get("/api/support/admin/")
    assert answer.status_code == 200
    assert set(answer.json()) >= {"results", "next", "counts"}
    assert is_a_ticket(answer.json()["results"][0], messages=False)
    assert answer.json()["counts"] == {
        "needs-answer": 1, "mine": 0, "unassigned": 1, "open": 1, "snoozed": 0, "done": 0,
    }  # fmt: skip
    assert answer.json()["results"][0]["unreadCount"] == 1


def test_an_agent_reads_a_ticket_with_its_notes(api, asha, ticket):
    workflow.add_note(ticket, "A regular", by=asha)
    answer = api(asha).get(f"/api/support/admin/{ticket.pk}")
    assert answer.status_code == 200
    assert is_a_ticket(answer.json(), messages=True)
    assert [message["internal"] for message in answer.json()["messages"]] == [False, False, True]


def test_a_reply_answers_with_itself_and_a_note_says_that_it_is_one(api, asha, ticket):
    url = f"/api/support/admin/{ticket.pk}/reply"
    reply = api(asha).post(url, {"message": "Hello Priya", "clientId": "r-1", "lastSeq": 2})
    assert reply.status_code == 201
    assert set(reply.json()) >= MESSAGE
    assert (reply.json()["sender"], reply.json()["senderName"]) == ("agent", "Asha Nair")
    note = api(asha).post(url, {"message": "A regular", "internal": True})
    assert (note.status_code, note.json()["internal"]) == (201, True)


def test_changing_answers_with_the_ticket(api, asha, ticket):
    answer = api(asha).patch(f"/api/support/admin/{ticket.pk}", {"status": "in-progress"})
    assert answer.status_code == 200
    assert is_a_ticket(answer.json(), messages=True)
    assert (answer.json()["assignedAgent"], answer.json()["agentName"]) == (str(asha.pk), "Asha Nair")


def test_times_are_utc_and_ids_are_random(api, priya, asha, ticket):
    workflow.agent_replies(ticket, "Hello", by=asha)
    data = api(priya).get(f"/api/support/{ticket.pk}").json()
    times = [data[name] for name in ("createdAt", "updatedAt", "firstResponseDueAt", "firstRespondedAt")]
    times += [message["timestamp"] for message in data["messages"]]
    for time in times:
        assert time.endswith("Z")
        assert datetime.fromisoformat(time).utcoffset() == timedelta(0)
    ids = [data["id"], data["userId"], *(message["id"] for message in data["messages"])]
    # A random UUID says so in its version, and has 122 random bits
    assert all(id[14] == "4" and len(id) == 36 for id in ids)


# --- What is true for a moment -----------------------------------------------


@pytest.mark.engines
def test_each_side_tells_up_to_where_it_has_read(api, priya, asha, ticket):
    workflow.agent_replies(ticket, "I am looking", by=asha)
    newest = ticket.last_seq
    customer, agent = api(priya), api(asha)
    assert customer.post(f"/api/support/{ticket.pk}/read", {"seq": newest}).status_code == 204
    assert agent.post(f"/api/support/admin/{ticket.pk}/read", {"seq": 1}).status_code == 204
    ticket.refresh_from_db()
    assert (ticket.read_by_requester, ticket.read_by_agents) == (newest, 1)
    assert customer.get(f"/api/support/{ticket.pk}").json()["unreadCount"] == 0
    told = agent.get(f"/api/support/admin/{ticket.pk}").json()["messages"]
    assert {line["seq"]: line["read"] for line in told if line["sender"] == "agent"} == {newest: True}


def test_reading_goes_no_further_than_the_conversation_and_never_back(api, priya, ticket):
    address, last = f"/api/support/{ticket.pk}/read", ticket.last_seq
    assert api(priya).post(address, {"seq": 999_999}).status_code == 204
    assert api(priya).post(address, {"seq": 0}).status_code == 204
    ticket.refresh_from_db()
    assert ticket.read_by_requester == last


@pytest.mark.parametrize("sent", [{}, {"seq": "soon"}, {"seq": -1}, {"seq": None}, {"seq": 10**12}])
def test_a_place_that_is_no_number_is_refused_at_its_field(api, priya, asha, ticket, sent):
    refused(api(priya).post(f"/api/support/{ticket.pk}/read", sent), 400, field="seq")
    refused(api(asha).post(f"/api/support/admin/{ticket.pk}/read", sent), 400, field="seq")


def test_typing_reaches_the_other_side_as_an_event(api, priya, asha, ticket, monkeypatch):
    told = []
    monkeypatch.setattr(live.bus.bus, "publish", told.append)
    assert api(priya).post(f"/api/support/{ticket.pk}/typing").status_code == 204
    assert api(asha).post(f"/api/support/admin/{ticket.pk}/typing", {"typing": True}).status_code == 204
    assert [(call["event"], call["data"]["by"], call["data"]["name"]) for call in told] == [
        ("typing", "customer", "Priya Sharma"),
        ("typing", "agent", "Asha Nair"),
    ]
