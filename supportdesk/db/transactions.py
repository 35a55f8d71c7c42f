"""Transactions on every engine: all or nothing where the engine can, retried after a write conflict."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from .mongo import transactions as mongo

# On SQLite a transaction holds the one write lock from its beginning, so a second try always succeeds. Elsewhere one of
# fifty writers on a ticket succeeds at a time. A lock on the ticket row would reverse the order of the first try's
# writes (message before ticket), and two transactions could deadlock.
TRIES = 60


# Processes that wait for SQLite's write lock are not woken: they look again after 1 to 25 ms at first, and after 50 to
# 100 ms once they have waited for a tenth of a second
SHORT_HOLD_SECONDS = 0.08
SHORT_GAP_SECONDS, GAP_SECONDS = 0.03, 0.11


class WriteConflict(IntegrityError):
    """Another transaction wrote between our read and our write; nothing of ours was kept."""


def all_or_nothing():
    """Return Django's atomic(), or on MongoDB, where that does nothing, a transaction of MongoDB's own.

    A single MongoDB node has no transactions: each statement is final (docs/databases.md). A write
    conflict is an IntegrityError on every engine.
    """
    if connection.vendor == "mongodb" and connection.features._supports_transactions:
        return mongo.transaction(WriteConflict)
    return transaction.atomic()


def in_transaction() -> bool:
    """Return whether we are in a transaction of MongoDB, of which no part can be retried.

    There an error ends the whole transaction, and until then it sees nothing of what others write.
    """
    return getattr(connection, "in_atomic_block_mongo", False)


def atomic_with_retry(function):
    """Run the function all or nothing, and again from its beginning after a write conflict (MongoDB)."""

    @wraps(function)
    def run(*args, **kwargs):
        for attempt in range(TRIES):
            try:
                with all_or_nothing():
                    return function(*args, **kwargs)
            except WriteConflict:
                if in_transaction() or attempt + 1 == TRIES:
                    raise
                pause(attempt)

    return run


def pause(attempt: int) -> None:
    """Back off on MongoDB; on other engines the loser has waited for the lock already."""
    if connection.vendor == "mongodb":
        mongo.back_off(attempt)


def yield_to_writers(held: float) -> None:
    """Pause between two transactions of a long job, so that others can write; the last one took `held` seconds.

    On SQLite a job that begins its next transaction at once takes the lock again before any other process looks, and
    a reply waited for many of them. With a gap as long as they wait between two looks it waits for one.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(SHORT_GAP_SECONDS if held < SHORT_HOLD_SECONDS else GAP_SECONDS)


@contextmanager
def serialized(key) -> Iterator[bool]:
    """Serialise writers of the same key within this process; yield True if we had to wait.

    For MongoDB, which reports a conflict in place of waiting for a lock. SQLite and PostgreSQL serialise them
    themselves.
    """
    if connection.vendor != "mongodb":
        yield False
        return
    with mongo.serialized(key) as waited:
        yield waited


def lock_rows(rows: QuerySet) -> bool:
    """Lock the rows until the transaction ends, and return whether there are any."""
    if in_transaction():
        return mongo.write_to(rows)
    return bool(rows.select_for_update().values_list("pk"))
