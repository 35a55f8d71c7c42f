"""News of the desk as it happens: `announce` on the writing side, `stream` on the reading side.

A stream is a loop of "read what comes after the last thing that I sent, send it,
sleep until somebody calls". A page that loads, a stream that opens and a stream that
reconnects all read the same way, so nothing is lost and nothing comes twice. Streams
sleep on the event loop: no thread, no database connection. Listeners of one topic
that stand at the same place share one read.
"""

import asyncio
import json
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from supportdesk import metrics
from supportdesk.prepared import insert, prepared

from .bus import bus
from .models import Activity, Person, Ticket, TokenFamily

logger = logging.getLogger(__name__)

INBOX = "inbox"
# Proxies cut connections that are silent for 30 s and more
HEARTBEAT_SECONDS = 20
# So long a client waits before it comes again; each is told another time, or all would come at once
RETRY_MILLISECONDS = (1000, 3000)
# How late a change made by a process that cannot call us may be seen
POLL_SECONDS = 2
# Ahead of this, a reader is sent what there is and asks again
BATCH = 200

READERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


def topic_of(ticket_id) -> str:
    return f"ticket:{ticket_id}"


# --- Writing -----------------------------------------------------------------


def announce(ticket: Ticket, seqs: Iterable[int] = ()) -> None:
    """Tell the streams that the ticket changed (and which messages are new), once it is committed."""
    activities = [
        Activity(ticket=ticket, seq=seq, position=_position(place))
        for place, seq in enumerate(list(seqs) or [None], 1)
    ]
    insert(activities)
    call = {"ticket": str(ticket.pk), "activities": [str(row.pk) for row in activities]}
    transaction.on_commit(lambda: bus.publish(call))


def signal(ticket: Ticket, event: str, **data) -> None:
    """Pass on something that is true only now (typing, presence). It is not stored."""
    bus.publish({"ticket": str(ticket.pk), "event": event, "data": data})


@cache
def _position(place: int) -> RawSQL | None:
    """The position of a new activity, the first or second or ... of its transaction."""
    if not writers_number():
        return None
    return RawSQL("(SELECT COALESCE(MAX(position), 0) + %s FROM tickets_activity)", [place])


def writers_number() -> bool:
    """Whether what happens has its position from the beginning.

    On SQLite one transaction writes at a time, so that writers number it in the order in which it becomes
    visible, and readers are spared a question and a transaction of their own.
    """
    return connection.vendor == "sqlite"


def number_activities() -> bool:
    """Give activities that have none their position in the one order of the desk; say if more wait.

    Writers who can see the last position do it themselves (SQLite). Elsewhere it is
    done by readers, in one transaction on a unique key: of two that try, one wins
    and the other reads what it wrote. Positions have no gaps and become visible in
    their order, which a sequence that writers draw from does not promise.
    """
    new = _unnumbered(BATCH)()
    if not new:
        return False
    more = len(new) == BATCH
    if more:
        # A clock that was set back must not put a message into an earlier batch than the one before it
        tickets, taken = {row.ticket_id for row in new}, {row.pk for row in new}
        theirs = Activity.objects.filter(position=None, ticket_id__in=tickets)
        new += [row for row in theirs if row.pk not in taken]
    newest = Activity.objects.exclude(position=None).order_by("-position").first()
    position = newest.position if newest else 0
    try:
        with transaction.atomic():
            for row in _in_order(new):
                position += 1
                if not Activity.objects.filter(pk=row.pk, position=None).update(position=position):
                    break
    except IntegrityError:
        # The other reader's numbers are there now
        pass
    return more


@cache
def _unnumbered(limit: int) -> Callable[..., list[Activity]]:
    return prepared(lambda: Activity.objects.filter(position=None).order_by("at")[:limit])


def _in_order(activities: list[Activity]) -> list[Activity]:
    """Keep the messages of a ticket in the order of their seq, whatever the clock did meanwhile."""
    seqs = {}
    for row in activities:
        if row.seq is not None:
            seqs.setdefault(row.ticket_id, []).append(row)
    by_seq = {ticket: iter(sorted(rows, key=lambda row: row.seq)) for ticket, rows in seqs.items()}
    return [row if row.seq is None else next(by_seq[row.ticket_id]) for row in activities]


# --- Listening ---------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """What one read found: events to send, the place up to which they go, the state after them.

    `states` are events that say how things are (the ticket, who has read what); a
    stream sends each only when it differs from what it sent last.
    """

    events: bytes
    after: int
    states: tuple[bytes, ...] = ()
    more: bool = False


# Two of one person may have come before and after a change: each is compared for itself
@dataclass(frozen=True, eq=False)
class Admitted:
    """Who listens, and by which sign-in: a family of tokens, or a browser's session."""

    person: Person
    family: UUID | None = None
    session: str | None = None


