"""Rows are shown as Django REST framework would show them, at a part of its cost."""

import pytest
from rest_framework.fields import Field
from rest_framework.serializers import Serializer

from tests import factories
from tickets import workflow
from tickets.api import serializers

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(asha, priya):
    ticket = factories.ticket(priya)
    workflow.agent_replies(ticket, "On its way", by=asha)
    ticket.refresh_from_db()
    messages = list(ticket.messages.all())
    for message in messages:
        message.ticket, message.files = ticket, []
    return ticket, messages


@pytest.mark.parametrize("agent", [True, False])
def test_a_row_is_shown_as_the_framework_shows_it(rows, agent):
    ticket, messages = rows
    shows_tickets = serializers._ticket_serializer(agent)
    assert shows_tickets.to_representation(ticket) == Serializer.to_representation(shows_tickets, ticket)
    shows = serializers._message_serializer(agent)
    for message in messages:
        shown = shows.to_representation(message)
        assert shown == Serializer.to_representation(shows, message)
        assert list(shown) == list(shows.fields)


def test_no_field_looks_for_its_value_in_each_row(rows, monkeypatch):
    ticket, messages = rows
    monkeypatch.setattr(Field, "get_attribute", None)
    assert serializers.ticket_json(ticket, agent=True)["number"] == ticket.number
    told = serializers.messages_json(messages, ticket, agent=False)
    assert [each["seq"] for each in told] == [each.seq for each in messages]
