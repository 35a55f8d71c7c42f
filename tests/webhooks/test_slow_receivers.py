"""A receiver that drips its answer, a byte now and then, holds a worker or a page no longer than the limit."""

import socket
import threading
import time

import pytest

from supportdesk.http import outbound

LETTERS = 40
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LETTERS


@pytest.fixture
def receiver():
    """`receiver(head)` is the address of a server that sends this at once, and forty bytes at a tenth of a second."""
    listening = socket.create_server(("127.0.0.1", 0))

    def start(head: bytes) -> str:
        def serve():
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(head)
                for _ in range(LETTERS):
                    time.sleep(0.1)
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"

    yield start
    listening.close()


def test_a_body_that_drips_is_left_at_the_limit(receiver, monkeypatch):
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.5)
    answer = outbound.call("GET", receiver(BODY), private=True)
    assert answer.status == 200
    assert len(answer.body) < LETTERS


def test_a_head_that_drips_is_no_answer_in_time(receiver, monkeypatch):
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.5)
    with pytest.raises(outbound.CallFailed, match="No answer in time"):
        outbound.call("GET", receiver(b"HTTP/1.1 200 OK\r\nX-Slow: "), private=True)


def test_an_answer_within_the_limit_is_read_to_its_end(receiver):
    answer = outbound.call("GET", receiver(BODY), private=True)
    assert answer.body == b"x" * LETTERS
