"""Ordinary pages in threads: one piece as a rule, many when they are large, and no thread is left waiting."""

import asyncio
import threading

import pytest

from supportdesk.serving import wsgi_bridge
from supportdesk.serving.request_bodies import with_whole_body
from supportdesk.serving.wsgi_bridge import MOST_HELD, MOST_WAITING, WsgiBridge

PIECE = b"x" * 64 * 1024
SCOPE = {
    "type": "http", "method": "POST", "path": "/a/ü", "query_string": b"q=1", "http_version": "1.1",
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"5")],
}  # fmt: skip


class App:
    """A WSGI application that answers with these pieces, and remembers what it was asked."""

    def __init__(self, *answer: bytes):
        self.answer, self.closed, self.made = answer, threading.Event(), 0

    def __call__(self, environ, start_response):
        self.environ, self.said = environ, environ["wsgi.input"].read()
        start_response("201 Created", [("Content-Type", "text/plain"), ("X-Two", " 2 ")])
        return self

    def __iter__(self):
        for piece in self.answer:
            self.made += 1
            if isinstance(piece, Exception):
                raise piece
            yield piece

    def close(self):
        self.closed.set()


def ask(app, send=None, within: float = 20) -> list[dict]:
    """Send a request with the body "hello"; return what came back."""
    got = []

    async def keep(message):
        got.append(message)

    async def receive():
        return {"type": "http.request", "body": b"hello", "more_body": False}

    async def run():
        async with asyncio.timeout(within):
            await with_whole_body(WsgiBridge(app, workers=1))(SCOPE, receive, send or keep)

    asyncio.run(run())
    return got


def test_a_page_is_one_head_and_one_piece():
    app = App(b"one ", b"and ", b"two")

    head, body = ask(app)

    assert head == {
        "type": "http.response.start",
        "status": 201,
        "headers": [(b"content-type", b"text/plain"), (b"x-two", b"2")],
    }
    assert body == {"type": "http.response.body", "body": b"one and two", "more_body": False}
    assert (app.said, app.environ["QUERY_STRING"], app.environ["CONTENT_LENGTH"]) == (b"hello", "q=1", "5")
    assert app.closed.is_set()


def test_a_large_response_is_sent_in_pieces_in_order():
    answer = [bytes([number]) * 64 * 1024 for number in range(3 * MOST_HELD // len(PIECE))]

    head, *bodies, last = ask(App(*answer))

    assert head["status"] == 201
    assert [message["body"] for message in bodies] == answer
    assert all(message["more_body"] for message in bodies)
    assert last == {"type": "http.response.body", "body": b"", "more_body": False}


def test_a_slow_client_holds_memory_for_so_many_pieces_and_no_more():
    app, made = App(*[PIECE] * (MOST_WAITING + 100)), []

    async def slowly(message):
        if not made:
            # The application goes on meanwhile, until there is no more room
            while app.made < MOST_WAITING:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            made.append(app.made)

    ask(app, slowly)

    assert made[0] <= MOST_WAITING + MOST_HELD // len(PIECE) + 2
    assert app.made == MOST_WAITING + 100


@pytest.mark.parametrize("pieces", [1, 3 * MOST_WAITING])
def test_a_client_that_goes_away_frees_the_thread(pieces):
    app, sent = App(*[PIECE] * pieces), []

    async def gone(message):
        sent.append(message)
        if len(sent) == 2:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        ask(app, gone)

    assert app.closed.wait(30)
    assert app.made < 3 * MOST_WAITING


@pytest.mark.parametrize("before", [[], [PIECE] * (2 * MOST_HELD // len(PIECE))])
def test_an_error_of_the_application_is_raised_by_the_server(before):
    app = App(*before, ValueError("broken"))

    with pytest.raises(ValueError, match="broken"):
        ask(app)

    assert app.closed.is_set()


def test_a_server_that_ends_leaves_no_thread_behind(monkeypatch):
    monkeypatch.setattr(wsgi_bridge, "MOST_WAITING", 2)
    app = App(*[PIECE] * 100)

    async def never(message):
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        ask(app, never, within=0.5)

    assert app.closed.wait(30)
