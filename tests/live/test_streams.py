"""The streams as a client receives them: who receives what, and nothing is lost or doubled by being cut off."""

import asyncio
import html
import json
import re
import threading
from contextlib import asynccontextmanager

import pytest
from django.db import connections
from django.test import AsyncClient

from tests import factories
from tickets import live, queries, workflow
from tickets.accounts import tokens
from tickets.api import serializers
from tickets.models import InboxEvent, Person, Ticket

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]

INBOX = "/api/support/admin/events"


def path_of(ticket: Ticket) -> str:
    return f"/api/support/{ticket.pk}/events"


def access_of(person: Person) -> str:
    return tokens.issue(person)["access"]


class EventStream:
    """A client's end of a stream: events as (id, name, data)."""

    def __init__(self, response):
        self.response = response
        self.chunks = response.streaming_content if response.streaming else None
        self.waiting: list[tuple] = []

    async def event(self, *names: str, seconds=30) -> tuple:
        """Return the next event (of these names), or fail after some seconds."""
        async with asyncio.timeout(seconds):
            while True:
                while not self.waiting:
                    self.waiting = parsed(await anext(self.chunks))
                received = self.waiting.pop(0)
                if not names or received[1] in names:
                    return received

    async def rest(self) -> list[tuple]:
        return [*self.waiting, *[received async for chunk in self.chunks for received in parsed(chunk)]]


def parsed(chunk: bytes) -> list[tuple]:
    events = []
    for part in chunk.decode().strip().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in part.splitlines())
        if "event" in fields:
            place = int(fields["id"]) if "id" in fields else None
            events.append((place, fields["event"], json.loads(fields["data"])))
    return events


@asynccontextmanager
async def listening(path: str, access: str = "", after=None):
    headers = {"Authorization": f"Bearer {access}"} if access else {}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    stream = EventStream(await AsyncClient().get(path, headers=headers))
    try:
        yield stream
    finally:
        if stream.chunks:
            await stream.chunks.aclose()


async def does(job):
    """Do something on the desk, in a thread as a request would."""

    def done():
        try:
            return job()
        finally:
            connections.close_all()

    return await asyncio.to_thread(done)


# --- What is received -----------------------------------------------------------


def test_a_customer_hears_what_is_said_as_the_api_gives_it(ticket, priya, asha):
    async def story(access):
        async with listening(path_of(ticket), access) as stream:
            assert stream.response.headers["Content-Type"] == "text/event-stream"
            assert stream.response.headers["Cache-Control"] == "no-store"
            first, second = await stream.event(), await stream.event()
            reply = await does(lambda: workflow.agent_replies(ticket, "Hello <b>5 & 6</b>", by=asha))
            joined, received = await stream.event("message"), await stream.event("message")
            as_told = await does(lambda: serializers.message_json(reply, ticket, agent=False))
            assert [first[0], second[0], joined[0], received[0]] == [1, 2, 3, 4]
            assert received == (4, "message", json.loads(json.dumps(as_told, default=str)))
            _, _, changed = await stream.event("ticket")
            assert (changed["status"], changed["agentName"], changed["unreadCount"]) == (
                "in-progress", "Asha Nair", 1,
            )  # fmt: skip

    asyncio.run(story(access_of(priya)))


def test_reading_is_heard_by_the_other_side(ticket, priya):
    async def story(access):
        async with listening(path_of(ticket), access) as stream:
            _, _, before = await stream.event("read")
            await does(lambda: workflow.mark_read(ticket, by_agents=True, up_to=2))
            _, _, after = await stream.event("read")
            assert (before["agents"], after["agents"]) == (0, 2)

    asyncio.run(story(access_of(priya)))


def test_a_customers_stream_carries_no_note_no_presence_and_not_its_own_typing(ticket, priya, asha):
    secret = "CONFIDENTIAL"

    def backstage():
        workflow.add_note(ticket, secret, by=asha)
        live.signal(ticket, "presence", name=secret, here=True)
        live.signal(ticket, "typing", by="customer", name=secret)
        live.signal(ticket, "typing", by="agent", name="Asha Nair")
        workflow.agent_replies(ticket, "Hello", by=asha)

    async def receives(access):
        async with listening(path_of(ticket), access) as stream:
            received = [await stream.event("message"), await stream.event("message")]
            await does(backstage)
            while not {"Hello", "Asha Nair"} <= {
                data.get("message") or data.get("name") for _, _, data in received
            }:
                received.append(await stream.event())
            return received

    customer = asyncio.run(receives(access_of(priya)))
    assert secret not in str(customer)
    assert "internal" not in str(customer)
    assert [data["by"] for _, name, data in customer if name == "typing"] == ["agent"]
    assert not [name for _, name, _ in customer if name == "presence"]
    # The agent receives all of it
    agent = asyncio.run(receives(access_of(asha)))
    told = [(name, data.get("message") or data.get("name")) for _, name, data in agent]
    assert {("message", secret), ("presence", secret), ("typing", secret), ("typing", "Asha Nair")} <= set(
        told
    )


def test_the_inbox_hears_every_message_and_change_from_now_on(priya, vikram, asha):
    earlier = factories.ticket(priya)

    async def story(access):
        async with listening(INBOX, access) as stream:
            await anext(stream.chunks)
            other = await does(lambda: factories.ticket(vikram))
            await does(lambda: workflow.customer_says(earlier, "Hello?", by=priya))
            await does(lambda: workflow.triage(earlier, by=asha, priority="urgent"))
            received = [await stream.event() for _ in range(4)]
        places = [place for place, _, _ in received]
        assert places == list(range(places[0], places[0] + 4))
        assert [(name, data.get("ticketId"), data.get("seq")) for _, name, data in received[:3]] == [
            ("message", str(other.pk), 1),
            ("message", str(other.pk), 2),
            ("message", str(earlier.pk), 3),
        ]
        assert (received[3][1], received[3][2]["id"]) == ("ticket", str(earlier.pk))
        assert received[3][2]["priority"] == "urgent"

    asyncio.run(story(access_of(asha)))


