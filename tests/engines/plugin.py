"""Adapt the suite to the database that it runs on: see docs/databases.md."""

import functools
import gc
import os
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from pymongo import monitoring
from xdist.scheduler import LoadGroupScheduling

DATABASE = {"db", "transactional_db"}


# On the other engines: what asks the database something that no other test asks, and all that may differ
MARKS_OF_FEW = ("engines",)
MARKS = ("engines", "all_engines")
# Whose tests all start browsers or processes
SLOW_FOLDERS = ("tests/browser/", "tests/faults/")
# Two workers have a browser each, the third what starts processes; then comes what moves between engines and what
# counts that nothing was lost, and all take of what is quick. Last comes what is about load and time, which needs the
# machine, in two halves of one length
KINDS = ["browser", "second-browser", "processes", "engines", "quick", "faults", "load"]
# The browser tests from here on take as long as those before
SECOND_BROWSER = "tests/browser/test_journey"
ENGINES = (
    "tests/engines/", "tests/test_copydesk.py", "tests/faults/test_killed.py", "tests/faults/test_two_agents.py",
)  # fmt: skip
LOAD = (
    "tests/faults/test_clock.py", "tests/faults/test_streams_cut.py", "tests/security/test_limits_shared.py",
    "tests/security/test_revoked_sessions.py", "tests/test_open_streams.py", "tests/live/test_streams_served.py",
)  # fmt: skip


def pytest_ignore_collect(collection_path, config):
    """Leave out files of which no test would be kept: to import all of them costs each worker ten seconds."""
    if not collection_path.name.startswith("test_"):
        return None
    if config.option.markexpr.startswith("not slow") and f"{collection_path.parent}/".endswith(
        SLOW_FOLDERS
    ):
        return True
    if connection.vendor == "sqlite" or config.getoption("all_on_engine"):
        return None
    marks = MARKS_OF_FEW if config.getoption("few_on_engine") else MARKS
    return None if any(f"mark.{mark}" in collection_path.read_text() for mark in marks) else True


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc):
    """Make no item of a case that is not run: of 9,900 each process would make 7,600 and drop them."""
    yield
    config = metafunc.config
    most = config.getoption("cases")
    # What was asked for by its name is found by it
    if not most or any("[" in argument for argument in config.args):
        return
    if config.getoption("without_extended"):
        metafunc._calls[:] = [
            call for call in metafunc._calls if all(mark.name != "extended" for mark in call.marks)
        ] or metafunc._calls
    del metafunc._calls[most:]


# Before xdist, which reads the groups
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.nodeid.startswith(SLOW_FOLDERS):
            item.add_marker(pytest.mark.slow)
        if "slow" in item.keywords:
            # Two of a kind at once would be measuring each other
            item.add_marker(pytest.mark.xdist_group(_kind(item)))
        if mark := item.get_closest_marker("second_try"):
            # The summary counts the tries, so that a test that needs them often is seen
            assert mark.kwargs.get("reason"), f"{item.nodeid}: second_try needs a reason"
            item.add_marker(pytest.mark.flaky(reruns=2))
        for mark in item.iter_markers("not_on"):
            if connection.vendor in mark.args:
                item.add_marker(pytest.mark.skip(reason=f"{connection.vendor}: {mark.kwargs['reason']}"))
    if config.getoption("without_extended"):
        _keep(config, items, {item for item in items if "extended" not in item.keywords})
    if most := config.getoption("cases"):
        _keep(config, items, _first_cases(items, most))
    items.sort(key=lambda item: KINDS.index(_kind(item)))
    if connection.vendor != "sqlite":
        _keep(config, items, set(filter(_wanted_on_engine(config), items)))


