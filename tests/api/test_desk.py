"""The desk's side of the API: what a PATCH may change, replies that come too late, lists that are narrowed."""

import pytest

from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import Message, Status, Ticket, TicketEvent
from tickets.workflow import TRANSITIONS

pytestmark = pytest.mark.all_engines

DESK, REPLY = "/api/support/admin/{}", "/api/support/admin/{}/reply"


@pytest.fixture
def change(api, asha, ticket):
    """`change(status="closed")` sends a PATCH as Asha."""
    return lambda **fields: api(asha).patch(DESK.format(ticket.pk), fields)


def stored(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def bring_to(ticket: Ticket, status: str, by) -> Ticket:
    for step in {"resolved": ("in-progress", "resolved"), "open": ()}.get(status, (status,)):
        workflow.move(ticket, step, by=by)
    return stored(ticket)


# --- PATCH ---------------------------------------------------------------------


@pytest.mark.parametrize("old", Status.values)
@pytest.mark.parametrize("new", Status.values)
def test_a_status_moves_along_the_table_and_else_is_409(old, new, change, ticket, asha):
    bring_to(ticket, old, asha)
    answer = change(status=new)
    if new in TRANSITIONS[old] or new == old:
        assert (answer.status_code, answer.json()["status"]) == (200, new)
    else:
        refused(answer, 409, "illegal_move")
        assert stored(ticket).status == old


@pytest.mark.engines
@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"priority": "urgent"}, {"priority": "urgent"}),
        ({"category": "refund"}, {"category": "refund"}),
        ({"resolution": "A new jar"}, {"resolution": "A new jar"}),
        ({"status": "closed", "resolution": "A new jar"}, {"status": "closed", "resolution": "A new jar"}),
        ({"assignedAgent": "<rohan>"}, {"assignedAgent": "<rohan>", "agentName": "Rohan Mehta", "status": "open"}),
        ({"assignedAgent": "<rohan>", "status": "in-progress"}, {"agentName": "Rohan Mehta", "status": "in-progress"}),
        ({"priority": "low", "category": "other", "status": "in-progress"}, {"priority": "low", "agentName": "Asha Nair"}),
        ({}, {"status": "open", "priority": "high", "assignedAgent": None}),
    ],
)  # fmt: skip
def test_each_field_is_changed_through_the_workflow(fields, shown, change, rohan, ticket):
    fields, shown = (
        {k: str(rohan.pk) if v == "<rohan>" else v for k, v in d.items()} for d in (fields, shown)
    )
    data = change(**fields).json()
    assert {name: data[name] for name in shown} == shown
    recorded = set(
        TicketEvent.objects.filter(ticket=ticket)
        .exclude(old="", new="open")
        .values_list("field", flat=True)
    )
    own_names = {"assignedAgent": "assignee_name"}
    assert recorded >= {own_names.get(name, name) for name in fields}


def test_a_ticket_is_unassigned_again(change, asha, ticket):
    workflow.assign(ticket, asha, by=asha)
    assert change(assignedAgent=None).json()["assignedAgent"] is None


def test_a_call_back_is_ticked_off_only_if_one_was_asked_for(change, priya, ticket):
    refused(change(callbackCompleted=True), 409, "illegal_move")
    workflow.request_callback(ticket, by=priya)
    assert change(callbackCompleted=True).json()["callbackCompleted"] is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "done"), ("status", "Open"), ("status", ""), ("status", None), ("status", ["open"]),
        ("priority", "highest"), ("category", "spam"), ("assignedAgent", "me"), ("assignedAgent", ""),
        ("assignedAgent", 5), ("assignedAgent", "<priya>"), ("assignedAgent", "<a ticket>"), ("resolution", None),
        ("resolution", "x" * 4001), ("callbackCompleted", "maybe"), ("callbackCompleted", None),
    ],
)  # fmt: skip
def test_a_value_that_a_field_does_not_have_is_refused(field, value, change, priya, ticket):
    people = {"<priya>": str(priya.pk), "<a ticket>": str(ticket.pk)}
    refused(
        change(**{field: people.get(value, value) if isinstance(value, str) else value}), 400, field=field
    )
    assert TicketEvent.objects.count() == 1


@pytest.mark.engines
def test_a_retired_agent_gets_no_ticket(change, rohan):
    rohan.is_active = False
    rohan.save()
    refused(change(assignedAgent=str(rohan.pk)), 400, field="assignedAgent")


