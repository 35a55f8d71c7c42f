"""Search code shared by SQLite and PostgreSQL."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from supportdesk.db.compiled_queries import insert, update
from tickets.models import SearchText, Ticket
from tickets.search import words
from tickets.search.rank import place

Asked = list[tuple[str, str]]
# Higher than any letter, to end a range of words that begin alike
END = "\U0010ffff"


class SqlIndex(ABC):
    """The words of a ticket in one text; the engine's own full-text index follows it.

    Either engine finds the tickets of one word quickly, and those of all words that begin alike slowly. So
    beginnings are asked for as the words that begin so, which are kept in a table of their own: not numbers and
    sounds, and none of LONGEST_PREFIX letters and less.
    """

    # An engine's own: whether a question has an answer, the tickets of one, the newest of them, and how terms join
    ANY: str
    MATCHING: str
    NEWEST: str
    AND: str
    OR: str
    LONGEST_PREFIX = 0
    WORDS_AT_ONCE = 64
    BEGINNING = (
        "SELECT {place}, word FROM"
        " (SELECT word FROM tickets_searchword WHERE word >= %s AND word < %s LIMIT %s) begins{place}"
    )
    LEARN = "INSERT INTO tickets_searchword VALUES (%s) ON CONFLICT DO NOTHING"

    @abstractmethod
    def exactly(self, word: str) -> str:
        """Return the term of a question for this word."""

    @abstractmethod
    def beginning(self, word: str) -> str:
        """Return the term of a question for every word that begins so."""

    def remember(self, ticket: Ticket, found: list[str], new: bool) -> None:
        rank = place(ticket.updated_at, ticket.pk)
        if new:
            insert([SearchText(pk=ticket.pk, rank=rank, words=" ".join(found))])
        elif not found:
            update(SearchText, {"pk": ticket.pk}, {"rank": rank})
        else:
            found = self._add(ticket, rank, found)
        self.learn(found)

    def _add(self, ticket: Ticket, rank: int, found: list[str]) -> list[str]:
        """Add those of the words that are new; return them."""
        # Read along with the ticket (see `beside`): true unless the words have changed since
        if kept := ticket._state.fields_cache.get("search_text"):
            before = kept.words
            new = _without(found, before)
            after = " ".join([before, *new])
            if update(SearchText, {"pk": ticket.pk, "words": before}, {"rank": rank, "words": after}):
                kept.words = after
                return new
        row = SearchText.objects.filter(pk=ticket.pk)
        before = row.values_list("words", flat=True).first() or ""
        new = _without(found, before)
        update(SearchText, {"pk": ticket.pk}, {"rank": rank, "words": " ".join([before, *new])})
        return new

    def fill(self, rows: list[tuple[UUID, int, list[str]]]) -> None:
        SearchText.objects.bulk_create(
            SearchText(pk=id, rank=rank, words=" ".join(found)) for id, rank, found in rows
        )
        self.learn({word for _, _, found in rows for word in found})

    def replace(self, id: UUID, rank: int, found: list[str]) -> None:
        """Find the ticket by these words alone."""
        rows = SearchText.objects.filter(pk=id)
        gone = self.words_of(rows) - set(found)
        rows.delete()
        # First: PostgreSQL locks the table of words for it, which two that have learnt could not both do
        if gone:
            self.unlearn(gone)
        self.fill([(id, rank, found)])

    def settle(self) -> None:  # noqa: B027 (not every engine has something to do then)
        """Be told that this was everything."""

    # --- The words that tickets have ---------------------------------------------

    def learn(self, found: Iterable[str]) -> None:
        """Be told of words that tickets did not have so far."""
        self._note(self.LEARN, [(word,) for word in found if self._is_kept(word)])

    def words_of(self, rows: QuerySet) -> set[str]:
        return {word for text in rows.values_list("words", flat=True) for word in text.split()}

    def unlearn(self, gone: Iterable[str]) -> None:
        """Be told of words that some ticket no longer has."""
        unused = f"DELETE FROM tickets_searchword WHERE word = %s AND NOT EXISTS ({self.ANY})"  # noqa: S608
        self._note(unused, [(word, self.exactly(word)) for word in gone if self._is_kept(word)])

    def _is_kept(self, word: str) -> bool:
        return len(word) > self.LONGEST_PREFIX and not word.isdigit() and word[0] != words.SOUND

    def _note(self, statement: str, rows: list[tuple]) -> None:
        if rows:
            with connection.cursor() as cursor:
                # In one order: of two who learn the same words at once one may wait, but not each for the other
                cursor.executemany(statement, sorted(rows))

    # --- Asking ------------------------------------------------------------------

    def question(self, asked: Asked) -> str:
        begin_so = self._words_that_begin({word for word, _ in asked if self._is_kept(word)})
        either = [
            [*self._either(word, begin_so.get(word)), *([self.exactly(sound)] if sound else [])]
            for word, sound in asked
        ]
        return self.AND.join(f"({self.OR.join(terms)})" for terms in either)

    def _either(self, word: str, begin_so: list[str] | None) -> list[str]:
        if begin_so is None or len(begin_so) > self.WORDS_AT_ONCE:
            return [self.beginning(word)]
        return [self.exactly(known) for known in begin_so or [word]]

    def _words_that_begin(self, beginnings: set[str]) -> dict[str, list[str]]:
        """Return the words that begin so, or one more than WORDS_AT_ONCE of them."""
        begin_so: dict[str, list[str]] = {beginning: [] for beginning in beginnings}
        if not begin_so:
            return begin_so
        each = [self.BEGINNING.format(place=place) for place in range(len(begin_so))]
        limits = [(word, word + END, self.WORDS_AT_ONCE + 1) for word in begin_so]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(each), [value for limit in limits for value in limit])
            lists = list(begin_so.values())
            for place, word in cursor.fetchall():
                lists[place].append(word)
        return begin_so

    def matching(self, question: str) -> RawSQL:
        return RawSQL(self.MATCHING, [question])  # noqa: S611 the question is a parameter

    def newest(self, question: str, below: int, limit: int) -> list[tuple[UUID, int]]:
        with connection.cursor() as cursor:
            cursor.execute(self.NEWEST, [question, below, limit])
            return [(UUID(str(id)), rank) for id, rank in cursor.fetchall()]

    def count(self, question: str, most: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({self.ANY} LIMIT %s) found", [question, most])  # noqa: S608
            return cursor.fetchone()[0]


def _without(found: list[str], text: str) -> list[str]:
    known = set(text.split())
    return [word for word in found if word not in known]
