"""Phone numbers as people type them."""

from django.core.validators import RegexValidator

# Digits with the usual decoration; whether somebody answers there, no pattern can know
PHONE = RegexValidator(
    r"\A\+?[0-9][0-9 ()./-]{5,18}\Z", "This does not look like a phone number.", code="phone"
)
