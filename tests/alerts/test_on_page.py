"""Desktop notifications of an open page, without a push: by the same choices."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tickets import workflow
from tickets.collaboration import followers
from tickets.models import AgentPreferences, PermissionSet

from .desk import choose

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def asked(browse):
    """`asked(person, ticket, event, seq)` is what that agent's page is told to show; None for nothing."""

    def ask(person, ticket, event, seq=""):
        answer = browse(person).get(f"/support/{ticket.pk}/notification?event={event}&seq={seq}")
        assert answer.status_code in (200, 204), answer.content
        return answer.json() if answer.status_code == 200 else None

    return ask


@pytest.fixture
def mine(ticket, asha):
    workflow.take(ticket, by=asha)
    return ticket


def says(ticket, person, text="Hello?"):
    ticket.refresh_from_db()
    return workflow.customer_says(ticket, text, by=person).seq


@pytest.mark.engines
def test_my_ticket_is_shown_to_me_and_not_to_a_colleague(asked, mine, priya, asha, rohan):
    seq = says(mine, priya, "Is anyone there?")
    shown = asked(asha, mine, "message", seq)
    assert shown["title"] == f"Priya Sharma · #{mine.number}"
    assert (shown["body"], shown["url"]) == ("New message: Is anyone there?", f"/support/{mine.pk}/")
    assert asked(rohan, mine, "message", seq) is None


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("off", []),
        ("mine", ["mine"]),
        ("mentioned", ["mine", "followed"]),
        ("unassigned", ["mine", "followed", "unassigned"]),
        ("all", ["mine", "followed", "unassigned", "other"]),
    ],
)
def test_each_scope_has_the_tickets_of_those_before_it(asked, priya, asha, rohan, scope, shown):
    choose(asha, scopes={"message": scope})
    tickets = {name: factories.ticket(priya, name) for name in ("mine", "followed", "unassigned", "other")}
    for name, agent in (("mine", asha), ("followed", rohan), ("other", rohan)):
        workflow.take(tickets[name], by=agent)
    followers.follow(tickets["followed"], asha)
    seqs = {name: says(ticket, priya) for name, ticket in tickets.items()}
    assert [name for name, each in tickets.items() if asked(asha, each, "message", seqs[name])] == shown


@pytest.mark.parametrize("why", ["muted", "quiet", "off", "read", "spam", "withdrawn", "an agent's"])
def test_an_alert_that_the_agent_switched_off_is_not_shown(asked, mine, priya, asha, why):
    seq = says(mine, priya)
    now = timezone.now()
    if why == "muted":
        choose(asha, muted_until=now + timedelta(hours=1))
    elif why == "quiet":
        choose(asha, quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    elif why == "off":
        AgentPreferences.objects.create(person=asha, notifications=False)
    elif why == "read":
        workflow.mark_read(mine, by_agents=True, up_to=seq)
    elif why == "spam":
        workflow.mark_spam(mine, True, by=asha)
    elif why == "withdrawn":
        mine.messages.filter(seq=seq).update(withdrawn_at=now)
    else:
        seq = workflow.agent_replies(mine, "Here", by=asha).seq
    assert asked(asha, mine, "message", seq) is None


@pytest.mark.engines
def test_a_mention_and_an_assignment_are_shown_to_whom_they_concern(asked, ticket, asha, rohan):
    workflow.add_note(ticket, "@Rohan?", by=asha)
    assert asked(rohan, ticket, "mention")["what"] == "You are mentioned"
    assert asked(asha, ticket, "mention") is None
    workflow.assign(ticket, rohan, by=asha)
    given = asked(rohan, ticket, "assigned")
    assert given["what"] == "Assigned to you"
    # The same again has the same key, by which a page and its other tabs show it once
    assert asked(rohan, ticket, "assigned")["key"] == given["key"]
    workflow.assign(ticket, asha, by=asha)
    assert asked(asha, ticket, "assigned") is None


def test_an_unknown_event_is_400_and_another_teams_ticket_404(browse, ticket, asha):
    client, address = browse(asha), f"/support/{ticket.pk}/notification"
    for asked in ("", "?event=noise", "?event=message&seq=x", "?event=message&seq=9999999999"):
        assert client.get(f"{address}{asked}").status_code == 400
    asha.permission_set = PermissionSet.objects.create(name="Own team", own_team_only=True)
    asha.save()
    assert browse(asha).get(f"{address}?event=message&seq=1").status_code == 404
