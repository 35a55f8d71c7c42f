"""Run the suite on PostgreSQL, on MongoDB, and (browsers and all) on SQLite.

`make test` takes three cases of a test with parameters, and leaves out the tests marked `extended`. On the other
engines it takes one case of the tests marked `engines`. `make test-all` takes all cases, and the tests marked
`all_engines` too. The first engine on which something fails ends the run, so that the last line is always the
summary that matters. `DATABASE_URL=... make test` runs the suite against that server only.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.engines.servers import Mongo, Postgres, running  # noqa: E402

# What starts browsers and processes of its own is about those, and is run on one engine
WITHOUT_PROCESSES = ["-m", "not slow"]
# More cases of one test ask the database the same: the workflow file runs all of them on all engines
FEW = {
    "sqlite": ["--without-extended", "--cases", "3"],
    "others": ["--without-extended", "--cases", "1", "--few-on-engine"],
}
ALL: dict[str, list[str]] = {"sqlite": [], "others": []}
# In our order (see plugin.py): left to itself, xdist begins with the largest groups
GROUPS = ["--dist", "loadgroup", "--no-loadscope-reorder"]
# On two cores: servers, browsers and processes are waited for. Four were a minute faster, and calls gave up
WORKERS = 3
# Nothing was selected: `make test PYTEST_ARGS=...` named tests that only another engine runs
NO_TESTS = 5


def main(arguments: list[str]) -> int:
    wanted = FEW
    if "--all" in arguments:
        wanted = ALL
        arguments.remove("--all")
    on_sqlite = [*wanted["sqlite"], *arguments]
    on_others = [*WITHOUT_PROCESSES, *wanted["others"], *arguments]
    if url := os.environ.get("DATABASE_URL"):
        return suite([url], on_sqlite if url.startswith("sqlite") else on_others)
    # The stand-in for MongoDB is written in Python and does one thing at a time: each worker has its own
    for kind, count in ((Postgres, 1), (Mongo, WORKERS)):
        with ExitStack() as servers:
            urls = [servers.enter_context(running(kind)).database("desk") for _ in range(count)]
            failed = suite(urls, on_others)
        if failed not in (0, NO_TESTS):
            return failed
    return suite(["sqlite:"], on_sqlite)


def suite(urls: list[str], arguments: list[str]) -> int:
    print(f"\n=== {urls[0].partition(':')[0]} ===", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", str(WORKERS), *GROUPS, *arguments]
    # Workers have to agree on the tests' names, and some are made of sets. The desks that are started need
    # not be compiled each time
    environment = os.environ | {
        "DATABASE_URL": urls[0],
        "WORKERS_DATABASE_URLS": " ".join(urls),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    # So that the servers end with us, however we are asked to end
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
