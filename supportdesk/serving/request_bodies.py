"""What a request sends, made ready before a thread is given to it.

The body is read on the event loop: a client that sends slowly, or never finishes,
then costs a buffer and not one of the few threads; one that goes away in the middle
never reaches a view, so that no half of an upload is taken for the whole.
"""

import asyncio
import errno
import json
import logging
import re
from collections import Counter
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.utils.functional import Promise

from supportdesk.http import headers
from supportdesk.http.client_address import address_of_scope, network_of
from supportdesk.http.uploads import NO_ROOM

from .wsgi_bridge import BODY

logger = logging.getLogger(__name__)

IN_MEMORY = 1024 * 1024
CHUNK = 256 * 1024
CHARSET = re.compile(rb";\s*charset\*?\s*=[^;]*", re.IGNORECASE)
# A body may take any time while it progresses; one that brings less in this time is given up
PROGRESS_SECONDS = 60
PROGRESS_BYTES = 1024
# Bodies that are arriving at the same moment: each is a file, and up to IN_MEMORY bytes
MOST_ARRIVING = 500
MOST_ARRIVING_FROM_ONE = 100


class Refused(Exception):
    """The body is not taken; the arguments are the status and the code."""

    def __init__(self, status: int, code: str, detail: str | Promise):
        self.status, self.code, self.detail = status, code, detail


class ClientGone(Exception):
    pass


def _most(scope) -> int:
    """Return the size limit of this body in bytes: it is higher for e-mails and for forms with files."""
    path = scope["path"]
    if _is_form(scope):
        for pattern, most in settings.FORM_MAX_BYTES_AT.items():
            if re.fullmatch(pattern, path):
                return most
    larger = (most for prefix, most in settings.REQUEST_MAX_BYTES_BELOW.items() if path.startswith(prefix))
    return max(larger, default=settings.REQUEST_MAX_BYTES)


def _is_form(scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return bool(kinds) and kinds[0].lower().startswith(b"multipart/form-data")


def _too_large(most: int) -> Refused:
    if most in settings.FORM_MAX_BYTES_AT.values():
        return Refused(413, "too_large", "This is larger than 40 MB. Please send fewer or smaller files.")
    return Refused(413, "too_large", "This is larger than 5 MB. Please send a smaller picture.")


def _too_slow() -> Refused:
    return Refused(408, "too_slow", f"Nothing arrived for {PROGRESS_SECONDS} seconds. Please try again.")


def _too_many() -> Refused:
    return Refused(503, "busy", "Too many uploads arrive at the same moment. Please try again.")


def _no_room() -> Refused:
    return Refused(507, "no_room", NO_ROOM)


def with_whole_body(app):
    """Wrap an ASGI application: it gets every request with its body complete, or not at all."""
    arriving: Counter[str] = Counter()

    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or not _has_body(scope):
            return await app(scope, receive, send)
        try:
            with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
                announced, most = _length(scope), _most(scope)
                with _counted(arriving, network_of(address_of_scope(scope)), _weight(announced, most)):
                    await _read(announced, receive, body, most)
                whole = _of_length(scope, body.tell())
                body.seek(0)
                return await app(whole | {BODY: body}, _replayed(body), send)
        except Refused as reason:
            return await _refuse(reason, scope, send)
        except ClientGone:
            return None

    return wrapped


@contextmanager
def _counted(arriving: Counter[str], address: str, weight: int):
    """Count a body among those that are arriving; raise Refused when there are too many."""
    if arriving.total() >= MOST_ARRIVING or arriving[address] >= MOST_ARRIVING_FROM_ONE:
        raise _too_many()
    arriving[address] += weight
    try:
        yield
    finally:
        arriving[address] -= weight
        if not arriving[address]:
            del arriving[address]


def _weight(announced: int, most: int) -> int:
    """Return for how many bodies of the usual size this one counts: files take more of the disk."""
    return max(1, min(announced or most, most) // settings.REQUEST_MAX_BYTES)


def made_plain(scope):
    """Return the scope without the charset that its Content-Type names, and without headers that have a `_`.

    What we read is UTF-8: Python knows a hundred others, and with some of them Django fails before it can
    answer. To WSGI `X_Forwarded_For` and `X-Forwarded-For` are one header, and a proxy sets only the latter.
    """
    sent = [
        (name, CHARSET.sub(b"", value) if name == b"content-type" else value)
        for name, value in scope.get("headers", ())
        if b"_" not in name
    ]
    return scope | {"headers": sent}


def without_body(receive):
    """Return a `receive` for those who want no body: what comes all the same is kept nowhere."""
    is_asked = False

    async def disconnected():
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] == "http.request":
            pass
        return message

    return disconnected


def _has_body(scope) -> bool:
    return any(
        (name == b"content-length" and value != b"0") or name == b"transfer-encoding"
        for name, value in scope["headers"]
    )


def _of_length(scope, size: int):
    """Return the scope with the length of its body, which a client that sends in chunks does not know.

    WSGI reads as much as that says, and nothing if it says nothing.
    """
    others = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
    return scope | {"headers": [*others, (b"content-length", b"%d" % size)]}


def _length(scope) -> int:
    """Return the length that a request announces; 0 if it does not know."""
    sent = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(sent) if sent.isdigit() and len(sent) < 20 else 0


async def _read(announced: int, receive, body, most: int) -> None:
    if announced > most:
        raise _too_large(most)
    loop = asyncio.get_running_loop()
    size, enough, deadline = 0, PROGRESS_BYTES, loop.time() + PROGRESS_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise _too_slow() from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most:
            raise _too_large(most)
        try:
            body.write(chunk)
        except OSError as reason:
            # The folder for temporary files is full or away (TMPDIR); what fits in memory is still taken
            logger.error(
                "an upload cannot be kept while it arrives (%s)", errno.errorcode.get(reason.errno or 0)
            )
            raise _no_room() from reason
        if not message.get("more_body"):
            return
        if size >= enough:
            enough, deadline = size + PROGRESS_BYTES, loop.time() + PROGRESS_SECONDS


def _replayed(body):
    async def receive():
        chunk = body.read(CHUNK)
        return {"type": "http.request", "body": chunk, "more_body": len(chunk) == CHUNK}

    return receive


async def _refuse(reason: Refused, scope, send) -> None:
    answer = json.dumps({"detail": str(reason.detail), "code": reason.code}).encode()
    more = {"Content-Type": "application/json", "Connection": "close", "Cache-Control": "no-store"}
    if reason.status == 503:
        more["Retry-After"] = "5"
    cors = headers.for_origin(scope["path"], headers.origin_in(scope["headers"]))
    encoded = [
        (name.lower().encode(), value.encode())
        for name, value in (headers.beside_django() | more | cors).items()
    ]
    await send({"type": "http.response.start", "status": reason.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer})
