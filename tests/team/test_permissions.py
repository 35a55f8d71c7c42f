"""Permission sets: own team or all, export, erase, settings; nothing of other tickets leaks."""

import json
from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import live, queries, workflow
from tickets.api import streams
from tickets.lists import inbox
from tickets.lists.view_counts import view_counts
from tickets.live.revocation import Credentials, revoked
from tickets.models import (
    AuditEntry,
    PermissionSet,
    Person,
    Role,
    ScheduledReply,
    Team,
    TeamCategory,
    TeamMember,
    Ticket,
)
from tickets.visibility import Visibility, visibilities, visibility_of

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

LIST = "/api/support/admin/"


@pytest.fixture
def own_team(db) -> PermissionSet:
    return PermissionSet.objects.create(name="Own team", own_team_only=True)


@pytest.fixture
def tara(own_team) -> Person:
    """An agent who sees the payment tickets only."""
    team = Team.objects.create(name="Payments")
    TeamCategory.objects.create(category="payment", team=team)
    person = factories.person("Tara Joshi", Role.AGENT, permission_set=own_team)
    TeamMember.objects.create(team=team, person=person)
    return person


@pytest.fixture
def payment(priya) -> Ticket:
    return factories.ticket(priya, "The quince payment failed", category="payment")


@pytest.fixture
def parcel(priya) -> Ticket:
    return factories.ticket(priya, "The quince parcel is late", category="delivery")


