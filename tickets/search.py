"""What an agent types into the search box: every ticket that has all the words, in any order.

A ticket is found by the beginnings of its words: number, customer (also as the name sounds),
e-mail, phone, order number, subject and messages, notes included. `words` makes words of
them, the same on every engine, and an index keeps them (`SearchText`): SQLite's FTS5,
PostgreSQL's full text, an index of MongoDB over the list of words.

The index is in the inbox's order. A page of it takes the newest matches and stops, however
many there are.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from supportdesk.prepared import insert, update

from . import words
from .models import Message, SearchText, Sender, Ticket

# Counting further would cost more than anybody wants to know
COUNT_CAP = 1_000
# Matches that are looked at in one go where a filter has to be counted; where it lets few of them pass,
# the next go takes more
COUNTED_AT_ONCE, GROWTH = 300, 5
# Looked at before a count gives up: a filter that lets almost nothing pass
GIVE_UP = 10_000

# What a ticket is found by besides its messages
FIELDS = {
    "number": lambda number: [str(number)],
    "requester_name": words.name_found_by,
    "requester_email": words.found_by,
    "requester_phone": words.found_by,
    "order_number": words.found_by,
    "subject": words.found_by,
}

Asked = list[tuple[str, str]]


# --- Finding -----------------------------------------------------------------


def tickets(rows: QuerySet, text: str) -> QuerySet:
    """Narrow the tickets down to those that match, all of them. For a page or a count see below."""
    asked = words.asked(text)
    if not asked:
        return rows.none()
    index = _index()
    return rows.filter(pk__in=index.matching(index.question(asked)))


def first(rows: QuerySet, text: str, limit: int, until: datetime | None = None) -> list[Ticket]:
    """Return the first matches of tickets that are in the inbox's order, from a time back."""
    found = []
    for ids in _windows(text, limit, until):
        found += rows.filter(pk__in=ids)[: limit - len(found)]
        if len(found) == limit:
            break
    return found


def count(rows: QuerySet, text: str) -> tuple[int, bool]:
    """Count the matches: exactly while they are few, else a number that there are at least, and True."""
    asked = words.asked(text)
    if asked and not rows.query.where:
        # All that match count, so the index alone knows how many
        index = _index()
        number = index.count(index.question(asked), COUNT_CAP + 1)
        return min(number, COUNT_CAP), number > COUNT_CAP
    number = seen = 0
    for ids in _windows(text, COUNTED_AT_ONCE):
        number += rows.filter(pk__in=ids).count()
        seen += len(ids)
        if number > COUNT_CAP or seen > GIVE_UP:
            return min(number, COUNT_CAP), True
    return number, False


def _windows(text: str, size: int, until: datetime | None = None) -> Iterator[list[UUID]]:
    """Yield the matches' ids, the newest first: so many, then growing portions."""
    asked = words.asked(text)
    index = _index()
    question = index.question(asked)
    below = min(max(place(until) + (1 << ID_BITS), 0), NO_LIMIT) if until else NO_LIMIT
    while asked:
        found = index.newest(question, below, size)
        yield [id for id, _ in found]
        if len(found) < size:
            break
        below = found[-1][1]
        size *= GROWTH


# --- Remembering -------------------------------------------------------------

ID_BITS = 22
NO_LIMIT = 2**63 - 1
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# Higher than any letter, to end a range of words that begin alike
END = "\U0010ffff"


def place(updated_at: datetime, id: UUID | None = None) -> int:
    """Where a ticket stands in the inbox: milliseconds since 2020, then the beginning of its id."""
    since = updated_at - EPOCH
    milliseconds = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    return (milliseconds << ID_BITS) + (id.int >> 128 - ID_BITS if id else 0)


def remember(
    ticket: Ticket, fields: Iterable[str], messages: Iterable[Message], *, new: bool = False
) -> None:
    """Keep the words of these fields and messages, and the ticket's new place, in the caller's transaction."""
    _index().remember(ticket, list(_found_by(ticket, fields, messages)), new)


def _found_by(ticket, fields, messages) -> dict[str, None]:
    found = {}
    for field in FIELDS.keys() & set(fields):
        found |= dict.fromkeys(FIELDS[field](getattr(ticket, field)))
    for message in messages:
        # What the desk says by itself stands on every ticket
        if message.sender != Sender.SYSTEM:
            found |= dict.fromkeys(words.found_by(message.text))
    return found


def beside() -> tuple[str, ...]:
    """What is best read along with a ticket to which a message will be added, for `select_related`."""
    return () if connection.vendor == "mongodb" else ("search_text",)


