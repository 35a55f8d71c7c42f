"""A real desk for tests that need one: `manage.py serve` in its own process, with its own data."""

import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx

from tests import forks

ROOT = forks.ROOT
# httpx reads the certificates of all authorities for each client and each call without one: 54 ms of processor
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
SERVE = [sys.executable, "manage.py", "serve"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Desk:
    """Starts at `start()`, answers at `url`; `kill()` and `start()` again keep the data."""

    def __init__(self, data_dir: Path, **environment: str):
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": "sqlite:",
            "PORT": str(self.port),
            "DEBUG": "on",
            "RATE_LIMITS": "off",
            "SECRET_KEY": "tests-only-" + "k" * 50,
            **environment,
        }
        # With another one the desk is started by that, and not forked
        self.command = list(SERVE)
        self.process: subprocess.Popen | forks.Forked | None = None
        self.log = data_dir / "desk.log"

    def start(self, seconds: float = 120) -> "Desk":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("a") as log:
            if self.command == SERVE:
                self.process = forks.start(["serve"], env=self.environment, stdout=log, session=True)
            else:
                self.process = subprocess.Popen(
                    self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"the desk did not start ({self.process.returncode}):\n{self.log.read_text()[-3000:]}"
                )
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2, verify=NO_TLS).status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the desk did not answer within {seconds} s:\n{self.log.read_text()[-3000:]}")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End the whole process group, gently (SIGTERM) or not at all gently."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(30)

    def stop(self) -> None:
        self.kill(signal.SIGTERM)

    def sql(self, statement: str, *values) -> list[tuple]:
        """Run a statement on the desk's SQLite file, past the desk; ids are 32 hexadecimal digits there."""
        with closing(sqlite3.connect(self.data_dir / "db.sqlite3", timeout=20)) as database, database:
            return database.execute(statement, values).fetchall()

    def api(self, email: str = "", password: str = "") -> httpx.Client:
        """Return a client of the API, signed in if an e-mail is given."""
        client = httpx.Client(base_url=self.url, timeout=30, verify=NO_TLS)
        if email:
            answer = client.post("/api/auth/token", json={"email": email, "password": password})
            client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access']}"
        return client

    def as_agent(self) -> httpx.Client:
        return self.api("agent@demo.test", "demo-agent")

    def as_customer(self) -> httpx.Client:
        return self.api("customer@demo.test", "demo-customer")

    def as_guest(self, name: str = "Ravi", email: str = "ravi@example.com") -> httpx.Client:
        client = self.api()
        answer = client.post("/api/auth/guest", json={"name": name, "email": email})
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access']}"
        return client
