"""Corrections of a ticket, and taking them back; withdrawing a message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import Lane, Message, Status, Ticket, TicketEvent
from tickets.workflow import clock

TICKET = "/api/support/admin/{}"
pytestmark = pytest.mark.all_engines


def stored(ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def patch(api, asha, ticket):
    """`patch(field=value)` changes Priya's ticket as Asha."""
    client = api(asha)

    def change(expected=200, /, **changes):
        answer = client.patch(TICKET.format(ticket.pk), changes, format="json")
        assert answer.status_code == expected, answer.content
        return answer.json()

    return change


# --- Corrections -------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ({"subject": "The lid is loose"}, "subject"),
        ({"userName": "Priya S."}, "requester_name"),
        ({"userEmail": "priya@new.example"}, "requester_email"),
        ({"userPhone": "+91 90000 00999"}, "requester_phone"),
        ({"tags": ["damaged", "VIP"]}, "tags"),
        ({"priority": "urgent"}, "priority"),
        ({"category": "refund"}, "category"),
        ({"resolution": "A new one was sent"}, "resolution"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_each_correction_is_stored_with_its_event_and_can_be_taken_back(patch, ticket, asha, change, event):
    before = patch()
    after = patch(**change)
    [(field, value)] = change.items()
    assert after[field] == value
    noted = TicketEvent.objects.filter(ticket=ticket, field=event).latest("at")
    assert noted.actor == asha
    assert after["undoUntil"] > timezone.now().isoformat()
    back = patch(undo=after["undo"])
    assert {key: back[key] for key in before if key not in ("updatedAt", "undo")} == {
        key: before[key] for key in before if key not in ("updatedAt", "undo")
    }
    assert (back["undo"], back["undoUntil"]) == (None, None)


def test_a_change_without_effect_gives_no_undo_token(patch):
    same = patch(priority="high", status="open", tags=[])
    assert (same["undo"], same["undoUntil"]) == (None, None)


@pytest.mark.engines
def test_the_order_is_one_of_this_customers(patch, priya, vikram, ticket):
    mine, theirs = factories.order(priya), factories.order(vikram, "VP-20002")
    assert patch(orderId=mine.number)["orderId"] == str(mine.pk)
    refused_answer = patch(400, orderId=str(theirs.pk))
    assert refused_answer == {"orderId": ["This customer has no order with this id."]}
    taken = patch(orderId=None)
    assert taken["orderId"] is None
    assert patch(undo=taken["undo"])["orderId"] == str(mine.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": ""},
        {"subject": "x" * 141},
        {"userName": ""},
        {"userEmail": "priya at home"},
        {"userPhone": "call me"},
        {"tags": "vip"},
        {"tags": ["x" * 41]},
        {"tags": [1]},
        {"snoozedUntil": "tomorrow"},
        {"snoozedUntil": "2020-01-01T00:00:00Z"},
        {"snoozedUntil": "2099-01-01T00:00:00Z"},
        {"orderId": "x"},
        {"undo": "token", "priority": "low"},
    ],
    ids=str,
)
def test_an_undo_that_does_not_fit_is_refused_and_changes_nothing(api, asha, ticket, change):
    before = stored(ticket).updated_at
    refused(api(asha).patch(TICKET.format(ticket.pk), change, format="json"), 400)
    assert stored(ticket).updated_at == before


def test_a_tag_is_the_same_in_any_case_and_an_unknown_one_is_created(patch, priya, asha):
    patch(tags=["VIP", " vip ", "wedding  gift"])
    other = factories.ticket(priya)
    workflow.correct(other, by=asha, tags=["Vip"])
    assert stored(other).tags == ["VIP"]
    assert patch()["tags"] == ["VIP", "wedding gift"]


# --- Undo --------------------------------------------------------------------


def test_a_resolution_that_is_taken_back_leaves_the_ticket_as_it_was(patch, ticket, asha):
    workflow.agent_replies(ticket, "A new one is on its way", by=asha)
    before = patch()
    done = patch(status="resolved", resolution="A new one was sent")
    assert (done["status"], done["messages"][-2]["message"]) == ("resolved", "A new one was sent")
    back = patch(undo=done["undo"])
    assert (back["status"], back["resolution"]) == ("in-progress", "")
    assert stored(ticket).resolved_at is None
    said = [message["message"] for message in back["messages"] if not message["withdrawn"]]
    assert [text for text in said if text] == [message["message"] for message in before["messages"]]


