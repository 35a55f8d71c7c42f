"""Ask a virus scanner about a file, in clamd's protocol (`man clamd`, INSTREAM).

A library (`clamd` 1.0, 2014; `pyclamd`, 2017) was looked at: both are unmaintained, and the protocol is
a length before each chunk.
"""

import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
LONGEST_ANSWER = 4096


class ScannerUnavailable(Exception):
    """The scanner gave no verdict; the message says why in a few words."""


def scan(url: str, chunks: Iterable[bytes]) -> str:
    """Return the name of what was found in these bytes; "" for nothing. Raise ScannerUnavailable.

    `url` is `tcp://host:port` or `unix:/path`.
    """
    try:
        with _connected(url) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                if chunk:
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            return _verdict(_read(connection))
    except (OSError, ValueError) as reason:
        raise ScannerUnavailable(type(reason).__name__) from reason


def _connected(url: str) -> socket.socket:
    if url.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(url.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), CONNECT_SECONDS)


def _read(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = connection.recv(1024)
        if not part:
            break
        answer += part
    return answer.split(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> str:
    """Read `stream: OK` or `stream: <name> FOUND`; anything else (`… ERROR`, a cut line) is no verdict."""
    _, _, said = answer.partition(": ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND") or "something"
    raise ScannerUnavailable(answer[:80] or "no answer")
