"""Which tests ask the database something that no other test asks: those are marked `engines`.

    DATABASE_URL=sqlite: python -m pytest -p tests.engines.statements -m "engines or all_engines" --cases 1

names the tests marked `all_engines` that send a statement of a shape that no test marked `engines` sends, the fewest
that have all of them: mark these `engines`. Needs three minutes and no `-n`. What is marked `long` is not asked.

A statement's shape is what an engine may understand differently: comparisons by the types of their columns, joins,
functions, the order, and for a write its table and whether it failed or found no row. Values and names do not
count, and reading a row by equal columns is the same everywhere.
"""

import re
from functools import cache

import pytest

COLUMN = re.compile(r'"\w+"\."\w+"')
LIST = re.compile(r"\((?:(?:%s|NULL|N), )+(?:%s|NULL|N)\)|\(%s\)")
# (a, b), (a, b), ... and (a AND b) OR (a AND b) ...: rows of an insert, keys of a lookup
REPEATED = (re.compile(r"(\([^()]*\))(?:, \1)+"), re.compile(r"( OR | AND )?(\([^()]*\))(?:\1\2)+"))
COMPARED = r"\w+\?? (?:(?:<=|>=|<|>|=|LIKE) (?:%s|v)|IN \(\.\.\))"
COMPARISONS = re.compile(rf"(?:{COMPARED} AND )+{COMPARED}")
EQUAL = r"\w+\?? (?:= v|IN \(\.\.\)|IS NULL|IS NOT NULL)"
SAME_EVERYWHERE = re.compile(
    rf'SELECT (?:cols|COUNT\(\*\)(?: AS "__count")?) FROM T(?: WHERE \(?{EQUAL}(?: AND {EQUAL})*\)?)?(?: LIMIT)?'  # noqa: S608
)

sent: dict[str, set[str]] = {}


@cache
def types() -> dict[str, str]:
    """The columns of all tables as they stand in a statement, and their types; those that may be NULL with a "?"."""
    from django.apps import apps

    return {
        f'"{model._meta.db_table}"."{field.column}"': (
            (field.target_field if field.is_relation else field).get_internal_type()
            + ("?" if field.null else "")
        )
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }


@cache
def shape(statement: str) -> str:
    text = re.sub(r"\d+", "N", re.sub(r"'[^']*'", "'x'", " ".join(statement.split())))
    text = LIST.sub("(..)", text)
    text = REPEATED[1].sub(r"\2", REPEATED[0].sub(r"\1", text))
    table = re.search(r'"\w+"', text)
    if not table:
        return text
    if text.startswith("INSERT"):
        kind = "INSERT or leave" if "IGNORE" in text or "ON CONFLICT" in text else "INSERT"
        return f"{kind} {table[0]}"
    typed = COLUMN.sub(lambda column: types().get(column[0], "col"), text)
    if text.startswith("UPDATE"):
        return re.sub(r"(?<= SET ).*?(?= WHERE |$)", _set, typed, count=1)
    if not text.startswith("SELECT"):
        return typed
    columns, _, rest = typed.partition(" FROM ")
    rest = re.sub(r'"\w+_\w+"', "T", rest)
    rest = re.sub(r" = (?:%s|N|\(\.\.\))", " = v", rest)
    rest = re.sub(r"\bLIMIT N(?: OFFSET N)?", "LIMIT", rest)
    # Twice the same comparison is no other question
    rest = COMPARISONS.sub(lambda found: " AND ".join(sorted(set(found[0].split(" AND ")))), rest)
    return f"{_functions(columns)} FROM {rest}"


def _set(assignments: re.Match) -> str:
    """What is assigned; of plain values it is the same whichever column."""
    each = (
        re.sub(r'^"\w+" = (?:%s|NULL|N|\(\.\.\))$', "c = v", part) for part in assignments[0].split(", ")
    )
    return ", ".join(sorted({re.sub(r'^"\w+" = \(', "c = (", part) for part in each}))


def _functions(columns: str) -> str:
    """What is computed of the columns that are read; those that are only read count as one."""
    known = "|".join(sorted(map(re.escape, {*types().values(), "col", "N", "%s"}), key=len, reverse=True))
    return re.sub(rf'(?<=[ ,])(?:(?:{known})(?: AS "\w+")?(?:, |$))+', "cols", columns + ", ").removesuffix(
        ", "
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    from django.db import DatabaseError, connection

    if item.get_closest_marker("long"):
        return (yield)
    seen = sent.setdefault(item.nodeid, set())

    def note(execute, sql, parameters, many, context):
        try:
            result = execute(sql, parameters, many, context)
        except DatabaseError as error:
            seen.add(f"{shape(str(sql))}, {type(error).__name__}")
            raise
        found = shape(str(sql))
        nothing = found.startswith(("UPDATE", "DELETE")) and context["cursor"].rowcount == 0
        seen.add(f"{found}, no row" if nothing else found)
        return result

    with connection.execute_wrapper(note):
        return (yield)


def missing(asked: dict[str, set[str]], marked: set[str]) -> dict[str, set[str]]:
    """Return the fewest of the tests that ask what none of the marked ones asks, each with what it adds."""
    known = set().union(*(asked[test] for test in marked & asked.keys()))
    left = {
        statement
        for statements in asked.values()
        for statement in statements - known
        if not SAME_EVERYWHERE.fullmatch(statement)
    }
    found = {}
    while left:
        test = max(sorted(asked), key=lambda test: len(asked[test] & left))
        found[test] = asked[test] & left
        left -= found[test]
    return found


def pytest_sessionfinish(session):
    marked = {item.nodeid for item in session.items if item.get_closest_marker("engines")}
    report = session.config.get_terminal_writer()
    for test, statements in missing(sent, marked).items():
        report.line(f"\n{test} is to be marked `engines`. Of what it asks no marked test asks:")
        for statement in sorted(statements):
            report.line(f"  {statement}")
