"""Moving a desk between engines: rows as JSON on the way, counted and summed on both sides.

The other engine lives in a process of its own, because Django sets up its own apps
differently there. What is derived (the search index) or passing (sessions) is not copied.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import models, transaction

from tickets import search

BATCH = 500
# A look at what is there already, to tell an interrupted copy from another desk
SAMPLE = 1000
# Django makes these itself, the desk makes its search index, and people sign in again
LEFT_OUT = {
    "auth",
    "contenttypes",
    "sessions",
    # Sign-ins of browsers and of the company's provider: made again at the next one
    "account",
    "socialaccount",
    "usersessions",
    "tickets.ratelimitcounter",
    "tickets.searchtext",
}


class TargetNotEmpty(Exception):
    """The target holds rows that the desk does not have."""


class RemoteError(Exception):
    """The process of the target has failed; the message is its error."""


def tables() -> list[type[models.Model]]:
    """Return what is copied, each table after those that it points to."""
    waiting = [
        model
        for model in apps.get_models()
        if model._meta.managed
        and not model._meta.proxy
        and not {model._meta.app_label, model._meta.label_lower} & LEFT_OUT
    ]
    ordered = []
    while waiting:
        for model in waiting:
            if not _points_to(model) & set(waiting) - {model}:
                ordered.append(model)
                waiting.remove(model)
                break
        else:
            raise ValueError(f"These tables point to each other in a circle: {waiting}")
    return ordered


def _points_to(model) -> set:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def _points_to_itself(model) -> bool:
    return model in _points_to(model)


def _has_own_key(model) -> bool:
    """Return whether the desk assigns the row's key; the target engine renumbers all others."""
    return not getattr(model._meta.pk, "auto_created", False)


# --- Rows --------------------------------------------------------------------


def _fields(model) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if _has_own_key(model) or not field.primary_key]


def rows(model) -> Iterator[list[list]]:
    """Yield all rows of a table in batches, each value as JSON can carry it."""
    fields = _fields(model)
    wanted = model._base_manager.order_by("pk").values_list("pk", *(field.attname for field in fields))
    last = None
    while True:
        batch = list((wanted.filter(pk__gt=last) if last is not None else wanted)[:BATCH])
        if not batch:
            return
        yield [[_sent(field, value) for field, value in zip(fields, row[1:], strict=True)] for row in batch]
        last = batch[-1][0]


