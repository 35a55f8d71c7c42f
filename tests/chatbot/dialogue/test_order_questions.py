"""What is asked of an order in other words is told from its data."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import chats, conversations
from tests import factories
from tickets.models import OrderStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(db):
    return factories.demo_customer()


@pytest.fixture
def cod_order(customer):
    coming = timezone.now() + timedelta(days=3)
    paid = {"payment_method": "cod", "payment_status": "cod"}
    return factories.order(customer, number="VP-20001", status=OrderStatus.PLACED, eta=coming, **paid)


@pytest.mark.parametrize(
    "asked",
    ["how much i have to give him", "delivery boy ko kitne paise dene honge", "usko kitna dena hai"],
)
def test_cash_on_delivery_is_told_with_the_total_of_the_order(customer, cod_order, asked):
    chats.begin_new(customer)
    conversations.ask(customer, "where is my order")
    answer = conversations.ask(customer, asked).reply
    assert "548" in answer["text"], answer["text"]
    assert answer["order"]["number"] == "VP-20001"


def test_where_exactly_is_asked_of_the_one_of_a_list_that_comes_next(customer, cod_order):
    chats.begin_new(customer)
    conversations.ask(customer, "order??")
    answer = conversations.ask(customer, "where exactly is it now").reply
    assert answer["order"]["number"] == "VP-10266"
    assert "7784 5549 3310" in answer["text"]
