"""Unclaimed orders: shown to the person who proves to be reached at their contact, and to no other."""

import re

import pytest
from django.core import mail

from chatbot import conversations
from chatbot.sources import order_codes
from tickets.models import Order, PersonEvent

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
UNCLAIMED = {"customer": {"email": "priya@example.com"}, "status": "shipped", "carrier": "Blue Dart"}


@pytest.fixture(autouse=True)
def _mail_goes_out(settings):
    settings.MAIL_GOES_OUT = True


def ask(person, text):
    return conversations.ask(person, text).reply


def code() -> str:
    order_codes.wait_until_sent()
    return re.search(r"\d{6}", mail.outbox[-1].body)[0]


def test_the_same_email_alone_shows_nothing(shop, priya):
    shop.put("/api/shop/orders/VP-10234", UNCLAIMED)
    assert ask(priya, "where is my order")["order"] is None


@pytest.mark.engines
def test_a_code_makes_it_the_customers_with_history(shop, priya, vikram):
    shop.put("/api/shop/orders/VP-10234", UNCLAIMED)
    assert ask(priya, "where is my order VP-10234")["order"] is None
    shown = ask(priya, code())["order"]
    assert (shown["number"], shown["status"]) == ("VP-10234", "shipped")
    assert Order.objects.get().customer == priya
    event = PersonEvent.objects.get()
    assert (event.person, event.what, event.details["order"]) == (priya, "order claimed", "VP-10234")
    shop.put("/api/shop/orders/VP-10234", {"status": "delivered"})
    assert ask(priya, "where is my order")["order"]["status"] == "delivered"
    assert ask(vikram, "where is my order VP-10234")["order"] is None


def test_a_signed_customer_hears_the_state_of_now(shop, priya):
    priya.external_id = "c-1"
    priya.save()
    shop.put("/api/shop/orders/VP-10234", {"customer": "c-1", "status": "placed"})
    assert ask(priya, "where is my order")["order"]["status"] == "placed"
    shop.put("/api/shop/orders/VP-10234", {"status": "out-for-delivery"})
    assert ask(priya, "where is my order")["order"]["status"] == "out-for-delivery"


def test_the_paid_amount_is_in_the_orders_currency(shop, priya):
    priya.external_id = "c-1"
    priya.save()
    paid = {"total": 42.5, "currency": "EUR", "paymentMethod": "card", "paymentStatus": "paid"}
    shop.put("/api/shop/orders/VP-10234", {"customer": "c-1", "status": "placed", **paid})
    ask(priya, "where is my order")
    said = ask(priya, "how did i pay")["text"]
    assert "₹" not in said
    assert "€42.50" in said
