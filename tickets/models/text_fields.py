"""What happens to each text that the desk keeps: masked, erased, exported, searched.

Every Char, Text or JSON field of our models is declared beside its app (`tickets/models/text_declarations.py`,
`chatbot/text_fields.py`). The change set, erasure, export and search read the declarations, and a test
fails on a field without one. A new field is therefore handled by its declaration alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.db.models import Model


class Erase(StrEnum):
    """The effect of a person's erasure on a field."""

    EMPTY = "empty"
    NAME = "name"  # becomes "Erased"
    ANONYMISE = "anonymise"  # names, addresses and numbers of the person are taken out
    OWN_WORDS = "own words"  # anonymised, or taken out whole when the erasure includes the person's words
    WITH_ROW = "with its row"  # the row is deleted
    BY_CODE = "by code"  # `personal_data` or a provider does it; a test of its own shows that
    KEEP = "keep"  # says nothing about a customer


class Search(StrEnum):
    """The way in which search uses a field."""

    WORDS = "words"
    NAME = "name"  # also as it sounds


@dataclass(frozen=True)
class Text:
    """The declaration of one field.

    mask    card numbers and one-time codes end before it is stored
    erase   what the erasure of the person makes of it
    export  it is in the export of the person's data
    search  how a ticket is found by it; None: it is not
    """

    mask: bool = False
    erase: Erase = Erase.KEEP
    export: bool = False
    search: Search | None = None


KEPT = Text()
DELETED = Text(erase=Erase.WITH_ROW)

TEXT_FIELDS: dict[str, dict[str, Text]] = {}


def declare(label: str, /, **fields: Text) -> None:
    """Declare the text fields of a model, named as in `tickets.Ticket`."""
    TEXT_FIELDS.setdefault(label, {}).update(fields)


def declare_same(label: str, text: Text, names: Iterable[str]) -> None:
    """Declare several fields of a model alike."""
    declare(label, **dict.fromkeys(names, text))


def fields_of(model: type[Model]) -> dict[str, Text]:
    """Return the declared fields of a model by name."""
    return TEXT_FIELDS.get(model._meta.label, {})


@cache
def masked_fields(model: type[Model]) -> frozenset[str]:
    """Return the names of the fields whose values are masked before they are stored."""
    return frozenset(name for name, text in fields_of(model).items() if text.mask)


def erased_by(model: type[Model], *ways: Erase) -> list[str]:
    """Return the names of the fields that an erasure treats in one of these ways."""
    return [name for name, text in fields_of(model).items() if text.erase in ways]


def exported_fields(model: type[Model]) -> list[str]:
    """Return the names of the fields that the export of a person's data contains."""
    return [name for name, text in fields_of(model).items() if text.export]
