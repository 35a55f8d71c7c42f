"""The stand-in for MongoDB answers from what it keeps as it would without."""

import inspect
import re

import pytest
from secantus.storage import Storage

from tests.engines import stand_in

pytestmark = pytest.mark.not_on("postgresql", "mongodb", reason="a storage of its own")


@pytest.fixture
def kept(monkeypatch) -> stand_in.Kept:
    # As if the last change were long ago
    monkeypatch.setattr(stand_in, "SETTLED_SECONDS", -1)
    return stand_in.Kept()


@pytest.fixture
def storage(kept, tmp_path):
    class Keeping(Storage):
        pass

    stand_in.keep(kept, Keeping)
    storage = Keeping(str(tmp_path / "data"))
    yield storage
    storage.close()


def names(storage) -> list[str]:
    return [name for name, *_ in storage._iter_indexes("desk", "people")]


def test_the_cache_is_cleared_when_an_index_comes_or_goes(storage, kept):
    storage.create_index("desk", "people", "by_email", {"email": 1}, {"unique": True})
    assert names(storage) == ["by_email"]
    assert ("desk", "people") in kept.indexes
    storage.create_index("desk", "people", "by_name", {"name": 1}, {})
    assert names(storage) == ["by_email", "by_name"]
    storage.drop_index("desk", "people", "by_email")
    assert names(storage) == ["by_name"]
    storage.rename_collection("desk", "people", "desk", "customers")
    assert names(storage) == []
    assert [name for name, *_ in storage._iter_indexes("desk", "customers")] == ["by_name"]
    storage.drop_database("desk")
    assert [*storage._iter_indexes("desk", "customers")] == []


def test_an_index_that_a_document_makes_multikey_is_read_each_time(storage, kept):
    storage.create_index("desk", "people", "by_tags", {"tags": 1}, {})
    storage.insert("desk", "people", [{"_id": 1, "tags": "new"}])
    assert storage._multikey_index_names("desk", "people") == set()
    storage.insert("desk", "people", [{"_id": 2, "tags": ["old", "new"]}])
    assert storage._multikey_index_names("desk", "people") == {"by_tags"}
    assert ("desk", "people") not in kept.indexes


def test_a_caller_cannot_change_a_cached_answer(storage):
    storage.create_index("desk", "people", "by_email", {"email": 1}, {"unique": True})
    for _ in range(2):
        [(_, key, options)] = storage._iter_indexes("desk", "people")
        assert (key, options["unique"]) == ({"email": 1}, True)
        key.clear()
        options["unique"] = False


def test_the_profilers_settings_follow_what_is_set(storage):
    assert storage.get_profile("desk")["level"] == 0
    storage.set_profile("desk", level=2)
    assert storage.get_profile("desk")["level"] == 2


def test_every_method_of_the_storage_that_writes_an_index_is_known():
    """A version of the library with another one has to be looked at."""
    bodies = re.split(r"\n    def (\w+)", inspect.getsource(Storage))
    about = {name for name, body in zip(bodies[1::2], bodies[2::2], strict=True) if "_IDX_TABLE" in body}
    as_it_opens = {"__init__", "_recover_pending_drops_locked", "_table_kf"}
    wrapped = {*stand_in.CHANGE_INDEXES, "_iter_indexes", "_maybe_mark_multikey"}
    assert about == as_it_opens | wrapped


def test_expired_transactions_are_looked_for_once_a_second(monkeypatch):
    class Registry:
        sweeps = 0

        def _prune_locked(self):
            self.sweeps += 1
            return 1

    stand_in.sweep_seldom(Registry)
    now = iter((10.0, 10.5, 11.5))
    monkeypatch.setattr(stand_in.time, "monotonic", lambda: next(now))
    registry = Registry()
    assert [registry._prune_locked() for _ in range(3)] == [1, 0, 1]
    assert registry.sweeps == 2
