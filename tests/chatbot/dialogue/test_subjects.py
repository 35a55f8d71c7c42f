"""What a message asks of what the talk is about: subjects, aspects, and what words point at."""

import pytest

from chatbot import conversations
from chatbot.dialogue.reading import subjects
from chatbot.sources import products
from tests import factories


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ({"kind": "article", "aspect": "returns"}, "return"),
        ({"kind": "article", "aspect": "refund-timing"}, "refund"),
        ({"kind": "article", "aspect": "cod"}, "ways to pay"),
        ({"kind": "order", "aspect": "invoice"}, "invoice"),
        ({"kind": "order", "aspect": "where"}, ""),
        ({"kind": "product", "aspect": "price"}, ""),
        ({}, ""),
    ],
)
def test_the_answer_before_says_the_subject(topic, subject):
    assert subjects.of_the_answer(topic) == subject


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("charges?", {"cost"}),
        ("kitne din lagenge", {"days"}),
        ("कितने दिन", {"days"}),
        ("which link?", {"by what"}),
        ("kitne baje tak", {"hour"}),
        ("should i order again?", {"again"}),
        ("it is already out for delivery", {"shipped"}),
        ("kab bheja tha", set()),
        ("kab se wait kar raha hu", set()),
    ],
)
def test_a_follow_up_asks_for_an_aspect(said, asked):
    assert subjects.asked_in(said) == asked


def test_a_refund_is_part_of_a_return_and_a_coupon_is_not():
    assert not subjects.names_another("and the refund?", ["return"])
    assert subjects.names_another("and the coupon?", ["return"])


FOLLOW_UPS = (
    # The subject is the answer before
    (["how do i return something", "charges?"], "₹49"),
    (["do you have any coupon", "first order pe kitna milega"], "WELCOME10"),
    (["i need a gst bill", "it is already shipped"], "can no longer be changed"),
    (["payment failed but money debited", "should i order again?"], "do not pay again"),
    # What words point at
    (["is ragi flour gluten free", "and foxtail?", "which one is better for roti"], "Sprouted Ragi Flour"),
    (["under 150 kya kya hai", "snacks me?"], "Peanut Chikki"),
    (["tell me about mango pickle", "2 pickle aur 1 papad ka total"], "587"),
    (["classic makhana", "bina ghee wala?"], "Masala Makhana"),
    # The rule for a product, and two rules in a message
    (["is ghee returnable"], "Sealed packs"),
    (["do you ship to dubai, also do you take amex"], "Amex"),
)


def test_a_follow_up_is_answered_as_what_it_means_there(db):
    factories.demo_customer()
    said = {}
    for turns, wanted in FOLLOW_UPS:
        person = factories.guest()
        for each in turns:
            answer = conversations.ask(person, each)
        said[turns[-1]] = wanted in answer.text or answer.text
    assert said == dict.fromkeys(said, True)


def test_an_ordinary_word_is_no_misspelt_product(db):
    factories.demo_customer()
    assert products.look_up("my first order").products == []
    assert products.look_up("forrest honey").products[0].name == "Wild Forest Honey"


def test_a_wish_for_no_person_is_heard(db):
    person = factories.demo_customer()
    conversations.ask(person, "mango pickle ka jar toota hua mila")
    answer = conversations.ask(person, "nahi mujhe kisi se baat nahi karni")
    assert not answer.reply["offerAgent"]


def test_an_insect_in_the_chikki_is_about_the_order_with_chikki(db):
    person = factories.demo_customer()
    answer = conversations.ask(person, "chikki me keeda nikla")
    assert answer.reply["priority"] == "urgent"
    assert answer.reply["order"]["number"] == "VP-10234"
