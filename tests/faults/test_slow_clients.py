"""Clients that take their time, or never say what they want: the others do not notice."""

import math
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import httpx
import pytest

from tests.desk import NO_TLS, ROOT

HALF_OPEN, SLOW_SENDERS, SLOW_READERS = 500, 40, 40
REQUESTS = 100
TRIES = 4

# Twelve readers that take nothing, and one who wants to be served: there are eight threads
READERS_THAT_TAKE_NOTHING = """
import asyncio, os, sys
from supportdesk.asgi import application

def scope(path):
    return {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "query_string": b"",
            "headers": [(b"host", b"127.0.0.1")], "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1)}

async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}

async def nothing_is_taken(message):
    await asyncio.Event().wait()

async def main():
    readers = [asyncio.create_task(application(scope(sys.argv[-1]), receive, nothing_is_taken)) for _ in range(12)]
    await asyncio.sleep(1)
    sent = []
    async def taken(message):
        sent.append(message)
    await asyncio.wait_for(application(scope("/healthz"), receive, taken), 10)
    print(sent[0]["status"], flush=True)
    os._exit(0)

asyncio.run(main())
"""


def p95(client: httpx.Client) -> float:
    """Seconds within which 95 of 100 lists of tickets were answered."""
    took = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        client.get("/api/support/admin/").raise_for_status()
        took.append(time.perf_counter() - began)
    return sorted(took)[math.ceil(len(took) * 0.95) - 1]


def connected(desk, first: bytes, *, buffer: int | None = None) -> socket.socket:
    made = socket.socket()
    if buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.connect(("127.0.0.1", desk.port))
    made.sendall(first)
    return made


def largest_static_file(desk) -> str:
    page = httpx.get(f"{desk.url}/api/docs", verify=NO_TLS).text
    return next(path for path in re.findall(r'src="([^"]+)"', page) if "bundle" in path)


def troublemakers(desk, token: str):
    """Half-open connections, uploads that never end, and readers that take nothing."""
    for _ in range(HALF_OPEN):
        yield connected(desk, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    head = (
        "POST /api/support/create HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: {token}\r\nContent-Length: 400000\r\n\r\n"
    )
    for _ in range(SLOW_SENDERS):
        yield connected(desk, head.encode() + b'{"message": "' + b"x" * 1000)
    wanted = f"GET {largest_static_file(desk)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    for _ in range(SLOW_READERS):
        yield connected(desk, wanted, buffer=2048)


@pytest.mark.extended
@pytest.mark.second_try(reason="measures time, and other programs use the machine too")
def test_slow_clients_and_half_open_connections_do_not_double_the_time_of_the_others(desk):
    # Most systems give a process 1,024 files at first: the desk asks for more itself
    desk.command = ["sh", "-c", 'ulimit -Sn 256 && exec "$@"', "sh", *desk.command]
    desk.start()
    agent = desk.as_agent()
    ratios = []
    for _ in range(TRIES):
        alone = p95(agent)
        with ExitStack() as crowd:
            for made in troublemakers(desk, agent.headers["Authorization"]):
                crowd.enter_context(made)
            ratios.append(p95(agent) / alone)
        # Others use this machine as well: the quietest of a few tries counts
        if ratios[-1] < 2:
            break
    print("p95 beside slow clients:", ", ".join(f"{ratio:.2f}" for ratio in ratios), "of that without")
    assert min(ratios) < 2


def test_a_client_that_does_not_take_a_static_file_holds_no_thread(desk):
    path = largest_static_file(desk.start())
    command = [sys.executable, "-c", READERS_THAT_TAKE_NOTHING, path]
    done = subprocess.run(
        command, cwd=ROOT, env=desk.environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "200", done.stderr
