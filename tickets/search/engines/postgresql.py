"""The index of words on PostgreSQL."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from .sql import SqlIndex


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
        # A writer that gives one of the words to another ticket goes first: of that nothing would be seen
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE tickets_searchword IN SHARE ROW EXCLUSIVE MODE")
            super().unlearn(gone)

    def newest(self, question: str, below: int, limit: int) -> list[tuple[UUID, int]]:
        with connection.cursor() as cursor:
            cursor.execute(self.AMONG_THE_NEWEST, [below, self.FEW, question, limit])
            found = cursor.fetchall()
        return found if len(found) == limit else super().newest(question, below, limit)
