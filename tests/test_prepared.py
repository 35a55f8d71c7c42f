"""Questions whose SQL is kept: they find what their queryset finds, whoever asks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.db.models.sql.compiler import SQLCompiler

from supportdesk import prepared as module
from supportdesk.prepared import prepared
from tests import factories
from tickets import queries, workflow
from tickets.models import Message, Ticket

needs_sql = pytest.mark.skipif(connection.vendor == "mongodb", reason="MongoDB has no SQL to keep")


def fields_of(row) -> dict:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_it_finds_what_its_queryset_finds_each_time_with_other_values(ticket, priya, vikram):
    def rows(requester, since):
        found = Ticket.objects.filter(requester=requester, created_at__gte=since).defer("handover")
        return found.select_related("requester", "order").order_by("number")[:2]

    ask = prepared(rows)
    for _ in range(3):
        factories.ticket(vikram)

    for person, least in [(priya, 1), (vikram, 2), (priya, 1)]:
        found = ask(person.pk, ticket.created_at)
        expected = list(rows(person.pk, ticket.created_at))
        assert len(found) == least
        assert [fields_of(row) for row in found] == [fields_of(row) for row in expected]
        assert [fields_of(row.requester) for row in found] == [fields_of(row.requester) for row in expected]


def test_what_nobody_has_is_nothing(ticket):
    ask = prepared(lambda id, seq: Message.objects.filter(ticket=id, seq=seq, internal=False))

    assert [message.text for message in ask(ticket.pk, 1)] == [ticket.messages.get(seq=1).text]
    assert ask(ticket.pk, 99) == []
    assert ask(ticket.pk, None) == []


@needs_sql
def test_the_sql_is_made_once(ticket, monkeypatch, django_assert_num_queries):
    made = []
    make_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *args, **how: made.append(1) or make_sql(*args, **how)
    )
    ask = prepared(lambda id: Ticket.objects.filter(pk=id))

    with django_assert_num_queries(3):
        assert [ask(ticket.pk) for _ in range(3)] == [[ticket]] * 3

    assert len(made) == 1


def test_what_was_changed_meanwhile_is_found_as_it_is(ticket, priya):
    ask = prepared(lambda id: Ticket.objects.filter(pk=id))
    before = ask(ticket.pk)[0]
    workflow.customer_says(ticket, "And the lid is broken", by=priya)

    assert ask(ticket.pk)[0].last_seq == before.last_seq + 1


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_get_each_others_rows(priya, vikram):
    tickets = [factories.ticket(person) for person in (priya, vikram, priya, vikram)]
    ask = prepared(lambda id: Ticket.objects.filter(pk=id))

    def look(ticket):
        try:
            return [ask(ticket.pk) == [ticket] for _ in range(30)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert all(right for each in pool.map(look, tickets * 2) for right in each)


@needs_sql
def test_filters_that_come_and_go_are_not_kept_for_ever(ticket, monkeypatch):
    kept = module._Kept()
    monkeypatch.setattr(module, "_kept", kept)
    monkeypatch.setattr(module, "MOST_KEPT", 3)

    for limit in range(1, 9):
        assert queries.newer_messages(ticket, 0, notes=True, limit=limit)

    assert len(kept.questions) <= 4
