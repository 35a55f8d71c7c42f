"""Django's SQLite backend with one write lock a process, and conditions on booleans that indexes serve.

SQLite lets one connection write at a time. A connection that finds the database locked polls with growing
pauses, and is overtaken by others that come at the right moment: with eight threads that write, one of a
hundred waited for half a second (p99 of replies under load 595-1,027 ms; 146 ms with this lock). So the threads of
a process take `write_lock` first, a plain lock that wakes them in turn, and only its holder asks SQLite.

The lock is taken where a write transaction begins (BEGIN IMMEDIATE) or a single statement writes, and released
where it ends. Django has no public hook at these places; the overridden methods are the five that begin or end a
transaction, and each only takes or releases the lock around Django's own.
"""

import os
import stat
import threading
from collections import defaultdict
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache

from django.db import OperationalError
from django.db.backends.sqlite3 import base, operations
from django.db.models.expressions import Col

# By database file
_write_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
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


class DatabaseOperations(operations.DatabaseOperations):
    def conditional_expression_supported_in_where_clause(self, expression):
        # `WHERE wanted AND NOT done` scans every row, `WHERE wanted = 1 AND done = 0` uses the index
        return not isinstance(expression, Col)

    def convert_datetimefield_value(self, value, expression, connection):
        # What a column holds as a rule, and a list has hundreds: Django calls six functions for each
        if type(value) is datetime and value.tzinfo is None:
            return value.replace(tzinfo=self.connection.timezone)
        return super().convert_datetimefield_value(value, expression, connection)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
    _holds_lock = False

    @property
    def queries_logged(self) -> bool:
        # Django's answer under DEBUG is yes. Each statement then costs a second one that quotes its values: a tenth
        # of a conversation's processor time for `connection.queries`, which no code of ours reads
        return self.force_debug_cursor

    @property
    def write_lock(self) -> threading.Lock:
        return _write_locks[str(self.settings_dict["NAME"])]

    @contextmanager
    def locked(self):
        """Hold the write lock; raise OperationalError after the connection's timeout, as SQLite does."""
        self._acquire()
        try:
            yield
        finally:
            self.write_lock.release()

    def needs_lock(self, query: str) -> bool:
        """Return whether a statement writes outside a transaction, and so is one of its own."""
        return not self._holds_lock and query.startswith(WRITES)

    def _acquire(self) -> None:
        if not self.write_lock.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")

    def _release(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            self.write_lock.release()

    # --- Where Django begins and ends a transaction ---

    def get_new_connection(self, conn_params):
        _keep_private(conn_params["database"])
        return super().get_new_connection(conn_params)

    def create_cursor(self, name=None):
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    def _start_transaction_under_autocommit(self):
        self._acquire()
        self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._release()
            raise

    def _commit(self):
        try:
            super()._commit()
        finally:
            self._release()

    def _rollback(self):
        try:
            super()._rollback()
        finally:
            self._release()

    def _close(self):
        try:
            super()._close()
        finally:
            self._release()


# The same statements are run again and again
@lru_cache(512)
def _with_question_marks(query: str) -> str:
    """Return a statement with SQLite's marks in place of Django's, as Django does at each execution."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    def __init__(self, connection, wrapper: DatabaseWrapper):
        super().__init__(connection)
        self.wrapper = wrapper

    def convert_query(self, query, *, param_names=None):
        if param_names is None:
            return _with_question_marks(query)
        return super().convert_query(query, param_names=param_names)

    def execute(self, query, params=None):
        if not self.wrapper.needs_lock(query):
            return super().execute(query, params)
        with self.wrapper.locked():
            return super().execute(query, params)

    def executemany(self, query, param_list):
        if not self.wrapper.needs_lock(query):
            return super().executemany(query, param_list)
        with self.wrapper.locked():
            return super().executemany(query, param_list)
