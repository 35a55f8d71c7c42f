"""The one order of what happens on the desk, which the inbox is read in."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from tests import factories
from tickets import live, workflow
from tickets.models import InboxEvent, Ticket

pytestmark = pytest.mark.all_engines


def activity(ticket: Ticket, seq: int | None, seconds: float) -> InboxEvent:
    return InboxEvent(ticket=ticket, seq=seq, at=timezone.now() + timedelta(seconds=seconds))


def order() -> list[tuple]:
    rows = InboxEvent.objects.exclude(position=None).order_by("position")
    return list(rows.values_list("position", "ticket_id", "seq"))


@pytest.fixture
def two_tickets(priya):
    tickets = factories.ticket(priya), factories.ticket(priya)
    InboxEvent.objects.all().delete()
    return tickets


def test_events_are_numbered_in_their_order(two_tickets):
    one, two = two_tickets
    rows = [activity(one, 3, 1), activity(two, 3, 2), activity(one, None, 3), activity(two, 4, 4)]
    InboxEvent.objects.bulk_create(reversed(rows))
    assert not live.assign_sequence()
    assert order() == [(1, one.pk, 3), (2, two.pk, 3), (3, one.pk, None), (4, two.pk, 4)]
    InboxEvent.objects.bulk_create([activity(two, 5, -60), activity(one, 4, -90)])
    live.assign_sequence()
    # Later numbers are for what was seen later, whatever the clock says
    assert order()[4:] == [(5, one.pk, 4), (6, two.pk, 5)]


@pytest.mark.not_on("postgresql", "mongodb", reason="writers do not wait for each other, so readers number")
def test_the_writer_assigns_the_sequence_of_its_events(two_tickets, asha, priya):
    one, two = two_tickets
    # The agent joins, and answers
    workflow.agent_replies(one, "Hello", by=asha)
    workflow.customer_says(two, "Anybody?", by=priya)
    workflow.triage(one, by=asha, priority="urgent")
    assert order() == [(1, one.pk, 3), (2, one.pk, 4), (3, two.pk, 3), (4, one.pk, None)]
    assert not InboxEvent.objects.filter(position=None).exists()


@pytest.mark.engines
@pytest.mark.parametrize("batch", [200, 5, 2, 1])
def test_a_clock_that_jumps_never_puts_a_message_before_the_one_before_it(batch, two_tickets, monkeypatch):
    monkeypatch.setattr(live.sequence, "BATCH", batch)
    chance = random.Random(4)
    InboxEvent.objects.bulk_create(
        activity(ticket, seq, chance.uniform(-3600, 3600)) for ticket in two_tickets for seq in range(3, 15)
    )
    while live.assign_sequence():
        pass
    numbered = order()
    assert [position for position, _, _ in numbered] == list(range(1, 25))
    for ticket in two_tickets:
        assert [seq for _, pk, seq in numbered if pk == ticket.pk] == list(range(3, 15))


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_concurrent_sequence_writers_leave_no_gap_and_a_follower_misses_nothing(priya):
    tickets, each = [factories.ticket(priya) for _ in range(4)], 12
    expected = InboxEvent.objects.count() + len(tickets) * each
    followed: list[tuple] = []
    deadline = time.monotonic() + 30

    def write(ticket):
        for _ in range(each):
            workflow.customer_says(ticket, "More", by=priya)

    def number(_):
        while InboxEvent.objects.exclude(position=None).count() < expected and time.monotonic() < deadline:
            live.assign_sequence()

    def follow(_):
        after = 0
        while len(followed) < expected and time.monotonic() < deadline:
            rows = InboxEvent.objects.filter(position__gt=after).order_by("position")
            for row in rows.values_list("position", "ticket_id", "seq"):
                followed.append(row)
                after = row[0]

    def closing(job, argument):
        try:
            job(argument)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        jobs = [(write, ticket) for ticket in tickets] + [
            (number, 1),
            (number, 2),
            (number, 3),
            (follow, 1),
        ]
        list(pool.map(lambda job: closing(*job), jobs))
    assert followed == order()
    assert [position for position, _, _ in followed] == list(range(1, expected + 1))
    for ticket in tickets:
        seqs = [seq for _, pk, seq in followed if pk == ticket.pk]
        assert seqs == list(range(1, each + 3))
