"""What a message that follows asks, read by what was learnt from `data/asked`: wordings that no rule has."""

from pathlib import Path

import pytest

from chatbot.dialogue import message
from chatbot.dialogue.rules.products import concerns
from chatbot.nlu import asked
from tests import factories
from tests.chatbot.talks import said

SAID_IN_CODE = {
    "a_person",
    "a_photo",
    "courier",
    "fit_to_eat",
    "how_the_order_stands",
    "in_the_order",
    "nothing",
    "paid",
    "what_happens_now",
}


@pytest.fixture
def customer(db):
    return factories.demo_customer()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kitne mahine tk rkh skte h", "shelf_life"),
        ("11 mahine ki beti ko chata du", "for_a_child"),
        ("thande me rakhe kya", "storage"),
        ("konse rajya ka h", "origin"),
        ("koi banda milao yaar baat karni h", "a_person"),
        ("lagega kuch alag se", "cost"),
        ("courier wala kaun aayega", "courier"),
        ("ab aage kya kru me", "what_happens_now"),
        ("shukriya bhai", "nothing"),
        ("lemon wali", "nothing"),
    ],
)  # fmt: skip
def test_a_wording_that_is_not_among_the_lines_is_read(text, what):
    assert text not in dict(asked.lines())
    assert asked.asked(text).what == what


def test_a_story_asks_nothing():
    assert asked.asked("kitne ka hai " * 8).what == asked.NOTHING


def test_every_file_is_of_use():
    known = {*message.OF_A_PRODUCT, *message.OF_A_SUBJECT, *concerns.BY_READING, *SAID_IN_CODE}
    assert {kind for _, kind in asked.lines()} == known


def test_no_line_stands_in_two_files():
    texts = [text for text, _ in asked.lines()]
    assert len(texts) == len(set(texts))


def test_the_model_is_of_the_lines_and_reads_most_that_it_has_not_seen():
    facts = asked.Model(asked.MODEL_FILE.read_bytes()).facts
    assert facts["digest"] == asked.digest(), "run manage.py train_villy"
    assert facts["right"]["all"] >= 0.7


def test_the_honey_that_is_spoken_of_is_not_for_a_baby(customer):
    answer, _ = said(factories.guest(), "shahad ka rate?", "mere 7 mahine ke bete ko chata du thoda sa?")
    assert "Not for babies under one year" in answer.text


def test_a_wish_for_a_person_beside_an_issue_is_no_detail_of_it(customer):
    answer, kept = said(customer, "ghee ka jar toot gaya", "chalo koi baat krwao")
    assert answer.rule == "a_wish_for_a_person"
    assert answer.reply["offerAgent"]
    assert "chalo" not in str(kept["issue"].get("details", []))


def test_the_rule_of_the_talk_is_nearer_than_another(customer):
    answer, _ = said(
        factories.guest(), "courier aaya tha main ghar par nahi tha", "what if all attempts fail"
    )
    assert "third try" in answer.text


def test_details_of_an_issue_bring_its_rule_once(customer):
    answer, _ = said(customer, "mera order late hai", "tracking me wahi atka h 4 din se")
    assert "3 working days" in answer.text


def test_the_number_of_the_courier_is_not_taken_for_a_detail(customer):
    answer, _ = said(customer, "mera order late hai", "swiftly ka number do")
    assert "7784 5549 3310" in answer.text
    assert answer.rule == "a_fact_of_the_order"


def test_another_and_that_one_are_the_two_of_a_kind(customer):
    person = factories.guest()
    answer, _ = said(person, "is mustard oil good for frying", "difference between that and groundnut")
    assert {card["name"] for card in answer.reply["products"]} == {
        "Cold-Pressed Mustard Oil",
        "Cold-Pressed Groundnut Oil",
    }


def test_a_question_about_the_next_step_is_no_list_of_items(customer):
    answer, _ = said(customer, "papad toot gaya", "ab mujhe kya krna h")
    assert "photo" in answer.text


def test_a_rule_that_names_the_goods_comes_before_their_stock(customer):
    answer, _ = said(factories.guest(), "cod milega?", "gift box bhi cod pe mil jayega na")
    assert "prepaid" in answer.text


def test_whether_what_is_odd_may_be_eaten_is_answered_with_care(customer):
    answer, _ = said(customer, "ghee se ajeeb smell aa rahi hai", "pet kharab to nhi hoga khane se")
    assert answer.reply["offerAgent"]
    assert "mat khaiye" in answer.text


def test_how_long_is_read_by_what_the_talk_is_about():
    assert asked.asked("kitne din tikega").what == "shelf_life"
    of_goods = asked.asked("kitne din", message.NOT_OF_GOODS)
    assert of_goods.what != "days" or of_goods.sure < asked.asked("kitne din").sure


def test_when_it_comes_is_asked_of_the_order_that_is_spoken_of(customer):
    answer, _ = said(customer, "change my address", "will it delay the delivery", "when is it coming")
    assert answer.reply["order"]["number"] == "VP-10266"
    assert "out for delivery" in answer.text


def test_a_child_is_asked_about_after_a_rule_that_was_told_of_the_food(customer):
    answer, _ = said(factories.guest(), "walnut fresh hai?", "bachche 2 saal ke kha sakte")
    assert answer.rule == "food_safety"
    assert "Walnut" in answer.text


def test_a_name_in_few_words_is_never_beyond_the_shop(customer):
    answer, _ = said(factories.guest(), "papad kaun sa h")
    assert [card["name"] for card in answer.reply["products"]] == ["Moong Papad"]


def test_a_question_that_goes_on_is_read_with_the_one_before(customer):
    answer, _ = said(factories.guest(), "honey asli h na? neeche jam gya h mera wala", "to thik kaise karu")
    assert "gunguna paani" in answer.text


def test_when_after_what_an_item_is_worth_asks_for_the_money(customer):
    answer, _ = said(customer, "cancel my order", "how much will i get back", "when")
    assert "working days to UPI" in answer.text


def test_an_oil_that_is_asked_for_in_a_pickle_is_no_product(customer):
    answer, _ = said(factories.guest(), "lemon pickle price", "mustard oil used?")
    assert [card["name"] for card in answer.reply["products"]] == ["Sun-Cured Lemon Pickle"]
    assert "No oil" in answer.text


def test_lines_that_were_never_trained_on_are_read():
    kept = (Path(__file__).parents[1] / "data" / "asked_kept.txt").read_text(encoding="utf-8")
    rows = [line.split(" | ", 1) for line in kept.splitlines() if line and not line.startswith("#")]
    trained = {text.casefold() for text, _ in asked.lines()}
    assert not trained & {text.casefold() for _, text in rows}
    right = sum(asked.asked(text).what == what for what, text in rows) / len(rows)
    assert right >= 0.72
