"""The reading side: `stream` yields what comes after a place.

A stream is a loop of "read what comes after the last thing that I sent, send it,
sleep until woken". A page that loads, a stream that opens and a stream that
reconnects all read the same way, so nothing is lost and nothing comes twice. Streams
sleep on the event loop: no thread, no database connection. Listeners of one topic
that stand at the same place share one read.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections

from supportdesk.db import clock
from supportdesk.observability import metrics
from tickets.models import InboxEvent

from .bus import bus
from .revocation import Credentials, revoked
from .sse import event

logger = logging.getLogger(__name__)

INBOX = "inbox"
# Proxies cut connections that are silent for 30 s and more
HEARTBEAT_SECONDS = 20
# So long a client waits before it comes again; each is told another time, or all would come at once
RETRY_MILLISECONDS = (1000, 3000)
# How late a change made by a process that cannot call us may be seen
POLL_SECONDS = 2

READERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


def topic_of(ticket_id: Any) -> str:
    return f"ticket:{ticket_id}"


@dataclass(frozen=True)
class Batch:
    """The result of one read: events to send, the cursor after them, and the state after them.

    `states` are events that say how things are (the ticket, who has read what); a
    stream sends each only when it differs from what it sent last.
    """

    events: bytes
    after: int
    states: tuple[bytes, ...] = ()
    more: bool = False


class Subscriber:
    """One open stream, and the batch that it has not sent yet: never more than one."""

    def __init__(
        self,
        read: Callable[[int], Batch],
        after: int,
        kind: str,
        passes: Callable[[dict], bool],
        seconds: float,
        credentials: Credentials | None,
    ):
        self.read, self.after, self.kind = read, after, kind
        self.passes = passes
        self.credentials = credentials
        self.ends_at = time.monotonic() + seconds
        self.is_over = False
        self.woken = asyncio.Event()
        # Something may have happened since the last read began
        self.is_behind = True
        self.is_reading = False
        self.batch: Batch | None = None
        self.failure: Exception | None = None
        self.passing: deque[bytes] = deque(maxlen=50)
        self.states: dict[int, bytes] = {}
        self.sent_at = time.monotonic()
        self.set_timer()

    def receive(self, batch: Batch) -> None:
        self.is_reading = False
        self.batch = batch
        self.woken.set()

    def fail(self, reason: Exception) -> None:
        self.failure = reason
        self.woken.set()

    def end(self) -> None:
        self.is_over = True
        self.woken.set()

    def take_chunk(self) -> bytes:
        """Return what is to be sent next, b"" for nothing; a second call does not return it again."""
        if self.failure:
            raise self.failure
        chunk = b""
        if batch := self.batch:
            chunk, self.batch, self.after = batch.events, None, batch.after
            self.is_behind |= batch.more
            for place, state in enumerate(batch.states):
                if self.states.get(place) != state:
                    chunk += state
                    self.states[place] = state
        while self.passing:
            chunk += self.passing.popleft()
        if chunk:
            self.sent_at = time.monotonic()
        return chunk

    def set_timer(self) -> None:
        """Set the timer for the keep-alive comment and the end of the stream: one per stream, not one per event."""
        due = min(self.sent_at + HEARTBEAT_SECONDS, self.ends_at) - time.monotonic()
        self.timer = asyncio.get_running_loop().call_later(due, self.on_timer)

    def on_timer(self) -> None:
        now = time.monotonic()
        if now >= self.ends_at:
            self.end()
            return
        if now >= self.sent_at + HEARTBEAT_SECONDS:
            self.sent_at = now
            self.passing.append(b": still here\n\n")
            self.woken.set()
        self.set_timer()


class Read:
    """One read of what comes after a sequence number, and the subscribers that wait for it."""

    def __init__(self) -> None:
        self.batch: Batch | None = None
        self.waiting: list[Subscriber] = []
        # The event loop holds its tasks but loosely
        self.task: asyncio.Task | None = None


class Topic:
    """The subscribers of one ticket or of the inbox. Those at the same sequence number share one read."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber] = set()
        # Those that began since the last call
        self.reads: dict[tuple[str, int], Read] = {}

    def call(self) -> None:
        """Let every subscriber read what happened, as soon as its last batch is sent."""
        self.reads = {}
        for subscriber in self.subscribers:
            subscriber.is_behind = True
            self.start_read(subscriber)

    def send_transient(self, call: dict) -> None:
        """Send an event that is not stored, such as typing, to the subscribers concerned."""
        chunk = event(call["event"], call["data"] | {"ticketId": call["ticket"]})
        for subscriber in self.subscribers:
            if subscriber.passes(call):
                subscriber.passing.append(chunk)
                subscriber.woken.set()

    def start_read(self, subscriber: Subscriber) -> None:
        """Start a read for a subscriber that is behind, unless its last batch is still being sent."""
        if not subscriber.is_behind or subscriber.is_reading or subscriber.batch:
            return
        subscriber.is_behind, subscriber.is_reading = False, True
        key = subscriber.kind, subscriber.after
        read = self.reads.get(key)
        if read is None:
            read = self.reads[key] = Read()
            # It belongs to no subscriber: a subscriber that leaves does not take it away from the others
            read.task = asyncio.ensure_future(self.carry_out(read, key, subscriber.read))
        if read.batch:
            subscriber.receive(read.batch)
        else:
            read.waiting.append(subscriber)

    async def carry_out(self, read: Read, key: tuple[str, int], function: Callable[[int], Batch]) -> None:
        try:
            read.batch = await in_thread(function, key[1])
        except Exception as reason:  # whatever the driver raises ends their streams; they come again
            if self.reads.get(key) is read:
                del self.reads[key]
            for subscriber in read.waiting:
                subscriber.fail(reason)
        else:
            for subscriber in read.waiting:
                subscriber.receive(read.batch)


