"""A change of every ticket of a view, those that the page has not loaded included."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.team.test_permissions import own_team, parcel, payment, tara  # noqa: F401 (fixtures)
from tickets import workflow
from tickets.desk import many
from tickets.models import Status, Ticket
from tickets.workflow import clock

pytestmark = pytest.mark.all_engines

URGENT = json.dumps({"priority": "urgent"})


@pytest.fixture(autouse=True)
def one_moment():
    """The clock stands: sixty changes may take longer than the eight seconds of an undo on a busy machine."""
    with clock.at(timezone.now()):
        yield


@pytest.fixture
def agent(browse, asha):
    return browse(asha)


@pytest.fixture
def sixty(priya) -> list[Ticket]:
    """More tickets than one page of the list has."""
    return [factories.ticket(priya, category="payment") for _ in range(60)]


def priorities(**which) -> set[str]:
    return set(Ticket.objects.filter(**which).values_list("priority", flat=True))


def test_every_ticket_of_the_view_is_changed_and_comes_back(agent, sixty, priya):
    other = factories.ticket(priya, category="delivery")
    before = priorities(category="payment")
    done = agent.post("/support/bulk", {"view": "view=open&category=payment", "changes": URGENT}).json()
    assert (len(done["done"]), done["skipped"], done["whole"]) == (60, [], True)
    assert priorities(category="payment") == {"urgent"}
    assert priorities(pk=other.pk) != {"urgent"}
    back = agent.post("/support/bulk", {"undo": json.dumps(done["undo"])}).json()
    assert (len(back["done"]), back["skipped"]) == (60, [])
    assert priorities(category="payment") == before


@pytest.mark.engines
def test_an_action_that_a_ticket_of_the_view_refuses_is_named(agent, asha, priya):
    over, goes_on = factories.ticket(priya), factories.ticket(priya)
    workflow.move(over, Status.CLOSED, by=asha)
    changes = json.dumps({"status": "in-progress"})
    done = agent.post("/support/bulk", {"view": "view=all", "changes": changes}).json()
    assert done["done"] == [str(goes_on.pk)]
    [skipped] = done["skipped"]
    assert str(over.number) in skipped["detail"]


def test_a_view_larger_than_one_call_says_how_much_is_left(agent, priya, monkeypatch):
    monkeypatch.setattr(many, "MOST_AT_ONCE", 2)
    for _ in range(3):
        factories.ticket(priya)
    done = agent.post("/support/bulk", {"view": "view=open", "changes": URGENT}).json()
    assert (len(done["done"]), done["whole"]) == (2, False)


@pytest.mark.parametrize(
    "view", ["view=nonsense", "view=open&category=nonsense", "category=payment&view=open", "x=1"]
)
def test_a_view_that_is_not_understood_as_written_changes_nothing(agent, priya, view):
    """The list leaves out what it does not know; all other tickets would be changed here."""
    factories.ticket(priya, category="payment")
    before = priorities()
    assert agent.post("/support/bulk", {"view": view, "changes": URGENT}).status_code == 400
    assert priorities() == before


def test_an_agent_of_one_team_changes_the_tickets_of_the_team_only(browse, tara, payment, parcel):  # noqa: F811
    done = browse(tara).post("/support/bulk", {"view": "view=open", "changes": URGENT}).json()
    assert done["done"] == [str(payment.pk)]
    assert priorities(pk=parcel.pk) != {"urgent"}


def test_the_bar_offers_it(agent, priya):
    factories.ticket(priya)
    assert "Select all of this view" in agent.get("/support/?view=open").content.decode()


def test_many_that_took_long_can_all_be_undone_for_eight_seconds_afterwards(
    agent, asha, priya, monkeypatch
):
    """The first of five hundred was changed long before the page could offer to take it back."""
    tickets = [factories.ticket(priya, category="payment") for _ in range(3)]
    before = priorities()
    began, step = timezone.now(), timedelta(seconds=10)
    change = workflow.change
    moments = iter(began + step * place for place in range(10))

    def slowly(ticket, **changes):
        with clock.at(next(moments)):
            return change(ticket, **changes)

    monkeypatch.setattr(workflow, "change", slowly)
    with clock.at(began + step * 2):
        done = agent.post(
            "/support/bulk", {"view": "view=open", "changes": json.dumps({"addTag": "lid"})}
        ).json()
    assert len(done["done"]) == len(tickets)
    with clock.at(began + step * 2 + timedelta(seconds=7)):
        back = agent.post("/support/bulk", {"undo": json.dumps(done["undo"])}).json()
    assert (len(back["done"]), back["skipped"]) == (3, [])
    assert {each.tag_names for each in Ticket.objects.all()} == {""}
    assert priorities() == before
