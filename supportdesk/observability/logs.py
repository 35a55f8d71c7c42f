"""One line a request, and lines that say nothing of what people wrote or who they are.

A request has an id: the caller's X-Request-ID, or a new one. It is on every line that the
request causes, and on its answer. Bodies, query strings, tokens and e-mail addresses
reach no log, also not through libraries.
"""

import logging
import re
import time
import traceback
import uuid
from contextvars import ContextVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.db import InterfaceError, OperationalError
from pythonjsonlogger.json import JsonFormatter

from supportdesk.http.client_address import known_person

from . import metrics

logger = logging.getLogger("supportdesk.requests")

request_id: ContextVar[str] = ContextVar("request_id", default="")
WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Asked every few seconds by machines
QUIET = {"healthz", "readyz", "metrics"}

SECRETS = (
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), "[token]"),
    (re.compile(r"\?[\w%.-]+=[^\s\"']*"), "?[query]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "[e-mail]"),
)
# What our own code adds to a line
EXTRAS = ("method", "route", "status", "ms", "person", "event", "address")
# Exceptions whose words are about the program; those of others quote what a client sent
TELLING = (OperationalError, InterfaceError, ImportError, AttributeError, NameError)


class RequestLog:
    """The outermost middleware: gives each request its id, its line and its place in the metrics."""

    sync_capable = async_capable = True

    def __init__(self, get_response):
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request):
        if self.is_async:
            return self.acall(request)
        token, began = request_id.set(_id_of(request)), time.perf_counter()
        try:
            return _told(request, self.get_response(request), began)
        finally:
            # The thread serves others next
            request_id.reset(token)

    async def acall(self, request):
        request_id.set(_id_of(request))
        began = time.perf_counter()
        return _told(request, await self.get_response(request), began)


def _id_of(request) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if WELL_FORMED_ID.fullmatch(given) else uuid.uuid4().hex


def _told(request, response, began: float):
    seconds = time.perf_counter() - began
    response["X-Request-ID"] = request_id.get()
    match = request.resolver_match
    route = f"/{match.route}" if match else "(none)"
    metrics.observe(request.method, route, response.status_code, seconds)
    level = logging.DEBUG if match and match.url_name in QUIET else logging.INFO
    if logger.isEnabledFor(level):
        person = known_person(request)
        extra = {
            "method": request.method,
            # The pattern: an address may hold private data
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "person": str(person.pk) if person else None,
        }
        logger.log(level, "%(method)s %(route)s %(status)s in %(ms)s ms", extra, extra=extra)
    return response


# --- Lines -------------------------------------------------------------------


def discreet(text: str) -> str:
    """Return the text without tokens, query strings and e-mail addresses."""
    for pattern, stands_for in SECRETS:
        text = pattern.sub(stands_for, text)
    return text


class DiscreetFormatter(JsonFormatter):
    """JSON, one object a line. Of an exception only the way that it took, not what it quotes."""

    def add_fields(self, log_data, record, message_dict):
        log_data["time"] = self.formatTime(record)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = discreet(record.getMessage())
        log_data["requestId"] = request_id.get() or None
        for name in EXTRAS:
            if hasattr(record, name):
                log_data[name] = getattr(record, name)
        if record.exc_info:
            log_data["exception"] = discreet(self.formatException(record.exc_info))

    def formatTime(self, record, datefmt=None):
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{at}.{int(record.msecs):03}Z"

    def formatException(self, info):
        _, reason, _ = info
        parts = []
        while reason is not None:
            said = str(reason).partition("\n")[0] if isinstance(reason, TELLING) else "..."
            kind = f"{type(reason).__module__}.{type(reason).__qualname__}"
            parts.append("".join(traceback.format_tb(reason.__traceback__)) + f"{kind}: {said}")
            reason = reason.__cause__ or (None if reason.__suppress_context__ else reason.__context__)
        return "\nwhile handling:\n".join(parts)


class Refusal(logging.Filter):
    """Log a request that was refused as one warning: the traceback shows Django's code only."""

    def filter(self, record):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = None
        return True


class LineFormatter(logging.Formatter):
    """For the person in front of the terminal."""

    def format(self, record):
        id = request_id.get()
        said = discreet(super().format(record))
        return f"{said} [{id}]" if id else said

    def __init__(self):
        super().__init__("{asctime} {levelname} {name} {message}", style="{")
