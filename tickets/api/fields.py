"""Fields of the API's bodies: text that is text, and what people type cleaned of what they cannot see."""

from collections.abc import Callable
from datetime import UTC
from functools import cached_property
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from tickets.privacy.masking import masked
from tickets.privacy.phones import PHONE, reject_card_number
from tickets.privacy.plain_text import is_blank, one_line, plain_address, plain_phone

UTC_TIME: dict[str, Any] = {"default_timezone": UTC, "read_only": True}


def clock(source: str, **options) -> serializers.DateTimeField:
    return serializers.DateTimeField(source=source, **UTC_TIME, **options)


class Line(serializers.CharField):
    """A line of text, trimmed, without breaks and signs that draw nothing; a number is not text."""

    default_error_messages = {"invalid": "This has to be text."}

    def run_validation(self, data=serializers.empty):
        return super().run_validation(
            one_line(data) if isinstance(data, str) and self.trim_whitespace else data
        )

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Text(Line):
    """Text as it was typed, nothing trimmed."""

    def __init__(self, **options):
        super().__init__(**{"trim_whitespace": False} | options)


class Email(serializers.EmailField, Line):
    """An e-mail address that fits its column; invisible signs that were pasted with it are dropped."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 254} | options)

    def run_validation(self, data=serializers.empty):
        return super().run_validation(plain_address(data) if isinstance(data, str) else data)


class Name(Line):
    """A person's name; a card's number that stands in it is masked like anywhere."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 120} | options)

    def to_internal_value(self, data):
        return masked(super().to_internal_value(data))

    def run_validation(self, data=serializers.empty):
        return super().run_validation("" if isinstance(data, str) and is_blank(data) else data)


class Phone(Line):
    def __init__(self, **options):
        super().__init__(max_length=20, required=False, allow_blank=True, default="", **options)
        self.validators += [PHONE, reject_card_number]

    def run_validation(self, data=serializers.empty):
        return super().run_validation(plain_phone(data) if isinstance(data, str) else data)


class OneOf(serializers.ChoiceField):
    """One of a few words; a refusal names them rather than repeating what was sent."""

    def __init__(self, choices, **options):
        super().__init__(choices.choices, **options)
        self.error_messages["invalid_choice"] = f"This is one of {', '.join(choices.values)}."


class RowSerializer(serializers.Serializer):
    """A serializer that shows rows of the database, one instance for all of them.

    Django REST framework asks for each object where the value of each field comes from: whether the object
    is a mapping, whether its attribute is called. Of a row these are attributes, known beforehand.
    """

    def to_representation(self, instance):
        shown = {}
        for name, value_of, represent in self._shown:
            value = value_of(instance)
            shown[name] = None if value is None else represent(value)
        return shown

    @cached_property
    def _shown(self) -> list[tuple[str, Callable, Callable]]:
        return [
            # A method of the serializer takes the row itself
            (
                name,
                itself if field.source == "*" else attrgetter(field.source or name),
                field.to_representation,
            )
            for name, field in self.fields.items()
            if not field.write_only
        ]


def itself(instance):
    return instance
