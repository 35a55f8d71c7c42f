"""The index of words on SQLite."""

from django.db import connection

from .sql import SqlIndex


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
