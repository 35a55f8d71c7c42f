"""A reply that the language model suggests to an agent: what it may say, what leaves the desk, what fails softly."""

import json
import threading

import pytest

from chatbot.llm import reply_suggestions
from tests import factories
from tests.chatbot.servers import completion
from tickets import workflow

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines, pytest.mark.usefixtures("fresh_model")]

BODY = "Sealed packs can go back within 7 days of delivery; we deduct ₹49 for the pick-up. Opened food we cannot take back."
GOOD = "I am sorry about that. Sealed packs can go back within 7 days of delivery."


def said(reply=GOOD) -> tuple[int, bytes]:
    content = json.dumps({"reply": reply}) if isinstance(reply, str) else json.dumps(reply)
    return completion(content)


@pytest.fixture
def model(plugged, settings):
    """`model(answer)` is the endpoint that the desk asks for suggestions; it keeps what it was sent."""
    settings.LLM_SUGGESTED_REPLIES = True
    return plugged


@pytest.fixture
def asked(priya):
    """A ticket on which Priya asks how to return a pack of an order."""
    factories.article(body=BODY)
    order = factories.order(priya, status="delivered", pincode="560001", contact_phone="9812345678")
    return factories.ticket(priya, "how do i return a pack? call me on 98123 45678", order=order)


def suggested(browse, person, ticket):
    return browse(person).post(f"/support/{ticket.pk}/suggestion")


def test_a_suggestion_comes_with_its_sources_and_stores_nothing(model, browse, asha, asked):
    model(said())
    before = asked.messages.count()
    answer = suggested(browse, asha, asked)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"text": GOOD, "sources": ["Returns"]}
    assert asked.messages.count() == before


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (f"{GOOD} We have refunded ₹500 to you.", GOOD),
        (f"{GOOD} See https://evil.example/refund now.", GOOD),
        (f"{GOOD} It will be there tomorrow.", GOOD),
        ("Your order of 2 x Classic Makhana was delivered. You get a free gift.", "Your order of 2 x Classic Makhana was delivered."),
    ],
)  # fmt: skip
def test_a_sentence_that_neither_articles_nor_order_say_is_taken_out(
    model, browse, asha, asked, reply, kept
):
    model(said(reply))
    assert suggested(browse, asha, asked).json()["text"] == kept


@pytest.mark.parametrize(
    "answer",
    [
        said("You get a free gift and a refund of ₹900."),
        said("पैक वापस हो सकता है।"),
        said(GOOD * 30),
        said({"reply": ""}),
        said({"something": "else"}),
        (500, b"{}"),
        (200, b"no json"),
    ],
)
def test_where_nothing_can_be_said_the_agent_is_told_so(model, browse, asha, asked, answer):
    model(answer)
    response = suggested(browse, asha, asked)
    assert response.status_code == 503
    assert "write the reply yourself" in response.content.decode()


def test_an_endpoint_that_stalls_is_waited_for_no_longer_than_its_time(
    model, browse, asha, asked, monkeypatch
):
    monkeypatch.setattr(reply_suggestions, "SECONDS", 0.3)
    over = threading.Event()

    def stalls(body):
        over.wait(60)
        return said()

    model(stalls)
    try:
        assert suggested(browse, asha, asked).status_code == 503
    finally:
        over.set()


def test_requests_to_the_model_have_neither_names_nor_numbers(model, browse, asha, asked):
    workflow.add_note(asked, "Known for fraud", by=asha)
    server = model(said())
    suggested(browse, asha, asked)
    sent = json.dumps(server.received[0], ensure_ascii=False)
    for needed in ("how do i return a pack", "Classic Makhana", "7 days"):
        assert needed in sent, needed
    for secret in (
        "98123",
        "9812345678",
        "VP-10001",
        "560001",
        asked.requester_name,
        asked.requester_email,
        "fraud",
    ):
        assert secret not in sent, secret


def test_without_the_setting_and_for_strangers_there_is_no_such_page(
    model, browse, asha, priya, asked, settings
):
    server = model(said())
    assert suggested(browse, priya, asked).status_code in (302, 403, 404)
    settings.LLM_SUGGESTED_REPLIES = False
    assert suggested(browse, asha, asked).status_code == 404
    assert "data-suggest" not in browse(asha).get(f"/support/{asked.pk}/").content.decode()
    assert server.received == []


def test_a_ticket_whose_customer_wrote_nothing_has_no_suggestion(model, browse, asha, asked):
    server = model(said())
    asked.messages.filter(sender="customer").update(text="")
    response = suggested(browse, asha, asked)
    assert (response.status_code, server.received) == (503, [])
