"""Many at once, each in a thread with a connection of its own, on a database that is a file."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler
from rest_framework.test import APIClient

from supportdesk.db import transactions
from supportdesk.db.config import database_from_url
from supportdesk.db.transactions import atomic_with_retry, lock_rows, serialized
from tests import factories
from tests.tickets.invariants import assert_tickets_are_true, tracked
from tickets import workflow
from tickets.accounts import tokens
from tickets.models import Message, Person, Status, Ticket
from tickets.pictures.uploads import received
from tickets.workflow import Mismatch, Refused, change_set

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


def at_once(*jobs) -> list:
    """Let the jobs begin together; return what each returned, a refusal in place of a result."""
    together = threading.Barrier(len(jobs))

    def run(job):
        try:
            together.wait(timeout=30)
            return job()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def read(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def sender_of(person: Person):
    """`send(path, words)` posts as the person; every call is a client of its own, as tabs are."""
    access = tokens.issue(person)["access"]

    def send(path, words, **options):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client.post(path, words, **options)

    return send


# --- The database under it ---------------------------------------------------

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")


@sqlite_only
@pytest.mark.parametrize("write", ["one row", "many rows"])
def test_a_statement_by_itself_stands_in_line_behind_a_transaction(ticket, priya, write):
    row = {"ticket": ticket, "sender": "system", "text": "by itself"}

    def by_itself():
        with connection.cursor() as cursor:
            # Who does not stand in line would be refused at once
            cursor.execute("PRAGMA busy_timeout = 0")
            began.set()
            if write == "one row":
                Message(seq=8, **row).save(force_insert=True)
            else:
                cursor.executemany("UPDATE tickets_ticket SET subject = %s", [["a"], ["b"]])

    def in_transaction():
        with transaction.atomic():
            Message(seq=9, **row).save(force_insert=True)
            holds.set()
            assert began.wait(30)
            # The other one comes as far as the lock
            waits.wait(0.3)

    began, holds, waits = (threading.Event() for _ in range(3))
    at_once(in_transaction, lambda: holds.wait(30) and by_itself())

    assert 9 in ticket.messages.values_list("seq", flat=True)
    if write == "one row":
        assert 8 in ticket.messages.values_list("seq", flat=True)
    else:
        assert read(ticket).subject == "b"


@sqlite_only
def test_sqlite_runs_as_a_file_with_wal_full_sync_and_immediate_transactions(tmp_path):
    """The desk's own connection: that of the tests waits longer and leaves the disk alone."""
    desks = ConnectionHandler({"default": database_from_url("sqlite:", tmp_path)})["default"]
    with closing(desks), desks.cursor() as cursor:
        pragma = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint")
        }
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "wal_autocheckpoint": 4000,
    }
    assert desks.transaction_mode == "IMMEDIATE"
    assert (tmp_path / "db.sqlite3").is_file()


def test_transactions_that_read_before_they_write_all_succeed(priya, monkeypatch):
    # Of eight who do nothing else one may lose sixty times in a row where other programs use the cores
    monkeypatch.setattr(transactions, "TRIES", 1000)
    ticket, each = factories.ticket(priya), 10

    @atomic_with_retry
    def count_up():
        lock_rows(Ticket.objects.filter(pk=ticket.pk))
        noted = int(read(ticket).callback_note or 0)
        Ticket.objects.filter(pk=ticket.pk).update(callback_note=noted + 1)

    def count_on():
        for _ in range(each):
            count_up()

    at_once(*[count_on] * 8)
    assert read(ticket).callback_note == str(8 * each)


# --- The same thing, fifty times at once -------------------------------------


def test_fifty_posts_with_one_client_id_make_one_message_and_get_one_answer(ticket, priya):
    send, words = sender_of(priya), {"message": "Only once", "clientId": "c-1"}
    answers = at_once(*[lambda: send(f"/api/support/{ticket.pk}/message", words)] * 50)
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert ticket.messages.filter(text="Only once").count() == 1
    assert_tickets_are_true({ticket.pk: tracked(ticket)})


def test_one_of_fifty_texts_under_one_client_id_is_stored(ticket, priya):
    outcomes = at_once(
        *[
            lambda text=f"Text {place}": workflow.customer_says(
                read(ticket), text, by=priya, client_id="c-1"
            )
            for place in range(50)
        ]
    )
    assert sum(isinstance(outcome, Message) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Mismatch) for outcome in outcomes) == 49
    assert ticket.messages.filter(client_id="c-1").count() == 1


def test_fifty_different_messages_are_all_kept_in_one_row_of_numbers(ticket, priya):
    said = at_once(
        *[
            lambda text=f"Message {place}": workflow.customer_says(read(ticket), text, by=priya)
            for place in range(50)
        ]
    )
    assert sorted(message.seq for message in said) == list(range(3, 53))
    stored = dict(ticket.messages.values_list("seq", "text"))
    assert all(stored[message.seq] == message.text for message in said)
    assert_tickets_are_true({ticket.pk: tracked(ticket)})


