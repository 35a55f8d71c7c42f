"""Mentions in private notes, the view of them, and the followers of a ticket."""

import pytest
from django.test import Client

from tests import factories
from tests.pages import page
from tickets import live, workflow
from tickets.collaboration import followers
from tickets.collaboration.mentions import mentioned
from tickets.models import Follower, Mention, PermissionSet, Role, Scope
from tickets.queries import Colleague
from tickets.shop import keys

pytestmark = [pytest.mark.django_db]

TEAM = [Colleague(name, name) for name in ("Asha Nair", "Rohan Mehta", "Rohan Shah", "मीरा अय्यर")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Asha Nair can you look?", ["Asha Nair"]),
        ("@asha, please", ["Asha Nair"]),
        ("(@ASHA)", ["Asha Nair"]),
        ("thanks @asha and @Rohan Shah!", ["Asha Nair", "Rohan Shah"]),
        ("@asha @asha nair", ["Asha Nair"]),
        ("@मीरा देखो", ["मीरा अय्यर"]),
        ("@Rohan mehta", ["Rohan Mehta"]),
        # Two of that name: which one is not known
        ("@rohan please", []),
        ("@ashanti and @asha2", []),
        ("write to nair@asha.example", []),
        ("Asha Nair", []),
        ("@", []),
        ("@ asha", []),
    ],
)
def test_a_name_after_the_sign_is_a_mention(text, names):
    assert [each.name for each in mentioned(text, TEAM)] == names


