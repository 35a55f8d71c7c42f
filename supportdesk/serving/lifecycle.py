"""Hooks that the apps run when a server process starts and stops.

An app appends its functions in `AppConfig.ready()`, so that the server knows no app.
"""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

# Before it listens, in a thread: what is read from files and tables once, so that no customer waits for it
before_start: list[Callable[[], None]] = []
# Once the server answers
on_start: list[Callable[[], None]] = []
# Before requests in flight are waited for: a stream would be in flight for ever, so streams end here
on_stop: list[Callable[[], None]] = []
# After the last request
on_stopped: list[Callable[[], None]] = []


def run(functions: list[Callable[[], None]]) -> None:
    """Call every hook; log one that fails and go on."""
    for function in functions:
        try:
            function()
        except Exception:
            logger.exception("lifecycle: %s failed", getattr(function, "__qualname__", function))
