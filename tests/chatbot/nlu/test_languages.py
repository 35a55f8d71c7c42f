"""A wish for a language: which one, and what else the message asks."""

import pytest

from chatbot.nlu.cues.languages import language_request


@pytest.mark.parametrize(
    ("text", "language", "rest"),
    [
        ("hindi mein bolo na yaar english apne ko nahi samajhti", "hi", ""),
        ("nahi roman mein likho", "hinglish", ""),
        ("english me likho mera pota padhega", "en", ""),
        ("can u type in english my hindi is weak", "en", ""),
        ("mujhe angrezi nahi aati", "hinglish", ""),
        ("अंग्रेज़ी समझ नहीं आती", "hi", ""),
        ("I don't read Hindi", "en", ""),
        ("roman hindi likhiye na", "hinglish", ""),
        ("हिंदी नहीं आती मुझे english में", "en", ""),
        # What is asked besides stays
        ("hindi me batao makhana ke fayde", "hi", "batao makhana ke fayde"),
        ("in english, how does that work if i don't understand the coupon", "en", None),
    ],
)
def test_a_wish_for_a_language_and_its_reason(text, language, rest):
    asked = language_request(text)
    assert asked.language == language
    assert asked.rest == rest if rest is not None else asked.rest


@pytest.mark.parametrize(
    "text", ["samajh nahi aaya", "english breakfast tea hai kya", "do you have english tea"]
)
def test_a_language_in_passing_is_no_wish(text):
    assert language_request(text) is None
