"""The workflow: what each verb does in each status, and what it leaves behind."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from django.forms import model_to_dict

from tests import factories
from tickets import workflow
from tickets.models import InboxEvent, Message, Sender, Status, Ticket, TicketEvent
from tickets.workflow import IllegalMove, Refused, clock
from tickets.workflow.messages import opening

pytestmark = pytest.mark.all_engines

OPEN, BUSY, RESOLVED, CLOSED = Status.OPEN, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ticket_in(priya, asha):
    """`ticket_in(status)` is a ticket of Priya's that has come to this status."""

    def made(status: Status) -> Ticket:
        ticket = factories.ticket(priya)
        if status != OPEN:
            workflow.take(ticket, by=asha)
        if status in (RESOLVED, CLOSED):
            workflow.move(ticket, status, by=asha)
        return ticket

    return made


# --- Every verb in every status ----------------------------------------------

STAYS = {status: status for status in Status}
NEVER = dict.fromkeys(Status, IllegalMove)

# Name -> (what is done, status -> the status after it, or the refusal)
VERBS = {
    "customer_says": (
        lambda t, p: workflow.customer_says(t, "Hello?", by=p["priya"]),
        STAYS | {RESOLVED: BUSY},
    ),
    "agent_replies": (
        lambda t, p: workflow.agent_replies(t, "Hello!", by=p["asha"]),
        STAYS | {OPEN: BUSY, CLOSED: IllegalMove},
    ),
    "add_note": (lambda t, p: workflow.add_note(t, "VIP", by=p["asha"]), STAYS),
    "move to open": (lambda t, p: workflow.move(t, OPEN, by=p["asha"]), NEVER),
    "move to in-progress": (
        lambda t, p: workflow.move(t, BUSY, by=p["asha"]),
        NEVER | {OPEN: BUSY, RESOLVED: BUSY},
    ),
    "move to resolved": (lambda t, p: workflow.move(t, RESOLVED, by=p["asha"]), NEVER | {BUSY: RESOLVED}),
    "move to closed": (
        lambda t, p: workflow.move(t, CLOSED, by=p["asha"]),
        NEVER | {OPEN: CLOSED, BUSY: CLOSED, RESOLVED: CLOSED},
    ),
    "take": (lambda t, p: workflow.take(t, by=p["rohan"]), STAYS | {OPEN: BUSY}),
    "assign": (lambda t, p: workflow.assign(t, p["rohan"], by=p["asha"]), STAYS),
    "triage": (lambda t, p: workflow.triage(t, by=p["asha"], priority="urgent"), STAYS),
    "change_requester": (lambda t, p: workflow.change_requester(t, p["rohan"], by=p["rohan"]), STAYS),
    "note_resolution": (lambda t, p: workflow.note_resolution(t, "Sent again", by=p["asha"]), STAYS),
    "confirm": (lambda t, p: workflow.confirm(t, by=p["priya"], rating=5), NEVER | {RESOLVED: CLOSED}),
    "rate": (lambda t, p: workflow.rate(t, 4, by=p["priya"]), NEVER | {CLOSED: CLOSED}),
    "end": (
        lambda t, p: workflow.end(t, by=p["priya"]),
        {OPEN: CLOSED, BUSY: CLOSED, RESOLVED: CLOSED, CLOSED: IllegalMove},
    ),
    "reopen": (lambda t, p: workflow.reopen(t, by=p["priya"]), NEVER | {RESOLVED: BUSY}),
    "request_callback": (
        lambda t, p: workflow.request_callback(t, by=p["priya"]),
        STAYS | {CLOSED: IllegalMove},
    ),
    # What goes before the step is undone with it
    "change": (
        lambda t, p: workflow.change(t, by=p["asha"], priority="low", status=RESOLVED),
        NEVER | {BUSY: RESOLVED},
    ),
    "complete_callback": (lambda t, p: workflow.complete_callback(t, by=p["asha"]), NEVER),
    "correct": (
        lambda t, p: workflow.correct(t, by=p["asha"], subject="The lid is loose", tags=["damaged"]),
        STAYS,
    ),
    "snooze": (
        lambda t, p: workflow.snooze(t, NOON + timedelta(days=500), by=p["asha"]),
        STAYS | {RESOLVED: IllegalMove, CLOSED: IllegalMove},
    ),
    "needs_no_answer": (lambda t, p: workflow.needs_no_answer(t, by=p["asha"]), STAYS),
    "mark_spam": (lambda t, p: workflow.mark_spam(t, True, by=p["asha"]), STAYS),
    "plan_reply": (
        lambda t, p: workflow.plan_reply(
            t, "On its way", NOON + timedelta(days=500), by=p["asha"], client_id="later-1"
        ),
        STAYS | {CLOSED: IllegalMove},
    ),
    "unmerge": (lambda t, p: workflow.unmerge(t, by=p["asha"]), NEVER),
    "undo_change": (lambda t, p: workflow.undo_change(t, "no token", by=p["asha"]), NEVER),
}
# With tests of their own: they take more than a ticket and an agent
ELSEWHERE = {
    "apply_automatically", "apply_macro", "check_macro", "merge", "recorded", "release_if_waiting", "set_custom_fields",
    "split", "unsplit", "withdraw",
}  # fmt: skip


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", VERBS)
def test_a_verb_does_in_each_status_what_the_table_says(name, status, ticket_in, priya, asha, rohan):
    verb, outcomes = VERBS[name]
    expected = outcomes[status]
    ticket = ticket_in(status)
    before = everything_about(ticket)

    if expected is IllegalMove:
        with pytest.raises(IllegalMove, match=r"\w+.*\.$"):
            verb(ticket, {"priya": priya, "asha": asha, "rohan": rohan})
        assert everything_about(ticket) == before
        return

    verb(ticket, {"priya": priya, "asha": asha, "rohan": rohan})
    assert Ticket.objects.get(pk=ticket.pk).status == expected
    moves = list(ticket.events.filter(field="status").values_list("old", "new"))[len(before["moves"]) :]
    assert moves == ([] if expected == status else [(status, expected)])


