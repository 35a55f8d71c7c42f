"""What is true of every ticket, whatever was done to it, in whichever order, by however many."""

from collections import defaultdict

from tickets.models import InboxEvent, Message, Person, Sender, Status, Ticket, TicketEvent
from tickets.workflow import TRANSITIONS

# Every change of these leaves an event; what the ticket says of them is what its history says
TRACKED = (
    "status", "priority", "category", "assignee_name", "resolution", "rating", "rating_comment",
    "callback_requested", "callback_completed", "requester_phone",
)  # fmt: skip


def assert_tickets_are_true(opened_as: dict) -> None:
    """Check every ticket against its rows; `opened_as` says what each was, see `tracked`, when it opened."""
    messages, events, told = defaultdict(list), defaultdict(list), defaultdict(list)
    for message in Message.objects.order_by("seq"):
        messages[message.ticket_id].append(message)
    for event in TicketEvent.objects.order_by("at"):
        events[event.ticket_id].append(event)
    for activity in InboxEvent.objects.exclude(seq=None).order_by("seq"):
        told[activity.ticket_id].append(activity.seq)
    names = {person.pk: str(person) for person in Person.objects.all()}
    for ticket in Ticket.objects.all():
        numbers_are_gapless_and_rise_with_time(ticket, messages[ticket.pk], told[ticket.pk])
        history_leads_to_what_the_ticket_says(ticket, events[ticket.pk], opened_as[ticket.pk])
        counters_say_what_the_rows_say(ticket, messages[ticket.pk])
        times_and_people_fit_the_status(ticket, names)


def numbers_are_gapless_and_rise_with_time(ticket, messages, told):
    numbers = [message.seq for message in messages]
    assert numbers == told == list(range(1, ticket.last_seq + 1))
    times = [message.created_at for message in messages]
    assert times == sorted(times)


def history_leads_to_what_the_ticket_says(ticket, events, opened_as):
    state = dict(opened_as)
    for event in events:
        if event.field == "status":
            assert event.new in (TRANSITIONS[event.old] if event.old else ["open"])
        if event.field in state and (event.field, event.old) != ("status", ""):
            assert plain(event.old) == state[event.field], event
            state[event.field] = plain(event.new)
    assert state == tracked(ticket)


def counters_say_what_the_rows_say(ticket, messages):
    public = [message for message in messages if not message.internal]
    customers = [message.seq for message in public if message.sender == Sender.CUSTOMER]
    assert ticket.last_customer_seq == customers[-1]
    assert ticket.unread_by_agents == sum(seq > ticket.read_by_agents for seq in customers)
    replies = [message for message in public if message.sender == Sender.AGENT]
    # Some of the desk's own lines are news to the customer, others merely confirm
    least = sum(message.seq > ticket.read_by_requester for message in replies)
    lines = sum(m.seq > ticket.read_by_requester for m in public if m.sender == Sender.SYSTEM)
    assert least <= ticket.unread_by_requester <= least + lines
    assert ticket.first_responded_at == (replies[0].created_at if replies else None)
    spoken = [message for message in public if message.sender != Sender.SYSTEM]
    assert ticket.preview == (" ".join(spoken[-1].text.split()) or "Picture")


def times_and_people_fit_the_status(ticket, names):
    assert bool(ticket.closed_at) == (ticket.status == Status.CLOSED)
    assert ticket.status != Status.RESOLVED or ticket.resolved_at
    assert ticket.status != Status.OPEN or not ticket.first_responded_at
    assert ticket.assignee_name == names.get(ticket.assignee_id, "")
    assert ticket.rating is None or ticket.status == Status.CLOSED


def tracked(ticket: Ticket) -> dict:
    return {field: plain(str(getattr(ticket, field) or "")) for field in TRACKED}


def plain(value: str) -> str:
    return "" if value in ("False", "None") else value
