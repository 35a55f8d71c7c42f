"""Rules over the API: read by agents, with the log of what they see."""

import pytest

from tests import factories
from tests.team.test_rules import macro, rule, run
from tickets.models import PermissionSet, Role, Rule

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.mark.engines
def test_agents_read_the_rules_in_their_order_and_the_log_of_one(api, priya, asha):
    vip = rule("created", macro("VIP", priority="urgent"), name="VIP", category=["payment"])
    rule("waiting", macro("Nudge", note="Look"), name="Late", after=30)
    Rule.objects.filter(name="Late").update(position=1, is_active=False)
    payment = factories.ticket(priya, "My refund is missing", category="payment")
    run()
    told = api(asha).get("/api/rules/").json()["results"]
    assert [(each["name"], each["active"], each["event"], each["afterMinutes"]) for each in told] == [
        ("Late", False, "waiting", 30),
        ("VIP", True, "created", None),
    ]
    assert told[1]["conditions"] == {"category": ["payment"]}
    assert told[1]["macro"]["name"] == "VIP"
    one = api(asha).get(f"/api/rules/{vip.pk}").json()
    assert [(run["ticketId"], run["state"]) for run in one["runs"]] == [(str(payment.pk), "done")]


@pytest.mark.engines
def test_the_log_has_no_run_on_a_ticket_that_the_caller_does_not_see(api, priya):
    vip = rule("created", macro("VIP", priority="urgent"), name="VIP")
    factories.ticket(priya, "My refund is missing", category="payment")
    run()
    limited = PermissionSet.objects.create(name="Own team", own_team_only=True)
    tara = factories.person("Tara Joshi", Role.AGENT, permission_set=limited)
    assert api(tara).get(f"/api/rules/{vip.pk}").json()["runs"] == []


@pytest.mark.parametrize("id", ["1", "VIP", "00000000-0000-4000-8000-000000000000"])
def test_a_rule_that_is_not_there_is_404(api, asha, id):
    assert api(asha).get(f"/api/rules/{id}").status_code == 404
