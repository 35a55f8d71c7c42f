"""How an order stands, in words: what has not been paid is not on its way."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import conversations
from chatbot.sources import order_states
from tests import factories
from tickets.models import OrderStatus

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("payment_status", ["failed", "Declined", " unpaid "])
@pytest.mark.parametrize("language", ["en", "hinglish", "hi"])
def test_an_order_whose_payment_failed_is_not_being_packed(priya, payment_status, language):
    day = {"eta": timezone.now() + timedelta(days=2)}
    order = factories.order(priya, status="placed", payment_status=payment_status, **day)
    said = order_states.state_in_words(order, language)
    after = order_states.state_after_its_number(order, language)
    assert after == said.removeprefix("it ")
    paid = factories.order(priya, "VP-10002", status="placed", payment_status="paid", **day)
    assert said != order_states.state_in_words(paid, language)


def test_an_order_whose_payment_failed_is_not_late(priya):
    day = {"eta": timezone.now() - timedelta(days=2), "status": "placed"}
    assert order_states.is_late(factories.order(priya, payment_status="paid", **day))
    assert not order_states.is_late(factories.order(priya, "VP-10002", payment_status="failed", **day))


@pytest.mark.parametrize("payment_status", ["paid", "pending", "cod", "", "refunded"])
def test_other_payments_say_nothing_about_the_way(priya, payment_status):
    assert not order_states.is_unpaid(
        factories.order(priya, status="placed", payment_status=payment_status)
    )


def test_a_shipped_order_is_on_its_way_whatever_its_payment(priya):
    order = factories.order(priya, status=OrderStatus.SHIPPED, payment_status="failed")
    assert not order_states.is_unpaid(order)


def test_asked_where_it_is_a_person_is_offered_for_the_payment(priya):
    factories.order(priya, status="placed", payment_status="failed")
    answer = conversations.ask(priya, "where is my order")
    assert "did not go through" in answer.text
    assert answer.reply["offerAgent"]
    assert answer.reply["category"] == "payment"
