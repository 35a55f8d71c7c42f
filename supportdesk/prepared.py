"""Questions that nearly every request asks: their SQL is made once, and kept.

Django makes the SQL of a queryset anew each time it is asked, which takes several times as long as
SQLite or PostgreSQL takes to answer when a ticket has fifty columns. Here the queryset is made once with
marks in place of what changes; from then on only the values are put in. Rows become
objects as ever.

    person_of = prepared(lambda id: Person.objects.filter(pk=id))
    person_of(some_uuid)  # a list

What a queryset finds must not depend on anything but its marks: a slice, or how many values there are, is
kept with it. MongoDB, which has no SQL to keep, is asked the plain queryset.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from inspect import signature
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, QuerySet

# Filters come and go; when there are more than this, all are made anew
MOST_KEPT = 500


class Mark(Expression):
    """The place of a value in the SQL."""

    def __init__(self, place: int):
        super().__init__()
        self.place = place

    def as_sql(self, compiler, connection):
        return "%s", [self]


def prepared(make: Callable[..., QuerySet]) -> Callable[..., list]:
    """Return a function that takes what `make` takes, and returns the rows that its queryset finds."""
    count = len(signature(make).parameters)

    def ask(*values) -> list:
        if connection.vendor == "mongodb":
            return list(make(*values))
        kept = _kept.of(connections[DEFAULT_DB_ALIAS])
        if make not in kept:
            kept[make] = _Question(make(*map(Mark, range(count))))
        return kept[make].ask(values)

    return ask


class _Kept(threading.local):
    """The questions of a thread, which nobody else fills in meanwhile, to its connection."""

    connection = None

    def of(self, connection) -> dict[Callable, "_Question"]:
        if self.connection is not connection or len(self.questions) > MOST_KEPT:
            self.connection, self.questions = connection, {}
        return self.questions


_kept = _Kept()


class _Question:
    def __init__(self, rows: QuerySet):
        self.rows = rows
        compiler = rows.query.get_compiler(connection=connection)
        self.sql, self.parameters = compiler.as_sql()
        converters = compiler.get_converters([expression for expression, *_ in compiler.select])
        # All that Django asks of the compiler while it reads the rows
        compiler.as_sql = lambda *_, **__: (self.sql, self.filled)
        compiler.get_converters = lambda expressions: converters
        rows.query.get_compiler = lambda *_, **__: compiler

    def ask(self, values: tuple) -> list:
        self.filled = [
            _stored(values[each.place]) if isinstance(each, Mark) else each for each in self.parameters
        ]
        return list(self.rows._iterable_class(self.rows))


def _stored(value):
    """The value as the database keeps it."""
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
