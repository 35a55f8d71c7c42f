"""Finding tickets by their words, and keeping the words of what is written."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from supportdesk.db.transactions import atomic_with_retry, lock_rows
from tickets.models import Message, SearchText, Sender, Ticket, text_fields
from tickets.models.text_fields import Search

from . import engines, words
from .rank import ID_BITS, NO_LIMIT, place

# Counting further would cost more than anybody wants to know
COUNT_CAP = 1_000
# Matches that are looked at in one go where a filter has to be counted; where it lets few of them pass,
# the next go takes more
COUNTED_AT_ONCE, GROWTH = 300, 5
# Looked at before a count gives up: a filter that lets almost nothing pass
GIVE_UP = 10_000

# What a ticket is found by besides its messages
FOUND_BY = {Search.WORDS: words.found_by, Search.NAME: words.name_found_by}
FIELDS = {"number": lambda number: [str(number)]} | {
    name: FOUND_BY[text.search] for name, text in text_fields.fields_of(Ticket).items() if text.search
}


# Return more words by ticket id for {id: ticket}; rooms that keep texts beside the ticket add theirs
beside_fields: list[Callable[[dict], dict]] = []


# --- Finding -----------------------------------------------------------------


def tickets(rows: QuerySet, text: str) -> QuerySet:
    """Narrow the tickets down to those that match, all of them. For a page or a count see below."""
    asked = words.asked(text)
    if not asked:
        return rows.none()
    index = engines.current()
    return rows.filter(pk__in=index.matching(index.question(asked)))


def first(rows: QuerySet, text: str, limit: int, until: datetime | None = None) -> list[Ticket]:
    """Return the first matches of tickets that are in the inbox's order, from a time back."""
    found: list[Ticket] = []
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
        index = engines.current()
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
    index = engines.current()
    question = index.question(asked)
    below = min(max(place(until) + (1 << ID_BITS), 0), NO_LIMIT) if until else NO_LIMIT
    while asked:
        found = index.newest(question, below, size)
        yield [id for id, _ in found]
        if len(found) < size:
            break
        below = found[-1][1]
        size *= GROWTH


# --- Keeping -----------------------------------------------------------------


def remember(
    ticket: Ticket, fields: Iterable[str], messages: Iterable[Message], *, new: bool = False
) -> None:
    """Keep the words of these fields and messages, and the ticket's new place, in the caller's transaction."""
    engines.current().remember(ticket, list(_found_by(ticket, fields, messages)), new)


def _found_by(ticket, fields, messages) -> dict[str, None]:
    found: dict[str, None] = {}
    for field in FIELDS.keys() & set(fields):
        found |= dict.fromkeys(FIELDS[field](getattr(ticket, field)))
    for message in messages:
        # What the desk says by itself stands on every ticket
        if message.sender != Sender.SYSTEM:
            found |= dict.fromkeys(words.found_by(message.text))
    return found


def _beside(tickets: dict) -> dict[UUID, dict[str, None]]:
    found: dict[UUID, dict[str, None]] = {id: {} for id in tickets}
    for words_of in beside_fields:
        for id, more in words_of(tickets).items():
            found[id] |= dict.fromkeys(more)
    return found


def beside() -> tuple[str, ...]:
    """Return the `select_related` fields for a ticket to which a message will be added."""
    return () if connection.vendor == "mongodb" else ("search_text",)


def renew(ticket: Ticket) -> None:
    """Find the ticket by what it says now, and no longer by anything that it said before."""
    _renew(ticket.pk)


@atomic_with_retry
def _renew(id: UUID) -> None:
    # Of two at once the second waits here, and so does what is written to the ticket meanwhile: it adds its words
    if not lock_rows(Ticket.objects.filter(pk=id)):
        return
    ticket = Ticket.objects.get(pk=id)
    found = list(_found_by(ticket, FIELDS, ticket.messages.all()) | _beside({id: ticket})[id])
    engines.current().replace(id, place(ticket.updated_at, id), found)


def forget(ids: Iterable[UUID]) -> None:
    """Find these tickets no longer, and keep no word that only they had."""
    rows = SearchText.objects.filter(pk__in=list(ids))
    index = engines.current()
    gone = index.words_of(rows)
    rows.delete()
    index.unlearn(gone)


def rebuild(tickets=Ticket, messages=Message, *, progress=lambda done: None, size: int = 500) -> None:
    """Rebuild the index from the tickets and their messages (models; a migration has its own)."""
    SearchText.objects.all().delete()
    ids = list(tickets.objects.order_by("pk").values_list("pk", flat=True))
    taken = set()
    for start in range(0, len(ids), size):
        chosen = tickets.objects.defer("handover").in_bulk(ids[start : start + size])
        said: dict[UUID, list] = {id: [] for id in chosen}
        for message in messages.objects.filter(ticket__in=list(chosen)).only("ticket_id", "sender", "text"):
            said[message.ticket_id].append(message)
        rows, more = [], _beside(chosen)
        for id, ticket in chosen.items():
            rank = place(ticket.updated_at, id)
            while rank in taken:
                rank += 1
            taken.add(rank)
            rows.append((id, rank, list(_found_by(ticket, FIELDS, said[id]) | more[id])))
        engines.current().fill(rows)
        progress(start + len(rows))
    engines.current().settle()