def again(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def listed(api, person, **asked) -> set[str]:
    return {row["id"] for row in api(person).get(LIST, asked).json()["results"]}


@pytest.mark.engines
def test_lists_search_and_counts_have_the_team_s_tickets_only(api, tara, asha, payment, parcel):
    for asked in ({}, {"view": "open"}, {"q": "quince"}, {"status": "open"}, {"assigned": "none"}):
        assert listed(api, tara, **asked) == {str(payment.pk)}, asked
    answer = api(tara).get(LIST).json()
    assert (answer["counts"]["open"], answer["counts"]["unassigned"]) == (1, 1)
    assert listed(api, asha) == {str(payment.pk), str(parcel.pk)}
    wanted = inbox.InboxFilter(q="quince", visible=visibility_of(tara))
    assert inbox.count(wanted).number == 1
    assert view_counts(asha)["open"].number == 2


def test_assigned_tickets_are_visible_whatever_their_category(api, tara, asha, parcel):
    assert listed(api, tara) == set()
    assert api(tara).get(f"{LIST}{parcel.pk}").status_code == 404
    workflow.assign(parcel, tara, by=asha)
    assert listed(api, tara) == {str(parcel.pk)}
    assert api(tara).get(f"{LIST}{parcel.pk}").status_code == 200
    assert view_counts(again(tara))["mine"].number == 1


@pytest.mark.engines
def test_an_agent_without_a_team_sees_only_what_is_assigned_to_them(api, own_team, payment):
    alone = factories.person("Alone Agent", Role.AGENT, permission_set=own_team)
    assert listed(api, alone) == set()
    assert all(count.number == 0 for count in view_counts(again(alone)).values())


@pytest.mark.engines
def test_bulk_changes_and_merges_find_no_other_ticket(api, browse, tara, payment, parcel):
    sent = {"ids": [str(payment.pk), str(parcel.pk)], "changes": {"priority": "low"}}
    answer = api(tara).post(f"{LIST}bulk", sent, format="json").json()
    assert answer["done"] == [str(payment.pk)]
    assert answer["skipped"] == [{"id": str(parcel.pk), "detail": "There is no ticket with this id."}]
    for into in (parcel.number, 99_999_999):
        refused = api(tara).post(f"{LIST}{payment.pk}/merge", {"into": into}, format="json")
        assert refused.json() == {"into": ["There is no ticket with this number."]}
    form = {"ids": [str(payment.pk), str(parcel.pk)], "changes": json.dumps({"addTag": "seen"})}
    assert browse(tara).post("/support/bulk", form).json()["done"] == [str(payment.pk)]
    assert Ticket.objects.get(pk=parcel.pk).tags == []


def test_the_pane_shows_no_other_ticket_of_the_customer(browse, tara, asha, payment, parcel):
    address = f"/support/{payment.pk}/"
    assert "parcel is late" in browse(asha).get(address).content.decode()
    shown = browse(tara).get(address).content.decode()
    assert "payment failed" in shown
    assert "parcel is late" not in shown


def test_a_planned_reply_of_another_ticket_is_not_found(browse, tara, asha, parcel):
    later = workflow.plan_reply(parcel, "Soon", timezone.now() + timedelta(days=1), by=asha, client_id="a")
    assert browse(tara).post(f"/support/later/{later.pk}/cancel").status_code == 404
    assert ScheduledReply.objects.filter(pk=later.pk).exists()


@pytest.mark.engines
def test_the_streams_tell_nothing_of_other_tickets(tara, payment, parcel):
    limits = visibility_of(tara)
    while live.assign_sequence():
        pass
    told = streams._inbox_batch(0, limits).events.decode()
    assert "quince payment" in told
    assert "parcel" not in told
    assert "parcel" in streams._inbox_batch(0).events.decode()
    gone = f'event: gone\ndata: {{"ticketId":"{parcel.pk}"}}\n\n'.encode()
    assert streams._ticket_batch(parcel.pk, 0, None, visible=limits) == live.Batch(b"", 0, (gone,))
    assert b"payment" in streams._ticket_batch(payment.pk, 0, None, visible=limits).events


def test_typing_and_presence_pass_for_tickets_that_are_seen(tara, asha, payment, parcel, monkeypatch):
    calls = []
    monkeypatch.setattr(live.sequence.bus, "publish", calls.append)
    for ticket in (payment, parcel):
        live.signal(ticket, "typing", by="customer", name=ticket.requester_name)

    def hears(person):
        credentials = Credentials(person, visible=visibility_of(person))
        subscription = streams.Subscription(credentials, None, 60, "127.0.0.1")
        return [streams._is_for(call, subscription) for call in calls]

    assert hears(tara) == [True, False]
    assert hears(asha) == [True, True]
    # From a process of an earlier version, which tells no category
    calls[:] = [{"ticket": str(payment.pk), "event": "typing", "data": {"by": "customer"}}]
    assert (hears(tara), hears(asha)) == ([False], [True])


def news(person: Person, after: int) -> tuple[list[str], int]:
    """What the inbox's stream tells this person after a place: the names of the events, and the next place."""
    while live.assign_sequence():
        pass
    batch = streams._inbox_batch(after, visibility_of(again(person)))
    lines = batch.events.decode().splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")], batch.after


@pytest.mark.parametrize("how", ["category", "assignee", "many"])
def test_a_ticket_that_leaves_is_told_once_and_its_stream_says_nothing_more(
    api, tara, asha, priya, payment, parcel, how
):
    ticket = parcel if how == "assignee" else payment
    if how == "assignee":
        workflow.assign(ticket, tara, by=asha)
    names, place = news(tara, 0)
    assert "message" in names
    if how == "assignee":
        workflow.assign(ticket, asha, by=asha)
    elif how == "category":
        workflow.triage(ticket, by=asha, category="delivery")
    else:
        workflow.change(ticket, by=asha, category="delivery", assignee=asha, tags=["moved"])
    names, place = news(tara, place)
    assert names == ["gone"]

    workflow.customer_says(now(ticket), "Hello?", by=priya)
    workflow.agent_replies(now(ticket), "We are on it", by=asha)
    workflow.triage(now(ticket), by=asha, priority="urgent")
    names, place = news(tara, place)
    assert names == []
    assert api(tara).get(f"{LIST}{ticket.pk}").status_code == 404

    # And back: the agent hears of it again
    workflow.change(now(ticket), by=asha, category="payment")
    assert news(tara, place)[0] == ["ticket"]


def test_a_ticket_of_another_team_that_changes_hands_there_is_not_told_at_all(tara, asha, rohan, parcel):
    _, place = news(tara, 0)
    workflow.assign(parcel, asha, by=asha)
    workflow.assign(now(parcel), rohan, by=asha)
    workflow.triage(now(parcel), by=asha, category="refund")
    assert news(tara, place)[0] == []


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_a_stream_ends_when_what_the_agent_sees_changes(tara, asha, own_team):
    hers = Credentials(again(tara), visible=visibility_of(tara))
    theirs = Credentials(again(asha))
    assert revoked({hers, theirs}) == set()
    TeamCategory.objects.create(category="refund", team=Team.objects.get())
    assert revoked({hers, theirs}) == {hers}
    Person.objects.filter(pk=asha.pk).update(permission_set=own_team)
    assert revoked({hers, theirs}) == {hers, theirs}


@pytest.mark.engines
def test_the_figures_are_those_of_the_team_and_the_file_needs_a_right(browse, tara, asha):
    assert browse(tara).get("/support/figures/").status_code == 200
    assert browse(tara).get("/support/figures/?format=csv").status_code == 403
    assert browse(asha).get("/support/figures/?format=csv").status_code == 200


def test_without_permission_sets_nothing_is_asked(asha, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert visibility_of(asha) is None
        assert visibilities([asha]) == {asha.pk: None}


def test_many_people_are_read_with_three_queries(tara, own_team, django_assert_num_queries):
    people = [tara] + [
        factories.person(f"Agent{place} X", Role.AGENT, permission_set=own_team) for place in range(3)
    ]
    with django_assert_num_queries(3):
        found = visibilities(people)
    assert found[tara.pk] == Visibility(tara.pk, ("payment",))
    assert found[people[1].pk] == Visibility(people[1].pk)


# --- The admin ---------------------------------------------------------------


@pytest.fixture
def staff(db):
    def with_set(**rights) -> Person:
        rights = PermissionSet.objects.create(name=f"Set {sorted(rights)}", **rights)
        return factories.person("Sunil Rao", Role.STAFF, permission_set=rights)

    return with_set


PAGES = {
    "desksettings/1/change/": 403, "webhook/": 403, "servicekey/": 403, "shopconnection/": 403, "delivery/": 403,
    "permissionset/": 403, "permissionset/add/": 403, "team/": 200, "team/add/": 403, "person/": 200, "person/add/": 403,
    "ticket/": 200, "customfield/": 200, "customfield/add/": 403, "holiday/add/": 403, "macro/add/": 403,
}  # fmt: skip


@pytest.mark.engines
def test_staff_without_the_settings_see_the_desk_and_change_no_setting(browse, staff, priya):
    desk = browse(staff(may_export=True))
    found = {address: desk.get(f"/admin/tickets/{address}").status_code for address in PAGES}
    assert found == PAGES
    assert desk.get("/admin/").status_code == 200
    assert desk.post("/admin/test-letter/").status_code == 403
    change = f"/admin/tickets/person/{priya.pk}/change/"
    assert desk.post(change, {"name": "Other", "role": "staff"}).status_code == 403
    sent = {"action": "deactivate", "_selected_action": [str(priya.pk)]}
    desk.post("/admin/tickets/person/", sent)
    assert again(priya).is_active


@pytest.mark.parametrize(
    ("rights", "export", "erase"),
    [({}, 403, 403), ({"may_export": True}, 200, 403), ({"may_erase": True}, 403, 302)],
)
def test_export_and_erasure_are_rights_of_their_own(browse, staff, priya, ticket, rights, export, erase):
    desk, data = browse(staff(**rights)), f"/admin/tickets/person/{priya.pk}/data/"
    assert desk.post(data, {"export": "1"}).status_code == export
    assert desk.get("/admin/tickets/person/export.csv").status_code == export
    offered = "export_csv" in desk.get("/admin/tickets/ticket/").content.decode()
    assert offered == (export == 200)
    assert desk.post(data, {"erase": "1", "sure": "on"}).status_code == erase
    assert (again(priya).name == "Priya Sharma") == (erase == 403)


@pytest.mark.engines
def test_staff_of_one_team_find_their_tickets_and_no_customers(browse, staff, asha, payment, parcel):
    person = staff(own_team_only=True, may_export=True, may_erase=True, may_change_settings=True)
    team = Team.objects.create(name="Payments")
    TeamCategory.objects.create(category="payment", team=team)
    TeamMember.objects.create(team=team, person=person)
    desk = browse(person)
    shown = desk.get("/admin/tickets/ticket/").content.decode()
    assert "payment failed" in shown
    assert "parcel is late" not in shown
    assert "parcel" not in desk.get("/admin/tickets/ticket/?q=quince").content.decode()
    assert desk.get(f"/admin/tickets/ticket/{parcel.pk}/change/").status_code == 302
    sent = {"action": "change_priority", "apply": "1", "priority": "low"}
    sent["_selected_action"] = [str(payment.pk), str(parcel.pk)]
    desk.post("/admin/tickets/ticket/", sent)
    assert Ticket.objects.get(pk=payment.pk).priority == "low"
    assert Ticket.objects.get(pk=parcel.pk).priority != "low"
    for closed in (
        "person/",
        "incoming/",
        "outgoing/",
        "auditentry/",
        "order/",
        "conversationlink/",
        "delivery/",
    ):
        assert desk.get(f"/admin/tickets/{closed}").status_code == 403, closed
    assert desk.get("/admin/chatbot/chat/").status_code == 403
    assert desk.get("/admin/chatbot/example/not-known/").status_code == 403


def test_staff_make_a_set_give_it_to_a_person_and_it_is_kept_while_used(browse, meera, asha):
    desk = browse(meera)
    assert (
        desk.post("/admin/tickets/permissionset/add/", {"name": "Night", "own_team_only": "on"}).status_code
        == 302
    )
    night = PermissionSet.objects.get()
    assert (night.own_team_only, night.may_export, night.may_change_settings) == (True, False, False)
    change = f"/admin/tickets/person/{asha.pk}/change/"
    form = page(desk.get(change)).one("form", id="person_form").fields()
    assert desk.post(change, form | {"permission_set": str(night.pk)}).status_code == 302
    assert again(asha).permission_set == night
    assert AuditEntry.objects.filter(person_id=asha.pk).exists()
    with pytest.raises(ProtectedError):
        night.delete()
    # Staff cannot limit themselves
    own = page(desk.get(f"/admin/tickets/person/{meera.pk}/change/"))
    assert not own.all("select", name="permission_set")


def test_colleagues_and_agents_lists_stay_whole_for_a_limited_agent(tara, asha):
    assert {each.name for each in queries.colleagues()} == {tara.name, asha.name}
