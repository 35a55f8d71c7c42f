"""The services of compose.yaml and systemd: what they start exists, what they wait for tells its health."""

import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from supportdesk.serving import server
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
    assert writable == [data.partition("=")[2], f"{folder}/{Path(settings.STATIC_ROOT).name}"]
    assert int(service["TimeoutStopSec"][0]) > GRACE
    assert service["Restart"] == ["always"]
    assert UNITS[name]["Install"] == {"WantedBy": ["multi-user.target"]}
