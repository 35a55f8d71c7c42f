"""A vague name ("pickle") is asked about once, with chips; the answer goes on with what was asked."""

import pytest

from chatbot import conversations
from chatbot.demo import loader
from tests import factories

PICKLES = ["Mango Pickle", "Sun-Cured Lemon Pickle"]


@pytest.fixture
def guest(db):
    loader._products()
    return factories.guest()


@pytest.mark.parametrize(
    "said", ["pickle", "pickle chahiye", "2 pickle kitne ka", "2 pickle aur 1 honey total"]
)
def test_a_name_that_several_have_is_asked_about_with_chips(guest, said):
    answer = conversations.ask(guest, said)
    assert answer.rule in ("which_of_a_kind", "several_questions")
    assert answer.reply["suggestions"] == PICKLES
    assert {card["name"] for card in answer.reply["products"]} == set(PICKLES)


@pytest.mark.parametrize("said", ["mango", "Mango Pickle", "the first", "pehla wala", "पहला"])
def test_a_name_a_tap_or_a_place_answers_it(guest, said):
    conversations.ask(guest, "pickle")
    answer = conversations.ask(guest, said)
    assert [card["name"] for card in answer.reply["products"]] == ["Mango Pickle"]


def test_the_sum_that_was_asked_for_is_of_the_one_that_is_chosen(guest):
    conversations.ask(guest, "2 pickle aur 1 honey total")
    answer = conversations.ask(guest, "Mango Pickle")
    assert "2 × Mango Pickle" in answer.text
    assert "907" in answer.text


def test_the_same_kind_is_never_asked_about_twice(guest):
    conversations.ask(guest, "pickle")
    conversations.ask(guest, "honey")
    answer = conversations.ask(guest, "pickle")
    assert answer.rule != "which_of_a_kind"
    assert {card["name"] for card in answer.reply["products"]} == set(PICKLES)


@pytest.mark.parametrize(
    "said",
    [
        "which pickle has no oil",
        "is the pickle vegan",
        "honey",
        "ek classic aur ek peri peri total",
        "makhana under 260",
    ],
)
def test_a_question_that_names_one_product_or_all_is_answered_at_once(guest, said):
    assert conversations.ask(guest, said).rule != "which_of_a_kind"


def test_three_chips_are_the_most(guest):
    assert len(conversations.ask(guest, "makhana").reply["suggestions"]) == 3
