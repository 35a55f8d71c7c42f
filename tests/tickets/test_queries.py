"""The lists: who is in them, in which order, page by page, and what they cost."""

import base64
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tickets import queries, workflow
from tickets.lists import inbox, view_counts
from tickets.lists.inbox import BadFilter, Count, InboxFilter
from tickets.models import Person, Status, Ticket, Viewer

pytestmark = pytest.mark.engines

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def many(requester: Person, number: int, **fields) -> list[Ticket]:
    """Rows for a list, a minute apart, the last one the newest."""
    start = Ticket.objects.count()
    defaults = {"subject": "Help", "last_seq": 1, "first_response_due_at": NOON}
    return Ticket.objects.bulk_create(
        Ticket(
            number=10_000_000 + start + place,
            requester=requester,
            requester_name=requester.name,
            **{"updated_at": NOON + timedelta(minutes=place)} | defaults | fields,
        )
        for place in range(number)
    )


def walk(wanted=InboxFilter(), size=7, between=lambda page: None) -> list[Ticket]:  # noqa: B008
    seen, cursor = [], ""
    while True:
        page = inbox.inbox_page(wanted, cursor, size)
        seen += page.rows
        between(page)
        assert len(seen) < 200, "it goes round in circles"
        if not page.next:
            return seen
        cursor = page.next


# --- Page by page ------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 6, 7, 8, 14, 50])
def test_pages_show_every_ticket_once_in_the_order_of_the_list(number, priya):
    rows = many(priya, number)
    assert walk() == rows[::-1]


@pytest.mark.parametrize("wanted", [InboxFilter(), InboxFilter(order="waiting")], ids=["newest", "due"])
def test_pages_of_equal_times_neither_skip_nor_repeat(wanted, priya):
    rows = many(priya, 40, updated_at=NOON)
    seen = walk(wanted)
    assert sorted(row.number for row in seen) == [row.number for row in rows]
    assert seen == sorted(rows, key=lambda row: row.pk, reverse=wanted.ordering.newest_first)


def test_tickets_that_move_while_the_agent_scrolls_disturb_no_other(priya):
    rows = many(priya, 40)
    moved: set = set()

    def something_happens(page):
        """On each page the last shown ticket and one of those to come go to the top; a new one opens."""
        for row in [*page.rows[-1:], *Ticket.objects.order_by("updated_at")[:1]]:
            Ticket.objects.filter(pk=row.pk).update(updated_at=NOON + timedelta(days=1))
            moved.add(row.pk)
        many(priya, 1, updated_at=NOON + timedelta(days=2))

    seen = [row.pk for row in walk(between=something_happens)]
    assert len(seen) == len(set(seen))
    still = [row.pk for row in rows if row.pk not in moved]
    assert len(still) >= 20
    assert [pk for pk in seen if pk in still] == still[::-1]


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "पन्ना",
        "\0",
        "=",
        "A" * 5000,
        encoded("2026-03-02T12:00:00+00:00"),
        encoded("2026-03-02T12:00:00+00:00|not-a-uuid"),
        encoded("2026-03-02T12:00:00|3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"),
        encoded("yesterday|3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"),
        # Before the first year once it is turned to UTC
        encoded("0001-01-01T00:00:00+23:59|3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"),
        base64.urlsafe_b64encode(b"\xff\xfe|\xff").decode(),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused_with_a_sentence(cursor, ticket, asha, api, browse):
    with pytest.raises(BadFilter, match="Begin again"):
        inbox.inbox_page(InboxFilter(), cursor)
    answer = api(asha).get("/api/support/admin/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")
    # The page of an old bookmark begins at the top
    assert b"Priya Sharma" in browse(asha).get("/support/", {"cursor": cursor}).content


# --- Who is in the list ------------------------------------------------------


