"""Where the rules take a turn for what its words are near to, the act that it surely is decides the answer."""

import pytest

from chatbot.dialogue import policy
from chatbot.dialogue.rules import second_look
from tests import factories
from tests.chatbot.talks import said


@pytest.fixture
def customer(db):
    return factories.demo_customer()


@pytest.mark.parametrize(
    ("talk", "order"),
    [
        (("where is my parcel", "n the sev one"), "VP-10234"),
        (("where is my parcel", "papad wala bhi"), "VP-10264"),
        (("VP-10234 kab mila tha", "sev bhi usi me tha na"), "VP-10234"),
        (("hi", "so the", "oil bottle", "was cracked when it came"), "VP-10264"),
    ],
)
def test_an_item_names_its_order_in_a_talk_about_orders(customer, talk, order):
    answer, _ = said(customer, *talk)
    assert answer.rule == "second_look"
    assert answer.reply["order"]["number"] == order
    assert not answer.reply["products"]


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        (("phone number do", "aaj chhutti hai to"), "9 se raat 9"),
        (("are you a bot", "acha naam kya rakha hai tumhara"), "Villy"),
        (("110001 me dete ho",), "110001"),
        (("hi", "so the"), "go on"),
    ],
)
def test_a_turn_that_no_rule_knows_is_answered_in_its_place(customer, talk, told):
    answer, _ = said(factories.guest(), *talk)
    assert answer.rule == "second_look"
    assert told in answer.text


@pytest.mark.parametrize(
    ("talk", "rule"),
    [
        (("ghee ka jar toot gaya", "do you speak hindi"), "about_himself"),
        (("where is my order", "ok"), "small_talk"),
        (
            (
                "bill chahiye mere order ka",
                "usme gst number add karna hai",
                "acha. oil fridge me rakhna hai kya",
                "aur akhrot",
            ),
            "a_fact",
        ),
        (("flurb the wonkle", "zibber norgle twack"), "i_do_not_know"),
        (("where is my order", "is mango pickle safe for my 6 month old baby"), "food_safety"),
    ],
)
def test_an_answer_that_a_rule_read_in_words_stays(customer, talk, rule):
    answer, _ = said(customer, *talk)
    assert answer.rule == rule


def test_an_answer_that_is_not_given_leaves_nothing_behind(customer, monkeypatch):
    monkeypatch.setitem(second_look.ANSWERS, "order.state", lambda chat, parsed, act: chat.memory.clear())
    answer, kept = said(customer, "where is my parcel", "n the sev one")
    assert answer.rule == "products_by_name"
    assert kept["topic"]["kind"] == "product"
    assert kept["acts"][0] == "order.state"


def test_the_rules_that_are_looked_at_again_are_among_the_rules():
    assert {rule.__name__ for rule in policy.RULES} >= second_look.BY_NEARNESS