class FilesAndGroups(LoadGroupScheduling):
    """Hand out the quick tests file by file, and to the background worker nothing else.

    xdist's own looks through all that a worker has had at the end of each test: of 3,000 pieces of one test each that
    was forty seconds of processor.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if scope == nodeid else scope

    def _assign_work_unit(self, node) -> None:
        if self._is_in_background(node):
            self.workqueue.move_to_end(self._next_file(), last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node) -> None:
        if not self._is_in_background(node) or self._next_file():
            super()._reschedule(node)
        elif not node.shutting_down:
            node.shutdown()

    def _next_file(self) -> str:
        return next((scope for scope in self.workqueue if scope.endswith(".py")), "")

    def _is_in_background(self, node) -> bool:
        return self.config.getoption("background_worker") and node.gateway.id == f"gw{self.numnodes - 1}"


def pytest_xdist_make_scheduler(config, log):
    return FilesAndGroups(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    # Almost all that is made until then stays until the end: the collector need not look for garbage in it
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish(session):
    # Nor look through it again and again
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _first_cases(items: list, most: int) -> set:
    """Return all tests, but of a test with parameters the first `most` cases; the first one of those marked `slow`."""
    seen = Counter()
    kept = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        seen[test] += 1
        if seen[test] <= (1 if "slow" in item.keywords else most):
            kept.add(item)
    return kept


def _keep(config, items: list, kept: set) -> None:
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]


def _kind(item) -> str:
    if "slow" not in item.keywords:
        return "quick"
    if item.nodeid.startswith("tests/browser/"):
        return "browser" if item.nodeid < SECOND_BROWSER else "second-browser"
    if item.nodeid.startswith(ENGINES):
        return "engines"
    if item.nodeid.startswith(LOAD):
        return "load"
    return "faults" if item.nodeid.startswith("tests/faults/") else "processes"


def pytest_addoption(parser):
    parser.addoption(
        "--all-on-engine",
        action="store_true",
        help="on PostgreSQL and MongoDB: every test that uses the database, not only those marked",
    )
    parser.addoption(
        "--few-on-engine",
        action="store_true",
        help="on PostgreSQL and MongoDB: the tests marked `engines`, without those marked `all_engines`",
    )
    parser.addoption(
        "--without-extended", action="store_true", help="leave out the tests marked `extended`"
    )
    parser.addoption(
        "--background-worker",
        action="store_true",
        help="the last worker runs quick tests only, in what the others leave of the processor",
    )
    parser.addoption(
        "--cases", type=int, default=0, help="of a test with parameters at most this many cases; 0 is all"
    )


def _wanted_on_engine(config) -> Callable:
    if config.getoption("all_on_engine"):
        return _asks_the_database
    marks = MARKS_OF_FEW if config.getoption("few_on_engine") else MARKS
    return lambda item: any(map(item.get_closest_marker, marks))


def _asks_the_database(item) -> bool:
    return bool(item.get_closest_marker("django_db")) or not DATABASE.isdisjoint(item.fixturenames)


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "not_on(engine, ..., reason): what this engine cannot do, see docs/databases.md"
    )
    config.addinivalue_line(
        "markers",
        "second_try(reason): repeated twice when it fails; the reason is outside of what it tests",
    )
    if config.getoption("background_worker") and _is_last_worker():
        # What the browsers and processes of the others leave of the machine
        os.nice(5)
    if connection.vendor == "mongodb":
        monitoring.register(Written())
        TransactionTestCase._fixture_teardown = _empty_collections
    else:
        TransactionTestCase._fixture_teardown = _empty_tables


def _is_last_worker() -> bool:
    number, count = (os.environ.get(f"PYTEST_XDIST_{name}", "") for name in ("WORKER", "WORKER_COUNT"))
    return bool(number) and number == f"gw{int(count) - 1}"


# --- What a test without a transaction around it leaves behind ------------------

# Django would make the content types and permissions again after every test
KEPT = {"django_content_type", "auth_permission", "django_migrations"}


def _empty_tables(self):
    """Delete the rows where there are any. Django empties all of eighty tables, which costs more than most tests."""
    quote = connection.ops.quote_name
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in _tables())  # noqa: S608
    # Foreign keys are looked at when all of it is done
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        for [name] in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608


@functools.cache
def _tables() -> list[str]:
    """Return the tables that Django's `flush` empties, but those of `KEPT`."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - KEPT)


# --- MongoDB -------------------------------------------------------------------

# Where the test has put something; to empty all of them costs more than most tests
written: set[str] = set()
# What `undone` goes back to, and where something else may be by now
before: dict[str, list] = {}
changed: set[str] = set()


class Written(monitoring.CommandListener):
    """Notes the collections that are written to."""

    def started(self, event):
        if event.command_name in {"insert", "update", "delete", "findAndModify"}:
            name = event.command[event.command_name]
            if name not in KEPT:
                written.add(name)
                changed.add(name)

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


def _empty_collections(self):
    for name in list(written):
        connection.database[name].delete_many({})
    for noted in (written, changed, before):
        noted.clear()


@contextmanager
def undone():
    """Take back what happens inside, also when the desk's own transactions were for good.

    A transaction around them would do as well, but on MongoDB the first error inside is its end.
    """
    if connection.vendor != "mongodb":
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        return
    for name in changed | (written - before.keys()):
        before[name] = list(connection.database[name].find())
    changed.clear()
    try:
        yield
    finally:
        for name in list(changed):
            connection.database[name].delete_many({})
            if before.get(name):
                connection.database[name].insert_many(before[name])
        changed.clear()


def taken_away() -> dict[str, list]:
    """Take what was written out of the database, so that `put_back` can give it to one test after the other."""
    kept = {name: list(connection.database[name].find()) for name in written}
    for name in kept:
        connection.database[name].delete_many({})
    return kept


def put_back(kept: dict[str, list]) -> None:
    for name, documents in kept.items():
        if documents:
            connection.database[name].insert_many(documents)
