"""Short follow-ups that name another rule, keep what a sum was asked with, or ask what a trouble comes to."""

import pytest

from tests.chatbot.talks import answer_to

pytestmark = pytest.mark.django_db

RETURNS = "pune kitne din me aata hai aur return kaise hota hai"


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        (RETURNS, "aur cod?", "Cash on delivery"),
        (RETURNS, "और सीओडी?", "Cash on delivery"),
        (RETURNS, "and coupons?", "Coupons and offers"),
        (RETURNS, "or upi?", "Ways to pay"),
        ("delivery charge kitna hai", "aur cod?", "Cash on delivery"),
        ("delivery charge kitna hai", "what about upi?", "Ways to pay"),
        ("do you take cod", "and returns?", "Returning something you do not want"),
        ("do you take cod", "what about gift wrap?", "Sending a gift"),
    ],
)
def test_a_rule_named_by_a_bare_follow_up_is_told(visitor, before, asked, told):
    assert told in [source["title"] for source in answer_to(visitor, before, asked).reply["sources"]]


@pytest.mark.parametrize(
    ("before", "asked", "told"),
    [
        ("refund kitne din me aata hai", "and upi?", "When a refund arrives"),
        (RETURNS, "khula packet?", "Returning something you do not want"),
    ],
)
def test_words_of_the_rule_that_was_told_ask_it_on(visitor, before, asked, told):
    assert told in [source["title"] for source in answer_to(visitor, before, asked).reply["sources"]]


@pytest.mark.parametrize("asked", ["to kya karu", "what should i do then", "ab kya karu", "so what do i do"])  # fmt: skip
@pytest.mark.parametrize(("trouble", "step"), [("otp nahi aa raha", "spam"), ("my order is late", "order page")])  # fmt: skip
def test_what_to_do_is_told_by_the_rule_before(visitor, trouble, step, asked):
    answer = answer_to(visitor, trouble, asked)
    assert answer.rule == "what_to_do_then"
    assert step in answer.text.casefold()