@pytest.fixture
def shelf(priya, asha, rohan) -> dict[str, Ticket]:
    """Tickets that differ in one thing each."""
    made = {name: factories.ticket(priya, category="other") for name in ("plain", "busy", "closed", "call")}
    made["urgent"] = factories.ticket(priya, category="other", priority="urgent")
    made["payment"] = factories.ticket(priya, category="payment", priority="medium")
    workflow.take(made["busy"], by=asha)
    workflow.move(made["closed"], Status.CLOSED, by=asha)
    workflow.request_callback(made["call"], by=priya)
    workflow.assign(made["call"], rohan, by=rohan)
    return made


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "plain busy closed call urgent payment"),
        ({"status": "open"}, "plain call urgent payment"),
        ({"status": "in-progress"}, "busy"),
        ({"status": "resolved"}, ""),
        ({"status": "closed"}, "closed"),
        ({"priority": "urgent"}, "urgent"),
        ({"priority": "medium", "status": "open"}, "plain call payment"),
        ({"category": "payment"}, "payment"),
        ({"category": "payment", "priority": "urgent"}, ""),
        ({"assigned": "asha"}, "busy"),
        ({"assigned": "rohan", "callback": True}, "call"),
        ({"assigned": "none"}, "plain closed urgent payment"),
        ({"callback": True}, "call"),
        ({"view": "needs-answer"}, "plain busy call urgent payment"),
        ({"view": "needs-answer", "category": "payment"}, "payment"),
        ({"view": "all", "status": ["closed", "in-progress"]}, "closed busy"),
    ],
    ids=str,
)
def test_a_filter_shows_the_tickets_that_it_names(wanted, expected, shelf, asha, rohan):
    people = {"asha": str(asha.pk), "rohan": str(rohan.pk)}
    if "assigned" in wanted:
        wanted = wanted | {"assigned": people.get(wanted["assigned"], wanted["assigned"])}
    found = set(inbox.inbox(InboxFilter(**wanted)))
    assert {name for name, ticket in shelf.items() if ticket in found} == set(expected.split())


def test_waiting_customers_are_listed_most_urgent_first(shelf):
    waiting = [row.priority for row in inbox.inbox(InboxFilter(view="needs-answer"))]
    assert waiting == ["urgent", "medium", "medium", "medium", "medium"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "OPEN"},
        {"priority": "highest"},
        {"category": "'; drop"},
        {"assigned": "asha"},
        {"assigned": "1"},
        {"q": "x" * 201},
        {"q": "a\0b"},
    ],
)
def test_an_unknown_filter_is_refused_with_a_sentence(wanted, asha, api):
    with pytest.raises(BadFilter, match=r"\.$"):
        InboxFilter(**wanted)
    answer = api(asha).get("/api/support/admin/", wanted)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")


def test_a_customer_lists_their_own_tickets_only(ticket, vikram, priya):
    theirs = factories.ticket(vikram)
    assert inbox.own_page(priya).rows == [ticket]
    assert inbox.own_page(vikram).rows == [theirs]


# --- How many ----------------------------------------------------------------


def test_counts_are_exact_while_they_are_few_and_capped_beyond(priya, monkeypatch):
    monkeypatch.setattr(inbox, "COUNT_CAP", 3)
    many(priya, 2)
    assert inbox.count(InboxFilter()) == Count(2)
    many(priya, 1)
    assert inbox.count(InboxFilter()) == Count(3)
    many(priya, 5)
    assert inbox.count(InboxFilter()) == Count(3, capped=True)
    assert inbox.count(InboxFilter(status="closed")) == Count(0)