UNDECLARED = {
    "id": "00000000-0000-4000-8000-000000000000", "number": 1, "userId": "<vikram>", "agentName": "Eve",
    "callbackRequested": True, "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2020-01-01T00:00:00Z",
    "closedAt": "2020-01-01T00:00:00Z", "firstResponseDueAt": "2030-01-01T00:00:00Z", "unreadCount": 0,
    "messages": [], "requester": "<vikram>", "requester_id": "<vikram>", "assignee": "<vikram>", "rating": 5,
    "handover": {}, "last_seq": 0, "role": "staff", "_state": {}, "pk": 1, "__class__": "x",
}  # fmt: skip


@pytest.mark.parametrize("field", UNDECLARED)
def test_no_other_field_of_a_ticket_can_be_written(field, change, vikram, ticket):
    before = Ticket.objects.values().get()
    value = str(vikram.pk) if UNDECLARED[field] == "<vikram>" else UNDECLARED[field]
    said = refused(change(**{field: value, "priority": "urgent"}), 400, field=field)
    assert said == "This cannot be changed."
    assert Ticket.objects.values().get() == before


@pytest.mark.parametrize(
    "refusable",
    [{"status": "resolved"}, {"callbackCompleted": True}, {"callbackCompleted": True, "status": "closed"}],
)
def test_a_change_that_is_refused_in_part_is_refused_whole(refusable, change, rohan, ticket):
    before = Ticket.objects.values().get()
    refused(change(priority="urgent", category="refund", assignedAgent=str(rohan.pk), **refusable), 409)
    assert Ticket.objects.values().get() == before
    assert TicketEvent.objects.count() == 1


# --- What is declared in no message, a ticket, an account ---------------------------

CLAIMS = {
    "sender": "agent", "senderName": "Care", "internal": True, "role": "staff", "status": "closed", "userId": "<vikram>",
    "id": "00000000-0000-4000-8000-000000000000", "seq": 99, "read": True, "timestamp": "2020-01-01T00:00:00Z",
    "ticketId": "<theirs>", "ticket": "<theirs>", "author": "<vikram>", "assignedAgent": "<vikram>", "number": 1,
    "createdAt": "2020-01-01T00:00:00Z", "firstResponseDueAt": "2030-01-01T00:00:00Z", "resolution": "Mine",
    "agentName": "Eve", "rating": 1, "requester": "<vikram>", "handover": {"transcript": []},
}  # fmt: skip


@pytest.fixture
def claims(vikram) -> dict:
    marks = {"<vikram>": str(vikram.pk), "<theirs>": str(factories.ticket(vikram).pk)}
    return {
        name: marks.get(value, value) if isinstance(value, str) else value for name, value in CLAIMS.items()
    }


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_a_customers_message_is_a_customers_message_whatever_it_claims(form, api, priya, ticket, claims):
    if form == "multipart":
        claims = {name: str(value) for name, value in claims.items()}
    answer = api(priya).post(
        f"/api/support/{ticket.pk}/message", claims | {"message": "Hello"}, format=form
    )
    assert answer.status_code == 201
    said = Message.objects.get(pk=answer.json()["id"])
    assert (said.ticket, said.author, said.sender, said.sender_name) == (
        ticket,
        priya,
        "customer",
        "Priya Sharma",
    )
    assert (said.seq, said.internal) == (3, False)
    assert (stored(ticket).status, stored(ticket).assignee) == ("open", None)


def test_a_ticket_is_its_callers_and_open_whatever_it_claims(api, priya, claims):
    data = api(priya).post("/api/support/create", claims | {"message": "Hello"}).json()
    made = Ticket.objects.get(pk=data["id"])
    assert (made.requester, made.status, made.assignee, made.resolution) == (priya, "open", None, "")
    assert (made.number > 10_000_000, made.rating, made.created_at.year > 2020) == (True, None, True)


def test_a_reply_is_the_agents_own_whatever_it_claims(api, asha, ticket, claims):
    answer = api(asha).post(REPLY.format(ticket.pk), claims | {"message": "Hello", "internal": False})
    said = Message.objects.get(pk=answer.json()["id"])
    assert (said.ticket, said.author, said.sender, said.internal) == (ticket, asha, "agent", False)


