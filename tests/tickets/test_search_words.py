"""The table of words that searches by beginnings look in, and the operators beside words."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.db.backends.sqlite3._functions import _sqlite_regexp

from tests import factories
from tickets import search
from tickets.desk import lists
from tickets.lists.inbox import InboxFilter, inbox
from tickets.models import Priority, Status, Ticket
from tickets.search import engines, operators, words

pytestmark = pytest.mark.engines


def kept_words() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM tickets_searchword")
        return {word for (word,) in cursor.fetchall()}


needs_words = pytest.mark.skipif(connection.vendor == "mongodb", reason="keeps no words beside the tickets")


@needs_words
def test_a_word_is_kept_as_long_as_a_ticket_has_it(priya):
    one, two = factories.ticket(priya, "Zanzibar cloves"), factories.ticket(priya, "Zanzibar pepper")
    assert {"zanzibar", "cloves", "pepper"} <= kept_words()

    search.forget([one.pk])
    assert "cloves" not in kept_words()
    assert {"zanzibar", "pepper"} <= kept_words()

    search.forget([two.pk])
    assert not {"zanzibar", "pepper"} & kept_words()


@needs_words
def test_neither_numbers_nor_sounds_are_kept(priya):
    factories.ticket(priya, "Order 2000000017 of Kavitha")
    assert "kavitha" in kept_words()
    assert not {word for word in kept_words() if word.isdigit() or word.startswith(words.SOUND)}


def test_a_million_letters_without_a_space_take_no_longer_than_a_million_in_words():
    """Each letter was tried as the beginning of a name with an apostrophe, up to the last one: hours."""
    assert list(words.found_by("a" * 1_000_000)) == ["a" * words.MAX_WORD]
    assert "dsouza" in words.found_by("x" * 1_000_000 + " D'Souza")


@needs_words
def test_a_prefix_of_few_or_many_words_is_found(priya, monkeypatch):
    for name in ("Mangalore", "Mangoes", "Manganese", "Mandarin"):
        factories.ticket(priya, name)
    for most in (64, 3, 2, 1):
        monkeypatch.setattr(engines.SqlIndex, "WORDS_AT_ONCE", most)
        for asked, found in [("mang", 3), ("mand", 1), ("mang mand", 0), ("mango", 1), ("mangz", 0)]:
            assert search.count(Ticket.objects.all(), asked) == (found, False), (most, asked)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's index of words")
def test_postgresql_is_asked_for_words_and_not_for_beginnings(priya):
    factories.ticket(priya, "Voucher for the warehouse")
    question = engines.Postgres().question(words.asked("vouch ware"))
    assert "'voucher'" in question
    assert "'warehouse'" in question
    assert ":*" not in question


@pytest.mark.django_db(transaction=True)
def test_many_who_bring_the_same_new_words_at_once_all_come_through(priya):
    said = [f"{first} {second}" for first, second in [("quetzal", "axolotl"), ("axolotl", "quetzal")] * 8]

    def say(text):
        try:
            return factories.ticket(priya, text).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(say, said))) == len(said)
    assert search.count(Ticket.objects.all(), "quetzal axolotl") == (len(said), False)


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="elsewhere one transaction writes at a time, or none does"
)
@pytest.mark.django_db(transaction=True)
def test_a_word_that_is_given_to_a_ticket_while_another_loses_it_is_kept(priya):
    one = factories.ticket(priya, "Zanzibar cloves")

    def forget():
        try:
            search.forget([one.pk])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            factories.ticket(priya, "Zanzibar pepper")
            forgotten = pool.submit(forget)
            with pytest.raises(TimeoutError):
                forgotten.result(1)
        forgotten.result(20)
    assert "cloves" not in kept_words()
    assert search.count(Ticket.objects.all(), "zanz pepp") == (1, False)


# --- The operators of the search box ------------------------------------------


def test_is_knows_every_view_status_and_priority():
    assert {*Status.values, *Priority.values} < lists.STATES.keys()
    for state, (name, value) in lists.STATES.items():
        assert operators.parse(f"lid is:{state}", lists.STATES) == operators.Parsed("lid", states=(state,))
        assert InboxFilter(**{name: value})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="calls Python for a pattern")
def test_a_sender_is_compared_by_pattern_only_where_the_index_names_the_ticket(priya):
    lukasz = factories.person("Łukasz D’Souza", email="lukasz@example.com")
    theirs = factories.ticket(lukasz)
    for _ in range(5):
        factories.ticket(priya)
    compared = []

    def regexp(pattern, text):
        compared.append(text)
        return bool(re.search(pattern, text))

    connection.ensure_connection()
    connection.connection.create_function("REGEXP", 2, regexp)
    try:
        for typed in ("lukasz", "dsouza", "D'SOUZA", "łukasz d’souza", "ukasz", "lukasz@"):
            assert [each.pk for each in inbox(InboxFilter(sender=typed))] == [theirs.pk], typed
        assert not inbox(InboxFilter(sender="zzz"))
        assert not inbox(InboxFilter(sender="@@"))
        assert set(compared) <= {lukasz.name}
    finally:
        connection.connection.create_function("REGEXP", 2, _sqlite_regexp, deterministic=True)
