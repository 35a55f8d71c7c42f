"""Availability on the desk, over the API and in the admin; teams in the admin."""

import json

import pytest

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import Availability, Team, TeamCategory, Ticket
from tickets.team import availability

pytestmark = pytest.mark.django_db


@pytest.mark.all_engines
def test_the_header_shows_and_changes_the_availability(browse, asha, ticket, rohan):
    workflow.assign(ticket, asha, by=rohan)
    desk = browse(asha)
    assert desk.post("/support/active").json() == {"availability": "online"}
    shown = page(desk.get("/support/"))
    assert shown.one("select", name="availability").one("option", selected="").text == "Online"
    answer = desk.post("/support/availability", {"availability": "away"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "You are away. 1 waiting ticket is unassigned now."
    assert Ticket.objects.get(pk=ticket.pk).assignee is None
    shown = page(desk.get("/support/"))
    assert shown.one("select", name="availability").one("option", selected="").text == "Away"
    # Activity on a page does not end an absence that was chosen
    assert desk.post("/support/active").json() == {"availability": "away"}


def test_without_scripts_the_form_leads_back_to_the_desk(browse, asha):
    desk = browse(asha)
    answer = desk.post("/support/availability", {"availability": "online"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/support/"
    assert "You are online." in page(answer).text


@pytest.mark.parametrize("sent", [{}, {"availability": "asleep"}])
def test_a_malformed_choice_says_so(browse, asha, sent):
    assert browse(asha).post("/support/availability", sent).status_code == 400
    assert not Availability.objects.exists()


@pytest.mark.all_engines
def test_the_list_of_agents_shows_who_is_online(browse, asha, rohan, meera, ticket):
    availability.go_online(rohan)
    availability.go_away(asha)
    pane = page(browse(asha).get(f"/support/{ticket.pk}/"))
    # The header's and the phone's
    box = pane.all("select", name="agent")[0]
    groups = {each["label"]: [one.text for one in each.all("option")] for each in box.all("optgroup")}
    assert groups == {"Online": [rohan.name], "Away": [asha.name, meera.name]}


def test_the_api_tells_the_team_and_sets_ones_own_availability(api, asha, rohan, ticket):
    team = Team.objects.create(name="Payments")
    TeamCategory.objects.create(category="payment", team=team)
    workflow.assign(ticket, asha, by=rohan)
    answer = api(asha).post("/api/team/availability", {"availability": "online"}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"availability": "online", "unassigned": 0})
    told = api(rohan).get("/api/team/").json()
    assert {each["name"]: each["availability"] for each in told["agents"]} == {
        asha.name: "online",
        rohan.name: "away",
    }
    assert told["teams"] == [
        {"id": str(team.pk), "name": "Payments", "categories": ["payment"], "members": []}
    ]
    answer = api(asha).post("/api/team/availability", {"availability": "away"}, format="json")
    assert answer.json() == {"availability": "away", "unassigned": 1}


@pytest.mark.parametrize("sent", [{}, {"availability": "busy"}, {"availability": None}])
def test_the_api_names_what_does_not_fit(api, asha, sent):
    answer = api(asha).post("/api/team/availability", sent, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["availability"])


@pytest.mark.engines
def test_staff_make_teams_and_a_category_has_one_team(browse, meera, asha, rohan):
    staff, address = browse(meera), "/admin/tickets/team/add/"
    form = {
        "name": "Payments",
        "categories": ["payment", "refund"],
        "members": [str(asha.pk), str(rohan.pk)],
    }
    assert staff.post(address, form).status_code == 302
    team = Team.objects.get()
    assert sorted(team.routes.values_list("category", flat=True)) == ["payment", "refund"]
    assert team.members.count() == 2
    refused = staff.post(address, {"name": "Refunds", "categories": ["refund"]})
    assert "Another team has it: Refund: Payments." in page(refused).text
    change = f"/admin/tickets/team/{team.pk}/change/"
    assert staff.post(change, {"name": "Payments", "categories": ["payment"], "members": [str(asha.pk)]})
    assert list(team.routes.values_list("category", flat=True)) == ["payment"]
    assert [member.person for member in team.members.select_related("person")] == [asha]
    assert "Payments" in page(staff.get("/admin/tickets/team/")).text


def test_staff_set_a_limit_and_send_an_agent_away(browse, meera, asha, priya):
    availability.go_online(asha)
    ticket = factories.ticket(priya)
    workflow.assign(ticket, asha, by=meera)
    staff, address = browse(meera), "/admin/tickets/availability/"
    change = f"{address}{asha.pk}/change/"
    assert staff.post(change, {"open_limit": "3"}).status_code == 302
    row = Availability.objects.get(pk=asha.pk)
    assert (row.open_limit, row.is_away) == (3, False)
    sent = {"action": "make_away", "_selected_action": [str(asha.pk)]}
    assert "1 ticket is unassigned now." in staff.post(address, sent, follow=True).content.decode()
    assert Availability.objects.get(pk=asha.pk).reason == "hand"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [("3", "At least 5 minutes, or 0 for never."), ("1441", "less than or equal to 1440")],
)
def test_the_settings_check_the_absence(browse, meera, minutes, said):
    staff, address = browse(meera), "/admin/tickets/desksettings/1/change/"
    form = page(staff.get(address)).one("form", id="desksettings_form").fields()
    assert (form["assignment"], form["open_limit"]) == ("by-hand", "10")
    assert said in page(staff.post(address, form | {"away_after_minutes": minutes})).text
