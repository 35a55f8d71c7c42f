"""What is said on a ticket: replies, notes, retries, unread counts, call backs, tickets that follow."""

import pytest

from tests import factories
from tickets import queries, workflow
from tickets.models import InboxEvent, Message, Sender, Status, Ticket
from tickets.workflow import IllegalMove, Mismatch, Refused, StaleReply

pytestmark = pytest.mark.all_engines


def stored(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def close(ticket: Ticket, agent) -> None:
    workflow.move(ticket, Status.CLOSED, by=agent)


# --- Replies -----------------------------------------------------------------


def test_the_first_reply_takes_the_ticket_and_stops_the_countdown(ticket, asha, rohan):
    reply = workflow.agent_replies(ticket, "Hello Priya", by=asha)
    assert (reply.sender, reply.sender_name, reply.seq) == (Sender.AGENT, "Asha Nair", 4)
    now = stored(ticket)
    assert (now.status, now.assignee) == (Status.IN_PROGRESS, asha)
    assert now.first_responded_at == reply.created_at
    workflow.agent_replies(ticket, "I help, too", by=rohan)
    assert stored(ticket).first_responded_at == reply.created_at
    assert stored(ticket).assignee == asha


def test_replying_to_an_open_ticket_of_another_agent_leaves_it_theirs(ticket, asha, rohan):
    workflow.assign(ticket, rohan, by=rohan)
    workflow.agent_replies(ticket, "Rohan will be with you soon", by=asha)
    assert stored(ticket).assignee == rohan


def test_a_reply_to_an_unassigned_ticket_in_progress_assigns_it(ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.assign(ticket, None, by=asha)
    workflow.agent_replies(ticket, "Back again", by=asha)
    assert stored(ticket).assignee == asha


def test_a_reply_that_has_not_seen_the_newest_message_comes_back_with_it(ticket, priya, asha, rohan):
    on_screen = ticket.last_seq
    workflow.add_note(ticket, "She called, too", by=rohan)
    missed = workflow.customer_says(ticket, "It is solved, thank you", by=priya)
    draft = Ticket.objects.get(pk=ticket.pk)
    with pytest.raises(StaleReply) as stale:
        workflow.agent_replies(draft, "Please send a picture", by=asha, last_seq=on_screen, client_id="r-1")
    assert stale.value.missed == [missed]
    assert not ticket.messages.filter(sender=Sender.AGENT, internal=False).exists()
    sent = workflow.agent_replies(draft, "You are welcome", by=asha, last_seq=missed.seq, client_id="r-2")
    assert sent.is_new


def test_a_message_that_comes_between_reading_and_writing_is_noticed(ticket, priya, asha):
    as_read = Ticket.objects.get(pk=ticket.pk)
    workflow.customer_says(ticket, "Wait!", by=priya)
    with pytest.raises(StaleReply, match="look first"):
        workflow.agent_replies(as_read, "Closing this", by=asha, last_seq=as_read.last_seq)


def test_a_colleagues_reply_makes_a_reply_stale(ticket, asha, rohan):
    on_screen = ticket.last_seq
    said = workflow.agent_replies(ticket, "Hello", by=asha)
    with pytest.raises(StaleReply) as stale:
        workflow.agent_replies(ticket, "And hello from me", by=rohan, last_seq=on_screen)
    assert said in stale.value.missed
    assert workflow.agent_replies(ticket, "I see", by=rohan, last_seq=said.seq).is_new


def test_notes_and_own_messages_make_no_reply_stale(ticket, asha, rohan):
    on_screen = ticket.last_seq
    workflow.agent_replies(ticket, "Hello", by=asha, last_seq=on_screen)
    workflow.add_note(ticket, "A note of another agent", by=rohan)
    assert workflow.agent_replies(ticket, "One more thing", by=asha, last_seq=on_screen).is_new


# --- The same once more ------------------------------------------------------


def test_the_same_client_id_brings_the_same_message(ticket, priya, asha):
    for say, by in [
        (workflow.customer_says, priya),
        (workflow.agent_replies, asha),
        (workflow.add_note, asha),
    ]:
        first = say(ticket, "Only once", by=by, client_id=say.__name__)
        again = say(stored(ticket), "Only once", by=by, client_id=say.__name__)
        assert (again.pk, first.is_new, again.is_new) == (first.pk, True, False)
    assert Message.objects.filter(text="Only once").count() == 3
    assert stored(ticket).last_seq == ticket.messages.last().seq


def test_a_client_id_with_another_text_author_or_kind_is_a_mistake(ticket, priya, asha, rohan):
    workflow.customer_says(ticket, "Hello", by=priya, client_id="c")
    workflow.add_note(ticket, "Refund her", by=asha, client_id="n")
    before = Message.objects.count()
    for say, text, by, client_id in [
        (workflow.customer_says, "Hello!", priya, "c"),
        (workflow.agent_replies, "Hello", asha, "c"),
        (workflow.add_note, "Refund her", rohan, "n"),
        # A note must never pass for the reply that the customer is waiting for
        (workflow.agent_replies, "Refund her", asha, "n"),
    ]:
        with pytest.raises(Mismatch):
            say(ticket, text, by=by, client_id=client_id)
    assert Message.objects.count() == before


def test_two_tickets_may_use_one_client_id(ticket, priya):
    other = factories.ticket(priya)
    first = workflow.customer_says(ticket, "One", by=priya, client_id="1")
    second = workflow.customer_says(other, "Two", by=priya, client_id="1")
    assert first.pk != second.pk


# --- After the end -----------------------------------------------------------


@pytest.mark.engines
def test_a_message_to_a_resolved_ticket_opens_it_again(ticket, priya, asha):
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha)
    said = workflow.customer_says(ticket, "It broke again", by=priya)
    assert (said.ticket_id, stored(ticket).status) == (ticket.pk, Status.IN_PROGRESS)
    assert [message.text for message in ticket.messages.filter(seq__gte=said.seq)] == [
        "It broke again",
        "Priya Sharma asked for more help. The conversation is open again.",
    ]


def test_a_message_to_a_closed_ticket_opens_a_new_one_that_is_linked(priya, asha):
    order = factories.order(priya)
    ticket = factories.ticket(
        priya, order=order, category="delivery", subject="Where is it?", language="hi"
    )
    close(ticket, asha)
    said = workflow.customer_says(ticket, "Still not here", by=priya, client_id="m-1")
    following = said.ticket
    assert said.is_new
    assert following.previous == ticket
    assert (following.status, following.category, following.order) == (Status.OPEN, "delivery", order)
    assert (following.subject, following.language) == ("Where is it?", "hi")
    assert f"#{ticket.number}" in following.messages.last().text
    assert stored(ticket).status == Status.CLOSED

    more = workflow.customer_says(ticket, "Hello?", by=priya, client_id="m-2")
    assert more.ticket_id == following.pk
    for text, message in [("Still not here", said), ("Hello?", more)]:
        again = workflow.customer_says(ticket, text, by=priya, client_id=message.client_id)
        assert (again.pk, again.is_new) == (message.pk, False)
        with pytest.raises(Mismatch):
            workflow.customer_says(ticket, "Something else", by=priya, client_id=message.client_id)
    assert Ticket.objects.count() == 2

    close(stored(following), asha)
    assert workflow.customer_says(ticket, "Third try", by=priya).ticket.previous == ticket


def test_a_message_of_before_the_end_that_is_sent_again_after_it_is_the_same(ticket, priya, asha):
    first = workflow.customer_says(ticket, "One more thing", by=priya, client_id="m-1")
    workflow.move(ticket, Status.CLOSED, by=asha)
    assert workflow.customer_says(stored(ticket), "One more thing", by=priya, client_id="m-1") == first
    assert Ticket.objects.count() == 1


def test_a_message_that_was_on_its_way_while_the_ticket_closed_is_kept(ticket, priya, asha):
    as_read_by_priya = Ticket.objects.get(pk=ticket.pk)
    close(ticket, asha)
    said = workflow.customer_says(as_read_by_priya, "One more thing", by=priya)
    assert said.ticket.previous == ticket


# --- Private notes -----------------------------------------------------------


def test_a_note_is_nowhere_where_the_customer_looks(ticket, priya, asha, api):
    workflow.agent_replies(ticket, "Hello", by=asha)
    before = stored(ticket)
    workflow.add_note(ticket, "CONFIDENTIAL", by=asha, picture=None)
    after = stored(ticket)
    assert (after.preview, after.unread_by_requester) == (before.preview, before.unread_by_requester)
    assert [m.text for m in queries.conversation(ticket, notes=True)].count("CONFIDENTIAL") == 1
    workflow.move(ticket, Status.CLOSED, by=asha)
    following = workflow.customer_says(ticket, "And now?", by=priya).ticket
    client = api(priya)
    for path in ["", f"{ticket.pk}", f"{ticket.pk}/messages?after=0", f"{following.pk}"]:
        answer = client.get(f"/api/support/{path}")
        assert answer.status_code == 200
        assert b"CONFIDENTIAL" not in answer.content
        assert b"internal" not in answer.content
    assert b"CONFIDENTIAL" in api(asha).get(f"/api/support/admin/{ticket.pk}").content


# --- Read and unread ---------------------------------------------------------


def test_unread_counts_rise_with_news_and_fall_with_reading(ticket, priya, asha):
    assert (ticket.unread_by_agents, ticket.unread_by_requester) == (1, 0)
    workflow.customer_says(ticket, "Hello?", by=priya)
    workflow.mark_read(ticket, by_agents=True, up_to=1)
    assert (stored(ticket).read_by_agents, stored(ticket).unread_by_agents) == (1, 1)
    workflow.mark_read(ticket, by_agents=True, up_to=999)
    assert (stored(ticket).read_by_agents, stored(ticket).unread_by_agents) == (3, 0)
    reply = workflow.agent_replies(stored(ticket), "Hello", by=asha)
    assert stored(ticket).unread_by_requester == 1
    assert not reply.was_read(stored(ticket))
    workflow.mark_read(reply.ticket, by_agents=False, up_to=reply.seq)
    assert stored(ticket).unread_by_requester == 0
    assert reply.was_read(stored(ticket))


def test_reading_never_goes_backwards(ticket):
    workflow.mark_read(ticket, by_agents=True, up_to=2)
    workflow.mark_read(Ticket.objects.get(pk=ticket.pk), by_agents=True, up_to=1)
    assert stored(ticket).read_by_agents == 2


def test_a_note_after_the_last_bubble_does_not_keep_the_customers_badge_lit(ticket, asha):
    reply = workflow.agent_replies(ticket, "Hello", by=asha)
    workflow.add_note(ticket, "Looks like the courier", by=asha)
    # The customer cannot see, and so cannot have read, anything beyond the reply
    workflow.mark_read(stored(ticket), by_agents=False, up_to=reply.seq)
    assert stored(ticket).unread_by_requester == 0


def test_a_message_that_comes_while_the_reader_reads_stays_unread(ticket, priya):
    as_read = Ticket.objects.get(pk=ticket.pk)
    workflow.customer_says(ticket, "One more", by=priya)
    workflow.mark_read(as_read, by_agents=True, up_to=as_read.last_seq)
    assert stored(ticket).unread_by_agents == 1


def test_reading_is_news_but_does_not_move_the_ticket_in_the_list(ticket):
    before = (stored(ticket).updated_at, InboxEvent.objects.count())
    workflow.mark_read(ticket, by_agents=True, up_to=2)
    assert (stored(ticket).updated_at, InboxEvent.objects.count()) == (before[0], before[1] + 1)
    workflow.mark_read(stored(ticket), by_agents=True, up_to=2)
    assert InboxEvent.objects.count() == before[1] + 1


# --- Calling back ------------------------------------------------------------


@pytest.mark.engines
def test_a_call_back_is_asked_for_once_and_ticked_off_once(ticket, priya, asha, rohan):
    workflow.request_callback(ticket, by=priya, phone="+91 98888 00000", note="after six")
    workflow.request_callback(stored(ticket), by=priya, phone="+91 98888 00000", note="after six")
    now = stored(ticket)
    assert (now.wants_callback, now.requester_phone, now.callback_note) == (
        True,
        "+91 98888 00000",
        "after six",
    )
    assert ticket.messages.filter(text__contains="+91 98888 00000").count() == 1
    as_read_by_rohan = stored(ticket)
    workflow.complete_callback(now, by=asha)
    workflow.complete_callback(as_read_by_rohan, by=rohan)
    assert not stored(ticket).wants_callback
    assert ticket.messages.filter(text="The call back is done.").count() == 1
    assert ticket.events.filter(field="callback_completed").count() == 1
    workflow.request_callback(stored(ticket), by=priya)
    assert stored(ticket).wants_callback


def test_a_callback_needs_a_number(vikram):
    ticket = factories.ticket(vikram)
    with pytest.raises(Refused, match="number to call") as refused:
        workflow.request_callback(ticket, by=vikram)
    assert not isinstance(refused.value, IllegalMove)
    assert not stored(ticket).callback_requested
