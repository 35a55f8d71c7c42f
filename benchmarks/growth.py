"""How much more the agents' pages cost at 1,000,000 tickets than at 1,000: `python -m benchmarks.growth`.

    python -m benchmarks.growth [--engines sqlite] [--pairs 15] [words of a cost's name ...]

Processor time of a request without a server, that of PostgreSQL's process included, in pairs: the small desk and
the large one take turns, so that what else the machine does hits both. The median of each, and of the ratios.
"""

import argparse
import os
import subprocess
import sys
import uuid
from pathlib import Path
from statistics import median

SIZE, TIMES = 1_000, 1_000
WANTED = 1.2
# Requests of a turn; rounds before the first pair
REQUESTS, WARM_UP = 24, 2
NAMES = (
    "list",
    "list, each view",
    "list, each filter",
    "list, next pages",
    "counts",
    "conversation, 10 messages",
)


class Asked:
    """A process that opens one desk, and measures when it is told to."""

    def __init__(self, url: str):
        environment = os.environ | {"DATABASE_URL": url}
        command = [sys.executable, "-m", "benchmarks.growth", "--measure"]
        self.process = subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True)

    def milliseconds(self, name: str) -> float:
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def measure() -> None:
    """Answer each cost's name with the milliseconds of one of its requests."""
    from .cpu import Desk
    from .scene import Cost, Scene

    desk, scene = Desk(), Scene()
    costs = {cost.name: cost for cost in scene.costs()}
    costs["counts"] = Cost("counts", [scene.page("/support/counts")])
    for line in sys.stdin:
        requests = costs[line.strip()].requests
        began = processor_seconds()
        for number in range(REQUESTS):
            desk.send(requests[number % len(requests)], uuid.uuid4().hex)
        print((processor_seconds() - began) / REQUESTS * 1000, flush=True)


# Nanoseconds by process of the database server: those whose connection has ended count as well
USED: dict[int, int] = {}


def processor_seconds() -> float:
    """Return what this process and its connections' on the database server have used."""
    import time

    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            processes = [row[0] for row in cursor.fetchall()]
        # Time on the processor comes first; Linux only
        USED.update(
            {each: int(Path(f"/proc/{each}/schedstat").read_text().split()[0]) for each in processes}
        )
    return time.process_time() + sum(USED.values()) / 1e9


def compare(engine: str, pairs: int, words: list[str]) -> None:
    from .build import ready
    from .copies import copied
    from .stores import STORES

    store = STORES[engine]()
    small = ready(store, SIZE)
    large = copied(store, small, TIMES, lambda what: print(f"{engine}: {what}", flush=True))
    both = [Asked(store.url(name)) for name in (small, large)]
    for name in NAMES:
        if words and not any(word in name for word in words):
            continue
        taken = [[asked.milliseconds(name) for asked in both] for _ in range(pairs + WARM_UP)][WARM_UP:]
        few, many = (median(column) for column in zip(*taken, strict=True))
        growth = median(later / before for before, later in taken)
        print(
            f"{engine:<11} {name:<28} {few:6.2f} {many:6.2f} ms  growth {growth:4.2f}  (wanted {WANTED})",
            flush=True,
        )
    for asked in both:
        asked.end()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"])
    options.add_argument("--pairs", type=int, default=15)
    options.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("words", nargs="*")
    chosen = options.parse_args()
    if chosen.measure:
        measure()
        return
    for engine in chosen.engines:
        compare(engine, chosen.pairs, chosen.words)


if __name__ == "__main__":
    main()
