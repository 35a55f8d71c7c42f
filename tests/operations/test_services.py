"""The services of compose.yaml and systemd: what they start exists, what they wait for tells its health."""

import os
import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as desk_settings
from django.core.files.storage import FileSystemStorage
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from supportdesk.serving import server, static
from tests.desk import ROOT
from tests.operations.test_deploy import COMPOSE, READ

DOCUMENTS = (ROOT / "docs/deploy.md").read_text()
# What the desk gives the requests under way when it is stopped
GRACE = int(re.search(r"timeout_graceful_shutdown=(\d+)", Path(server.__file__).read_text())[1])


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """A file of systemd by its sections; a key may repeat."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return sections


UNITS = {path.name: unit(path) for path in sorted((ROOT / "deploy/systemd").glob("*.service"))}


def test_compose_has_every_service_and_each_comes_back_by_itself():
    services = COMPOSE["services"]
    assert set(services) == {"app", "worker", "caddy", "postgres", "redis", "backup"}
    for name, service in services.items():
        assert service.get("restart") == "unless-stopped" or service.get("profiles") == ["tools"], name
    assert services["app"]["environment"]["BACKGROUND_WORK"] == "off"
    assert "BACKGROUND_WORK" not in services["worker"]["environment"]
    for name in ("app", "worker"):
        assert int(services[name]["stop_grace_period"].rstrip("s")) > GRACE


def test_a_service_that_others_wait_for_tells_its_health():
    services = COMPOSE["services"]
    waits = [
        (other, how["condition"])
        for service in services.values()
        if isinstance(service.get("depends_on"), dict)
        for other, how in service["depends_on"].items()
    ]
    assert {"app", "postgres"} == {other for other, condition in waits if condition == "service_healthy"}
    assert services["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    asked = services["app"]["healthcheck"]["test"]
    assert asked[:3] == ["CMD", "python", "-c"]
    compile(asked[3], "the health check", "exec")
    path = re.search(r"http://127\.0\.0\.1:8000(/\w+)", asked[3])[1]
    assert resolve(path).url_name == "readyz"
    assert "127.0.0.1" in services["app"]["environment"]["ALLOWED_HOSTS"]


@pytest.mark.parametrize("source", ["compose.yaml", "Dockerfile"])
def test_the_health_check_gives_the_first_start_five_minutes_to_migrate(source):
    # Half a minute on an idle machine; measured with other work and a slow disk: two and a half
    [seconds] = re.findall(r"start[-_]period[=:] ?(\d+)s", (ROOT / source).read_text())
    assert int(seconds) >= 300


def test_local_files_of_a_checkout_stay_out_of_the_image():
    excluded = (ROOT / ".dockerignore").read_text().splitlines()
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    secrets = {line for line in ignored if line.endswith(".env") or "secret" in line or "sqlite" in line}
    assert {".env", "desk.env", ".secret-key", "db.sqlite3*"} == secrets
    assert {each for each in secrets if not any(fnmatch(each, line) for line in excluded)} == set()


def test_the_command_beside_the_units_takes_their_user_variables_and_data():
    script = (ROOT / "deploy/manage.sh").read_text()
    service = UNITS["desk.service"]["Service"]
    assert f"DESK_USER:-{service['User'][0]}}}" in script
    assert f"DESK_ENV:-{service['EnvironmentFile'][0]}}}" in script
    assert service["Environment"][0].partition("=")[2] in script
    assert "deploy/manage.sh createsuperuser" in DOCUMENTS


def test_both_units_are_closed_in_alike():
    def closed_in(name: str) -> dict:
        own = {"ExecStart"}
        return {key: value for key, value in UNITS[name]["Service"].items() if key not in own}

    assert closed_in("desk.service") == closed_in("desk-worker.service")
    assert closed_in("desk.service")["CapabilityBoundingSet"] == [""]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_of_systemd_starts_what_the_documents_set_up(name):
    service = UNITS[name]["Service"]
    assert all(len(values) == 1 for values in service.values())
    [folder], [command] = service["WorkingDirectory"], service["ExecStart"]
    # systemd takes no relative path for the program; manage.py is found in the folder
    program, script, verb, *arguments = shlex.split(command)
    assert (program, script) == (f"{folder}/.venv/bin/python", "manage.py")
    parser = load_command_class(get_commands()[verb], verb).create_parser("manage.py", verb)
    parser.parse_args(arguments)
    for written in (f"deploy/systemd/{name}", folder, *service["EnvironmentFile"], *service["User"]):
        assert written in DOCUMENTS, written
    # What it may write is the folder of its data, and that of the static files
    [data] = service["Environment"]
    assert data == f"DATA_DIR=/var/lib/{service['StateDirectory'][0]}"
    assert data.partition("=")[0] in READ
    writable = service["ReadWritePaths"][0].split()
    assert writable == [data.partition("=")[2], f"{folder}/{Path(desk_settings.STATIC_ROOT).name}"]
    assert int(service["TimeoutStopSec"][0]) > GRACE
    assert service["Restart"] == ["always"]
    assert UNITS[name]["Install"] == {"WantedBy": ["multi-user.target"]}


def test_static_files_collected_in_an_image_are_not_collected_again(tmp_path, settings, monkeypatch):
    (tmp_path / "sources").mkdir()
    source, collected = tmp_path / "sources" / "desk.css", []
    source.write_text("a {}")
    storage = FileSystemStorage(tmp_path / "sources")
    finder = SimpleNamespace(list=lambda ignored: [("desk.css", storage)])
    monkeypatch.setattr(static, "get_finders", lambda: [finder])
    monkeypatch.setattr(static, "call_command", lambda *names, **options: collected.append(names))
    settings.STATIC_ROOT = tmp_path / "static"

    def start(nanoseconds: int) -> int:
        os.utime(source, ns=(nanoseconds, nanoseconds))
        static.collect_if_changed()
        return len(collected)

    second = 1_700_000_000 * 10**9
    assert start(second + 123_456_789) == 1
    # A layer of an image keeps whole seconds
    assert start(second) == 1
    assert start(second + 10**9) == 2
