"""What wrk cannot do: live streams, and how long a customer's message takes to the agent's screen.

A client as small as can be, over asyncio's own sockets, so that what is measured is the desk.
"""

import asyncio
import json
import random
import re
import statistics
import time
from pathlib import Path

MARK = re.compile(rb'"message":"mark (\d+) ')
INBOX = "/api/support/admin/events"
LISTENING_AGENTS, LISTENING_CUSTOMERS = 10, 50
# Until the streams that were just opened have said their first words
SETTLE_SECONDS = 3


class Stream:
    """One open stream; `seen` maps the number of a marked message to when it came."""

    def __init__(self):
        self.seen: dict[int, float] = {}
        self.arrived = asyncio.Event()

    async def open(self, port: int, path: str, headers: dict[str, str]) -> "Stream":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        self.writer.write(_head("GET", path, headers | {"Accept": "text/event-stream"}))
        status, _ = await _answer_head(self.reader)
        if status != 200:
            raise SystemExit(f"{path} answered {status}")
        self.task = asyncio.create_task(self._read())
        return self

    async def _read(self) -> None:
        while data := await self.reader.read(2**16):
            for found in MARK.finditer(data):
                self.seen.setdefault(int(found[1]), time.perf_counter())
                self.arrived.set()

    async def until(self, number: int, seconds: float = 10) -> float:
        """Return when this message came."""
        async with asyncio.timeout(seconds):
            while number not in self.seen:
                self.arrived.clear()
                await self.arrived.wait()
        return self.seen[number]

    def close(self) -> None:
        self.task.cancel()
        self.writer.close()


class Writer:
    """One customer's connection, kept open."""

    async def open(self, port: int, conversation: tuple[str, dict]) -> "Writer":
        ticket, headers = conversation
        self.path, self.headers = f"/api/support/{ticket}/message", headers
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        self.free = asyncio.Lock()
        return self

    async def say(self, number: int) -> float:
        """Send a marked message; return when it was sent."""
        text = f"mark {number} my parcel has still not come and nobody answers the phone"
        body = json.dumps({"message": text, "clientId": f"{number}-{random.getrandbits(64)}"}).encode()
        async with self.free:
            sent = time.perf_counter()
            more = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            self.writer.write(_head("POST", self.path, self.headers | more) + body)
            status, length = await _answer_head(self.reader)
            await self.reader.readexactly(length)
        if status != 201:
            raise SystemExit(f"{self.path} answered {status}")
        return sent


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _answer_head(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Return the status and the length of what follows."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    return int(head.split(" ")[1]), int(length[1]) if length else 0


# --- What is measured ----------------------------------------------------------


async def latency(port: int, told: dict, rate: float, seconds: float) -> dict:
    """Customers write `rate` messages a second, at random moments; ms until an agent's stream has each."""
    # The first are those that are opened later, and should be as long then as on the other desks
    people = told["conversations"][-LISTENING_CUSTOMERS:]
    writers = [await Writer().open(port, each) for each in people]
    agents = [await Stream().open(port, INBOX, told["agent"]) for _ in range(LISTENING_AGENTS)]
    customers = [
        await Stream().open(port, f"/api/support/{ticket}/events", headers) for ticket, headers in people
    ]
    await asyncio.sleep(1)
    sent: dict[int, asyncio.Task] = {}
    rng, until, number = random.Random(4), time.perf_counter() + seconds, 0
    due = time.perf_counter()
    while due < until:
        await asyncio.sleep(max(0, due - time.perf_counter()))
        number += 1
        sent[number] = asyncio.create_task(writers[number % len(writers)].say(number))
        due += rng.expovariate(rate)
    took = sorted([(await agents[0].until(number) - await task) * 1000 for number, task in sent.items()])
    for stream in agents + customers:
        stream.close()
    return {
        "messages": len(took),
        "p50": statistics.median(took),
        "p99": took[int(len(took) * 0.99)],
        "most": took[-1],
    }


async def fan_out(port: int, told: dict, listeners: int, rounds: int = 5) -> float:
    """Milliseconds until one customer's message has reached the last of so many agents' streams."""
    writer = await Writer().open(port, told["conversations"][-1])
    streams = [await Stream().open(port, INBOX, told["agent"]) for _ in range(listeners)]
    await asyncio.sleep(SETTLE_SECONDS)
    took = []
    for number in range(1_000_000, 1_000_000 + rounds):
        sent = await writer.say(number)
        took.append((max([await stream.until(number) for stream in streams]) - sent) * 1000)
        await asyncio.sleep(0.3)
    for stream in streams:
        stream.close()
    return statistics.median(took)


async def idle(port: int, pid: int, told: dict, count: int) -> float:
    """Kilobytes of the server's memory that each of so many open streams takes."""
    people = told["conversations"]
    warm = [
        await Stream().open(port, f"/api/support/{people[0][0]}/events", people[0][1]) for _ in range(20)
    ]
    await asyncio.sleep(SETTLE_SECONDS)
    before = _resident_kb(pid)
    streams = []
    for first in range(0, count, 50):
        streams += await asyncio.gather(
            *(
                Stream().open(port, f"/api/support/{ticket}/events", headers)
                for ticket, headers in (people[each % len(people)] for each in range(first, first + 50))
            )
        )
    await asyncio.sleep(SETTLE_SECONDS)
    each = (_resident_kb(pid) - before) / len(streams)
    for stream in warm + streams:
        stream.close()
    return each


def _resident_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))
