"""An answer of the language model says no more than its source."""

import pytest

from chatbot.demo import loader
from chatbot.llm import claims
from tests.chatbot.test_llm import BODY


@pytest.mark.parametrize(
    ("answer", "claim"),
    [
        ("Within 7 days, ₹49, opened not.", ""),
        ("Within seven days, 49 rupees, opened not.", ""),
        ("Within 7 hours, opened not.", "7 hours"),
        ("Within 49 days, opened not.", "49 days"),
        ("7% off, not opened.", "7%"),
        ("₹7 for the pick-up, opened not.", "₹7"),
        ("Within ten days, opened not.", "ten"),
        ("By december, opened not.", "december"),
        ("Guaranteed, opened not.", "guaranteed"),
        ("Opened or sealed, within 7 days.", "not"),
        ("You're right, within 7 days, opened not.", "you're right"),
        ("Bilkul sahi, 7 days, opened not.", "bilkul sahi"),
    ],
)
def test_a_claim_that_the_source_does_not_make_is_found(answer, claim):
    assert claims.unsourced(answer, BODY) == claim


def test_every_article_of_the_demo_shop_keeps_to_itself():
    for row in loader._read("articles"):
        for body in (row["body"], row["body_hinglish"], row["body_hi"]):
            assert claims.unsourced(body, body) == "", row["slug"]
