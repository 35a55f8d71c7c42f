"""A thread that looks for work until it is told to stop: the desk's senders and its jobs."""

import logging
import random
import threading
from collections.abc import Callable

from django.db import close_old_connections

from supportdesk.http.outages import is_outage

logger = logging.getLogger(__name__)


class PollingThread:
    """Calls `look` again and again, in a thread by `start()` or in the caller's by `run()`.

    `look` does a part of what is due and returns the seconds until the next look: 0 when there may be more.
    A look that fails is logged and followed by another after `after_failure` seconds: the database may have
    been away. `first_pause` is the longest wait before the first look, drawn at random so that processes
    which start together do not look together. `woken` makes the thread look at once.
    """

    def __init__(
        self,
        name: str,
        look: Callable[[], float],
        *,
        first_pause: float,
        after_failure: float,
        woken: threading.Event | None = None,
    ):
        self.name, self.look = name, look
        self.first_pause, self.after_failure = first_pause, after_failure
        self.woken = woken or threading.Event()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Let the look that runs finish, and begin no other."""
        self.stopping.set()
        self.woken.set()

    def join(self, seconds: float = 5) -> None:
        if self.thread.is_alive():
            self.thread.join(seconds)

    def run(self) -> None:
        pause = random.uniform(0, self.first_pause)  # noqa: S311
        while not self._rest(pause):
            close_old_connections()
            try:
                while not (pause := self.look()) and not self.stopping.is_set():
                    pass
            except Exception as reason:  # whatever it was, the next look may succeed
                self._log(reason)
                pause = self.after_failure
            finally:
                close_old_connections()

    def _rest(self, seconds: float) -> bool:
        """Wait, or until woken; return whether the thread is to end."""
        if not self.stopping.is_set():
            self.woken.wait(seconds)
            self.woken.clear()
        return self.stopping.is_set()

    def _log(self, reason: Exception) -> None:
        if is_outage(reason):
            logger.warning("%s: the database does not answer (%s)", self.name, type(reason).__name__)
        else:
            logger.error("%s: a look for work failed", self.name, exc_info=reason)
