"""Small servers of other people, for tests that talk to one."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class JsonServer:
    """Takes POSTs of JSON, keeps them in `received`, and answers as `answer(body)` says.

    `answer` returns the status and the bytes to send; an iterable is sent piece by piece.
    """

    def __init__(self, answer=lambda body: (200, b"{}")):
        self.received: list[dict] = []
        self.headers = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.received.append(body)
                server.headers.append(self.headers)
                status, content = answer(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                try:
                    for piece in [content] if isinstance(content, bytes) else content:
                        self.wfile.write(piece)
                        self.wfile.flush()
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"

    def __enter__(self):
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.http.shutdown()
        self.http.server_close()


def completion(content: str) -> tuple[int, bytes]:
    """Return what an OpenAI-compatible endpoint sends whose model says this."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return 200, json.dumps(body).encode()
