"""A person's own orders."""

import re
import uuid
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from chatbot.models import Chat
from supportdesk import money
from tickets.models import Category, Order, OrderStatus, Person
from tickets.queries import orders_of

from . import order_codes, order_shape
from .newest_orders import RECENT, newest_of
from .order_states import UNDER_WAY

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
# Digits in a sentence that are no money, no measure and no part of a longer number
ALONE = re.compile(
    r"(?<![\d₹+.,-])(?<!rs )(?<!rs\. )(\d{4,10})(?![\d.,]|\s*(?:rs|rupees|rupaye|/-|kg|gm?|ml|km|days?|din|%))",
    re.IGNORECASE,
)
BARE = re.compile(r"[\s#.]*(\d{4,10})[\s.?!]*")
# "10 264", "1 0 2 6 4", "10-264": one number, typed in groups
GROUPED = re.compile(
    r"(?<![\w₹.,-])\d{1,5}(?:[ -]\d{1,5}){1,6}(?![\d.,]|\s*(?:rs|rupees|kg|gm?|ml|days?|din))",
    re.IGNORECASE,
)
# SHOP1-1003: letters that have a digit of their own
FOREIGN = re.compile(r"(?<!\w)[A-Z]{2,8}\d{1,3}[-/]\d{3,10}(?!\w)", re.IGNORECASE)

# What is about an order, so that an order can be guessed
ABOUT_AN_ORDER = {
    Category.PRODUCT_ISSUE, Category.DELIVERY, Category.PAYMENT, Category.REFUND, Category.ORDER,
}  # fmt: skip
# Goods and money come back from what has arrived; only what has not left can still be changed
ARRIVED = {OrderStatus.DELIVERED, OrderStatus.RETURNED, OrderStatus.REFUNDED}
LIKELY: dict[str, Container[str]] = {
    Category.PRODUCT_ISSUE: ARRIVED,
    Category.REFUND: ARRIVED | {OrderStatus.CANCELLED},
    Category.DELIVERY: UNDER_WAY | {OrderStatus.DELIVERED},
    Category.ORDER: UNDER_WAY,
}


# --- Whose is it? ------------------------------------------------------------


def own(person: Person) -> QuerySet[Order]:
    """The orders of a signed-in person, the newest first; of a guest, none."""
    return Order.objects.none() if person.is_guest else orders_of(person)


def is_unclaimed(numbers: list[str]) -> bool:
    """Return whether an order with one of these numbers is known by its contact only."""
    return Order.objects.filter(number__in=numbers, customer=None).exists()


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


def recent(chat: Chat) -> list[Order]:
    """Return the newest orders that this chat may talk about, the newest first, with their items: two queries."""
    if (read := getattr(chat, "orders_read", None)) is not None:
        return read
    found = _proven(chat) if chat.person.is_guest else newest_of(chat.person)
    if hasattr(chat, "orders_read"):
        chat.orders_read = found
    return found


def _proven(chat: Chat) -> list[Order]:
    """Return the newest orders that a guest has proven in this chat, with their items."""
    orders = order_codes.proven_orders(chat)
    # Nearly every chat has none; Django would compile a query that finds nothing
    if orders.query.is_empty():
        return []
    return list(orders.order_by("-placed_at").prefetch_related("items")[:RECENT])


@contextmanager
def read_once(chat: Chat) -> Iterator[None]:
    """Read the orders of a chat once until the end: several parts of an answer ask for them."""
    chat.orders_read = None
    try:
        yield
    finally:
        del chat.orders_read


def latest(chat: Chat) -> Order | None:
    """Return the newest order that this chat may talk about."""
    return may_hear(chat).order_by("-placed_at").first()


def others_under_way(known: list[Order], shown: Order) -> list[str]:
    """Return the numbers of further orders that have not arrived yet."""
    return [order.number for order in known if order.status in UNDER_WAY and order.pk != shown.pk][:2]


