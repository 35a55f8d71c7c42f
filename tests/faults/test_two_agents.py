"""Two agents and a customer at one ticket at the same moment, through two server processes."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests import forks

# Ten of each pair below
ROUNDS = 50

# What the two do, and the answers that they may get: one wins and the other is told, or both had their turn.
# Who asks for what is so already gets 200, and the history shows that nothing was done twice
CLOSE = ("PATCH", "", {"status": "closed"})
BEGIN = ("PATCH", "", {"status": "in-progress"})
ASSIGN = ("PATCH", "", {"assignedAgent": "me"})
REPLY = ("POST", "/reply", {"message": "I am on it"})
PAIRS = [
    (CLOSE, CLOSE, {(200, 200), (200, 409)}),
    (BEGIN, BEGIN, {(200, 200), (200, 409)}),
    (CLOSE, REPLY, {(200, 201), (200, 409), (201, 409)}),
    (ASSIGN, ASSIGN, {(200, 200), (200, 409)}),
    (ASSIGN, REPLY, {(200, 201), (201, 409)}),
]
CHECK = """
import json, sys
from tests.tickets import invariants
from tickets.models import InboxEvent, Message, Person, Ticket
names = {person.pk: str(person) for person in Person.objects.all()}
for id, before in json.load(sys.stdin).items():
    ticket = Ticket.objects.get(pk=id)
    told = list(InboxEvent.objects.filter(ticket=ticket).exclude(seq=None).order_by("seq").values_list("seq", flat=True))
    messages = list(ticket.messages.order_by("seq"))
    invariants.numbers_are_gapless_and_rise_with_time(ticket, messages, told)
    invariants.history_leads_to_what_the_ticket_says(ticket, list(ticket.events.order_by("at")), before)
    invariants.counters_say_what_the_rows_say(ticket, messages)
    invariants.times_and_people_fit_the_status(ticket, names)
print("true")
"""
SNAPSHOT = """
import json, sys
from tests.tickets import invariants
from tickets.models import Ticket
print(json.dumps({id: invariants.tracked(Ticket.objects.get(pk=id)) for id in json.load(sys.stdin)}))
"""


def in_shell(desk, code: str, given) -> str:
    done = forks.run(["shell", "--no-imports", "-c", code], env=desk.environment, given=json.dumps(given))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture
def two_processes(desk):
    desk.environment["WORKERS"] = "2"
    return desk.start()


def at_once(*calls) -> list:
    together = Barrier(len(calls))

    def run(call):
        together.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def open_tickets(customer, count: int) -> list[str]:
    words = {"message": "The jar leaked"}
    return [
        customer.post("/api/support/create", json=words).raise_for_status().json()["id"]
        for _ in range(count)
    ]


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(200, marks=pytest.mark.extended)])
def test_one_of_two_agents_at_once_wins_and_the_history_is_linear(two_processes, rounds):
    desk = two_processes
    agents = [desk.as_agent(), desk.api("agent2@demo.test", "demo-agent")]
    me = {agent: agent.get("/api/auth/me").json()["id"] for agent in agents}
    ids = open_tickets(desk.as_guest(), rounds)
    before = json.loads(in_shell(desk, SNAPSHOT, ids))

    def act(agent, ticket, deed):
        method, path, body = deed
        body = {key: me[agent] if value == "me" else value for key, value in body.items()}
        return agent.request(method, f"/api/support/admin/{ticket}{path}", json=body)

    for place, ticket in enumerate(ids):
        one, other, allowed = PAIRS[place % len(PAIRS)]
        # Who comes first is not always the same
        first, second = agents if place % 2 else agents[::-1]
        answers = at_once(lambda: act(first, ticket, one), lambda: act(second, ticket, other))  # noqa: B023
        codes = tuple(sorted(answer.status_code for answer in answers))
        assert codes in allowed, (one, other, [answer.text for answer in answers])
        for answer in answers:
            assert answer.status_code != 409 or answer.json()["detail"], "the loser is told why"
    assert in_shell(desk, CHECK, before) == "true"


def test_a_message_while_the_agent_closes_is_stored_once_and_never_in_silence(two_processes):
    desk = two_processes
    agent, customer = desk.as_agent(), desk.as_guest()
    ids, went_on = open_tickets(customer, 40), 0
    # Not by the ticket's id, which may hold what looks like the number of a card, and is masked then
    words = {ticket: f"Wait, number {place}" for place, ticket in enumerate(ids)}
    for ticket in ids:
        said, closed = at_once(
            lambda: customer.post(f"/api/support/{ticket}/message", json={"message": words[ticket]}),  # noqa: B023
            lambda: agent.patch(f"/api/support/admin/{ticket}", json={"status": "closed"}),  # noqa: B023
        )
        assert (said.status_code, closed.status_code in (200, 409)) == (201, True)
        went_on += closed.status_code == 409
    shown = [
        customer.get(f"/api/support/{row['id']}").json()
        for page in pages(customer, "/api/support/")
        for row in page
    ]
    for ticket in ids:
        where = [t for t in shown for line in t["messages"] if line["message"] == words[ticket]]
        assert len(where) == 1, words[ticket]
        # An agent will see it: in the conversation, or in the one that follows it
        assert where[0]["status"] != "closed" or where[0]["messages"][-1]["message"] != words[ticket]


def pages(client, path: str):
    cursor = None
    while True:
        answer = client.get(path, params={"cursor": cursor} if cursor else {}).raise_for_status().json()
        yield answer["results"]
        if not (cursor := answer["next"]):
            return
