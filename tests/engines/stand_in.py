"""SecantusDB, our stand-in for MongoDB, with what it looks up for every row kept in memory.

`python -m tests.engines.stand_in --port ...` takes the options of `secantusd-py`. SecantusDB reads the description of
a collection's indexes from its store for each condition of a query and several times for each row that it writes, and
the profiler's settings for each command: two fifths of its processor time in our tests. What it answers stays the
same: whatever may change the indexes forgets what is kept. And at each statement it looks through the transactions of
all sessions that there ever were for those that have expired, which takes longer with each test: once a second is
enough.
"""

import functools
import sys
import time

from secantus.cli import main
from secantus.storage import Storage
from secantus.transactions import TransactionRegistry

CHANGE_INDEXES = (
    "create_index", "drop_index", "drop_all_indexes", "drop_collection", "drop_database", "rename_collection",
    "set_index_expiry", "set_index_options",
)  # fmt: skip
# A reader whose snapshot is older than a change may still see what was before: nothing is kept so soon after one
SETTLED_SECONDS = 2.0
# Transactions expire after sixty
SECONDS_BETWEEN_SWEEPS = 1.0


class Kept:
    """The indexes by database and collection, and the profiler's settings by database."""

    def __init__(self):
        self.indexes: dict[tuple[str, str], list[tuple[str, dict, dict]]] = {}
        self.profiles: dict[str, dict] = {}
        # Here a document changed what an index is, in a transaction that may end at any time
        self.never: set[tuple[str, str]] = set()
        self.changed_at = time.monotonic()
        # Counts the changes, so that what was read before one is not kept after it
        self.changes = 0

    def changed(self) -> None:
        self.changes += 1
        self.changed_at = time.monotonic()
        self.indexes = {}
        self.profiles = {}

    def is_settled(self, changes: int) -> bool:
        return changes == self.changes and time.monotonic() - self.changed_at > SETTLED_SECONDS


def keep(kept: Kept, storage: type[Storage] = Storage) -> None:
    """Put what is kept in the place of the storage's methods."""
    iter_indexes, get_profile = storage._iter_indexes, storage.get_profile
    mark_multikey = storage._maybe_mark_multikey

    def indexes(self, db, coll):
        found = kept.indexes.get((db, coll))
        if found is None:
            changes = kept.changes
            found = list(iter_indexes(self, db, coll))
            if kept.is_settled(changes) and (db, coll) not in kept.never:
                kept.indexes[db, coll] = found
        return [(name, dict(key), dict(options)) for name, key, options in found]

    def profile(self, db):
        found = kept.profiles.get(db)
        if found is None:
            changes = kept.changes
            found = get_profile(self, db)
            if kept.is_settled(changes):
                kept.profiles[db] = found
        return dict(found)

    def marked(self, db, coll, doc, indexes, already_multikey):
        before = len(already_multikey)
        found = mark_multikey(self, db, coll, doc, indexes, already_multikey)
        if len(found) > before:
            kept.never.add((db, coll))
            kept.changed()
        return found

    storage._iter_indexes, storage.get_profile, storage._maybe_mark_multikey = indexes, profile, marked
    for name in (*CHANGE_INDEXES, "set_profile"):
        setattr(storage, name, _telling(kept, getattr(storage, name)))


def sweep_seldom(registry: type[TransactionRegistry] = TransactionRegistry) -> None:
    """Look for expired transactions once a second."""
    prune = registry._prune_locked

    def pruned(self) -> int:
        now = time.monotonic()
        if now - getattr(self, "swept_at", 0.0) < SECONDS_BETWEEN_SWEEPS:
            return 0
        self.swept_at = now
        return prune(self)

    registry._prune_locked = pruned


def _telling(kept: Kept, change):
    @functools.wraps(change)
    def told(*args, **kwargs):
        kept.changed()
        try:
            return change(*args, **kwargs)
        finally:
            kept.changed()

    return told


if __name__ == "__main__":
    keep(Kept())
    sweep_seldom()
    sys.exit(main())
