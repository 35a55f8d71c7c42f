"""The prices that a message asks for: "under 200", "150 ke andar", "between 100 and 300"."""

import re
from collections.abc import Callable
from decimal import Decimal

from chatbot.nlu.text.features import LONGEST

_NO_MONEY = r"(?!\d|\s*(?:days?|hours?|hrs|minutes?|min|km|din|ghante|baje|दिन|घंटे))"
_MONEY = rf"(?:rs\.?|₹|inr)?\s*(\d{{2,6}}){_NO_MONEY}(?:\s*(?:rs|rupees?|rupaye|/-|रुपये|रुपए))?"
# All of them name one
AMOUNT = re.compile(r"\d\d")
UNDER = re.compile(
    rf"\b(?:under|below|less than|upto|up to|within|max|maximum)\s*{_MONEY}"
    rf"|{_MONEY}\s*(?:se kam|se neeche|se niche|tak|ke? andar|ke? under|or less|से कम|से नीचे|तक|के अंदर|के अन्दर)",
    re.IGNORECASE,
)
OVER = re.compile(
    rf"\b(?:over|above|more than|at least|starting)\s*{_MONEY}"
    rf"|{_MONEY}\s*(?:se zyada|se jyada|se upar|or more|से ज़्यादा|से ज्यादा|से ऊपर)",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    rf"\bbetween\s*{_MONEY}\s*(?:and|to|-)\s*{_MONEY}|{_MONEY}\s*(?:to|se|-|–|से)\s*{_MONEY}\s*(?:ke beech|ke bich|के बीच|rs|rupees|₹)",
    re.IGNORECASE,
)


def price_named(text: str) -> str:
    """Return the words of a message that name a price ("under 150"), or ""."""
    found = BETWEEN.search(text) or UNDER.search(text) or OVER.search(text)
    return found[0].strip() if found else ""


def within_a_price(text: str) -> Callable[[Decimal], bool] | None:
    """Return a test for the prices that a message asks for, or None."""
    text = re.sub(r"(?<=\d),(?=\d)", "", text[:LONGEST])
    if not AMOUNT.search(text):
        return None
    if between := BETWEEN.search(text):
        low, high = sorted(_amounts(between))
        return lambda price: low <= price <= high
    if under := UNDER.search(text):
        return lambda price: price <= _amounts(under)[0]
    if over := OVER.search(text):
        return lambda price: price >= _amounts(over)[0]
    return None


def _amounts(found: re.Match) -> list[Decimal]:
    return [Decimal(int(amount)) for amount in found.groups() if amount]
