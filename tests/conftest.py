"""The cast that every test greets, the ways to speak as one of them, and the data of desks that are started."""

import copy
import fcntl
import functools
import itertools
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from chatbot.demo import loader
from chatbot.nlu import classifier, retrieval
from chatbot.sources import articles, order_codes
from supportdesk.observability import metrics
from tests import factories
from tests.desk import Desk
from tests.engines import template
from tickets import queries
from tickets.accounts import emails, tokens
from tickets.models import Person, Role, Ticket
from tickets.privacy import audit
from tickets.settings import in_force


@pytest.fixture(scope="session")
def _template(django_db_modify_db_settings):
    """On SQLite put a migrated file where the test database is to be; return what keeps one that was migrated."""
    if connection.vendor != "sqlite":
        return lambda: None
    steps = ExitStack()
    steps.enter_context(template.provided(Path(connection.settings_dict["TEST"]["NAME"])))
    return steps.close


@pytest.fixture(scope="session")
def django_db_setup(_template, django_db_setup):
    _template()


@pytest.fixture(scope="session")
def django_db_keepdb():
    # With what `template` put there Django has nothing to apply
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def _folders(tmp_path_factory) -> Iterator[Path]:
    """Paths for one test each. A `tmp_path` is made, and looks through all that were made before it."""
    root = tmp_path_factory.mktemp("media")
    return (root / str(number) / "media" for number in itertools.count())


@pytest.fixture
def media(_folders) -> Path:
    """Where the desk keeps this test's files; there is no such folder until there is one."""
    return next(_folders)


@pytest.fixture(autouse=True)
def _media_and_cache_of_its_own(settings, media):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": media, "base_url": None},
        }
    }
    cache.clear()
    # /metrics tells what this test has asked: the series of a thousand tests before cost a second to write and to read
    metrics.REQUESTS.clear()
    # Until a test saves settings of its own; a request that reads them is one query more each second
    in_force.keep_defaults()


@pytest.fixture(autouse=True, scope="session")
def _the_same_articles_are_indexed_once():
    """Each test that asks Villy in the demo shop would index its articles again: half a second of processor."""
    original = retrieval.Index

    @functools.lru_cache(8)
    def indexed(model, documents) -> retrieval.Index:
        return original(documents)

    def index(documents) -> retrieval.Index:
        # A test's articles have ids of their own; all else of an index is of their texts and the model
        documents = list(documents)
        same = tuple(document._replace(id="") for document in documents)
        found = copy.copy(indexed(classifier.model(), same))
        found.documents = documents
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(articles.retrieval, "Index", index)
        yield


@pytest.fixture(autouse=True, scope="session")
def _the_demo_shop_is_read_once():
    """The YAML of its products, articles, people and orders takes longer to read than to write into the database."""
    original = loader._read
    read = functools.cache(lambda name: pickle.dumps(original(name)))
    with pytest.MonkeyPatch.context() as patched:
        # A copy for each, because the loader takes the rows apart
        patched.setattr(loader, "_read", lambda name: pickle.loads(read(name)))  # noqa: S301 - we wrote it
        yield


@pytest.fixture
def nothing_expires(monkeypatch):
    """For tests that count queries: what is kept for a while is kept until the end, however slow the machine."""
    monkeypatch.setattr(queries, "COLLEAGUES_KEPT_SECONDS", 3600)
    monkeypatch.setattr(audit, "ONE_LOOK", timedelta(days=10_000))


@pytest.fixture(autouse=True)
def _emails_are_sent():
    """Wait for the threads that send e-mails: a code of one test must not reach the next one's outbox."""
    yield
    order_codes.wait_until_sent()
    emails.wait_until_sent()


@pytest.fixture
def priya(db) -> Person:
    """The customer."""
    return factories.person("Priya Sharma", phone="+91 90000 00110")


@pytest.fixture
def vikram(db) -> Person:
    """The stranger: another customer, with nothing of Priya's."""
    return factories.person("Vikram Rao")


@pytest.fixture
def asha(db) -> Person:
    """The agent."""
    return factories.person("Asha Nair", Role.AGENT)


@pytest.fixture
def rohan(db) -> Person:
    """The other agent."""
    return factories.person("Rohan Mehta", Role.AGENT)


@pytest.fixture
def meera(db) -> Person:
    """The member of staff."""
    return factories.person("Meera Iyer", Role.STAFF)


@pytest.fixture
def ticket(priya) -> Ticket:
    """Priya's open ticket."""
    return factories.ticket(priya)


@pytest.fixture
def api():
    """`api(person)` is an API client with that person's access token; `api()` has none."""

    def speak_as(person: Person | None = None) -> APIClient:
        client = APIClient()
        if person:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(person)['access']}")
        return client

    return speak_as


@pytest.fixture
def browse():
    """`browse(person)` is a browser session of that person, without scripts."""

    def speak_as(person: Person | None = None) -> Client:
        client = Client()
        if person:
            client.force_login(person)
        return client

    return speak_as


@pytest.fixture(scope="session")
def shop_data(tmp_path_factory) -> Callable[[], Path]:
    """`shop_data()` is a new DATA_DIR with the demo shop on SQLite; the shop is loaded once, for all workers."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    loaded = root / "shop"
    with (root / "shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not loaded.exists():
            loading = template.put(root / "shop-loading")
            Desk(loading).start(240).stop()
            loading.rename(loaded)
    return lambda: shutil.copytree(loaded, tmp_path_factory.mktemp("data") / "data")


@pytest.fixture
def data_dir(shop_data) -> Path:
    """A DATA_DIR with the demo shop on SQLite."""
    return shop_data()
