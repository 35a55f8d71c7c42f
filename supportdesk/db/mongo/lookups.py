"""What django-mongodb-backend leaves out of its lookups."""

from django.core.exceptions import EmptyResultSet
from django_mongodb_backend.operations import DatabaseOperations

# MongoDB takes patterns of 32 kB, others of its kind of 1,000 characters; no name or address is as long
MOST_SIGNS = 1000
_pattern = DatabaseOperations.prep_for_like_query


def install() -> None:
    """Compare "exactly, ignoring case" by the text itself.

    The backend makes a regular expression of it and escapes only `contains`, `startswith` and
    `endswith`: `ravi+shop@example.com` found another person, `.*` every one, `(` was an error.
    """
    DatabaseOperations.prep_for_like_query = DatabaseOperations.prep_for_iexact_query = pattern_of


def pattern_of(operations: DatabaseOperations, text: object) -> str:
    """Return the text as a pattern for itself. What no server compares is in no row, and is not an error 500."""
    pattern = _pattern(operations, text)
    if len(pattern) > MOST_SIGNS - len("^$"):
        raise EmptyResultSet
    return pattern
