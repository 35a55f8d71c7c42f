"""Install django-helpdesk beside the desk, fill it, serve it by gunicorn with two workers, and measure it."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from .. import report, servers
from ..stores import FOLDER, remove

HERE = Path(__file__).parent
HOME = FOLDER / "peer"
PYTHON = HOME / "bin" / "python"


def go(sizes: list[int], options) -> list[dict]:
    """Return rows as `run` makes them, of the engine "django-helpdesk"."""
    if not (HOME / "bin" / "gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True
        )
    return [row for size in sizes for row in _measured(size, options)]


def _load(port: int, requests: list[dict], seconds: float) -> dict:
    """As `servers.load`, but long enough for each client to be answered a few times."""
    while (made := servers.load(port, requests, seconds))[
        "requests"
    ] < 2 * servers.CLIENTS and seconds < 60:
        seconds = min(seconds * 4, 60)
    return made


def _measured(size: int, options) -> list[dict]:
    built, database = FOLDER / f"peer-{size}.sqlite3", FOLDER / f"peer-run-{size}.sqlite3"
    environment = {**os.environ, "PEER_DATABASE": str(database), "PYTHONPATH": str(HERE)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    remove(database)
    if not built.exists():
        subprocess.run([PYTHON, "prepare.py", "fill", str(size)], cwd=HERE, env=environment, check=True)
        database.rename(built)
    # Its conversations grow with each reply: a copy is measured, as of the desk
    shutil.copyfile(built, database)
    command = [PYTHON, "prepare.py", "ask"]
    said = subprocess.run(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, check=True)
    costs = json.loads(said.stdout.splitlines()[-1])
    port, rows = servers.free_port(), []
    serve = [
        str(HOME / "bin" / "gunicorn"),
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "--timeout",
        "120",
        "site_wsgi",
    ]
    with servers.process(
        serve, port, "/login/", environment | {"DJANGO_SETTINGS_MODULE": "site_settings"}, HERE
    ):
        for cost in costs:
            made = [_load(port, cost["requests"], options.seconds + 2) for _ in range(options.rounds)]
            figures = {
                name: statistics.median(each[name] for each in made)
                for name in ("per_second", "p50", "p99", "failed")
            }
            row = {
                "engine": "django-helpdesk",
                "size": size,
                "cost": cost["name"],
                "queries": cost["queries"],
            }
            rows.append(row | figures)
            report.tell(rows[-1])
    remove(database)
    return rows