def everything_about(ticket: Ticket) -> dict:
    return {
        "row": model_to_dict(Ticket.objects.get(pk=ticket.pk)),
        "moves": list(ticket.events.filter(field="status").values_list("old", "new")),
        "written": [model.objects.count() for model in (Ticket, Message, TicketEvent, InboxEvent)],
    }


def test_no_verb_is_missing_from_the_table():
    verbs = {
        name
        for name, verb in inspect.getmembers(workflow, inspect.isfunction)
        if {"ticket", "by"} <= inspect.signature(verb).parameters.keys() and not name.startswith("_")
    }
    assert verbs - ELSEWHERE == {name.partition(" ")[0] for name in VERBS}


def test_the_moves_that_are_offered_are_the_moves_that_work(ticket_in, asha):
    for status in Status:
        offered = workflow.allowed_moves(ticket_in(status))
        for wanted in Status:
            ticket = ticket_in(status)
            done, skipped = workflow.move_many([ticket], workflow.move, new_status=wanted, by=asha)
            assert ([ticket] == done) == (wanted in offered)
            assert bool(skipped) == (wanted not in offered)


def test_many_tickets_at_once_do_what_is_legal_and_name_what_was_skipped(ticket_in, asha):
    tickets = [ticket_in(status) for status in Status]
    done, skipped = workflow.move_many(tickets, workflow.move, new_status=RESOLVED, by=asha)
    assert [ticket.pk for ticket in done] == [tickets[1].pk]
    assert [ticket.pk for ticket, _ in skipped] == [tickets[0].pk, tickets[2].pk, tickets[3].pk]
    assert f"#{tickets[3].number} is closed" in skipped[2][1]


# --- Opening -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "priority", "minutes", "words"),
    [
        ("product-issue", "high", 15, "15 minutes"),
        ("delivery", "high", 15, "15 minutes"),
        ("payment", "high", 15, "15 minutes"),
        ("refund", "medium", 60, "1 hour"),
        ("order", "medium", 60, "1 hour"),
        ("account", "medium", 60, "1 hour"),
        ("feedback", "low", 240, "4 hours"),
        ("other", "medium", 60, "1 hour"),
    ],
)
def test_a_ticket_opens_with_its_categorys_priority_due_time_and_expectation(
    category, priority, minutes, words, priya
):
    with clock.at(NOON):
        ticket = workflow.open_ticket(priya, "Please help", category=category)
    assert (ticket.status, ticket.priority) == (OPEN, priority)
    assert ticket.first_response_due_at == NOON + timedelta(minutes=minutes)
    first, connected = ticket.messages.all()
    assert (first.sender, first.text) == (Sender.CUSTOMER, "Please help")
    assert connected.sender == Sender.SYSTEM
    assert connected.text.startswith("Connected to Customer Care. An agent will help you shortly.")
    assert words in connected.text


