"""What Procfile, compose.yaml and the documents say, held against the desk; the Procfile's processes are started."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.desk import ROOT, free_port
from tests.engines.servers import Postgres, running
from tests.operations.servers import Listening, Redis

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
READ = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "supportdesk/settings.py").read_text()))


# --- What is written ---------------------------------------------------------


def test_every_variable_of_compose_is_read_by_the_settings():
    given = {name for service in ("app", "worker") for name in COMPOSE["services"][service]["environment"]}
    assert given - READ - {"IGNORED_VARIABLES"} == set()


def test_every_variable_that_is_read_is_documented():
    told = set(re.findall(r"`([A-Z0-9_]{3,})`", (ROOT / "docs/configuration.md").read_text()))
    assert READ - told == set()


def commands() -> list[str]:
    docker = re.findall(r'^CMD \["(.+)"\]$', (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    composed = [COMPOSE["services"][name]["command"] for name in ("app", "worker")]
    return [*PROCFILE.values(), *composed, *(line.replace('", "', " ") for line in docker)]


@pytest.mark.parametrize("line", commands())
def test_every_command_that_is_started_exists_with_its_options(line):
    words = shlex.split(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", line))
    name, *arguments = words[words.index("manage.py") + 1 :]
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    parser.parse_args(arguments)


# --- What is started ---------------------------------------------------------

PEOPLE = """
from tickets.models import Person
Person.objects.create_user("asha@desk.example", "monsoon-mango-42", name="Asha", role="agent")
"""


class Processes:
    """All that the Procfile starts, as a process manager would: by a shell, with one environment."""

    def __init__(self, folder: Path, **environment: str):
        self.port = free_port()
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in ("DJANGO_SETTINGS_MODULE", "RATE_LIMITS")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATA_DIR": str(folder), "DEBUG": "off", "SECRET_KEY": "s" * 60, "PORT": str(self.port),
            "ALLOWED_HOSTS": "desk.example,127.0.0.1", "TRUSTED_PROXIES": "1", "METRICS_TOKEN": "m" * 30,
            # As compose.yaml gives them when they are not set
            "WIDGET_ORIGINS": "", "WIDGET_SIGNING_KEY": "", "EMAIL_HOST": "", **environment,
        }  # fmt: skip
        self.log = (folder / "log").open("ab")
        self.running: dict[str, subprocess.Popen] = {}

    def run(self, *arguments: str) -> None:
        command = ["sh", "-c", 'exec "$@"', "sh", "python", "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr

    def start(self, name: str, kind: str) -> None:
        command = ["sh", "-c", PROCFILE[kind]]
        self.running[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log
        )

    def client(self, **headers: str) -> httpx.Client:
        """A client that comes through the proxy in front, which ends TLS."""
        through = {"Host": "desk.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=through | headers, timeout=30)

    def stop(self) -> list[int]:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(20) for process in self.running.values()]


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.not_on("postgresql", "mongodb", reason="starts this engine by itself")
def test_the_processes_of_the_procfile_are_one_desk_on_postgresql_and_redis(tmp_path):
    redis = Redis().start()
    with running(Postgres) as postgres:
        desk = Processes(tmp_path, DATABASE_URL=postgres.database("desk"), REDIS_URL=redis.url)
        try:
            subprocess.run(["sh", "-c", PROCFILE["release"]], cwd=ROOT, env=desk.environment, check=True)
            desk.run("shell", "--no-imports", "-c", PEOPLE)
            desk.start("web", "web")
            desk.start("worker", "worker")
            desk.start("another worker", "worker")
            _is_one_desk(desk)
            servers = psutil.Process(desk.running["web"].pid).children(recursive=True)
            assert len(servers) >= 2
            assert set(desk.stop()) == {0}
            assert not any(server.is_running() for server in servers)
        finally:
            for process in desk.running.values():
                process.kill()
            redis.kill()


def _is_one_desk(desk: Processes) -> None:
    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{desk.port}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    until(ready)
    guest, agent = desk.client(), desk.client()
    health = guest.get("/healthz").json()
    assert health == {"status": "ok", "database": "postgresql", "media": "ok", "redis": "ok"}
    page = guest.get("/support/", follow_redirects=True)
    assert page.status_code == 200
    assert "Strict-Transport-Security" in page.headers
    styles = re.search(r'href="(/static/[^"]+\.css)"', page.text)[1]
    assert "immutable" in guest.get(styles).headers["Cache-Control"]

    made = guest.post("/api/auth/guest", json={"name": "Ravi", "email": "ravi@example.com"})
    guest.headers["Authorization"] = f"Bearer {made.raise_for_status().json()['access']}"
    signed_in = agent.post(
        "/api/auth/token", json={"email": "asha@desk.example", "password": "monsoon-mango-42"}
    )
    agent.headers["Authorization"] = f"Bearer {signed_in.raise_for_status().json()['access']}"
    ears = [Listening(agent, "/api/support/admin/events") for _ in range(4)]
    words = {"message": "The jar leaked", "priority": "urgent"}
    ticket = guest.post("/api/support/create", json=words).raise_for_status().json()["id"]
    began = time.monotonic()
    for ear in ears:
        # Whichever process has the stream
        assert ear.heard("The jar leaked", 10) - began < 4

    hour_ago = (
        "from datetime import timedelta; from django.utils.timezone import now; from tickets.models import Ticket;"
        f"Ticket.objects.filter(pk='{ticket}').update(answer_check_at=now() - timedelta(hours=1))"
    )
    desk.run("shell", "--no-imports", "-c", hour_ago)
    # By a worker: the web processes were told to leave it
    until(lambda: any(data.get("id") == ticket for _, data in ears[0].heard_at))
    assert desk.client().get("/metrics").status_code == 404
    told = desk.client(Authorization=f"Bearer {'m' * 30}").get("/metrics")
    assert 'desk_tickets{status="open"} 1.0' in told.text