def named(known: list[Order], text: str) -> Order | None:
    """Return the one of these orders whose number stands in the text.

    Of one's own orders the digits are enough: "10266 kab aayega"; so are its last three after "ending".
    """
    if order := _written_out(known, text):
        return order
    said = _said(text)
    if said and (order := next((o for o in known if said & {_plain(o.number), _digits(o.number)}), None)):
        return order
    if ending := ENDING.search(_plain_digits(text[:300])):
        fitting = [order for order in known if order.number.endswith(ending[1] or ending[2])]
        return fitting[0] if len(fitting) == 1 else None
    return None


def older_named(chat: Chat, known: list[Order], text: str) -> Order | None:
    """Return the order of this number that is older than the newest `RECENT`, if the chat may talk about it."""
    if len(known) < RECENT:
        return None
    words = [word.strip("/-") for word in re.findall(r"[\w/-]*\d[\w/-]*", _plain_digits(text))][:10]
    numbers = {*words, *(word.upper() for word in words), *numbers_in(text)}
    return may_hear(chat).filter(number__in=numbers).prefetch_related("items").first()


def _written_out(known: list[Order], text: str) -> Order | None:
    """Return the one of these orders whose whole number stands in the text, whatever its form: "VP-5cbbe6", "A1".

    Of "B-1" and "B-1-2" the longer one is meant. Few digits and nothing else may count anything: they need
    "order" or "#" before them, or stand alone.
    """
    text = _plain_digits(text).casefold()
    for order in sorted(known, key=lambda order: -len(order.number)):
        number = order.number.casefold()
        if number not in text or not any(map(str.isdigit, number)):
            continue
        if number.isdigit() and len(number) < SURELY_A_NUMBER:
            before = r"(?:#|\border\b[ .]*(?:no|number|id)?[ .:#]*)"
            pattern = rf"{before}{number}(?!\w)|^[\s#]*{number}[\s.?!]*$"
        else:
            pattern = rf"(?<![\w-]){re.escape(number)}(?!\w|[-/]\w)"
        if re.search(pattern, text):
            return order
    return None


SURELY_A_NUMBER = 4


ENDING = re.compile(
    r"(?:ending|ends|end|last)(?: (?:in|with|digits?|are|is|no|number))* (\d{2,4})(?!\d)|(?<!\d)(\d{3,4}) (?:wala|wali|vala) order",
    re.IGNORECASE,
)


def _said(text: str) -> set[str]:
    """Return everything in a text that may be the number of an order."""
    text = _plain_digits(text)
    said = {_plain(letters + digits) for letters, _, digits in LETTERED.findall(text)}
    said |= {_plain(each) for each in FOREIGN.findall(text)}
    said |= set(DIGITS.findall(text))
    return said | {_digits(group) for group in GROUPED.findall(text)}


# "The money is gone, and no order was made": none of theirs is meant
CAME_TO_NOTHING = re.compile(
    r"\border (?:to )?(?:nahi|nahin|nhi|nai) (?:bana|hua|gaya|laga|aaya my orders)"
    r"|\border (?:was |is |did |has )?(?:not|n't|never) (?:been )?(?:placed|made|created|confirmed|go|gone|generated|booked)"
    r"|\border (?:wasn't|isn't|didn't|hasn't) |\bno order (?:was|is|in|got|placed|made|created)"
    r"|ऑर्डर नहीं (?:बना|हुआ|लगा)",
    re.IGNORECASE,
)


def about(chat: Chat | None, person: Person, text: str, category: str) -> Order | None:
    """Return the order that a ticket is about: named now, spoken of in the chat, or else a likely one.

    An order that a number in the text does not fit is never taken in its place.
    """
    known = (
        recent(chat)
        if chat
        else list(own(person).order_by("-placed_at").prefetch_related("items")[:RECENT])
    )
    if not known:
        return None
    if order := named(known, text):
        return order
    if numbers_in(text) or CAME_TO_NOTHING.search(text):
        return None
    memory = chat.memory if chat else {}
    if "issue" in memory and "order" in memory["issue"]:
        # What Villy resolved when it was told; empty where he could not tell
        return next((order for order in known if str(order.pk) == memory["issue"]["order"]), None)
    spoken_of = next((order for order in known if str(order.pk) == memory.get("order")), None)
    return spoken_of or (likely(known, category) if category in ABOUT_AN_ORDER else None)


