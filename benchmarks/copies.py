"""A desk of a million tickets in minutes: the rows of a small one, copied by the database itself.

Only tickets are copied, each with a time up to thirty days earlier: customers, messages and the search index stay
those of the small desk. So a customer and an agent have as many tickets more as the desk, which is more than a
real one of that size would give them.
"""

from collections.abc import Callable
from contextlib import closing

import psycopg

from .stores import STORES

TIMES = (
    "created_at", "updated_at", "resolved_at", "closed_at", "rated_at", "first_response_due_at",
    "first_responded_at", "waiting_since", "next_response_due_at", "resolution_due_at",
)  # fmt: skip
DAYS = 30
# What every engine writes the same way; `row` and `copy` count, `later` is how many seconds earlier
COPIED = {
    "number": "copy * 100000 + row + {top}",
    "client_id": "NULL",
    "attention_rank": "attention_rank - later",
}


def copied(store, source: str, times: int, tell: Callable[[str], None]) -> str:
    """Return the name of a desk with `times` as many tickets, made if it is not there."""
    name = f"{source}-times-{times}"
    if not store.exists(name):
        store.copy(source, f"{name}-unfinished")
        ENGINES[store.name](store, f"{name}-unfinished", times, tell)
        store.rename(f"{name}-unfinished", name)
    return name


def _on_sqlite(store, name: str, times: int, tell) -> None:
    import sqlite3

    with closing(sqlite3.connect(store.path(name), isolation_level=None)) as connection:
        run = connection.execute
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF"):
            run(f"PRAGMA {pragma}")
        columns = [row[1] for row in run("PRAGMA table_info(tickets_ticket)")]
        later = run(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tickets_ticket' AND sql IS NOT NULL"
        ).fetchall()
        for index, _made in later:
            run(f'DROP INDEX "{index}"')
        # As Django writes them, with six digits
        shifted = {
            column: f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || later || ' seconds') || '000'"
            for column in TIMES
        }
        count = f"WITH RECURSIVE copies(copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < {times - 1})"  # noqa: S608
        made = {"id": "lower(hex(randomblob(16)))"} | shifted
        run(_insertion(columns, made, count, f"abs(random()) % {DAYS * 86_400}", _top(run)))
        for index, statement in later:
            tell(index)
            run(statement)
        run("ANALYZE")
        run("PRAGMA journal_mode=WAL")


def _on_postgresql(store, name: str, times: int, tell) -> None:
    with psycopg.connect(store.url(name), autocommit=True) as connection:
        run = connection.execute
        run("SET synchronous_commit = off")
        columns = [
            row[0]
            for row in run(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'tickets_ticket'"
                " ORDER BY ordinal_position"
            )
        ]
        later = run(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tickets_ticket'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('u', 'p'))"
        ).fetchall()
        for index, _made in later:
            run(f'DROP INDEX "{index}"')
        shifted = {column: f"{column} - later * interval '1 second'" for column in TIMES}
        count = f"WITH copies AS (SELECT generate_series(1, {times - 1}) AS copy)"
        made = {"id": "gen_random_uuid()"} | shifted
        run(_insertion(columns, made, count, f"floor(random() * {DAYS * 86_400})::integer", _top(run)))
        for index, statement in later:
            tell(index)
            run(statement)
        tell("vacuum")
        run("VACUUM ANALYZE")


def _top(run) -> int:
    return run("SELECT max(number) FROM tickets_ticket").fetchone()[0]


def _insertion(columns: list[str], made: dict[str, str], count: str, later: str, top: int) -> str:
    values = {name: text.format(top=top) for name, text in COPIED.items()} | made
    names = ", ".join(f'"{column}"' for column in columns)
    shown = ", ".join(values.get(column, f'"{column}"') for column in columns)
    return (
        f"INSERT INTO tickets_ticket ({names}) {count} SELECT {shown} FROM"  # noqa: S608
        f" (SELECT copy, {later} AS later, row_number() OVER (PARTITION BY copy) AS row, tickets_ticket.*"
        " FROM copies CROSS JOIN tickets_ticket) AS known"
    )


ENGINES = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}
assert set(ENGINES) == set(STORES)
