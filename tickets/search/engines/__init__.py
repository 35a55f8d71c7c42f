"""The index of words on each engine: SQLite's FTS5, PostgreSQL's full text, an index of MongoDB."""

from django.db import connection

from .mongodb import Mongo
from .postgresql import Postgres
from .sql import SqlIndex
from .sqlite import Sqlite

ENGINES = {"sqlite": Sqlite(), "postgresql": Postgres(), "mongodb": Mongo()}


def current():
    """Return the index of the engine that the desk runs on."""
    return ENGINES[connection.vendor]


__all__ = ["ENGINES", "Mongo", "Postgres", "SqlIndex", "Sqlite", "current"]
