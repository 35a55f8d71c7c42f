"""Wake-up calls between the threads and processes of a desk.

A call says "look again at this ticket" and nothing that could be lost with it: what
there is to see is in the database. Only passing things ("is typing") travel
in the call itself.
"""

import asyncio
import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

# Called in any thread with every call that is published
Receiver = Callable[[dict], None]

CHANNEL = "supportdesk:calls"
# A writer must not wait for a Redis that does not answer
PUBLISH_SECONDS = 0.2
# After a failure there is no try for this long: a hundred writers would each wait
PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 8
# So often the listening end makes sure that Redis is still there
PING_SECONDS = 10


class LocalBus:
    """Reaches the subscribers of this process. Others find out by `live.Broker.poll`."""

    def __init__(self) -> None:
        self.receivers: list[Receiver] = []

    def subscribe(self, receiver: Receiver) -> None:
        self.receivers.append(receiver)

    def publish(self, call: dict) -> None:
        for receiver in self.receivers:
            receiver(call)

    def listen(self) -> None:
        """Begin to hear other processes; called on the event loop by the first who listens."""

    def is_connected(self) -> bool:
        return True

    def health(self) -> str:
        """Return how the bus to other processes is, or "" where there is none."""
        return ""


class RedisBus(LocalBus):
    """Reaches the other processes through Redis as well. While it is away they find out by polling."""

    def __init__(self, url: str):
        # A sixth of the time in which a desk starts, and most desks have no Redis
        import redis.asyncio
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        super().__init__()
        self.redis = redis
        # By which a process knows its own calls
        self.name = uuid.uuid4().hex
        self.writer = redis.Redis.from_url(
            url,
            socket_timeout=PUBLISH_SECONDS,
            socket_connect_timeout=PUBLISH_SECONDS,
            # A retry is the poll's business
            retry=Retry(NoBackoff(), 0),
        )
        self.url = url
        self.quiet_until = 0.0
        self.listening: asyncio.Task | None = None
        self.connected = False

    def publish(self, call: dict) -> None:
        super().publish(call)
        if time.monotonic() < self.quiet_until:
            return
        try:
            self.writer.publish(CHANNEL, json.dumps({"from": self.name, "call": call}, default=str))
        except self.redis.RedisError as reason:
            self.quiet_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("bus: Redis does not take calls (%s)", type(reason).__name__)

    def listen(self) -> None:
        if not self.listening or self.listening.done():
            self.listening = asyncio.get_running_loop().create_task(self._listen())

    def is_connected(self) -> bool:
        """Return whether Redis answers; asked by health checks."""
        try:
            return bool(self.writer.ping())
        except self.redis.RedisError:
            return False

    def health(self) -> str:
        return "ok" if self.is_connected() else "away, other processes are noticed by polling"

    async def _listen(self) -> None:
        pause = 0.5
        while True:
            try:
                async for call in self._calls():
                    pause = 0.5
                    super().publish(call)
            except (self.redis.RedisError, OSError) as reason:
                self.connected = False
                logger.warning("bus: Redis is away (%s), other processes are polled", type(reason).__name__)
            # All processes lose it at once; they need not all come back at once
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _calls(self) -> Any:
        """Yield the calls of other processes until the connection fails."""
        reader = self.redis.asyncio.Redis.from_url(
            self.url, socket_connect_timeout=1, socket_timeout=PING_SECONDS, retry=None
        )
        async with reader, reader.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            self.connected = True
            pinged_at = time.monotonic()
            while True:
                message = await channel.get_message(
                    ignore_subscribe_messages=True, timeout=PING_SECONDS / 2
                )
                if time.monotonic() - pinged_at > PING_SECONDS:
                    await channel.ping()
                    pinged_at = time.monotonic()
                if message and message["type"] == "message" and (call := self._foreign(message["data"])):
                    yield call

    def _foreign(self, data: bytes) -> dict | None:
        """The call in a message, unless it is our own, or none at all."""
        try:
            told = json.loads(data)
            return told["call"] if told["from"] != self.name and "ticket" in told["call"] else None
        except (ValueError, KeyError, TypeError):
            return None


bus = RedisBus(settings.REDIS_URL) if settings.REDIS_URL else LocalBus()
