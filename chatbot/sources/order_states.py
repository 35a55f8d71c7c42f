"""How an order stands, in words for its customer."""

from django.utils import formats, timezone, translation

from chatbot import wording
from tickets.models import Order, OrderStatus

UNDER_WAY = {
    OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY,
}  # fmt: skip
# As shops and their payment gateways call a payment that did not come
UNPAID = {"failed", "payment failed", "declined", "voided", "expired", "unpaid"}


def is_unpaid(order: Order) -> bool:
    """Return whether the order has not left and the payment for it failed: nothing of it is packed."""
    return order.status == OrderStatus.PLACED and order.payment_status.strip().casefold() in UNPAID


def is_late(order: Order) -> bool:
    if order.eta is None or order.status not in UNDER_WAY or is_unpaid(order):
        return False
    return timezone.localtime(order.eta).date() < timezone.localdate()


def state_in_words(order: Order, language: str) -> str:
    """Say how it stands: "it is on its way, expected Tue 24 Nov"."""
    if is_unpaid(order):
        return wording.say("state_unpaid", language)
    moment = order.delivered_at if order.status == OrderStatus.DELIVERED else order.eta
    key = f"state_{'late' if is_late(order) else order.status}"
    if not moment and wording.has(f"{key}_someday"):
        key += "_someday"
    return wording.say(key, language, day=in_words(moment, language))


def state_after_its_number(order: Order, language: str) -> str:
    """Say how it stands so that it follows the number: "VP-10234 (...) is on its way, expected Tue 24 Nov"."""
    if order.status == OrderStatus.PLACED and not is_unpaid(order):
        return wording.say("state_after_placed", language)
    state = state_in_words(order, language)
    return state.removeprefix("it ").partition(". ")[0] if language == "en" else state


def day_of(order: Order, language: str) -> str:
    """Return the day on which it was delivered or is expected, "" for none."""
    return in_words(order.delivered_at if order.status == OrderStatus.DELIVERED else order.eta, language)


def in_words(moment, language: str) -> str:
    """Return a day in words, "" for none."""
    if not moment:
        return ""
    day = timezone.localtime(moment)
    with translation.override("hi" if language == "hi" else "en"):
        return formats.date_format(day, "j F" if language == "hi" else "D j M")
