"""Writing what a shop sends: many rows in few statements, each row for itself if one is bad.

Of two versions of a row the one with the newer `updatedAt` stays, whichever comes last. The
condition of the update holds that on every engine, also where two processes write at once.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.serializers import ValidationError

from supportdesk.db.compiled_queries import update
from supportdesk.db.transactions import all_or_nothing, yield_to_writers

from .registry import Kind

logger = logging.getLogger(__name__)

# Rows in one transaction: few enough that a customer's message hardly waits for them on SQLite
CHUNK = 100
TRIES = 5
UPDATED_AT = "updatedAt"


class Overtaken(IntegrityError):
    """Another process wrote a row between our reading and our writing."""


@dataclass
class Put:
    """One `PUT`: what is to be written, and what came of it."""

    kind: Kind
    key: str
    body: dict
    # The line in a batch or file
    line: int = 0
    data: dict = field(default_factory=dict)
    # The stored row, of the kind's model
    row: Any = None
    # What `Kind.prepare` found for it
    found: object = None
    status: int = 0
    # Whether the put was taken: false for what is older than the row
    applied: bool = False
    # Whether it said anything that was not stored yet
    is_news: bool = False
    errors: dict | None = None

    def refuse(self, reason: ValidationError) -> None:
        self.status, self.applied, self.is_news = 400, False, False
        errors = reason.detail if isinstance(reason.detail, dict) else {"detail": reason.detail}
        self.errors = {name: list(_sentences(each)) for name, each in errors.items()}

    @property
    def moment(self):
        return self.data.get(UPDATED_AT)


def write(puts: list[Put], *, in_background: bool = False) -> None:
    """Write the puts; what came of each stands on it. A bad one stops no other.

    `in_background`: more batches follow, and customers write meanwhile.
    """
    for put in puts:
        _check(put)
    for kind, chunk in _chunks([put for put in puts if not put.status]):
        began = time.monotonic()
        try:
            _write_chunk(kind, chunk)
        except DatabaseError:
            logger.warning("shop: %d %s are written one by one", len(chunk), kind.name, exc_info=True)
            _one_by_one(kind, chunk)
        if in_background:
            yield_to_writers(time.monotonic() - began)


def rehearse(puts: list[Put]) -> None:
    """Say on each put what `write` would make of it, and write nothing."""
    for put in puts:
        _check(put)
    seen = set()
    for kind, chunk in _chunks([put for put in puts if not put.status]):
        rows = kind.load([put.key for put in chunk])
        kind.look_up(chunk)
        for put in chunk:
            put.row = rows.get(put.key)
            is_new = put.row is None and (kind.name, put.key) not in seen
            seen.add((kind.name, put.key))
            try:
                values = _values(kind, put) if is_new or put.row else {}
            except ValidationError as reason:
                put.refuse(reason)
                continue
            put.status = 201 if is_new else 200
            put.applied = is_new or not _is_older(put)
            put.is_news = is_new or (put.applied and _says_more(kind, put, values))


def _is_older(put: Put) -> bool:
    stored = getattr(put.row, "shop_updated_at", None)
    return bool(put.moment and stored and put.moment < stored)


def _says_more(kind: Kind, put: Put, values: dict) -> bool:
    if put.row is None:
        # A line before this one makes the row
        return True
    return kind.parts_differ(put) or any(
        getattr(put.row, name, None) != value for name, value in values.items()
    )


def _check(put: Put) -> None:
    try:
        put.key = put.kind.check_key(put.key)
        named = put.body.get(put.kind.key, put.key)
        if str(named).removeprefix("#") != put.key.removeprefix("#"):
            raise ValidationError({put.kind.key: [f"The body says {named!s:.40}, the address {put.key}."]})
        put.data = put.kind.check(put.body)
    except ValidationError as reason:
        put.refuse(reason)


def _chunks(puts: list[Put]) -> list[tuple[Kind, list[Put]]]:
    """Return groups of one kind with different keys, in an order that leaves the result as line by line.

    A put joins an earlier group of its kind unless something between them touches the same row.
    """
    chunks: list[tuple[Kind, list[Put]]] = []
    last: dict[tuple[str, str], int] = {}
    for put in puts:
        own = (put.kind.name, put.key)
        earliest = last.get(own, -1) + 1
        for touched in put.kind.touches(put):
            before = last.get(touched, -1)
            # Two orders of one customer may go together: their details are merged in order
            earliest = max(
                earliest, before if before >= 0 and chunks[before][0] is put.kind else before + 1
            )
        place = next((n for n in range(earliest, len(chunks)) if _has_room(chunks[n], put.kind)), None)
        if place is None:
            place = len(chunks)
            chunks.append((put.kind, []))
        chunks[place][1].append(put)
        for touched in (own, *put.kind.touches(put)):
            last[touched] = max(place, last.get(touched, -1))
    return chunks


def _has_room(chunk: tuple[Kind, list[Put]], kind: Kind) -> bool:
    return chunk[0] is kind and len(chunk[1]) < CHUNK


def _write_chunk(kind: Kind, puts: list[Put]) -> None:
    for attempt in range(TRIES):
        try:
            with all_or_nothing():
                _write(kind, puts)
            if any(put.applied for put in puts):
                kind.changed()
            return
        except IntegrityError:
            if attempt + 1 == TRIES:
                raise


def _one_by_one(kind: Kind, puts: list[Put]) -> None:
    for put in puts:
        try:
            _write_chunk(kind, [put])
        except DatabaseError as reason:
            put.row, put.status = None, 409
            put.errors = {"detail": [f"This could not be stored ({type(reason).__name__})."]}


def _write(kind: Kind, puts: list[Put]) -> None:
    """Write one chunk, inside a transaction."""
    for put in puts:
        put.status, put.errors, put.row, put.is_news = 0, None, None, False
    rows = _locked(kind, [put.key for put in puts])
    kind.prepare(puts)
    new: list[tuple[Put, dict]] = []
    changed: list[tuple[Put, dict]] = []
    for put in puts:
        if put.status:
            continue
        put.row = rows.get(put.key)
        try:
            (changed if put.row else new).append((put, _values(kind, put)))
        except ValidationError as reason:
            put.refuse(reason)
    _create(kind, [(put, values) for put, values in new if not put.status])
    for put, values in changed:
        _change(kind, put, values)
    kind.finish([put for put in puts if put.applied])


def _locked(kind: Kind, keys: list[str]) -> dict:
    if connection.features.has_select_for_update:
        stored = kind.model._default_manager.filter(**{f"{kind.column}__in": keys})
        list(stored.select_for_update().order_by("pk").values_list("pk"))
    return kind.load(keys)


def _values(kind: Kind, put: Put) -> dict:
    if put.row is None:
        missing = [name for name in kind.needed if put.data.get(name) in (None, "")]
        if missing:
            raise ValidationError({name: ["This field is required."] for name in missing})
    values = kind.values(put, put.row)
    if put.moment:
        values["shop_updated_at"] = put.moment
    return values


def _create(kind: Kind, new: list[tuple[Put, dict]]) -> None:
    rows = []
    for put, values in new:
        put.row = kind.model(**{kind.column: put.key, **values})
        put.status, put.applied, put.is_news = 201, True, True
        rows.append(put.row)
    if rows:
        kind.model._default_manager.bulk_create(rows)


def _change(kind: Kind, put: Put, values: dict) -> None:
    """Write what differs, if the row is still as we read it and not newer than the put."""
    row, put.status = put.row, 200
    stored = row.shop_updated_at
    put.applied = not _is_older(put)
    if not put.applied:
        return
    changes = {column: value for column, value in values.items() if getattr(row, column) != value}
    if not changes:
        return
    put.is_news = True
    if hasattr(row, "updated_at"):
        # An update passes by `auto_now`; what is kept of the table is made again by this time
        changes["updated_at"] = timezone.now()
    # Its SQL is kept: a thousand querysets cost more than the thousand updates
    if update(kind.model, {"pk": row.pk, "shop_updated_at": stored}, changes) != 1:
        raise Overtaken
    for column, value in changes.items():
        setattr(row, column, value)


def _sentences(errors, path: str = "") -> Iterator[str]:
    """Yield what is wrong with a field, what is wrong inside it after where: "items 2 price: A number ..."."""
    if isinstance(errors, dict):
        for name, each in errors.items():
            yield from _sentences(each, f"{path} {name}".strip())
    elif isinstance(errors, list):
        for place, each in enumerate(errors, 1):
            yield from _sentences(
                each, f"{path} {place}".strip() if isinstance(each, dict | list) else path
            )
    else:
        yield f"{path}: {errors}" if path else str(errors)


def in_words(errors: dict[str, list[str]]) -> str:
    """Return the errors of a put in one line: "status: This field is required."."""
    parts = ((name, " ".join(sentences)) for name, sentences in errors.items())
    return "; ".join(said if name == "detail" else f"{name}: {said}" for name, said in parts)


def hide(kind: Kind, key: str) -> bool:
    """Hide a row from customers; say whether there is one."""
    with transaction.atomic():
        row = kind.load([key]).get(key)
        if row is None:
            return False
        if getattr(row, kind.hidden_by):
            changes = {kind.hidden_by: False, "updated_at": timezone.now()}
            kind.model._default_manager.filter(pk=row.pk).update(**changes)
    kind.changed()
    return True
