"""What a signed-in customer finds in the widget before a word is typed: the last orders, with what fits each."""

import pytest

from chatbot import conversations
from chatbot.widget import opening
from tests import factories
from tests.pages import page

CONVERSATION = "/widget/conversation"
LANGUAGES = ("en", "hinglish", "hi")
# What each kind of sentence has to lead to
LEADS_TO = {
    "where": ("order_status",),
    "cancel": ("cancel_order",),
    "wrong": ("item_problem",),
    "return": ("refund_return",),
    "refund": ("refund_return",),
}


@pytest.fixture
def customer(db):
    return factories.demo_customer()


def test_the_last_orders_stand_there_with_what_fits_their_state(api, customer):
    shown = page(api(customer).get(CONVERSATION))
    assert "VP-10266" in shown.text
    assert "VP-10264" in shown.text
    assert "Out for delivery · " in shown.text
    assert shown.one("button", data_say="Where is VP-10266?")
    assert shown.one("button", data_say="Return VP-10264")
    assert shown.one("button", data_say="Refund status of VP-10243")
    # The oldest of four is left out, and nothing is offered that its state does not allow
    assert "VP-10234" not in shown.text
    assert "Cancel VP-10266" not in shown.text


def test_a_guest_sees_no_orders(api, db):
    assert opening.cards(factories.guest(), "en") == []
    assert opening.cards(None, "en") == []


def test_the_cards_go_once_something_was_said(api, customer):
    conversations.ask(customer, "hello")
    assert "Return VP-10264" not in page(api(customer).get(CONVERSATION)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_of_a_card_is_answered_about_its_order(customer, language):
    for card in opening.cards(customer, language):
        assert card.says
        for kind, said in zip(opening.OFFERED[card.status], card.says, strict=False):
            customer.chats.all().delete()
            answer = conversations.ask(customer, said)
            assert answer.reply["order"]["number"] == card.number, said
            assert answer.reply["intent"] in LEADS_TO[kind], said


def test_an_order_of_last_month_is_not_offered_for_a_return(customer):
    orders = {order.number: order for order in customer.orders.prefetch_related("items")}
    assert opening._may_return(orders["VP-10264"])
    assert not opening._may_return(orders["VP-10234"])
    assert opening._card(orders["VP-10234"], "en").says == ["Something in VP-10234 is damaged or missing"]
