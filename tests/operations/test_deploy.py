"""What Procfile, compose.yaml and the documents say, held against the desk; the Procfile's processes are started."""

import json
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

from tests.desk import NO_TLS, ROOT, free_port
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


def named_variables(service: dict) -> set[str]:
    """The variables that compose fills in somewhere in this part of the file."""
    return set(re.findall(r"\$\{([A-Z_]+)", json.dumps(service)))


@pytest.mark.parametrize("name", ["app", "worker"])
def test_every_setting_reaches_the_containers_by_the_file_of_variables(name):
    service = COMPOSE["services"][name]
    assert service["env_file"] == [{"path": ".env", "required": False}]
    # What stands in `environment` wins over the file: only what compose itself decides
    decided = {"DEBUG", "DATABASE_URL", "REDIS_URL", "BACKGROUND_WORK", "IGNORED_VARIABLES"}
    filled_in = {key for key, value in service["environment"].items() if "${" in str(value)} - {
        "DATABASE_URL"
    }
    assert set(service["environment"]) - filled_in == decided - (
        {"BACKGROUND_WORK"} if name == "worker" else set()
    )
    # The desk refuses a name that it does not know: those of compose alone are told to it
    strange = named_variables(service) - READ - {"WORKERS"}
    assert strange == set(service["environment"]["IGNORED_VARIABLES"].split(","))


def test_the_example_for_one_machine_starts_a_desk_with_debug_off(tmp_path):
    example = (ROOT / "deploy/desk.env.example").read_text()
    named = {line.split("=")[0] for line in example.splitlines() if line and not line.startswith("#")}
    assert named - READ == set()
    filled_in = re.sub(
        r"^((?:SECRET|WIDGET_SIGNING)_KEY)=$", rf"\1={'k' * 50}", example, flags=re.MULTILINE
    )
    (tmp_path / "desk.env").write_text(filled_in)
    python = shlex.quote(sys.executable)
    # As docs/deploy.md says
    script = f"set -a; . {tmp_path}/desk.env; set +a; {python} manage.py check --deploy && echo $DEBUG"
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "off"
    # What is still empty is named
    assert "EMAIL_HOST is not set" in done.stderr


def test_the_example_of_the_file_names_only_what_the_desk_or_compose_reads():
    lines = (ROOT / "deploy/env.example").read_text().splitlines()
    named = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    assert named - READ - named_variables(COMPOSE) == set()
    required = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "compose.yaml").read_text()))
    assert required <= named


def test_services_wait_for_and_mount_only_what_exists():
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source == "./backups" or (ROOT / source).exists(), (
                name,
                source,
            )
        assert "image" in service or "build" in service, name


def test_the_image_runs_as_a_person_without_rights_and_tells_its_health():
    lines = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", lines, re.MULTILINE)[-1] == "desk"
    assert "useradd --create-home --uid 1000 desk" in lines
    assert "HEALTHCHECK" in lines
    copied = re.search(r"^COPY ((?:requirements\S* )+)", lines, re.MULTILINE)[1].split()
    assert all((ROOT / name).exists() for name in copied)


# --- The backup of the compose layout ----------------------------------------

TOOLS = {
    "pg_dump": """for each; do case $each in --file=*) printf dump > "${each#--file=}";; esac; done
echo "pg_dump: dumping contents of table \\"public.tickets_ticket\\"" >&2
exit ${PG_DUMP_ENDS:-0}""",
    "pg_restore": """echo "pg_restore: processing data for table \\"public.tickets_ticket\\"" >&2
exit ${PG_RESTORE_ENDS:-0}""",
    "psql": 'printf "%s" "${THERE:-}"',
}


@pytest.fixture
def compose_tools(tmp_path):
    """`run(service command, **environment)`: the scripts as compose starts them, with PostgreSQL's tools replaced."""
    (tmp_path / "bin").mkdir()
    for name, body in TOOLS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    for folder in ("data", "data/mail", "backups"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data/secret.key").write_text("key")
    (tmp_path / "data/mail/message.eml").write_text("e-mail")

    def run(command: str, **environment) -> subprocess.CompletedProcess:
        folders = {
            "DATA": str(tmp_path / "data"),
            "BACKUPS": str(tmp_path / "backups"),
            "PGDATABASE": "desk",
        }
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        words = [word.replace("/deploy/", f"{ROOT}/deploy/") for word in shlex.split(command)]
        return subprocess.run(
            words, env={"PATH": path} | folders | environment, capture_output=True, text=True, timeout=60
        )

    run.folder = tmp_path
    return run


def test_the_backup_service_makes_a_whole_folder_and_shows_progress(compose_tools):
    service = COMPOSE["services"]["backup"]
    assert service["profiles"] == ["tools"]
    done = compose_tools(service["command"])
    assert done.returncode == 0, done.stderr
    assert '"public.tickets_ticket"' in done.stdout
    [made] = (compose_tools.folder / "backups").iterdir()
    assert {each.name for each in made.iterdir()} == {"database.dump", "data.tar.gz", "SHA256SUMS"}
    assert subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=made, capture_output=True).returncode == 0
    kept = subprocess.run(["tar", "-tzf", made / "data.tar.gz"], capture_output=True, text=True).stdout
    assert "secret.key" in kept
    assert "message.eml" not in kept


