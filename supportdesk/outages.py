"""When the database does not answer: a calm page and "come back soon", never a trace.

Connections heal by themselves: Django closes what failed, and the next request opens anew.
"""

import logging

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.db import DatabaseError, InterfaceError, OperationalError

from . import errors

logger = logging.getLogger(__name__)

# What SQLite says when the file, the disk or another writer is in the way; the rest are our own mistakes
SQLITE_OUTAGES = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_IOERR",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_READONLY",
)


def is_outage(reason: BaseException | None) -> bool:
    """Whether this exception says that the database is away, or too busy, for now."""
    cause = getattr(reason, "__cause__", None)
    if isinstance(reason, OperationalError) and hasattr(cause, "sqlite_errorname"):
        return cause.sqlite_errorname.startswith(SQLITE_OUTAGES)
    if isinstance(reason, OperationalError | InterfaceError):
        return True
    # The backend for MongoDB has one word for everything, and passes some of the driver's own on
    return _mongo_is_away(cause if isinstance(reason, DatabaseError) else reason)


def _mongo_is_away(reason) -> bool:
    if not type(reason).__module__.startswith("pymongo"):
        return False
    from pymongo.errors import ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError

    return isinstance(reason, ConnectionFailure | ExecutionTimeout | WaitQueueTimeoutError)


class Calm:
    """Answers 503 when a view found the database away."""

    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, reason):
        if not is_outage(reason):
            return None
        logger.error("the database is away (%s)", type(reason.__cause__ or reason).__name__)
        return errors.away(request)