@pytest.mark.all_engines
def test_a_mention_makes_a_follower_and_is_told_to_the_colleague(
    ticket, asha, rohan, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(live, "signal", lambda ticket, event, **data: told.append((event, data)))
    with django_capture_on_commit_callbacks(execute=True):
        message = workflow.add_note(ticket, "@Rohan can you ask the courier?", by=asha, client_id="n1")
    mention = Mention.objects.get()
    assert (mention.person, mention.message_id, mention.ticket_id) == (rohan, message.pk, ticket.pk)
    assert [each.person for each in Follower.objects.all()] == [rohan]
    assert [data["to"] for event, data in told if event == "alert"] == [str(rohan.pk)]


@pytest.mark.all_engines
def test_a_note_that_is_sent_twice_mentions_once(ticket, asha, rohan):
    for _ in range(2):
        workflow.add_note(ticket, "@Rohan?", by=asha, client_id="n1")
    assert Mention.objects.count() == 1


def test_an_author_mentions_no_one_by_the_own_name(ticket, asha):
    workflow.add_note(ticket, "@Asha has this", by=asha)
    assert not Mention.objects.exists()


def test_a_reply_mentions_no_one(ticket, asha, rohan):
    workflow.agent_replies(ticket, "@Rohan will call you", by=asha)
    assert not Mention.objects.exists()


def test_a_note_that_opens_a_ticket_for_a_caller_can_mention(priya, asha, rohan):
    workflow.open_for_caller(priya, "Call back, @Rohan", by=asha, internal=True)
    assert Mention.objects.get().person == rohan


def test_a_colleague_who_left_is_not_mentioned(ticket, asha, rohan):
    rohan.is_active = False
    rohan.save()
    workflow.add_note(ticket, "@Rohan?", by=asha)
    assert not Mention.objects.exists()


@pytest.mark.engines
def test_the_view_has_the_tickets_that_mention_me_and_no_other(api, browse, priya, ticket, asha, rohan):
    factories.ticket(priya, "Another box")
    workflow.add_note(ticket, "@Rohan?", by=asha)
    found = api(rohan).get("/api/support/admin/?view=mentions").json()
    assert [each["id"] for each in found["results"]] == [str(ticket.pk)]
    assert api(asha).get("/api/support/admin/?view=mentions").json()["results"] == []
    shown = page(browse(rohan).get("/support/?view=mentions"))
    link = shown.one("nav", id="other-views").one("a", aria_current="page")
    assert link.text.split() == ["Mentions", "1"]
    assert shown.one("ul", id="tickets").all("li", data_ticket=str(ticket.pk))


def test_the_six_views_of_the_navigation_stay_as_they_are(browse, asha):
    names = [
        link["data-view"] for link in page(browse(asha).get("/support/")).one("nav", id="views").all("a")
    ]
    assert names == ["needs-answer", "mine", "unassigned", "open", "snoozed", "done"]


@pytest.mark.all_engines
def test_following_begins_and_ends_in_the_menu(browse, api, ticket, asha):
    agent = browse(asha)
    address = f"/support/{ticket.pk}/follow"
    for _ in range(2):
        assert agent.post(address, {"follow": "1"}, headers={"HX-Request": "true"}).status_code == 200
    assert Follower.objects.count() == 1
    assert "Unfollow" in agent.get(f"/support/{ticket.pk}/header").content.decode()
    assert len(api(asha).get("/api/support/admin/?view=following").json()["results"]) == 1
    agent.post(address, {"follow": ""}, headers={"HX-Request": "true"})
    assert not Follower.objects.exists()


@pytest.mark.all_engines
def test_the_counts_of_mentions_and_following_are_those_of_their_lists(browse, priya, asha, rohan):
    tickets = [factories.ticket(priya, f"Box {each}") for each in range(4)]
    for each in tickets[:3]:
        workflow.add_note(each, "@Rohan?", by=asha)
    # Twice in one ticket is one ticket, and a merged one stands in the one that stays
    workflow.add_note(tickets[0], "@Rohan, again", by=asha)
    workflow.merge(tickets[2], tickets[1], by=asha)
    followers.follow(tickets[3], rohan)
    counts = browse(rohan).get("/support/counts").json()
    assert (counts["mentions"], counts["following"]) == ("2", "3")
    for view in ("mentions", "following"):
        shown = page(browse(rohan).get(f"/support/?view={view}"))
        assert len(shown.one("ul", id="tickets").all("li", class_="row")) == int(counts[view])
    others = browse(asha).get("/support/counts").json()
    assert (others["mentions"], others["following"]) == ("0", "0")


@pytest.mark.all_engines
def test_the_counts_have_the_own_team_s_tickets_only(browse, priya, asha, rohan):
    rohan.permission_set = PermissionSet.objects.create(name="Own team", own_team_only=True)
    rohan.save()
    mine, other = (factories.ticket(priya, f"Box {each}") for each in range(2))
    for each in (mine, other):
        followers.follow(each, rohan)
    workflow.assign(mine, rohan, by=asha)
    assert browse(rohan).get("/support/counts").json()["following"] == "1"


@pytest.mark.engines
def test_an_agent_follows_and_unfollows_over_the_api(api, priya, ticket, asha, rohan):
    address = f"/api/support/admin/{ticket.pk}/followers"
    agent = api(asha)
    for _ in range(2):
        answer = agent.post(address)
        assert answer.status_code == 200, answer.content
    api(rohan).post(address)
    told = agent.get(address).json()
    assert told["following"]
    assert [each["name"] for each in told["followers"]] == ["Asha Nair", "Rohan Mehta"]
    for _ in range(2):
        told = agent.delete(address).json()
    assert (told["following"], [each["id"] for each in told["followers"]]) == (False, [str(rohan.pk)])
    assert api(priya).post(address).status_code == 404


def test_a_service_key_reads_followers_and_is_none(ticket, asha, rohan):
    followers.follow(ticket, rohan)
    _key, secret = keys.create("CRM", [Scope.TICKETS_READ, Scope.TICKETS_WRITE])
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"/api/support/admin/{ticket.pk}/followers"
    assert [each["name"] for each in client.get(address).json()["followers"]] == ["Rohan Mehta"]
    refused = client.post(address)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_person")
    assert Follower.objects.count() == 1


@pytest.mark.engines
def test_a_note_that_is_withdrawn_mentions_no_longer(ticket, asha, rohan):
    note = workflow.add_note(ticket, "@Rohan?", by=asha)
    workflow.withdraw(ticket, note.seq, by=asha)
    assert not Mention.objects.exists()


@pytest.mark.engines
def test_mentions_and_followers_go_along_with_a_merge_and_mentions_come_back(priya, ticket, asha, rohan):
    stays = factories.ticket(priya, "Another box")
    workflow.add_note(ticket, "@Rohan?", by=asha)
    workflow.merge(ticket, stays, by=asha)
    assert Mention.objects.get().ticket == stays
    assert [each.person for each in followers.followers(stays)] == [rohan]
    workflow.unmerge(ticket, by=asha)
    assert Mention.objects.get().ticket == ticket


def test_a_first_name_that_two_have_is_typed_in_full(ticket, asha, rohan):
    factories.person("Rohan Shah", Role.AGENT, email="shah@example.com")
    workflow.add_note(ticket, "@Rohan, @Rohan Shah?", by=asha)
    assert [mention.person.name for mention in Mention.objects.all()] == ["Rohan Shah"]
