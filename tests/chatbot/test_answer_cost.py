"""What one answer costs: at most eight queries over HTTP, and the first one after a start reads no file."""

import gc
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.validators import EmailValidator
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils.functional import empty
from django.utils.regex_helper import _lazy_re_compile

from chatbot import wording
from chatbot.demo import loader
from chatbot.dialogue import flows
from chatbot.hooks import warm_up
from chatbot.models import Chat, ChatMessage
from chatbot.nlu import classifier
from chatbot.nlu.cues import trigger_phrases
from chatbot.nlu.text import features
from chatbot.sources import articles, delivery_areas, products
from supportdesk import templating
from supportdesk.db import compiled_queries
from supportdesk.serving import lifecycle, server
from tests import factories
from tickets.models import Person

MOST_QUERIES = 8
# What a busy desk keeps in memory for a second, for all callers
KEPT = ("tickets_desksettings", "MAX(", 'SELECT "tickets_order"."number"')
# The code itself: its limits are read and it is stored
FOR_A_CODE = {"number hai VP10251": 1}
SAID = {
    "customer": (
        "where is my order", "and the other one?", "ghee jar was broken when it came", "refund status", "cancel my order", "is 10264 delivered and what about 10266",
        "where is my order and do you have honey", "papad kab aaya tha", "what should i do now", "thanks",
    ),
    "guest": (
        "do you have peri peri makhana", "and the masala one?", "which is cheaper", "2 of the cheaper one with delivery", "makhana price and is cod available",
        "is honey ok for a baby", "do you deliver to pune", "number hai VP10251", "sabse sasta kya hai",
    ),
}  # fmt: skip


@pytest.fixture
def shop(db):
    for fill in (loader._products, loader._articles, loader._delivery_areas):
        fill()
    loader._orders(loader._people())


@pytest.mark.parametrize("who", sorted(SAID))
def test_a_whole_answer_asks_at_most_eight_queries(who, shop, api):
    person = (
        Person.objects.get(login_email="customer@demo.test") if who == "customer" else factories.guest()
    )
    speak = api(person)
    speak.post("/api/chat/message", {"message": "hello"}, format="json")
    costs = {}
    for text in SAID[who]:
        with CaptureQueriesContext(connection) as asked:
            assert speak.post("/api/chat/message", {"message": text}, format="json").status_code == 200
        said = [query["sql"] for query in asked if not any(kept in query["sql"] for kept in KEPT)]
        costs[text] = [sql for sql in said if "SAVEPOINT" not in sql]
    dear = {
        text: sqls for text, sqls in costs.items() if len(sqls) > MOST_QUERIES + FOR_A_CODE.get(text, 0)
    }
    assert dear == {}


class Reads:
    """The files that are opened while it listens; a hook of the interpreter is there for good, so it is asked to."""

    def __init__(self):
        self.paths: list[str] = []
        self.listens_to = 0

    def __call__(self, event: str, arguments: tuple) -> None:
        if event == "open" and self.listens_to == threading.get_ident():
            self.paths.append(str(arguments[0]))


@pytest.fixture(scope="module")
def reads():
    reads = Reads()
    sys.addaudithook(reads)
    return reads


# What is made once from a file of ours, whatever is asked
MADE_ONCE = (
    flows.all_flows, wording._wording, features.gloss, trigger_phrases._phrases, classifier._model, templating.static,
)  # fmt: skip
# What is made of a table, until it changes
MADE_OF_TABLES = tuple(get.__self__ for get in (articles._published, products._shelf, delivery_areas.areas))


@pytest.fixture
def just_started(shop, monkeypatch):
    """A process as it is after its start: all that was kept before is gone, then it loads ahead."""
    for made in MADE_ONCE:
        made.cache_clear()
    for table in MADE_OF_TABLES:
        monkeypatch.setattr(table, "made", (None, None))
    assert warm_up.warm_up in lifecycle.before_start
    warm_up.warm_up()


def test_the_first_answer_after_a_start_reads_no_file_and_builds_nothing(just_started, api, reads):
    ask = api(factories.guest())
    built = [made.cache_info().misses for made in MADE_ONCE]
    tables = [id(table.made[1]) for table in MADE_OF_TABLES]
    assert all(table.made[1] is not None for table in MADE_OF_TABLES)
    reads.listens_to = threading.get_ident()
    try:
        answer = ask.post("/api/chat/message", {"message": "makhana price"}, format="json")
    finally:
        reads.listens_to = 0
    assert "249" in answer.json()["reply"]["text"]
    assert [made.cache_info().misses for made in MADE_ONCE] == built
    assert [id(table.made[1]) for table in MADE_OF_TABLES] == tables
    # Modules are loaded by the server's own checks, before; here perhaps not
    mine = [path for path in reads.paths if "site-packages" not in path and not Path(path).is_dir()]
    assert [path for path in mine if not path.endswith((".py", ".pyc"))] == []


def test_the_first_guest_waits_for_no_pattern_of_an_address(shop, monkeypatch):
    lazy = _lazy_re_compile(".+")
    monkeypatch.setattr(EmailValidator, "domain_regex", lazy)
    warm_up.warm_up()
    assert lazy._wrapped is not empty


@pytest.mark.all_engines
@pytest.mark.skipif(connection.vendor == "mongodb", reason="nothing is compiled there")
def test_the_first_line_of_a_chat_is_prepared(shop, monkeypatch):
    monkeypatch.setattr(compiled_queries, "_statements", compiled_queries.StatementCache())
    warm_up.warm_up()
    monkeypatch.setattr(compiled_queries, "_insertion", None)
    chat = Chat(person=factories.guest())
    compiled_queries.insert([chat])
    compiled_queries.insert([ChatMessage(chat=chat, seq=1, sender="customer", text="hello")])
    assert chat.messages.count() == 1


def test_a_command_that_does_not_answer_reads_no_model(shop, settings):
    settings.RETENTION_DAYS = 30
    classifier._model.cache_clear()
    call_command("retain", verbosity=0)
    assert classifier._model.cache_info().misses == 0


@pytest.mark.all_engines
@pytest.mark.skipif(connection.vendor == "mongodb", reason="nothing is compiled there")
def test_an_answer_from_an_article_compiles_no_query_twice(shop, api, monkeypatch):
    speak = api(factories.guest())
    for _ in range(2):
        speak.post("/api/chat/message", {"message": "is cod available"}, format="json")
    compiled = []
    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler,
        "as_sql",
        lambda self, *args, **named: compiled.append(self.query) or as_sql(self, *args, **named),
    )
    speak.post("/api/chat/message", {"message": "is cod available"}, format="json")
    assert compiled == []


def test_no_answer_waits_for_thousands_of_young_objects(monkeypatch):
    set_to = []
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "set_threshold", lambda *limits: set_to.extend(limits))
    server.tune_garbage_collector()
    young, middle, old = set_to
    assert young <= 1_000
    # What has lived for long is looked at as seldom as ever
    assert young * middle * old >= 10_000_000
