"""Health checks that answer within a second, also when what they look at does not."""

import asyncio
import json
import logging

from supportdesk.http import headers

logger = logging.getLogger(__name__)

SECONDS = 0.8
LATE = {"status": "failing", "database": f"no answer within {SECONDS} s"}


def answered_in_time(app):
    """Wrap an ASGI application: a request that it has not answered within SECONDS is a 503."""

    async def wrapped(scope, receive, send):
        messages: list[dict] = []

        async def keep(message):
            messages.append(message)

        work = asyncio.ensure_future(app(scope, receive, keep))
        done, _ = await asyncio.wait([work], timeout=SECONDS)
        if done:
            work.result()
            for message in messages:
                await send(message)
            return
        # The thread cannot be ended; its answer is dropped when it comes
        work.add_done_callback(_retrieve)
        logger.error("the health check was not answered within %s s", SECONDS)
        answer = {"Content-Type": "application/json", "Cache-Control": "no-store", "Retry-After": "5"}
        lines = [
            (name.lower().encode(), value.encode())
            for name, value in (headers.beside_django() | answer).items()
        ]
        await send({"type": "http.response.start", "status": 503, "headers": lines})
        await send({"type": "http.response.body", "body": json.dumps(LATE).encode()})

    return wrapped


def _retrieve(work: asyncio.Future) -> None:
    """Take the exception of a late answer, so that asyncio does not report it as lost."""
    if not work.cancelled():
        work.exception()
