"""What the fields that a shop fills have in common."""

from typing import Any

# What the shop sends is applied only if it is newer than this
SHOP_TIME = "When the shop last changed it, by the shop's own clock."
CURRENCY_CODE = "ISO 4217, as in INR. Empty: the currency of the shop."
# ISO 4217 has currencies with up to four decimals
MONEY: dict[str, Any] = {"max_digits": 16, "decimal_places": 4}
