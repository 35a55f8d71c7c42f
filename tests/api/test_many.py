"""Many tickets at once, tickets for callers, merging, canned replies: the agents' other calls."""

import json

import pytest

from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import CannedReply, Person, Status, Ticket

BULK, CREATE, CANNED = "/api/support/admin/bulk", "/api/support/admin/create", "/api/canned/"
# The same in each worker: tests are named by it
SOME_ID = "6dd035ca-d9fa-489b-ae4f-cfdd397e84db"

pytestmark = pytest.mark.all_engines


def stored(ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def send(api, asha):
    client = api(asha)

    def post(path, data, status=200):
        answer = client.post(path, data, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return post


# --- Bulk --------------------------------------------------------------------


def test_bulk_does_what_is_possible_and_names_what_it_left(send, priya, asha):
    opened, taken, closed = (factories.ticket(priya, f"Parcel {place}") for place in range(3))
    workflow.take(taken, by=asha)
    workflow.move(closed, Status.CLOSED, by=asha)
    nowhere = SOME_ID
    ids = [str(opened.pk), str(taken.pk), str(closed.pk), nowhere, "no-id", str(taken.pk)]
    answer = send(BULK, {"ids": ids, "changes": {"status": "resolved", "priority": "low"}})
    assert answer["done"] == [str(taken.pk)]
    assert [row["id"] for row in answer["skipped"]] == [str(opened.pk), str(closed.pk), nowhere, "no-id"]
    assert "cannot become resolved" in answer["skipped"][0]["detail"]
    # All of it or nothing, ticket by ticket
    assert (stored(opened).priority, stored(taken).priority) == ("high", "low")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"changes": {"priority": "low"}}, "ids"),
        ({"ids": [], "changes": {"priority": "low"}}, "ids"),
        ({"ids": [None], "changes": {"priority": "low"}}, "ids"),
        ({"ids": [SOME_ID] * 501, "changes": {"priority": "low"}}, "ids"),
        ({"ids": [SOME_ID], "changes": {}}, "changes"),
        ({"ids": [SOME_ID], "changes": []}, "changes"),
        ({"ids": [SOME_ID], "changes": {"priority": "highest"}}, "changes"),
        ({"ids": [SOME_ID], "changes": {"number": 1}}, "changes"),
        ({"ids": [SOME_ID], "changes": {"undo": "x"}}, "changes"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bulk_refuses_what_does_not_fit(api, asha, data, field):
    refused(api(asha).post(BULK, data, format="json"), 400, field=field)


def test_one_ticket_that_breaks_stops_no_other(send, priya, monkeypatch):
    tickets = [factories.ticket(priya, f"Parcel {place}") for place in range(3)]
    real = workflow.change

    def change(ticket, **wanted):
        if ticket.pk == tickets[1].pk:
            raise RuntimeError("a broken row")
        return real(ticket, **wanted)

    monkeypatch.setattr(workflow, "change", change)
    answer = send(BULK, {"ids": [str(ticket.pk) for ticket in tickets], "changes": {"tags": ["vip"]}})
    assert answer["done"] == [str(tickets[0].pk), str(tickets[2].pk)]
    assert [row["id"] for row in answer["skipped"]] == [str(tickets[1].pk)]


# --- A caller ----------------------------------------------------------------


def test_a_ticket_for_a_caller_is_that_customers(send, priya, asha):
    made = send(
        CREATE, {"customerId": str(priya.pk), "message": "The lid is loose", "priority": "urgent"}, 201
    )
    assert (made["userId"], made["userName"], made["priority"]) == (str(priya.pk), "Priya Sharma", "urgent")
    assert made["messages"][0]["message"] == "The lid is loose"
    assert made["waitingSince"]


@pytest.mark.engines
def test_a_customer_whom_the_shop_knows_is_found_again(send):
    caller = {"externalId": "shop-7", "name": "Ravi", "phone": "+91 98765 43210"}
    made = [send(CREATE, {"customer": caller, "message": text}, 201) for text in ("One", "Two")]
    assert made[0]["userId"] == made[1]["userId"]
    assert Person.objects.get(external_id="shop-7").phone == "+91 98765 43210"


def test_an_address_alone_is_not_taken_for_the_guest_who_gave_it(send, priya):
    guest = factories.guest("Ravi", "ravi@example.com")
    made = send(
        CREATE, {"customer": {"name": "Ravi", "email": "ravi@example.com"}, "message": "Hello"}, 201
    )
    assert made["userId"] != str(guest.pk)
    known = send(CREATE, {"customer": {"name": "P", "email": priya.login_email}, "message": "Hello"}, 201)
    assert known["userId"] == str(priya.pk)


def test_the_same_client_id_opens_one_ticket_of_one_customer(send):
    call = {"customer": {"name": "Ravi"}, "message": "Hello", "clientId": "call-1"}
    first = send(CREATE, call, 201)
    assert send(CREATE, call, 200)["id"] == first["id"]
    assert Person.objects.filter(name="Ravi").count() == 1


def test_a_note_about_a_call_stays_with_the_team(api, send, priya):
    call = {"customerId": str(priya.pk), "message": "Sounded angry", "internal": True}
    made = send(CREATE, call, 201)
    seen = api(priya).get(f"/api/support/{made['id']}").json()
    assert "angry" not in json.dumps(seen)
    assert made["messages"][0]["internal"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"message": "Hello"}, "customer"),
        ({"customer": {"email": "a@b.example"}, "message": "Hello"}, "customer"),
        ({"customer": {"name": "Ravi"}}, "message"),
        ({"customer": {"name": "Ravi"}, "message": " "}, "message"),
        ({"customerId": SOME_ID, "message": "Hello"}, "customerId"),
        ({"customer": {"name": "Ravi"}, "message": "Hello", "orderId": "VP-1"}, "orderId"),
        ({"customer": {"name": "Ravi"}, "message": "Hello", "category": "x"}, "category"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_call_that_does_not_fit_is_refused(api, asha, data, field):
    refused(api(asha).post(CREATE, data, format="json"), 400, field=field)


def test_a_colleague_has_no_tickets(api, asha, rohan):
    refused(api(asha).post(CREATE, {"customerId": str(rohan.pk), "message": "x"}, format="json"), 400)


# --- Merging -----------------------------------------------------------------


@pytest.mark.engines
def test_merged_messages_are_renumbered_and_the_old_ticket_returns_the_other(api, send, priya, asha):
    first = factories.ticket(priya, "The lid is loose")
    second = factories.ticket(priya, "And the jar leaks")
    workflow.customer_says(second, "It is a gift", by=priya)
    stays = send(f"/api/support/admin/{second.pk}/merge", {"into": first.number})
    # The answer was lost, and the call comes again
    assert send(f"/api/support/admin/{second.pk}/merge", {"into": first.number}) == stays
    assert stays["id"] == str(first.pk)
    texts = [message["message"] for message in stays["messages"] if message["sender"] == "customer"]
    assert texts == ["The lid is loose", "And the jar leaks", "It is a gift"]
    seqs = [message["seq"] for message in stays["messages"]]
    assert seqs == list(range(1, len(seqs) + 1))
    # Calls on the old one are answered from the one that stays, on both sides
    assert api(asha).get(f"/api/support/admin/{second.pk}").json()["id"] == str(first.pk)
    assert api(priya).get(f"/api/support/{second.pk}").json()["id"] == str(first.pk)
    said = api(priya).post(f"/api/support/{second.pk}/message", {"message": "Hello"}).json()
    assert said["ticketId"] == str(first.pk)
    assert stored(second).merged_into_id == first.pk
    assert [row["id"] for row in api(priya).get("/api/support/").json()["results"]] == [str(first.pk)]


def test_a_merge_can_be_undone(api, send, priya, asha, rohan):
    first, second = factories.ticket(priya, "The lid"), factories.ticket(priya, "The jar")
    workflow.take(second, by=asha)
    before = api(asha).get(f"/api/support/admin/{second.pk}").json()
    send(f"/api/support/admin/{second.pk}/merge", {"into": str(first.pk)})
    answer = api(asha).delete(f"/api/support/admin/{second.pk}/merge")
    assert answer.status_code == 200
    after = answer.json()
    assert (after["id"], after["status"], after["mergedInto"]) == (str(second.pk), "in-progress", None)
    assert after["messages"] == before["messages"]
    left = api(asha).get(f"/api/support/admin/{first.pk}").json()["messages"]
    assert "The jar" not in [message["message"] for message in left]
    again = api(asha).delete(f"/api/support/admin/{second.pk}/merge")
    assert (again.status_code, again.json()["id"]) == (200, str(second.pk)), (
        "the first answer may have been lost"
    )
    refused(api(rohan).delete(f"/api/support/admin/{second.pk}/merge"), 409)


def test_only_tickets_of_one_customer_are_merged(api, asha, priya, vikram):
    mine, theirs = factories.ticket(priya), factories.ticket(vikram)
    path = f"/api/support/admin/{mine.pk}/merge"
    refused(api(asha).post(path, {"into": str(theirs.pk)}, format="json"), 409)
    refused(api(asha).post(path, {"into": str(mine.pk)}, format="json"), 409)
    refused(api(asha).post(path, {"into": "x"}, format="json"), 400, field="into")
    refused(api(asha).post(path, {}, format="json"), 400, field="into")
    refused(api(priya).post(path, {"into": str(theirs.pk)}, format="json"), 404)


# --- Canned replies ----------------------------------------------------------

HELLO = {
    "shortcut": "hello",
    "title": "Greeting",
    "text": {"en": "Hello {{customer.firstName}}", "hi": "नमस्ते"},
}


@pytest.mark.engines
def test_canned_replies_are_personal_or_shared(api, send, asha, rohan):
    own = send(CANNED, HELLO, 201)
    shared = send(CANNED, HELLO | {"shortcut": "/Bye", "shared": True}, 201)
    assert (shared["shortcut"], shared["text"], shared["mine"]) == ("bye", HELLO["text"], True)
    listed = api(rohan).get(CANNED).json()["results"]
    assert [row["id"] for row in listed] == [shared["id"]]
    refused(api(rohan).patch(f"{CANNED}{own['id']}", {"title": "x"}, format="json"), 404)
    changed = api(rohan).patch(f"{CANNED}{shared['id']}", {"title": "So long"}, format="json").json()
    assert (changed["title"], changed["text"]) == ("So long", HELLO["text"])
    assert api(asha).delete(f"{CANNED}{own['id']}").status_code == 204
    assert api(asha).get(f"{CANNED}{own['id']}").status_code == 404


@pytest.mark.engines
def test_the_canned_replies_that_are_used_most_stand_first(api, browse, send, asha):
    rare, often = (send(CANNED, HELLO | {"shortcut": name}, 201) for name in ("a-rare", "z-often"))
    assert [row["id"] for row in api(asha).get(CANNED).json()["results"]] == [rare["id"], often["id"]]
    for _ in range(2):
        assert browse(asha).post(f"/support/canned/{often['id']}/used").status_code == 204
    listed = api(asha).get(CANNED).json()["results"]
    assert [(row["id"], row["uses"]) for row in listed] == [(often["id"], 2), (rare["id"], 0)]


def test_a_canned_reply_brings_a_picture(api, asha):
    sent = {**HELLO, "text": json.dumps(HELLO["text"]), "image": factories.picture()}
    made = api(asha).post(CANNED, sent, format="multipart").json()
    assert made["image"] == f"/support/canned/{made['id']}/picture"
    assert CannedReply.objects.get(pk=made["id"]).picture


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": ""}, "shortcut"),
        ({"title": ""}, "title"),
        ({"text": "Hello"}, "text"),
        ({"text": {}}, "text"),
        ({"text": {"en": " "}}, "text"),
        ({"text": {"en": 1}}, "text"),
        ({"text": {"not a language": "x"}}, "text"),
        ({"text": {"en": "x" * 4001}}, "text"),
    ],
    ids=str,
)
def test_a_canned_reply_that_does_not_fit_is_refused(api, asha, change, field):
    refused(api(asha).post(CANNED, HELLO | change, format="json"), 400, field=field)


@pytest.mark.engines
def test_a_shortcut_stands_for_one_reply(api, send, asha):
    send(CANNED, HELLO, 201)
    refused(api(asha).post(CANNED, HELLO, format="json"), 400, field="shortcut")


@pytest.mark.parametrize("path", [BULK, CREATE, CANNED])
def test_these_calls_are_for_agents(api, priya, path):
    assert api().post(path, {}).status_code == 401
    assert api(priya).post(path, {}).status_code == 404
    assert api(priya).get(path).status_code in (404, 405)
