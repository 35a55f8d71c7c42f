"""Clients behind a proxy that holds streams back poll the same addresses."""

import asyncio

import pytest
from django.test import AsyncClient

from tests import factories
from tests.live.test_streams import INBOX, access_of, does, parsed, path_of
from tickets import workflow

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


async def poll(path: str, access: str, after=None) -> list[tuple]:
    """What a client gets that asks instead of listening."""
    headers = {"Authorization": f"Bearer {access}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    answer = await AsyncClient().get(f"{path}?once=1", headers=headers)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert not answer.streaming
    return parsed(answer.content)


def test_a_client_that_polls_gets_each_message_once_and_is_told_where_to_go_on():
    async def story():
        priya, asha = await does(lambda: (factories.person(), factories.person("Asha Nair", "agent")))
        ticket = await does(lambda: factories.ticket(priya))
        access = await does(lambda: access_of(priya))
        first = await poll(path_of(ticket), access)
        assert [place for place, name, _ in first if name == "message"] == [1, 2]
        place = first[-1][0]
        assert first[-1][1] == "place"
        await does(lambda: workflow.agent_replies(ticket, "Hello", by=asha))
        newer = await poll(path_of(ticket), access, place)
        assert [data["message"] for _, name, data in newer if name == "message"][-1] == "Hello"
        assert {name for _, name, _ in newer} >= {"ticket", "read"}
        assert not [
            1 for _, name, _ in await poll(path_of(ticket), access, newer[-1][0]) if name == "message"
        ]

    asyncio.run(story())


def test_an_agent_who_polls_the_inbox_begins_at_its_end_and_misses_nothing():
    async def story():
        priya, asha = await does(lambda: (factories.person(), factories.person("Asha Nair", "agent")))
        ticket = await does(lambda: factories.ticket(priya))
        access = await does(lambda: access_of(asha))
        [(place, name, _)] = await poll(INBOX, access)
        assert name == "place"
        await does(lambda: workflow.customer_says(ticket, "Hello?", by=priya))
        found = await poll(INBOX, access, place)
        assert [data["message"] for _, name, data in found if name == "message"] == ["Hello?"]

    asyncio.run(story())


def test_polling_is_for_those_who_may_listen():
    async def story():
        priya, vikram = await does(lambda: (factories.person(), factories.person("Vikram Rao")))
        ticket = await does(lambda: factories.ticket(priya))
        access = await does(lambda: access_of(vikram))
        for path in (path_of(ticket), INBOX):
            answer = await AsyncClient().get(
                f"{path}?once=1", headers={"Authorization": f"Bearer {access}"}
            )
            assert answer.status_code == 404

    asyncio.run(story())
