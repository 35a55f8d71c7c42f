"""Where the shop delivers: the table that it edits, asked by PIN code, place and not at all."""

from decimal import Decimal

import pytest

from chatbot import conversations
from chatbot.models import DeliveryArea, Product
from chatbot.sources import delivery_areas
from tests import factories

pytestmark = pytest.mark.all_engines


@pytest.fixture
def areas(db):
    rest = DeliveryArea.objects.create(name="the rest", charge=49, free_from=499)
    hills = DeliveryArea.objects.create(
        name="the hills", pin_prefixes="79 7930", places="Shillong\nशिलांग", days_from=6, days_to=8
    )
    no = DeliveryArea.objects.create(name="army", pin_prefixes="90 99", is_served=False)
    return rest, hills, no


@pytest.mark.parametrize(("pin", "place"), [("793001", 1), ("793 001", 1), ("901234", 2), ("302017", 0)])
def test_the_longest_prefix_decides_and_the_rest_is_a_row_without_any(areas, pin, place):
    assert delivery_areas.areas().of_pin(delivery_areas.pin_in(f"pin {pin}")) == areas[place]


def test_a_place_is_found_in_either_script(areas):
    for text in ("do you deliver to shillong", "शिलांग में भेजते हो"):
        assert delivery_areas.areas().named_in(text)[1] == areas[1]


@pytest.mark.parametrize(("goods", "charge"), [(100, 49), (498, 49), (499, 0), (2000, 0)])
def test_delivery_is_free_from_the_sum_that_the_shop_set(areas, goods, charge):
    assert delivery_areas.delivery_charge(Decimal(goods)) == charge


def test_without_a_table_nothing_is_promised(db):
    assert delivery_areas.delivery_charge(Decimal(100)) is None
    assert delivery_areas.areas().of_pin("793001") is None


def test_villy_says_no_where_the_shop_does_not_deliver(areas):
    answer = conversations.ask(factories.guest(), "do you deliver to pincode 901234")
    assert "don't deliver" in answer.text


@pytest.mark.engines
def test_a_row_that_the_shop_changed_is_what_villy_says_next(areas):
    guest = factories.guest()
    assert "6–8" in conversations.ask(guest, "delivery to 793001?").text
    areas[1].days_from, areas[1].days_to = 4, 5
    areas[1].save()
    assert "4–5" in conversations.ask(guest, "delivery to 793001?").text


def test_after_a_question_about_delivery_it_is_still_the_food(areas):
    Product.objects.create(
        sku="PP", name="Peri Peri Makhana", category="makhana", price=299, ingredients="Fox nuts, chilli"
    )
    guest = factories.guest()
    for text in ("peri peri makhana price", "793001 pe kitne din"):
        conversations.ask(guest, text)
    answer = conversations.ask(guest, "is it ok for my 1 year old")
    assert answer.rule == "food_safety"
    assert "Peri Peri Makhana" in answer.text
    assert "doctor" in answer.text


def test_staff_edit_the_table_and_agents_do_not(browse, meera, asha, areas):
    url = "/admin/chatbot/deliveryarea/"
    assert browse(meera).get(url).status_code == 200
    assert browse(meera).get(f"{url}{areas[1].pk}/change/").status_code == 200
    assert browse(asha).get(url).status_code in (302, 403)


@pytest.mark.parametrize(
    "said", ["shillong me kal tak mil jayega?", "can you deliver to shillong by tomorrow"]
)
def test_asked_for_a_day_he_tells_the_days_and_says_no_yes(areas, said):
    answer = conversations.ask(factories.person(), said)
    assert "6–8" in answer.reply["text"]
    assert not answer.reply["text"].lower().startswith(("haan", "yes"))


@pytest.mark.parametrize(
    ("place", "cash", "rule", "where"),
    [
        (
            "do u deliver to 744101",
            "cod there?",
            "at most PIN codes",
            "whether cash on delivery works there",
        ),
        ("560034 me kitne din lagenge", "cod hai kya wahan", "zyada-tar PIN codes", "Product page par"),
    ],
)
def test_cash_at_a_pin_code_gets_the_rule_and_where_to_look_it_up(db, place, cash, rule, where):
    factories.demo_customer()
    visitor = factories.guest()
    conversations.ask(visitor, place)
    text = conversations.ask(visitor, cash).text
    assert rule in text
    assert where in text