def test_a_given_priority_wins_over_the_categorys(priya):
    with clock.at(NOON):
        ticket = workflow.open_ticket(
            priya, "The kitchen is on fire", category="feedback", priority="urgent"
        )
    assert ticket.first_response_due_at == NOON + timedelta(minutes=5)


def test_a_ticket_keeps_who_asked_about_what(priya):
    order = factories.order(priya)
    ticket = workflow.open_ticket(priya, "\n Crushed box \nand the seal is open" + "!" * 200, order=order)
    assert (ticket.requester_name, ticket.requester_email) == ("Priya Sharma", "priya@example.com")
    assert (ticket.requester_phone, ticket.order_number) == ("+91 90000 00110", "VP-10001")
    assert ticket.subject == "Crushed box"
    assert 10_000_000 <= ticket.number < 100_000_000
    assert list(ticket.events.values_list("field", "new", "actor")) == [("status", "open", priya.pk)]
    assert len(workflow.open_ticket(priya, "x" * 4000).subject) == 140


@pytest.mark.engines
def test_a_number_that_is_taken_is_drawn_again(priya, ticket, monkeypatch):
    drawn = iter([ticket.number - 10_000_000, ticket.number - 10_000_000, 7])
    monkeypatch.setattr(opening.secrets, "randbelow", lambda limit: next(drawn))
    assert workflow.open_ticket(priya, "Another thing").number == 10_000_007


def test_the_same_client_id_opens_one_ticket(priya, vikram):
    first = workflow.open_ticket(priya, "Crushed box", client_id="a-1")
    again = workflow.open_ticket(priya, "Crushed box", client_id="a-1")
    assert (again.pk, first.is_new, again.is_new) == (first.pk, True, False)
    assert workflow.open_ticket(vikram, "Crushed box", client_id="a-1").pk != first.pk
    with pytest.raises(workflow.Mismatch):
        workflow.open_ticket(priya, "Something else", client_id="a-1")
    assert Ticket.objects.count() == 2


# --- Moving ------------------------------------------------------------------


def test_taking_an_open_ticket_assigns_it_and_tells_the_customer_who(ticket, asha):
    workflow.take(ticket, by=asha)
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.status, stored.assignee, stored.assignee_name) == (BUSY, asha, "Asha Nair")
    assert ticket.messages.last().text == "Asha Nair from Customer Care is helping you now."


@pytest.mark.parametrize("status", [OPEN, BUSY])
def test_taking_a_ticket_makes_it_mine_from_any_assignee(status, ticket_in, asha, rohan):
    ticket = ticket_in(status)
    workflow.assign(ticket, rohan, by=rohan)
    workflow.take(ticket, by=asha)
    assert Ticket.objects.get(pk=ticket.pk).assignee == asha


def test_resolving_asks_the_customer_and_keeps_the_resolution(ticket_in, asha):
    ticket = ticket_in(BUSY)
    with clock.at(NOON + timedelta(days=400)):
        workflow.move(ticket, RESOLVED, by=asha, resolution="A new box is on its way.")
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.resolution, stored.resolved_at) == (
        "A new box is on its way.",
        NOON + timedelta(days=400),
    )
    resolution, question = ticket.messages.order_by("seq").reverse()[:2][::-1]
    assert (resolution.text, resolution.sender, resolution.is_resolution) == (
        "A new box is on its way.",
        "agent",
        True,
    )
    assert (question.text, question.sender) == ("Did that solve it?", "system")


@pytest.mark.engines
def test_confirming_closes_with_the_rating_and_rating_later_works_too(ticket_in, priya):
    ticket = ticket_in(RESOLVED)
    workflow.confirm(ticket, by=priya, rating=4, comment="Quick!")
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.rating, stored.rating_comment, stored.closed_at is None) == (4, "Quick!", False)
    workflow.rate(ticket, 5, by=priya)
    assert Ticket.objects.get(pk=ticket.pk).rating == 5
    assert [tuple(row) for row in ticket.events.filter(field="rating").values_list("old", "new")] == [
        ("", "4"),
        ("4", "5"),
    ]


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("priya", "Priya Sharma asked for more help."),
        ("asha", "Asha Nair from Customer Care opened the conversation again."),
    ],
)
def test_opening_again_says_who_did_and_forgets_when_it_was_resolved(who, words, ticket_in, request):
    ticket = ticket_in(RESOLVED)
    workflow.reopen(ticket, by=request.getfixturevalue(who))
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.status, stored.resolved_at) == (BUSY, None)
    assert ticket.messages.last().text.startswith(words)


