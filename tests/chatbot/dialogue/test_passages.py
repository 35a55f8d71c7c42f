"""What a question and a text of the shop have in common, and where a sentence is a yes or a no."""

import pytest

from chatbot.dialogue.reading import passages
from chatbot.models import Article

BILL = Article(
    body="A bill goes to your e-mail. Our prices include GST.",
    body_hinglish="Bill e-mail par aata hai. Hamare daam mein GST shaamil hai.",
)


def words_in(text: str, sentence: str) -> list[str]:
    return [unit.word for unit in passages.units(text) if passages.stands_in(unit, sentence)]


@pytest.mark.parametrize(
    ("text", "sentence", "shared"),
    [
        ("rate kya hai", "Our prices include GST.", ["rate"]),
        ("is it included", "Our prices include GST.", ["included"]),
        ("for cod?", "For cash-on-delivery orders we need a UPI ID.", ["cod"]),
        ("card pe likh sakte ho", "Haath se likha card free hai.", ["card", "likh"]),
        ("kya hai ye", "Haath se likha card free hai.", []),
        ("cash only?", "Our room handles cashew.", []),
    ],
)
def test_a_word_is_found_by_its_form_and_by_what_it_means(text, sentence, shared):
    assert words_in(text, sentence) == shared


def test_a_sentence_is_found_through_its_other_languages():
    sentences = passages.sentences_of(BILL, "hinglish")
    assert [each[0] for each in sentences] == [
        "Bill e-mail par aata hai.",
        "Hamare daam mein GST shaamil hai.",
    ]
    first, second = passages.weights("price me include h", sentences)
    assert second > first


@pytest.mark.parametrize(
    ("text", "sentence", "decided"),
    [
        ("does the price include gst", "Our prices include GST.", "yes"),
        ("is there a minimum", "There is no minimum.", "no"),
        ("emi hai?", "EMI ya pay-later nahi hai, meal card bhi abhi nahi chalte.", "no"),
        ("coupon gift box par lagta hai kya", "Subscription aur gift box par coupon nahi lagta.", "no"),
        # Something in the question stands nowhere
        ("do i have to send it by post", "We collect it from your door.", ""),
        ("can i stop anytime", "You can stop it in My Subscriptions.", ""),
        # True of some, or until some day
        ("is cod available", "Cash on delivery is available at most PIN codes.", ""),
        ("can i cancel", "You can cancel until the parcel ships.", ""),
        # No yes or no is asked for
        ("what is the minimum", "There is no minimum.", ""),
        ("opened ya sealed", "Opened food we cannot take back.", ""),
        # A question that denies
        ("is it not included", "Our prices include GST.", ""),
    ],
)
def test_a_yes_or_no_is_said_only_where_the_sentence_decides_it(text, sentence, decided):
    assert passages.decides(text, (sentence,)) == decided