class Broker:
    """The subscribers of this process, by topic. Everything but `call` runs on the event loop."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.topics: dict[str, Topic] = {}
        self.poller: asyncio.Task | None = None
        self.called: dict[str, float] = {}
        self.closed = False
        bus.subscribe(self.call)

    def call(self, call: dict) -> None:
        """Pass a call on to the event loop, from any thread."""
        if self.loop and self.topics:
            try:
                self.loop.call_soon_threadsafe(self.wake, call)
            except RuntimeError:
                # The loop was closed: the server is going down
                self.loop = None

    def wake(self, call: dict) -> None:
        for activity in call.get("activities", ()):
            self.called[activity] = time.monotonic()
        # Who waits for an answer waits for an agent who knows
        for name in (INBOX, topic_of(call["ticket"])):
            if topic := self.topics.get(name):
                if "event" in call:
                    topic.send_transient(call)
                else:
                    topic.call()

    def join(self, name: str, subscriber: Subscriber) -> Topic:
        self.loop = asyncio.get_running_loop()
        if not self.poller or self.poller.done():
            self.poller = self.loop.create_task(self.poll())
        bus.listen()
        topic = self.topics.setdefault(name, Topic())
        topic.subscribers.add(subscriber)
        metrics.STREAMS.inc()
        return topic

    def leave(self, name: str, subscriber: Subscriber) -> None:
        subscriber.timer.cancel()
        topic = self.topics[name]
        topic.subscribers.discard(subscriber)
        metrics.STREAMS.dec()
        if not topic.subscribers:
            del self.topics[name]

    def close(self) -> None:
        """End every stream: the server is going down, and their clients will find the next one."""
        self.closed = True
        for topic in self.topics.values():
            for subscriber in topic.subscribers:
                subscriber.end()

    async def poll(self) -> None:
        """Poll the database for changes without a wake-up call: of other processes, or while the bus was down."""
        looked_at = clock.now()
        while self.topics:
            await asyncio.sleep(POLL_SECONDS)
            now = clock.now()
            try:
                recent = await in_thread(_activities_since, min(looked_at, now))
                await self.end_revoked()
            except Exception as reason:  # whatever the driver raises, the next look may find it well again
                logger.warning("live: the database does not answer (%s)", type(reason).__name__)
                continue
            looked_at = now
            for activity, ticket in recent:
                if activity not in self.called:
                    self.wake({"ticket": ticket, "activities": [activity]})
            forget_before = time.monotonic() - 10 * POLL_SECONDS
            self.called = {key: at for key, at in self.called.items() if at > forget_before}

    async def end_revoked(self) -> None:
        """End the streams of people who signed out, were disabled, or changed role or password."""
        subscribers = [
            each for topic in self.topics.values() for each in topic.subscribers if each.credentials
        ]
        gone = await in_thread(revoked, {each.credentials for each in subscribers})
        for each in subscribers:
            if each.credentials in gone:
                each.end()


def _activities_since(looked_at: datetime) -> list[tuple[str, str]]:
    # What was written before the last look may have been committed after it
    since = looked_at - timedelta(seconds=3 * POLL_SECONDS)
    rows = InboxEvent.objects.filter(at__gt=since).order_by("-at")[:1000]
    return [(str(pk), str(ticket)) for pk, ticket in rows.values_list("pk", "ticket_id")]


broker = Broker()


async def in_thread(function: Any, *args: Any) -> Any:
    """Run a function that uses the database in one of the readers' threads."""

    def run() -> Any:
        close_old_connections()
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(READERS, run)


async def stream(
    name: str,
    read: Callable[[int], Batch],
    *,
    after: int,
    kind: str,
    passes: Callable[[dict], bool],
    seconds: float,
    credentials: Credentials | None = None,
) -> AsyncIterator[bytes]:
    """Yield server-sent events of a topic, beginning with what comes after `after`.

    `read(after)` is called in a thread; streams of the same `kind` get the same
    answer from it. `passes` picks the passing events for this subscriber. The stream
    ends after `seconds`, and soon after who was `credentials` would not be any more; a client
    that still may reconnects and resumes.
    """
    subscriber = Subscriber(read, after, kind, passes, seconds, credentials)
    topic = broker.join(name, subscriber)
    try:
        yield b"retry: %d\n: connected\n\n" % random.randint(*RETRY_MILLISECONDS)  # noqa: S311
        while not (broker.closed or subscriber.is_over):
            topic.start_read(subscriber)
            await subscriber.woken.wait()
            subscriber.woken.clear()
            if chunk := subscriber.take_chunk():
                yield chunk
    finally:
        broker.leave(name, subscriber)
