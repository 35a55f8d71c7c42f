"""Any verbs in any order, by people who look at older and newer states of the tickets.

`readings` holds tickets as they were read, however long ago: a verb on an
old one is what two tabs, two agents or a slow network make of it.
"""

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests import factories
from tests.engines.plugin import undone
from tests.tickets.invariants import assert_tickets_are_true, tracked
from tickets import workflow
from tickets.models import (
    Category,
    InboxEvent,
    Message,
    Priority,
    Role,
    Status,
    Ticket,
    TicketEvent,
)
from tickets.workflow import Refused

pytestmark = pytest.mark.all_engines

reading = st.integers(0, 50)
words = st.sampled_from(["Hello", "It is broken", "line\nbreak", "नमस्ते", " "])
client_ids = st.sampled_from([None, None, "a", "b", "c", "d"])
agents = st.integers(0, 2)
solutions = st.sampled_from(["", "A new box is on its way."])


class Desk(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.story = undone()
        self.story.__enter__()
        self.priya = factories.person("Priya Sharma", phone="+91 90000 00110")
        # Two of one name
        self.agents = [
            factories.person(name, Role.AGENT, email=f"agent-{place}@example.com")
            for place, name in enumerate(["Asha Nair", "Asha Nair", "Rohan Mehta"])
        ]
        self.readings: list[Ticket] = []
        self.opened_as: dict = {}
        self.acknowledged: dict = {}

    def teardown(self):
        self.story.__exit__(None, None, None)

    @initialize()
    def begin(self):
        self.read_again(workflow.open_ticket(self.priya, "Hello").pk)

    @rule(category=st.sampled_from(Category.values), text=words, client_id=client_ids)
    def open(self, category, text, client_id):
        opened = self.does(
            lambda: workflow.open_ticket(self.priya, text, category=category, client_id=client_id)
        )
        if opened:
            self.read_again(opened.pk)

    @rule(place=reading)
    def look(self, place):
        self.read_again(self.ticket(place).pk)

    @rule(place=reading, text=words, client_id=client_ids)
    def customer_says(self, place, text, client_id):
        ticket = self.ticket(place)
        said = self.does(
            lambda: workflow.customer_says(ticket, text, by=self.priya, client_id=client_id), text
        )
        if said:
            self.read_again(said.ticket_id)

    @rule(place=reading, text=words, client_id=client_ids, agent=agents, knows_it_all=st.booleans())
    def agent_replies(self, place, text, client_id, agent, knows_it_all):
        ticket = self.ticket(place)
        last_seq = None if knows_it_all else ticket.last_seq
        self.does(
            lambda: workflow.agent_replies(
                ticket, text, by=self.agents[agent], client_id=client_id, last_seq=last_seq
            ),
            text,
        )

    @rule(place=reading, text=words, client_id=client_ids, agent=agents)
    def add_note(self, place, text, client_id, agent):
        by = self.agents[agent]
        ticket = self.ticket(place)
        self.does(lambda: workflow.add_note(ticket, text, by=by, client_id=client_id), text)

    @rule(
        place=reading,
        status=st.sampled_from(Status.values),
        agent=agents,
        resolution=st.sampled_from(["", "Done"]),
    )
    def move(self, place, status, agent, resolution):
        ticket, by = self.ticket(place), self.agents[agent]
        self.does(lambda: workflow.move(ticket, status, by=by, resolution=resolution))

    @rule(place=reading, agent=agents)
    def take(self, place, agent):
        ticket = self.ticket(place)
        self.does(lambda: workflow.take(ticket, by=self.agents[agent]))

    @rule(place=reading, agent=st.none() | agents, by=agents)
    def assign(self, place, agent, by):
        ticket, to = self.ticket(place), None if agent is None else self.agents[agent]
        self.does(lambda: workflow.assign(ticket, to, by=self.agents[by]))

    @rule(
        place=reading, agent=agents,
        priority=st.none() | st.sampled_from(Priority.values),
        category=st.none() | st.sampled_from(Category.values),
    )  # fmt: skip
    def triage(self, place, agent, priority, category):
        ticket, by = self.ticket(place), self.agents[agent]
        self.does(lambda: workflow.triage(ticket, by=by, priority=priority, category=category))

    @rule(place=reading, what=st.sampled_from(["confirm", "rate", "reopen", "call", "called", "solved"]))
    def settle(self, place, what):
        ticket = self.ticket(place)
        verbs = {
            "confirm": lambda: workflow.confirm(ticket, by=self.priya, rating=4, comment="Thanks"),
            "rate": lambda: workflow.rate(ticket, 5, by=self.priya),
            "reopen": lambda: workflow.reopen(ticket, by=self.priya),
            "call": lambda: workflow.request_callback(ticket, by=self.priya),
            "called": lambda: workflow.complete_callback(ticket, by=self.agents[0]),
            "solved": lambda: workflow.note_resolution(ticket, "Sent again", by=self.agents[0]),
        }
        self.does(verbs[what])

    @rule(place=reading, up_to=st.integers(0, 12), by_agents=st.booleans())
    def mark_read(self, place, up_to, by_agents):
        ticket = self.ticket(place)
        self.does(lambda: workflow.mark_read(ticket, by_agents=by_agents, up_to=up_to))

    # --- How it is told ---

    def ticket(self, place: int) -> Ticket:
        return self.readings[-1 - place % len(self.readings)]

    def read_again(self, pk) -> None:
        ticket = Ticket.objects.get(pk=pk)
        self.readings.append(ticket)
        self.opened_as.setdefault(pk, tracked(ticket))

    def does(self, verb, text=None):
        """Do it; a refusal must have changed nothing, and what was taken must be there."""
        before = everything()
        try:
            result = verb()
        except Refused:
            assert everything() == before
            return None
        if text is not None:
            assert (result.text, result.is_new) == (
                text,
                len(everything()["messages"]) > len(before["messages"]),
            )
            self.acknowledged[result.pk] = (result.ticket_id, result.seq, text)
        return result

    @invariant()
    def the_tickets_are_true(self):
        assert_tickets_are_true(self.opened_as)

    @invariant()
    def what_was_acknowledged_is_there(self):
        stored = {row.pk: (row.ticket_id, row.seq, row.text) for row in Message.objects.all()}
        assert self.acknowledged.items() <= stored.items()


def everything() -> dict:
    return {
        "tickets": list(Ticket.objects.order_by("pk").values_list()),
        "messages": list(Message.objects.order_by("pk").values_list("pk", "text", "seq")),
        "events": TicketEvent.objects.count(),
        "news": InboxEvent.objects.count(),
    }


@pytest.mark.django_db
@pytest.mark.long
def test_whatever_people_do_the_tickets_stay_true():
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=40 if connection.vendor == "sqlite" else 12,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
