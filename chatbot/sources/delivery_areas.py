"""Delivery areas, days and charges, from the table that the shop edits."""

import re
from decimal import Decimal

from ..models import DeliveryArea
from ..nlu.cues.turn_cues import phrases, plain, spelt
from .table_cache import CachedFromTable

PIN = re.compile(r"(?<![\d+])([1-9]\d{2})[ -]?(\d{3})(?!\d)")
ABOUT_DELIVERY = phrases(
    r"deliver\w*", r"dilivery|delivry|dlivery", r"ship\w*", r"pin ?codes?", r"pin", r"servic(?:e|e?able|eability)", r"courier", r"bhej\w*", r"pahu?n?ch\w*",
    r"(?:mil|aa) ?(?:jayega|jayegi|sakta|payega)", r"reach\w*", r"available in", r"area", r"parcel", r"send (?:it )?to", "डिलीवर\\S*", "डिलिवर\\S*", "पिन(?:कोड)?", "भेज\\S*", "पहुंच\\S*", "कूरियर", r"come to", r"location", r"cod (?:in|at|available)",
)  # fmt: skip
DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")


class Areas:
    """The areas as they are now, ready to be asked by PIN code or place; `areas()` returns them."""

    def __init__(self, rows: list[DeliveryArea]):
        self.by_prefix: dict[str, DeliveryArea] = {}
        self.by_place: dict[str, DeliveryArea] = {}
        self.rest: DeliveryArea | None = None
        for area in sorted(rows, key=lambda area: area.name):
            for prefix in area.prefixes:
                self.by_prefix[prefix] = area
            for place in area.place_names:
                self.by_place[spelt(place).casefold()] = area
            if not area.prefixes and not area.place_names:
                self.rest = area
        self.place = (
            phrases(*map(re.escape, sorted(self.by_place, key=len, reverse=True)))
            if self.by_place
            else None
        )

    def of_pin(self, pin: str) -> DeliveryArea | None:
        """Return the area with the longest prefix of this PIN code, else the one for the rest."""
        prefixes = (pin[:length] for length in range(len(pin), 0, -1))
        return next((self.by_prefix[each] for each in prefixes if each in self.by_prefix), self.rest)

    def named_in(self, text: str) -> tuple[str, DeliveryArea] | None:
        """Return the first place of the table that the text names, and its area."""
        found = self.place and self.place.search(plain(text))
        return (found[0], self.by_place[found[0].casefold()]) if found else None


areas = CachedFromTable(DeliveryArea, Areas).get


def pin_in(text: str) -> str:
    """Return the PIN code in a text, "" without one."""
    found = PIN.search(text.translate(DIGITS))
    return found[1] + found[2] if found else ""


def is_about_delivery(text: str) -> bool:
    return bool(ABOUT_DELIVERY.search(plain(text)))


def general_area() -> DeliveryArea | None:
    """Return the area whose charges hold where no place was named."""
    return areas().rest


def delivery_charge(goods: Decimal) -> Decimal | None:
    """Return what the delivery of goods for this sum costs; None when the shop has not written it down."""
    area = general_area()
    if not area or area.charge is None:
        return None
    return Decimal(0) if area.free_from is not None and goods >= area.free_from else area.charge
