"""The default connection as the MongoDB backend makes it, which brings no types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from django.db import connection

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.collection import Collection
    from pymongo.database import Database


class MongoConnection(Protocol):
    """Attributes of the MongoDB connection beyond Django's own."""

    database: Database[dict[str, Any]]
    session: ClientSession | None
    in_atomic_block_mongo: bool

    def get_collection(self, name: str) -> Collection[dict[str, Any]]: ...

    def _end_session(self) -> None: ...


# Of each thread its own, as `connection` is. On another database none of this is there
mongo_connection = cast(MongoConnection, connection)
