"""Names and titles are one line, without signs that turn the direction of others or have no width."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from tests import factories
from tickets import workflow
from tickets.models import CannedReply, Macro, Person, SavedView, Ticket
from tickets.privacy.plain_text import one_line

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

ODD = "Ra\u202evi\n\u200bKu\u2066mar\ufeff\u2028\U0001f9c2"
PLAIN = "Ravi Kumar \U0001f9c2"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (ODD, PLAIN),
        ("a\r\n\tb\x85c\x07", "a b c"),
        # What Hindi and emoji are joined with
        ("क्\u200dष", "क्\u200dष"),
        ("\U0001f468\u200d\U0001f33e", "\U0001f468\u200d\U0001f33e"),
        ("\u202e\u200b", ""),
    ],
)
def test_a_line_is_what_is_seen_of_it(typed, stored):
    assert one_line(typed) == stored


def test_every_door_stores_a_name_as_it_is_seen(api, browse, asha, meera, priya, ticket):
    guest = api().post("/api/auth/guest", {"name": ODD, "email": "ravi@example.com"}, format="json")
    assert guest.status_code == 201
    assert Person.objects.filter(name=PLAIN).exists()

    agent = browse(asha)
    page = f"/support/{ticket.pk}/"
    agent.post(f"{page}change", {"subject": ODD, "userName": ODD})
    agent.post(f"{page}tags", {"add": ODD})
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.subject, stored.requester_name, stored.tags) == (PLAIN, PLAIN, [PLAIN])
    agent.post("/support/views", {"name": ODD, "query": "view=mine"})
    assert SavedView.objects.get().name == PLAIN
    agent.post("/support/canned/", {"shortcut": "a", "title": ODD, "text-en": "Hello"})
    assert CannedReply.objects.get().title == PLAIN

    browse(meera).post("/admin/tickets/macro/add/", {"name": ODD, "priority": "low"})
    assert Macro.objects.get().name == PLAIN


def test_a_tag_of_the_same_signs_is_the_same_tag(ticket, asha):
    workflow.correct(ticket, by=asha, add_tags=["festival"])
    workflow.correct(ticket, by=asha, add_tags=["fes\u200btival"])
    assert ticket.tags == ["festival"]


@pytest.mark.parametrize("typed", ["x" * 10_000, "\u202e\u200b"])
def test_a_name_that_is_too_long_or_nothing_is_refused_in_a_sentence(api, browse, asha, ticket, typed):
    guest = api().post("/api/auth/guest", {"name": typed, "email": "ravi@example.com"}, format="json")
    assert guest.status_code == 400
    assert guest.json()["name"]
    agent = browse(asha)
    for path, sent in (("change", {"userName": typed}), ("tags", {"add": "x" * 10_000})):
        answer = agent.post(f"/support/{ticket.pk}/{path}", sent, HTTP_HX_REQUEST="true")
        assert answer.status_code == 409
    view = agent.post(
        "/support/views", {"name": typed, "query": "view=mine"}, HTTP_X_REQUESTED_WITH="fetch"
    )
    assert view.status_code == 400
    assert view.text.endswith(".")


@pytest.mark.engines
def test_names_that_were_stored_before_are_cleaned_by_the_migration(ticket, priya, asha):
    order = factories.order(priya)
    message = workflow.agent_replies(ticket, "Hello", by=asha)
    hindi = factories.person("क्\u200dष")
    for row, field in (
        (priya, "name"),
        (ticket, "requester_name"),
        (ticket, "subject"),
        (message, "sender_name"),
        (order, "contact_name"),
    ):
        type(row).objects.filter(pk=row.pk).update(**{field: ODD})
    Person.objects.filter(pk=asha.pk).update(name="\u202e\u200b")
    migration = importlib.import_module("tickets.migrations.0203_names_as_one_line")
    for _ in range(2):
        migration.clean(apps, SimpleNamespace(connection=connection))
        for row in (priya, ticket, message, order, asha, hindi):
            row.refresh_from_db()
        assert (ticket.requester_name, ticket.subject) == (PLAIN, PLAIN)
        assert (priya.name, message.sender_name, order.contact_name) == (PLAIN, PLAIN, PLAIN)
        # Nothing of it is seen, and no name is better
        assert asha.name == "\u202e\u200b"
        assert hindi.name == "क्\u200dष"