class Listener:
    """One stream's ear: what it has heard and not sent yet, which is never more than one read."""

    def __init__(
        self,
        read: Callable[[int], News],
        after: int,
        kind: str,
        passes: Callable[[dict], bool],
        seconds: float,
        admitted: Admitted | None,
    ):
        self.read, self.after, self.kind = read, after, kind
        self.passes = passes
        self.admitted = admitted
        self.ends_at = time.monotonic() + seconds
        self.is_over = False
        self.woken = asyncio.Event()
        # Something may have happened since the last read began
        self.is_behind = True
        self.is_reading = False
        self.news: News | None = None
        self.failure: Exception | None = None
        self.passing: deque[bytes] = deque(maxlen=50)
        self.states: dict[int, bytes] = {}
        self.sent_at = time.monotonic()
        self.watch_the_clock()

    def hear(self, news: News) -> None:
        self.is_reading = False
        self.news = news
        self.woken.set()

    def fail(self, reason: Exception) -> None:
        self.failure = reason
        self.woken.set()

    def end(self) -> None:
        self.is_over = True
        self.woken.set()

    def heard(self) -> bytes:
        """Take what there is to send."""
        if self.failure:
            raise self.failure
        chunk = b""
        if news := self.news:
            chunk, self.news, self.after = news.events, None, news.after
            self.is_behind |= news.more
            for place, state in enumerate(news.states):
                if self.states.get(place) != state:
                    chunk += state
                    self.states[place] = state
        while self.passing:
            chunk += self.passing.popleft()
        if chunk:
            self.sent_at = time.monotonic()
        return chunk

    def watch_the_clock(self) -> None:
        """Look again when the stream has been silent for long or is over: one timer, not one for each event."""
        due = min(self.sent_at + HEARTBEAT_SECONDS, self.ends_at) - time.monotonic()
        self.timer = asyncio.get_running_loop().call_later(due, self.look_at_the_clock)

    def look_at_the_clock(self) -> None:
        now = time.monotonic()
        if now >= self.ends_at:
            self.end()
            return
        if now >= self.sent_at + HEARTBEAT_SECONDS:
            self.sent_at = now
            self.passing.append(b": still here\n\n")
            self.woken.set()
        self.watch_the_clock()


class Read:
    """One read of what comes after a place, and who waits for it."""

    def __init__(self):
        self.news: News | None = None
        self.waiting: list[Listener] = []
        # The event loop holds its tasks but loosely
        self.task: asyncio.Task | None = None


class Topic:
    """Those who listen to one thing, and what they read: who stands at the same place shares it."""

    def __init__(self):
        self.listeners: set[Listener] = set()
        # Those that began since the last call
        self.reads: dict[tuple[str, int], Read] = {}

    def call(self) -> None:
        """Something happened: have everybody read it, as soon as the last of their reads is sent."""
        self.reads = {}
        for listener in self.listeners:
            listener.is_behind = True
            self.attend(listener)

    def pass_on(self, call: dict) -> None:
        """Something is true only now: tell it to those whom it is for, without reading."""
        chunk = event(call["event"], call["data"] | {"ticketId": call["ticket"]})
        for listener in self.listeners:
            if listener.passes(call):
                listener.passing.append(chunk)
                listener.woken.set()

    def attend(self, listener: Listener) -> None:
        """Read for a listener who is behind, unless it still has something to send."""
        if not listener.is_behind or listener.is_reading or listener.news:
            return
        listener.is_behind, listener.is_reading = False, True
        key = listener.kind, listener.after
        read = self.reads.get(key)
        if read is None:
            read = self.reads[key] = Read()
            # It belongs to nobody: a listener that leaves does not take it away from the others
            read.task = asyncio.ensure_future(self.carry_out(read, key, listener.read))
        if read.news:
            listener.hear(read.news)
        else:
            read.waiting.append(listener)

    async def carry_out(self, read: Read, key: tuple[str, int], function: Callable[[int], News]) -> None:
        try:
            read.news = await in_thread(function, key[1])
        except Exception as reason:  # whatever the driver raises ends their streams; they come again
            if self.reads.get(key) is read:
                del self.reads[key]
            for listener in read.waiting:
                listener.fail(reason)
        else:
            for listener in read.waiting:
                listener.hear(read.news)


