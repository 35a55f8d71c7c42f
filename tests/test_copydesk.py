"""A desk that moves from engine to engine, with real servers, and arrives as it left."""

import json
import os
import re
import subprocess

import pytest

from tests import forks
from tests.engines.servers import Mongo, Postgres, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="starts all three engines by itself"),
]

# What is in the desk, and what a search finds there
STATE = """
import json
from tickets import search
from tickets.models import Ticket
from tickets.operations import copying
sums = {model._meta.label_lower: copying.summed(model) for model in copying.tables()}
found = sorted(search.tickets(Ticket.objects.all(), "refund").values_list("number", flat=True))
print(json.dumps([sums, found]))
"""
# And on to the next database
COPY = """
from django.core.management import call_command
call_command("copydesk", to=url)
"""
# A person whom the shop does not know
OTHER = """
from django.core.management import call_command
from tickets.models import Person
call_command("migrate", verbosity=0)
Person.objects.create(name="Another Person")
"""
# Why a desk is not copied to these addresses
REFUSALS = """
import json
from django.core.management import CommandError, call_command
def refusal(url):
    try:
        return call_command("copydesk", to=url)
    except (CommandError, SystemExit) as reason:
        return str(reason)
print(json.dumps([refusal(url) for url in urls]))
"""
# What the demo shop lacks: the admin's history, dates, a chat, and rows that point to rows which are copied later
HISTORY = """
from uuid import UUID
from django.contrib.admin.models import CHANGE, LogEntry
from chatbot.models import Chat, ChatMessage
from datetime import date
from tickets.models import DailyFigures, Holiday, Person, Ticket
Holiday.objects.create(date=date(2026, 12, 25), name="Christmas")
DailyFigures.objects.update_or_create(day=date(2026, 11, 30), agent="", category="order", defaults={"opened": 2})
tickets = list(Ticket.objects.order_by("pk"))
LogEntry.objects.log_actions(Person.objects.get(login_email="staff@demo.test").pk, tickets[:3], CHANGE)
Ticket.objects.filter(pk=tickets[0].pk).update(previous=tickets[-1])
chat = Chat.objects.create(person=tickets[0].requester, memory={"turns": [1, 2.5, None, "क"]})
asked = ChatMessage.objects.create(pk=UUID("f" * 32), chat=chat, seq=1, sender="customer", text="Makhana?")
ChatMessage.objects.create(pk=UUID("1" * 32), chat=chat, seq=2, sender="ai", text="Here.", answers=asked, reply={"text": "Here."})
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
        return forks.run(command, env=self.environment)

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
def folder(shop_data):
    """A DATA_DIR for all of them, with the demo shop."""
    return shop_data()


@pytest.fixture(scope="module")
def at(folder, postgres, mongo):
    """`at("mongodb", "a")` is a shell with an empty database of that engine."""
    urls = {
        "sqlite": lambda name: f"sqlite:///{folder / name}.sqlite3",
        "postgres": postgres.database,
        "mongodb": mongo.database,
    }
    return lambda engine, name: Shell(urls[engine](name), folder)


@pytest.fixture(scope="module")
def shop(at) -> Shell:
    """The demo shop on SQLite, and some history."""
    desk = at("sqlite", "db")
    desk.python(HISTORY)
    return desk


# Every direction between two different engines
@pytest.mark.parametrize(
    "way",
    [
        ["postgres", "mongodb", "sqlite"],
        pytest.param(["mongodb", "postgres", "sqlite"], marks=pytest.mark.extended),
    ],
    ids=" ".join,
)
def test_a_desk_that_goes_round_all_engines_comes_back_as_it_was(shop, at, way):
    here, states = shop, []
    for place, engine in enumerate(way):
        there = at(engine, f"{way[0]}{place}")
        # In one process, a start takes seconds
        state, _, copied = here.python(f"url = {there.url!r}" + STATE + COPY).partition("\n")
        assert "same checksum" in copied
        states.append(state)
        here = there
    assert {*states, here.python(STATE)} == {states[0]}

    sums, found = json.loads(states[0])
    assert sums["tickets.ticket"][0] > 30
    assert sums["chatbot.chatmessage"][0] == 2
    assert sums["admin.logentry"][0] == 3
    assert found


@pytest.mark.extended
def test_a_copy_that_was_interrupted_goes_on(shop, at):
    there = at("postgres", "interrupted")
    shop.says("copydesk", "--to", there.url)
    there.python(
        "from tickets.models import *; from chatbot.models import *; from django.contrib.admin.models import LogEntry;"
        "Message.objects.filter(seq__gt=2).delete(); TicketEvent.objects.all().delete();"
        "InboxEvent.objects.all().delete(); Product.objects.all().delete();"
        "LogEntry.objects.order_by('-pk').first().delete()"
    )
    assert "same checksum" in shop.says("copydesk", "--to", there.url)
    assert there.python(STATE) == shop.python(STATE)


@pytest.mark.parametrize(
    "engine",
    [
        "postgres",
        pytest.param("sqlite", marks=pytest.mark.extended),
        pytest.param("mongodb", marks=pytest.mark.extended),
    ],
)
def test_a_target_with_other_data_is_refused_and_left_alone(shop, at, engine):
    there = at(engine, "other")
    before = there.python(OTHER + STATE)
    refused = shop.run("copydesk", "--to", there.url)
    assert refused.returncode != 0
    assert re.search(r"The target has .* that this desk does not have", refused.stderr)
    assert there.python(STATE) == before


@pytest.mark.extended
def test_a_copy_that_differs_is_not_called_a_copy(shop, at):
    there = at("sqlite", "differs")
    shop.says("copydesk", "--to", there.url)
    there.python(
        "from tickets.models import Ticket; Ticket.objects.filter(status='open').update(subject='Changed')"
    )
    differs = shop.run("copydesk", "--to", there.url)
    assert differs.returncode != 0
    assert "tickets.ticket" in differs.stderr
    assert "tickets.message" not in differs.stderr


def test_a_desk_is_not_copied_onto_itself_or_to_nowhere(shop, at):
    urls = [shop.url, None, "mysql://nowhere/desk", "postgres://127.0.0.1:1/desk"]
    itself, nowhere, unknown, silent = json.loads(shop.python(f"urls = {urls}" + REFUSALS))
    assert "the database that the desk is in" in itself
    assert "Where to?" in nowhere
    assert "use sqlite:, postgres" in unknown
    assert "The target failed" in silent
