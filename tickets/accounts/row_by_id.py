"""One row of a model by its id, as requests read it again and again: who calls, whose token, which ticket."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from supportdesk.db.compiled_queries import compiled_query


def row_by_id(model: type[Model], *related: str, without: tuple[str, ...] = ()) -> Callable[[Any], list]:
    """Return the compiled query of a row by its id, a list of one or none, with its related rows.

    The fields in `without` are loaded only where they are asked for.
    """
    # Without an argument select_related() would load every relation there is
    rows = model._default_manager.defer(*without)
    return compiled_query(lambda id: (rows.select_related(*related) if related else rows).filter(pk=id))