class Hub:
    """The listeners of this process, by topic. Everything but `call` runs on the event loop."""

    def __init__(self):
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
                    topic.pass_on(call)
                else:
                    topic.call()

    def join(self, name: str, listener: Listener) -> Topic:
        self.loop = asyncio.get_running_loop()
        if not self.poller or self.poller.done():
            self.poller = self.loop.create_task(self.poll())
        bus.listen()
        topic = self.topics.setdefault(name, Topic())
        topic.listeners.add(listener)
        metrics.STREAMS.inc()
        return topic

    def leave(self, name: str, listener: Listener) -> None:
        listener.timer.cancel()
        topic = self.topics[name]
        topic.listeners.discard(listener)
        metrics.STREAMS.dec()
        if not topic.listeners:
            del self.topics[name]

    def close(self) -> None:
        """End every stream: the server is going down, and their clients will find the next one."""
        self.closed = True
        for topic in self.topics.values():
            for listener in topic.listeners:
                listener.end()

    async def poll(self) -> None:
        """Look for changes that no call told of: of other processes, or while the bus was down."""
        looked_at = timezone.now()
        while self.topics:
            await asyncio.sleep(POLL_SECONDS)
            now = timezone.now()
            try:
                recent = await in_thread(_activities_since, min(looked_at, now))
                await self.dismiss()
            except Exception as reason:  # whatever the driver raises, the next look may find it well again
                logger.warning("live: the database does not answer (%s)", type(reason).__name__)
                continue
            looked_at = now
            for activity, ticket in recent:
                if activity not in self.called:
                    self.wake({"ticket": ticket, "activities": [activity]})
            forget_before = time.monotonic() - 10 * POLL_SECONDS
            self.called = {key: at for key, at in self.called.items() if at > forget_before}

    async def dismiss(self) -> None:
        """End the streams of those who signed out, were disabled, or got another role or password since."""
        listeners = [each for topic in self.topics.values() for each in topic.listeners if each.admitted]
        gone = await in_thread(_sent_away, {each.admitted for each in listeners})
        for each in listeners:
            if each.admitted in gone:
                each.end()


def _sent_away(admitted: set[Admitted]) -> set[Admitted]:
    """Return those of them who would not be let in again; three queries, however many they are."""
    people = Person.objects.filter(pk__in={each.person.pk for each in admitted})
    standing = {person.pk: _standing_of(person) for person in people.only("is_active", "role", "password")}
    families = _still(TokenFamily.objects.filter(revoked_at=None), {each.family for each in admitted})
    sessions = _still(Session.objects.all(), {each.session for each in admitted})
    return {
        each
        for each in admitted
        if standing.get(each.person.pk) != _standing_of(each.person)
        or each.family not in families
        or each.session not in sessions
    }


def _standing_of(person: Person) -> tuple:
    return person.is_active, person.role, person.password


def _still(rows: QuerySet, ids: set) -> set:
    """Return the ids that are among the rows; None is nobody's and always there."""
    ids = ids - {None}
    return {None, *rows.filter(pk__in=ids).values_list("pk", flat=True)} if ids else {None}


def _activities_since(looked_at: datetime) -> list[tuple[str, str]]:
    # What was written before the last look may have been committed after it
    since = looked_at - timedelta(seconds=3 * POLL_SECONDS)
    rows = Activity.objects.filter(at__gt=since).order_by("-at")[:1000]
    return [(str(pk), str(ticket)) for pk, ticket in rows.values_list("pk", "ticket_id")]


hub = Hub()


async def in_thread(function, *args):
    """Run a function that uses the database in one of the readers' threads."""

    def run():
        close_old_connections()
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(READERS, run)


async def stream(
    name: str,
    read: Callable[[int], News],
    *,
    after: int,
    kind: str,
    passes: Callable[[dict], bool],
    seconds: float,
    admitted: Admitted | None = None,
) -> AsyncIterator[bytes]:
    """Yield server-sent events of a topic, beginning with what comes after `after`.

    `read(after)` is called in a thread; streams of the same `kind` get the same
    answer from it. `passes` picks the passing events for this listener. The stream
    ends after `seconds`, and soon after who was `admitted` would not be any more; a client
    that still may reconnects and resumes.
    """
    listener = Listener(read, after, kind, passes, seconds, admitted)
    topic = hub.join(name, listener)
    try:
        yield b"retry: %d\n: connected\n\n" % random.randint(*RETRY_MILLISECONDS)  # noqa: S311
        while not (hub.closed or listener.is_over):
            topic.attend(listener)
            await listener.woken.wait()
            listener.woken.clear()
            if chunk := listener.heard():
                yield chunk
    finally:
        hub.leave(name, listener)


# Ends of lines to some clients, though not to the standard
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


def event(name: str, data, id: int | None = None) -> bytes:
    """Encode one server-sent event; `data` is a dict, or JSON that is encoded already."""
    if not isinstance(data, (str, bytes)):
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).translate(LINE_ENDS)
    if isinstance(data, str):
        data = data.encode()
    head = f"id: {id}\nevent: {name}\ndata: " if id is not None else f"event: {name}\ndata: "
    return head.encode() + data + b"\n\n"