def _sent(field: models.Field, value):
    if value is None or isinstance(field, models.JSONField):
        return value
    if field.is_relation and field.related_model is ContentType:
        return _content_type_name(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        return str(value.quantize(Decimal(1).scaleb(-field.decimal_places)))
    return str(value) if isinstance(value, UUID) else value


def _received(field: models.Field, value):
    if value is None or isinstance(field, models.JSONField):
        return value
    if field.is_relation and field.related_model is ContentType:
        return _content_type(value)
    return (field.target_field if isinstance(field, models.ForeignKey) else field).to_python(value)


@cache
def _content_type_name(pk) -> str:
    return ".".join(ContentType.objects.get(pk=pk).natural_key())


@cache
def _content_type(name: str):
    app_label, model = name.split(".")
    return ContentType.objects.get_or_create(app_label=app_label, model=model)[0].pk


def summed(model) -> list:
    """Return how many rows a table has and a checksum of them, in whatever order they are read."""
    count = total = 0
    times = {place for place, field in enumerate(_fields(model)) if isinstance(field, models.DateTimeField)}
    for batch in rows(model):
        for row in batch:
            # MongoDB keeps milliseconds
            row = [
                datetime.fromisoformat(value).isoformat(timespec="milliseconds")
                if place in times and value
                else value
                for place, value in enumerate(row)
            ]
            packed = json.dumps(row, sort_keys=True, ensure_ascii=False).encode()
            total += int.from_bytes(hashlib.sha256(packed).digest()[:8])
            count += 1
    return [count, f"{total % 2**64:016x}"]


# --- The end that sends ------------------------------------------------------


class Target:
    """The other engine, in its own process: `with Target(url) as target: target.ask(...)`."""

    def __init__(self, url: str):
        self.url = url

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "django", "copydesk", "--receive", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": self.url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, request: str, **details):
        """Have one of the functions below done over there; return its answer, raise RemoteError with its error."""
        try:
            self.process.stdin.write(json.dumps({"request": request} | details) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline() or '{"error": "it ended"}')
        except BrokenPipeError:
            answer = {"error": "it ended"}
        if "error" in answer:
            raise RemoteError(answer["error"])
        return answer["answer"]


def check_is_ours(target: Target) -> None:
    """Raise TargetNotEmpty unless the target is empty, or holds a part of this desk."""
    for model in tables():
        there = target.ask("look", table=model._meta.label_lower)
        if _has_own_key(model):
            keys = [model._meta.pk.to_python(key) for key in there["keys"]]
            ours = len(model._base_manager.in_bulk(keys)) == len(keys)
        else:
            ours = there["count"] <= model._base_manager.count()
        if not ours:
            raise TargetNotEmpty(
                f"The target has {model._meta.verbose_name_plural} that this desk does not have."
            )


def send(target: Target, progress) -> None:
    """Copy what is not there yet; `progress(model, done, total)` is told."""
    for model in tables():
        label, total, done = model._meta.label_lower, model._base_manager.count(), 0
        target.ask("begin", table=label)
        progress(model, 0, total)
        for batch in rows(model):
            target.ask("add", table=label, start=done, rows=batch)
            done += len(batch)
            progress(model, done, total)
        target.ask("end", table=label)


def differences(target: Target) -> list[str]:
    """Compare counts and checksums; return the tables that differ, in words."""
    found = []
    for model in tables():
        here, there = summed(model), target.ask("sum", table=model._meta.label_lower)
        if here != there:
            found.append(
                f"{model._meta.label_lower}: {here[0]} rows {here[1]} here, {there[0]} {there[1]} there"
            )
    return found


# --- The end that receives ---------------------------------------------------


class Receiver:
    """Answers the sender's requests, one JSON line each."""

    def __init__(self):
        self.open = ExitStack()
        self.models = {model._meta.label_lower: model for model in tables()}

    def serve(self, lines, out) -> None:
        with self.open:
            for line in lines:
                try:
                    details = json.loads(line)
                    answer = {"answer": getattr(self, f"do_{details.pop('request')}")(**details)}
                except Exception as reason:  # whatever it was, the sender has to tell it
                    answer = {"error": f"{type(reason).__name__}: {reason}"}
                out.write(json.dumps(answer) + "\n")
                out.flush()

    def do_prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        for model in self.models.values():
            for field in _fields(model):
                # The time of the change stays, the copy is none
                if isinstance(field, models.DateField | models.TimeField):
                    field.auto_now = field.auto_now_add = False

    def do_look(self, table: str) -> dict:
        rows = self.models[table]._base_manager.order_by("pk")
        return {
            "count": rows.count(),
            "keys": [str(pk) for pk in rows.values_list("pk", flat=True)[:SAMPLE]],
        }

    def do_begin(self, table: str) -> None:
        model = self.models[table]
        self.counted = model._base_manager.count()
        if _points_to_itself(model):
            # A row may come before the one that it points to: let that be checked when all are there
            self.open.enter_context(transaction.atomic())

    def do_add(self, table: str, start: int, rows: list[list]) -> None:
        model = self.models[table]
        fields = _fields(model)
        made = [
            model(
                **{field.attname: _received(field, value) for field, value in zip(fields, row, strict=True)}
            )
            for row in rows
        ]
        if _has_own_key(model):
            there = set(
                model._base_manager.filter(pk__in=[row.pk for row in made]).values_list("pk", flat=True)
            )
            made = [row for row in made if row.pk not in there]
        else:
            # Numbered in the order in which they came: the first are those that came before
            made = made[max(0, self.counted - start) :]
        with transaction.atomic():
            model._base_manager.bulk_create(made)

    def do_end(self, table: str) -> None:
        self.open.close()

    def do_index(self) -> None:
        search.rebuild()

    def do_sum(self, table: str) -> list:
        return summed(self.models[table])
