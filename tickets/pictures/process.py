"""Decoding in a process of its own: one picture takes at most SECONDS, and no thread that answers pages.

A decoder that was lied to can be busy for a minute, and no thread can be ended. The
processes start when they are needed, wait for the next picture, and end with the desk.
"""

import json
import os
import queue
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from .cleaning import UNREADABLE, BadPicture, Picture, be_modest, cleaned

ROOT = Path(__file__).resolve().parent.parent.parent
# The largest picture takes two on a slow machine
SECONDS = 15
# A decoded picture may take 200 MB, turning it as much again
MAX_ADDRESS_SPACE = 2 * 1024**3
AT_ONCE = 2
# How long an upload waits for one of the processes
WAIT_SECONDS = 20


class Busy(Exception):
    """All decoders have been at work for WAIT_SECONDS."""


class Decoder:
    """One process that cleans one picture after the other; started at its first."""

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.connection: Connection | None = None

    def clean(self, raw: bytes) -> Picture:
        """Return the cleaned picture; raise BadPicture, also when it takes too long or too much memory."""
        for attempt in range(2):
            fresh = self._start()
            try:
                self.connection.send_bytes(raw)
                if not self.connection.poll(SECONDS):
                    self.end()
                    raise BadPicture(UNREADABLE)
                return self._answer()
            except (OSError, EOFError):
                # It was ended from outside, or by the kernel because of this picture
                self.end()
                if fresh or attempt:
                    raise BadPicture(UNREADABLE) from None
        raise BadPicture(UNREADABLE)

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.connection.close()
        self.process = self.connection = None

    def _start(self) -> bool:
        """Make sure that the process runs; return whether it was started now."""
        if self.process and self.process.poll() is None:
            return False
        self.end()
        self.connection, theirs = Pipe()
        command = [sys.executable, "-m", "tickets.pictures.process", str(theirs.fileno())]
        # Nothing of the desk's settings is needed there, and no secret
        environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        self.process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )
        theirs.close()
        return True

    def _answer(self) -> Picture:
        told = json.loads(self.connection.recv_bytes())
        if refusal := told.pop("refusal", ""):
            raise BadPicture(refusal)
        return Picture(data=self.connection.recv_bytes(), thumbnail=self.connection.recv_bytes(), **told)


_free: queue.Queue[Decoder] = queue.Queue()
for _ in range(AT_ONCE):
    _free.put(Decoder())


def clean(raw: bytes) -> Picture:
    """Return the cleaned picture, made in another process; raise BadPicture or Busy."""
    try:
        decoder = _free.get(timeout=WAIT_SECONDS)
    except queue.Empty:
        raise Busy from None
    try:
        return decoder.clean(raw)
    finally:
        _free.put(decoder)


# --- In the other process ----------------------------------------------------


def serve(connection: Connection) -> None:
    """Clean what comes until the other side is gone."""
    be_modest(MAX_ADDRESS_SPACE)
    # Ctrl-C goes to all of us; the desk still finishes what it has begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        with suppress(EOFError, OSError):
            raw = connection.recv_bytes()
            # Should the desk be gone meanwhile: the kernel ends us, whatever the decoder is at
            signal.alarm(SECONDS + 5)
            _send(connection, raw)
            signal.alarm(0)
            continue
        return


def _send(connection: Connection, raw: bytes) -> None:
    try:
        picture = cleaned(raw)
    except (BadPicture, MemoryError) as reason:
        refusal = str(reason) if isinstance(reason, BadPicture) else UNREADABLE
        connection.send_bytes(json.dumps({"refusal": refusal}).encode())
        return
    told = {"width": picture.width, "height": picture.height, "extension": picture.extension}
    connection.send_bytes(json.dumps(told).encode())
    connection.send_bytes(picture.data)
    connection.send_bytes(picture.thumbnail)


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
