"""An agent who sees their own team's tickets moves one out of view: the undo token leads back, and to nothing else."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.team.test_permissions import LIST, own_team, parcel, payment, tara  # noqa: F401 (fixtures)
from tickets import workflow
from tickets.models import Ticket
from tickets.workflow import clock

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def one_moment():
    """The clock stands: on a busy machine a page alone may take the eight seconds."""
    with clock.at(timezone.now()):
        yield


@pytest.fixture
def moved(api, tara, payment):  # noqa: F811
    """The answer to Tara's change that moved the ticket to a team that she does not belong to."""
    answer = api(tara).patch(f"{LIST}{payment.pk}", {"category": "delivery"}, format="json")
    assert answer.status_code == 200
    return answer.json()


def test_the_api_takes_the_change_back_and_shows_the_ticket_again(api, tara, payment, moved):  # noqa: F811
    agent, address = api(tara), f"{LIST}{payment.pk}"
    assert agent.get(address).status_code == 404
    back = agent.patch(address, {"undo": moved["undo"]}, format="json")
    assert (back.status_code, back.json()["category"]) == (200, "payment")
    assert agent.get(address).status_code == 200


def test_the_token_opens_no_other_call(api, browse, tara, payment, moved):  # noqa: F811
    agent, address = api(tara), f"{LIST}{payment.pk}"
    before = Ticket.objects.filter(pk=payment.pk).values().get()
    assert agent.patch(address, {"undo": "forged"}, format="json").status_code == 404
    assert agent.patch(address, {"undo": 7}, format="json").status_code == 404
    assert agent.patch(address, {"priority": "low"}, format="json").status_code == 404
    both = {"priority": "low", "undo": moved["undo"]}
    assert agent.patch(address, both, format="json").status_code == 400
    assert agent.get(address, {"undo": moved["undo"]}).status_code == 404
    reply = agent.post(f"{address}/reply", {"message": "x", "undo": moved["undo"]}, format="json")
    assert reply.status_code == 404
    assert browse(tara).get(f"/support/{payment.pk}/").status_code == 404
    assert Ticket.objects.filter(pk=payment.pk).values().get() == before


def test_the_token_belongs_to_its_author_and_to_its_ticket(api, tara, own_team, payment, parcel, moved):  # noqa: F811
    other = factories.person("Other Agent", tara.role, permission_set=own_team)
    undo = {"undo": moved["undo"]}
    assert api(other).patch(f"{LIST}{payment.pk}", undo, format="json").status_code == 404
    assert api(tara).patch(f"{LIST}{parcel.pk}", undo, format="json").status_code == 404


def test_after_eight_seconds_the_ticket_is_not_there(api, tara, payment, moved):  # noqa: F811
    with clock.at(timezone.now() + timedelta(seconds=9)):
        late = api(tara).patch(f"{LIST}{payment.pk}", {"undo": moved["undo"]}, format="json")
    assert late.status_code == 404


def test_a_change_that_left_it_in_view_leads_to_no_ticket_that_a_colleague_moved(api, tara, asha, payment):  # noqa: F811
    done = api(tara).patch(f"{LIST}{payment.pk}", {"priority": "low"}, format="json").json()
    workflow.triage(payment, by=asha, category="delivery")
    undo = {"undo": done["undo"]}
    assert api(tara).patch(f"{LIST}{payment.pk}", undo, format="json").status_code == 404
    assert Ticket.objects.get(pk=payment.pk).priority == "low"


def test_a_colleague_who_changed_the_same_field_ends_the_undo(api, tara, asha, payment, moved):  # noqa: F811
    payment.refresh_from_db()
    workflow.triage(payment, by=asha, category="refund")
    undo = {"undo": moved["undo"]}
    refused = api(tara).patch(f"{LIST}{payment.pk}", undo, format="json")
    assert refused.status_code == 409
    assert refused.json().keys() == {"detail", "code"}


@pytest.mark.engines
def test_an_assignment_to_a_colleague_is_taken_back_on_the_page(browse, tara, asha, parcel):  # noqa: F811
    workflow.assign(parcel, tara, by=asha)
    agent = browse(tara)
    answer = agent.post(f"/support/{parcel.pk}/assign", {"assignee": str(asha.pk)}, headers=HTMX)
    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert agent.get(f"/support/{parcel.pk}/").status_code == 404
    assert agent.post(toast["url"], {"token": "forged"}).status_code == 404
    assert agent.post(toast["url"], {"token": toast["undo"]}, headers=HTMX).status_code == 200
    assert Ticket.objects.get(pk=parcel.pk).assignee_id == tara.pk
    assert agent.get(f"/support/{parcel.pk}/").status_code == 200


def test_many_tickets_that_left_the_view_come_back_together(browse, priya, tara, payment):  # noqa: F811
    tickets = [payment, factories.ticket(priya, category="payment")]
    agent = browse(tara)
    form = {"ids": [str(each.pk) for each in tickets], "changes": json.dumps({"category": "delivery"})}
    done = agent.post("/support/bulk", form).json()
    assert len(done["undo"]) == 2
    back = agent.post("/support/bulk", {"undo": json.dumps(done["undo"])}).json()
    assert (len(back["done"]), back["skipped"]) == (2, [])
    assert {each.category for each in Ticket.objects.all()} == {"payment"}
