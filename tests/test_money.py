"""Amounts as people read them."""

from decimal import Decimal

import pytest

from supportdesk import money
from tickets.models.settings import DeskSettings
from tickets.settings import in_force


@pytest.mark.parametrize(
    ("amount", "currency", "language", "read"),
    [
        (548, "INR", "en", "₹548"),
        (Decimal("1234567.5000"), "INR", "en", "₹12,34,567.50"),
        (123456, "INR", "hi", "₹1,23,456"),
        (123456, "INR", "hinglish", "₹1,23,456"),
        (1299, "EUR", "en", "€1,299"),
        (Decimal("1299.5"), "EUR", "de", "1.299,50\xa0€"),
        (1234567, "JPY", "en", "¥1,234,567"),
        (Decimal("1.25"), "KWD", "en", "KWD1.250"),
        (0, "USD", "en", "$0"),
        (None, "INR", "en", ""),
    ],
)
def test_an_amount_reads_as_its_currency_and_language_write_it(amount, currency, language, read):
    assert money.formatted(amount, currency, language) == read


@pytest.mark.django_db
def test_an_amount_without_a_currency_is_in_that_of_the_shop():
    DeskSettings.objects.update_or_create(defaults={"currency": "EUR"})
    in_force.forget()
    assert money.formatted(49, "", "en") == "€49"


def test_each_currency_has_its_decimals():
    assert [money.decimals(code) for code in ("INR", "JPY", "KWD")] == [2, 0, 3]
    assert {"INR", "EUR", "KWD"} <= money.currencies()
    assert "XYZ" not in money.currencies()