only_mongodb = pytest.mark.not_on(
    "sqlite", "postgresql", reason="writers wait for each other in the database"
)


@only_mongodb
def test_writers_of_one_process_do_their_work_twice_at_most(ticket, priya, monkeypatch):
    pauses = []
    monkeypatch.setattr(change_set, "pause", pauses.append)
    # On a busy machine the last of twenty waits longer than a writer otherwise would
    monkeypatch.setattr(transactions.mongo, "MAX_LOCK_WAIT_SECONDS", 60)
    at_once(*[lambda: workflow.customer_says(read(ticket), "Me too", by=priya)] * 20)
    # Who reads the ticket just before another has written comes too late once, and knows it then
    assert set(pauses) <= {0}


@only_mongodb
def test_writers_of_many_processes_race_and_lose_nothing(ticket, priya, monkeypatch):
    monkeypatch.setattr(change_set, "serialized", lambda key: nullcontext(False))
    said = at_once(*[lambda: workflow.customer_says(read(ticket), "Me too", by=priya)] * 12)
    assert sorted(message.seq for message in said) == list(range(3, 15))
    assert_tickets_are_true({ticket.pk: tracked(ticket)})


@only_mongodb
def test_a_writer_who_waited_reads_what_the_others_wrote_and_has_its_turn(ticket, priya, monkeypatch):
    pauses, comes = [], threading.Event()

    @contextmanager
    def in_line_as_is_seen(key):
        comes.set()
        with serialized(key) as waited:
            yield waited

    monkeypatch.setattr(change_set, "pause", pauses.append)
    stale = read(ticket)
    with ThreadPoolExecutor(1) as other:
        with serialized(ticket.pk):
            monkeypatch.setattr(change_set, "serialized", in_line_as_is_seen)
            second = other.submit(at_once, lambda: workflow.customer_says(stale, "Second", by=priya))
            assert comes.wait(30)
            workflow.customer_says(read(ticket), "First", by=priya)
        [said] = second.result(30)
    assert (said.seq, pauses) == (4, [])


