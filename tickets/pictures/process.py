"""Decoding in processes of their own: one picture takes a bounded time, and no thread that answers pages.

A decoder that was lied to can be busy for a minute, and no thread can be ended. Large pictures, and those
that were not done within QUICK_SECONDS, have one decoder of their own, so they never stand before the others. The processes start when they are needed, wait for the next picture, and end with the desk.
"""

import json
import logging
import os
import queue
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import BoundedSemaphore, Lock

from . import repair
from .cleaning import TOO_SLOW, UNREADABLE, BadPicture, Picture, cleaned, limit_resources

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent
# Of processor time. Measured: a photo of 12 megapixels takes 1, of 40 megapixels 2 to 3, a GIF of 40 takes 4.5
QUICK_SECONDS, SLOW_SECONDS = 3, 12
# Phones make 12, or 16; what has more pixels may take long
LARGE = 16_500_000
# By the clock, on a machine that has other things to do
MOST_SECONDS = 30
# A decoded picture may take 200 MB, turning it as much again
MAX_ADDRESS_SPACE = 2 * 1024**3
AT_ONCE = 2
# How long an upload waits for one of the processes
WAIT_SECONDS = 20
# One slow picture is decoded and one waits for it: each holds one of the threads for uploads. A third waits
# for so long, then it is to come again
MOST_SLOW, SLOW_WAIT_SECONDS = 2, 3


class Busy(Exception):
    """No decoder was free within WAIT_SECONDS or could be started, or too many slow pictures wait already."""


class _TooSlow(Exception):
    """The picture was not decoded in the time that it had."""


class Decoder:
    """One process that cleans one picture after the other; started at its first."""

    def __init__(self):
        self.process: subprocess.Popen | None = None
        self.connection: Connection | None = None

    def clean(self, raw: bytes, seconds: float) -> Picture:
        """Return the cleaned picture; raise BadPicture, Busy, or _TooSlow after so much processor time."""
        for attempt in range(2):
            connection, fresh = self._start()
            try:
                connection.send_bytes(json.dumps(seconds).encode())
                connection.send_bytes(raw)
                if not connection.poll(MOST_SECONDS):
                    # The machine has no time for it, which is not the picture's fault
                    self.end()
                    raise Busy
                return _answer(connection)
            except (OSError, EOFError):
                # It ended itself, or was ended from outside, or by the kernel because of this picture
                if self._ran_out_of_time():
                    raise _TooSlow from None
                if fresh or attempt:
                    raise BadPicture(UNREADABLE) from None
        raise BadPicture(UNREADABLE)

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        if self.connection:
            self.connection.close()
        self.process = self.connection = None

    def _ran_out_of_time(self) -> bool:
        """Clear away a process that is gone; return whether its processor time was over."""
        process = self.process
        if process:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
        self.end()
        return process is not None and process.returncode == -signal.SIGPROF

    def _start(self) -> tuple[Connection, bool]:
        """Make sure that the process runs; return the connection to it, and whether it was started now."""
        if self.process and self.connection and self.process.poll() is None:
            return self.connection, False
        self.end()
        try:
            self._begin()
        except (OSError, EOFError) as reason:
            # No memory, no file or no process is left: the picture is not to blame
            self.end()
            logger.error("the process that decodes pictures did not start (%s)", type(reason).__name__)
            raise Busy from reason
        assert self.connection  # noqa: S101  # for the type checker: `_begin` has made it
        return self.connection, True

    def _begin(self) -> None:
        """Start the process; wait until it says that it is there."""
        self.connection, theirs = Pipe()
        command = [sys.executable, "-m", "tickets.pictures.process", str(theirs.fileno())]
        # Nothing of the desk's settings is needed there, and no secret
        environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        try:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )
        finally:
            theirs.close()
        if not self.connection.poll(MOST_SECONDS):
            raise TimeoutError
        self.connection.recv_bytes()


def _answer(connection: Connection) -> Picture:
    told = json.loads(connection.recv_bytes())
    if refusal := told.pop("refusal", ""):
        raise BadPicture(refusal)
    return Picture(data=connection.recv_bytes(), thumbnail=connection.recv_bytes(), **told)


_free: queue.Queue[Decoder] = queue.Queue()
for _ in range(AT_ONCE):
    _free.put(Decoder())
_for_slow_ones, _one_at_a_time, _slow_ones = Decoder(), Lock(), BoundedSemaphore(MOST_SLOW)


def clean(raw: bytes) -> Picture:
    """Return the cleaned picture, made in another process; raise BadPicture or Busy."""
    if repair.pixels(raw) > LARGE:
        return _clean_slowly(raw)
    try:
        decoder = _free.get(timeout=WAIT_SECONDS)
    except queue.Empty:
        raise Busy from None
    try:
        return decoder.clean(raw, QUICK_SECONDS)
    except _TooSlow:
        pass
    finally:
        _free.put(decoder)
    return _clean_slowly(raw)


def _clean_slowly(raw: bytes) -> Picture:
    if not _slow_ones.acquire(timeout=SLOW_WAIT_SECONDS):
        raise Busy
    try:
        with _one_at_a_time:
            return _for_slow_ones.clean(raw, SLOW_SECONDS)
    except _TooSlow:
        raise BadPicture(TOO_SLOW) from None
    finally:
        _slow_ones.release()


# --- In the other process ----------------------------------------------------


def serve(connection: Connection) -> None:
    """Clean what comes until the other side is gone."""
    limit_resources(MAX_ADDRESS_SPACE)
    connection.send_bytes(b"ready")
    # Ctrl-C goes to all of us; the desk still finishes what it has begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        with suppress(EOFError, OSError):
            seconds = json.loads(connection.recv_bytes())
            raw = connection.recv_bytes()
            # The kernel ends us with SIGPROF, whatever the decoder is at; with SIGALRM should the desk be gone
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.alarm(MOST_SECONDS + 5)
            _send(connection, raw)
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
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
