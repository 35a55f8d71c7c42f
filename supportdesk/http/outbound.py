"""Calls to addresses that others chose: never into private networks, bounded in time and size.

The address is checked where the connection is made: the name is resolved once, and the
address that was checked is the one that is connected to, so that DNS cannot answer
differently in between. Each redirect is a connection of its own and checked like the first.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests_hardened import Config, Manager
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS, READ_SECONDS = 5, 10
# The longest that a call takes, however slowly the answer drips
TOTAL_SECONDS = 20
MOST_BYTES = 64 * 1024
MOST_REDIRECTS = 5
AGENT = "supportdesk/0.2"


class CallFailed(Exception):
    """No answer came; the message says why in a few words."""


class Forbidden(CallFailed):
    """The address leads into a private network."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes


def call(
    method: str,
    url: str,
    *,
    headers: dict | None = None,
    body: bytes | None = None,
    redirects: bool = False,
    most_bytes: int = MOST_BYTES,
    private: bool | None = None,
) -> Answer:
    """Make one HTTP call and return its answer, whatever its status. Raise CallFailed.

    `private` allows addresses of private networks; None means what WEBHOOK_PRIVATE says.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise CallFailed("The address begins with neither https:// nor http://.")
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with (
            session(private=private) as opened,
            _cut_off_at(deadline, opened),
            opened.request(
                method,
                url,
                headers=headers,
                data=body,
                allow_redirects=redirects,
                stream=True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            ) as response,
        ):
            # Its head was cut off
            if time.monotonic() >= deadline:
                raise CallFailed("No answer in time.")
            return Answer(
                response.status_code, dict(response.headers), _read(response, most_bytes, deadline)
            )
    except InvalidIPAddress:
        raise Forbidden("The address leads into a private network (see WEBHOOK_PRIVATE).") from None
    except (requests.exceptions.RequestException, OSError, ValueError) as reason:
        raise CallFailed(_why(reason, time.monotonic() >= deadline)) from None


def _why(reason: Exception, is_late: bool) -> str:
    if is_late or isinstance(reason, requests.exceptions.Timeout):
        return "No answer in time."
    if isinstance(reason, requests.exceptions.SSLError):
        return "Its certificate is not valid."
    if isinstance(reason, requests.exceptions.TooManyRedirects):
        return "It redirects again and again."
    return f"No connection ({type(reason).__name__})."


def session(*, private: bool | None = None) -> requests.Session:
    """Return a session whose every connection is checked, those of redirects included."""
    private = settings.WEBHOOK_PRIVATE if private is None else private
    manager = Manager(
        Config(
            ip_filter_enable=not private,
            ip_filter_allow_loopback_ips=False,
            never_redirect=False,
            default_timeout=(CONNECT_SECONDS, READ_SECONDS),
            user_agent_override=AGENT,
        )
    )
    made = manager.get_session()
    # A proxy of the environment would connect in our place, unchecked; a .netrc would add passwords
    made.trust_env = False
    made.max_redirects = MOST_REDIRECTS
    return made


@contextmanager
def _cut_off_at(deadline: float, opened: requests.Session) -> Iterator[None]:
    """Shut down every connection of the session at the deadline.

    The timeouts of a socket count from its last byte: an answer that drips would go on for days.
    """
    sockets: list[socket.socket] = []

    class Http(HTTPConnection):
        def _new_conn(self):
            made = super()._new_conn()
            # TLS takes the first one over
            sockets.append(made.dup())
            return made

    class Https(Http, HTTPSConnection):
        pass

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    def cut() -> None:
        for each in sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    for adapter in opened.adapters.values():
        assert isinstance(adapter, requests.adapters.HTTPAdapter)  # noqa: S101 - what a session opens with
        adapter.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    timer = threading.Timer(max(0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        for each in sockets:
            each.close()


def _read(response: requests.Response, most_bytes: int, deadline: float) -> bytes:
    """Return the beginning of the body; what is longer or slower is left."""
    parts, size = [], 0
    try:
        for part in response.iter_content(8192):
            parts.append(part)
            size += len(part)
            if size >= most_bytes or time.monotonic() > deadline:
                break
    except requests.exceptions.RequestException:
        if time.monotonic() < deadline:
            raise
    return b"".join(parts)[:most_bytes]