@only_mongodb
def test_a_writer_waits_a_bounded_time_and_in_one_queue_only(monkeypatch):
    def stand(*keys) -> list[bool]:
        with ExitStack() as stack:
            return [stack.enter_context(serialized(key)) for key in keys]

    monkeypatch.setattr(transactions.mongo, "MAX_LOCK_WAIT_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(stand, 1).result(10) == [False]
        with serialized(1):
            assert other.submit(stand, 1).result(10) == [True]
            assert other.submit(stand, 2, 1).result(10) == [False, False]
        assert other.submit(stand, 1).result(10) == [False]


def test_fifty_openings_with_one_client_id_open_one_ticket(priya):
    opened = at_once(*[lambda: workflow.open_ticket(priya, "Crushed", client_id="o-1")] * 50)
    assert len({ticket.pk for ticket in opened}) == 1
    assert sum(ticket.is_new for ticket in opened) == 1
    assert Ticket.objects.get().messages.count() == 2


@pytest.mark.parametrize("opening", [False, True], ids=["message", "opening"])
def test_parallel_tries_to_send_one_picture_leave_one_picture(opening, priya, ticket):
    """The losers have stored theirs already when they learn that they lost."""

    def send():
        with received(factories.picture()) as picture:
            together.wait()
            words = {"picture": picture, "client_id": "p-1"}
            if opening:
                workflow.open_ticket(priya, "Look", **words)
            else:
                workflow.customer_says(read(ticket), "Look", by=priya, **words)

    together = threading.Barrier(6)
    at_once(*[send] * 6)
    kept = Message.objects.exclude(picture="").get()
    names = {path.name for path in Path(default_storage.location).rglob("*") if path.is_file()}
    assert names == {Path(kept.picture.name).name, Path(kept.thumbnail.name).name}


# --- Two agents --------------------------------------------------------------

VERBS = {
    "reply": lambda ticket, agent: workflow.agent_replies(ticket, "Hello", by=agent),
    "close": lambda ticket, agent: workflow.move(ticket, Status.CLOSED, by=agent),
    "assign": lambda ticket, agent: workflow.assign(ticket, agent, by=agent),
    "take": lambda ticket, agent: workflow.take(ticket, by=agent),
}


@pytest.mark.parametrize("verb", ["close", "assign", "take"])
def test_two_agents_who_do_the_same_get_one_success_and_one_conflict(verb, priya, asha, rohan):
    opened_as = {}
    for _ in range(20):
        ticket = factories.ticket(priya)
        opened_as[ticket.pk] = tracked(ticket)
        agents, readings = (asha, rohan), (read(ticket), read(ticket))
        outcomes = at_once(
            *[
                lambda a=agent, t=seen: VERBS[verb](t, a)
                for agent, seen in zip(agents, readings, strict=True)
            ]
        )
        assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
        winner = agents[[isinstance(outcome, Refused) for outcome in outcomes].index(False)]
        assert read(ticket).assignee_id == (None if verb == "close" else winner.pk)
        assert {event.actor_id for event in ticket.events.exclude(old="", field="status")} == {winner.pk}
    assert_tickets_are_true(opened_as)


def test_two_agents_who_reply_close_and_assign_at_once_leave_a_linear_history(priya, asha, rohan):
    chance, opened_as, refused = random.Random(5), {}, 0
    for _ in range(40):
        ticket = factories.ticket(priya)
        opened_as[ticket.pk] = tracked(ticket)
        jobs = []
        for agent in (asha, rohan):
            verbs, seen = chance.sample(list(VERBS), 3), read(ticket)

            def work(agent=agent, verbs=verbs, ticket=seen):
                told = 0
                for verb in verbs:
                    try:
                        VERBS[verb](ticket, agent)
                    except Refused:
                        told += 1
                        ticket.refresh_from_db()
                return told

            jobs.append(work)
        refused += sum(at_once(*jobs))
    assert refused > 20
    assert_tickets_are_true(opened_as)


def test_a_call_back_that_two_tick_off_at_once_is_done_once(ticket, priya, asha, rohan):
    workflow.request_callback(ticket, by=priya)
    at_once(*[lambda a=agent: workflow.complete_callback(read(ticket), by=a) for agent in (asha, rohan)])
    assert ticket.messages.filter(text="The call back is done.").count() == 1
    assert ticket.events.filter(field="callback_completed").count() == 1


# --- The customer and the agent ----------------------------------------------


@pytest.mark.parametrize("end", [Status.RESOLVED, Status.CLOSED])
def test_a_message_while_the_agent_ends_the_ticket_is_answered_for(end, priya, asha):
    """It comes first, and the agent is told; or it comes second, and the conversation goes on."""
    opened_as = {}
    for _ in range(30):
        ticket = factories.ticket(priya)
        opened_as[ticket.pk] = tracked(ticket)
        workflow.take(ticket, by=asha)
        for_priya, for_asha = read(ticket), read(ticket)
        said, ended = at_once(
            lambda t=for_priya: workflow.customer_says(t, "Wait", by=priya),
            lambda t=for_asha: workflow.move(t, end, by=asha),
        )
        assert read(said.ticket).status in (Status.OPEN, Status.IN_PROGRESS)
        if isinstance(ended, Refused):
            assert said.ticket_id == ticket.pk
        else:
            assert (said.ticket.previous_id == ticket.pk) == (end == Status.CLOSED)
        opened_as.setdefault(said.ticket_id, tracked(said.ticket))
    assert_tickets_are_true(opened_as)


def test_tags_that_two_agents_add_at_once_are_both_kept(ticket, asha, rohan):
    workflow.correct(ticket, by=asha, tags=["vip"])
    # Both pages show the ticket with one tag
    first, second = read(ticket), read(ticket)
    at_once(
        lambda: workflow.correct(first, by=asha, add_tags=["refund"]),
        lambda: workflow.change(second, by=rohan, add_tags=["courier"], remove_tags=["vip"]),
    )
    assert read(ticket).tags == ["courier", "refund"]


def test_messages_at_once_to_a_closed_ticket_open_one_that_follows(ticket, priya, asha):
    workflow.move(ticket, Status.CLOSED, by=asha)
    said = at_once(
        *[
            lambda p=place: workflow.customer_says(read(ticket), f"Hello {p}", by=priya)
            for place in range(8)
        ]
    )
    assert len({message.ticket_id for message in said}) == 1
    assert ticket.following.get().messages.filter(sender="customer").count() == 8


def test_yes_and_no_at_once_are_one_answer(priya, asha):
    for _ in range(15):
        ticket = factories.ticket(priya)
        workflow.take(ticket, by=asha)
        workflow.move(ticket, Status.RESOLVED, by=asha)
        tabs = read(ticket), read(ticket)
        outcomes = at_once(
            lambda t=tabs[0]: workflow.confirm(t, by=priya, rating=5),
            lambda t=tabs[1]: workflow.reopen(t, by=priya),
        )
        assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
        confirmed = not isinstance(outcomes[0], Refused)
        assert read(ticket).status == (Status.CLOSED if confirmed else Status.IN_PROGRESS)
        assert read(ticket).rating == (5 if confirmed else None)


def test_a_message_sent_while_others_read_stays_unread(ticket, priya):
    opened_as = {ticket.pk: tracked(ticket)}
    for _ in range(15):
        seen = read(ticket)
        at_once(
            lambda: workflow.customer_says(read(ticket), "More", by=priya),
            lambda s=seen: workflow.mark_read(s, by_agents=True, up_to=s.last_seq),
            lambda: workflow.customer_says(read(ticket), "And more", by=priya),
        )
        assert read(ticket).unread_by_agents == 2
    assert_tickets_are_true(opened_as)