def test_a_dump_that_fails_halfway_is_no_backup(compose_tools):
    done = compose_tools(COMPOSE["services"]["backup"]["command"], PG_DUMP_ENDS="3")
    assert done.returncode == 3
    assert [each.suffix for each in (compose_tools.folder / "backups").iterdir()] == [".part"]


def test_the_way_back_checks_what_it_is_given_and_overwrites_nothing(compose_tools):
    compose_tools(COMPOSE["services"]["backup"]["command"])
    [made] = (compose_tools.folder / "backups").iterdir()
    back = f"sh /deploy/restore.sh {made}"
    assert "There are files in DATA_DIR already." in compose_tools(back).stderr
    empty = compose_tools.folder / "empty"
    empty.mkdir()
    assert (
        "There is a desk in this database already."
        in compose_tools(back, DATA=str(empty), THERE="1").stderr
    )
    assert compose_tools(back, DATA=str(empty), PG_RESTORE_ENDS="1").returncode == 1
    assert list(empty.iterdir()) == []
    done = compose_tools(back, DATA=str(empty))
    assert (done.returncode, "Restored." in done.stdout) == (0, True), done.stderr
    assert (empty / "secret.key").read_text() == "key"
    (made / "database.dump").write_text("changed")
    assert compose_tools(back, DATA=str(empty)).returncode != 0


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
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers=through | headers, timeout=30, verify=NO_TLS
        )

    def stop(self) -> list[int]:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(20) for process in self.running.values()]


def until(condition, seconds: float = 60, what: str = "") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.2)


@pytest.mark.extended
@pytest.mark.slow
@pytest.mark.not_on("postgresql", "mongodb", reason="starts this engine by itself")
def test_the_processes_of_the_procfile_are_one_desk_on_postgresql_and_redis(tmp_path):
    redis = Redis().start()
    with running(Postgres) as postgres:
        desk = Processes(
            tmp_path,
            DATABASE_URL=postgres.database("desk"),
            REDIS_URL=redis.url,
            # No mailbox listens there: a job that fails
            EMAIL_IN_URL=f"imap://user:word@127.0.0.1:{free_port()}/INBOX",
        )
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
            return (
                httpx.get(f"http://127.0.0.1:{desk.port}/readyz", timeout=5, verify=NO_TLS).status_code
                == 200
            )
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
    streams = [Listening(agent, "/api/support/admin/events") for _ in range(4)]
    words = {"message": "The jar leaked", "priority": "urgent"}
    ticket = guest.post("/api/support/create", json=words).raise_for_status().json()["id"]
    began = time.monotonic()
    for stream in streams:
        # Whichever process has the stream
        assert stream.received("The jar leaked", 20) - began < 15

    hour_ago = (
        "from datetime import timedelta; from django.utils.timezone import now; from tickets.models import Ticket;"
        "past = now() - timedelta(hours=1);"
        f"Ticket.objects.filter(pk='{ticket}').update(answer_check_at=past, first_response_due_at=past, next_response_due_at=past)"
    )
    desk.run("shell", "--no-imports", "-c", hour_ago)
    # By a worker: the web processes were told to leave it
    until(lambda: any(data.get("id") == ticket for _, data in streams[0].received_at))
    assert desk.client().get("/metrics").status_code == 404
    guest.post("/widget/transcript", data={"conversation": ticket}).raise_for_status()
    scraper = desk.client(Authorization=f"Bearer {'m' * 30}")

    def counts(series: str) -> bool:
        found = re.search(rf"^{re.escape(series)} (\S+)$", scraper.get("/metrics").text, re.MULTILINE)
        return bool(found) and float(found[1]) >= 1

    # Counted by the workers, which answer no scrape, and told by whichever web process is asked
    for series in (
        'desk_tickets{status="open"}',
        "desk_answers_overdue_total",
        "desk_letters_total",
        'desk_job_failures_total{job="mailbox"}',
        'desk_messages_total{sender="customer"}',
    ):
        until(lambda series=series: counts(series), what=series)
