"""What is asked beside an open issue, which order a time means, and food that is not fit to eat."""

import pytest

from chatbot.dialogue.reading import troubles
from chatbot.nlu.cues import turn_cues
from chatbot.nlu.text.typos import respelt
from tests import factories
from tests.chatbot.talks import said
from tickets.models import Priority


def test_another_order_beside_an_issue_is_told_and_the_issue_keeps_its_own(customer):
    answer, kept = said(customer, "papad toot gaya", "aur jo dusra order hai wo kab aayega")
    assert answer.reply["order"]["number"] == "VP-10266"
    assert "papad" in kept["issue"]["words"]
    answer, _ = said(customer, "packing bhi kharab thi")
    assert answer.reply["order"]["number"] == "VP-10264"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("what was in my oldest order", "VP-10234"),
        ("jo pichle mahine aaya usme kya tha", "VP-10234"),
        ("what did i get in the order that was delivered yesterday", "VP-10264"),
    ],
)
def test_a_time_says_which_order_is_meant(customer, text, number):
    answer, _ = said(customer, text)
    assert answer.reply["order"]["number"] == number


def test_not_the_ghee_the_makhana_asks_which_of_the_orders_with_makhana(customer):
    answer, kept = said(customer, "mujhe return karna hai", "nahi ghee nahi, makhana")
    assert {"VP-10266", "VP-10243", "VP-10234"} == set(answer.reply["suggestions"])
    assert kept["asked"]["flow"] == "return"
    answer, _ = said(customer, "sabse purana")
    assert answer.reply["order"]["number"] == "VP-10234"


def test_a_fact_of_one_order_is_asked_of_the_next(customer):
    answer, _ = said(customer, "where is my order", "how much did i pay for it", "and the ghee one?")
    assert "1,028" in answer.text


def test_food_that_smells_is_not_to_be_eaten_and_pain_after_it_is_urgent(customer):
    answer, _ = said(customer, "the ghee smells rotten")
    assert answer.text.startswith("Please don't eat")
    answer, _ = said(customer, "already used some in dal")
    assert answer.text.startswith("Please don't eat")
    answer, kept = said(customer, "stomach pain since morning")
    assert "doctor" in answer.text
    assert answer.reply["priority"] == kept["issue"]["priority"] == Priority.URGENT


def test_a_question_beside_an_open_issue_is_answered_from_its_own_rule(customer):
    answer, _ = said(customer, "paise kat gaye par order nahi hua", "dobara try karu?")
    assert [source["title"] for source in answer.reply["sources"]] == [
        "Payment failed, but money was taken"
    ]
    assert answer.reply["offerAgent"]


def test_leaving_a_wish_takes_it_off_the_ticket(customer):
    _, kept = said(customer, "cancel my order", "fine leave it")
    assert "issue" not in kept


def test_the_price_of_what_was_named_is_told_after_an_order(customer):
    answer, _ = said(customer, "can i add walnuts to my order", "how much are they")
    assert "₹499 for" in answer.text


def test_sugar_with_a_letter_missing_asks_for_no_price(customer):
    answer, _ = said(factories.guest(), "peanut chikki", "sugr free h?")
    assert "₹" not in answer.text
    assert "jaggery" in answer.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("sugr", "sugar"), ("diabtic", "diabetic"), ("delvery", "delivery"), ("sagar", "sagar"), ("dilli", "dilli"),
     ("order", "order"), ("udhar", "udhar"), ("pune", "pune")],
)  # fmt: skip
def test_words_that_rules_look_for_are_read_with_a_letter_missing(typed, meant):
    assert respelt(typed) == meant


def test_no_dot_after_an_abbreviation_parts_a_message():
    assert turn_cues.parts("tracking no. kya hai") == ["tracking no. kya hai"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("papad toot gaye, ghee theek hai", "damaged-items"),
        ("one packet is missing", "missing-items"),
        ("ghee smells rotten", "expired-or-stale"),
        ("where are you", ""),
    ],
)
def test_the_words_tell_which_rule_the_trouble_has(text, slug):
    assert troubles.article_for(text) == slug


def test_a_sum_that_is_said_again_in_another_language_adds_nothing(customer):
    answer, _ = said(customer, "2 packet chai ka kitna", "और 1 जोड़ दो", "in english please")
    assert "3 × Assam CTC Tea" in answer.text


def test_the_other_order_on_time_leaves_the_order_of_the_issue(customer):
    said(customer, "tracking says delivered but nothing reached me", "and the other order is on time na?")
    answer, _ = said(customer, "ok connect me for the missing one")
    assert answer.reply["order"]["number"] == "VP-10264"


def test_a_fact_that_neither_product_has_is_not_compared(customer):
    answer, _ = said(customer, "difference between ragi and foxtail", "which has more protein")
    assert answer.reply["offerAgent"]
    assert "can't tell" in answer.text


@pytest.mark.parametrize(
    "text",
    ["papad khane ke baad pet dard", "my son ate the chikki and feels sick", "घी खाने के बाद पेट में दर्द है"],
)
def test_pain_after_eating_is_urgent_and_gets_no_price(customer, text):
    answer, _ = said(customer, text)
    assert answer.reply["priority"] == Priority.URGENT
    assert answer.reply["offerAgent"]
    assert "₹" not in answer.text


def test_a_dog_is_no_weight(customer):
    answer, _ = said(customer, "dog can eat makhana?")
    assert answer.rule != "another_size"


def test_a_product_named_after_a_shop_rule_is_shown_and_another_gets_the_rule(customer):
    assert "Classic Makhana" in said(customer, "How do returns work?", "Show me makhana")[0].text
    assert said(customer, "can i return the ghee", "and the pickle?")[1]["rule"] == "its_rule_for_another"
    assert "Peanut Chikki" in said(customer, "can i return the ghee", "show me chikki")[0].text


def test_the_order_before_is_the_delivered_one(customer):
    answer, _ = said(customer, "मेरा ऑर्डर कब आएगा", "और जो पहले आया था उसका बिल चाहिए")
    assert answer.reply["order"]["number"] == "VP-10264"
