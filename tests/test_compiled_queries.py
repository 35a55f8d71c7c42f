"""What is asked and written with SQL that is kept: it finds and writes what Django's own would."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import DateTimeField, Max, UUIDField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler, SQLUpdateCompiler
from django.test.utils import CaptureQueriesContext

from supportdesk.db import compiled_queries as module
from supportdesk.db.compiled_queries import Unsupported, compiled_query, insert, update
from tests import factories
from tests.desk import ROOT
from tickets import queries, workflow
from tickets.models import InboxEvent, Message, Ticket

pytestmark = pytest.mark.all_engines

needs_sql = pytest.mark.skipif(connection.vendor == "mongodb", reason="MongoDB has no SQL to keep")


@pytest.fixture(autouse=True)
def _compiled(settings):
    """The suite passes with COMPILED_QUERIES=off too; these tests are about what is compiled."""
    settings.COMPILED_QUERIES = True


def fields_of(row) -> dict:
    return {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.engines
def test_a_compiled_query_finds_what_its_queryset_finds(ticket, priya, vikram):
    def rows(requester, since):
        found = Ticket.objects.filter(requester=requester, created_at__gte=since).defer("handover")
        return found.select_related("requester", "order").order_by("number")[:2]

    ask = compiled_query(rows)
    for _ in range(3):
        factories.ticket(vikram)

    for person, least in [(priya, 1), (vikram, 2), (priya, 1)]:
        found = ask(person.pk, ticket.created_at)
        expected = list(rows(person.pk, ticket.created_at))
        assert len(found) == least
        assert [fields_of(row) for row in found] == [fields_of(row) for row in expected]
        assert [fields_of(row.requester) for row in found] == [fields_of(row.requester) for row in expected]


@pytest.mark.engines
def test_a_value_that_no_row_has_finds_nothing(ticket):
    ask = compiled_query(lambda id, seq: Message.objects.filter(ticket=id, seq=seq, internal=False))

    assert [message.text for message in ask(ticket.pk, 1)] == [ticket.messages.get(seq=1).text]
    assert ask(ticket.pk, 99) == []


@pytest.mark.engines
@needs_sql
def test_sql_that_one_thread_has_made_serves_another(ticket, monkeypatch):
    ask = compiled_query(lambda seq: Message.objects.filter(seq=seq))
    ask(1)
    monkeypatch.setattr(module, "CompiledSelect", None)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(_asked_and_closed, ask, 1).result() is not None


def _asked_and_closed(ask, *values) -> list:
    try:
        return ask(*values)
    finally:
        connections.close_all()


@pytest.mark.engines
def test_a_message_is_found_by_its_seq(ticket, asha):
    insert(lines(ticket, 50, 52, author=asha, internal=True))

    assert queries.message_at(ticket.pk, 52).seq == 52
    assert queries.message_at(ticket.pk, 51) is None
    assert queries.message_at(ticket.pk, 99) is None
    assert queries.message_at(factories.ticket(asha).pk, 52) is None


@needs_sql
def test_the_sql_is_made_once(ticket, monkeypatch, django_assert_num_queries):
    made = []
    make_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *args, **how: made.append(1) or make_sql(*args, **how)
    )
    ask = compiled_query(lambda id: Ticket.objects.filter(pk=id))

    with django_assert_num_queries(3):
        assert [ask(ticket.pk) for _ in range(3)] == [[ticket]] * 3

    assert len(made) == 1


def test_a_row_changed_meanwhile_is_read_as_it_is(ticket, priya):
    ask = compiled_query(lambda id: Ticket.objects.filter(pk=id))
    before = ask(ticket.pk)[0]
    workflow.customer_says(ticket, "And the lid is broken", by=priya)

    assert ask(ticket.pk)[0].last_seq == before.last_seq + 1


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_threads_do_not_get_each_others_rows(priya, vikram):
    tickets = [factories.ticket(person) for person in (priya, vikram, priya, vikram)]
    ask = compiled_query(lambda id: Ticket.objects.filter(pk=id))

    def look(ticket):
        try:
            return [ask(ticket.pk) == [ticket] for _ in range(30)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert all(right for each in pool.map(look, tickets * 2) for right in each)


@pytest.mark.engines
@needs_sql
def test_filters_that_come_and_go_are_not_kept_for_ever(ticket, monkeypatch):
    kept = module.StatementCache()
    monkeypatch.setattr(module, "_statements", kept)
    monkeypatch.setattr(module, "MAX_STATEMENTS", 3)

    for limit in range(1, 9):
        assert queries.newer_messages(ticket, 0, notes=True, limit=limit)

    assert len(kept.made) <= 4


# --- Writing -----------------------------------------------------------------


def lines(ticket, *seqs, **fields) -> list[Message]:
    return [
        Message(ticket=ticket, seq=seq, sender="agent", text=f'{seq} % of "it"', **fields) for seq in seqs
    ]


@pytest.mark.engines
def test_rows_are_written_as_django_writes_them(ticket, asha, priya):
    mine, theirs = factories.ticket(priya), factories.ticket(priya)
    for count in (1, 3, 1):
        first = mine.messages.aggregate(last=Max("seq"))["last"] + 1
        fields = {"author": asha, "picture": "a/b.jpg", "picture_width": 3, "created_at": ticket.created_at}
        insert(lines(mine, *range(first, first + count), **fields))
        Message.objects.bulk_create(lines(theirs, *range(first, first + count), **fields))

    written, expected = (
        [
            {k: v for k, v in row.items() if k not in ("id", "ticket_id", "created_at")}
            for row in of.messages.values()
        ]
        for of in (mine, theirs)
    )
    assert len(written) >= 6
    assert written == expected
    assert Message.objects.get(ticket=mine, seq=written[-1]["seq"]).created_at == ticket.created_at


def _columns(*seqs: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ticket_id, author_id, created_at FROM tickets_message WHERE seq IN (%s, %s)", seqs
        )
        return cursor.fetchall()


@pytest.mark.engines
@needs_sql
@pytest.mark.filterwarnings("ignore:.*received a naive datetime")
@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Kolkata"), None])
def test_ids_and_times_are_stored_as_django_stores_them(ticket, asha, zone):
    at = datetime(2026, 11, 30, 23, 59, 58, 7, zone)
    insert(lines(ticket, 60, author=asha, created_at=at))
    Message.objects.bulk_create(lines(ticket, 61, author=asha, created_at=at))
    one, other = _columns(60, 61)
    assert one == other

    update(Message, {"ticket": ticket, "seq": 60}, {"author": asha.pk, "created_at": at})
    Message.objects.filter(seq=61).update(author=asha, created_at=at)
    assert _columns(60, 61) == [one, other]


@pytest.mark.engines
@needs_sql
def test_no_field_is_asked_how_an_id_or_a_time_is_stored(ticket, asha, monkeypatch):
    for kind in (UUIDField, DateTimeField):
        monkeypatch.setattr(kind, "get_db_prep_value", None)
    insert(lines(ticket, 60, author_id=asha.pk, created_at=ticket.created_at))
    assert update(Message, {"ticket": ticket.pk, "seq": 60}, {"created_at": ticket.created_at}) == 1


@pytest.mark.engines
def test_a_row_that_was_written_is_known_to_be_there(ticket):
    [row] = lines(ticket, 50)
    insert([row])

    row.text = "Changed"
    row.save()

    assert Message.objects.get(ticket=ticket, seq=50).text == "Changed"


@pytest.fixture
def short_statements(db):
    """As few values in a statement as some builds of SQLite allow; others allow 250,000."""
    if connection.vendor != "sqlite":
        yield
        return
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


@pytest.mark.engines
def test_thousands_of_rows_are_written_as_well(ticket, short_statements):
    insert(lines(ticket, *range(100, 2600)))

    assert ticket.messages.filter(seq__gte=100).count() == 2500


def test_no_rows_are_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_a_row_that_may_not_be_is_refused_and_the_next_is_written(ticket):
    insert(lines(ticket, 50))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(lines(ticket, 50))
    insert(lines(ticket, 51))

    assert list(ticket.messages.filter(seq__gte=50).values_list("seq", flat=True)) == [50, 51]


@pytest.mark.engines
@needs_sql
def test_database_functions_are_evaluated_each_time(ticket):
    for times in (2, 3, 4):
        seq = RawSQL("(SELECT COALESCE(MAX(seq), 0) * %s FROM tickets_activity)", [times])
        insert([InboxEvent(ticket=ticket, seq=5 if times == 2 else seq)])

    assert list(InboxEvent.objects.order_by("-seq").values_list("seq", flat=True)[:3]) == [60, 15, 5]


@pytest.mark.engines
@needs_sql
def test_the_sql_of_writing_is_made_once(ticket, monkeypatch):
    made = []
    for compiler in (SQLInsertCompiler, SQLUpdateCompiler):
        make_sql = compiler.as_sql
        monkeypatch.setattr(
            compiler, "as_sql", lambda self, make_sql=make_sql: made.append(type(self)) or make_sql(self)
        )
    monkeypatch.setattr(module, "_statements", module.StatementCache())

    for seq in (50, 51, 52):
        insert(lines(ticket, seq))
        update(Ticket, {"pk": ticket.pk}, {"last_seq": seq})

    assert len(made) == 2


@pytest.mark.engines
def test_a_change_is_made_to_the_rows_that_are_as_they_are_said_to_be(ticket, vikram, asha, rohan):
    factories.ticket(vikram)
    other = Ticket.objects.get(requester=vikram)

    def change(changes, **where) -> int:
        return update(Ticket, {"pk": ticket.pk, **where}, changes, {"unread_by_agents": 2})

    assert change({"subject": "Never"}, status="closed") == 0
    assert change({"subject": "Never"}, status="open", assignee=rohan) == 0
    assert change({"assignee": asha}, status="open", assignee=None) == 1
    assert change({"assignee": rohan}, status="open", assignee=None) == 0
    assert change({"assignee": None, "preview": "100 %"}, assignee=asha) == 1

    now = Ticket.objects.get(pk=ticket.pk)
    assert (now.assignee, now.preview, now.subject) == (None, "100 %", ticket.subject)
    assert now.unread_by_agents == ticket.unread_by_agents + 4
    assert fields_of(Ticket.objects.get(pk=other.pk)) == fields_of(other)


@pytest.mark.engines
def test_concurrent_increments_are_counted(ticket):
    Ticket.objects.filter(pk=ticket.pk).update(unread_by_agents=7)
    update(Ticket, {"pk": ticket.pk}, {}, {"unread_by_agents": 1})

    assert Ticket.objects.get(pk=ticket.pk).unread_by_agents == 8


# --- What is refused ---------------------------------------------------------


@pytest.mark.engines
@needs_sql
@pytest.mark.parametrize(
    "make",
    [
        lambda name: Ticket.objects.filter(requester_name__iexact=name),
        lambda name: Ticket.objects.filter(requester_name__contains=name),
        lambda numbers: Ticket.objects.filter(number__in=[numbers]),
        lambda day: Ticket.objects.filter(created_at__date=day),
        lambda name: Ticket.objects.annotate(lower=Lower("requester_name")).filter(lower=name),
        lambda unused: Ticket.objects.all(),
        lambda id: Ticket.objects.filter(pk=id).prefetch_related("messages"),
    ],
)
def test_a_queryset_whose_sql_depends_on_its_values_is_refused_when_it_is_compiled(ticket, make):
    with pytest.raises(Unsupported):
        compiled_query(make)("1")


def test_none_models_and_collections_are_refused_when_the_query_is_called(ticket, priya):
    ask = compiled_query(lambda id: Ticket.objects.filter(requester_id=id))
    assert ask(priya.pk) == [ticket]
    for value in (None, priya, [priya.pk], (priya.pk,), {priya.pk}, Ticket.objects.all()):
        with pytest.raises(Unsupported):
            ask(value)


@pytest.mark.engines
@needs_sql
def test_the_setting_switches_it_off(ticket, settings, monkeypatch):
    settings.COMPILED_QUERIES = False
    monkeypatch.setattr(module, "CompiledSelect", None)
    monkeypatch.setattr(module, "CompiledWrite", None)
    assert compiled_query(lambda id: Ticket.objects.filter(pk=id))(ticket.pk) == [ticket]
    assert update(Ticket, {"pk": ticket.pk}, {"subject": "Torn"}) == 1
    insert([InboxEvent(ticket=ticket)])


def test_at_most_ten_call_sites_compile_a_query():
    sites = [
        line
        for app in ("tickets", "chatbot")
        for file in (ROOT / app).rglob("*.py")
        for line in file.read_text().splitlines()
        if "compiled_query(" in line or line.startswith("@compiled_query")
    ]
    assert len(sites) <= 10, sites


@pytest.mark.engines
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the other engines keep Django's own log")
def test_under_debug_statements_are_not_written_down_unless_one_asks(db, settings):
    settings.DEBUG = True
    assert not connection.queries_logged
    with CaptureQueriesContext(connection) as made:
        Ticket.objects.exists()
    assert len(made) == 1


# --- SQLite's own converter of times --------------------------------------------


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of the SQLite backend")
@pytest.mark.parametrize(
    "stored", [datetime(2026, 3, 1, 23, 59, 59, 5), "2026-03-01 23:59:59.000005", None]
)
def test_a_stored_time_is_read_as_django_reads_it(stored):
    ours = connection.ops.convert_datetimefield_value(stored, None, connection)
    djangos = super(type(connection.ops), connection.ops).convert_datetimefield_value(
        stored, None, connection
    )
    assert ours == djangos
    assert stored is None or ours.tzinfo is djangos.tzinfo is not None
