"""Whether a message beside an open issue asks or tells, and what is said the second time."""

import pytest

from chatbot.dialogue.message import parse
from chatbot.dialogue.resolving import asking
from tests import factories
from tests.chatbot.talks import said


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("48 ghante wala niyam kya h", True),
        ("kal tak aa jayega na", True),
        ("dabba khula ho to chalega", True),
        ("and if the courier has it already", True),
        ("paise to nahi lagenge", True),
        ("क्या डिब्बा भी चाहिए", True),
        ("dabba bhi toota tha", False),
        ("mere paas bill nahi hai", False),
        ("maine guard se pooch liya", False),
        ("i have checked with the bank", False),
    ],
)
def test_the_mood_and_the_words_tell_a_question_from_a_detail(customer, text, asks):
    answer, _ = said(customer, "papad toota aaya")
    assert asking.asks(parse(answer.chat, text, asked={}, language="hinglish")) is asks


def test_a_question_beside_an_issue_is_answered_and_not_noted(customer):
    answer, _ = said(customer, "papad toota aaya", "48 ghante wala niyam kya h")
    assert "48 ghante" in answer.text
    assert answer.rule in ("the_rule_goes_on", "asked_of_the_subject")


def test_the_old_packet_of_what_came_broken_is_no_older_order(customer):
    answer, kept = said(customer, "papad toota aaya", "purana packet rakh lu")
    assert "Wapas kuch nahi bhejna" in answer.text
    assert kept["issue"]["words"] == "papad toota aaya"


def test_a_damaged_item_goes_back_by_its_own_rule(customer):
    answer, _ = said(customer, "ghee ka jar toota mila", "papad theek hai, kuch wapas karna padega?")
    assert "Wapas kuch nahi bhejna" in answer.text
    assert "₹49" not in answer.text


def test_a_wrong_item_that_is_told_stays_open_and_is_not_corrected_by_its_own_name(customer):
    answer, kept = said(customer, "wrong item aaya mere order me", "galat wala wapas karna padega")
    assert "Galat wala aap rakh lijiye" in answer.text
    assert kept["issue"]["flow"] == "damaged"


def test_the_second_time_only_the_sentence_that_answers_is_said(customer):
    first, _ = said(customer, "return policy batao")
    again, _ = said(customer, "khula packet wapas le loge kya")
    assert "Khula hua" in again.text
    assert len(again.text) < len(first.text)


def test_a_detail_after_its_rule_is_noted_and_the_rule_is_not_said_again(customer):
    _, _ = said(customer, "i was charged twice for one order")
    answer, kept = said(customer, "both payments went from my sbi account in the morning")
    assert "added that" in answer.text
    assert "sbi account" in kept["issue"]["details"][-1]


@pytest.mark.parametrize(
    "text", ["jar toot gaya aur haath kat gaya", "the bottle broke, my finger is bleeding"]
)
def test_a_person_who_is_hurt_comes_first(customer, text):
    answer, _ = said(customer, text)
    assert answer.reply["priority"] == "urgent"
    assert answer.reply["offerAgent"]


def test_when_the_money_of_a_double_payment_comes_is_told_by_its_own_rule(customer):
    answer, _ = said(customer, "paise do baar kat gaye", "extra wala kitne din me wapas aayega")
    assert "3 working days" in answer.text
    assert "netbanking" not in answer.text


@pytest.mark.parametrize(
    ("texts", "told", "never"),
    [
        (("paise kat gaye order ka", "isme gud bhi hai na"), "Kolhapuri Jaggery Powder", "₹129"),
        (("papad toota aaya", "isme kya kya tha"), "Gir Cow Bilona Ghee", "Hamare packing room"),
        (("pata badalna hai order ka", "delivery boy ka number do"), "7784 5549 3310", "likh liya"),
        (("papad me se ajeeb gandh, expiry nikal gayi hai", "paisa pura milega"), "poora refund", "₹49"),
        (("पापड़ से अजीब सी गंध है",), "मत खाइए", "₹49"),
        (("makhana order cancel kiya tha paise nahi mile",), "refund", "Cancel karne ko kuch"),
    ],
)
def test_a_question_beside_an_issue_is_answered_for_the_issues_order(customer, texts, told, never):
    answer, _ = said(customer, *texts)
    assert told in answer.text
    assert never not in answer.text


def test_how_it_was_paid_is_a_detail_of_what_is_wrong(customer):
    _, kept = said(customer, "papad toota aaya", "paise cash diye the")
    assert kept["issue"]["intent"] == "item_problem"
    assert "cash" in kept["issue"]["details"][-1]


def test_a_wish_for_someone_brings_a_person(customer):
    answer, _ = said(customer, "where is my order", "can you have someone check the bill")
    assert answer.reply["offerAgent"]


def test_how_to_order_is_told_after_any_rule(customer):
    answer, _ = said(customer, "cod hai kya", "acha kaise order karu")
    assert "Add to cart" in answer.text


def test_damage_is_recognised_in_any_order_of_words(customer):
    answer, kept = said(customer, "papad sare tut ke mile")
    assert kept["issue"]["intent"] == "item_problem"
    assert answer.reply["order"]["number"] == "VP-10264"


def test_how_many_of_it_is_a_detail_and_no_praise(customer):
    _, kept = said(customer, "papad toota aaya", "both packets")
    assert kept["issue"]["details"][-1] == "both packets"


def test_on_which_day_it_came_is_asked_of_the_order(customer):
    answer, _ = said(
        customer, "it says delivered but i have nothing", "what date was it delivered as per you"
    )
    assert "30 Nov" in answer.text or answer.reply["order"]["number"] == "VP-10264"


def test_a_question_in_the_second_half_is_one(customer):
    answer, _ = said(customer, "papad toota aaya")
    parsed = parse(answer.chat, "it came 4 days ago, is it too late", asked={}, language="en")
    assert asking.asks(parsed)


def test_when_the_parcel_comes_is_asked_of_the_order_after_any_rule(customer):
    answer, _ = said(customer, "need an invoice for VP-10266", "when will the parcel be here")
    assert answer.reply["order"]["number"] == "VP-10266"
    assert "out for delivery" in answer.text


def test_a_refunded_order_is_told_as_refunded(customer):
    answer, _ = said(customer, "VP-10243 ka refund", "kitna wapas mila")
    assert "check hone par" not in answer.text


def test_one_word_that_a_sentence_alone_has_finds_it(customer):
    person = factories.guest()
    said(person, "coupon kaise lagta hai")
    answer, _ = said(person, "gift box pe chalta hai")
    assert "gift box par coupon nahi lagta" in answer.text
    assert "WELCOME10" not in answer.text


def test_a_sentence_that_holds_only_of_some_is_not_said_alone(customer):
    person = factories.guest()
    said(person, "how do returns work")
    answer, _ = said(person, "do i have to pay anything")
    assert "₹49" in answer.text
