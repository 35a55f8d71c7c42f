"""What arrives is bounded before anything reads it: heads in size, count and time, bodies in size and progress."""

import json
import socket
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from http.client import HTTPResponse

import pytest

from supportdesk.serving import protocol, request_bodies
from tests.desk import Desk

HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def served(shop_data):
    data = shop_data()
    (data / "tmp").mkdir(exist_ok=True)
    desk = Desk(data, CORS_ORIGINS="https://app.example", TMPDIR=str(data / "tmp"))
    yield desk.start()
    desk.kill()


def said(desk, *pieces: bytes, within: float = 30) -> tuple[int, dict[str, str], bytes]:
    """Send the pieces, though the other side may have had enough; return status, headers and body."""
    with socket.create_connection(("127.0.0.1", desk.port), timeout=within) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pytest.fail("the connection was cut before the answer could be read")
        return response_on(connection)


def response_on(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the next response, however many packets bring it."""
    response = HTTPResponse(connection)
    response.begin()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


# Such a head took half a minute. A page takes milliseconds, and on a busy machine a second or two
SOON_SECONDS = 8


def is_well(desk) -> bool:
    began = time.monotonic()
    return (
        said(desk, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")[0] == 200
        and time.monotonic() - began < SOON_SECONDS
    )


REPEATED = b"X-One: " + b"a" * 100 + b"\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n" + HOST + REPEATED * 50_000 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-One: " + b"a" * 2_000_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X" * 2_000_000 + b": a\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST /api/auth/guest HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain" + b"; " * 250_000 + b"\r\n\r\n", 431),
        (b"POST /api/auth/guest HTTP/1.1\r\n" + HOST + b"Content-Type: text/plain" + b"; " * 600 + b"\r\n\r\n", 431),
        (b"GET /healthz?" + b"q=1&" * 250_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /?q=\xe0\xa4\xae HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20, 400),
    ],
    ids=["many", "long value", "long name", "count", "content type", "short content type", "long query", "long path", "no header", "not ASCII", "TLS"],
)  # fmt: skip
@pytest.mark.slow
def test_a_head_beyond_the_bounds_is_refused_at_once_and_the_others_do_not_notice(served, head, status):
    began = time.monotonic()
    got, headers, body = said(served, head)
    assert time.monotonic() - began < SOON_SECONDS
    assert (got, headers["connection"], headers["content-type"]) == (status, "close", "application/json")
    assert json.loads(body).keys() == {"detail", "code"}
    assert is_well(served)


@pytest.mark.slow
def test_heads_within_the_bounds_pass(served):
    many = b"".join(b"X-%d: %b\r\n" % (n, b"v" * 200) for n in range(90))
    got, _, _ = said(served, b"GET /healthz HTTP/1.1\r\n" + HOST + many + b"Connection: close\r\n\r\n")
    assert got == 200


@pytest.mark.slow
def test_a_second_request_on_the_connection_is_bounded_as_the_first(served):
    get = b"GET /healthz HTTP/1.1\r\n" + HOST
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(get + b"\r\n")
        assert response_on(connection)[0] == 200
        connection.sendall(get + REPEATED * 1_000 + b"\r\n")
        assert response_on(connection)[0] == 431


@pytest.mark.slow
@pytest.mark.parametrize(
    "chunk", [b"-1\r\nx\r\n", b"F" * 17 + b"\r\nx\r\n", b"zz\r\n"], ids=["sign", "size", "letters"]
)
def test_a_body_that_breaks_the_rules_of_http_is_400(served, chunk):
    head = b"POST /api/auth/guest HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    assert said(served, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)[0] == 400
    assert is_well(served)


def test_trailers_of_a_chunked_body_are_counted_and_dropped(served):
    head = (
        b"POST /api/auth/guest HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    body = b'{"name": "Ravi", "email": "r@example.com"}'
    whole = head + b"%x\r\n%b\r\n0\r\n" % (len(body), body)
    assert said(served, whole + b"Authorization: Bearer x\r\nConnection: close\r\n\r\n")[0] == 201
    # The request is on its way to a view already: its connection ends
    connection = socket.create_connection(("127.0.0.1", served.port))
    with connection, pytest.raises(OSError, match=r"reset|pipe"):
        connection.sendall(whole + REPEATED * 100_000 + b"\r\n")
    assert is_well(served)


@pytest.mark.parametrize("origin", ["https://app.example", "https://other.example"])
@pytest.mark.parametrize(
    ("status", "request_of"),
    [
        (413, lambda origin: b"POST /api/chat/message HTTP/1.1\r\n" + HOST + origin + b"Content-Length: 9000000\r\n\r\n" + b"x" * 9_000_000),
        (431, lambda origin: b"POST /api/chat/message HTTP/1.1\r\n" + HOST + origin + REPEATED * 1_000 + b"\r\n"),
        # Browsers send what a script added before the origin
        (431, lambda origin: b"POST /api/chat/message HTTP/1.1\r\n" + HOST + REPEATED * 350 + origin + b"\r\n"),
        (431, lambda origin: b"POST /api/chat/message HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 150 + origin + b"\r\n"),
        (431, lambda origin: b"POST /api/chat/message HTTP/1.1\r\n" + HOST + b"Content-Type: a" + b"; " * 600 + b"\r\n" + origin + b"\r\n"),
        (414, lambda origin: b"GET /api/support/admin/?q=" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + origin + b"\r\n"),
        (400, lambda origin: b"GET /api/auth/me?a=%00" + b"&x=1" * 1_100 + b" HTTP/1.1\r\n" + HOST + origin + b"Connection: close\r\n\r\n"),
        (400, lambda origin: b"GET /api/auth/me HTTP/1.1\r\nHost: other.example\r\n" + origin + b"Connection: close\r\n\r\n"),
    ],
    ids=["413", "431", "431 behind", "431 of the count", "431 of a type", "414", "400 of a query", "400 of a host"],
)  # fmt: skip
@pytest.mark.slow
def test_an_early_refusal_can_be_read_by_the_frontend_that_asked(served, status, request_of, origin):
    got, headers, _ = said(served, request_of(b"Origin: " + origin.encode() + b"\r\n"))
    assert got == status
    allowed = origin if origin == "https://app.example" else None
    assert headers.get("access-control-allow-origin") == allowed
    assert "origin" in headers["vary"].lower()


@pytest.mark.slow
def test_a_head_that_does_not_end_is_408(data_dir, monkeypatch):
    desk = Desk(data_dir)
    desk.command = [desk.command[0], "-c", IN_A_HURRY, "serve"]
    desk.start()
    try:
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            began = time.monotonic()
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            for _ in range(20):
                time.sleep(0.1)
                try:
                    connection.sendall(b"X-A: b\r\n")
                except OSError:
                    break
            assert response_on(connection)[0] == 408
            assert 0.8 < time.monotonic() - began < 2 + SOON_SECONDS
        # A body that does not progress, too; one that does is taken, however long it takes
        head = (
            b"POST /api/auth/guest HTTP/1.1\r\n"
            + HOST
            + b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            connection.sendall(head % 4000 + b'{"name"')
            assert response_on(connection)[0] == 408
        body = b'{"name": "Ravi", "email": "r@example.com"' + b" " * 6000 + b"}"
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            connection.sendall(head % len(body))
            for start in range(0, len(body), 800):
                connection.sendall(body[start : start + 800])
                time.sleep(0.5)
            assert response_on(connection)[0] == 201
        # A connection that says nothing is closed, and a quiet one between two requests is not refused
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            assert connection.recv(10) == b""
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as connection:
            for _ in range(2):
                connection.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
                assert response_on(connection)[0] == 200
                time.sleep(1.5)
    finally:
        desk.kill()


IN_A_HURRY = """
import sys
from supportdesk import settings
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "supportdesk.settings"
from supportdesk.serving import protocol
import supportdesk.serving.request_bodies as bodies
protocol.HEAD_SECONDS, bodies.PROGRESS_SECONDS = 1, 3
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


@pytest.mark.slow
def test_a_full_folder_for_temporary_files_is_507_and_what_is_small_still_arrives(served):
    guest = served.as_guest()
    ticket = (
        guest.post("/api/support/create", json={"message": "It leaked"}).raise_for_status().json()["id"]
    )
    temporary = served.data_dir / "tmp"
    # Python looks for its folder once: at the first upload
    large = {"image": ("box.png", b"\x89PNG" + b"x" * 3_000_000)}
    assert guest.post(f"/api/support/{ticket}/message", files=large).status_code == 400
    temporary.rmdir()
    try:
        refused = guest.post(f"/api/support/{ticket}/message", files=large)
        assert refused.status_code == 507, refused.text
        assert refused.json()["code"] == "no_room"
        assert (
            guest.post(f"/api/support/{ticket}/message", json={"message": "No picture"}).status_code == 201
        )
    finally:
        temporary.mkdir()


@pytest.mark.parametrize(
    ("arriving", "is_taken"),
    [
        ({}, True),
        ({"203.0.113.7": request_bodies.MOST_ARRIVING_FROM_ONE - 1}, True),
        ({"203.0.113.7": request_bodies.MOST_ARRIVING_FROM_ONE}, False),
        ({"198.51.100.7": request_bodies.MOST_ARRIVING_FROM_ONE}, True),
        ({"198.51.100.7": request_bodies.MOST_ARRIVING}, False),
    ],
    ids=["none", "nearly too many", "too many of one", "many of another", "too many of all"],
)
def test_bodies_that_arrive_at_once_are_bounded_for_an_address_and_for_all(arriving, is_taken):
    counted = Counter(arriving)
    refused = nullcontext() if is_taken else pytest.raises(request_bodies.Refused)
    with refused, request_bodies._counted(counted, "203.0.113.7", 1):
        assert counted["203.0.113.7"] == arriving.get("203.0.113.7", 0) + 1
    assert counted == Counter(arriving), "the place is given back"


def test_the_limits_are_above_what_browsers_send():
    assert protocol.MAX_HEAD_BYTES >= 16 * 1024
    assert protocol.MAX_HEADERS >= 60


@pytest.mark.slow
def test_the_201st_stream_of_one_person_is_429_and_others_are_heard(served):
    guest, other = served.as_guest(), served.as_guest("Meena", "meena@example.com")
    ticket = (
        guest.post("/api/support/create", json={"message": "It leaked"}).raise_for_status().json()["id"]
    )
    theirs = other.post("/api/support/create", json={"message": "Late"}).raise_for_status().json()["id"]
    with ExitStack() as opened:

        def listen(client, id) -> tuple[int, dict]:
            connection = opened.enter_context(
                socket.create_connection(("127.0.0.1", served.port), timeout=10)
            )
            bearer = client.headers["Authorization"]
            head = f"GET /api/support/{id}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {bearer}\r\n\r\n"
            connection.sendall(head.encode())
            answer = HTTPResponse(connection)
            answer.begin()
            return answer.status, dict(answer.getheaders()), connection

        first = listen(guest, ticket)
        assert [first[0], *(listen(guest, ticket)[0] for _ in range(199))] == [200] * 200
        status, headers, _ = listen(guest, ticket)
        assert (status, headers["retry-after"], headers["content-type"]) == (429, "30", "application/json")
        assert listen(other, theirs)[0] == 200
        # A place that is given back is free again
        first[2].shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + 30
        while listen(guest, ticket)[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
