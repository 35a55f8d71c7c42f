"""The processes that are measured, and the load on them (wrk)."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import httpx

from .stores import FOLDER, ROOT, SECRET_KEY

CLIENTS = 8
# As in production, but for what would change the data meanwhile or stop the load
PRODUCTION = {
    "DEBUG": "off",
    "SECRET_KEY": SECRET_KEY,
    "RATE_LIMITS": "off",
    "BACKGROUND_WORK": "off",
    "WIDGET_ORIGINS": "http://localhost:*",
    "WORKERS": "1",
    "REDIS_URL": "",
}
LUA = Path(__file__).with_name("load.lua")


class NoTool(SystemExit):
    pass


def environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return kept | PRODUCTION | {"DATABASE_URL": url, "DATA_DIR": str(FOLDER / "data")}


def scene(url: str) -> dict:
    """Prepare the desk and return what is asked of it, see `scene`."""
    command = [sys.executable, "-m", "benchmarks.scene"]
    quiet = {"LOG_LEVEL": "WARNING"}
    said = subprocess.run(
        command, cwd=ROOT, env=environment(url) | quiet, stdout=subprocess.PIPE, check=True
    )
    return json.loads(said.stdout)


@contextmanager
def process(command: list[str], port: int, path: str, env: dict, cwd: Path = ROOT):
    """Run a server until the block ends; yield its process once `path` answers."""
    log = FOLDER / "server.log"
    with log.open("w") as out:
        running = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _await(running, f"http://127.0.0.1:{port}{path}", log)
        yield running
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)


def _await(running: subprocess.Popen, url: str, log: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if running.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=10).status_code < 400:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer:\n{log.read_text()[-3000:]}")


@contextmanager
def desk(url: str, **more: str):
    """The desk itself, as it is served in production. Yield its port and its process."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--verbosity", "0"]
    with process(command, port, "/healthz", environment(url) | more) as running:
        yield port, running


@contextmanager
def bare(url: str, sizes: dict[str, int], ticket_id: str):
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port), *map(str, sizes.values()), ticket_id]
    with process(command, port, "/django/list", environment(url)):
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(port: int, requests: list[dict], seconds: float, clients: int = CLIENTS) -> dict:
    """Send these requests in turn for so long; return wrk's counts and `per_second`, p50 and p99 in ms."""
    wrk = shutil.which("wrk")
    if not wrk:
        raise NoTool("The load is made by wrk: apt-get install wrk (Debian, Ubuntu), brew install wrk.")
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        for each in requests:
            headers = "\1".join(f"{name}: {value}" for name, value in each["headers"].items())
            file.write("\t".join([each["method"], each["path"], headers, each["body"]]) + "\n")
        file.flush()
        command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout=60s", "-s", str(LUA)]
        command += [f"http://127.0.0.1:{port}/", "--", file.name, uuid.uuid4().hex[:12]]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(said.stdout.strip().splitlines()[-1])
    return told | {"per_second": told["requests"] / told["seconds"]}


def get(path: str, headers: dict[str, str] | None = None) -> dict:
    return {"method": "GET", "path": path, "headers": headers or {}, "body": ""}
