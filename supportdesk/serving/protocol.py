"""HTTP connections with bounds: heads that are too large or too slow end before anything reads them.

uvicorn collects headers without a limit, and everything behind it pays for them: 5.4 MB of one
repeated header kept the event loop busy for 31 s, 500 kB of `; ` in a Content-Type a thread for 41 s.
h11 has such a limit and takes twice the time of httptools for a request, so the limit is here.
"""

import json
from asyncio import TimerHandle
from http import HTTPStatus

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from supportdesk.http import headers

# Request line and headers together; browsers send some 2 KB, nginx allows 40
MAX_HEAD_BYTES = 32 * 1024
MAX_URL_BYTES = 8 * 1024
MAX_HEADERS = 100
# Parsers of parameters take quadratic time
MAX_CONTENT_TYPE_BYTES = 1024
# From the first byte to the end of the headers; a connection that says nothing is closed after as long
HEAD_SECONDS = 20
# What is parsed between two looks at the limits
PIECE = 16 * 1024
# A client that is still sending reads the refusal only if its connection stays open for a moment
LINGER_SECONDS = 5
MAX_DRAINED_BYTES = 64 * 1024 * 1024

REFUSALS = {
    400: ("bad_request", "This is not a valid HTTP request."),
    408: ("too_slow", f"The headers did not arrive within {HEAD_SECONDS} seconds."),
    414: ("url_too_long", f"The address is longer than {MAX_URL_BYTES // 1024} KB."),
    431: (
        "headers_too_large",
        f"At most {MAX_HEADERS} headers and {MAX_HEAD_BYTES // 1024} KB of them are accepted.",
    ),
}


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's httptools protocol with limits on the head of a request, and a lingering close."""

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        # In the transport's place, which the library knows by its class
        self.lingering = Lingering(transport, self)
        self.transport = self.lingering  # type: ignore[assignment]
        self.flow = FlowControl(self.transport)
        self.headers, self.url = [], b""
        # From the first byte of a request to the end of its headers
        self.in_head = False
        # Bytes that arrived of this head, and bytes of its headers that are complete
        self.pending = self.counted = 0
        # The status with which this head is refused, once it is complete or too long by far
        self.refusal = 0
        self.is_draining = False
        self.drained = 0
        self.head_timer: TimerHandle | None = self.loop.call_later(HEAD_SECONDS, self.head_is_late)

    def connection_lost(self, exc) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if len(data) <= PIECE:
            self._receive(data)
            return
        for start in range(0, len(data), PIECE):
            self._receive(data[start : start + PIECE])

    def _receive(self, data: bytes) -> None:
        if self.is_draining:
            self._drain(data)
            return
        super().data_received(data)
        if self.in_head and not self.is_draining:
            self.pending += len(data)
            if self.pending > MAX_HEAD_BYTES + PIECE:
                self.refuse(self.refusal or 431)
            elif not self.head_timer:
                self.head_timer = self.loop.call_later(HEAD_SECONDS, self.head_is_late)

    # --- What the parser found -----------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head = True
        self.pending = self.counted = self.refusal = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL_BYTES:
            self.url, self.refusal = self.url[:MAX_URL_BYTES], 414

    def on_header(self, name: bytes, value: bytes) -> None:
        self.counted += len(name) + len(value)
        is_origin = name.lower() == b"origin" and len(value) <= MAX_CONTENT_TYPE_BYTES
        if (
            self.counted > MAX_HEAD_BYTES
            or len(self.headers) >= MAX_HEADERS
            or (len(value) > MAX_CONTENT_TYPE_BYTES and name.lower() == b"content-type")
        ):
            if not self.in_head:
                self._stop_parsing(431)
            self.refusal = self.refusal or 431
        # Of a head that is refused only the origin counts: without CORS headers its script cannot read why.
        # Trailers come after the body: they are counted and dropped
        if self.in_head and (not self.refusal or is_origin):
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.refusal:
            self._stop_parsing(self.refusal)
        self.in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def _stop_parsing(self, status: int) -> None:
        self.refuse(status)
        # The parser ends with an error, which `send_400_response` gets
        raise ValueError("refused")

    # --- Refusing ------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        self.refuse(400)

    def head_is_late(self) -> None:
        self.head_timer = None
        if self.in_head:
            self.refuse(self.refusal or 408)
        elif not self.transport.is_closing():
            self.lingering.close_now()

    def refuse(self, status: int) -> None:
        """Answer with this status and read no further; once is enough."""
        if self.is_draining or self.transport.is_closing():
            return
        self._stop_timer()
        cycle = self.cycle
        if cycle and not cycle.response_complete:
            if cycle.response_started or not cycle.more_body or status != 400:
                # A request of this connection is being answered: its answer is not cut in two
                self.lingering.close_now()
                return
            # What cannot be read is the body of a request that has no answer yet
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(answer(status, self.headers, self.url))
        self.linger()

    def linger(self) -> None:
        """Close once the client has ended, or has had the time to read what was sent."""
        self.is_draining = True
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.lingering.close_now)

    def _drain(self, data: bytes) -> None:
        self.drained += len(data)
        if self.drained > MAX_DRAINED_BYTES:
            self.lingering.close_now()

    def _stop_timer(self) -> None:
        if self.head_timer:
            self.head_timer.cancel()
            self.head_timer = None


class Lingering:
    """A transport that is closed at once only if the request has arrived completely.

    Closing while bytes are unread resets the connection, and the client loses the answer that
    says why: a 413 would look like a broken network.
    """

    def __init__(self, transport, protocol: BoundedHttp):
        self.transport, self.protocol = transport, protocol
        # Every answer passes these two
        self.write, self.is_closing = transport.write, transport.is_closing

    def __getattr__(self, name: str):
        return getattr(self.transport, name)

    def close(self) -> None:
        cycle = self.protocol.cycle
        if self.protocol.is_draining:
            return
        if cycle and cycle.response_complete and cycle.more_body:
            self.protocol.linger()
        else:
            self.close_now()

    def close_now(self) -> None:
        self.transport.close()


def answer(status: int, sent: list[tuple[bytes, bytes]], url: bytes) -> bytes:
    """Return the whole answer of a refusal, with CORS headers for the origin that asked."""
    code, detail = REFUSALS[status]
    body = json.dumps({"detail": detail, "code": code}).encode()
    lines = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
        **headers.beside_django(),
        **headers.for_origin(url.partition(b"?")[0].decode("latin1"), headers.origin_in(sent)),
    }
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in lines.items()
    )
    return f"{head}\r\n".encode("latin1") + body
