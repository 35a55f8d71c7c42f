"""Assignment by the desk itself: in turn, within limits, by team; never twice, whatever runs at once."""

import threading
from collections import Counter

import pytest
from django.db import connections

from tests import factories
from tickets import workflow
from tickets.models import (
    Availability,
    DeskSettings,
    Lane,
    PermissionSet,
    Person,
    Role,
    Status,
    Team,
    TeamCategory,
    TeamMember,
    Ticket,
    TicketEvent,
)
from tickets.team import assignment, availability

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


def rules(**fields) -> None:
    DeskSettings.objects.update_or_create(pk=1, defaults=fields)


def online(*agents: Person) -> None:
    for agent in agents:
        availability.go_online(agent)


def assigned() -> Counter:
    names = Ticket.objects.exclude(assignee=None).values_list("assignee_name", flat=True)
    return Counter(names)


def tickets_of(customer: Person, number: int, **fields) -> list[Ticket]:
    return [factories.ticket(customer, text=f"Parcel {place}", **fields) for place in range(number)]


def run() -> None:
    while assignment.assign_waiting():
        pass


def team_of(name: str, *agents: Person, categories=()) -> Team:
    team = Team.objects.create(name=name)
    for agent in agents:
        TeamMember.objects.create(team=team, person=agent)
    for category in categories:
        TeamCategory.objects.create(category=category, team=team)
    return team


def test_by_hand_is_the_default_and_assigns_nothing(priya, asha):
    online(asha)
    tickets_of(priya, 2)
    assert assignment.assign_waiting() is False
    assert not assigned()


def test_round_robin_takes_turns(priya, asha, rohan):
    rules(assignment="round-robin")
    online(asha, rohan)
    tickets = tickets_of(priya, 4)
    run()
    names = [Ticket.objects.get(pk=ticket.pk).assignee_name for ticket in tickets]
    assert names == [asha.name, rohan.name, asha.name, rohan.name]
    event = tickets[0].events.get(field="assignee_name")
    assert (event.new, event.actor_name) == (asha.name, "")


def test_a_ticket_keeps_its_status_until_the_agent_acts(priya, asha):
    rules(assignment="round-robin")
    online(asha)
    [ticket] = tickets_of(priya, 1)
    run()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since is None) == (Status.OPEN, False)


def test_least_busy_gives_to_the_agent_with_the_fewest_open_tickets(priya, asha, rohan):
    rules(assignment="least-busy")
    online(asha, rohan)
    for ticket in tickets_of(priya, 3):
        workflow.assign(ticket, asha, by=rohan)
    tickets_of(priya, 5)
    run()
    assert assigned() == {asha.name: 4, rohan.name: 4}


def test_the_limit_holds_and_the_rest_waits_most_urgent_first(priya, asha):
    rules(assignment="round-robin", open_limit=2)
    online(asha)
    late = tickets_of(priya, 3, priority="low")
    [urgent] = tickets_of(priya, 1, priority="urgent")
    run()
    assert assigned() == {asha.name: 2}
    assert Ticket.objects.get(pk=urgent.pk).assignee_name == asha.name
    assert Ticket.objects.get(pk=late[0].pk).assignee_name == asha.name
    assert workflow.waiting_unassigned().count() == 2


def test_as_capacity_frees_the_next_in_the_queue_is_assigned(priya, asha):
    rules(assignment="round-robin", open_limit=1)
    online(asha)
    first, second = tickets_of(priya, 2)
    run()
    first.refresh_from_db()
    workflow.agent_replies(first, "Solved", by=asha)
    run()
    # Open until it is resolved
    assert Ticket.objects.get(pk=second.pk).assignee is None
    workflow.move(first, Status.RESOLVED, by=asha)
    run()
    assert Ticket.objects.get(pk=second.pk).assignee == asha


def test_an_agent_s_own_limit_comes_before_the_settings(priya, asha, rohan):
    rules(assignment="round-robin", open_limit=3)
    online(asha, rohan)
    Availability.objects.filter(pk=asha.pk).update(open_limit=1)
    Availability.objects.filter(pk=rohan.pk).update(open_limit=0)
    tickets_of(priya, 3)
    run()
    assert assigned() == {asha.name: 1}


