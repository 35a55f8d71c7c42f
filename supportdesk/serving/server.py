"""The server process: uvicorn, told to let the streams go first when it ends; and many of them behind one port."""

import asyncio
import gc
import logging
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import uvicorn
from django.conf import settings
from django.db import connections
from prometheus_client import multiprocess

from supportdesk.env import BadSetting

from . import lifecycle
from .protocol import BoundedHttp

logger = logging.getLogger(__name__)

# A process that dies sooner than this would die again: it is restarted, but not at once
TOO_SOON_SECONDS = 10
# A thread that works gives way to others after so long (Python: 5 ms). News passes through three of them on
# its way from a customer to an agent, and with fifty messages a second the slowest took a third longer
TURN_SECONDS = 0.001
# Each open stream is a file, and many systems begin with 1,024
OPEN_FILES = 65_536


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, greet: Callable = lambda: None):
        super().__init__(config)
        self.greet = greet

    async def startup(self, sockets=None):
        await asyncio.to_thread(_load_ahead)
        await super().startup(sockets)
        if self.started:
            self.greet()
            tune_garbage_collector()
            sys.setswitchinterval(TURN_SECONDS)
            lifecycle.run(lifecycle.on_start)

    async def shutdown(self, sockets=None):
        lifecycle.run(lifecycle.on_stop)
        await super().shutdown(sockets)
        lifecycle.run(lifecycle.on_stopped)


def _load_ahead() -> None:
    """Preload what the first request would wait for otherwise; close this thread's connections."""
    lifecycle.run(lifecycle.before_start)
    connections.close_all()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise BadSetting when nothing can listen there: before the database is touched."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As uvicorn does: a port whose connections have just ended may be used again
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as reason:
        given = f"{port} on {host} ({reason.strerror or reason})"
        raise BadSetting("PORT", given, "use a free port and an address of this machine") from None


def run(host: str, port: int, greet: Callable) -> None:
    """Serve until SIGINT or SIGTERM; requests that have begun are finished. `greet` once it answers."""
    _allow_many_streams()
    # uvicorn has ended well when it passes a Ctrl-C on
    with suppress(KeyboardInterrupt):
        Server(_config(host=host, port=port), greet).run()


def run_shared(fd: int) -> None:
    """Serve on a listening socket of the process that started this one, and no longer than that lives."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _allow_many_streams()
    Server(_config()).run([socket.socket(fileno=fd)])


def _config(**where) -> uvicorn.Config:
    return uvicorn.Config(
        "supportdesk.asgi:application",
        **where,
        http=BoundedHttp,
        # No page of ours speaks it
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Who is asking is decided in one place, see TRUSTED_PROXIES
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )


def tune_garbage_collector() -> None:
    """Exclude loaded objects from garbage collection, and make its pauses short.

    A full collection took 140 ms on a slow machine, during which no request is answered. Frequent collections
    of the youngest generation take as long in total, but one of 10,000 objects delayed a request by 5 to 11 ms,
    one of 1,000 by less than 1. The older generations are collected as rarely as with 10,000, 20 and 50.
    """
    gc.freeze()
    gc.set_threshold(1_000, 100, 100)


def _allow_many_streams() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


# --- Many processes ----------------------------------------------------------


def run_many(host: str, port: int, count: int, greet: Callable) -> None:
    """Serve with `count` processes on one port; one that dies is restarted. Ends with all of them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    listening.set_inheritable(True)
    stopping = threading.Event()
    for sent in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sent, lambda *_: stopping.set())
    # What each process may hold open is its share, see WORKERS
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(_fresh_metrics()), "WORKERS": str(count)}

    fd = listening.fileno()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--fd", str(fd)]

    def start() -> subprocess.Popen:
        # Nothing is ever written to the pipe: it closes when we are gone, however we went
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, pass_fds=[fd])  # noqa: S603

    processes = {place: (start(), time.monotonic()) for place in range(count)}
    greet()
    while not stopping.wait(0.5):
        for place, (process, began) in processes.items():
            if process.poll() is not None and time.monotonic() - began > TOO_SOON_SECONDS:
                logger.error(
                    "server process %s ended (%s) and is restarted", process.pid, process.returncode
                )
                multiprocess.mark_process_dead(process.pid, environment["PROMETHEUS_MULTIPROC_DIR"])
                processes[place] = start(), time.monotonic()
    for process, _ in processes.values():
        process.terminate()
    for process, _ in processes.values():
        process.wait()


def _fresh_metrics() -> Path:
    folder = settings.DATA_DIR / ".metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
