"""Two write the words of a ticket at the same time: an agent who withdraws twice, a merge beside a split."""

import threading
from contextlib import suppress

import pytest

from tests.tickets.test_concurrency import at_once, read
from tickets import search, workflow
from tickets.models import Ticket
from tickets.search import index

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


def test_two_withdrawals_at_once_both_succeed_and_the_ticket_is_still_found(ticket, asha, monkeypatch):
    reply = workflow.agent_replies(ticket, "Your zanzibar cloves are lost", by=asha)
    beside, together = index._beside, threading.Barrier(2)

    def slowly(*args):
        # Two that may be here at once wait for each other; one that holds the other up goes on alone
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=1)
        return beside(*args)

    def withdraw():
        return workflow.withdraw(read(ticket), reply.seq, by=asha, client_id="once")

    monkeypatch.setattr(index, "_beside", slowly)
    answers = at_once(withdraw, withdraw)
    monkeypatch.undo()
    assert [answer.seq for answer in answers] == [reply.seq] * 2
    assert ticket in search.tickets(Ticket.objects.all(), "crushed")
    assert ticket not in search.tickets(Ticket.objects.all(), "zanzibar")
