"""The chat as it is stored: one answer to one question, and silence once a human has it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from chatbot import chats, conversations, handover
from chatbot.dialogue import policy
from chatbot.models import Chat, ChatMessage
from tests import factories
from tickets import workflow
from tickets.models import Message, Status
from tickets.workflow import Mismatch

pytestmark = pytest.mark.all_engines


class Died(BaseException):
    """The process ended: nothing catches this."""


def lines(person) -> list[str]:
    return [f"{line.sender}: {line.text}" for line in ChatMessage.objects.filter(chat__person=person)]


# --- One answer ---------------------------------------------------------------


def test_a_question_is_stored_and_answered_and_both_stay(priya):
    answer = conversations.ask(priya, "hi", client_id="c1")
    assert lines(priya) == ["customer: hi", f"ai: {answer.text}"]
    assert (answer.answers.text, answer.rule, answer.intent) == ("hi", "small_talk", "greeting")
    assert "rule" not in answer.reply


def test_the_same_client_id_brings_the_same_answer(priya):
    first = conversations.ask(priya, "where is my order", client_id="c1")
    again = conversations.ask(priya, "where is my order", client_id="c1")
    assert again.pk == first.pk
    assert len(lines(priya)) == 2
    with pytest.raises(Mismatch):
        conversations.ask(priya, "something else", client_id="c1")


def test_dead_between_question_and_answer_asking_again_brings_exactly_one(priya, monkeypatch):
    real = policy.answer
    monkeypatch.setattr(policy, "answer", dies)
    with pytest.raises(Died):
        conversations.ask(priya, "makhana price", client_id="c1")
    assert lines(priya) == ["customer: makhana price"]
    monkeypatch.setattr(policy, "answer", real)
    answers = {conversations.ask(priya, "makhana price", client_id="c1").pk for _ in range(3)}
    assert len(answers) == 1
    assert [line.split(":")[0] for line in lines(priya)] == ["customer", "ai"]


@pytest.mark.engines
def test_dead_while_the_answer_is_written_nothing_of_it_is_left(priya, monkeypatch):
    if not connection.features.supports_transactions:
        pytest.skip("this engine takes nothing back; the answer is then there, and is the one")
    real = conversations.insert

    def insert(lines):
        real(lines)
        if lines[0].sender == "ai":
            raise Died

    monkeypatch.setattr(conversations, "insert", insert)
    with pytest.raises(Died):
        conversations.ask(priya, "hello", client_id="c1")
    monkeypatch.setattr(conversations, "insert", real)
    conversations.ask(priya, "hello", client_id="c1")
    assert len(lines(priya)) == 2


def dies(chat, text):
    raise Died


@pytest.mark.engines
@pytest.mark.not_on(
    "mongodb", reason="a single node has no transaction in which two first words could wait"
)
@pytest.mark.django_db(transaction=True)
def test_ten_retries_at_once_get_one_answer(priya):
    def ask(_):
        try:
            return conversations.ask(priya, "return policy", client_id="c1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(ask, range(10)))
    assert len(answers) == 1
    assert len(lines(priya)) == 2
    assert Chat.objects.count() == 1


# --- Did this help? -----------------------------------------------------------


def test_a_tapped_answer_is_kept_with_its_line_and_a_no_offers_a_person(priya):
    factories.article()
    answer = conversations.ask(priya, "how do i return")
    assert answer.reply["asksHelp"]
    assert conversations.say_helped(priya, answer.pk, True).helped is True
    judged = conversations.say_helped(priya, answer.pk, False)
    assert judged.reply["offerAgent"]
    answer.refresh_from_db()
    assert (answer.helped, answer.reply["offerAgent"]) == (False, True)


@pytest.mark.engines
@pytest.mark.parametrize(
    ("said", "helped"), [("yes", True), ("haan kaam aaya", True), ("नहीं", False), ("not helpful", False)]
)
def test_a_typed_answer_is_kept_with_the_line_that_it_is_about(said, helped, priya):
    factories.article()
    answer = conversations.ask(priya, "how do i return")
    reply = conversations.ask(priya, said)
    answer.refresh_from_db()
    assert answer.helped is helped
    assert reply.helped is None
    assert reply.reply["offerAgent"] is not helped


@pytest.mark.engines
def test_a_yes_without_a_question_is_kept_nowhere(priya):
    conversations.ask(priya, "hi")
    conversations.ask(priya, "yes")
    assert not ChatMessage.objects.exclude(helped=None).exists()


@pytest.mark.engines
def test_a_stranger_judges_nothing(priya, vikram):
    answer = conversations.ask(priya, "hi")
    assert conversations.say_helped(vikram, answer.pk, True) is None


# --- Silence ------------------------------------------------------------------


def test_with_a_human_at_work_villy_says_nothing_and_the_words_reach_the_ticket(priya, asha):
    conversations.ask(priya, "the box was torn")
    ticket = handover.open_ticket(priya)
    before = lines(priya)
    with pytest.raises(conversations.HandedOver) as handed:
        conversations.ask(priya, "and one more thing", client_id="c9")
    assert handed.value.ticket == ticket
    # A retry is passed on once
    with pytest.raises(conversations.HandedOver):
        conversations.ask(priya, "and one more thing", client_id="c9")
    assert lines(priya) == before
    assert ticket.messages.filter(text="and one more thing").count() == 1
    assert not Message.objects.filter(sender="ai").exists()


def test_a_retry_of_what_was_answered_before_the_hand_over_still_gets_its_answer(priya):
    answer = conversations.ask(priya, "the box was torn", client_id="c1")
    ticket = handover.open_ticket(priya)
    assert conversations.ask(priya, "the box was torn", client_id="c1").pk == answer.pk
    assert ticket.messages.filter(sender="customer").count() == 1


@pytest.mark.engines
def test_taken_while_villy_thinks_he_keeps_silent(priya, monkeypatch):
    real = policy.answer

    def answer(chat, text):
        said = real(chat, text)
        handover.open_ticket(priya)
        return said

    monkeypatch.setattr(policy, "answer", answer)
    with pytest.raises(conversations.HandedOver) as handed:
        conversations.ask(priya, "where is my order")
    assert not ChatMessage.objects.filter(sender="ai").exists()
    assert handed.value.message.text == "where is my order"


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_an_answer_during_a_handover_loses_no_line_and_adds_none_after(priya):
    """Whichever wins, the transcript holds every line of Villy's that the customer got."""
    if not connection.features.supports_transactions:
        pytest.skip("without transactions a line may come between reading the chat and taking it")

    def ask():
        try:
            return conversations.ask(priya, "where is my order").text
        except conversations.HandedOver:
            return None
        finally:
            connection.close()

    def connect():
        try:
            return handover.open_ticket(priya)
        finally:
            connection.close()

    for _ in range(5):
        chats.begin_new(priya)
        with ThreadPoolExecutor(2) as pool:
            asked, opened = pool.submit(ask), pool.submit(connect)
            said, ticket = asked.result(), opened.result()
        transcript = [line["message"] for line in ticket.handover.get("transcript", [])]
        assert said is None or said in transcript
        assert list(ChatMessage.objects.filter(chat__ticket=ticket, sender="ai").values_list("text")) == (
            [(said,)] if said else []
        )
        ticket.refresh_from_db()
        workflow.move(ticket, Status.CLOSED, by=priya)


