"""A wish that is dropped, an item that is put right, and what a guess may not begin."""

import pytest

from chatbot.dialogue.reading import signs
from chatbot.nlu import corpus
from chatbot.nlu.text import typos
from chatbot.nlu.text.typos import respelt
from tests.chatbot.talks import said


@pytest.mark.parametrize(
    ("wish", "dropped"),
    [
        ("i want to return the ghee", "actually no, my wife likes it"),
        ("cancel my order", "fine, leave it. keep the order"),
        ("ghee return karna hai", "hmm rakh lete hain, theek hai"),
        ("change my address", "no wait, its fine, same address"),
    ],
)
def test_a_wish_that_is_dropped_leaves_nothing_for_the_hand_over(customer, wish, dropped):
    answer, kept = said(customer, wish, dropped)
    assert answer.rule == "a_change_of_mind"
    assert "issue" not in kept
    assert not answer.reply["offerAgent"]


def test_a_second_thought_that_names_what_is_meant_is_a_correction(customer):
    answer, kept = said(customer, "i want to cancel my order", "actually no, the address")
    assert kept["topic"]["aspect"] == "change_address"
    assert answer.reply["order"]["number"] == "VP-10266"


@pytest.mark.parametrize(
    ("told", "corrected"),
    [
        ("papad toota hua tha", "nahi nahi ghee wala, papad theek hai"),
        ("the papad was broken", "sorry not the papad, the ghee was leaking"),
    ],
)
def test_an_item_that_is_put_right_takes_the_place_of_the_other(customer, told, corrected):
    _, kept = said(customer, told, corrected)
    assert [item["name"] for item in kept["issue"]["claim"]["items"]] == ["Gir Cow Bilona Ghee"]
    assert kept["issue"]["details"] == [corrected]


def test_no_photo_is_kept_for_the_person_who_takes_over(customer):
    answer, kept = said(customer, "papad toota hua tha", "photo nahi hai mere paas")
    assert kept["issue"]["details"] == ["photo nahi hai mere paas"]
    assert answer.reply["offerAgent"]


@pytest.mark.parametrize(
    ("text", "intent", "missing"),
    [
        ("keep the order", "cancel_order", True),
        ("radd kar do", "cancel_order", False),
        ("app se?", "account_problem", True),
        ("otp nahi aaya", "account_problem", False),
        ("doodh chahiye", "item_problem", True),
        ("papad toot gaya", "item_problem", False),
        # No kind of trouble: nothing can be missing
        ("hello", "greeting", False),
    ],
)
def test_an_issue_needs_a_sign_of_its_kind(text, intent, missing):
    assert signs.are_missing(text, intent, 0.7) is missing
    assert not signs.are_missing(text, intent, 0.95)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("prise", "price"),
        ("chrg", "charges"),
        ("ingridients", "ingredients"),
        ("kitney", "kitne"),
        # They only sound like "gluten", "coupon", "refund" and "peanut"
        ("galat", "galat"),
        ("cheap", "cheap"),
        ("refined", "refined"),
        ("point", "point"),
        ("praise", "praise"),
    ],
)
def test_words_for_what_is_asked_of_a_product_are_read_with_their_typos(typed, meant):
    assert respelt(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chlega", "chalega"),
        ("pdega", "padega"),
        ("bche", "bacche"),
        ("pese", "paise"),
        ("wps", "wapas"),
        ("jyga", "jayega"),
        ("phle", "pehle"),
        # Words of their own
        ("hmm", "hmm"),
        ("arre", "arre"),
        ("usse", "usse"),
        ("gst", "gst"),
    ],
)
def test_a_word_without_its_vowels_is_read_in_full(typed, meant):
    assert respelt(typed) == meant


def test_the_usual_words_are_those_of_the_corpus():
    written = typos.words_file(example.text for example in corpus.load())
    assert typos.WORDS_FILE.read_text(encoding="utf-8") == written, "run manage.py train_villy"


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        ("sirf papad nikla", "Gir Cow Bilona Ghee"),
        ("sirf papad toota mila", "Moong Papad"),
        ("only got the ghee", "Moong Papad"),
    ],
)
def test_only_one_arrived_means_that_the_others_are_missing(customer, text, ticked):
    _, kept = said(customer, "10264 me kuch kam hai", text)
    assert [item["name"] for item in kept["issue"]["claim"]["items"]] == [ticked]


def test_a_wish_for_a_refund_in_place_of_a_new_item_keeps_the_issue_open(customer):
    _, kept = said(customer, "papad toota hua tha", "refund nahi, naya bhejo")
    assert kept["issue"]["intent"] == "item_problem"
    assert kept["issue"]["details"] == ["refund nahi, naya bhejo"]
