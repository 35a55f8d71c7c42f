"""Sums with a count, a coupon, cash, gift wrap, many boxes; a kilo; a subscription."""

import pytest

from chatbot.models import Article
from chatbot.sources import articles, shop_rules
from tests.chatbot.talks import answer_to


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("4 sev total cod pe",), "₹626"),
        (("2 masala makhana 1 honey, total with gift wrap",), "₹1,006"),
        (("honey ka rate", "babies ko de sakte hai", "3 lelu to kitna padega"), "₹1,347"),
        (("coupon hai kya", "800 ka lu to kitna kam hoga"), "₹80"),
        (("coupon hai kya", "2000 pe"), "₹100"),
        (("coupon hai kya", "200 ka order hai"), "₹499"),
        (("30 gift box chahiye office ke liye", "total kitna"), "₹35,073"),
        (("30 gift box chahiye office ke liye", "110 kare to"), "15%"),
        (("haldi aur garam masala ka rate", "per kg kitna hua"), "₹1,245"),
        (("subscription kya hota hai", "coffee kitne ki padegi"), "₹251.10"),
        (("banana chips", "3 bhej do jaipur"), "₹567"),
        (("banana chips", "3 bhej do jaipur"), "Add to cart"),
        (("banana chips", "delivery kitne ki hai bhopal me"), "₹49"),
        (("kaju aur akhrot ka rate", "dono half kilo lu to total"), "₹1,756"),
    ],
)
def test_a_sum_has_what_the_message_names(visitor, texts, told):
    assert told in answer_to(visitor, *texts).text


def test_nothing_is_computed_of_a_rule_that_says_it_in_other_words(visitor):
    Article.objects.filter(slug="coupons").update(body="Ask us for a coupon before you pay.")
    with articles.with_drafts():
        assert shop_rules.coupon() is None


def test_a_gift_box_takes_no_coupon_and_no_cash(visitor):
    answer = answer_to(visitor, "1 festive box total with coupon cod")
    assert "₹1,299 in all" in answer.text


def test_a_coupon_is_computed_beside_a_coupon_that_does_not_apply(visitor):
    answer = answer_to(visitor, "WELCOME10 apply nahi ho raha", "700 ka karu to kitna kam hoga")
    assert "₹70" in answer.text
    assert answer.reply["offerAgent"]
