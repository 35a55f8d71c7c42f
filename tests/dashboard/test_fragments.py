"""Rows and bubbles that are kept: rendered once, and never shown as they were before."""

from datetime import timedelta

import pytest
from django.test.html import parse_html
from django.utils import timezone

from tests.pages import Node
from tickets import workflow
from tickets.lists import fragments
from tickets.models import Message, Ticket


def page_of(markup: str) -> Node:
    return Node(parse_html(markup))


# --- Rows --------------------------------------------------------------------


def row(ticket, now, **how) -> str:
    return fragments.row(Ticket.objects.get(pk=ticket.pk), now, **how)


def test_an_unchanged_row_is_rendered_once(ticket):
    now = timezone.now()
    before = fragments._row.cache_info().misses
    assert row(ticket, now) == row(ticket, now)
    assert fragments._row.cache_info().misses == before + 1


@pytest.mark.parametrize(
    "change",
    [
        {"requester_name": "Priya S."},
        {"preview": "Another one"},
        {"preview_by": "Asha Nair"},
        {"tag_names": "vip"},
        {"snoozed_until": timezone.now() + timedelta(days=3)},
        {"status": "in-progress"},
        {"priority": "urgent"},
        {"category": "refund"},
        {"assignee_name": "Asha Nair"},
        {"unread_by_agents": 7},
        {"callback_requested": True},
        {"next_response_due_at": timezone.now() - timedelta(minutes=1)},
        {"waiting_since": None},
        {"is_spam": True},
        {"updated_at": timezone.now() - timedelta(days=3)},
        # Its age reads the same, its place in the list does not
        {"updated_at": timezone.now() + timedelta(seconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_row_shows_what_was_changed(ticket, change):
    now = timezone.now()
    before = row(ticket, now)
    Ticket.objects.filter(pk=ticket.pk).update(**change)
    assert row(ticket, now) != before


def test_a_row_grows_old_and_its_countdown_goes_on(ticket):
    now = ticket.updated_at
    seen = {row(ticket, now + timedelta(minutes=minutes)) for minutes in (0, 1, 2, 60, 24 * 60)}
    assert len(seen) == 5


def test_a_row_leads_back_to_its_list_and_says_whether_it_is_open(ticket):
    now = timezone.now()
    assert "?filter=open" in row(ticket, now, query="filter=open")
    assert "?" not in row(ticket, now)
    assert 'aria-current="true"' in row(ticket, now, is_open=True)
    assert "aria-current" not in row(ticket, now)


# --- Bubbles -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("my card is 4111 1111 1111 1111", "A card number was hidden here"),
        ("the OTP is 482913", "A code was hidden here"),
        ("AWB 4111111111111111", ""),
    ],
)
def test_an_agent_sees_that_something_was_hidden_and_the_customer_does_not(ticket, priya, said, note):
    message = workflow.customer_says(ticket, said, by=priya)
    shown = {side: fragments.bubbles([message], ticket, side)[0][1] for side in ("agent", "customer")}
    assert ("hidden-note" in shown["agent"], note in shown["agent"]) == (bool(note), True)
    assert "hidden-note" not in shown["customer"]


def bubbles(ticket, side="agent", **how) -> list[tuple]:
    ticket = Ticket.objects.get(pk=ticket.pk)
    return fragments.bubbles(Message.objects.filter(ticket=ticket).order_by("seq"), ticket, side, **how)


def test_a_bubble_that_was_shown_is_not_rendered_again(ticket, asha):
    workflow.agent_replies(ticket, "I am looking", by=asha)
    before = fragments._bubble.cache_info().misses
    shown = bubbles(ticket)
    assert bubbles(ticket) == shown
    assert fragments._bubble.cache_info().misses == before + len(shown)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "(removed)"},
        {"sender_name": "Another"},
        {"internal": True},
        {"client_id": "another"},
        {"picture": "pictures/a.jpg", "picture_width": 300, "picture_height": 200},
        {"created_at": timezone.now() - timedelta(days=3)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_bubble_shows_what_was_changed(ticket, asha, change):
    reply = workflow.agent_replies(ticket, "I am looking", by=asha)
    before = bubbles(ticket)[-1][1]
    Message.objects.filter(pk=reply.pk).update(**change)
    assert bubbles(ticket)[-1][1] != before


def test_each_side_sees_its_own_ticks_and_they_change_when_the_other_reads(ticket, asha):
    reply = workflow.agent_replies(ticket, "I am looking", by=asha)
    states = []
    for up_to in (0, reply.seq):
        workflow.mark_read(ticket, by_agents=False, up_to=up_to)
        [tick] = page_of(bubbles(ticket)[-1][1]).all("span", _class="tick")
        states.append(tick["data-state"])
        assert not page_of(bubbles(ticket, "customer")[-1][1]).all("span", _class="tick")
    assert states == ["sent", "read"]
    workflow.add_note(ticket, "Third time this month", by=asha)
    assert not page_of(bubbles(ticket)[-1][1]).all("span", _class="tick")


def test_the_first_message_of_each_day_says_so(ticket, asha):
    second = workflow.agent_replies(ticket, "I am looking", by=asha)
    Message.objects.filter(pk=second.pk).update(created_at=timezone.now() + timedelta(days=1))
    begins = [at for at, _ in bubbles(ticket, days=True)]
    assert begins[0]
    assert begins[-1] == Message.objects.get(pk=second.pk).created_at
    assert not any(begins[1:-1])
    assert not any(at for at, _ in bubbles(ticket))
