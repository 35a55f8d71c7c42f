"""What django-mongodb-backend leaves out of its lookups."""

from django_mongodb_backend.operations import DatabaseOperations


def install() -> None:
    """Compare "exactly, ignoring case" by the text itself.

    The backend makes a regular expression of it and escapes only `contains`, `startswith` and
    `endswith`: `ravi+shop@example.com` found another person, `.*` every one, `(` was an error.
    """
    DatabaseOperations.prep_for_iexact_query = DatabaseOperations.prep_for_like_query
