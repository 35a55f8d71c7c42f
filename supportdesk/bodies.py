"""What a request sends, made ready before a thread is given to it.

The body is read on the event loop: a client that sends slowly, or never finishes,
then costs a buffer and not one of the few threads; one that goes away in the middle
never reaches a view, so that no half of an upload is taken for the whole.
"""

import json
import re
from tempfile import SpooledTemporaryFile

from django.conf import settings

from . import headers
from .pages import BODY

IN_MEMORY = 1024 * 1024
CHUNK = 256 * 1024
CHARSET = re.compile(rb";\s*charset\*?\s*=[^;]*", re.IGNORECASE)


class TooLarge(Exception):
    pass


class ClientGone(Exception):
    pass


def with_whole_body(app):
    """Wrap an ASGI application: it gets every request with its body complete, or not at all."""

    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or not _has_body(scope):
            return await app(scope, receive, send)
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                await _read(receive, body)
            except TooLarge:
                return await _refuse(send)
            except ClientGone:
                return None
            whole = _of_length(scope, body.tell())
            body.seek(0)
            return await app(whole | {BODY: body}, _replayed(body), send)

    return wrapped


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


async def _read(receive, body) -> None:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > settings.REQUEST_MAX_BYTES:
            raise TooLarge
        body.write(chunk)
        if not message.get("more_body"):
            return


def _replayed(body):
    async def receive():
        chunk = body.read(CHUNK)
        return {"type": "http.request", "body": chunk, "more_body": len(chunk) == CHUNK}

    return receive


async def _refuse(send) -> None:
    answer = json.dumps(
        {"detail": "This is larger than 5 MB. Please send a smaller picture.", "code": "too_large"}
    ).encode()
    more = {"Content-Type": "application/json", "Connection": "close", "Cache-Control": "no-store"}
    encoded = [
        (name.lower().encode(), value.encode()) for name, value in (headers.beside_django() | more).items()
    ]
    await send({"type": "http.response.start", "status": 413, "headers": encoded})
    await send({"type": "http.response.body", "body": answer})
