"""Search: one table of questions that every engine has to answer alike, and what it costs."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tickets import access, search, workflow
from tickets.lists import inbox
from tickets.lists.inbox import InboxFilter
from tickets.models import Message, Role, SearchText, Sender, Status, Ticket
from tickets.search import engines, rank, words
from tickets.workflow import clock

pytestmark = pytest.mark.engines

# Who wrote, how they are reached, about which order, and what they said
PEOPLE = {
    "priya": (
        "Priya Sharma",
        "priya.sharma@example.com",
        "+91 98450 12345",
        "VP-10001",
        "The box was crushed",
    ),
    "wikram": ("Wikram Deepak", "wikram@rao.example", "(080) 2345-6789", "VP-10002", "कृपया पैसे वापस करें"),
    "hindi": ("अनीता देवी", "anita@example.com", "", "", "मेरा पैकेट फटा हुआ आया"),
    "tamil": ("முருகன் செல்வம்", "murugan@example.com", "", "", "பெட்டி உடைந்தது"),
    "bengali": ("অনির্বাণ ঘোষ", "anirban@example.com", "", "", "টাকা ফেরত চাই"),
    "urdu": ("عائشہ خان", "aisha@example.com", "", "", "میرا آرڈر کہاں ہے"),
    "russian": ("Алёна Петрова", "alena@example.com", "", "", "Коробка сломана"),
    "greek": ("Γιώργος Παππάς", "giorgos@example.com", "", "", "Η παραγγελία άργησε"),
    "chinese": ("王小明", "wang@example.com", "", "", "包裹损坏了"),
    "french": ("Renée Lefèvre", "renee@example.com", "", "", "My order VP20007 is late, call 98860-55512"),
}
QUESTIONS = [
    # a name, whole and begun, in every script
    ("Priya", ["priya"]),
    ("shar", ["priya"]),
    ("sharma PRIYA", ["priya"]),
    ("अनीता", ["hindi"]),
    ("देव", ["hindi"]),
    ("முரு", ["tamil"]),
    ("ঘোষ", ["bengali"]),
    ("خان", ["urdu"]),
    ("алена", ["russian"]),
    ("ПЕТР", ["russian"]),
    ("παππας", ["greek"]),
    ("小明", ["chinese"]),
    ("Renee Lefevre", ["french"]),
    # as it sounds
    ("Vikram", ["wikram"]),
    ("Dipak", ["wikram"]),
    # a vowel sign is part of the word
    ("पैसा", []),
    ("फटा", ["hindi"]),
    # a phone number in any grouping, or some digits of it
    ("9845012345", ["priya"]),
    ("+91 98450-12345", ["priya"]),
    ("98450 123", ["priya"]),
    ("12345", ["priya"]),
    ("080 23456789", ["wikram"]),
    ("988 605 5512", ["french"]),
    # an e-mail address, or a part of it
    ("priya.sharma@example.com", ["priya"]),
    ("rao.example", ["wikram"]),
    ("wikram@", ["wikram"]),
    # an order
    ("VP-10001", ["priya"]),
    ("vp10002", ["wikram"]),
    ("10002", ["wikram"]),
    ("vp-20007", ["french"]),
    ("20007", ["french"]),
    # what was said, together with who said it
    ("crushed", ["priya"]),
    ("priya crush", ["priya"]),
    ("वापस", ["wikram"]),
    ("损坏", ["chinese"]),
    ("late renée", ["french"]),
    ("priya late", []),
    ("rushed", []),
    # what the desk says by itself stands on every ticket and finds none
    ("connected", []),
    # not a word in it
    ('"*', []),
    ("  ", []),
    ("😡", []),
]


@pytest.fixture
def desk(db) -> dict[str, Ticket]:
    opened = {}
    for key, (name, email, phone, order, said) in PEOPLE.items():
        customer = factories.guest(name, email, phone=phone)
        about = factories.order(customer, order) if order else None
        opened[key] = factories.ticket(customer, said, order=about)
    return opened


def found(desk: dict[str, Ticket], question: str) -> list[str]:
    """Ask in both ways, and see that they agree."""
    keys = {ticket.pk: key for key, ticket in desk.items()}
    listed = [keys[row.pk] for row in inbox.inbox_page(InboxFilter(q=question)).rows]
    assert sorted(listed) == sorted(keys[row.pk] for row in search.tickets(Ticket.objects.all(), question))
    assert search.count(Ticket.objects.all(), question) == (len(listed), False)
    return listed


def test_every_engine_gives_the_same_answers(desk):
    answers = {question: found(desk, question) for question, _ in QUESTIONS}
    assert answers == dict(QUESTIONS)
    assert found(desk, f"#{desk['greek'].number}") == ["greek"]
    assert found(desk, str(desk["greek"].number)[:7]) == ["greek"]
    # The newest first
    assert found(desk, "example.com") == [key for key in list(PEOPLE)[::-1] if key != "wikram"]


def test_search_finds_new_messages_and_changes_at_once(desk, asha):
    ticket = desk["priya"]
    workflow.customer_says(ticket, "Also a jar of honey leaked", by=ticket.requester)
    workflow.agent_replies(ticket, "I have booked a courier", by=asha)
    workflow.add_note(ticket, "Sounds like the Nagpur warehouse", by=asha)
    workflow.request_callback(ticket, by=ticket.requester, phone="99000 77123")
    for question in ("honey", "courier", "nagpur", "9900077123", "priya honey nagpur"):
        assert found(desk, question) == ["priya"], question
    # It has moved to the top of the list, and of what is found
    assert found(desk, "example.com")[0] == "priya"


def test_an_attempt_that_lost_the_race_leaves_no_words(desk):
    ticket = desk["priya"]
    stale = Ticket.objects.get(pk=ticket.pk)
    workflow.customer_says(ticket, "First", by=ticket.requester)
    workflow.customer_says(stale, "Second", by=ticket.requester)
    assert found(desk, "second") == found(desk, "first") == ["priya"]
    assert SearchText.objects.count() == len(desk)


def test_a_deleted_ticket_is_not_found(desk):
    Ticket.objects.filter(pk=desk["priya"].pk).delete()
    assert inbox.inbox_page(InboxFilter(q="crushed")).rows == []
    assert search.count(Ticket.objects.all(), "crushed") == (0, False)


def test_the_index_can_be_rebuilt(desk):
    SearchText.objects.all().delete()
    assert found(desk, "crushed") == []
    search.rebuild(size=3)
    assert {question: found(desk, question) for question, _ in QUESTIONS} == dict(QUESTIONS)
    call_command("reindex", stdout=StringIO())
    assert {question: found(desk, question) for question, _ in QUESTIONS} == dict(QUESTIONS)


def test_messages_are_written_while_the_index_is_rebuilt(desk, api, browse, asha):
    ticket = desk["priya"]
    SearchText.objects.all().delete()
    said = api(ticket.requester).post(f"/api/support/{ticket.pk}/message", {"message": "Honey leaked"})
    answered = api(asha).post(f"/api/support/admin/{ticket.pk}/reply", {"message": "A courier comes"})
    on_the_page = browse(asha).post(f"/support/{ticket.pk}/reply", {"message": "Tomorrow"})
    assert [each.status_code for each in (said, answered, on_the_page)] == [201, 201, 302]
    search.rebuild()
    assert found(desk, "honey courier tomorrow") == ["priya"]


def test_the_words_of_two_who_had_read_the_same_are_all_kept(desk):
    ticket = desk["priya"]
    here, there = (access.own_ticket(ticket.requester, ticket.pk, *search.beside()) for _ in range(2))
    search.remember(here, (), [Message(sender=Sender.CUSTOMER, text="Honey leaked")])
    search.remember(there, (), [Message(sender=Sender.CUSTOMER, text="Saffron too")])
    assert found(desk, "honey saffron") == ["priya"]


def test_a_search_keeps_to_the_other_filters(desk, asha):
    for key in ("hindi", "urdu"):
        workflow.move(desk[key], Status.CLOSED, by=asha)
    page = inbox.inbox_page(InboxFilter(q="example.com", status=Status.CLOSED))
    assert [row.pk for row in page.rows] == [desk["urdu"].pk, desk["hindi"].pk]
    waiting = inbox.inbox_page(InboxFilter(q="example.com", view="needs-answer"))
    assert len(waiting.rows) == len(PEOPLE) - 3
    assert inbox.count(InboxFilter(q="example.com", status=Status.CLOSED)) == inbox.Count(2)


def test_pages_of_a_search_follow_each_other_without_gap_or_repetition(priya):
    start = clock.now() - timedelta(hours=1)
    for minute in range(23):
        # Some at the very same time
        with clock.at(start + timedelta(minutes=minute // 3)):
            factories.ticket(priya, f"jar {minute}", category=["delivery", "payment"][minute % 2])
    for wanted in (InboxFilter(q="jar"), InboxFilter(q="jar priya", category="payment")):
        seen, cursor = [], None
        while cursor != "":
            page = inbox.inbox_page(wanted, cursor or "", size=5)
            seen += page.rows
            cursor = page.next
        assert seen == list(inbox.inbox(wanted))
        assert len(seen) == (11 if wanted.category else 23)


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_a_page_from_any_time_back_is_no_error(desk, year):
    rows = Ticket.objects.order_by("-updated_at", "-id")
    found = search.first(rows, "example.com", 50, datetime(year, 6, 1, tzinfo=UTC))
    assert len(found) == (len(PEOPLE) - 1 if year == 9999 else 0)


def test_a_count_gives_up_where_counting_would_cost(desk, monkeypatch):
    monkeypatch.setattr(search.index, "COUNT_CAP", 5)
    assert search.count(Ticket.objects.all(), "example.com") == (5, True)
    assert str(inbox.count(InboxFilter(q="example.com"))) == "5+"
    monkeypatch.setattr(search.index, "GIVE_UP", 5)
    assert search.count(Ticket.objects.filter(status=Status.CLOSED), "example.com") == (0, True)


def test_a_list_that_ends_on_its_first_page_is_not_counted_again(desk, django_assert_num_queries):
    for wanted in (InboxFilter(q="example.com"), InboxFilter(status=Status.OPEN)):
        page = inbox.inbox_page(wanted)
        with django_assert_num_queries(0):
            assert inbox.total(wanted, page) == inbox.Count(len(page.rows))
        assert inbox.count(wanted) == inbox.Count(len(page.rows))
        short = inbox.inbox_page(wanted, size=3)
        assert inbox.total(wanted, short) == inbox.Count(len(page.rows))


def test_a_page_of_a_search_costs_the_same_queries_however_much_matches(
    priya, django_assert_max_num_queries
):
    for number in range(70):
        factories.ticket(priya, "jar" if number else "jar, unique")
    with django_assert_max_num_queries(3):
        assert len(inbox.inbox_page(InboxFilter(q="jar")).rows) == inbox.PAGE
    # PostgreSQL looks among the newest first
    with django_assert_max_num_queries(4 if connection.vendor == "postgresql" else 3):
        assert len(inbox.inbox_page(InboxFilter(q="unique jar")).rows) == 1


@pytest.mark.parametrize("few", [1, 10, 100])
def test_search_finds_old_tickets_as_well_as_new_ones(priya, monkeypatch, few):
    """PostgreSQL looks among the newest first, and everywhere only if they are not enough."""
    monkeypatch.setattr(engines.Postgres, "FEW", few)
    numbers = [factories.ticket(priya, "rare" if number % 3 else "jar").number for number in range(45)]
    rare = [number for place, number in enumerate(numbers) if place % 3][::-1]
    found, cursor = [], ""
    while True:
        page = inbox.inbox_page(InboxFilter(q="rare"), cursor, size=7)
        found += [ticket.number for ticket in page.rows]
        if not (cursor := page.next):
            break
    assert found == rare


@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's query plan")
def test_a_word_that_no_ticket_has_is_not_looked_for_in_every_ticket(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + engines.Postgres.NEWEST, ["'zzyzx':*", rank.NO_LIMIT, 60])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "tickets_searchtext_vector" in plan


HOSTILE = [
    '"*', '""', "'", "NEAR(a b)", "a AND OR NOT", "words:a", "^a", "-a", "a:*", "!a | b", "\\", "%_%", "{$ne: 1}", "$where",
    "(((((", "a\0b", "\ud800", "~", "~vikram", "\u0301\u0301", "٣٤٥٦", "x" * 10_000, "9" * 10_000, "ä " * 5_000, "priya; DROP TABLE",
]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_is_typed_is_an_error(desk, question):
    list(search.tickets(Ticket.objects.all(), question))
    search.first(Ticket.objects.order_by("-updated_at", "-id"), question, 5)
    search.count(Ticket.objects.all(), question)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_that_is_said_is_found_by_each_of_its_words(text):
    said = set(words.found_by(text))
    for word, _ in words.asked(text):
        assert any(known.startswith(word) for known in said), (word, said)


def test_an_agent_types_any_characters_and_the_page_answers(browse, asha, desk):
    for question in HOSTILE[:-4]:
        if "\ud800" not in question:
            assert browse(asha).get("/support/", {"q": question}).status_code == 200, question


@pytest.mark.parametrize("role", [Role.CUSTOMER, None])
def test_only_agents_search(api, desk, role):
    person = factories.person("Ravi", role) if role else None
    assert api(person).get("/api/support/admin/", {"q": "crushed"}).status_code in (401, 403, 404)


def test_remembering_a_message_costs_two_statements(desk):
    ticket = desk["priya"]
    with CaptureQueriesContext(connection) as captured:
        workflow.customer_says(ticket, "One more jar", by=ticket.requester)
    assert sum("tickets_searchtext" in query["sql"] for query in captured) <= 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own index")
def test_the_index_never_merges_all_its_segments_in_a_request(ticket):
    with connection.cursor() as cursor:
        cursor.execute("SELECT k, v FROM tickets_searchindex_config")
        options = dict(cursor.fetchall())

    # FTS5 joins sixteen pieces of a size at once unless it is told otherwise
    assert (options["automerge"], options["crisismerge"]) == (8, 64)
