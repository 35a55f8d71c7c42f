"""The numbers of orders as shops make them: Villy knows the customer's own in any form."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from chatbot import conversations
from chatbot.sources import order_shape, orders
from tests import factories

pytestmark = pytest.mark.django_db
FORMS = [
    "VP-5cbbe6",
    "A1",
    "ORD_5cb6",
    "5cbbe6-1",
    "2026/11/77",
    "T-5cbb-9",
    "SHOP1-1003",
    "727",
    "S12345X9",
]


def asked(person, text: str):
    return (conversations.ask(person, text).reply["order"] or {}).get("number")


@pytest.mark.parametrize("number", FORMS)
def test_the_customers_own_order_is_found_by_its_number_in_any_form(priya, number):
    factories.order(priya, number, placed_at=timezone.now() - timedelta(days=9))
    factories.order(priya, "NEW-1", placed_at=timezone.now())
    for text in (number, f"where is my order {number}", f"status of order #{number.lower()}?"):
        assert asked(priya, text) == number, text


@pytest.mark.parametrize(
    "text", ["order#10,242", "order no 10,242 status", "vp-1O242", "VP 1o242 kaha hai"]
)
def test_a_comma_or_a_letter_in_a_number_is_read_over(priya, text):
    factories.order(priya, "VP-10242", placed_at=timezone.now() - timedelta(days=9))
    factories.order(priya, "VP-10270", placed_at=timezone.now())
    assert asked(priya, text) == "VP-10242"


def test_an_amount_with_a_comma_is_no_order(priya):
    factories.order(priya, "VP-10242")
    assert orders.numbers_in("order 10,242 rs ka tha") == []


def test_the_longer_of_two_numbers_is_the_order(priya):
    known = [factories.order(priya, number) for number in ("B-1", "B-1-2")]
    assert orders.named(known, "where is B-1-2").number == "B-1-2"
    assert orders.named(known, "where is B-1?").number == "B-1"
    assert orders.named(known, "where is AB-1 or B-12") is None


def test_few_digits_that_count_something_are_no_order(priya):
    known = [factories.order(priya, "727")]
    assert orders.named(known, "i paid 727 rupees") is None
    assert orders.named(known, "order no. 727 kab aayega").number == "727"


@pytest.mark.engines
def test_an_order_beyond_the_newest_fifty_is_found_by_its_number(priya):
    now = timezone.now()
    for place in range(orders.RECENT + 2):
        factories.order(priya, f"VP-{place}x9", placed_at=now - timedelta(days=place))
    assert asked(priya, f"where is my order VP-{orders.RECENT + 1}x9") == f"VP-{orders.RECENT + 1}x9"


def test_a_guest_names_an_order_of_the_shops_own_form(priya):
    cache.delete("orders:numbers")
    factories.order(priya, "VP-5cbbe6")
    assert orders.numbers_in("where is vp-77aa01?")[:2] == ["vp-77aa01", "VP-77AA01"]
    assert orders.numbers_in("my pin is 302017, 500g ghee, covid-19") == []
    cache.delete("orders:numbers")


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("VP-10234", "VP-10235", ""),
        ("2026/11/77", "order 2026/12/1005 please", "2026/12/1005"),
        ("T-5cbb-9", "t-99zz-12", "t-99zz-12"),
        ("T-5cbb-9", "t-shirts-9", ""),
        ("SHOP1-1003", "order-1234", ""),
        ("SHOP1-1003", "shop2-77", "shop2-77"),
        ("5cbbe6-1", "the deluxe-2 box", ""),
        ("5cbbe6-1", "4abbe6-2", "4abbe6-2"),
        ("S12345X9", "where is S98765Y1", "S98765Y1"),
        ("", "anything", ""),
    ],
)
def test_another_number_of_the_same_form_is_known_by_its_form(number, text, found):
    assert order_shape.find(text, number) == found
