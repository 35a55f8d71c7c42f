"""A person's own orders, and nobody else's."""

import re
import uuid
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import formats, timezone, translation

from chatbot import wording
from chatbot.models import Chat
from supportdesk import money
from tickets.models import Category, Order, OrderStatus, Person
from tickets.queries import orders_of

from . import order_codes

RECENT = 50

# Letters and digits as one word (VP-10234, vp 10234), or digits after "order" or "#"
LETTERED = re.compile(
    r"\b(?!(?:no|rs|id|inr|pin|awb|utr)\b)([A-Z]{2,4})([- ]?)(\d{3,10})(?!\d)", re.IGNORECASE
)
# Possessive, so that a line of blanks is read once and not in every way in which it can be shared out
AFTER_ORDER = re.compile(
    r"(?:#|(?:\border|ऑर्डर|आर्डर)[ .]*+(?:no|number|num|id|नंबर|नम्बर|न)?[ .:#]*+(?:is|hai|है)?[ .:#]*+)(\d{4,10})(?!\d)",
    re.IGNORECASE,
)
DIGITS = re.compile(r"(?<!\d)\d{4,10}(?!\d)")
BARE = re.compile(r"[\s#.]*(\d{4,10})[\s.?!]*")

# What is about an order, so that an order can be guessed
ABOUT_AN_ORDER = {
    Category.PRODUCT_ISSUE, Category.DELIVERY, Category.PAYMENT, Category.REFUND, Category.ORDER,
}  # fmt: skip
# Goods and money come back from what has arrived; only what has not left can still be changed
ARRIVED = {OrderStatus.DELIVERED, OrderStatus.RETURNED, OrderStatus.REFUNDED}
UNDER_WAY = {
    OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY,
}  # fmt: skip
LIKELY = {
    Category.PRODUCT_ISSUE: ARRIVED,
    Category.REFUND: ARRIVED | {OrderStatus.CANCELLED},
    Category.DELIVERY: UNDER_WAY | {OrderStatus.DELIVERED},
    Category.ORDER: UNDER_WAY,
}


# --- Whose is it? ------------------------------------------------------------


def own(person: Person) -> QuerySet[Order]:
    """The orders of somebody who has signed in, the newest first; of a guest, none."""
    return Order.objects.none() if person.is_guest else orders_of(person)


def may_hear(chat: Chat) -> QuerySet[Order]:
    """The orders that may be spoken of in a chat: for a guest, those that the chat has proven."""
    return order_codes.proven_orders(chat) if chat.person.is_guest else own(chat.person)


def find_own(person: Person, reference: str) -> Order | None:
    """Return the person's own order (or the one that their chat has proven) by its id or number."""
    chat = Chat.objects.filter(person=person).order_by("-created_at").first()
    orders = may_hear(chat) if chat else own(person)
    try:
        return orders.filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return orders.filter(number__iexact=reference).first()


# --- Which one is it about? --------------------------------------------------


def latest(chat: Chat) -> Order | None:
    """Return the newest order that this chat may talk about."""
    return may_hear(chat).order_by("-placed_at").first()


def others_under_way(chat: Chat, shown: Order) -> list[str]:
    """Return the numbers of further orders that have not arrived yet."""
    waiting = may_hear(chat).filter(status__in=UNDER_WAY).exclude(pk=shown.pk)
    return list(waiting.order_by("-placed_at").values_list("number", flat=True)[:2])


def mentioned(chat: Chat, text: str) -> Order | None:
    """Return the order whose number stands in the text, if this chat may talk about it."""
    return named(may_hear(chat), text)


def named(orders: QuerySet[Order], text: str) -> Order | None:
    """Return the one of these orders (the newest RECENT of them) whose number stands in the text.

    Of one's own orders the digits are enough: "10266 kab aayega".
    """
    text = _plain_digits(text)
    said = {_plain(letters + digits) for letters, _, digits in LETTERED.findall(text)}
    said |= set(DIGITS.findall(text))
    if not said:
        return None
    recent = orders.order_by("-placed_at")[:RECENT]
    return next((o for o in recent if said & {_plain(o.number), _digits(o.number)}), None)