def test_a_new_priority_moves_the_due_time_only_until_the_first_answer(priya, asha):
    with clock.at(NOON):
        ticket = workflow.open_ticket(priya, "Help")
    workflow.triage(ticket, by=asha, priority="urgent", category="delivery")
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.priority, stored.category) == ("urgent", "delivery")
    assert stored.first_response_due_at == NOON + timedelta(minutes=5)
    workflow.agent_replies(ticket, "On it", by=asha)
    workflow.triage(ticket, by=asha, priority="low")
    assert Ticket.objects.get(pk=ticket.pk).first_response_due_at == NOON + timedelta(minutes=5)
    history = ticket.events.filter(field="priority").order_by("at").values_list("old", "new")
    assert list(history) == [("medium", "urgent"), ("urgent", "low")]


def test_assigning_says_from_whom_to_whom_also_between_agents_of_one_name(ticket, asha):
    namesake = factories.person("Asha Nair", "agent", email="asha.nair@example.com")
    for agent in (asha, namesake, None):
        workflow.assign(ticket, agent, by=asha)
        assert Ticket.objects.get(pk=ticket.pk).assignee == agent
    told = ticket.events.filter(field="assignee_name").order_by("at").values_list("old", "new")
    assert list(told) == [("", "Asha Nair"), ("Asha Nair", "Asha Nair"), ("Asha Nair", "")]


# --- Of two that read the same ticket ----------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lambda t, p: workflow.take(t, by=p["asha"]), lambda t, p: workflow.take(t, by=p["rohan"])),
        (
            lambda t, p: workflow.assign(t, p["asha"], by=p["asha"]),
            lambda t, p: workflow.assign(t, p["rohan"], by=p["rohan"]),
        ),
        (
            lambda t, p: workflow.move(t, CLOSED, by=p["asha"]),
            lambda t, p: workflow.move(t, CLOSED, by=p["rohan"]),
        ),
        (
            lambda t, p: workflow.move(t, CLOSED, by=p["asha"]),
            lambda t, p: workflow.agent_replies(t, "One moment", by=p["rohan"]),
        ),
        (
            lambda t, p: workflow.customer_says(t, "And the lid is broken", by=p["priya"]),
            lambda t, p: workflow.move(t, CLOSED, by=p["rohan"]),
        ),
    ],
    ids=["take", "assign", "close", "reply to closed", "close over a new message"],
)
def test_the_second_of_two_is_told_and_changes_nothing(first, second, ticket, priya, asha, rohan):
    people = {"priya": priya, "asha": asha, "rohan": rohan}
    as_read_by_the_other = Ticket.objects.get(pk=ticket.pk)
    first(ticket, people)
    after_the_first = everything_about(ticket)
    with pytest.raises(Refused):
        second(as_read_by_the_other, people)
    assert everything_about(ticket) == after_the_first


@pytest.mark.engines
def test_a_reply_that_reads_an_older_ticket_keeps_what_the_others_did_meanwhile(ticket, asha, rohan):
    as_read_by_rohan = Ticket.objects.get(pk=ticket.pk)
    workflow.assign(ticket, asha, by=asha)
    workflow.triage(ticket, by=asha, priority="urgent")
    workflow.agent_replies(as_read_by_rohan, "Hello", by=rohan)
    workflow.triage(as_read_by_rohan, by=rohan, priority="low")
    stored = Ticket.objects.get(pk=ticket.pk)
    assert (stored.assignee, stored.status, stored.priority) == (asha, BUSY, "low")
    history = ticket.events.filter(field="priority").order_by("at").values_list("old", "new")
    assert list(history) == [("high", "urgent"), ("urgent", "low")]


def test_a_clock_that_was_set_back_disorders_nothing(priya, asha):
    with clock.at(NOON):
        ticket = workflow.open_ticket(priya, "Help")
    with clock.at(NOON - timedelta(hours=3)):
        workflow.agent_replies(ticket, "Hello", by=asha)
        workflow.move(ticket, RESOLVED, by=asha)
    with clock.at(NOON - timedelta(hours=6)):
        workflow.confirm(ticket, by=priya)
    assert list(ticket.messages.values_list("seq", flat=True)) == list(range(1, 7))
    times = list(ticket.messages.values_list("created_at", flat=True))
    assert times == sorted(times)
    moves = ticket.events.filter(field="status").order_by("at").values_list("new", flat=True)
    assert list(moves) == ["open", "in-progress", "resolved", "closed"]
