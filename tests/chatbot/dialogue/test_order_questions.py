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
    assert "548" in answer["text"]
    assert answer["order"]["number"] == "VP-20001"


def test_where_exactly_is_asked_of_the_only_one_of_a_list_that_comes(customer, cod_order):
    factories.order(customer, number="VP-20000", status=OrderStatus.DELIVERED)
    cod_order.status, cod_order.carrier, cod_order.tracking_number = OrderStatus.SHIPPED, "BlueKite", "BK 1"
    cod_order.save()
    chats.begin_new(customer)
    conversations.ask(customer, "order??")
    answer = conversations.ask(customer, "where exactly is it now").reply
    assert answer["order"]["number"] == "VP-20001"
    assert "BK 1" in answer["text"]
