"""A list that is narrowed by what is denied or wanted, and one item that is taken out of an order."""

import pytest

from chatbot.dialogue.resolving import narrowing
from tests import factories
from tests.chatbot.talks import answer_to


def names(answer) -> set[str]:
    return {card["name"] for card in answer.reply["products"]}


@pytest.mark.parametrize(
    ("text", "key", "wanted"),
    [
        ("meetha nahi chahiye", "sweet", False),
        ("kuch meetha", "sweet", True),
        ("bina namak wala", "salt", False),
        ("not too spicy", "spicy", False),
        ("without onion or garlic", "onion_garlic", False),
        ("तीखा न हो", "spicy", False),
        ("oil free", "oil", False),
        ("vegan", "vegan", True),
    ],
)
def test_a_denial_is_read_in_its_scope(text, key, wanted):
    assert narrowing.Condition(key, wanted) in narrowing.conditions_in(text)
    assert narrowing.is_all(text)


def test_a_sentence_with_more_than_conditions_is_none():
    assert not narrowing.is_all("meetha nahi tha wo order")


def test_a_denied_condition_narrows_the_list_and_the_price_stays(visitor):
    answer = answer_to(visitor, "koi snack dikhao 200 ke andar", "meetha na ho")
    assert names(answer) == {"Kerala Banana Chips", "Ratlami Sev"}
    answer = answer_to(visitor, "sasta wala")
    assert "Ratlami Sev" in names(answer)


def test_a_list_stays_with_its_kind(visitor):
    answer = answer_to(visitor, "masala makhana me pyaz hai kya", "bina pyaz wala konsa hai")
    assert names(answer) == {"Classic Makhana"}


def test_a_price_narrows_what_was_listed(visitor):
    answer = answer_to(visitor, "namkeen me kya kya hai", "160 k andar")
    assert names(answer) <= {"Ratlami Sev"}


def test_none_of_them_is_said_so(visitor):
    answer = answer_to(visitor, "dry fruits dikhao", "teekha wala chahiye koi")
    assert "Inme se koi" in answer.text or "Peri Peri" in answer.text


def test_one_item_comes_out_of_an_order_that_has_not_shipped(db):
    customer = factories.demo_customer()
    order = customer.orders.get(number="VP-10266")
    order.status = "packed"
    order.save()
    answer = answer_to(customer, "mera order kab aayega", "usme se chai nikal do")
    assert "Assam CTC Tea" in answer.text
    assert answer.reply["order"]["number"] == "VP-10266"
    assert answer.reply["offerAgent"]
    assert "jod nahi" not in answer.text


def test_nothing_comes_out_of_an_order_that_is_on_its_way(db):
    answer = answer_to(factories.demo_customer(), "mera order kab aayega", "usme se chai nikal do")
    assert "nikal chuka hai" in answer.text
    assert "hat sakta" not in answer.text


def test_an_address_that_was_put_in_wrong_names_no_lentils(db):
    answer = answer_to(factories.demo_customer(), "pata galat daal diya maine")
    assert answer.reply["order"]["number"] == "VP-10266"


def test_products_of_the_same_kind_come_before_the_rest_of_the_shop(visitor):
    answer = answer_to(
        visitor, "masala makhana ya peri peri makhana, kaunsa better", "koi bina pyaz lehsun"
    )
    assert names(answer) == {"Classic Makhana"}


def test_a_question_about_a_kind_gets_a_list_and_no_ingredients(visitor):
    answer = answer_to(visitor, "namkeen me kya kya milta hai")
    assert "ingredients" not in answer.text


def test_the_concern_is_kept_for_the_next_product(visitor):
    answer = answer_to(visitor, "papa ko sugar hai, gud de sakte hai kya", "makhana theek rahega")
    assert "doctor" in answer.text


def test_a_question_whether_it_is_so_narrows_nothing(visitor):
    answer = answer_to(visitor, "namkeen aur chips dikhao", "palm oil to nahi hai na")
    assert "Inme se koi" not in answer.text


def test_only_that_item_comes_out_with_a_product_in_between(db):
    customer = factories.demo_customer()
    customer.orders.filter(number="VP-10266").update(status="packed")
    answer = answer_to(
        customer,
        "mera order kab aayega",
        "jaggery powder me chemical hai kya",
        "bas gud nikaal do order se",
    )
    assert "Kolhapuri Jaggery Powder" in answer.text
    assert answer.rule == "an_item_taken_out"
