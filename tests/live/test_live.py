"""The machinery of the streams, listening to anything: they miss nothing, repeat nothing, and end."""

import asyncio
import re
import threading
import time

import pytest
from django.db import InterfaceError, connections

from tickets import live
from tickets.live import Batch, event
from tickets.live.bus import bus
from tickets.models import InboxEvent

# Also where nothing is stored: the readers' threads keep a connection, and the desk looks around
pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]


class Diary:
    """Something to listen to, without a database: lines, and a count of how often it was read."""

    def __init__(self, lines: int = 0):
        self.lines = lines
        self.state = 0
        self.reads = 0
        self.batch = 1000

    def read(self, after: int) -> Batch:
        self.reads += 1
        upto = min(self.lines, after + self.batch)
        lines = b"".join(event("line", place, place) for place in range(after + 1, upto + 1))
        return Batch(lines, upto, (event("state", self.state),), more=upto < self.lines)

    def add(self, lines: int = 1, call: bool = True):
        self.lines += lines
        if call:
            bus.publish({"ticket": "diary", "activities": []})


async def listen(diary: Diary, heard: list, *, after=0, seconds=20.0, passes=lambda call: True):
    """Follow the diary to its end, and note each event as (name, data)."""
    name = live.topic_of("diary")
    chunks = live.stream(name, diary.read, after=after, kind="any", passes=passes, seconds=seconds)
    async for chunk in chunks:
        for part in chunk.decode().strip().split("\n\n"):
            fields = dict(line.partition(": ")[::2] for line in part.splitlines())
            heard.append((fields["event"], fields["data"]) if "event" in fields else part)


async def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.001)


def lines(heard) -> list[int]:
    return [int(what[1]) for what in heard if what[0] == "line"]


def during(story):
    """Run an async story whose subscribers end with it."""

    async def told():
        tasks = []

        def start(*args, **kwargs):
            heard: list = []
            tasks.append(asyncio.create_task(listen(*args, heard=heard, **kwargs)))
            return heard

        try:
            return await story(start)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(told())


def test_a_stream_tells_what_comes_after_its_place_and_then_what_comes():
    async def story(start):
        diary = Diary(5)
        heard = start(diary, after=3)
        await until(lambda: lines(heard) == [4, 5])
        diary.add()
        await until(lambda: lines(heard) == [4, 5, 6])
        # From any thread
        threading.Thread(target=diary.add, args=(2,)).start()
        await until(lambda: lines(heard) == [4, 5, 6, 7, 8])
        assert heard[0].startswith("retry: ")

    during(story)


def test_a_long_way_to_catch_up_is_told_in_parts():
    async def story(start):
        diary = Diary(95)
        diary.batch = 10
        heard = start(diary)
        await until(lambda: lines(heard) == list(range(1, 96)))
        assert diary.reads == 10

    during(story)


def test_a_thousand_listeners_at_one_place_share_their_reads():
    async def story(start):
        diary = Diary(3)
        all_heard = [start(diary) for _ in range(1000)]
        await until(lambda: all(lines(heard) == [1, 2, 3] for heard in all_heard))
        assert diary.reads <= 3
        before = diary.reads
        diary.add()
        await until(lambda: all(lines(heard) == [1, 2, 3, 4] for heard in all_heard))
        assert diary.reads - before <= 3

    during(story)


def test_calls_in_the_middle_of_a_read_are_not_lost():
    """The read that a call interrupts may have been too early to see what the call is about."""

    async def story(start):
        diary, reading, may_go_on = Diary(1), threading.Event(), threading.Event()
        plain = diary.read

        def slow(after):
            news = plain(after)
            reading.set()
            assert may_go_on.wait(30)
            return news

        diary.read = slow
        heard = start(diary, after=1)
        await until(reading.is_set)
        diary.add()
        may_go_on.set()
        await until(lambda: lines(heard) == [2])

    during(story)


def test_a_listener_that_leaves_does_not_take_the_others_read_away():
    async def story(start):
        diary, reading, may_go_on = Diary(1), threading.Event(), threading.Event()
        plain = diary.read

        def slow(after):
            reading.set()
            assert may_go_on.wait(30)
            return plain(after)

        diary.read = slow
        leaving = asyncio.create_task(listen(diary, []))
        await until(reading.is_set)
        heard = start(diary)
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        may_go_on.set()
        await until(lambda: lines(heard) == [1])
        assert diary.reads == 1

    during(story)


def test_a_read_that_fails_ends_its_streams_and_the_next_reads_again():
    async def story(start):
        diary = Diary(1)
        staying = start(diary, after=1)
        await until(lambda: ("state", "0") in staying)
        plain = diary.read

        def fail(after):
            raise InterfaceError("connection already closed")

        diary.read = fail
        both = [asyncio.create_task(listen(diary, [])) for _ in range(2)]
        ended = await asyncio.gather(*both, return_exceptions=True)
        assert [type(end) for end in ended] == [InterfaceError] * 2
        diary.read = plain
        heard = start(diary)
        await until(lambda: lines(heard) == [1])

    during(story)


