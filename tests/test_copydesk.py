"""A desk that moves from engine to engine, with real servers, and arrives as it left."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.desk import ROOT
from tests.engines.servers import Mongo, Postgres, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="starts all three engines by itself"),
]

SUMS = """
import json; from tickets import copying
print(json.dumps({model._meta.label_lower: copying.summed(model) for model in copying.tables()}))
"""
FIRST_CUSTOMER = "from tickets.models import Person; print(Person.objects.order_by('pk').first().pk)"
SEARCHED = """
from tickets import search; from tickets.models import Ticket
print(*sorted(search.tickets(Ticket.objects.all(), 'refund').values_list('number', flat=True)))
"""


class Shell:
    """`manage.py` with the desk in one database."""

    def __init__(self, url: str, data_dir):
        self.url = url
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            "DATABASE_URL": url,
            "DATA_DIR": str(data_dir),
            "DEBUG": "on",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def says(self, *command: str) -> str:
        done = self.run(*command)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def python(self, code: str) -> str:
        return self.says("shell", "--no-imports", "-c", code).strip()


@pytest.fixture(scope="module")
def postgres():
    with running(Postgres) as server:
        yield server


@pytest.fixture(scope="module")
def mongo():
    with running(Mongo) as server:
        yield server


@pytest.fixture(scope="module")
def at(tmp_path_factory, postgres, mongo):
    """`at("mongodb", "a")` is a shell with an empty database of that engine."""
    folder = tmp_path_factory.mktemp("desks")
    urls = {
        "sqlite": lambda name: f"sqlite:///{folder / name}.sqlite3",
        "postgres": postgres.database,
        "mongodb": mongo.database,
    }
    return lambda engine, name: Shell(urls[engine](name), folder)


@pytest.fixture(scope="module")
def shop(at) -> Shell:
    """The demo shop on SQLite, with some history of the admin."""
    desk = at("sqlite", "shop")
    desk.says("migrate", "--verbosity", "0")
    desk.says("load_demo")
    desk.python(
        "from django.contrib.admin.models import LogEntry, CHANGE; from tickets.models import *;"
        "LogEntry.objects.log_actions(Person.objects.get(login_email='staff@demo.test').pk,"
        " Ticket.objects.all()[:3], CHANGE)"
    )
    return desk


def test_a_desk_that_goes_round_all_engines_comes_back_as_it_was(shop, at):
    sums = json.loads(shop.python(SUMS))
    assert sums["tickets.ticket"][0] > 30
    assert sums["admin.logentry"][0] == 3
    found = shop.python(SEARCHED)
    assert found
    here = shop
    # Every direction between two different engines
    for place, engine in enumerate(["postgres", "mongodb", "sqlite", "mongodb", "postgres", "sqlite"]):
        there = at(engine, f"round{place}")
        assert "same checksum" in here.says("copydesk", "--to", there.url)
        assert json.loads(there.python(SUMS)) == sums, engine
        assert there.python(SEARCHED) == found, engine
        here = there


def test_a_copy_that_was_interrupted_goes_on(shop, at):
    there = at("postgres", "interrupted")
    shop.says("copydesk", "--to", there.url)
    there.python(
        "from tickets.models import *; from chatbot.models import *; from django.contrib.admin.models import LogEntry;"
        "Message.objects.filter(seq__gt=2).delete(); TicketEvent.objects.all().delete();"
        "Activity.objects.all().delete(); Product.objects.all().delete();"
        "LogEntry.objects.order_by('-pk').first().delete()"
    )
    assert "same checksum" in shop.says("copydesk", "--to", there.url)
    assert there.python(SUMS) == shop.python(SUMS)


@pytest.mark.parametrize("engine", ["sqlite", "postgres", "mongodb"])
def test_a_target_with_other_data_is_refused_and_left_alone(shop, at, engine):
    there = at(engine, "other")
    there.says("migrate", "--verbosity", "0")
    there.says("load_demo")
    before = there.python(SUMS)
    refused = shop.run("copydesk", "--to", there.url)
    assert refused.returncode != 0
    assert re.search(r"The target has .* that this desk does not have", refused.stderr)
    assert there.python(SUMS) == before


def test_a_copy_that_differs_is_not_called_a_copy(shop, at):
    there = at("sqlite", "differs")
    shop.says("copydesk", "--to", there.url)
    there.python("from tickets.models import Ticket; Ticket.objects.filter(status='open').update(subject='Changed')")
    differs = shop.run("copydesk", "--to", there.url)
    assert differs.returncode != 0
    assert "tickets.ticket" in differs.stderr
    assert "tickets.message" not in differs.stderr


def test_a_desk_is_not_copied_onto_itself_or_to_nowhere(shop, at):
    assert "the database that the desk is in" in shop.run("copydesk", "--to", shop.url).stderr
    assert "Where to?" in shop.run("copydesk").stderr
    assert "has to be sqlite:" in shop.run("copydesk", "--to", "mysql://nowhere/desk").stderr
    gone = at("mongodb", "gone").url.replace("127.0.0.1:", "127.0.0.1:1")
    assert shop.run("copydesk", "--to", "postgres://127.0.0.1:1/desk").returncode != 0, gone