@pytest.mark.parametrize("change", ["away", "never seen", "inactive account", "customer now", "staff"])
def test_only_agents_who_are_online_get_tickets(priya, asha, meera, change):
    rules(assignment="round-robin")
    if change != "never seen":
        online(meera if change == "staff" else asha)
    if change == "away":
        availability.go_away(asha)
    if change == "inactive account":
        Person.objects.filter(pk=asha.pk).update(is_active=False)
    if change == "customer now":
        Person.objects.filter(pk=asha.pk).update(role=Role.CUSTOMER)
    tickets_of(priya, 1)
    run()
    assert not assigned()


def test_a_category_goes_to_the_team_that_has_it(priya, asha, rohan):
    rules(assignment="round-robin", open_limit=5)
    online(asha, rohan)
    team_of("Payments", asha, categories=["payment", "refund"])
    tickets_of(priya, 3, category="payment")
    run()
    assert assigned() == {asha.name: 3}
    tickets_of(priya, 3, category="delivery")
    run()
    # What no team has goes to everyone
    assert assigned() == {asha.name: 5, rohan.name: 1} or assigned() == {asha.name: 4, rohan.name: 2}


@pytest.mark.engines
def test_an_agent_who_sees_their_own_team_only_gets_no_ticket_of_others(priya, asha):
    rules(assignment="round-robin")
    online(asha)
    team_of("Payments", asha, categories=["payment"])
    limited = PermissionSet.objects.create(name="Own team", own_team_only=True)
    Person.objects.filter(pk=asha.pk).update(permission_set=limited)
    tickets_of(priya, 1, category="delivery")
    [hers] = tickets_of(priya, 1, category="payment")
    run()
    assert assigned() == {asha.name: 1}
    assert Ticket.objects.get(pk=hers.pk).assignee == asha


def test_tickets_of_a_team_that_is_full_do_not_hold_up_those_of_others(priya, asha, rohan, monkeypatch):
    monkeypatch.setattr(assignment, "BATCH", 2)
    rules(assignment="round-robin", open_limit=1)
    online(asha, rohan)
    team_of("Payments", asha, categories=["payment"])
    team_of("Parcels", rohan, categories=["delivery"])
    tickets_of(priya, 4, category="payment", priority="urgent")
    tickets_of(priya, 1, category="delivery", priority="low")
    run()
    assert assigned() == {asha.name: 1, rohan.name: 1}


def test_a_ticket_that_cannot_be_assigned_holds_up_no_other(priya, asha, monkeypatch, caplog):
    rules(assignment="round-robin")
    online(asha)
    bad, other = tickets_of(priya, 2)
    assign = workflow.assign_if_unchanged

    def broken(ticket, *args):
        if ticket.pk == bad.pk:
            raise ValueError("a bad row")
        return assign(ticket, *args)

    monkeypatch.setattr(assignment.workflow, "assign_if_unchanged", broken)
    run()
    run()
    assert Ticket.objects.get(pk=other.pk).assignee_name == asha.name
    assert not Ticket.objects.get(pk=bad.pk).assignee_id
    assert not Availability.objects.exclude(claim=None).exists()
    assert f"ticket {bad.pk} could not be assigned" in caplog.text


@pytest.mark.engines
def test_snoozed_answered_and_spam_tickets_are_not_assigned(priya, asha, rohan):
    rules(assignment="round-robin")
    online(asha)
    spam, answered = tickets_of(priya, 2)
    workflow.mark_spam(spam, True, by=rohan)
    workflow.needs_no_answer(answered, by=rohan)
    run()
    assert not assigned()


# --- Processes that die or are late ------------------------------------------


def claimed(agent: Person, ticket: Ticket) -> assignment.Candidate:
    """An agent whose process stopped between the claim and the assignment."""
    [candidate] = [each for each in assignment._candidates() if each.row.pk == agent.pk]
    assert assignment._claim(candidate, ticket, 1)
    return candidate


