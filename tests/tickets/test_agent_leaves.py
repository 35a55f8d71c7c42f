"""An agent leaves: what they had open is unassigned, with an event, and their name stays where it was said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tickets import queries, workflow
from tickets.lists import inbox
from tickets.models import Person, Role, Status, Ticket
from tickets.operations import jobs
from tickets.workflow import leaving

pytestmark = pytest.mark.all_engines


@pytest.fixture
def theirs(priya, asha, rohan):
    """Rohan's: one in progress, one open, one resolved, one closed."""
    made = {
        name: factories.ticket(priya, text=name) for name in ("in progress", "open", "resolved", "closed")
    }
    for ticket in made.values():
        workflow.assign(ticket, rohan, by=asha)
    for name in ("in progress", "resolved"):
        workflow.agent_replies(made[name], "Hello", by=rohan)
    workflow.move(made["resolved"], Status.RESOLVED, by=rohan)
    workflow.move(made["closed"], Status.CLOSED, by=rohan)
    return made


def assignees(made) -> dict:
    return {name: Ticket.objects.get(pk=ticket.pk).assignee_name for name, ticket in made.items()}


GIVEN_BACK = {"in progress": "", "open": "", "resolved": "Rohan Mehta", "closed": "Rohan Mehta"}


@pytest.mark.engines
@pytest.mark.parametrize(
    "change", [{"is_active": ""}, {"role": Role.CUSTOMER}], ids=["inactive", "customer"]
)
def test_made_inactive_in_the_admin_the_open_tickets_are_unassigned_at_once(
    theirs, rohan, meera, browse, change
):
    page = f"/admin/tickets/person/{rohan.pk}/change/"
    form = {
        "name": rohan.name,
        "email": "",
        "phone": "",
        "role": Role.AGENT,
        "is_active": "on",
        "login_email": rohan.login_email,
    }
    form |= change
    if not form["is_active"]:
        del form["is_active"]
    answer = browse(meera).post(page, form, follow=True)
    assert "2 open tickets of Rohan Mehta are unassigned now." in answer.content.decode()
    assert assignees(theirs) == GIVEN_BACK
    event = theirs["open"].events.filter(field="assignee_name").last()
    assert (event.old, event.new, event.actor_name) == ("Rohan Mehta", "", "Meera Iyer")
    said = theirs["in progress"].messages.filter(sender="agent").first()
    assert said.sender_name == "Rohan Mehta"


@pytest.mark.engines
def test_made_inactive_anywhere_else_the_background_work_finds_it_after_a_moment(
    theirs, rohan, asha, monkeypatch
):
    Person.objects.filter(pk=rohan.pk).update(is_active=False)
    now = timezone.now()
    jobs.release_of_leavers(now, now)
    # A moment to put a mistake right; until then the box of the ticket shows whose it is
    assert assignees(theirs)["open"] == "Rohan Mehta"
    offered = queries.assignable(Ticket.objects.get(pk=theirs["open"].pk))
    assert "Rohan Mehta" in [agent.name for agent in offered]
    monkeypatch.setattr(leaving, "GRACE_SECONDS", 0)
    jobs.release_of_leavers(now + timedelta(minutes=2), now)
    assert assignees(theirs) == GIVEN_BACK
    unassigned = inbox.inbox(inbox.InboxFilter(assigned="none"))
    assert {theirs["open"].pk, theirs["in progress"].pk} <= {ticket.pk for ticket in unassigned}


def test_an_agent_who_works_here_keeps_the_tickets(theirs, monkeypatch):
    monkeypatch.setattr(leaving, "GRACE_SECONDS", 0)
    now = timezone.now()
    jobs.release_of_leavers(now, now)
    assert set(assignees(theirs).values()) == {"Rohan Mehta"}


def test_an_agent_who_is_back_in_time_keeps_them_too(theirs, rohan, monkeypatch):
    now = timezone.now()
    Person.objects.filter(pk=rohan.pk).update(is_active=False)
    jobs.release_of_leavers(now, now)
    Person.objects.filter(pk=rohan.pk).update(is_active=True)
    jobs.release_of_leavers(now, now)
    monkeypatch.setattr(leaving, "GRACE_SECONDS", 3600)
    Person.objects.filter(pk=rohan.pk).update(is_active=False)
    jobs.release_of_leavers(now, now)
    assert set(assignees(theirs).values()) == {"Rohan Mehta"}
