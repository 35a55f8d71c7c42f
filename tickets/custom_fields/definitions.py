"""Which custom fields there are, and what fits into each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.core.cache import cache
from django.utils.translation import gettext as _

from tickets import queries
from tickets.models import CustomField, FieldKind, FieldOwner
from tickets.models.conversations.custom_field import VALUE_LENGTH
from tickets.privacy.masking import masked

KEPT = "custom-fields"
MOST_DIGITS = 15
YES = {"yes", "true", "1", "on"}
NO = {"no", "false", "0", "off"}


class BadValue(ValueError):
    """It does not fit the field; the message is a sentence."""


@dataclass(frozen=True)
class Field:
    """A field in use."""

    id: UUID
    key: str
    label: str
    owner: str
    kind: str
    choices: tuple[str, ...]
    categories: tuple[str, ...]

    def is_on(self, category: str) -> bool:
        """Return whether it stands on tickets of this category."""
        return not self.categories or category in self.categories

    def stored(self, value: object) -> str:
        """Return the value as it is stored; "" for none. Raise BadValue."""
        if value is None or value == "":
            return ""
        return {
            FieldKind.TEXT: self._text,
            FieldKind.NUMBER: self._number,
            FieldKind.DATE: self._date,
            FieldKind.CHOICE: self._choice,
            FieldKind.BOOLEAN: self._boolean,
        }[FieldKind(self.kind)](value)

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise BadValue(_("%(field)s is a text.") % {"field": self.label})
        text = masked(" ".join(value.replace("\0", "").split()))
        if len(text) > VALUE_LENGTH:
            most = {"field": self.label, "most": VALUE_LENGTH}
            raise BadValue(_("%(field)s has at most %(most)d characters.") % most)
        return text

    def _number(self, value: object) -> str:
        wrong = BadValue(_("%(field)s is a number, such as 12.5.") % {"field": self.label})
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise wrong
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise wrong from None
        if (
            not number.is_finite()
            or len(number.as_tuple().digits) > MOST_DIGITS
            or abs(number.adjusted()) > MOST_DIGITS
        ):
            raise wrong
        plain = format(number, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain in ("-0", "") else plain

    def _date(self, value: object) -> str:
        try:
            return date.fromisoformat(str(value).strip()).isoformat()
        except ValueError:
            raise BadValue(_("%(field)s is a date, such as 2026-11-29.") % {"field": self.label}) from None

    def _choice(self, value: object) -> str:
        if value not in self.choices:
            told = {"field": self.label, "choices": ", ".join(self.choices)}
            raise BadValue(_("%(field)s is one of %(choices)s.") % told)
        return str(value)

    def _boolean(self, value: object) -> str:
        text = str(value).strip().lower()
        if text not in YES | NO:
            raise BadValue(_("%(field)s is yes or no.") % {"field": self.label})
        return "yes" if text in YES else "no"

    def told(self, stored: str) -> str | int | float | bool:
        """Return a stored value as the API gives it."""
        if self.kind == FieldKind.NUMBER:
            return float(stored) if "." in stored else int(stored)
        return stored == "yes" if self.kind == FieldKind.BOOLEAN else stored


def in_use() -> list[Field]:
    """Return the fields in use in their order, as they were within the last seconds."""
    return cache.get_or_set(KEPT, _read, queries.COLLEAGUES_KEPT_SECONDS) or []


def _read() -> list[Field]:
    return [
        Field(row.pk, row.key, row.label, row.owner, row.kind, tuple(row.choices), tuple(row.categories))
        for row in CustomField.objects.filter(is_active=True)
    ]


def forget() -> None:
    """Have the next question read them again."""
    cache.delete(KEPT)


def of_ticket(category: str) -> list[Field]:
    """Return the fields that a ticket of this category has, those of its customer last."""
    found = [field for field in in_use() if field.owner == FieldOwner.PERSON or field.is_on(category)]
    return sorted(found, key=lambda field: field.owner == FieldOwner.PERSON)
