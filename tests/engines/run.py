"""`make test`: the suite on PostgreSQL, on MongoDB, and (browsers and all) on SQLite.

The first engine on which something fails ends the run, so that the last line is always
the summary that matters. `DATABASE_URL=... make test` runs it against that server only.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.engines.servers import Mongo, Postgres, running  # noqa: E402

# What starts browsers and processes of its own is about those, and is run on one engine
QUICK = ["-m", "not slow"]
# In our order (see plugin.py): left to itself, xdist begins with the largest groups
GROUPS = ["--dist", "loadgroup", "--no-loadscope-reorder"]
# On two cores: servers, browsers and processes are waited for
WORKERS = "3"
# Nothing was selected: `make test PYTEST_ARGS=...` named tests that only another engine runs
NO_TESTS = 5


def main(arguments: list[str]) -> int:
    if url := os.environ.get("DATABASE_URL"):
        return suite(url, arguments if url.startswith("sqlite") else [*QUICK, *arguments])
    for kind in (Postgres, Mongo):
        with running(kind) as server:
            failed = suite(server.database("desk"), [*QUICK, *arguments])
        if failed not in (0, NO_TESTS):
            return failed
    return suite("sqlite:", arguments)


def suite(url: str, arguments: list[str]) -> int:
    print(f"\n=== {url.partition(':')[0]} ===", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, *GROUPS, *arguments]
    # Workers have to agree on the tests' names, and some are made of sets. The desks that are started need
    # not be compiled each time
    environment = os.environ | {"DATABASE_URL": url, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    # So that the servers end with us, however we are asked to end
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
