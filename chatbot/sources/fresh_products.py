"""Products as they are in the database now, read once an answer: prices and stock change all day."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from chatbot.models import Product
from supportdesk.db.compiled_queries import compiled_query

FEW = 4


@dataclass
class _Read:
    """The products that one answer has read; `likely` ones are read with the first request."""

    likely: list[str]
    rows: dict[str, Product | None] = field(default_factory=dict)


_answer: ContextVar[_Read | None] = ContextVar("products of one answer", default=None)


@contextmanager
def read_once(likely: Iterable[str]) -> Iterator[None]:
    """Read each product once until the end; those that are likely asked for come with the first, in one query."""
    token = _answer.set(_Read(list(likely)))
    try:
        yield
    finally:
        _answer.reset(token)


# Nearly every answer about products asks for one to four
_one_of_four = compiled_query(
    lambda a, b, c, d: Product.objects.filter(Q(pk=a) | Q(pk=b) | Q(pk=c) | Q(pk=d), is_active=True)
)


def _on_sale(ids: list[str]) -> Iterable[Product]:
    if len(ids) > FEW:
        return Product.objects.filter(is_active=True).in_bulk(ids).values()
    keys = [UUID(pk) for pk in ids]
    # The places that are left ask for the last one again
    return _one_of_four(*keys, *keys[-1:] * (FEW - len(keys)))


def fresh(ids: Iterable) -> list[Product]:
    """Return these products as they are now, in the given order; what is no longer sold is left out."""
    wanted = [str(pk) for pk in ids]
    read = _answer.get() or _Read([])
    if missing := [pk for pk in wanted if pk not in read.rows]:
        asked = list(dict.fromkeys([*missing, *(pk for pk in read.likely if pk not in read.rows)]))
        read.likely = []
        found = {str(row.pk): row for row in _on_sale(asked)}
        read.rows |= {pk: found.get(pk) for pk in asked}
    return [row for pk in wanted if (row := read.rows[pk])]
