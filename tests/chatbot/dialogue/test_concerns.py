"""Whose health a message asks about, by its words."""

import pytest

from chatbot.dialogue.rules.products.concerns import asks_which_have_it, concern
from tests import factories
from tests.chatbot.talks import said


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("mera beta abhi 7 mahine ka h, shahad chata du?", "baby"),
        ("my grandson turned eight months, can he have honey", "baby"),
        ("beti 1 saal ki hone wali hai kya de sakte hai", "baby"),
        ("मेरी बेटी आठ महीने की है, शहद दें?", "baby"),
        ("ghutti me shahad chatana h", "baby"),
        ("meri beti 3 saal ki h, sev de skte?", "child"),
        ("my nephew is 4 yrs, is it hot", "child"),
    ],
)
def test_a_child_with_an_age_is_a_baby_or_a_child(text, whose):
    assert concern(text) == whose


@pytest.mark.parametrize(
    "text",
    [
        "beta mera order 10 din se nahi aaya",
        "beti ki shadi 2 mahine baad hai, 60 box chahiye",
        "bhatija bol raha 5 din me aata hai",
        "my son ordered it for 2 months",
    ],
)
def test_days_of_an_order_or_a_wedding_are_no_age(text):
    assert concern(text) != "baby"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("ok which ones definitely have peanut", True),
        ("kis kis me mungfali hai", True),
        ("which oil has no peanut", False),
        ("without peanut kya hai", False),
        ("does the honey have peanut", False),
    ],
)
def test_a_list_of_products_with_an_allergen_looks_at_all_products(text, asks):
    assert asks_which_have_it(text) == asks


@pytest.mark.django_db
@pytest.mark.parametrize("follows", ["तो शहद?", "या शहद", "to shahad?"])
def test_a_follow_up_is_about_the_same_person(follows):
    factories.demo_customer()
    answer, _ = said(factories.guest(), "मम्मी को शुगर है गुड़ चलेगा क्या", follows)
    assert answer.rule == "food_safety"