def test_a_capped_count_is_not_counted_again_for_a_while(priya, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(inbox, "COUNT_CAP", 3)
    many(priya, 5)
    inbox.count(InboxFilter())
    with django_assert_num_queries(0):
        assert str(inbox.count(InboxFilter())) == "3+"
    assert str(Count(1234)) == "1,234"


# --- What it costs -----------------------------------------------------------

WAYS = {
    "own list": (6, lambda c, t: c["priya"].get("/api/support/")),
    "own conversation": (6, lambda c, t: c["priya"].get(f"/api/support/{t.pk}")),
    "newer messages": (6, lambda c, t: c["priya"].get(f"/api/support/{t.pk}/messages?after=1")),
    # The counts of all views are one statement
    "inbox": (6, lambda c, t: c["asha"].get("/api/support/admin/")),
    "conversation": (6, lambda c, t: c["asha"].get(f"/api/support/admin/{t.pk}")),
    "list page": (6, lambda c, t: c["desk"].get("/support/")),
    "rows of the list": (6, lambda c, t: c["desk"].get("/support/rows")),
    "ticket page": (11, lambda c, t: c["desk"].get(f"/support/{t.pk}/")),
    "reply": (10, lambda c, t: c["asha"].post(f"/api/support/admin/{t.pk}/reply", {"message": "Hello"})),
    "message": (10, lambda c, t: c["priya"].post(f"/api/support/{t.pk}/message", {"message": "Hello"})),
}


@pytest.mark.usefixtures("nothing_expires")
@pytest.mark.parametrize("way", WAYS)
def test_no_page_costs_more_queries_when_there_is_more_to_show(way, ticket, priya, asha, api, browse):
    most, ask = WAYS[way]
    callers = {"priya": api(priya), "asha": api(asha), "desk": browse(asha)}
    workflow.take(ticket, by=asha)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queried:
            assert ask(callers, ticket).status_code in (200, 201)
        # The test's own transaction turns what would be BEGIN and COMMIT into savepoints
        return sum("SAVEPOINT" not in query["sql"] for query in queried)

    # A look is noted once; a list of one page only is not counted
    many(priya, 30)
    ask(callers, ticket)
    little = cost()
    many(priya, 30)
    for _ in range(15):
        workflow.customer_says(ticket, "And another thing", by=priya)
        workflow.agent_replies(ticket, "Yes?", by=asha)
        workflow.add_note(ticket, "Patience", by=asha)
    ticket.refresh_from_db()
    # MongoDB reads mentions and follows apart, for the counts of these views
    assert cost() == little <= most + (connection.vendor == "mongodb" and way == "ticket page")


EACH_FILTER = pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"status": "open"},
        {"priority": "urgent"},
        {"category": "payment"},
        {"assigned": "none"},
        {"assigned": "3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"},
        {"callback": True},
        {"order": "waiting"},
        {"order": "created"},
        {"view": "needs-answer"},
        {"view": "mine", "agent": "3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"},
        {"view": "unassigned"},
        {"view": "open"},
        {"view": "snoozed"},
        {"view": "done"},
    ],
    ids=str,
)
sqlite_plans = pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")


@sqlite_plans
@EACH_FILTER
def test_a_page_of_the_list_is_read_along_an_index_and_never_sorted(wanted, db):
    wanted = InboxFilter(**wanted)
    after = 7 if wanted.ordering is inbox.ORDERS["waiting"] else NOON
    narrows = {name for name, value in vars(wanted).items() if value} - {"order", "agent"}
    for rows in (
        inbox.inbox(wanted),
        inbox.inbox(wanted).filter(wanted.ordering.after(after, uuid.uuid4())),
    ):
        plan = rows[:26].explain()
        # Not through everything but what the filter finds
        assert re.search(r"SEARCH tickets_ticket USING INDEX (inbox|view)_", plan) or not narrows
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan


@sqlite_plans
@EACH_FILTER
def test_the_tickets_of_a_filter_are_counted_by_its_index_alone(wanted, db):
    with CaptureQueriesContext(connection) as asked:
        inbox.count(InboxFilter(**wanted))
    [counted] = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    with connection.cursor() as cursor:
        plan = cursor.execute(f"EXPLAIN QUERY PLAN {counted}").fetchall()
    assert any("USING COVERING INDEX" in step for *_, step in plan)


