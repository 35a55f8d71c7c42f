"""Shared code of the shop systems: lenient puts, and the names that they and we give a row."""

import html
import logging
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import strip_tags
from rest_framework.serializers import ValidationError as Refused

from tickets.models import ExternalKey
from tickets.privacy.phones import PHONE, reject_card_number
from tickets.privacy.plain_text import plain_address, plain_phone

from .. import registry, writing

logger = logging.getLogger(__name__)

NAMESPACE = uuid.UUID("6f2c9c1e-58a5-4f0e-9b43-5f7c3d1b2a90")


@dataclass(frozen=True)
class Row:
    """One row that a payload speaks of. `id` is what the shop system calls it."""

    kind: str
    key: str
    body: dict
    id: str = ""


class Unusable(Exception):
    """The payload lacks what a row needs; the message says what."""


def store(system: str, rows: Iterable[Row]) -> list[str]:
    """Write the rows; return what could not be stored, in sentences."""
    rows = list(rows)
    puts = [_lenient(row) for row in rows]
    writing.write(puts)
    _remember(system, [row for row, put in zip(rows, puts, strict=True) if put.applied])
    return [f"{put.kind.name}/{put.key}: {writing.in_words(put.errors)}" for put in puts if put.errors]


def _lenient(row: Row) -> writing.Put:
    """Return the put of a row without those fields that do not fit: the others are worth having."""
    kind = registry.KINDS[row.kind]
    body = dict(row.body)
    try:
        kind.check(body)
    except Refused as reason:
        bad = set(reason.detail) - set(kind.needed) if isinstance(reason.detail, dict) else set()
        logger.info("shop: %s/%s comes without %s", row.kind, row.key, ", ".join(sorted(bad)))
        body = {name: value for name, value in body.items() if name not in bad}
    return writing.Put(kind, row.key, body)


def hide(system: str, kind: str, id) -> int:
    """Hide the rows that the system calls so; return how many."""
    keys = ExternalKey.objects.filter(system=system, kind=kind, external_id=str(id))
    return sum(writing.hide(registry.KINDS[kind], key) for key in keys.values_list("key", flat=True))


def key_of(system: str, kind: str, id) -> str:
    """Return our key of the row that the system calls so, "" for one that it never sent."""
    known = ExternalKey.objects.filter(system=system, kind=kind, external_id=text(id))
    return known.values_list("key", flat=True).first() or "" if id else ""


def _remember(system: str, rows: list[Row]) -> None:
    """Note what the system calls these rows: it names only its own id when one is deleted."""
    made = {}
    for row in rows:
        if row.id:
            pk = uuid.uuid5(NAMESPACE, f"{system}:{row.kind}:{row.id}:{row.key}")
            made[pk] = ExternalKey(id=pk, system=system, kind=row.kind, external_id=row.id, key=row.key)
    known = set(ExternalKey.objects.filter(pk__in=list(made)).values_list("pk", flat=True))
    for pk, new in made.items():
        if pk not in known:
            ExternalKey.objects.get_or_create(id=pk, defaults={
                "system": new.system, "kind": new.kind, "external_id": new.external_id, "key": new.key,
            })  # fmt: skip


# --- Parts of payloads -------------------------------------------------------


def person(given: dict, *, id=None, phone: str = "") -> dict:
    """Return a customer's body from what both systems call first_name, last_name, email, phone."""
    name = " ".join(filter(None, (text(given.get("first_name")), text(given.get("last_name")))))
    body = {
        "name": name[:120],
        "email": _email(given.get("email")),
        "phone": _phone(given.get("phone") or phone),
    }
    body = {field: value for field, value in body.items() if value}
    return {"externalId": str(id), **body} if id else body


def text(value, longest: int = 255) -> str:
    return str(value if value is not None else "").replace("\0", "").strip()[:longest]


def plain(markup, longest: int = 5000) -> str:
    """Return HTML as text: paragraphs become lines."""
    spaced = re.sub(r"(?i)<(?:br|/p|/li|/div|/h\d)[^>]*>", "\n", text(markup, 100_000))
    lines = (" ".join(line.split()) for line in html.unescape(strip_tags(spaced)).splitlines())
    return "\n".join(line for line in lines if line)[:longest]


def given(body: dict) -> dict:
    """Return the body without what is not known: that stays as it is stored."""
    return {name: value for name, value in body.items() if value not in (None, "")}


def _email(value) -> str:
    value = plain_address(text(value, 300))[:254]
    try:
        validate_email(value)
    except ValidationError:
        return ""
    return value


def _phone(value) -> str:
    # "(555) 555-5555": our phones begin with a digit or a plus
    value = plain_phone(text(value, 60))[:20].removeprefix("(").replace(") ", " ", 1)
    try:
        PHONE(value)
        reject_card_number(value)
    except ValidationError:
        return ""
    return value