def test_a_closed_ticket_is_open_again_unless_the_customer_opened_a_new_one(patch, ticket, priya):
    closed = patch(status="closed")
    assert stored(ticket).lane == Lane.DONE
    back = patch(undo=closed["undo"])
    assert (back["status"], back["closedAt"]) == ("open", None)
    assert back["waitingSince"]
    closed = patch(status="closed")
    workflow.customer_says(stored(ticket), "One more thing", by=priya)
    assert patch(409, undo=closed["undo"])["code"] == "illegal_move"


def test_a_change_can_be_taken_back_for_eight_seconds_by_its_author_and_once(
    api, patch, ticket, rohan, monkeypatch
):
    done = patch(priority="urgent")
    refused(api(rohan).patch(TICKET.format(ticket.pk), {"undo": done["undo"]}, format="json"), 409)
    with clock.at(timezone.now() + timedelta(seconds=9)):
        patch(409, undo=done["undo"])
    assert patch(undo=done["undo"])["priority"] == "high"
    patch(409, undo=done["undo"])


def test_a_value_that_changed_again_is_not_undone(patch, ticket, rohan):
    done = patch(priority="urgent", category="refund")
    workflow.triage(stored(ticket), by=rohan, priority="low")
    patch(409, undo=done["undo"])
    # Also where it reads the same by now
    done = patch(priority="urgent")
    workflow.triage(stored(ticket), by=rohan, priority="low")
    workflow.triage(stored(ticket), by=rohan, priority="urgent")
    patch(409, undo=done["undo"])
    # Another field is no matter
    done = patch(priority="medium")
    workflow.triage(stored(ticket), by=rohan, category="payment")
    assert patch(undo=done["undo"])["priority"] == "urgent"


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "eyJ0aWNrZXQiOiIxIn0:1tabcd:sig"])
def test_a_token_that_is_none_of_ours_is_refused(patch, token):
    patch(409, undo=token)


def test_the_customer_waits_on_while_a_priority_is_taken_back(patch, ticket, priya):
    done = patch(priority="low")
    workflow.customer_says(stored(ticket), "Hello?", by=priya)
    back = patch(undo=done["undo"])
    assert back["priority"] == "high"
    assert back["waitingSince"] == done["waitingSince"]


# --- Snooze ------------------------------------------------------------------


@pytest.mark.engines
def test_a_snoozed_ticket_comes_back_when_the_customer_writes_and_its_clocks_stood(patch, ticket, priya):
    due = stored(ticket).next_response_due_at
    until = (timezone.now() + timedelta(days=1)).isoformat()
    assert patch(snoozedUntil=until)["snoozedUntil"]
    assert (stored(ticket).lane, stored(ticket).is_waiting) == (Lane.SNOOZED, False)
    with clock.at(timezone.now() + timedelta(hours=3)):
        workflow.customer_says(stored(ticket), "Any news?", by=priya)
    back = stored(ticket)
    assert (back.snoozed_until, back.lane, back.is_waiting) == (None, Lane.OPEN, True)
    moved = back.next_response_due_at - due
    assert timedelta(hours=2, minutes=59) < moved < timedelta(hours=3, minutes=1)


@pytest.mark.engines
def test_a_snoozed_ticket_comes_back_at_its_time(patch, ticket):
    from tickets.operations import desk_steps

    patch(snoozedUntil=(timezone.now() + timedelta(minutes=5)).isoformat())
    now = timezone.now()
    desk_steps.wake_snoozed(now, now)
    assert stored(ticket).snoozed_until
    with clock.at(now + timedelta(minutes=6)):
        desk_steps.wake_snoozed(now + timedelta(minutes=6), now)
    assert (stored(ticket).snoozed_until, stored(ticket).lane) == (None, Lane.OPEN)


def test_only_an_open_ticket_is_snoozed(patch, ticket, asha):
    workflow.move(stored(ticket), Status.CLOSED, by=asha)
    patch(409, snoozedUntil=(timezone.now() + timedelta(hours=1)).isoformat())