def test_no_more_events_are_read_for_a_slow_subscriber():
    async def story(start):
        diary = Diary(1)
        chunks = live.stream(
            live.topic_of("diary"), diary.read, after=0, kind="slow", passes=bool, seconds=20
        )
        # Its first words and the first line; then its client takes nothing
        await anext(chunks)
        await anext(chunks)
        other = start(diary)
        for place in range(2, 12):
            diary.add()
            await until(lambda place=place: lines(other)[-1:] == [place])
        # The other one read each of them; the slow one the first that came, and holds it
        assert diary.reads <= 1 + 1 + 10 + 1
        taken = b""
        while b"id: 11\n" not in taken:
            taken += await anext(chunks)
        assert [int(place) for place in re.findall(rb"id: (\d+)", taken)] == list(range(2, 12))
        await chunks.aclose()

    during(story)


def test_a_subscriber_that_left_is_not_woken_by_the_clock():
    async def story(start):
        listener = live.Subscriber(Diary().read, 0, "any", bool, 20, None)
        live.broker.broker.join("ticket:left", listener)
        live.broker.broker.leave("ticket:left", listener)
        assert listener.timer.cancelled()

    during(story)


def test_how_things_are_is_told_once_and_again_when_it_changed():
    async def story(start):
        diary = Diary(1)
        heard = start(diary)
        await until(lambda: ("state", "0") in heard)
        diary.add()
        await until(lambda: lines(heard) == [1, 2])
        diary.state = 7
        diary.add()
        await until(lambda: ("state", "7") in heard)
        assert [what for what in heard if what[0] == "state"] == [("state", "0"), ("state", "7")]

    during(story)


def test_passing_events_reach_those_whom_they_are_for_and_cost_no_read():
    async def story(start):
        diary = Diary(1)
        heard = start(diary)
        deaf = start(diary, passes=lambda call: False)
        await until(lambda: lines(heard) == lines(deaf) == [1])
        for name in ("typing", "presence"):
            bus.publish({"ticket": "diary", "event": name, "data": {"by": "agent"}})
        await until(lambda: heard[-1][0] == "presence")
        before = diary.reads
        bus.publish({"ticket": "diary", "event": "typing", "data": {"by": "agent"}})
        await until(lambda: heard.count(heard[-1]) == 2)
        heard.pop()
        assert heard[-2:] == [
            ("typing", '{"by":"agent","ticketId":"diary"}'),
            ("presence", '{"by":"agent","ticketId":"diary"}'),
        ]
        assert diary.reads == before
        diary.add()
        await until(lambda: lines(deaf) == [1, 2])
        assert not [what for what in deaf if what[0] in ("typing", "presence")]

    during(story)


def test_a_silent_stream_says_that_it_is_still_there(monkeypatch):
    monkeypatch.setattr(live.broker, "HEARTBEAT_SECONDS", 0.01)

    async def story(start):
        heard = start(Diary(1))
        await until(lambda: heard.count(": still here") > 2)

    during(story)


@pytest.mark.parametrize("busy", [False, True], ids=["silent", "busy"])
def test_a_stream_ends_when_its_time_is_over(busy):
    async def story():
        diary = Diary(1)
        plain = diary.read

        def goes_on(after):
            if busy:
                diary.add()
            return plain(after)

        diary.read = goes_on
        began = time.monotonic()
        await asyncio.wait_for(listen(diary, [], seconds=0.2), 30)
        assert time.monotonic() - began >= 0.2

    asyncio.run(story())
    assert live.broker.broker.topics == {}


def test_a_server_that_goes_down_ends_its_streams(monkeypatch):
    monkeypatch.setattr(live.broker.broker, "closed", False)

    async def story():
        heard = []
        stream = asyncio.create_task(listen(Diary(1), heard))
        await until(lambda: lines(heard) == [1])
        live.broker.broker.close()
        await asyncio.wait_for(stream, 30)

    asyncio.run(story())


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_missed_events_are_found_by_polling_also_after_the_database_was_away(ticket, monkeypatch):
    """As for what another process wrote, or what happened while the bus was down."""
    monkeypatch.setattr(live.broker, "POLL_SECONDS", 0.05)
    looks, plain = [], live.broker._activities_since

    def away_at_first(looked_at):
        looks.append(1)
        if len(looks) < 8:
            raise InterfaceError("connection already closed")
        return plain(looked_at)

    monkeypatch.setattr(live.broker, "_activities_since", away_at_first)

    async def story():
        diary, heard = Diary(1), []
        name = live.topic_of(ticket.pk)

        async def follow():
            chunks = live.stream(name, diary.read, after=0, kind="any", passes=bool, seconds=20)
            async for chunk in chunks:
                heard.append(chunk)

        stream = asyncio.create_task(follow())
        await until(lambda: any(b"id: 1\n" in chunk for chunk in heard))
        diary.add(call=False)
        # No bus, no call: only the row
        await asyncio.to_thread(
            lambda: (InboxEvent.objects.create(ticket=ticket, seq=9), connections.close_all())
        )
        await until(lambda: any(b"id: 2\n" in chunk for chunk in heard))
        stream.cancel()
        await asyncio.gather(stream, return_exceptions=True)

    asyncio.run(story())
    assert len(looks) >= 8


def test_an_event_is_written_as_the_standard_has_it():
    assert event("message", {"message": "नमस्ते\nline"}, 7).decode() == (
        'id: 7\nevent: message\ndata: {"message":"नमस्ते\\nline"}\n\n'
    )
    assert event("typing", {"by": "agent"}) == b'event: typing\ndata: {"by":"agent"}\n\n'
