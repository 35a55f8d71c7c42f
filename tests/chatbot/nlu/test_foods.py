"""Tests for the words of food: what a message names, and whether an English text has it."""

import pytest

from chatbot.sources import foods


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("elaichi wali h", ["elaichi"]),
        ("isme sarson ka tel hai", ["sarson ka tel"]),
        ("gud ki hai ya cheeni ki", ["gud", "cheeni"]),
        ("इसमें अदरक है क्या", ["अदरक"]),
        ("are they roasted or fried", ["roasted", "fried"]),
        # A verb that only looks like sesame, and the arrival that is no flour
        ("kab tak aata hai", []),
        ("subtle", []),
    ],
)
def test_the_longest_words_for_a_food_are_found(text, said):
    assert [food.said for food in foods.named_in(text)] == said


@pytest.mark.parametrize(
    ("said", "text", "is_there"),
    [
        ("hing", "moong dal, salt, asafoetida", True),
        ("cheeni", "100% sugarcane jaggery", False),
        ("bhuna", "Not roasted, not salted", True),
        ("polished", "Unpolished foxtail millet", True),
        ("elaichi", "100% black tea", False),
    ],
)
def test_a_food_stands_in_an_english_text_in_whatever_form(said, text, is_there):
    (food,) = foods.named_in(said)

    assert food.stands_in(text) is is_there