def renew(ticket: Ticket) -> None:
    """Find the ticket by what it says now, and no longer by anything that it said before."""
    forget([ticket.pk])
    found = list(_found_by(ticket, FIELDS, ticket.messages.all()))
    _index().fill([(ticket.pk, place(ticket.updated_at, ticket.pk), found)])


def forget(ids: Iterable[UUID]) -> None:
    """Find these tickets no longer, and keep no word that only they had."""
    rows = SearchText.objects.filter(pk__in=list(ids))
    index = _index()
    gone = index.words_of(rows)
    rows.delete()
    index.unlearn(gone)


def rebuild(tickets=Ticket, messages=Message, *, progress=lambda done: None, size: int = 500) -> None:
    """Make the index anew from the tickets and their messages (models; a migration has its own)."""
    SearchText.objects.all().delete()
    ids = list(tickets.objects.order_by("pk").values_list("pk", flat=True))
    taken = set()
    for start in range(0, len(ids), size):
        chosen = tickets.objects.defer("handover").in_bulk(ids[start : start + size])
        said = {id: [] for id in chosen}
        for message in messages.objects.filter(ticket__in=list(chosen)).only("ticket_id", "sender", "text"):
            said[message.ticket_id].append(message)
        rows = []
        for id, ticket in chosen.items():
            rank = place(ticket.updated_at, id)
            while rank in taken:
                rank += 1
            taken.add(rank)
            rows.append((id, rank, list(_found_by(ticket, FIELDS, said[id]))))
        _index().fill(rows)
        progress(start + len(rows))
    _index().settle()


# --- Engines -----------------------------------------------------------------


class SqlIndex:
    """The words of a ticket in one text; the engine's own full-text index follows it.

    Either engine finds the tickets of one word quickly, and those of all words that begin alike slowly. So
    beginnings are asked for as the words that begin so, which are kept in a table of their own: not numbers and
    sounds, and none of LONGEST_PREFIX letters and less.
    """

    LONGEST_PREFIX = 0
    WORDS_AT_ONCE = 64
    BEGINNING = (
        "SELECT {place}, word FROM"
        " (SELECT word FROM tickets_searchword WHERE word >= %s AND word < %s LIMIT %s) begins{place}"
    )
    LEARN = "INSERT INTO tickets_searchword VALUES (%s) ON CONFLICT DO NOTHING"

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
        # Read along with the ticket (see `beside`): true unless somebody has changed the words since
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
        row.update(rank=rank, words=" ".join([before, *new]))
        return new

    def fill(self, rows: list[tuple[UUID, int, list[str]]]) -> None:
        SearchText.objects.bulk_create(
            SearchText(pk=id, rank=rank, words=" ".join(found)) for id, rank, found in rows
        )
        self.learn({word for _, _, found in rows for word in found})

    def settle(self) -> None:
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
        begin_so = {beginning: [] for beginning in beginnings}
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


class Sqlite(SqlIndex):
    """An FTS5 table whose row ids are the ranks, so that it is read in the inbox's order.

    FTS5 reads one word's tickets as they are asked for, but everything that begins alike at
    once, unless it is as short as what its prefix index holds.
    """

    MATCHING = (
        "SELECT ticket_id FROM tickets_searchtext WHERE rank IN"
        " (SELECT rowid FROM tickets_searchindex WHERE tickets_searchindex MATCH %s)"
    )
    ANY = "SELECT 1 FROM tickets_searchindex WHERE tickets_searchindex MATCH %s"
    NEWEST = (
        "SELECT ticket_id, rank FROM"
        " (SELECT rowid AS place FROM tickets_searchindex WHERE tickets_searchindex MATCH %s"
        "  AND rowid < %s ORDER BY rowid DESC LIMIT %s)"
        " JOIN tickets_searchtext ON rank = place ORDER BY rank DESC"
    )
    AND, OR = " AND ", " OR "
    LONGEST_PREFIX = 3

    def exactly(self, word: str) -> str:
        return f'"{word}"'

    def beginning(self, word: str) -> str:
        return f'"{word}"*'

    def settle(self) -> None:
        # FTS5 puts off joining what was added in large pieces; the first writers would have to wait for it,
        # seconds at 30,000 tickets
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO tickets_searchindex(tickets_searchindex) VALUES ('optimize')")