def about(chat: Chat | None, person: Person, text: str, category: str) -> Order | None:
    """Return the order that a message is about: named now, spoken of in the chat, or else a likely one."""
    orders = may_hear(chat) if chat else own(person)
    if order := named(orders, text):
        return order
    spoken_of = chat.memory.get("order") if chat else None
    if spoken_of and (order := orders.filter(pk=spoken_of).first()):
        return order
    return _guess(orders, category) if category in ABOUT_AN_ORDER else None


def _guess(orders: QuerySet[Order], category: str) -> Order | None:
    recent = list(orders.order_by("-placed_at")[:RECENT])
    likely = [order for order in recent if order.status in LIKELY.get(category, OrderStatus)]
    return next(iter(likely or recent), None)


# --- Numbers -----------------------------------------------------------------


def numbers_in(text: str) -> list[str]:
    """Return the order number that the text surely means, as it may be written: ["10234", "VP-10234"]; or [].

    That is letters as this shop's orders have them, digits after "order" or "#", or a
    message of nothing but as many digits as this shop's orders have.
    """
    text = _plain_digits(text)
    if not DIGITS.search(text) and not LETTERED.search(text):
        return []
    prefix, length = _habit()
    for letters, hyphen, digits in LETTERED.findall(text):
        if letters.upper() == _plain(prefix) or (hyphen == "-" and len(digits) >= 4):
            return list(dict.fromkeys([f"{letters.upper()}-{digits}", f"{letters.upper()}{digits}"]))
    found = AFTER_ORDER.search(text) or BARE.fullmatch(text)
    if not found or (found.re is BARE and len(found[1]) != length):
        return []
    return list(dict.fromkeys([prefix + found[1], found[1]]))


def _habit() -> tuple[str, int]:
    """How this shop numbers its orders: ("VP-", 5), seen on one of them."""
    number = Order.objects.order_by("pk").values_list("number", flat=True).first() or ""
    return re.sub(r"\d.*", "", number), len(_digits(number))


def _plain(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _plain_digits(text: str) -> str:
    """Return the text with the digits of any script as 0 to 9."""
    return re.sub(r"\d", lambda digit: str(int(digit[0])), text)


# --- In words ----------------------------------------------------------------


def is_late(order: Order) -> bool:
    promised = order.eta and timezone.localtime(order.eta).date()
    return order.status in UNDER_WAY and bool(promised) and promised < timezone.localdate()


def state_in_words(order: Order, language: str) -> str:
    """Say how it stands: "it is on its way, expected Tue 24 Nov"."""
    moment = order.delivered_at if order.status == OrderStatus.DELIVERED else order.eta
    key = f"state_{'late' if is_late(order) else order.status}"
    if not moment and wording.has(f"{key}_someday"):
        key += "_someday"
    return wording.say(key, language, day=_day(moment, language))


def _day(moment, language: str) -> str:
    if not moment:
        return ""
    day = timezone.localtime(moment)
    with translation.override("hi" if language == "hi" else "en"):
        return formats.date_format(day, "j F" if language == "hi" else "D j M")


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def as_card(order: Order) -> dict:
    """An order as replies carry it: {id, number, status, statusText, items, total, eta, payment ...}."""
    return {
        "id": str(order.pk),
        "number": order.number,
        "status": order.status,
        "statusText": order.get_status_display(),
        "items": [
            {"name": item.name, "quantity": item.quantity, "price": _number(item.price)}
            for item in order.items.all()
        ],
        "total": _number(order.total),
        "currency": order.currency or money.shop_currency(),
        "payment": order.payment_method,
        "paymentStatus": order.payment_status,
        "placedAt": order.placed_at.isoformat(),
        "eta": order.eta.isoformat() if order.eta else None,
        "carrier": order.carrier,
        "trackingNumber": order.tracking_number,
        "trackingUrl": order.tracking_url,
        "refundStatus": order.refund_status,
    }
