"""What SQLite itself makes of the desk's writes: the same statements on the same rows, without the desk.

    DATABASE_URL=... python -m benchmarks.writes COPY "reply" "ticket creation" ...

The desk of DATABASE_URL answers some hundred requests of each cost, and what they write is noted; then the
statements are run on COPY, which is made of it before. Prints JSON: how many such writes a second SQLite commits, by
the cost's name. SQLite has one writer at a time, and so has this.
"""

import json
import shutil
import sqlite3
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

from . import scene
from .cpu import Desk

REQUESTS = 200


class Noted:
    """The statements of a connection that belong to a write, in their order; None is a commit."""

    def __init__(self, connection):
        from django.db.backends.sqlite3 import base

        self.statements: list[tuple[str, tuple] | None] = []
        plain_execute, plain_commit = base.SQLiteCursorWrapper.execute, base.DatabaseWrapper._commit

        def execute(cursor, query, params=None):
            if connection.in_atomic_block or not query.lstrip().startswith("SELECT"):
                asked = query if params is None else cursor.convert_query(query)
                self.statements.append((asked, tuple(params or ())))
            return plain_execute(cursor, query, params)

        def commit(wrapper):
            self.statements.append(None)
            return plain_commit(wrapper)

        base.SQLiteCursorWrapper.execute, base.DatabaseWrapper._commit = execute, commit

    def of(self, desk: Desk, requests: Iterator[scene.Request]) -> list[tuple[str, tuple] | None]:
        self.statements = []
        for request in islice(requests, REQUESTS):
            desk.send(request, uuid.uuid4().hex)
        return self.statements


def replayed(path: Path, statements: list[tuple[str, tuple] | None]) -> float:
    """Run the statements, and return how many requests' worth a second were committed."""
    from supportdesk.db.config import SQLITE_PRAGMAS

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(SQLITE_PRAGMAS)
        began = time.perf_counter()
        for statement in statements:
            if statement is None:
                connection.commit()
            else:
                connection.execute(*statement).fetchall()
        return REQUESTS / (time.perf_counter() - began)


def main() -> None:
    desk = Desk()
    from django.db import connection

    copy, names = Path(sys.argv[1]), sys.argv[2:]
    path = Path(connection.settings_dict["NAME"])
    costs = [cost for cost in scene.Scene().costs() if cost.name in names]
    noted = Noted(connection)
    found = {}
    for cost in costs:
        requests = cycle(cost.requests)
        # What is made at the first request only is not noted
        desk.send(next(requests), uuid.uuid4().hex)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(path, copy)
        found[cost.name] = replayed(copy, noted.of(desk, requests))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
