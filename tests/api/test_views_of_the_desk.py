"""`GET /api/support/admin/`: views, filters, orders, counts; walks that miss and double nothing."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.lists import inbox, view_counts
from tickets.models import Lane, Status, Ticket

LIST = "/api/support/admin/"
pytestmark = pytest.mark.all_engines


@pytest.fixture
def desk(priya, vikram, asha, rohan):
    """A ticket for each corner of the views."""
    tickets = {
        "new": factories.ticket(priya, "Where is my parcel", category="delivery", priority="low"),
        "urgent": factories.ticket(vikram, "Charged twice", category="payment", priority="urgent"),
        "mine": factories.ticket(priya, "The lid is loose"),
        "answered": factories.ticket(vikram, "A word of thanks", category="feedback"),
        "snoozed": factories.ticket(priya, "Call me in May", category="account"),
        "resolved": factories.ticket(vikram, "Please change my address", category="account"),
        "closed": factories.ticket(priya, "Never mind", category="other"),
    }
    workflow.take(tickets["mine"], by=asha)
    workflow.agent_replies(tickets["answered"], "Thank you", by=rohan)
    workflow.snooze(tickets["snoozed"], timezone.now() + timedelta(days=1), by=asha)
    workflow.take(tickets["resolved"], by=rohan)
    workflow.move(tickets["resolved"], Status.RESOLVED, by=rohan)
    workflow.move(tickets["closed"], Status.CLOSED, by=rohan)
    return tickets


@pytest.fixture
def found(api, asha, desk):
    names = {str(ticket.pk): name for name, ticket in desk.items()}

    def ask(**query) -> list[str]:
        answer = api(asha).get(LIST, query)
        assert answer.status_code == 200, answer.content
        return [names[row["id"]] for row in answer.json()["results"]]

    return ask


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("needs-answer", "urgent mine new"),
        ("mine", "mine"),
        ("unassigned", "urgent new"),
        ("open", "answered mine urgent new"),
        ("snoozed", "snoozed"),
        ("done", "closed resolved"),
    ],
)
def test_each_view_has_its_tickets(found, view, expected):
    listed = found(view=view)
    assert sorted(listed) == sorted(expected.split())
    if view == "needs-answer":
        assert listed == expected.split()


def test_without_a_view_there_is_everything_and_the_newest_first(found, desk):
    listed = found()
    assert set(listed) == set(desk)
    assert listed[0] == "closed"


@pytest.mark.engines
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": ["open", "resolved"]}, "new urgent snoozed resolved"),
        ({"priority": ["low", "urgent"]}, "new urgent answered"),
        ({"category": ["account", "payment"], "view": "done"}, "resolved"),
        ({"assigned": "me"}, "mine"),
        ({"assigned": "none", "view": "open"}, "new urgent"),
        ({"view": "open", "q": "vikram"}, "urgent answered"),
        ({"unread": "true", "view": "needs-answer"}, "new urgent mine"),
        ({"callback": "1"}, ""),
        ({"status": "", "q": " ", "unread": "false", "view": "mine"}, "mine"),
    ],
)
def test_filters_combine(found, query, expected):
    assert sorted(found(**query)) == sorted(expected.split())


@pytest.mark.engines
def test_tags_filter_and_may_repeat(found, desk, asha):
    workflow.correct(desk["new"], by=asha, tags=["VIP", "wedding"])
    workflow.correct(desk["mine"], by=asha, tags=["damaged"])
    assert found(tag="vip") == ["new"]
    assert sorted(found(tag=["vip", "damaged"])) == ["mine", "new"]
    assert found(tag="vip", view="done") == []
    assert found(tag="unheard of") == []


@pytest.mark.engines
def test_waiting_is_priority_and_then_due_time(found, desk):
    listed = found(order="waiting", view="open")
    # Two of the same priority: who waits comes before who does not
    assert listed == ["urgent", "mine", "new", "answered"]
    assert found(order="created") == list(desk)
    assert found(order="updated", view="needs-answer") == ["mine", "urgent", "new"]


@pytest.mark.engines
def test_updated_since_tells_what_changed(found, desk, asha):
    since = timezone.now()
    workflow.triage(desk["new"], by=asha, priority="high")
    assert found(updatedSince=since.isoformat()) == ["new"]
    assert found(updatedSince=since.isoformat().replace("+00:00", "Z")) == ["new"]


@pytest.mark.parametrize(
    "query",
    [
        {"view": "everything"},
        {"status": ["open", "done"]},
        {"order": "oldest"},
        {"unread": "perhaps"},
        {"updatedSince": "yesterday"},
        {"updatedSince": "2026-11-29T12:00:00"},
        {"updatedSince": "2026-13-29T12:00:00Z"},
        {"updatedSince": "9999-12-31T23:59:59-14:00"},
        {"updatedSince": "0001-01-01T00:00:00+14:00"},
        {"assigned": "asha"},
        {"cursor": "x"},
        # 9999-12-31T23:59:59-14:00, which is in no other time zone
        {"cursor": "OTk5OS0xMi0zMVQyMzo1OTo1OS0xNDowMHwwYjEyMjZhNS03NjM5LTQ1NzYtYjFjNS00OGE5YzUxNTViYWU"},
    ],
    ids=str,
)
def test_an_unknown_view_or_filter_is_refused_with_a_sentence(api, asha, query):
    refused(api(asha).get(LIST, query), 400, "bad_filter")


def test_the_list_is_for_agents(api, priya, asha):
    assert api().get(LIST).status_code == 401
    assert api(priya).get(LIST).status_code == 404
    assert api(asha).post(LIST).status_code == 405


def test_counts_are_by_view_and_capped(api, asha, rohan, desk, monkeypatch):
    answer = api(asha).get(LIST).json()
    assert answer["counts"] == {
        "needs-answer": 3, "mine": 1, "unassigned": 2, "open": 4, "snoozed": 1, "done": 2,
    }  # fmt: skip
    assert api(rohan).get(LIST).json()["counts"]["mine"] == 1
    assert answer["countsCapped"] == []
    monkeypatch.setattr(view_counts, "VIEW_COUNT_CAP", 2)
    capped = api(asha).get(LIST).json()
    assert (capped["counts"]["open"], capped["counts"]["done"]) == (2, 2)
    assert capped["countsCapped"] == ["needs-answer", "open"]


def test_every_field_of_the_contract_is_there(api, asha, desk):
    [row] = api(asha).get(LIST, {"view": "mine"}).json()["results"]
    assert set(row) >= {
        "id", "number", "userId", "userName", "userEmail", "userPhone", "orderId", "status", "priority", "category",
        "subject", "assignedAgent", "agentName", "resolution", "callbackRequested", "callbackCompleted", "createdAt",
        "updatedAt", "closedAt", "firstResponseDueAt", "firstRespondedAt", "waitingSince", "nextResponseDueAt",
        "resolutionDueAt", "tags", "snoozedUntil", "channel", "mergedInto", "unreadCount",
    }  # fmt: skip
    opened = api(asha).get(f"{LIST}{row['id']}").json()
    assert set(opened["messages"][0]) >= {
        "id", "seq", "clientId", "sender", "senderName", "message", "image", "attachments", "timestamp", "read",
        "withdrawn",
    }  # fmt: skip
    assert (opened["messages"][0]["withdrawn"], opened["messages"][0]["attachments"]) == (False, [])


@pytest.mark.parametrize("order", ["created", "waiting", "updated"])
def test_a_walk_over_all_pages_shows_each_ticket_once(api, asha, priya, monkeypatch, order):
    monkeypatch.setattr(inbox, "PAGE", 3)
    tickets = [factories.ticket(priya, f"Parcel {place}") for place in range(8)]
    assert sorted(walk(api(asha), order, size=3)) == sorted(str(ticket.pk) for ticket in tickets)


@pytest.mark.engines
def test_a_walk_by_creation_misses_and_doubles_nothing_whatever_changes_meanwhile(api, asha, priya):
    for place in range(60):
        factories.ticket(priya, f"Parcel {place}")
    expected = list(Ticket.objects.order_by("created_at", "id").values_list("pk", flat=True))
    client, changed = api(asha), iter(Ticket.objects.order_by("created_at"))

    def meddle():
        for _ in range(3):
            ticket = next(changed)
            workflow.triage(ticket, by=asha, priority="urgent")
            workflow.agent_replies(ticket, "Hello", by=asha)
        factories.ticket(priya, "A new one")

    seen = walk(client, "created", meanwhile=meddle)
    assert seen[:60] == [str(pk) for pk in expected]
    assert len(seen) == len(set(seen))


def walk(client, order, *, size=25, meanwhile=lambda: None) -> list[str]:
    seen, cursor = [], ""
    while True:
        page = client.get(LIST, {"order": order, "cursor": cursor}).json()
        seen += [row["id"] for row in page["results"]]
        if not page["next"]:
            return seen
        cursor = page["next"]
        meanwhile()


def test_spam_has_a_lane_of_its_own_and_no_clocks(found, desk, asha):
    workflow.mark_spam(desk["urgent"], True, by=asha)
    desk["urgent"].refresh_from_db()
    assert (desk["urgent"].lane, desk["urgent"].answer_check_at) == (Lane.SPAM, None)
    assert "urgent" not in found(view="needs-answer")
    workflow.mark_spam(desk["urgent"], False, by=asha)
    assert found(view="needs-answer")[0] == "urgent"


def test_times_are_in_utc_and_say_who_waits(api, asha, desk):
    row = api(asha).get(f"{LIST}{desk['new'].pk}").json()
    since = datetime.fromisoformat(row["waitingSince"])
    assert row["waitingSince"].endswith("Z")
    assert datetime.fromisoformat(row["nextResponseDueAt"]) - since == timedelta(hours=4)
    answered = api(asha).get(f"{LIST}{desk['answered'].pk}").json()
    assert (answered["waitingSince"], answered["nextResponseDueAt"]) == (None, None)
