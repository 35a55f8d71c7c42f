"""What holds where a transaction does not: see "MongoDB's grain" in docs/databases.md."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tickets import search, workflow
from tickets.models import InboxEvent, Message, SearchText, Status, Ticket, TicketEvent
from tickets.workflow import change_set
from tickets.workflow.messages import opening

pytestmark = pytest.mark.engines

WRITTEN = (Ticket, Message, TicketEvent, InboxEvent, SearchText)
only_mongodb = pytest.mark.not_on("sqlite", "postgresql", reason="every transaction holds there")


class PowerCut(Exception):
    pass


@pytest.fixture
def power_cut(monkeypatch):
    """The desk dies in the last step but one of every verb."""

    def cut():
        def die(*args, **kwargs):
            raise PowerCut

        monkeypatch.setattr(search, "remember", die)

    return cut


@pytest.fixture
def single_node(monkeypatch):
    """A MongoDB that is no replica set: it has no transactions."""
    if connection.vendor == "mongodb":
        monkeypatch.setitem(connection.features.__dict__, "_supports_transactions", False)


def stored() -> dict:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in WRITTEN}


VERBS = {
    "open_ticket": lambda ticket, asha: factories.ticket(
        ticket.requester, "Another jar leaked", client_id="n"
    ),
    "customer_says": lambda ticket, asha: workflow.customer_says(ticket, "Hello?", by=ticket.requester),
    "agent_replies": lambda ticket, asha: workflow.agent_replies(ticket, "Hello!", by=asha),
    "move": lambda ticket, asha: workflow.move(ticket, Status.CLOSED, by=asha),
    "request_callback": lambda ticket, asha: workflow.request_callback(ticket, by=ticket.requester),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_dies_half_way_leaves_nothing(verb, ticket, asha, power_cut):
    before = stored()
    power_cut()
    with pytest.raises(PowerCut):
        VERBS[verb](ticket, asha)
    assert stored() == before


@only_mongodb
def test_without_transactions_a_message_that_was_half_written_is_said_once(
    ticket, priya, power_cut, single_node, monkeypatch
):
    with monkeypatch.context() as dying:
        dying.setattr(change_set, "update", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            workflow.customer_says(ticket, "Hello?", by=priya, client_id="once")
    now = Ticket.objects.get(pk=ticket.pk)
    assert now.last_seq == 2
    # The retry finds it, the next one gets the next number and brings the ticket up to date
    assert workflow.customer_says(now, "Hello?", by=priya, client_id="once").seq == 3
    assert workflow.customer_says(now, "Anybody?", by=priya, client_id="twice").seq == 4
    now.refresh_from_db()
    assert (now.last_seq, now.preview) == (4, "Anybody?")
    assert list(now.messages.filter(sender="customer").values_list("seq", flat=True)) == [1, 3, 4]


@only_mongodb
def test_without_transactions_no_ticket_is_seen_without_its_first_message(priya, single_node, power_cut):
    power_cut()
    with pytest.raises(PowerCut):
        factories.ticket(priya, "The jar leaked", client_id="once")
    # What the desk could still write is enough for the retry to find the ticket
    again = factories.ticket(priya, "The jar leaked", client_id="once")
    assert Ticket.objects.get() == again
    assert again.messages.count() == 2


def test_a_ticket_that_lost_the_race_leaves_no_messages(priya, single_node, monkeypatch):
    first = workflow.open_ticket(priya, "The jar leaked", client_id="once")
    # As if both had looked before either wrote
    monkeypatch.setattr(opening, "_opened_before", _blind_once(opening._opened_before))
    assert workflow.open_ticket(priya, "The jar leaked", client_id="once") == first
    assert set(Message.objects.values_list("ticket_id", flat=True)) == {first.pk}


def _blind_once(function):
    looks = iter([True])
    return lambda *args: None if next(looks, False) else function(*args)


@only_mongodb
def test_no_list_joins(ticket, asha, priya, browse, api):
    """Joins cost dearly on MongoDB, and grow with what they join."""
    lists = {
        browse(asha): ["/support/", "/support/?q=box", "/support/?filter=mine", "/admin/tickets/ticket/"],
        api(asha): ["/api/support/admin/", f"/api/support/{ticket.pk}/messages"],
        api(priya): ["/api/support/", f"/api/support/{ticket.pk}/messages"],
    }
    for client, paths in lists.items():
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            # One row each, by its key
            many = [query["sql"] for query in captured if not query["sql"].startswith(ONE_ROW)]
            assert not [query for query in many if "$lookup" in query], path


ONE_ROW = ("db.tickets_tokenfamily.", "db.django_session.")
