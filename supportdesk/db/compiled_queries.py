"""Compiled queries: the SQL of the hottest queries is made once and kept.

Django compiles the SQL of a queryset each time it is evaluated, which takes several times as long as
SQLite or PostgreSQL takes to answer when a ticket has fifty columns (docs/performance.md). Here a queryset is
compiled once with parameters in place of its values; later calls only fill in the values.

    person_of = compiled_query(lambda id: Person.objects.filter(pk=id))
    person_of(some_uuid)  # a list
    insert([Message(ticket=ticket, seq=3, text="Hello")])
    update(Ticket, {"pk": id, "status": "open"}, {"priority": "high"}, {"unread_by_agents": 1})  # 0 or 1

A parameter may be compared with a column by exact, gt, gte, lt or lte; anything else raises Unsupported when the
queryset is compiled, because its SQL would depend on the value. None, models and collections raise Unsupported
when the query is called. COMPILED_QUERIES=off evaluates plain querysets, as MongoDB always does.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from inspect import signature
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, F, Field, ForeignKey, Model, QuerySet, lookups
from django.db.models.expressions import Col
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.where import WhereNode

# Filters come and go; when there are more than this, all are rebuilt
MAX_STATEMENTS = 500
# A verb writes one row of a kind, or two. More are rare, and of thousands a statement cannot hold the values
FEW_ROWS = 10


class Parameter(Expression):
    """The place of a value in the SQL."""

    def __init__(self, place: int):
        super().__init__()
        self.place = place

    def as_sql(self, compiler, connection):
        return "%s", [self]


# Their SQL is the same for every value but None
COMPARISONS = (
    lookups.Exact, lookups.GreaterThan, lookups.GreaterThanOrEqual, lookups.LessThan, lookups.LessThanOrEqual,
)  # fmt: skip


class Unsupported(TypeError):
    """The SQL of this queryset would depend on the values that it is called with."""


def _database() -> BaseDatabaseWrapper | None:
    """Return the connection to compile statements for; None where they are not: on MongoDB, or if they are off.

    Asked once a statement: Django looks in several places for the connection of a thread.
    """
    database = connections[DEFAULT_DB_ALIAS]
    return database if settings.COMPILED_QUERIES and database.vendor != "mongodb" else None


def compiled_query(make: Callable[..., QuerySet]) -> Callable[..., list]:
    """Return a function that takes what `make` takes, and returns the rows that its queryset finds.

    The function raises Unsupported for a queryset or a value that cannot be compiled.
    """
    count = len(signature(make).parameters)

    def ask(*values) -> list:
        _refuse_values(values)
        if not (database := _database()):
            return list(make(*values))
        statement = _statements.get(database, make, lambda: CompiledSelect(_checked(make, count)))
        return statement.ask(values, database)

    return ask


def _refuse_values(values: tuple) -> None:
    for value in values:
        if value is None or isinstance(value, Model | QuerySet | list | tuple | set | frozenset | dict):
            raise Unsupported(f"a compiled query takes plain values, not {type(value).__name__}")


def _checked(make: Callable[..., QuerySet], count: int) -> QuerySet:
    rows = make(*map(Parameter, range(count)))
    _refuse_queryset(rows, count)
    return rows


def _refuse_queryset(rows: QuerySet, count: int) -> None:
    """Raise Unsupported unless each of the `count` parameters stands in a comparison with a column."""
    # Django's own name, which the stubs leave out
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]
        raise Unsupported("a compiled query prefetches nothing: its other queries would not be compiled")
    places = {each.place for each in _compared(rows.query.where)}
    if places != set(range(count)):
        raise Unsupported("each parameter of a compiled query is compared with a column")


def _compared(node: WhereNode) -> Iterator["Parameter"]:
    """Yield the parameters below this node, each of which is compared with a column."""
    for child in node.children:
        if isinstance(child, WhereNode):
            yield from _compared(child)
        elif isinstance(found := getattr(child, "rhs", None), Parameter):
            if not isinstance(child, COMPARISONS) or not isinstance(child.lhs, Col):
                raise Unsupported(f"{type(child).__name__} is no comparison of a column")
            yield found


def insert(rows: Sequence[Model]) -> None:
    """Write new rows of one model, which have their keys; as `bulk_create` does."""
    if not rows:
        return
    model = type(rows[0])
    if len(rows) > FEW_ROWS or not (database := _database()):
        model._base_manager.bulk_create(rows)
        return
    columns = _columns_of(model)
    values = [
        getattr(row, name) if name else field.pre_save(row, add=True)
        for row in rows
        for field, name in columns
    ]
    # What the database reckons is a part of the SQL
    reckoned = tuple((place, value) for place, value in enumerate(values) if hasattr(value, "as_sql"))
    _insert_of(database, model, len(rows), reckoned).write(values, database)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def prepare_insert(model: type[Model]) -> None:
    """Compile what the first `insert` of one row of this model needs."""
    if database := _database():
        _insert_of(database, model, 1, ())


def _insert_of(database: BaseDatabaseWrapper, model: type[Model], count: int, reckoned: tuple) -> Any:
    return _statements.get(
        database,
        (model, count, reckoned),
        lambda: CompiledWrite(
            _insertion(model, count, dict(reckoned)), model._meta.concrete_fields * count
        ),
    )


def update(
    model: type[Model], where: dict[str, Any], changes: dict[str, Any], added: dict[str, int] | None = None
) -> int:
    """Change rows as `filter(**where).update(**changes)` does, and return how many there were.

    `where` tells fields of the model and what they are; `added`, by how much others grow.
    """
    added = added or {}
    if not (database := _database()):
        grown = {name: F(name) + number for name, number in added.items()}
        return model._base_manager.filter(**where).update(**changes, **grown)
    empty = tuple(name for name, value in where.items() if value is None)
    where = {name: value for name, value in where.items() if value is not None}
    key = (model, empty, *((*each,) for each in (where, changes, added)))
    names = (*where, *changes, *added)
    statement = _statements.get(
        database,
        key,
        lambda: CompiledWrite(
            _change(model, empty, where, changes, added), [_field(model, name) for name in names]
        ),
    )
    return statement.write([*where.values(), *changes.values(), *added.values()], database)


@cache
def _columns_of(model: type[Model]) -> tuple[tuple[Field, str], ...]:
    """Return the fields, each with the attribute that its `pre_save` returns and nothing else; "" if it does more."""
    return tuple(
        (field, field.attname if type(field).pre_save is Field.pre_save else "")
        for field in model._meta.concrete_fields
    )


def _field(model: type[Model], name: str) -> Field:
    # Of this model's own columns: what points to it from elsewhere is nothing that an update writes
    found: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return found


def _insertion(model: type[Model], count: int, reckoned: dict[int, Expression]) -> tuple[str, tuple]:
    fields = model._meta.concrete_fields
    marks = map(Parameter, itertools.count())
    # Django reads the attributes of a row and nothing else
    rows: list[Any] = [
        SimpleNamespace(**{field.attname: next(marks) for field in fields}) for _ in range(count)
    ]
    for place, value in reckoned.items():
        setattr(rows[place // len(fields)], fields[place % len(fields)].attname, value)
    query = InsertQuery(model)
    query.insert_values(fields, rows, raw=True)
    [statement] = query.get_compiler(connection=connection).as_sql()
    return statement


def _change(model: type[Model], empty, where, changes, added) -> tuple[str, tuple]:
    marks = map(Parameter, itertools.count())
    rows = model._base_manager.filter(**{name: next(marks) for name in where}, **dict.fromkeys(empty))
    # The stubs do not say that `chain` returns the class that it is given
    query = cast(UpdateQuery, rows.query.chain(UpdateQuery))
    new = {name: next(marks) for name in changes}
    query.add_update_values(new | {name: F(name) + next(marks) for name in added})
    return query.get_compiler(connection=connection).as_sql()


class StatementCache:
    """Compiled statements of this process, shared by all threads."""

    def __init__(self) -> None:
        self.made: dict[Any, Any] = {}

    def get(self, database: BaseDatabaseWrapper, key, make: Callable):
        key = (database.vendor, key)
        if (made := self.made.get(key)) is None:
            if len(self.made) > MAX_STATEMENTS:
                self.made = {}
            made = self.made[key] = make()
        return made


_statements = StatementCache()


class Filled:
    """The parameters of a statement: constants, and places for values."""

    def __init__(self, parameters: Sequence[Any]):
        self.parameters = list(parameters)
        self.places = [
            (position, each.place)
            for position, each in enumerate(parameters)
            if isinstance(each, Parameter)
        ]

    def with_values(self, stored: Sequence[Any]) -> list:
        """Return the parameters with these values in their places."""
        filled = self.parameters.copy()
        for position, place in self.places:
            filled[position] = stored[place]
        return filled


class CompiledSelect:
    def __init__(self, rows: QuerySet):
        self.rows = rows
        compiler = rows.query.get_compiler(connection=connection)
        self.sql, parameters = compiler.as_sql()
        self.parameters = Filled(parameters)
        selected = [expression for expression, *_ in compiler.select]
        converters, has_composite = (
            compiler.get_converters(selected),
            compiler.has_composite_fields(selected),
        )
        # No other thread fills it in meanwhile
        self.call = threading.local()
        # All that Django asks of the compiler while it reads the rows; its connection is each thread's own
        compiler.as_sql = lambda *_, **__: (self.sql, self.call.filled)
        compiler.get_converters = lambda expressions: converters
        compiler.has_composite_fields = lambda expressions: has_composite
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]

    def ask(self, values: tuple, database: BaseDatabaseWrapper) -> list:
        self.call.filled = self.parameters.with_values([_stored(value, database) for value in values])
        # Django's own name; the stubs know no __iter__ of it
        return list(self.rows._iterable_class(self.rows))  # type: ignore[call-overload]


def _stored(value, database: BaseDatabaseWrapper):
    """The value as the database keeps it."""
    if isinstance(value, UUID) and not database.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return database.ops.adapt_datetimefield_value(value)
    return value


# Fields that store a text, or True and False, as they are
OF_TEXT = (models.CharField, models.EmailField, models.SlugField, models.TextField, models.URLField)
AS_THEY_ARE: dict[type[Field], type] = dict.fromkeys(OF_TEXT, str) | {models.BooleanField: bool}


def _storing(field: Field) -> Callable[[Any, BaseDatabaseWrapper], Any]:
    """Return the function that makes of a value what this field stores.

    Django calls a dozen functions for an id or a time, and most rows have five of them.
    """
    # A foreign key stores what its target does
    kind = type(field.target_field if isinstance(field, ForeignKey) else field)

    def stored(value: Any, database: BaseDatabaseWrapper) -> Any:
        is_id = kind is models.UUIDField and type(value) is UUID
        # Of a time without a zone Django warns
        if is_id or (kind is models.DateTimeField and type(value) is datetime and value.tzinfo):
            return _stored(value, database)
        return field.get_db_prep_save(_key_of(value), database)

    return stored


class CompiledWrite:
    def __init__(self, made: tuple[str, tuple], fields: Sequence[Field]):
        self.sql, parameters = made
        self.parameters = Filled(parameters)
        self.columns = [(AS_THEY_ARE.get(type(field)), _storing(field)) for field in fields]

    def write(self, values: list, database: BaseDatabaseWrapper) -> int:
        # Most columns of a row are empty, or hold what needs no look at its field
        stored = [
            value if value is None or type(value) is plain else made(value, database)
            for (plain, made), value in zip(self.columns, values, strict=True)
        ]
        with database.cursor() as cursor:
            cursor.execute(self.sql, self.parameters.with_values(stored))
            return cursor.rowcount


def _key_of(value):
    return value.pk if isinstance(value, Model) else value
