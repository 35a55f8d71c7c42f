"""All or nothing, on every engine that can."""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet

# On SQLite a transaction holds the one lock from its beginning and is not outrun twice. Elsewhere of fifty
# writers on one ticket one gets through at a time. A lock on the ticket would turn the order in which
# a first try writes around, message before ticket, and the two would wait for each other.
TRIES = 60

# What MongoDB says of a transaction that met another one: it is over and may be tried again
TRANSIENT = "TransientTransactionError"
# Whoever is outrun there has not waited for anything, and would only be outrun again
LONGEST_PAUSE_SECONDS = 0.5
# Who has stood in line for so long goes anyway: that is no worse than having no line
LONGEST_WAIT_SECONDS = 5
# Two tickets that share one of them wait for each other now and then
_lines = [threading.Lock() for _ in range(64)]
# Whether this thread is first in one, and waits in no other: two such could wait for each other
_standing = threading.local()


class WriteConflict(IntegrityError):
    """Somebody else wrote between our reading and our writing; nothing of ours was kept."""


def all_or_nothing():
    """Return Django's atomic(), or on MongoDB, where that does nothing, a transaction of MongoDB's own.

    A single node has none: there every statement is for good (docs/databases.md). What
    somebody else wrote first is an IntegrityError on every engine.
    """
    if connection.vendor == "mongodb" and connection.features._supports_transactions:
        return _mongo_transaction()
    return transaction.atomic()


def in_transaction() -> bool:
    """Whether we are in a transaction of which no part can be tried again by itself.

    On MongoDB an error is the end of the whole transaction, and until then it sees
    nothing of what others wrote meanwhile.
    """
    return getattr(connection, "in_atomic_block_mongo", False)


def atomic_with_retry(function):
    """Run the function all or nothing; where it was outrun on MongoDB, again from its beginning."""

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
    """Let the others go first on MongoDB; elsewhere whoever is outrun has waited for them already."""
    if connection.vendor == "mongodb":
        time.sleep(random.uniform(0, min(0.002 * 2**attempt, LONGEST_PAUSE_SECONDS)))  # noqa: S311


@contextmanager
def serialized(key) -> Iterator[bool]:
    """Have the writers of one key, as far as they are in this process, go one by one; yield whether this one waited.

    For MongoDB, where nobody waits for a lock and who is outrun does all of its work again: of fifty on one
    ticket each would be outrun by most of the others. The other engines have a line of their own.
    """
    if connection.vendor != "mongodb" or getattr(_standing, "first", False):
        yield False
        return
    line = _lines[hash(key) % len(_lines)]
    waited = not line.acquire(blocking=False)
    is_mine = not waited or line.acquire(timeout=LONGEST_WAIT_SECONDS)
    _standing.first = True
    try:
        yield waited
    finally:
        _standing.first = False
        if is_mine:
            line.release()


def lock_rows(rows: QuerySet) -> bool:
    """Lock the rows until the transaction ends, and say whether there are any.

    MongoDB has no locks to wait for. There the rows are written to, so that of two who hold
    them one is outrun, see `whole`.
    """
    if not in_transaction():
        return bool(rows.select_for_update().values_list("pk"))
    key = rows.model._meta.pk
    ids = [key.get_db_prep_save(pk, connection) for pk in rows.values_list("pk", flat=True)]
    # Not by a field of the model: what does not change is not written
    connection.get_collection(rows.model._meta.db_table).update_many(
        {key.column: {"$in": ids}}, {"$set": {"held_by": uuid.uuid4().hex}}, session=connection.session
    )
    return bool(ids)


@contextmanager
def _mongo_transaction():
    from django_mongodb_backend.transaction import atomic
    from pymongo.errors import OperationFailure, PyMongoError

    if in_transaction():
        yield
        return
    # Inside Django's atomic(), which does nothing here, the backend refuses to run what waits for the commit
    inside, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with atomic():
            yield
    except (DatabaseError, PyMongoError) as reason:
        if connection.session:
            # The backend keeps the session of a commit that failed, and with it every later one of this thread
            connection._end_session()
            connection.run_on_commit = []
        cause = reason.__cause__ if isinstance(reason, DatabaseError) else reason
        if isinstance(cause, OperationFailure) and cause.has_error_label(TRANSIENT):
            raise WriteConflict("somebody else wrote this first") from reason
        raise
    finally:
        connection.in_atomic_block = inside
