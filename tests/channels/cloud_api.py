"""A server that speaks WhatsApp's Cloud API as far as the desk calls it: slow, broken and refusing on demand."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

PHONE_ID = "106540352242922"
TOKEN = "EAAG-test-token"


class CloudApi:
    """`sent` holds the bodies of messages in order; `before` may answer in its place, or wait."""

    def __init__(self):
        self.sent: list[dict] = []
        self.uploads: list[bytes] = []
        self.media: dict[str, bytes] = {}
        self.templates: list[dict] = []
        self.unauthorised = 0
        # Called with (method, path, body); returns (status, bytes) or None, may raise to cut the line
        self.before: Callable = lambda method, path, body: None
        self._lock = Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self._answer("GET", b"")

            def do_POST(self):
                self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def _answer(self, method, body):
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    server.unauthorised += 1
                    return self._send(401, b'{"error": {"code": 190, "message": "Invalid token"}}')
                try:
                    answer = server.before(method, self.path, body) or server.answer(
                        method, self.path, body
                    )
                except ConnectionError:
                    self.close_connection = True
                    return None
                return self._send(*answer)

            def _send(self, status, content):
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v23.0"

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        path = path.partition("?")[0].removeprefix("/v23.0")
        if method == "POST" and path == f"/{PHONE_ID}/messages":
            return 200, self.accept(body)
        if method == "POST" and path == f"/{PHONE_ID}/media":
            self.uploads.append(body)
            return 200, b'{"id": "uploaded-1"}'
        if path.startswith("/files/"):
            return 200, self.media[path.removeprefix("/files/")]
        if path.endswith("/message_templates"):
            return 200, json.dumps({"data": self.templates}).encode()
        if (name := path.removeprefix("/")) in self.media:
            return 200, json.dumps({"url": f"{self.url}/files/{name}", "mime_type": "image/jpeg"}).encode()
        return 404, b'{"error": {"code": 100, "message": "Unknown path"}}'

    def accept(self, body: bytes) -> bytes:
        with self._lock:
            self.sent.append(json.loads(body))
            return json.dumps({"messages": [{"id": f"wamid.out-{len(self.sent)}"}]}).encode()

    @property
    def texts(self) -> list[str]:
        return [text_of(body) for body in self.sent]

    def __enter__(self):
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.http.shutdown()
        self.http.server_close()


def text_of(body: dict) -> str:
    kind = body["type"]
    if kind == "text":
        return body["text"]["body"]
    if kind == "interactive":
        return body["interactive"]["body"]["text"]
    return json.dumps(body[kind])
