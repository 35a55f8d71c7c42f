"""A push service of our own: takes pushes for browsers that it plays, checks their signature, and decrypts them."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tickets.alerts.push import decoded, encoded


class Browser:
    """What a browser keeps of its subscription."""

    def __init__(self, endpoint: str):
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    def subscription(self) -> dict:
        """What `PushSubscription.toJSON()` returns."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(point), "auth": encoded(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}


class PushService:
    """Answers with `status`; `pushed` holds what each browser was told, in order."""

    def __init__(self):
        self.browsers: dict[str, Browser] = {}
        self.pushed: list[tuple[str, dict, dict]] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.take(self.path, dict(self.headers), body)
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def browser(self, name: str) -> Browser:
        self.browsers[f"/{name}"] = Browser(f"{self.url}/{name}")
        return self.browsers[f"/{name}"]

    def take(self, path: str, headers: dict, body: bytes) -> None:
        browser = self.browsers[path]
        token, _, key = headers["Authorization"].removeprefix("vapid t=").partition(", k=")
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
        claims = jwt.decode(token, point, ["ES256"], audience=self.url)
        assert claims["sub"].startswith("mailto:")
        text = http_ece.decrypt(
            body, private_key=browser.key, auth_secret=browser.auth, version="aes128gcm"
        )
        self.pushed.append((path.strip("/"), json.loads(text), headers))

    def told(self, name: str) -> list[dict]:
        return [payload for to, payload, _ in self.pushed if to == name]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
