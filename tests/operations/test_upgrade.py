"""A desk of an older version is migrated and goes on: `dumps/` has one small desk of each version on SQLite.

A new desk gets its tables from squashed migrations. They are the same tables.
"""

import json
import os
import re
import sqlite3
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

from tests import forks

ROOT = Path(__file__).resolve().parent.parent.parent
DUMPS = sorted((Path(__file__).parent / "dumps").glob("desk-*.sql"))
# The desk is asked through its API, as a shop would ask it
USE = """
import json
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)

def signed_in(email):
    body = {"email": email, "password": "monsoon-mango-42"}
    access = client.post("/api/auth/token", body, "application/json").json()["access"]
    return {"headers": {"Authorization": f"Bearer {access}"}}

client = Client(SERVER_NAME="localhost")
priya, asha = signed_in("priya@example.com"), signed_in("asha@example.com")
own = client.get("/api/support/", **priya).json()
ticket = own["results"][0]["id"]
say = {"message": "Is there any news?"}
said = client.post(f"/api/support/{ticket}/message", say, "application/json", **priya)
read = client.get(f"/api/support/{ticket}/messages", **priya).content.decode()
found = client.get("/api/support/admin/?q=crushed", **asha).json()
answers = {
    "own": [row["status"] for row in own["results"]],
    "agent's answer": "Could you send a picture" in read,
    "private note": "if it was the courier" in read,
    "said": said.status_code,
    "found": [row["id"] == ticket for row in found["results"]],
}
call_command("check", "--database", "default", verbosity=0)
print(json.dumps(answers))
"""


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def old_desk(request, tmp_path) -> Path:
    """A DATA_DIR with the desk of an older version."""
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        database.executescript(request.param.read_text(encoding="utf-8"))
    database.close()
    return tmp_path


def tables(database) -> dict[str, list[str]]:
    """Return the columns and constraints of each table in any order, and what else there is: indexes, triggers."""
    found = {}
    for kind, name, sql in database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ):
        # Commas that are in no parentheses but the outermost
        parts = re.findall(
            r"(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+",
            sql[sql.index("(") + 1 : sql.rindex(")")] if kind == "table" else sql,
        )
        found[f"{kind} {name}"] = sorted(" ".join(part.split()) for part in parts)
    return found


@pytest.mark.slow
@pytest.mark.not_on("postgresql", "mongodb", reason="the dumps are of SQLite")
def test_an_older_desk_is_migrated_and_goes_on(old_desk, db):
    environment = dict(os.environ) | {
        "DATA_DIR": str(old_desk), "DATABASE_URL": "sqlite:", "RATE_LIMITS": "off",
        "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
    }  # fmt: skip
    used = forks.run(["shell", "--no-imports", "-c", USE], env=environment)
    assert used.returncode == 0, used.stderr
    answers = json.loads(used.stdout.splitlines()[-1])
    assert answers == {
        "own": ["in-progress"], "agent's answer": True, "private note": False, "said": 201, "found": [True],
    }  # fmt: skip
    with sqlite3.connect(old_desk / "db.sqlite3") as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with connection.cursor() as new:
            assert tables(database) == tables(new)
    database.close()


@pytest.mark.parametrize("app", ["tickets", "chatbot"])
def test_squashed_migrations_end_where_those_end_that_they_replace(app):
    one_by_one, at_once = MigrationLoader(None, replace_migrations=False), MigrationLoader(None)
    [squashed] = [migration for key, migration in at_once.replacements.items() if key[0] == app]
    before = one_by_one.project_state([squashed.replaces[-1]])
    after = at_once.project_state([(app, squashed.name)])
    assert {key for key in before.models if key[0] == app} == {key for key in after.models if key[0] == app}
    changes = MigrationAutodetector(before, after).changes(at_once.graph, trim_to_apps={app})
    assert changes.get(app, []) == []
    # Nothing is left out on the way to the last one
    way = one_by_one.graph.forwards_plan(squashed.replaces[-1])
    assert {key for key in way if key[0] == app} == set(squashed.replaces)
