"""The index of words on MongoDB."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from supportdesk.db.mongo.connection import mongo_connection
from tickets.models import SearchText, Ticket
from tickets.search.rank import NO_LIMIT, place

from .sql import END, Asked

# Looked at before a search without a limit gives up
GIVE_UP = 10_000


class Mongo:
    """The words as a list in the document, under an index that holds each of them."""

    @property
    def documents(self):
        connection.ensure_connection()
        return mongo_connection.get_collection(SearchText._meta.db_table)

    def remember(self, ticket: Ticket, found: list[str], new: bool) -> None:
        from django_mongodb_backend.query import wrap_database_errors

        wrap_database_errors(self.documents.update_one)(
            {"ticket_id": self.key(ticket.pk)},
            {
                "$set": {"rank": place(ticket.updated_at, ticket.pk)},
                "$addToSet": {"words": {"$each": found}},
            },
            upsert=True,
            session=mongo_connection.session,
        )

    def fill(self, rows: list[tuple[UUID, int, list[str]]]) -> None:
        if rows:
            self.documents.insert_many(
                [{"ticket_id": self.key(id), "rank": rank, "words": found} for id, rank, found in rows],
                session=mongo_connection.session,
            )

    def replace(self, id: UUID, rank: int, found: list[str]) -> None:
        """Find the ticket by these words alone."""
        from django_mongodb_backend.query import wrap_database_errors

        wrap_database_errors(self.documents.update_one)(
            {"ticket_id": self.key(id)},
            {"$set": {"rank": rank, "words": found}},
            upsert=True,
            session=mongo_connection.session,
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
        found = self.documents.find(wanted, {"ticket_id": 1, "rank": 1}, session=mongo_connection.session)
        return [(UUID(row["ticket_id"]), row["rank"]) for row in found.sort("rank", -1).limit(limit)]

    def count(self, question: list[dict], most: int) -> int:
        return self.documents.count_documents(
            {"$and": question}, limit=most, session=mongo_connection.session
        )

    def question(self, asked: Asked) -> list[dict]:
        return [self.condition(*pair) for pair in asked]

    def condition(self, word: str, sound: str) -> dict:
        begins_so = {"words": {"$elemMatch": {"$gte": word, "$lt": word + END}}}
        return {"$or": [begins_so, {"words": sound}]} if sound else begins_so

    def key(self, id: UUID) -> str:
        return SearchText._meta.pk.get_db_prep_save(id, connection)