def test_a_claim_whose_process_died_is_completed(priya, asha):
    rules(assignment="round-robin", open_limit=1)
    online(asha)
    _, second = tickets_of(priya, 2)
    claimed(asha, second)
    run()
    assert Ticket.objects.get(pk=second.pk).assignee == asha
    assert assigned() == {asha.name: 1}
    assert Availability.objects.get(pk=asha.pk).claim is None


@pytest.mark.engines
def test_a_process_that_is_late_assigns_nothing_after_its_claim_was_settled(priya, asha):
    rules(assignment="round-robin", open_limit=1)
    online(asha)
    [ticket] = tickets_of(priya, 1)
    late = claimed(asha, Ticket.objects.get(pk=ticket.pk))
    read = Ticket.objects.get(pk=ticket.pk)
    availability.go_away(asha)
    assert assignment._assign_or_void(read, late.row) is False
    assert not assigned()
    assert TicketEvent.objects.filter(ticket=ticket, field="assignee_name").count() == 0


def test_a_ticket_that_changed_since_the_claim_stays_in_the_queue(priya, asha):
    rules(assignment="round-robin")
    online(asha)
    [ticket] = tickets_of(priya, 1)
    late = claimed(asha, Ticket.objects.get(pk=ticket.pk))
    read = Ticket.objects.get(pk=ticket.pk)
    workflow.customer_says(ticket, "One more thing", by=priya)
    assert assignment._assign_or_void(read, late.row) is False
    run()
    assert Ticket.objects.get(pk=ticket.pk).assignee == asha


def test_a_claim_that_another_process_settled_counts_against_the_limit(monkeypatch, priya, asha):
    rules(assignment="round-robin", open_limit=1)
    online(asha)
    Ticket.objects.bulk_create(_copies(factories.ticket(priya), 1))
    real = workflow.assign_if_unchanged

    def assigned_by_the_other_first(ticket, agent, read_at):
        real(Ticket.objects.get(pk=ticket.pk), agent, read_at)
        # The other has not removed the claim yet when this process comes to assign
        real(Ticket.objects.get(pk=ticket.pk), agent, read_at)

    monkeypatch.setattr(workflow, "assign_if_unchanged", assigned_by_the_other_first)
    run()
    assert assigned() == {"Asha Nair": 1}


# --- A hundred tickets, three agents, a limit of five -------------------------


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", ["round-robin", "least-busy"])
def test_two_workers_at_once_assign_three_agents_five_of_100_tickets_each(rule, priya, asha, rohan):
    kiran = factories.person("Kiran Das", Role.AGENT)
    agents = [asha, rohan, kiran]
    rules(assignment=rule, open_limit=5)
    online(*agents)
    Ticket.objects.bulk_create(_copies(factories.ticket(priya), 99))
    together, failures = threading.Barrier(2), []

    def work():
        try:
            together.wait(30)
            for _ in range(3):
                run()
        except Exception as reason:
            failures.append(reason)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    assert failures == []
    run()
    assert assigned() == {agent.name: 5 for agent in agents}
    # Each ticket once: an event an assignment, and no ticket changed hands
    events = TicketEvent.objects.filter(field="assignee_name")
    assert Counter(events.values_list("ticket_id", flat=True)).most_common(1)[0][1] == 1
    assert events.count() == 15
    assert workflow.waiting_unassigned().count() == 85

    # Three are resolved, and three more move up
    for agent in agents:
        mine = Ticket.objects.filter(assignee=agent, lane=Lane.OPEN).first()
        workflow.take(mine, by=agent)
        workflow.move(mine, Status.RESOLVED, by=agent)
    run()
    opened = Ticket.objects.filter(lane=Lane.OPEN).exclude(assignee=None)
    assert Counter(opened.values_list("assignee_name", flat=True)) == {agent.name: 5 for agent in agents}


def _copies(ticket: Ticket, number: int) -> list[Ticket]:
    made = []
    for place in range(number):
        copy = Ticket.objects.get(pk=ticket.pk)
        copy.pk = Ticket._meta.pk.get_default()
        copy.number, copy.client_id = 10_000_000 + place, f"copy-{place}"
        made.append(copy)
    return made
