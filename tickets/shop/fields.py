"""The fields of the shop's data as the API, files and receivers give them: absent stays, null empties."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as Invalid
from django.utils import timezone
from rest_framework import serializers

from supportdesk import money
from tickets.privacy.masking import masked
from tickets.privacy.phones import PHONE, reject_card_number
from tickets.privacy.plain_text import one_line, plain_address, plain_phone

MOST_ITEMS = 500
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class Text(serializers.CharField):
    """A text that fits its column; a number is taken as what it reads as, since many shops send those."""

    def __init__(self, max_length: int | None = None, **options):
        super().__init__(max_length=max_length, **OPTIONAL | {"allow_blank": True} | options)

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(Text):
    """A person's name: a card number in it is masked, as everywhere."""

    def to_internal_value(self, data):
        return masked(one_line(super().to_internal_value(data)))


class Email(Text):
    def __init__(self, **options):
        super().__init__(254, **options)
        self.validators.append(serializers.EmailField().validators[-1])

    def to_internal_value(self, data):
        return plain_address(super().to_internal_value(data)).lower()

    def run_validators(self, value):
        if value:
            super().run_validators(value)


class Phone(Text):
    def __init__(self, **options):
        super().__init__(20, **options)

    def run_validation(self, data=serializers.empty):
        return super().run_validation(plain_phone(data) if isinstance(data, str) else data)

    def run_validators(self, value):
        super().run_validators(value)
        if not value:
            return
        try:
            PHONE(value)
            reject_card_number(value)
        except Invalid as reason:
            raise serializers.ValidationError(reason.messages) from None


class Link(Text):
    """An address on the web: it becomes a link, so no other scheme may stand in it."""

    def __init__(self, **options):
        super().__init__(500, **options)

    def run_validators(self, value):
        super().run_validators(value)
        if not value:
            return
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = None
        if not parts or parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
            raise serializers.ValidationError("Enter an address that begins with https:// or http://.")


class Moment(serializers.DateTimeField):
    """A time in ISO 8601, in whole milliseconds, which every engine keeps; a date is its first moment."""

    def __init__(self, **options):
        super().__init__(default_timezone=None, **OPTIONAL | options)

    def to_internal_value(self, value):
        if isinstance(value, str) and len(value) == len("2026-11-29"):
            try:
                value = datetime.combine(date.fromisoformat(value), time())
            except ValueError:
                self.fail("invalid", format="2026-11-29T10:30:00Z")
        try:
            moment = super().to_internal_value(value).astimezone(UTC)
        # The first and the last day of the calendar have no place in another time zone
        except (OverflowError, ValueError):
            self.fail("invalid", format="2026-11-29T10:30:00Z")
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Money(serializers.DecimalField):
    """An amount: 249, 249.5 or "249.50". How many decimals fit depends on the currency, see `fits`."""

    def __init__(self, **options):
        super().__init__(16, 4, min_value=Decimal(0), coerce_to_string=False, **OPTIONAL | options)


class Currency(Text):
    def __init__(self, **options):
        super().__init__(3, **options)

    def to_internal_value(self, data):
        code = super().to_internal_value(data).upper()
        if code and code not in money.currencies():
            raise serializers.ValidationError("Enter a code of ISO 4217, such as INR or EUR.")
        return code


class Whole(serializers.IntegerField):
    def __init__(self, **options):
        super().__init__(**OPTIONAL | {"min_value": 0, "max_value": 2_000_000_000} | options)


class Words(serializers.ListField):
    """A list of short texts; a string with commas is split, as cells of spreadsheets have it."""

    def __init__(self, max_length: int = 200, **options):
        super().__init__(
            child=serializers.CharField(max_length=500), max_length=max_length, **OPTIONAL | options
        )

    def to_internal_value(self, data):
        if isinstance(data, str):
            data = [word.strip() for word in data.split("," if "\n" not in data else "\n") if word.strip()]
        return super().to_internal_value(data)


class Sparse(serializers.Serializer):
    """A body of which every key may be absent: only those that are there are looked at.

    The library asks each field, and an absent one answers with an exception: half of the time that
    a batch takes.
    """

    def to_internal_value(self, data):
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        known, values, errors = self.fields, {}, {}
        for name, value in data.items():
            if name not in known:
                continue
            try:
                values[name] = known[name].run_validation(value)
            except serializers.ValidationError as reason:
                errors[name] = reason.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values


class Item(Sparse):
    sku = Text(64)
    name = Text(255)
    quantity = Whole(min_value=1)
    price = Money()

    def run_validation(self, data=serializers.empty):
        # What the list may be, null, its items may not
        if data is None:
            self.fail("invalid", datatype="null")
        return super().run_validation(data)

    def validate(self, item):
        if not item.get("name") and not item.get("sku"):
            raise serializers.ValidationError({"name": ["An item needs a name or a sku."]})
        return item


class OrderCustomer(Sparse):
    externalId = Text(190)
    name = Name(120)
    email = Email()
    phone = Phone()

    def to_internal_value(self, data):
        # The id alone is enough
        return super().to_internal_value({"externalId": data} if isinstance(data, str | int) else data)


def fits(amount: Decimal | None, currency: str) -> None:
    """Raise ValidationError if the amount has more decimals than its currency."""
    places = money.decimals(currency)
    if amount is not None and amount != round(amount, places):
        raise serializers.ValidationError(f"{currency} has {places or 'no'} decimals.")


def shown(moment: datetime | None) -> str | None:
    """Return a time as the API shows it."""
    if moment is None:
        return None
    text = timezone.localtime(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")


def number(amount: Decimal | None) -> float | None:
    """Return an amount as JSON carries it."""
    return None if amount is None else float(amount)
