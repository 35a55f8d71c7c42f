"""Find the items of an order that have an issue, and compute their prices from the order."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

from chatbot import wording
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.nlu.text import features as words
from chatbot.sources.product_words import GENERIC, PUTS
from supportdesk import money
from tickets.models import Order, OrderItem

from .signs import concepts_in

MOST_CHIPS = 3
# "Ghee theek hai par papad toot gaye": of the ghee nothing is wrong
PARTS = re.compile(
    r"[,.;]|\b(?:but|par|lekin|magar|and|aur|only|sirf)\b|(?:पर|लेकिन|और)(?= )", re.IGNORECASE
)
IS_FINE = phrases(
    "theek", "thik", "fine", "ok", "okay", "sahi", "good", "alright", "all right", "ठीक", "सही"
)
# "Papad nahi, ghee": denied; "papad nahi mila" is missing
DENIED = re.compile(
    r"\S+ (?:nahi|nahin|nhi|नहीं)(?! *(?:mil|aay|aa?y|tha|thi|hai|मिल|आय|था|थी|है)\w*)|\bnot (?:the )?(?!received|there|come|in\b)\S+",
    re.IGNORECASE,
)
ONE = phrases("one", "ek", "single", "एक")
EVERY = phrases(
    "all", "both", "every", "each", "sab", "sabhi", "saare", "sare", "dono", "teeno", "chaaro", "सब", "सभी", "सारे", "दोनों", "तीनों"
)  # fmt: skip
HOW_MANY = re.compile(r"(?<![\w.])(\d{1,2})(?![\w.]| ?(?:days?|din|hours?|kg|g|gm|ml|l)\b)", re.IGNORECASE)


# The same word in another spelling: "makana", "gee"; "उसमें" sounds like "Assam" and is none
ALIKE = 75
SHORTEST_BY_SOUND = 3


@lru_cache(8_192)
def is_same(one: str, other: str) -> bool:
    """Return whether two words are one, in whatever spelling."""
    if one == other:
        return True
    sound = words.sound(one)
    return (
        len(sound) >= SHORTEST_BY_SOUND
        and sound == words.sound(other)
        and fuzz.ratio(words.latin(one), words.latin(other)) >= ALIKE
    )


@lru_cache(512)
def telling(text: str) -> tuple[str, ...]:
    """Return the words of a text that may name an item."""
    return tuple(
        word
        for word in words.tokens(PUTS.sub(" ", text))
        if len(word) > 2 and word not in GENERIC and word[0].isalpha() and word not in AROUND
    )


AROUND = {
    "order", "jar", "packet", "pack", "bottle", "box", "village", "festive", "pantry", "stone", "ground", "cold", "pressed", "sun", "cured", "the", "and", "not", "was", "nahi", "hai",
    "mila", "aaya", "toota", "tuta", "broken", "wild", "forest", "when", "came", "kar", "tha", "thi", "with", "from",
}  # fmt: skip


def named_in(order: Order, text: str) -> list[OrderItem]:
    """Return the items of an order that a text says something is wrong with.

    An item that shares all its named words with another ("makhana" beside two of them) is not taken:
    which one it is, the customer taps.
    """
    items = list(order.items.all())
    if (came := ONLY_CAME.search(plain(text))) and not concepts_in(text) & OF_WHAT_CAME:
        # "Sirf papad nikla": the others are missing
        there = {item.pk for item in _named(items, came[0])}
        return [item for item in items if item.pk not in there] if there else []
    if tapped := [item for item in items if item.name.casefold() == text.strip().casefold()]:
        return tapped
    parts = [part for part in PARTS.split(DENIED.sub(" ", plain(text))) if not IS_FINE.search(part)]
    if whole := [
        item for item in items if any(plain(item.name).casefold() in part.casefold() for part in parts)
    ]:
        return whole
    return _named(items, " ".join(parts)) or (items if len(items) == 1 else [])


# "Only the papad was in it", "sirf papad nikla"
ONLY_CAME = phrases(
    r"(?:only|just|sirf|keval|bas) (?:the |got |received |ek |one |1 )*[\w ]{3,30}? (?:came|was (?:in|there)|were (?:in|there)|nikl[aie]|mil[aie]|aa?y[aie])(?: .{0,10})?", r"(?:only|just) (?:got|received|found) (?:the |one |1 )*[\w ]{3,25}", "(?:सिर्फ|केवल|बस) .{2,25} (?:मिल[ाी]|आ(?:या|ई|ए)|निकल[ाी])",
)  # fmt: skip


# "Sirf papad toota mila": the papad it is
OF_WHAT_CAME = {
    "g:damaged",
    "g:torn",
    "g:leak",
    "g:spoiled",
    "g:wrong",
    "g:expired",
    "g:insect",
    "g:instead",
    "g:fake",
    "g:defective",
}


def _named(items: list[OrderItem], text: str) -> list[OrderItem]:
    """Return the items that a text names by words of their own."""
    said = set(telling(text))
    found = {
        item.pk: frozenset(word for word in said if any(is_same(word, name) for name in telling(item.name)))
        for item in items
    }
    sets = list(found.values())
    chosen = [
        item
        for item in items
        if found[item.pk]
        and sets.count(found[item.pk]) == 1
        and not any(found[item.pk] < other for other in sets)
    ]
    return chosen


def names_some(order: Order, text: str) -> bool:
    """Return whether a text says of some of the items, and not of all, that they are meant."""
    return 0 < len(named_in(order, text)) < len(list(order.items.all()))


def claim_of(order: Order, text: str, known: dict | None = None) -> dict[str, Any] | None:
    """Return what is wrong with an order by its items: {"order", "items", "amount", "currency"}; None for nothing named.

    `known` is what was named before: it is kept where it is about the same order. `amount` is None where the
    order has no price of an item.
    """
    before = {each["name"]: each for each in (known or {}).get("items", [])} if _same(order, known) else {}
    many = HOW_MANY.search(ONE.sub("1", plain(text)))
    fine = fine_in(order, text)
    chosen = [item for item in named_in(order, text) if item not in fine]
    if not chosen and many and len(before) == 1:
        # "One out of two" of the item that was ticked
        chosen = [item for item in order.items.all() if item.name in before]
    for item in fine:
        before.pop(item.name, None)
    for item in chosen:
        if item.name in before and not many and not EVERY.search(plain(text)):
            # "Order id VP 10249" after "one bottle is broken" names all that the order has, and breaks no more
            continue
        count = item.quantity
        if many and len(chosen) == 1:
            count = _how_many(plain(text), int(many[1]), item.quantity)
        price = None if item.price is None else float(item.price)
        before[item.name] = {"name": item.name, "quantity": count, "price": price}
    if not before:
        return None
    prices = [each["price"] for each in before.values()]
    amount = None
    if None not in prices:
        total = sum(
            (Decimal(str(each["price"])) * each["quantity"] for each in before.values()), Decimal(0)
        )
        amount = float(total)
    return {
        "order": order.number,
        "items": list(before.values()),
        "amount": amount,
        "currency": order.currency or money.shop_currency(),
    }


# "Ordered 2, got 1"
GOT = phrases(
    r"(?:got|received|came|found|mil[aie]|aa?y[aie]|nikl[aie])(?: only| just| sirf| bas)? (?P<after>\d{1,2})",
    r"(?P<before>\d{1,2})(?: hi)? (?:mil[aie]|aa?y[aie]|nikl[aie]|came|received)",
)


def _how_many(said: str, count: int, ordered: int) -> int:
    """Return how many of an item something is wrong with: of two of which one came, one."""
    got = GOT.search(said)
    if got and (came := int(got["after"] or got["before"])) < ordered:
        return ordered - came
    return count if 0 < count < ordered else ordered


def fine_in(order: Order, text: str) -> list[OrderItem]:
    """Return the items of which a text says that nothing is wrong with them: "chikki is fine"."""
    parts = [
        part for part in PARTS.split(plain(text)) if IS_FINE.search(part) and not NOT_FINE.search(part)
    ]
    return _named(list(order.items.all()), " ".join(parts)) if parts else []


NOT_FINE = phrases("not", "nahi", "nahin", r"\w+n'?t", "नहीं")


def _same(order: Order, known: dict | None) -> bool:
    return known is not None and known.get("order") == order.number


def chips(order: Order, claim: dict | None) -> list[str]:
    """Return the names of the items that are not ticked yet, to tap; none where the order has only one."""
    items = [item.name for item in order.items.all()]
    ticked = {each["name"] for each in (claim or {}).get("items", [])}
    return [name for name in items if name not in ticked][:MOST_CHIPS] if len(items) > 1 else []


def items_in_words(claim: dict) -> str:
    """Return "2 × Moong Papad, 1 × Gir Cow Bilona Ghee"."""
    return ", ".join(f"{each['quantity']} × {each['name']}" for each in claim["items"])


def amount_in_words(claim: dict, language: str = "en") -> str:
    """Return what the ticked items cost by the order, or "" where it is not known."""
    if claim.get("amount") is None:
        return ""
    return money.formatted(Decimal(str(claim["amount"])), claim["currency"], language)


def told(claim: dict, language: str) -> str:
    """Return what was ticked, in words for the customer."""
    amount = amount_in_words(claim, language)
    key = "items_ticked" if amount else "items_ticked_no_price"
    return wording.say(key, language, items=items_in_words(claim), number=claim["order"], amount=amount)
