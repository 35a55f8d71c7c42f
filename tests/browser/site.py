"""A site that is not the desk's: another origin than the desk's, and another site to the browser."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><title>A shop</title>{head}
<script src="{desk}/widget.js" async></script></head>
<body><h1>A shop</h1><p>Buy here.</p><button type="button">Pay</button>{body}</body></html>"""


class Site:
    """Pages on `http://localhost:PORT`; the desk is on 127.0.0.1, which browsers hold for another site."""

    def __init__(self, desk_url: str):
        self.desk_url = desk_url
        self.pages: dict[str, str] = {"/": self.page()}
        # Of every page
        self.headers: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = site.pages.get(self.path)
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_):
                """A test's output is not the place for it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def page(self, head: str = "", body: str = "") -> str:
        """A page that embeds the widget with the one tag."""
        return PAGE.format(desk=self.desk_url, head=head, body=body)

    def url(self, host: str = "localhost", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