def test_nothing_falls_between_a_page_of_the_inbox_and_its_stream(priya, vikram, asha, browse):
    page = browse(asha).get("/support/").content.decode()
    path = html.unescape(re.search(r'data-events="([^"]+)"', page)[1])
    missed = factories.ticket(vikram)

    async def story(access):
        async with listening(path, access) as stream:
            received = [await stream.event("message"), await stream.event("message")]
            assert [data["ticketId"] for _, _, data in received] == [str(missed.pk)] * 2

    asyncio.run(story(access_of(asha)))


def test_an_event_is_one_line_to_every_client():
    said = live.event("message", {"message": "a\u2028b\u2029c\x85d\ne"}, 7).decode()
    assert said.splitlines()[2].startswith("data: ")
    assert len(said.splitlines()) == 4
    assert json.loads(said.splitlines()[2][6:]) == {"message": "a\u2028b\u2029c\x85d\ne"}


def test_a_place_beyond_the_end_of_a_ticket_is_its_end(ticket, priya, asha):
    async def story(access):
        async with listening(path_of(ticket), access, after=10**13) as stream:
            await stream.event("read")
            await does(lambda: workflow.agent_replies(ticket, "Hello", by=asha))
            assert (await stream.event("message"))[0] == 3

    asyncio.run(story(access_of(priya)))


@pytest.mark.parametrize("since", ["x", "-1", "", "9" * 30, "²"])
def test_a_time_that_is_none_is_now(since, ticket, asha):
    async def story(access):
        async with listening(f"{INBOX}?since={since}", access) as stream:
            await anext(stream.chunks)
            await does(lambda: workflow.triage(ticket, by=asha, priority="urgent"))
            assert (await stream.event())[1] == "ticket"

    asyncio.run(story(access_of(asha)))


# --- Cut off, and resumed ----------------------------------------------------


@pytest.mark.parametrize("who", ["priya", "asha"])
def test_a_stream_that_is_cut_after_every_third_event_shows_what_is_stored(
    who, ticket, priya, asha, request
):
    def talk():
        try:
            for place in range(50):
                workflow.customer_says(ticket, f"Question {place}", by=priya)
                workflow.agent_replies(ticket, f"Answer {place}", by=asha)
                if place % 4 == 0:
                    workflow.add_note(ticket, f"Note {place}", by=asha)
            workflow.customer_says(ticket, "Bye", by=priya)
        finally:
            connections.close_all()

    async def story(access):
        seen, after = [], 0
        while not seen or seen[-1][1] != "Bye":
            async with listening(path_of(ticket), access, after) as stream:
                for _ in range(3):
                    place, _, data = await stream.event("message")
                    seen.append((place, data["message"]))
                    after = place
                    if data["message"] == "Bye":
                        break
        return seen

    talking = threading.Thread(target=talk)
    talking.start()
    seen = asyncio.run(story(access_of(request.getfixturevalue(who))))
    talking.join()
    stored = queries.conversation(ticket, notes=who == "asha")
    assert stored.count() > 100
    assert seen == list(stored.values_list("seq", "text"))


def test_the_inbox_resumes_in_one_order_across_tickets(priya, asha):
    tickets = [factories.ticket(priya) for _ in range(3)]

    def talk():
        try:
            for place in range(15):
                for ticket in tickets:
                    workflow.customer_says(ticket, f"Question {place}", by=priya)
        finally:
            connections.close_all()

    async def story(access, after):
        seen = []
        while len(seen) < 45:
            async with listening(INBOX, access, after) as stream:
                for _ in range(min(3, 45 - len(seen))):
                    place, _, data = await stream.event("message")
                    seen.append((place, data["ticketId"], data["seq"]))
                    after = place
        return seen

    while live.assign_sequence():
        pass
    start = InboxEvent.objects.exclude(position=None).order_by("-position").first().position
    talking = threading.Thread(target=talk)
    talking.start()
    seen = asyncio.run(story(access_of(asha), start))
    talking.join()
    assert [place for place, _, _ in seen] == list(range(start + 1, start + 46))
    for ticket in tickets:
        told = [seq for _, pk, seq in seen if pk == str(ticket.pk)]
        assert told == list(ticket.messages.filter(seq__gt=2).values_list("seq", flat=True))


@pytest.mark.parametrize("after", ["", "x", "-1", "1e3", "²", "9" * 30])
def test_a_place_that_is_none_is_the_beginning(after, ticket, priya):
    async def story(access):
        async with listening(path_of(ticket), access, after) as stream:
            assert (await stream.event("message"))[0] == 1

    asyncio.run(story(access_of(priya)))


def test_a_place_from_before_a_restored_backup_does_not_silence_the_inbox(ticket, priya, asha):
    async def story(access):
        async with listening(INBOX, access, after=1_000_000) as stream:
            await anext(stream.chunks)
            reading = asyncio.create_task(stream.event("message"))
            [listener] = live.broker.broker.topics[live.INBOX].subscribers
            async with asyncio.timeout(10):
                while listener.after == 1_000_000:
                    await asyncio.sleep(0.01)
            await does(lambda: workflow.customer_says(ticket, "Still there?", by=priya))
            assert (await reading)[2]["message"] == "Still there?"

    asyncio.run(story(access_of(asha)))
