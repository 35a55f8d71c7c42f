"""Ordinary pages: a WSGI application in threads, behind an ASGI server.

a2wsgi passes each piece of an answer (its head, every chunk, its end) from the thread to the event loop
and waits there until it is taken: with other threads at work that is four waits for a page, and as many for
its body. Here a page is made in its thread, then goes out at once. Only what is larger than MOST_HELD goes piece
by piece, as with a2wsgi, whose part in all but answering this keeps.
"""

import asyncio
from contextvars import copy_context
from io import BytesIO

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ

# The file in a scope that has the whole body, see `bodies`
BODY = "supportdesk.body"
MOST_HELD = 256 * 1024
# Pieces of 8 to 64 KB that wait for a slow client, more than any static file has: it holds memory, not a thread
MOST_WAITING = 256


class WsgiBridge(WSGIMiddleware):
    """Answers HTTP with a WSGI application in `workers` threads; bodies have been read before."""

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        environ = build_environ(scope, scope.get(BODY) or BytesIO())
        answer = Answer(send)
        try:
            work = (copy_context().run, answer.make, self.app, environ)
            await asyncio.get_running_loop().run_in_executor(self.executor, *work)
            await answer.end()
        finally:
            answer.drop()
        return None


class Answer:
    """One answer on its way from a thread to the client."""

    def __init__(self, send):
        self.send = send
        self.loop = asyncio.get_running_loop()
        self.head: dict | None = None
        self.held: list[bytes] = []
        self.size = 0
        # Once the answer is known to be large
        self.sender: asyncio.Task | None = None
        self.is_over = False

    # --- In the thread -----------------------------------------------------------

    def make(self, app, environ: dict) -> None:
        pieces = app(environ, self.start)
        try:
            for piece in pieces:
                self.add(piece)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    def start(self, status: str, headers: list[tuple[str, str]], exc_info=None):
        self.head = {
            "type": "http.response.start",
            "status": int(status[:3]),
            "headers": [
                (name.strip().encode("latin1").lower(), value.strip().encode("latin1"))
                for name, value in headers
            ],
        }
        return self.add

    def add(self, piece: bytes) -> None:
        self.held.append(piece)
        self.size += len(piece)
        if self.size > MOST_HELD:
            asyncio.run_coroutine_threadsafe(self.flush(), self.loop).result()

    # --- On the event loop -------------------------------------------------------

    async def flush(self) -> None:
        """Queue what is held; return once it has a place in the queue."""
        if not self.sender:
            self.queue: asyncio.Queue = asyncio.Queue(MOST_WAITING)
            self.sender = asyncio.create_task(self.send_chunks())
        held, self.held, self.size = self.held, [], MOST_HELD
        for piece in held:
            if self.is_over:
                # The thread has better things to do than to wait for a closed connection
                raise ConnectionResetError
            await self.queue.put(piece)

    async def send_chunks(self) -> None:
        try:
            await self.send(self.head)
            while (piece := await self.queue.get()) is not None:
                await self.send(_body(piece, more=True))
            await self.send(_body(b""))
        finally:
            self.is_over = True
            # A waiting request gets a place, and looks again
            while not self.queue.empty():
                self.queue.get_nowait()

    async def end(self) -> None:
        if self.sender:
            await self.queue.put(None)
            await self.sender
        else:
            await self.send(self.head)
            await self.send(_body(b"".join(self.held)))

    def drop(self) -> None:
        if self.sender:
            self.sender.cancel()


def _body(piece: bytes, *, more: bool = False) -> dict:
    return {"type": "http.response.body", "body": piece, "more_body": more}