# --- Withdrawing -------------------------------------------------------------


@pytest.fixture
def reply(api, asha, ticket):
    client = api(asha)

    def say(text="On its way", **more):
        return client.post(TICKET.format(ticket.pk) + "/reply", {"message": text, **more}).json()

    return say


@pytest.fixture
def withdraw(api, asha, ticket):
    client = api(asha)

    def take(seq, status=200, **more):
        answer = client.post(TICKET.format(ticket.pk) + "/withdraw", {"seq": seq, **more}, format="json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return take


@pytest.mark.engines
def test_a_withdrawn_reply_loses_its_text_and_the_customer_waits_again(api, priya, ticket, reply, withdraw):
    since = stored(ticket).waiting_since
    said = reply("Your card 4111")
    gone = withdraw(said["seq"])
    assert (gone["seq"], gone["message"], gone["withdrawn"]) == (said["seq"], "", True)
    now = stored(ticket)
    assert (now.waiting_since, now.first_responded_at, now.is_waiting) == (since, None, True)
    assert (now.preview, now.unread_by_requester) == ("The box was crushed", 0)
    # A client that was away learns of it by the seq that the withdrawal has
    newer = api(priya).get(f"/api/support/{ticket.pk}/messages", {"after": said["seq"]}).json()["results"]
    assert [(row["withdraws"], row["message"]) for row in newer] == [(said["seq"], "")]
    assert TicketEvent.objects.filter(ticket=ticket, field="message", new="withdrawn").count() == 1
    assert not Message.objects.filter(text__contains="4111").exists()


def test_a_retry_of_a_withdrawal_takes_nothing_back_twice(ticket, reply, withdraw):
    said = reply()
    first = withdraw(said["seq"], clientId="w-1")
    count = Message.objects.filter(ticket=ticket).count()
    assert withdraw(said["seq"], clientId="w-1") == first
    assert Message.objects.filter(ticket=ticket).count() == count


@pytest.mark.engines
def test_a_note_is_withdrawn_without_the_customer_learning_of_it(api, priya, ticket, reply, withdraw):
    note = reply("A regular", internal=True)
    withdraw(note["seq"])
    told = api(priya).get(f"/api/support/{ticket.pk}").json()["messages"]
    assert all(message["seq"] < note["seq"] for message in told)


def test_a_message_is_withdrawn_by_its_author_only_and_within_eight_seconds(
    api, rohan, ticket, reply, withdraw
):
    said = reply()
    other = api(rohan).post(TICKET.format(ticket.pk) + "/withdraw", {"seq": said["seq"]}, format="json")
    refused(other, 409, "illegal_move")
    withdraw(1, 409)
    withdraw(2, 409)
    with clock.at(timezone.now() + timedelta(seconds=9)):
        withdraw(said["seq"], 409)
    assert stored(ticket).preview == "On its way"


@pytest.mark.parametrize(
    ("seq", "status"), [(99, 404), (0, 400), (-1, 400), ("x", 400), (None, 400), (2**40, 400)]
)
def test_a_message_that_is_not_there_cannot_be_withdrawn(withdraw, seq, status):
    withdraw(seq, status)


@pytest.mark.engines
def test_another_reply_still_answers_what_the_withdrawn_one_had_answered(ticket, reply, withdraw):
    first, second = reply("One"), reply("Two")
    withdraw(first["seq"])
    assert stored(ticket).waiting_since is None
    withdraw(second["seq"])
    assert stored(ticket).waiting_since


def test_the_retry_of_a_withdrawn_reply_does_not_send_it_again(ticket, reply, withdraw):
    said = reply("Hello", clientId="r-1")
    withdraw(said["seq"])
    again = reply("Hello", clientId="r-1")
    assert (again["id"], again["withdrawn"]) == (said["id"], True)


def test_an_undone_resolution_takes_its_first_response_back(patch, ticket):
    with clock.at(timezone.now()):
        patch(status="in-progress")
        done = patch(status="resolved", resolution="A new one was sent")
        assert done["firstRespondedAt"]
        back = patch(undo=done["undo"])
    assert back["firstRespondedAt"] is None
    assert back["waitingSince"]
