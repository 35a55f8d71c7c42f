"""What a request sends, before Django sees it: whole or not at all, never too much, always UTF-8."""

import asyncio
import json

import httpx
import pytest

from supportdesk.asgi import application
from supportdesk.serving.request_bodies import normalized_headers, with_whole_body, without_body


class Subscriber:
    """An ASGI application that keeps the bodies that reach it."""

    def __init__(self):
        self.bodies = []

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def send(app, *messages: dict, headers=((b"transfer-encoding", b"chunked"),)) -> list[dict]:
    """Pass these messages to an application; return its own."""
    waiting, answered = list(messages), []

    async def receive():
        return waiting.pop(0)

    async def answer(message):
        answered.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers)}
    asyncio.run(app(scope, receive, answer))
    return answered


def part(body: bytes, more: bool = True) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


def test_a_body_arrives_whole_however_it_was_cut():
    listener = Subscriber()
    large = b"x" * 600_000
    send(with_whole_body(listener), part(b"a"), part(b""), part(large), part(b"b", more=False))
    assert listener.bodies == [b"a" + large + b"b"]


def test_a_body_that_breaks_off_reaches_no_view():
    listener = Subscriber()
    assert send(with_whole_body(listener), part(b"half"), GONE) == []
    assert listener.bodies == []


def test_a_body_that_is_too_large_is_refused_before_it_has_all_come(settings):
    settings.REQUEST_MAX_BYTES = 1000
    listener = Subscriber()
    start, answer = send(with_whole_body(listener), part(b"x" * 700), part(b"x" * 700), GONE)
    assert start["status"] == 413
    assert json.loads(answer["body"])["code"] == "too_large"
    assert listener.bodies == []


def test_a_body_of_just_the_size_is_taken(settings):
    settings.REQUEST_MAX_BYTES = 1000
    listener = Subscriber()
    send(with_whole_body(listener), part(b"x" * 1000, more=False))
    assert listener.bodies == [b"x" * 1000]


def test_a_chunked_body_is_read_like_any_other(transactional_db):
    async def in_chunks():
        for chunk in ('{"name": "Ra', 'vi", "email": "ravi@', 'example.com"}'):
            yield chunk.encode()

    async def ask():
        client = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://localhost")
        async with client:
            kind = {"Content-Type": "application/json"}
            return await client.post("/api/auth/guest", content=in_chunks(), headers=kind)

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["user"]["name"]) == (201, "Ravi")


def test_a_header_that_wsgi_would_take_for_another_is_left_out():
    headers = [(b"x_forwarded_for", b"203.0.113.7"), (b"x-forwarded-for", b"198.51.100.9")]
    assert normalized_headers({"headers": headers})["headers"] == headers[1:]


@pytest.mark.parametrize("path", ["/api/support/admin/events", "/support/events", "/api/support/x/events"])
def test_no_more_of_a_body_is_read_where_a_stream_is_than_elsewhere(path, settings, transactional_db):
    read, most = [], settings.REQUEST_MAX_BYTES // 65_536 + 2

    async def in_chunks():
        for _ in range(4 * most):
            read.append(1)
            yield b"x" * 65_536

    async def ask():
        client = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://localhost")
        async with client:
            return await client.post(path, content=in_chunks())

    assert asyncio.run(ask()).status_code == 413
    assert len(read) <= most


def test_a_body_sent_with_a_stream_request_is_kept_nowhere():
    sent = [{"type": "http.request", "body": b"x" * 9, "more_body": True}] * 3 + [
        {"type": "http.disconnect"}
    ]

    async def receive():
        return sent.pop(0)

    async def heard():
        plain = without_body(receive)
        return [await plain(), await plain()]

    assert asyncio.run(heard()) == [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]


@pytest.mark.parametrize(
    ("named", "left"),
    [
        ("text/plain", "text/plain"),
        ("text/plain; charset=idna", "text/plain"),
        ('text/plain;charset="utf-16"; format=flowed', "text/plain; format=flowed"),
        ("multipart/form-data; CHARSET = base64; boundary=b", "multipart/form-data; boundary=b"),
        ("text/plain; charset*=utf-8''idna", "text/plain"),
    ],
)
def test_the_charset_of_a_content_type_is_left_out_and_nothing_else(named, left):
    headers = [(b"content-type", named.encode()), (b"accept", b"text/html; charset=idna")]
    assert normalized_headers({"headers": headers})["headers"] == [
        (b"content-type", left.encode()),
        headers[1],
    ]


@pytest.mark.parametrize(
    "charset", ["idna", "utf-16", "utf-7", "base64", "zip", "unicode_escape", "nonsense", "*=utf-8''idna"]
)
def test_an_outlandish_charset_changes_nothing(charset, transactional_db):
    async def ask():
        client = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://localhost")
        kind = "multipart/form-data; boundary=b; charset" + (
            charset if charset[0] == "*" else f"={charset}"
        )
        body = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nज़ोया +2AA-\r\n--b--\r\n'.encode()
        async with client:
            return await client.post("/api/auth/guest?q=%ff", content=body, headers={"Content-Type": kind})

    answer = asyncio.run(ask())
    # Everything was read; only the way to be reached is missing
    assert (answer.status_code, list(answer.json())) == (400, ["email"])
