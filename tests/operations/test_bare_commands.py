"""The documented commands in a bare environment (`env -i`): nothing but PATH and DATA_DIR."""

import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import forks
from tests.desk import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", "mongodb", reason="its own embedded database"),
]


def manage(folder: Path, *arguments, run=forks.run, **variables: str) -> subprocess.CompletedProcess:
    return run(arguments, env={"PATH": os.environ["PATH"], "DATA_DIR": str(folder)} | variables)


def started(arguments, env) -> subprocess.CompletedProcess:
    """Start Python too. What comes before `manage.py` is the same for all commands, so two of them show it."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=180, check=False
    )


def well(done: subprocess.CompletedProcess) -> str:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare") / "data"
    well(manage(folder, "migrate", "-v0", run=started))
    well(manage(folder, "load_demo", run=started))
    return folder


@pytest.mark.extended
def test_a_backup_is_restored_with_the_key_that_it_holds(data, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    well(manage(data, "backup", backups))
    [file] = backups.iterdir()
    assert mode(file) == 0o600
    new = tmp_path / "new"
    assert "Restored" in well(manage(new, "restore", file))
    assert (new / ".secret-key").read_text() == (data / ".secret-key").read_text()
    assert "Priya" in well(
        manage(
            new,
            "shell",
            "-v0",
            "-c",
            "from tickets.models import Person; print(*Person.objects.values_list('name', flat=True))",
        )
    )
    # A second time there is a desk in the way, and nothing changes
    again = manage(new, "restore", file)
    assert again.returncode == 1
    assert again.stderr.startswith("CommandError: There is a desk already")
    # Of a desk whose key came from the environment the backup has none
    with zipfile.ZipFile(file) as archive:
        assert ".secret-key" in archive.namelist()


@pytest.mark.parametrize(
    "command",
    [
        ["check"], ["check", "--deploy"], ["migrate", "--check"], ["reindex"], ["worker", "--once"], ["makemigrations", "--check"],
        ["export_person", "customer@demo.test", "--to", "{tmp}/person.zip"],
        ["erase_person", "customer@demo.test", "--yes"],
        ["ask_villy", "where is my order?"],
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_documented_command_runs(command, data, tmp_path):
    well(manage(data, *(part.format(tmp=tmp_path) for part in command)))


def test_a_backup_makes_the_folder_that_it_is_to_go_into(data, tmp_path):
    for _ in range(2):
        well(manage(data, "backup", tmp_path / "backups"))
    assert {file.suffix for file in (tmp_path / "backups").iterdir()} == {".zip"}


def test_retain_says_in_a_sentence_that_there_is_nothing_to_do(data):
    done = manage(data, "retain")
    assert (done.returncode, "RETENTION_DAYS is 0" in done.stderr) == (1, True)
    well(manage(data, "retain", RETENTION_DAYS="36500"))


def test_the_demo_is_refused_with_debug_off(tmp_path):
    done = manage(tmp_path, "load_demo", DEBUG="off", SECRET_KEY="k" * 40, ALLOWED_HOSTS="desk.example")
    assert done.returncode == 1
    assert "DEBUG is off" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_the_database_the_key_and_the_pictures_are_for_their_owner_only(data):
    os.chmod(data / "db.sqlite3", 0o644)
    well(manage(data, "migrate", "-v0"))
    for path in [*data.glob("db.sqlite3*"), data / ".secret-key", *(data / "media").rglob("*.*")]:
        assert mode(path) == 0o600, path
