"""Run the suite on PostgreSQL and MongoDB side by side, and then (browsers and all) on SQLite.

`make test` takes two cases of a test with parameters, one where it is marked `slow`, and leaves out the tests marked
`extended`. On the other engines it takes one case of the tests marked `engines`. `make test-all` takes all cases, and the tests marked
`all_engines` too. What fails on one of those two ends the run, so that the last line is always the summary that
matters. `DATABASE_URL=... make test` runs the suite against that server only.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.engines.servers import Mongo, Postgres, running  # noqa: E402

# What starts browsers and processes of its own is about those, and is run on one engine
WITHOUT_PROCESSES = ["-m", "not slow"]
# More cases of one test ask the database the same: the workflow file runs all of them on all engines
FEW = {
    "sqlite": ["--without-extended", "--cases", "2"],
    "others": ["--without-extended", "--cases", "1", "--few-on-engine"],
}
ALL: dict[str, list[str]] = {"sqlite": [], "others": []}
# In our order (see plugin.py): left to itself, xdist begins with the largest groups
GROUPS = ["--dist", "loadgroup", "--no-loadscope-reorder"]
# On two cores: servers, browsers and processes are waited for, and a fourth worker runs quick tests meanwhile. It
# gives way to the other three: without that, calls of theirs gave up
WORKERS = 4
# Three side by side too. Each takes eight seconds of processor to begin with, and the stand-in for MongoDB, written
# in Python, makes tests twice as long
ON_POSTGRES, ON_MONGO = 1, 2
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
    if failed := side_by_side(on_others):
        return failed
    return suite(["sqlite:"], on_sqlite)


def side_by_side(arguments: list[str]) -> int:
    """Run the suite on PostgreSQL and on MongoDB at once; what each says is printed when both have ended."""
    with ExitStack() as stack:
        # The stand-in does one thing at a time: each worker has its own
        urls = [
            [stack.enter_context(running(kind)).database("desk") for _ in range(servers)]
            for kind, servers in ((Postgres, 1), (Mongo, ON_MONGO))
        ]
        print("\n=== postgresql, mongodb ===", flush=True)
        outputs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in urls]
        suites = [
            started(each, workers, arguments, output)
            for each, workers, output in zip(urls, (ON_POSTGRES, ON_MONGO), outputs, strict=True)
        ]
        for each in suites:
            # However we end, they end
            stack.callback(each.terminate)
        codes = [each.wait() for each in suites]
        # What failed is printed last
        for code, output in sorted(
            zip(codes, outputs, strict=True), key=lambda ended: has_failed(ended[0])
        ):
            output.seek(0)
            print(output.read(), f"(exit code {code})" if has_failed(code) else "", flush=True)
    return next(filter(has_failed, codes), 0)


def has_failed(code: int) -> bool:
    return code not in (0, NO_TESTS)


def suite(urls: list[str], arguments: list[str]) -> int:
    print(f"\n=== {urls[0].partition(':')[0]} ===", flush=True)
    process = started(urls, WORKERS, ["--background-worker", *arguments])
    try:
        return process.wait()
    finally:
        process.terminate()


def started(urls: list[str], workers: int, arguments: list[str], output=None) -> subprocess.Popen:
    # One worker needs no process that hands out the tests
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        str(workers if workers > 1 else 0),
        *GROUPS,
        *arguments,
    ]
    # Workers have to agree on the tests' names, and some are made of sets. The desks that are started need
    # not be compiled each time
    environment = os.environ | {
        "DATABASE_URL": urls[0],
        "WORKERS_DATABASE_URLS": " ".join(urls),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)


if __name__ == "__main__":
    # So that the servers end with us, however we are asked to end
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
