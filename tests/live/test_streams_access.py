"""Who receives a stream, and for how long."""

import asyncio
import json
import time
from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from tests.live.test_streams import INBOX, access_of, does, listening, path_of
from tickets import live, workflow
from tickets.models import Person, Scope
from tickets.shop import keys

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("who", "what", "status"),
    [
        ("priya", "ticket", 200),
        ("asha", "ticket", 200),
        ("meera", "ticket", 200),
        ("vikram", "ticket", 404),
        (None, "ticket", 401),
        ("broken", "ticket", 401),
        ("asha", "inbox", 200),
        ("meera", "inbox", 200),
        ("priya", "inbox", 404),
        (None, "inbox", 401),
        ("asha", "nothing", 404),
        ("asha", "nonsense", 404),
    ],
)
def test_a_stream_is_open_to_those_whom_it_concerns(who, what, status, ticket, request):
    paths = {
        "ticket": path_of(ticket),
        "inbox": INBOX,
        "nothing": "/api/support/00000000-0000-4000-8000-000000000000/events",
        "nonsense": "/api/support/nonsense/events",
    }
    person = who and who != "broken" and request.getfixturevalue(who)
    access = access_of(person) if person else who or ""

    async def story():
        async with listening(paths[what], access) as stream:
            assert stream.response.status_code == status
            if status != 200:
                answer = json.loads(stream.response.content)
                assert answer.keys() == {"detail", "code"}
                assert ("WWW-Authenticate" in stream.response.headers) == (status == 401)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("scope", "inbox"), [(Scope.TICKETS_READ, 200), (Scope.TICKETS_WRITE, 403), (Scope.SHOP_READ, 403)]
)
def test_a_service_key_hears_the_inbox_with_its_scope_and_no_customers_stream(scope, inbox, ticket):
    _, raw = keys.create("Our shop", [scope])

    async def story():
        for path, status in ((INBOX, inbox), (path_of(ticket), 403)):
            async with listening(path, raw) as stream:
                assert stream.response.status_code == status

    asyncio.run(story())


def test_a_post_to_a_stream_is_refused(ticket, api, asha):
    for path in (path_of(ticket), INBOX):
        assert api(asha).post(path).status_code == 405


def test_a_stream_ends_with_the_token_that_opened_it(ticket, priya):
    token = AccessToken(access_of(priya))
    token.set_exp(lifetime=timedelta(seconds=4))

    async def story():
        began = time.monotonic()
        async with listening(path_of(ticket), str(token)) as stream:
            received = await asyncio.wait_for(stream.rest(), 30)
        assert [place for place, name, _ in received if name == "message"] == [1, 2]
        assert 0.5 < time.monotonic() - began < 25

    asyncio.run(story())
    assert live.broker.broker.topics == {}


def test_a_ticket_that_moved_to_another_customer_is_heard_by_its_former_one_no_more(
    ticket, priya, vikram, asha, monkeypatch
):
    """A guest signs in to the shop, or staff link two records: the old stream told on what the other wrote."""
    monkeypatch.setattr(live.broker, "POLL_SECONDS", 0.1)

    async def story(access):
        async with listening(path_of(ticket), access) as stream:
            assert (await stream.event("message"))[0] == 1
            await does(lambda: workflow.change_requester(ticket, vikram, by=asha))
            await does(lambda: workflow.customer_says(ticket, "My secret", by=vikram))
            rest = await asyncio.wait_for(stream.rest(), 20)
        assert "My secret" not in str(rest)
        assert str(vikram.email) not in str(rest)

    asyncio.run(story(access_of(priya)))


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "customer"}, {"password": "changed"}], ids=str
)
def test_a_revoked_session_hears_no_more_within_seconds(change, ticket, priya, asha, rohan, monkeypatch):
    assert live.POLL_SECONDS <= 2
    monkeypatch.setattr(live.broker, "POLL_SECONDS", 0.1)

    async def story(access, other):
        async with listening(INBOX, access) as stream, listening(INBOX, other) as still:
            await anext(stream.chunks)
            await does(lambda: Person.objects.filter(pk=asha.pk).update(**change))
            await asyncio.wait_for(stream.rest(), 30)
            await does(lambda: workflow.customer_says(ticket, "Hello?", by=priya))
            assert (await still.event("message"))[2]["message"] == "Hello?"

    asyncio.run(story(access_of(asha), access_of(rohan)))
