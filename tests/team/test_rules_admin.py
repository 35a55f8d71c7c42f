"""Staff make rules, try them on the newest tickets, and read the log of runs."""

import pytest
from django.db.models import ProtectedError

from tests import factories
from tests.pages import page
from tests.team.test_rules import macro, now, rule, run
from tickets.models import (
    Message,
    Role,
    Rule,
)
from tickets.team import dry_run, rules

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]


@pytest.fixture
def form():
    return {
        "name": "Late payments",
        "is_active": "on",
        "position": "10",
        "event": "waiting",
        "after": "30 min",
    }


@pytest.mark.engines
def test_staff_make_a_rule_and_see_what_it_would_have_done(browse, meera, priya, form):
    then = macro(priority="urgent", tags="late")
    ticket = factories.ticket(priya, "Paid twice", category="payment")
    factories.ticket(priya, "No news", category="delivery")
    staff, address = browse(meera), "/admin/tickets/rule/"
    sent = form | {"macro": str(then.pk), "category": ["payment"], "words": "paid\ntwice"}
    assert staff.post(f"{address}add/", sent | {"event": "created", "after": ""}).status_code == 302
    made = Rule.objects.get()
    assert made.conditions == {"category": ["payment"], "words": ["paid", "twice"]}
    assert (made.after_minutes, made.looked_until) == (None, None)
    before = Message.objects.count()
    text = page(staff.get(f"{address}{made.pk}/dry-run/")).text
    assert "it would have run 1 times" in text
    assert "priority → Urgent, tags + late" in text
    assert "No: category is Delivery." in text
    assert (Message.objects.count(), now(ticket).priority) == (before, ticket.priority)
    filled = page(staff.get(f"{address}{made.pk}/change/")).one("form", id="rule_form").fields()
    # The helper shows line breaks as blanks
    assert (filled["category"], filled["words"]) == ("payment", "paid twice")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"after": ""}, "This needs a time, such as 30 min."),
        ({"event": "created"}, "Only what has (time) in its name takes one."),
        ({"after": "soon"}, "Write a time such as 15 min"),
        ({"words": "x" * 81}, "At most 50 lines of 80 characters each."),
        ({"macro": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_rule_that_does_not_fit_says_why(browse, meera, form, change, said):
    sent = form | {"macro": str(macro(priority="low").pk)} | change
    assert said in page(browse(meera).post("/admin/tickets/rule/add/", sent)).text
    assert not Rule.objects.exists()


def test_a_macro_that_assigns_to_its_agent_is_refused(browse, meera, form):
    sent = form | {"macro": str(macro(assigns_me=True).pk)}
    answer = browse(meera).post("/admin/tickets/rule/add/", sent)
    assert "a rule is no agent" in page(answer).text


@pytest.mark.engines
def test_the_log_shows_what_ran(browse, meera, priya):
    then = macro(priority="urgent")
    rule("created", then, name="Raises")
    ticket = factories.ticket(priya)
    factories.ticket(priya, category="feedback")
    run()
    shown = page(browse(meera).get("/admin/tickets/rulerun/")).text
    assert f"#{ticket.number}" in shown
    made = Rule.objects.get()
    assert f"#{ticket.number}" in page(browse(meera).get(f"/admin/tickets/rule/{made.pk}/change/")).text
    with pytest.raises(ProtectedError):
        then.delete()


@pytest.mark.engines
@pytest.mark.parametrize("event", ["customer-wrote", "status", "unsolved", "silent", "rated"])
def test_a_dry_run_costs_as_much_with_more_tickets(priya, asha, event, django_assert_max_num_queries):
    made = rule(event, macro(priority="urgent"), after=60 if event in ("unsolved", "silent") else None)
    for place in range(4):
        factories.ticket(priya, order=factories.order(priya, f"VP-{place}"))
    by = rules.automation()
    with django_assert_max_num_queries(3):
        assert len(dry_run.outcomes(made, by)) == 4


def test_the_person_of_the_rules_signs_in_nowhere_and_is_no_assignee(client, db):
    person = rules.automation()
    assert rules.automation() == person
    assert (person.role, person.has_usable_password(), person.login_email) == (Role.SERVICE, False, None)
