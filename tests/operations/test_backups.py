"""A backup made while the desk works brings everything back; one that is damaged brings nothing."""

import json
import os
import shutil
import stat
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from tests import factories, forks
from tests.desk import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on(
        "postgresql", "mongodb", reason="backs up the embedded database; servers have their own tools"
    ),
]


def manage(folder, *arguments, **environment) -> subprocess.CompletedProcess:
    return forks.run(arguments, env=Desk(folder, **environment).environment)


@pytest.fixture
def desk(data_dir):
    desk = Desk(data_dir)
    # The key that the desk makes for itself is a part of it
    del desk.environment["SECRET_KEY"]
    yield desk.start()
    desk.stop()


@pytest.fixture
def ticket(desk) -> str:
    customer = desk.as_guest()
    made = customer.post(
        "/api/support/create", data={"message": "The jar leaked"}, files={"image": factories.picture()}
    )
    return made.raise_for_status().json()["id"]


def all_of_it(desk, caller, ticket) -> dict:
    shown = caller.get(f"/api/support/admin/{ticket}").raise_for_status().json()
    picture = caller.get(shown["messages"][0]["image"]).raise_for_status().content
    found = caller.get("/api/support/admin/", params={"q": "leaked"}).json()["results"]
    counts = caller.get("/api/support/admin/").json()["counts"]
    return {"ticket": shown, "picture": picture, "found": [row["id"] for row in found], "counts": counts}


def test_a_backup_restored_into_an_empty_directory_has_everything(desk, ticket, tmp_path):
    agent = desk.as_agent()
    before, signed_in = all_of_it(desk, agent, ticket), agent.headers["Authorization"]
    file, elsewhere = tmp_path / "desk.zip", tmp_path / "elsewhere"
    assert manage(desk.data_dir, "backup", file).returncode == 0
    desk.kill()

    done = manage(elsewhere, "restore", file)
    assert done.returncode == 0, done.stderr
    restored = Desk(elsewhere)
    del restored.environment["SECRET_KEY"]
    restored.start()
    try:
        caller = restored.api()
        # The key came along: who was signed in still is
        caller.headers["Authorization"] = signed_in
        assert all_of_it(restored, caller, ticket) == before
        said = caller.post(f"/api/support/admin/{ticket}/reply", json={"message": "Here again"})
        assert said.status_code == 201
        assert said.json()["seq"] > before["ticket"]["messages"][-1]["seq"]
    finally:
        restored.stop()


def test_a_backup_made_under_load_holds_every_message_that_was_there_before(desk, ticket, tmp_path):
    agent, stop, told = desk.as_agent(), threading.Event(), []

    def write():
        while not stop.is_set():
            answer = agent.post(
                f"/api/support/admin/{ticket}/reply", json={"message": f"Reply {len(told)}"}
            )
            told.append(answer.raise_for_status().json()["seq"])

    writer = threading.Thread(target=write)
    writer.start()
    while len(told) < 5:
        assert writer.is_alive()
    known = told[-1]
    done = manage(desk.data_dir, "backup", tmp_path / "desk.zip")
    at_end = told[-1]
    stop.set()
    writer.join()
    assert done.returncode == 0, done.stderr
    assert at_end > known, "writers did not have to wait"
    assert manage(tmp_path / "new", "restore", tmp_path / "desk.zip").returncode == 0
    asked = "SELECT seq FROM tickets_message WHERE ticket_id = ? ORDER BY seq"
    seqs = [seq for (seq,) in Desk(tmp_path / "new").sql(asked, ticket.replace("-", ""))]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= known


@pytest.fixture(scope="module")
def made(shop_data, tmp_path_factory):
    """A backup of the demo shop."""
    file = tmp_path_factory.mktemp("made") / "desk.zip"
    assert manage(shop_data(), "backup", file).returncode == 0
    return file


@pytest.fixture
def backup(made, tmp_path):
    return Path(shutil.copy(made, tmp_path))


def test_a_backup_is_private_and_never_overwrites_another(backup, data_dir):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    size = backup.stat().st_size
    again = manage(data_dir, "backup", backup)
    assert (again.returncode, backup.stat().st_size) == (1, size)
    assert "there already" in again.stderr
    assert [name for name in os.listdir(backup.parent) if "part" in name] == []


def test_a_backup_is_not_restored_over_a_desk(backup, data_dir):
    before = (data_dir / "db.sqlite3").read_bytes()
    refused = manage(data_dir, "restore", backup)
    assert refused.returncode == 1
    assert "There is a desk already" in refused.stderr
    assert (data_dir / "db.sqlite3").read_bytes() == before


def cut(file):
    file.write_bytes(file.read_bytes()[:-2000])


def flip(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def climb(file):
    with zipfile.ZipFile(file) as archive:
        contents = json.loads(archive.read("contents.json"))
    contents["sums"]["../../evil"] = contents["sums"]["db.sqlite3"]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("contents.json", json.dumps(contents))


@pytest.mark.parametrize(
    "damage", [cut, flip, climb, lambda file: file.write_text("PK no"), lambda file: file.unlink()]
)
def test_a_damaged_backup_is_refused_and_leaves_nothing_behind(backup, tmp_path, damage):
    damage(backup)
    refused = manage(tmp_path / "new", "restore", backup)
    assert refused.returncode == 1, refused.stdout
    assert refused.stderr.startswith("CommandError: "), refused.stderr
    assert "Traceback" not in refused.stderr
    left = [
        path.name for path in (tmp_path / "new").rglob("*") if path.is_file() and path.name != ".secret-key"
    ]
    assert left == []
    assert not (tmp_path.parent / "evil").exists()


def test_a_person_erased_since_the_backup_is_erased_again(data_dir, backup, tmp_path):
    asked = "SELECT id FROM tickets_person WHERE login_email = 'customer@demo.test'"
    [(person,)] = Desk(data_dir).sql(asked)
    done = manage(tmp_path / "new", "restore", backup, "--erase", person)
    assert done.returncode == 0, done.stderr
    assert Desk(tmp_path / "new").sql(asked) == []


def test_a_database_on_a_server_is_sent_to_its_own_tool(tmp_path):
    for command, file in (("backup", "x.zip"), ("restore", "x.zip")):
        told = manage(tmp_path, command, tmp_path / file, DATABASE_URL="postgres://desk@127.0.0.1:9/none")
        assert told.returncode == 1
        assert "pg_dump" in told.stderr