@pytest.mark.engines
def test_the_order_of_another_person_does_not_go_along(api, priya, vikram):
    theirs = factories.order(vikram)
    for reference in (str(theirs.pk), theirs.number, theirs.number.lower(), "VP-99999", "x", "0" * 64):
        answer = api(priya).post("/api/support/create", {"message": "Mine", "orderId": reference})
        assert refused(answer, 400, field="orderId") == "You have no order with this id."


# --- Replies ---------------------------------------------------------------------


def test_a_reply_that_has_not_seen_the_newest_message_is_409_with_what_was_missed(api, priya, asha, ticket):
    url = REPLY.format(ticket.pk)
    missed = api(priya).post(f"/api/support/{ticket.pk}/message", {"message": "Never mind"}).json()
    words = {"message": "Please send a picture", "clientId": "r-1", "lastSeq": 2}
    answer = api(asha).post(url, words)
    refused(answer, 409, "stale")
    assert [{**message, "internal": False} for message in [missed]] == answer.json()["messages"]
    assert api(asha).post(url, words | {"lastSeq": 3}).status_code == 201
    # The retry of what was sent is no news, however old its lastSeq is by now
    api(priya).post(f"/api/support/{ticket.pk}/message", {"message": "Thanks"})
    assert api(asha).post(url, words | {"lastSeq": 3}).status_code == 200


@pytest.mark.parametrize("place", [-1, "x", 1.5, [], True, "1e3"])
def test_a_place_that_is_none_is_refused(place, api, asha, ticket):
    refused(
        api(asha).post(REPLY.format(ticket.pk), {"message": "x", "lastSeq": place}), 400, field="lastSeq"
    )


def test_a_reply_to_a_closed_ticket_is_409_and_a_note_is_not(api, asha, ticket):
    workflow.move(ticket, Status.CLOSED, by=asha)
    refused(api(asha).post(REPLY.format(ticket.pk), {"message": "One more thing"}), 409, "illegal_move")
    note = api(asha).post(REPLY.format(ticket.pk), {"message": "A regular", "internal": True})
    assert note.status_code == 201


# --- The inbox ---------------------------------------------------------------------


@pytest.mark.engines
def test_the_inbox_is_narrowed_by_each_field_and_by_all_of_them(api, priya, vikram, asha, rohan):
    mine = factories.ticket(priya, "Refund please", category="refund", priority="low")
    workflow.take(mine, by=asha)
    theirs = factories.ticket(vikram, "Where is it", category="delivery", priority="urgent")
    names = {str(mine.pk): "mine", str(theirs.pk): "theirs"}

    def found(**query):
        return {names[row["id"]] for row in api(asha).get("/api/support/admin/", query).json()["results"]}

    for query, expected in [
        ({}, {"mine", "theirs"}),
        ({"status": "in-progress"}, {"mine"}),
        ({"priority": "urgent"}, {"theirs"}),
        ({"category": "refund"}, {"mine"}),
        ({"assigned": "me"}, {"mine"}),
        ({"assigned": "none"}, {"theirs"}),
        ({"assigned": str(asha.pk)}, {"mine"}),
        ({"assigned": str(rohan.pk)}, set()),
        ({"q": "priya"}, {"mine"}),
        ({"q": "WHERE"}, {"theirs"}),
        ({"q": f"#{mine.number}"}, {"mine"}),
        ({"q": "0000110"}, {"mine"}),
        (
            {
                "status": "open",
                "priority": "urgent",
                "category": "delivery",
                "assigned": "none",
                "q": "vikram",
            },
            {"theirs"},
        ),
        ({"status": "open", "priority": "low"}, set()),
        ({"status": "", "q": " "}, {"mine", "theirs"}),
    ]:
        assert found(**query) == expected, query


def test_a_page_of_the_inbox_costs_as_many_queries_for_many_tickets(
    api, priya, asha, django_assert_num_queries
):
    client = api(asha)
    factories.ticket(priya)
    # The definitions of custom fields are read once
    client.get("/api/support/admin/")
    with django_assert_num_queries(3) as few:
        client.get("/api/support/admin/")
    for number in range(20):
        factories.ticket(priya, f"Number {number}")
    with django_assert_num_queries(len(few.captured_queries)):
        assert len(client.get("/api/support/admin/").json()["results"]) == 21
