"""Transactions of MongoDB, which Django's atomic() does not begin, and what takes the place of its missing locks."""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from .connection import mongo_connection

# The label of an error after which the whole transaction may be tried again
TRANSIENT = "TransientTransactionError"
# A write conflict comes at once, without waiting for the other transaction: an immediate retry would meet it again
MAX_PAUSE_SECONDS = 0.5
# A writer that has waited so long goes on without the lock: no worse than having no lock
MAX_LOCK_WAIT_SECONDS = 5
# Tickets share locks; two that share one wait for each other now and then
_locks = [threading.Lock() for _ in range(64)]
# Whether this thread holds one of them, and therefore waits for no other: that could be a deadlock
_holding = threading.local()


@contextmanager
def transaction(conflict: type[Exception]) -> Iterator[None]:
    """Run the block in a transaction; raise `conflict` when another transaction wrote first."""
    from django_mongodb_backend.transaction import atomic
    from pymongo.errors import OperationFailure, PyMongoError

    if mongo_connection.in_atomic_block_mongo:
        yield
        return
    # Inside Django's atomic(), which does nothing here, the backend refuses to run what waits for the commit
    inside, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        with atomic():
            yield
    except (DatabaseError, PyMongoError) as reason:
        if mongo_connection.session:
            # The backend keeps the session of a commit that failed, and with it every later one of this thread
            mongo_connection._end_session()
            connection.run_on_commit = []
        cause = reason.__cause__ if isinstance(reason, DatabaseError) else reason
        if isinstance(cause, OperationFailure) and cause.has_error_label(TRANSIENT):
            raise conflict("another transaction wrote this first") from reason
        raise
    finally:
        connection.in_atomic_block = inside


def back_off(attempt: int) -> None:
    """Sleep before another try: randomised, exponential, at most MAX_PAUSE_SECONDS."""
    time.sleep(random.uniform(0, min(0.002 * 2**attempt, MAX_PAUSE_SECONDS)))  # noqa: S311


@contextmanager
def serialized(key) -> Iterator[bool]:
    """Serialise writers of the same key within this process; yield True if this one had to wait.

    Without it, of fifty writers on one ticket each would conflict with most of the others and do its work again.
    """
    if getattr(_holding, "lock", False):
        yield False
        return
    lock = _locks[hash(key) % len(_locks)]
    waited = not lock.acquire(blocking=False)
    acquired = not waited or lock.acquire(timeout=MAX_LOCK_WAIT_SECONDS)
    _holding.lock = True
    try:
        yield waited
    finally:
        _holding.lock = False
        if acquired:
            lock.release()


def write_to(rows: QuerySet) -> bool:
    """Write to the rows in place of locking them, so that two transactions that do conflict; True if there are any."""
    key = rows.model._meta.pk
    ids = [key.get_db_prep_save(pk, connection) for pk in rows.values_list("pk", flat=True)]
    # Not a field of the model: MongoDB writes nothing where the value stays the same
    mongo_connection.get_collection(rows.model._meta.db_table).update_many(
        {key.column: {"$in": ids}},
        {"$set": {"held_by": uuid.uuid4().hex}},
        session=mongo_connection.session,
    )
    return bool(ids)
