"""Amounts of money: which currencies there are, how many decimals they have, how people read them."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.utils.translation import get_language

# Where English, too, is read with lakhs: ₹1,23,456
LAKHS = {"INR", "PKR", "NPR", "BDT", "LKR"}
# The languages of the desk that Babel knows by another name
LOCALES = {"hinglish": "en", "hi-latn": "en", "hi": "hi_IN"}

_shop_currency: Callable[[], str] = lambda: "INR"  # noqa: E731


def shop_currency() -> str:
    """Return the code of the currency of amounts that name none."""
    return _shop_currency()


def set_shop_currency(function: Callable[[], str]) -> None:
    """Have an app that lets staff choose the shop's currency tell it."""
    global _shop_currency
    _shop_currency = function


@cache
def currencies() -> frozenset[str]:
    """Return the codes of ISO 4217 that are known: {"INR", "EUR", ...}."""
    return frozenset(list_currencies())


def decimals(currency: str) -> int:
    """Return how many decimals amounts of this currency have: INR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def formatted(amount, currency: str = "", language: str = "") -> str:
    """Return an amount as its reader writes it: "₹1,23,456", "€1,299.50", "1.299,50 €"; "" for None.

    Without a currency it is the shop's, without a language that of the request. Whole amounts
    have no decimals.
    """
    if amount is None or amount == "":
        return ""
    return _formatted(Decimal(str(amount)), currency or shop_currency(), language or get_language() or "en")


@lru_cache(maxsize=10_000)
def _formatted(amount: Decimal, currency: str, language: str) -> str:
    """Format it with Babel, 40 µs each time; a list shows the same amounts again and again."""
    locale = _locale(language, currency)
    if amount == amount.to_integral_value():
        return format_currency(amount, currency, _without_decimals(locale), locale, currency_digits=False)
    return format_currency(amount, currency, locale=locale)


@cache
def _locale(language: str, currency: str) -> Locale:
    name = LOCALES.get(language, language.replace("-", "_"))
    if name == "en" and currency in LAKHS:
        name = "en_IN"
    return Locale.parse(name)


@cache
def _without_decimals(locale: Locale) -> str:
    return re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
