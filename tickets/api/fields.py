"""Fields of the API's bodies: text that is text, and what people type cleaned of what they cannot see."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from tickets.privacy.masking import masked
from tickets.privacy.phones import PHONE, no_card
from tickets.privacy.plain_text import is_blank, plain_address, plain_phone

UTC_TIME: dict[str, Any] = {"default_timezone": UTC, "read_only": True}


def clock(source: str, **options) -> serializers.DateTimeField:
    return serializers.DateTimeField(source=source, **UTC_TIME, **options)


class Line(serializers.CharField):
    """A line of text, trimmed; a number is not text."""

    default_error_messages = {"invalid": "This has to be text."}

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
        self.validators += [PHONE, no_card]

    def run_validation(self, data=serializers.empty):
        return super().run_validation(plain_phone(data) if isinstance(data, str) else data)


class OneOf(serializers.ChoiceField):
    """One of a few words; a refusal names them rather than repeating what was sent."""

    def __init__(self, choices, **options):
        super().__init__(choices.choices, **options)
        self.error_messages["invalid_choice"] = f"This is one of {', '.join(choices.values)}."
