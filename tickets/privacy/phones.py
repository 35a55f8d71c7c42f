"""Phone numbers as people type them."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from .masking import masked

# Digits with the usual decoration; whether it is in use, no pattern can know
LIKE_A_PHONE = re.compile(r"\A\+?[ (]{0,2}[0-9][0-9 ()./-]{5,18}\Z")
PHONE = RegexValidator(LIKE_A_PHONE, "This does not look like a phone number.", code="phone")


def reject_card_number(value: str) -> None:
    """Raise ValidationError for a card number: as a phone number it would be stored and shown."""
    if masked(value) != value:
        raise ValidationError(
            "This looks like the number of a card. Please give a phone number.", code="card"
        )
