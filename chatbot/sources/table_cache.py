"""Cache values computed from a whole table until the table changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Model
from django.db.models.signals import post_delete, post_save

# How late a change may be seen that another process made, or an update without `save`
LOOK_AGAIN_SECONDS = 1
STAMP = "SELECT MAX(updated_at), COUNT(*) FROM {} WHERE is_active"


def look_again(model: type[Model]) -> None:
    """Have the table looked at before the next use: for what wrote rows without `save`."""
    cache.delete(_key(model))


def _key(model: type[Model]) -> str:
    return f"stamp:{model._meta.label_lower}"


# What is made of the tables, for one answer
_seen: ContextVar[dict[str, Any] | None] = ContextVar("tables of one answer", default=None)


@contextmanager
def looked_at_once() -> Iterator[None]:
    """Look at each table once until the end: an answer asks for articles and products a dozen times."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


class CachedFromTable:
    """`get()` returns what `make` makes of the model's active rows; made again only after a change."""

    def __init__(self, model: type[Model], make: Callable[[list], object]):
        self.model, self.make = model, make
        self.key = _key(model)
        self.made: tuple[object, object] = (None, None)
        self.making = threading.Lock()
        for changed in (post_save, post_delete):
            changed.connect(self._look_again, sender=model, weak=False)

    def get(self):
        seen = _seen.get()
        if seen is None:
            return self._now()
        if self.key not in seen:
            seen[self.key] = self._now()
        return seen[self.key]

    def _now(self):
        stamp = cache.get(self.key)
        if stamp is None:
            stamp = self._stamp()
            cache.set(self.key, stamp, LOOK_AGAIN_SECONDS)
        if self.made[0] != stamp:
            # Of many who ask at once one makes it; in as many threads it would take as many times as long
            with self.making:
                if self.made[0] != stamp:
                    self.made = (stamp, self.make(list(self.model._default_manager.filter(is_active=True))))
        return self.made[1]

    def _stamp(self) -> tuple:
        if connection.vendor == "mongodb":
            active = self.model._default_manager.filter(is_active=True)
            return tuple(active.aggregate(newest=Max("updated_at"), count=Count("pk")).values())
        # Asked each second of each table: Django takes several times as long to compile it
        with connection.cursor() as cursor:
            cursor.execute(STAMP.format(connection.ops.quote_name(self.model._meta.db_table)))
            return cursor.fetchone()

    def _look_again(self, **signal) -> None:
        cache.delete(self.key)
