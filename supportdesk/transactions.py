"""All or nothing, on every engine that can."""

from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError, connection, transaction

# Somebody else wrote the same document first; the transaction is over and may be tried again
WRITE_CONFLICT = 112


def all_or_nothing():
    """Return Django's atomic(), or on MongoDB, where that does nothing, a transaction of MongoDB's own.

    A single node has none: there every statement is for good (docs/databases.md). What
    somebody else wrote first is an IntegrityError on every engine. Not to be nested on MongoDB.
    """
    if connection.vendor == "mongodb" and connection.features._supports_transactions:
        return _mongo_transaction()
    return transaction.atomic()


@contextmanager
def _mongo_transaction():
    from django_mongodb_backend.transaction import atomic
    from pymongo.errors import PyMongoError

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
        if getattr(cause, "code", None) == WRITE_CONFLICT:
            raise IntegrityError("somebody else wrote this first") from reason
        raise
    finally:
        connection.in_atomic_block = inside
