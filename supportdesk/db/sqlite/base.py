"""Django's SQLite, with the writers of one process standing in line.

SQLite lets one write at a time. Who comes second asks again after a while, then after a longer
while, and is overtaken by everybody who comes at the right moment: with eight threads that write, one of
a hundred waited for half a second. Here the threads wait for each other first, and are woken.

And with conditions on booleans that its indexes serve.
"""

import os
import stat
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.models.expressions import Col

# Without a writer that got through for so long, the database is locked from outside: those who
# wait give up, or their threads would answer nothing else until it is free again
STALLED_SECONDS = 2
LOOK_AGAIN_SECONDS = 0.2


class Line:
    """The lock of one database, and when it last went from one writer to the next."""

    def __init__(self):
        self.lock = threading.Lock()
        self.moved_at = 0.0

    def acquire(self) -> None:
        """Wait for the lock; raise OperationalError when the line has not moved for STALLED_SECONDS."""
        if self.lock.acquire(blocking=False):
            self.moved_at = time.monotonic()
            return
        while not self.lock.acquire(timeout=LOOK_AGAIN_SECONDS):
            if time.monotonic() - self.moved_at > STALLED_SECONDS:
                raise OperationalError("database is locked")
        self.moved_at = time.monotonic()

    def release(self) -> None:
        self.lock.release()


_lines: dict[str, Line] = defaultdict(Line)


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def _keep_private(file: str) -> None:
    """Make the file for this user only (0600); SQLite gives its log and index the same mode."""
    if file.startswith(("file:", ":")):
        return
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
        return
    # Another user's file that we may write to stays as its owner wants it
    with suppress(PermissionError):
        if stat.S_IMODE(os.stat(file).st_mode) & 0o077:
            for name in (file, f"{file}-wal", f"{file}-shm"):
                with suppress(FileNotFoundError):
                    os.chmod(name, 0o600)


class DatabaseOperations(base.DatabaseOperations):
    def conditional_expression_supported_in_where_clause(self, expression):
        # `WHERE wanted AND NOT done` looks through every row, `WHERE wanted = 1 AND done = 0` into the index
        return not isinstance(expression, Col)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    _first = False

    def get_new_connection(self, conn_params):
        _keep_private(conn_params["database"])
        return super().get_new_connection(conn_params)

    def create_cursor(self, name=None):
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    @contextmanager
    def standing_in_line(self):
        self._stand_in_line()
        try:
            yield
        finally:
            self._line.release()

    def writes_by_itself(self, query: str) -> bool:
        """Whether a statement is a transaction by itself, which stands in line as well."""
        return not self._first and query.startswith(WRITES)

    def _stand_in_line(self) -> None:
        self._line.acquire()

    @property
    def _line(self) -> Line:
        return _lines[str(self.settings_dict["NAME"])]

    def _start_transaction_under_autocommit(self):
        self._stand_in_line()
        self._first = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._let_the_next()
            raise

    def _commit(self):
        try:
            super()._commit()
        finally:
            self._let_the_next()

    def _rollback(self):
        try:
            super()._rollback()
        finally:
            self._let_the_next()

    def _close(self):
        try:
            super()._close()
        finally:
            self._let_the_next()

    def _let_the_next(self) -> None:
        if self._first:
            self._first = False
            self._line.release()


class Cursor(base.SQLiteCursorWrapper):
    def __init__(self, connection, wrapper: DatabaseWrapper):
        super().__init__(connection)
        self.wrapper = wrapper

    def execute(self, query, params=None):
        if not self.wrapper.writes_by_itself(query):
            return super().execute(query, params)
        with self.wrapper.standing_in_line():
            return super().execute(query, params)

    def executemany(self, query, param_list):
        if not self.wrapper.writes_by_itself(query):
            return super().executemany(query, param_list)
        with self.wrapper.standing_in_line():
            return super().executemany(query, param_list)