def test_after_the_ticket_is_closed_villy_is_back_with_a_new_chat(priya, asha):
    conversations.ask(priya, "the box was torn")
    ticket = handover.open_ticket(priya)
    workflow.move(ticket, Status.CLOSED, by=asha)
    answer = conversations.ask(priya, "hi")
    assert answer.intent == "greeting"
    assert answer.chat.ticket is None


# --- What customers paste -----------------------------------------------------

SCRIPTS = "नमस्ते கடை దుకాణం ಅಂಗಡಿ കട দোকান દુકાન ਦੁਕਾਨ ଦୋକାନ කඩය ร้าน ຮ້ານ ဆိုင် ហាង 店 ショップ 가게 магазин κατάστημα חנות متجر მაღაზია խանութ ሱቅ"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4000,
        "mera order kab aayega? " * 170,
        "😀" * 1000,
        "👩‍👩‍👧‍👦🏳️‍🌈",
        "?!.,;",
        "7",
        "1" * 4000,
        "<script>alert(1)</script>",
        "<" * 4000,
        "{number} {0} %s %(x)s",
        "' OR 1=1 --",
        "\u202eabc\u200b\u0301\ufeff",
        *SCRIPTS.split(),
    ],
)
def test_whatever_is_pasted_gets_an_answer_in_words(text, priya):
    answer = conversations.ask(priya, text)
    assert answer.text.strip()
    assert "{" not in answer.text
    assert "<" not in answer.text
    assert answer.answers.text == text
