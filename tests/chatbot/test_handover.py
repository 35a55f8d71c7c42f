"""From the chat to the ticket: what the agent's view opens on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chatbot import conversations, handover
from chatbot.models import Chat
from tests import factories
from tickets import workflow
from tickets.models import Status, Ticket

pytestmark = pytest.mark.all_engines


def talk(person, *lines):
    return [conversations.ask(person, line) for line in lines]


@pytest.fixture
def orders(priya):
    """Priya's orders, the newest last."""
    return {
        status: factories.order(priya, f"VP-1000{place}", status)
        for place, status in enumerate(["cancelled", "delivered", "shipped"])
    }


def test_the_handover_tells_the_agent_what_happened(priya, orders):
    returns = factories.article()
    shown = talk(priya, "hello", "how do i return a sealed pack", "the honey jar was broken, VP-10001")[1]
    conversations.say_helped(priya, shown.pk, False)
    ticket = handover.open_ticket(priya)
    packet = ticket.handover
    assert (ticket.category, ticket.priority, ticket.order_number) == ("product-issue", "high", "VP-10001")
    assert ticket.messages.get(seq=1).text == "the honey jar was broken, VP-10001"
    assert packet["words"] == packet["summary"] == "the honey jar was broken, VP-10001"
    assert (packet["why"], packet["intent"], packet["language"]) == ("item_problem", "item_problem", "en")
    assert packet["articles"] == [{"title": returns.title, "helped": False}]
    assert packet["quoted"] is True
    said = [(line["sender"], line["message"]) for line in packet["transcript"]]
    assert said[0] == ("customer", "hello")
    assert len(said) == 6
    # The order goes along as it was shown, with its items
    assert packet["transcript"][5]["order"]["items"][0]["name"] == "Classic Makhana"


@pytest.mark.parametrize(
    ("lines", "category", "priority", "why"),
    [
        (["packet phata hua tha"], "product-issue", "high", "item_problem"),
        (["पैसा वापस चाहिए"], "refund", "high", "refund_return"),
        (["paise kat gaye par order nahi hua"], "payment", "urgent", "payment_problem"),
        (["cancel my order"], "order", "medium", "cancel_order"),
        (["talk to a human"], "other", "medium", "human"),
        # The wish for a person leaves what it is about as it was
        (["the box was torn", "talk to a human"], "product-issue", "high", "item_problem"),
        # What comes later decides the category; the priority never falls
        (["it has not come yet, 10 days late", "cancel my order"], "order", "high", "cancel_order"),
        # Nothing comes before a danger to people
        (
            ["my son found glass piece in the snack", "also cancel my order"],
            "product-issue",
            "urgent",
            "safety",
        ),
        (["i will go to consumer court"], "feedback", "urgent", "legal"),
        (["upi fraud ho gaya mere sath"], "payment", "urgent", "fraud"),
        (["hello", "system down"], "other", "urgent", "outage"),
        (["ulti ho rahi hai bacche ko chips khane ke baad"], "product-issue", "urgent", "safety"),
    ],
)
def test_category_priority_and_why_come_from_the_chat(lines, category, priority, why, priya):
    talk(priya, *lines)
    ticket = handover.open_ticket(priya)
    assert (ticket.category, ticket.priority, ticket.handover["why"]) == (category, priority, why)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        # named, with the digits alone too
        (["VP-10000 was never refunded"], "VP-10000"),
        (["10001 wala packet phata hua tha"], "VP-10001"),
        # shown just before
        (["where is my order", "it has not come yet"], "VP-10002"),
        (["status of VP-10001", "the box was torn"], "VP-10001"),
        # guessed: what is broken has arrived, what is cancelled has not
        (["the honey jar was broken"], "VP-10001"),
        (["cancel my order"], "VP-10002"),
        (["it has not come yet"], "VP-10002"),
        # about no order
        (["otp not coming, cannot login"], ""),
        (["talk to a human"], ""),
    ],
)
def test_the_order_is_the_one_that_was_spoken_of_or_else_a_likely_one(lines, number, priya, orders):
    answer = talk(priya, *lines)[-1]
    assert handover.open_ticket(priya).order_number == number
    # What goes along is what the customer was shown
    assert (answer.reply["order"] or {"number": ""})["number"] == number


def test_words_given_with_the_ticket_come_before_what_villy_understood(priya, orders):
    talk(priya, "the box was torn")
    ticket = handover.open_ticket(
        priya, "It is about the invoice", category="payment", priority="low", order=orders["cancelled"]
    )
    assert (ticket.category, ticket.priority, ticket.order_number) == ("payment", "low", "VP-10000")
    assert ticket.messages.get(seq=1).text == "It is about the invoice"
    assert ticket.handover["quoted"] is False


def test_without_a_chat_the_words_alone_decide(priya, db):
    ticket = handover.open_ticket(priya, "paise kat gaye par order nahi hua")
    assert (ticket.category, ticket.priority, ticket.language) == ("payment", "urgent", "hinglish")
    assert ticket.handover == {}


@pytest.mark.parametrize("words", ["your website is down", "i will go to consumer court"])
def test_urgency_is_seen_without_a_chat(words, priya):
    assert handover.open_ticket(priya, words).priority == "urgent"


def test_the_words_are_the_last_that_say_something(priya):
    talk(priya, "do you deliver to Leh in winter", "ok", "👍")
    assert handover.open_ticket(priya).messages.get(seq=1).text == "do you deliver to Leh in winter"


def test_the_summary_is_made_of_the_customers_own_issues(priya):
    talk(
        priya,
        "hi",
        "the honey jar was broken",
        "what is your return policy",
        "and one packet is missing from the box",
        "connect me to a person",
    )
    summary = handover.open_ticket(priya).handover["summary"]
    assert summary == "the honey jar was broken · and one packet is missing from the box"


def test_a_long_story_is_cut_for_the_summary_and_kept_in_the_transcript(priya):
    story = "the honey jar was broken and the oil leaked over everything " * 20
    talk(priya, story)
    packet = handover.open_ticket(priya).handover
    assert len(packet["summary"]) == handover.SUMMARY_LENGTH
    assert packet["transcript"][0]["message"] == story


def test_one_chat_makes_one_ticket_however_often_the_button_is_pressed(priya):
    talk(priya, "the box was torn")
    first = handover.open_ticket(priya)
    Chat.objects.update(ticket=None)
    # As if the first answer had been lost on its way
    assert handover.open_ticket(priya).pk == first.pk


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["a chat", "nothing", "a closed ticket"])
def test_the_button_pressed_often_at_once_makes_one_ticket(before, priya):
    def press(_):
        try:
            return handover.open_ticket(priya).pk
        finally:
            connection.close()

    if before == "a chat":
        talk(priya, "the box was torn")
    if before == "a closed ticket":
        closed = factories.ticket(priya)
        workflow.move(closed, Status.CLOSED, by=priya)
        Ticket.objects.update(closed_at=timezone.now() - timedelta(days=3))
    with ThreadPoolExecutor(8) as pool:
        opened = set(pool.map(press, range(8)))
    assert opened == set(Ticket.objects.exclude(status=Status.CLOSED).values_list("pk", flat=True))
    assert len(opened) == 1
    if before == "a chat":
        assert Chat.objects.get().ticket.handover["transcript"]


def test_a_refused_answer_is_not_given_again(priya):
    factories.article()
    first = talk(priya, "how do i return")[0]
    conversations.say_helped(priya, first.pk, False)
    again = talk(priya, "return kaise kare")[0]
    assert first.reply["sources"]
    assert not again.reply["sources"]
    assert again.reply["offerAgent"]
