"""The kinds of data that a shop sends: each knows its fields, its table, and how its rows read.

An app registers a kind for each table that the shop may fill: `register(Orders())`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from django.db import models
from rest_framework import serializers

from . import fields

KINDS: dict[str, "Kind"] = {}
Row = TypeVar("Row", bound=models.Model)


def register(kind: "Kind") -> None:
    KINDS[kind.name] = kind


class Kind(Generic[Row]):
    """A kind of data, as in `PUT /api/shop/<name>/<key>`; `Row` is its model."""

    name: str
    # Given by each kind: a row as the API shows it
    as_json: Callable[[Any], dict]
    # What the API calls the key, and the column that holds it
    key: str
    column: str
    longest_key: int
    model: type[Row]
    # The shape of a body, all of it optional
    serializer: type[serializers.Serializer]
    # What a new row has to have
    needed: Sequence[str] = ()
    # The columns by what the API calls them
    columns: dict[str, str]
    # Columns that say "not shown" when false; empty: rows of this kind are not deleted
    hidden_by: str = ""

    def __init__(self):
        self.checker = self.serializer()

    def check(self, body: dict) -> dict:
        """Return what a body says, by the API's names. Raise ValidationError."""
        return self.checker.run_validation(body)

    def check_key(self, key: str) -> str:
        """Return the key as it is stored. Raise ValidationError."""
        if not key.strip() or len(key) > self.longest_key or "\0" in key or key != key.strip():
            raise serializers.ValidationError(
                {self.key: [f"A {self.key} has 1 to {self.longest_key} characters and no space around it."]}
            )
        return key

    def load(self, keys: Iterable[str]) -> dict[str, Row]:
        """Return the stored rows by their keys."""
        rows = self.rows().filter(**{f"{self.column}__in": list(keys)})
        return {getattr(row, self.column): row for row in rows}

    def rows(self) -> models.QuerySet[Row]:
        return self.model._default_manager.all()

    def touches(self, put) -> list[tuple[str, str]]:
        """Return the rows of other kinds that a put may change: [("customers", "c-1")]."""
        return []

    def prepare(self, puts: list) -> None:
        """Look up, or write, what the rows of these puts point to."""

    def look_up(self, puts: list) -> None:
        """As `prepare`, for a rehearsal: nothing is written."""

    def values(self, put, row: Row | None) -> dict:
        """Return what the put changes, by column. Raise ValidationError."""
        return {
            self.columns[name]: self.emptied(self.columns[name]) if value is None else value
            for name, value in put.data.items()
            if name in self.columns
        }

    def emptied(self, column: str):
        """Return what a column holds after a null."""
        field = self.model._meta.get_field(column)
        if field.null:
            return None
        if isinstance(field, models.JSONField):
            return field.get_default()
        if isinstance(field, models.Field) and field.empty_strings_allowed and not field.choices:
            return ""
        raise serializers.ValidationError({self.api_name(column): ["This field may not be null."]})

    def api_name(self, column: str) -> str:
        return next((name for name, mine in self.columns.items() if mine == column), column)

    def finish(self, puts: list) -> None:
        """Write what belongs to the rows, in the same transaction."""

    def parts_differ(self, put) -> bool:
        """Return whether what `finish` would write differs from what is stored."""
        return False

    def changed(self) -> None:
        """Called once rows have changed and are committed: what is cached of them is out of date."""


def one(kind: Kind, key: str) -> models.Model | None:
    """Return the stored row of a key, if there is one."""
    try:
        key = kind.check_key(key)
    except serializers.ValidationError:
        return None
    return kind.load([key]).get(key)


def times(row, **columns) -> dict:
    return {name: fields.shown(getattr(row, column)) for name, column in columns.items()}
