"""Amounts that stand in what the shop wrote: a coupon's percentage, what cash on delivery adds, less for many.

They are read from the English text of the article, where it says them in the usual words; None where it does not, and
then the article is told and nothing is computed.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from .articles import library

_AMOUNT = r"₹\s?(\d[\d,]*)"
PERCENT = re.compile(r"(\d{1,2})\s?%\s*(?:off|less)", re.IGNORECASE)
FROM = re.compile(rf"\b(?:above|over|from)\s*{_AMOUNT}", re.IGNORECASE)
AT_MOST = re.compile(rf"\bup to\s*{_AMOUNT}", re.IGNORECASE)
CASH_ADDS = re.compile(rf"\b(?:fee of|adds)\s*{_AMOUNT}|{_AMOUNT}\s*(?:fee|extra)", re.IGNORECASE)
TIER = re.compile(r"\bfrom (\d{1,4})\b[^.%₹]{0,40}?(\d{1,2})\s?%", re.IGNORECASE)
CODE = re.compile(r"\b[A-Z]{3,}\d+\b|\b(?:code|coupon) ([A-Z]{4,})\b")
WRAP = re.compile(rf"wrap\w*[^.₹]{{0,20}}{_AMOUNT}", re.IGNORECASE)


@dataclass(frozen=True)
class Coupon:
    percent: int
    least: Decimal
    most: Decimal | None
    code: str = ""

    def off(self, amount: Decimal) -> Decimal:
        """Return what it takes off; 0 below the amount that it needs."""
        if amount < self.least:
            return Decimal(0)
        off = (amount * self.percent / 100).quantize(Decimal("0.01"))
        return min(off, self.most) if self.most is not None else off


def _body(slug: str) -> str:
    article = library().by_slug.get(slug)
    return article.body if article else ""


def _number(found: re.Match | None) -> Decimal | None:
    said = next(filter(None, found.groups()), None) if found else None
    return Decimal(said.replace(",", "")) if said else None


def coupon() -> Coupon | None:
    """Return the coupon that the shop wrote about, or None."""
    return _coupon_of(_body("coupons"))


@lru_cache(16)
def _coupon_of(body: str) -> Coupon | None:
    percent = PERCENT.search(body)
    if not percent:
        return None
    code = CODE.search(body)
    return Coupon(
        int(percent[1]),
        _number(FROM.search(body)) or Decimal(0),
        _number(AT_MOST.search(body)),
        (code[1] or code[0]).casefold() if code else "",
    )


def names_the_coupon(text: str) -> bool:
    """Return whether a text has the code of the shop's coupon: "n with WELCOME10"."""
    known = coupon() if any(map(str.isdigit, text)) or len(text.split()) <= FEW_WORDS else None
    return bool(known and known.code and known.code in text.casefold().replace(" ", ""))


# A code without a digit is looked for in short messages alone
FEW_WORDS = 6


NO_COUPON_AFTER = re.compile(
    r"(?:\bcannot|can't|\bno\b)[^.;]*\bafter (?:the|an|your) order\b", re.IGNORECASE
)
NO_COUPON_ON_GIFTS = re.compile(r"(?:\bnot\b|n't\b|\bno\b)[^.;]*\bgift", re.IGNORECASE)


def no_coupon_after_the_order() -> bool:
    """Return whether the shop wrote that a placed order takes no coupon any more."""
    return bool(NO_COUPON_AFTER.search(_body("coupons")))


def no_coupon_on_gifts() -> bool:
    """Return whether the shop wrote that its coupon does not work on gifts."""
    return bool(NO_COUPON_ON_GIFTS.search(_body("coupons")))


def cash_adds() -> Decimal | None:
    """Return what cash on delivery adds, or None."""
    return _number(CASH_ADDS.search(_body("cod"))) or _number(CASH_ADDS.search(_body("shipping-charges")))


def cash_up_to() -> Decimal | None:
    """Return the highest sum that can be paid in cash, or None."""
    return _number(AT_MOST.search(_body("cod")))


def wrap_costs() -> Decimal | None:
    """Return what gift wrap costs for one box, or None."""
    return _number(WRAP.search(_body("gift-wrap")))


def percent_for(count: int) -> int:
    """Return the percentage off for so many packs; 0 for few."""
    tiers = [(int(least), int(percent)) for least, percent in TIER.findall(_body("bulk-gifting"))]
    # "From 25 10% off, from 100 15%"
    return max((percent for least, percent in tiers if count >= least), default=0)


def subscription_percent() -> int:
    """Return the percentage off for a subscription; 0 where none is written."""
    found = PERCENT.search(_body("subscriptions"))
    return int(found[1]) if found else 0