def likely(known: list[Order], category: str) -> Order | None:
    """Return the newest order whose state fits what is told; None when several fit as well."""
    states = LIKELY.get(category, OrderStatus)
    fitting = [order for order in known if order.status in states]
    if category == Category.PRODUCT_ISSUE:
        fresh = [order for order in fitting if _arrived_lately(order)]
        if len(fresh) > 1:
            return None
        return next(iter(fresh or fitting), None)
    return next(iter(fitting or known), None)


# What is wrong with goods is told within days of their arrival
LATELY = timedelta(days=10)


def _arrived_lately(order: Order) -> bool:
    return order.delivered_at is not None and timezone.now() - order.delivered_at < LATELY


def with_items(known: list[Order], names: set[str]) -> list[Order]:
    """Return the orders that have an item of one of these names or SKUs."""
    return [o for o in known if any(item.name in names or item.sku in names for item in o.items.all())]


# --- Numbers -----------------------------------------------------------------


def numbers_in(text: str) -> list[str]:
    """Return the order number that the text surely means, as it may be written: ["10234", "VP-10234"]; or [].

    That is letters as this shop's orders have them, digits after "order" or "#", or a
    message of nothing but as many digits as this shop's orders have.
    """
    text = _plain_digits(text)
    if not any(pattern.search(text) for pattern in (DIGITS, LETTERED, GROUPED, FOREIGN, order_shape.MIXED)):
        return []
    example, prefix, length, begins = _habit()
    if alike := order_shape.find(text, example):
        return list(dict.fromkeys([alike, alike.upper(), alike.lower()]))
    if foreign := FOREIGN.search(text):
        return [foreign[0].upper()]
    text = _ungrouped(text, length)
    for letters, hyphen, digits in LETTERED.findall(text):
        if letters.upper() == _plain(prefix) or (hyphen == "-" and len(digits) >= 4):
            return list(dict.fromkeys([f"{letters.upper()}-{digits}", f"{letters.upper()}{digits}"]))
    found = AFTER_ORDER.search(text) or BARE.fullmatch(text)
    if not found or (found.re is BARE and len(found[1]) != length):
        # "10777 is damaged": as long as theirs and begun like them; a price or a quantity is not
        found = next(
            (
                each
                for each in ALONE.finditer(text)
                if begins and len(each[1]) == length and each[1].startswith(begins)
            ),
            None,
        )
    if not found:
        return []
    return list(dict.fromkeys([prefix + found[1], found[1]]))


def _ungrouped(text: str, length: int) -> str:
    """Return the text with digits in groups joined where together they are as many as an order's: "10 264"."""

    def joined(group: re.Match) -> str:
        digits = _digits(group[0])
        return digits if len(digits) == length else group[0]

    return GROUPED.sub(joined, text)


HABIT_KEPT_SECONDS = 60


def _habit() -> tuple[str, str, int, str]:
    """Return the shop's order number format, read from one order: ("VP-10234", "VP-", 5, "10")."""
    return cache.get_or_set("orders:numbers", _seen_habit, HABIT_KEPT_SECONDS) or _seen_habit()


def _seen_habit() -> tuple[str, str, int, str]:
    number = Order.objects.order_by("pk").values_list("number", flat=True).first() or ""
    prefix = re.sub(r"\d+$", "", number)
    return number, prefix, len(number) - len(prefix), number[len(prefix) :][:2]


def _plain(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


# "1O270": the letter between two digits; "order #10,242" is no amount
LETTER_O = re.compile(r"(?<=\d)[oO](?=\d)")
WITH_A_COMMA = re.compile(
    r"((?:#|\border|ऑर्डर|आर्डर)[ .:#a-z]{0,12}?\d{1,3}),(\d{3})(?![\d,]|\s*(?:rs|rupees|rupaye|₹|/-|रु))",
    re.IGNORECASE,
)


def _plain_digits(text: str) -> str:
    """Return the text with the digits of any script as 0 to 9, and order numbers without a letter O or a comma."""
    text = LETTER_O.sub("0", re.sub(r"\d", lambda digit: str(int(digit[0])), text))
    return WITH_A_COMMA.sub(r"\1\2", text) if "," in text else text


# --- As a card ---------------------------------------------------------------


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
