"""What a signed-in customer finds before a word is typed: the last orders, each with what fits its state."""

from dataclasses import dataclass

from django.utils import timezone

from chatbot import wording
from chatbot.dialogue import flows
from chatbot.sources import order_states, orders
from tickets.models import Order, OrderStatus, Person

MOST = 3
# What is offered for each state: keys of the sentences "opening_..." that a tap says
OFFERED: dict[str, tuple[str, ...]] = {
    OrderStatus.PLACED: ("where", "cancel"),
    OrderStatus.PACKED: ("where", "cancel"),
    OrderStatus.SHIPPED: ("where",),
    OrderStatus.OUT_FOR_DELIVERY: ("where",),
    OrderStatus.DELIVERED: ("wrong", "return"),
    OrderStatus.CANCELLED: ("refund",),
    OrderStatus.RETURNED: ("refund",),
    OrderStatus.REFUNDED: ("refund",),
}

GONE_BACK = (OrderStatus.CANCELLED, OrderStatus.RETURNED, OrderStatus.REFUNDED)


@dataclass(frozen=True)
class OrderCard:
    """An order as the opening shows it. `says` are sentences to tap: Villy answers them like typed ones."""

    number: str
    status: str
    state: str
    things: str
    says: list[str]


def cards(person: Person | None, language: str) -> list[OrderCard]:
    """Return the person's newest orders; none for a guest, who has to prove an order first. Two queries."""
    if not person or person.is_guest:
        return []
    newest = orders.own(person).prefetch_related("items")[:MOST]
    return [_card(order, language) for order in newest]


def _card(order: Order, language: str) -> OrderCard:
    says = [
        wording.say(f"opening_{key}", language, number=order.number)
        for key in OFFERED.get(order.status, ())
        if key != "return" or _may_return(order)
    ]
    # The day it came, or is expected; what went back has none
    day = "" if order.status in GONE_BACK else order_states.day_of(order, language)
    state = " · ".join(filter(None, (str(order.get_status_display()), day)))
    return OrderCard(order.number, order.status, state, flows.items_in_words(order), says)


def _may_return(order: Order) -> bool:
    """Return whether the flow "return" still takes it back."""
    steps = (step for step in flows.all_flows()["return"].steps if OrderStatus.DELIVERED in step.when)
    within = next((step.within for step in steps), None)
    if within is None or not order.delivered_at:
        return within is None
    return (timezone.now() - order.delivered_at).days <= within