class Postgres(SqlIndex):
    """A generated column of PostgreSQL's own word list type under a GIN index.

    What the planner knows of how common a beginning is, it guesses: for a word that no ticket has it
    walked the whole desk in the inbox's order (1.0 s at 300,000 tickets, now 0.02). So the order of
    looking is ours: a common word is found among the newest tickets, any other by the index of words.
    Of several words GIN skips through the common ones from one ticket of the rarest to the next, but of a
    beginning it collects all tickets first (0.2 s at 1,000,000).
    """

    MATCHING = "SELECT ticket_id FROM tickets_searchtext WHERE vector @@ %s::tsquery"
    ANY = "SELECT 1 FROM tickets_searchtext WHERE vector @@ %s::tsquery"
    AMONG_THE_NEWEST = (
        "SELECT ticket_id, rank FROM"
        " (SELECT ticket_id, rank, vector FROM tickets_searchtext WHERE rank < %s ORDER BY rank DESC LIMIT %s) newest"
        " WHERE vector @@ %s::tsquery ORDER BY rank DESC LIMIT %s"
    )
    # No index has this order, so it is the one of words that is asked
    NEWEST = (
        "SELECT ticket_id, rank FROM tickets_searchtext WHERE vector @@ %s::tsquery AND rank + 0 < %s"
        " ORDER BY rank + 0 DESC LIMIT %s"
    )
    AND, OR = " & ", " | "
    FEW = 2_000

    def exactly(self, word: str) -> str:
        return f"'{word}'"

    def beginning(self, word: str) -> str:
        return f"'{word}':*"

    def unlearn(self, gone: Iterable[str]) -> None:
        # Whoever is just giving one of the words to another ticket goes first: of that nothing would be seen
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE tickets_searchword IN SHARE ROW EXCLUSIVE MODE")
            super().unlearn(gone)

    def newest(self, question: str, below: int, limit: int) -> list[tuple[UUID, int]]:
        with connection.cursor() as cursor:
            cursor.execute(self.AMONG_THE_NEWEST, [below, self.FEW, question, limit])
            found = cursor.fetchall()
        return found if len(found) == limit else super().newest(question, below, limit)


class Mongo:
    """The words as a list in the document, under an index that holds each of them."""

    @property
    def documents(self):
        connection.ensure_connection()
        return connection.get_collection(SearchText._meta.db_table)

    def remember(self, ticket: Ticket, found: list[str], new: bool) -> None:
        from django_mongodb_backend.query import wrap_database_errors

        wrap_database_errors(self.documents.update_one)(
            {"ticket_id": self.key(ticket.pk)},
            {
                "$set": {"rank": place(ticket.updated_at, ticket.pk)},
                "$addToSet": {"words": {"$each": found}},
            },
            upsert=True,
            session=connection.session,
        )

    def fill(self, rows: list[tuple[UUID, int, list[str]]]) -> None:
        if rows:
            self.documents.insert_many(
                [{"ticket_id": self.key(id), "rank": rank, "words": found} for id, rank, found in rows],
                session=connection.session,
            )

    def words_of(self, rows: QuerySet) -> Iterable[str]:
        return ()

    def unlearn(self, gone: Iterable[str]) -> None:
        """Nothing is kept beside the documents."""

    def settle(self) -> None:
        """An index of MongoDB is in order at any time."""

    def matching(self, question: list[dict]) -> list[UUID]:
        return [id for id, _ in self.newest(question, NO_LIMIT, GIVE_UP)]

    def newest(self, question: list[dict], below: int, limit: int) -> list[tuple[UUID, int]]:
        wanted = {"$and": [{"rank": {"$lt": below}}, *question]}
        found = self.documents.find(wanted, {"ticket_id": 1, "rank": 1}, session=connection.session)
        return [(UUID(row["ticket_id"]), row["rank"]) for row in found.sort("rank", -1).limit(limit)]

    def count(self, question: list[dict], most: int) -> int:
        return self.documents.count_documents({"$and": question}, limit=most, session=connection.session)

    def question(self, asked: Asked) -> list[dict]:
        return [self.condition(*pair) for pair in asked]

    def condition(self, word: str, sound: str) -> dict:
        begins_so = {"words": {"$elemMatch": {"$gte": word, "$lt": word + END}}}
        return {"$or": [begins_so, {"words": sound}]} if sound else begins_so

    def key(self, id: UUID) -> str:
        return SearchText._meta.pk.get_db_prep_save(id, connection)


ENGINES = {"sqlite": Sqlite(), "postgresql": Postgres(), "mongodb": Mongo()}


def _index():
    return ENGINES[connection.vendor]
