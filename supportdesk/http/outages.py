"""Return 503 with Retry-After while the database is unreachable.

Connections heal by themselves: Django closes what failed, and the next request reconnects.
"""

import logging
import sys

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.signals import got_request_exception
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
    """Return whether this exception means that the database is unreachable or overloaded."""
    cause = getattr(reason, "__cause__", None)
    name: str = getattr(cause, "sqlite_errorname", "")
    if isinstance(reason, OperationalError) and name:
        return name.startswith(SQLITE_OUTAGES)
    if isinstance(reason, OperationalError | InterfaceError):
        return True
    # The backend for MongoDB has one word for everything, and passes some of the driver's own on
    return _mongo_is_away(cause if isinstance(reason, DatabaseError) else reason)


def _mongo_is_away(reason) -> bool:
    if not type(reason).__module__.startswith("pymongo"):
        return False
    from pymongo.errors import ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError

    return isinstance(reason, ConnectionFailure | ExecutionTimeout | WaitQueueTimeoutError)


class DatabaseUnavailableMiddleware:
    """Return 503 if a view or an inner middleware could not reach the database.

    And 507 when an upload could not be kept, which the CSRF check finds out before any view.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request):
        if self.is_async:
            return self.acall(request)
        return _calm(request, self.get_response(request))

    async def acall(self, request):
        return _calm(request, await self.get_response(request))

    def process_exception(self, request, reason):
        return _away(request, reason) if is_outage(reason) else None


def _calm(request, response):
    if response.status_code in (400, 500) and request.__dict__.get("has_no_room"):
        return errors.no_room(request)
    # Under DEBUG Django has a page of its own for what fails in a middleware
    reason = request.__dict__.get("outage")
    return _away(request, reason) if reason and response.status_code == 500 else response


def _note_outage(request=None, **kwargs) -> None:
    reason = sys.exc_info()[1]
    if request and is_outage(reason):
        request.outage = reason


got_request_exception.connect(_note_outage)


def _away(request, reason: Exception):
    logger.error("the database is away (%s)", type(reason.__cause__ or reason).__name__)
    return errors.database_unavailable(request)