@sqlite_plans
def test_the_views_are_counted_by_their_indexes_alone(asha):
    """A desk with a million tickets read a thousand rows for "how many of mine wait"."""
    with CaptureQueriesContext(connection) as asked:
        view_counts.view_counts(asha, personal=False)
    [counted] = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    with connection.cursor() as cursor:
        plan = [step for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {counted}").fetchall()]
    looks = [step for step in plan if "tickets_ticket" in step]
    assert len(looks) == len(view_counts.COUNTED)
    assert all("USING COVERING INDEX" in step for step in looks)
    # Looks at those that wait alone, however many are mine
    assert any("waiting_of_assignee (assignee_id=? AND is_waiting=?)" in step for step in looks)


def test_my_waiting_view_has_open_tickets_assigned_to_me(ticket, priya, asha, rohan):
    """The count asks the ticket for no lane: tickets outside of the open lane do not wait."""

    def waiting(agent) -> int:
        return view_counts.view_counts(agent)["waiting-for-me"].number

    assert waiting(asha) == 0
    workflow.assign(ticket, asha, by=asha)
    assert (waiting(asha), waiting(rohan)) == (1, 0)
    workflow.snooze(ticket, timezone.now() + timedelta(hours=1), by=asha)
    assert waiting(asha) == 0
    workflow.snooze(ticket, None, by=asha)
    assert waiting(asha) == 1
    workflow.mark_spam(ticket, is_spam=True, by=asha)
    assert waiting(asha) == 0
    workflow.mark_spam(ticket, is_spam=False, by=asha)
    workflow.agent_replies(ticket, "It is on its way", by=asha)
    assert waiting(asha) == 0
    workflow.customer_says(ticket, "Where is it?", by=priya)
    assert waiting(asha) == 1
    workflow.move(ticket, Status.RESOLVED, resolution="Sent again", by=asha)
    assert waiting(asha) == 0


@pytest.mark.parametrize("beside", [-1, 0, 1])
@pytest.mark.parametrize("agent", ["Asha Nair", None], ids=["mine", "unassigned"])
def test_each_view_is_counted_exactly_up_to_its_cap(agent, beside, asha, priya, monkeypatch):
    """Also those that are not counted themselves, as a view that they hold is at the cap."""
    monkeypatch.setattr(view_counts, "VIEW_COUNT_CAP", 3)
    tickets = [factories.ticket(priya) for _ in range(3 + beside)]
    for ticket in tickets if agent else []:
        workflow.assign(ticket, asha, by=asha)

    def shown() -> dict:
        return {view: count for view, count in view_counts.view_counts(asha).items() if count.number}

    views = {"needs-answer", "open"} | ({"mine", "waiting-for-me"} if agent else {"unassigned"})
    assert shown() == dict.fromkeys(views, Count(min(len(tickets), 3), capped=beside > 0))
    # Right as soon as it falls below the cap: it is counted, not remembered
    for ticket in tickets[1:]:
        workflow.snooze(ticket, timezone.now() + timedelta(hours=1), by=asha)
    assert shown() == dict.fromkeys(views, Count(1)) | {"snoozed": Count(len(tickets) - 1)}


# --- Conversations -----------------------------------------------------------


def test_the_newest_messages_come_oldest_first_and_page_backwards(ticket, priya, asha, monkeypatch):
    monkeypatch.setattr(queries, "MESSAGES_PAGE", 4)
    for place in range(5):
        workflow.customer_says(ticket, f"customer {place}", by=priya)
        workflow.add_note(ticket, f"note {place}", by=asha)
    assert ticket.last_seq == 12
    assert [m.seq for m in queries.newest_messages(ticket, notes=True)] == [9, 10, 11, 12]
    assert [m.seq for m in queries.newest_messages(ticket, notes=True, before=9)] == [5, 6, 7, 8]
    assert [m.seq for m in queries.newest_messages(ticket, notes=False)] == [5, 7, 9, 11]
    assert [m.seq for m in queries.newest_messages(ticket, notes=False, before=5)] == [1, 2, 3]
    assert [m.seq for m in queries.conversation(ticket, notes=False)] == [1, 2, 3, 5, 7, 9, 11]


def test_the_others_who_look_at_a_ticket_fade_after_a_minute(ticket, asha, rohan, meera):
    now = datetime.now(UTC)
    for person, seconds in [(asha, 1), (rohan, 50), (meera, 61)]:
        seen_at = now - timedelta(seconds=seconds)
        Viewer.objects.create(ticket=ticket, person=person, name=person.name, seen_at=seen_at)
    assert [viewer.name for viewer in queries.other_viewers(ticket, asha)] == ["Rohan Mehta"]


def test_agents_are_those_who_work_here_now(asha, rohan, meera, priya):
    Person.objects.filter(pk=rohan.pk).update(is_active=False)
    assert list(queries.agents()) == [asha, meera]
