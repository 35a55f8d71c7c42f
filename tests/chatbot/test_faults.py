"""When Villy fails, the customer gets a person: a ticket with what was said, an answer in words, a line in the log."""

import pytest

from chatbot import conversations
from chatbot.dialogue import policy
from chatbot.models import Chat
from tests import factories
from tickets.models import Ticket


@pytest.fixture
def failing(monkeypatch):
    def fail(*arguments):
        raise RuntimeError("the model is broken")

    monkeypatch.setattr(policy, "answer", fail)


def test_a_fault_ends_in_a_ticket_with_what_was_said(api, priya, failing, caplog):
    answer = api(priya).post("/api/chat/message", {"message": "my jar is broken"}, format="json")
    assert answer.status_code == 200
    assert "A person will answer" in answer.json()["reply"]["text"]
    ticket = Ticket.objects.get(requester=priya)
    assert ticket.messages.get(seq=1).text == "my jar is broken"
    assert ticket.handover["why"] == "fault"
    assert "a person will" in caplog.text
    assert "my jar is broken" not in caplog.messages[-1]


def test_messages_before_the_fault_go_to_the_ticket(api, priya, monkeypatch):
    api(priya).post("/api/chat/message", {"message": "my jar arrived broken"}, format="json")
    monkeypatch.setattr(policy, "answer", lambda *arguments: 1 / 0)
    api(priya).post("/api/chat/message", {"message": "and the lid"}, format="json")
    ticket = Ticket.objects.get(requester=priya)
    told = [line["message"] for line in ticket.handover["transcript"] if line["sender"] == "customer"]
    assert told == ["my jar arrived broken", "and the lid"]
    assert ticket.category == "product-issue"


def test_after_a_fault_the_conversation_is_with_a_person(api, priya, failing):
    speak = api(priya)
    for text in ("my jar is broken", "hello?"):
        assert speak.post("/api/chat/message", {"message": text}, format="json").status_code == 200
    assert Ticket.objects.count() == 1
    assert [m.text for m in Ticket.objects.get().messages.filter(sender="customer")] == [
        "my jar is broken",
        "hello?",
    ]


def test_the_same_client_id_after_a_fault_opens_one_ticket(api, priya, failing):
    speak = api(priya)
    for _ in range(2):
        speak.post("/api/chat/message", {"message": "broken", "clientId": "c1"}, format="json")
    assert Ticket.objects.count() == 1


def test_a_model_that_is_slow_is_given_up_after_a_while(priya, monkeypatch):
    chat = Chat.objects.create(person=priya)
    monkeypatch.setattr(policy, "LONGEST_SECONDS", -1.0)
    with pytest.raises(conversations.HandedOver):
        conversations.ask(priya, "where is my order")
    assert Ticket.objects.get().chats.get() == chat


def test_an_answer_that_is_still_being_made_is_given_up(priya, monkeypatch):
    moments = iter([0.0, 0.0, 30.0])
    monkeypatch.setattr(policy.time, "monotonic", lambda: next(moments, 30.0))
    asked = []
    monkeypatch.setattr(
        policy,
        "RULES",
        (lambda chat, parsed: asked.append("first"), lambda chat, parsed: asked.append("second")),
    )
    with pytest.raises(conversations.HandedOver):
        conversations.ask(priya, "where is my order")
    assert "second" not in asked
    assert Ticket.objects.get().handover["why"] == "fault"


def test_a_guest_is_given_a_person_as_well(api, failing, db):
    guest = factories.guest()
    answer = api(guest).post("/api/chat/message", {"message": "namaste"}, format="json")
    assert answer.status_code == 200
    assert Ticket.objects.get().requester == guest
