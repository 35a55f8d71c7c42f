"""Measure the desk: `make bench` (all of it) or `make bench-quick` (two minutes).

Every size of desk is served at the same time and measured in turn, beside the bare Django page
that is the limit: what else the machine does hits all alike, so the ratios hold where absolute figures
do not. Loopback, wrk with 8 clients, the median of three rounds.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import ExitStack

import httpx

from . import report, servers, streams, weights
from .stores import ROOT, STORES, manage

SIZES = (1_000, 30_000, 300_000, 1_000_000)
QUICK_SIZES = (1_000, 30_000)
# Thousands of writes would make another size of a small desk: a copy is measured
COPIED_UP_TO = 30_000
# Bare pages, and the desk's pages that they are the limit of
LIMIT_OF = {
    "list": "list",
    "conversation, 10 messages": "page",
    "open a ticket": "conversation",
}
WRITES = {"reply", "customer's message", "ticket creation", "Villy's answer"}
ROTATING = {"list, each filter", "list, next pages", "search"}
IDLE, LISTENERS = 5000, 1000
# What is wanted, and what a slow machine should manage
MESSAGES_A_SECOND = (25, 50)


class Run:
    """One engine, all sizes."""

    def __init__(self, engine: str, options):
        self.engine, self.options = engine, options
        self.store = STORES[engine]()
        self.rows: list[dict] = []
        # Of each size: the database, the ports of the desk and of the bare page, what is asked
        self.desks: dict[int, tuple[str, int, int, dict]] = {}
        # How many of each write a second the database makes by itself, where that was measured
        self.same: dict[int, dict[str, float]] = {}
        self.committed: dict[str, float] = {}

    def go(self) -> list[dict]:
        with ExitStack() as stack:
            for size in self.options.sizes:
                self.prepare(size, stack)
            self.costs()
        for size in self.options.sizes:
            if size <= COPIED_UP_TO:
                self.store.drop("run-" + str(size))
        return self.rows

    def prepare(self, size: int, stack: ExitStack) -> None:
        build = [sys.executable, "-m", "benchmarks.build", "--engines", self.engine, "--sizes", str(size)]
        subprocess.run(build, cwd=ROOT, check=True)
        name = str(size)
        if size <= COPIED_UP_TO:
            name = f"run-{size}"
            self.store.copy(str(size), name)
            self.same[size] = self.writes(size)
        url = self.store.url(name)
        # A desk that was built before the newest migration
        manage(url, "migrate", "--verbosity=0")
        told = servers.scene(url)
        port, _ = stack.enter_context(servers.desk(url))
        costs = {cost["name"]: cost for cost in told["costs"]}
        self.warm_up(size, port, costs["Villy's answer"]["requests"][-1])
        pages = {kind: costs[cost]["requests"][0] for cost, kind in LIMIT_OF.items()}
        bytes_of = {kind: self.bytes(port, page) for kind, page in pages.items()}
        ticket = pages["page"]["path"].split("/")[2]
        bare = stack.enter_context(servers.bare(url, bytes_of, ticket))
        self.desks[size] = name, port, bare, costs
        if size == min(self.options.sizes):
            for page, kilobytes in weights.measured(port, told).items():
                self.keep(size, f"weight: {page}", kilobytes=kilobytes, limit=weights.LIMITS[page])
        if size == self.live_size() and self.options.live:
            self.live(url, told)

    def writes(self, size: int) -> dict[str, float]:
        """Measure SQLite's own time for the statements of each write (see `writes`)."""
        asked = WRITES.intersection(self.options.only or WRITES)
        if self.engine != "sqlite" or self.options.quick or not asked:
            return {}
        noted, again = f"noted-{size}", f"again-{size}"
        self.store.copy(str(size), noted)
        url = self.store.url(noted)
        manage(url, "migrate", "--verbosity=0")
        command = [sys.executable, "-m", "benchmarks.writes", str(self.store.path(again)), *sorted(asked)]
        quiet = servers.environment(url) | {"LOG_LEVEL": "WARNING"}
        said = subprocess.run(command, cwd=ROOT, env=quiet, stdout=subprocess.PIPE, check=True)
        for name in (noted, again):
            self.store.drop(name)
        return json.loads(said.stdout)

    def warm_up(self, size: int, port: int, question: dict) -> None:
        """Ask Villy once: his first answer after a start reads the model, and is told by itself."""
        began = time.perf_counter()
        url = f"http://127.0.0.1:{port}{question['path']}"
        body = question["body"].replace("@UNIQUE@", "first")
        httpx.post(url, headers=question["headers"], content=body, timeout=60).raise_for_status()
        self.keep(size, "Villy's first answer", alone=(time.perf_counter() - began) * 1000)

    def bytes(self, port: int, request: dict) -> int:
        url = f"http://127.0.0.1:{port}{request['path']}"
        return len(httpx.get(url, headers=request["headers"], timeout=60).content)

    def keep(self, size: int, cost: str, **figures) -> None:
        self.rows.append({"engine": self.engine, "size": size, "cost": cost, **figures})

    # --- Requests --------------------------------------------------------------

    def costs(self) -> None:
        names = list(dict.fromkeys(name for desk in self.desks.values() for name in desk[3]))
        for name in names:
            if not self.options.only or name in self.options.only:
                self.cost(name)

    def cost(self, name: str) -> None:
        taken = defaultdict(lambda: defaultdict(list))
        for _ in range(self.options.rounds):
            for size, (*_, costs) in self.desks.items():
                if name in costs:
                    self.once(taken[size], size, costs[name])
        for size, figures in taken.items():
            cost = self.desks[size][3][name]
            kept = {figure: statistics.median(values) for figure, values in figures.items()}
            self.keep(size, name, queries=cost["queries"], most=cost["most"], **kept)
            report.tell(self.rows[-1])
        if name in ROTATING:
            for size, (_, port, _, costs) in self.desks.items():
                self.keep(size, f"{name}: the slowest one", **self.slowest(port, costs[name]["requests"]))

    def once(self, taken: dict, size: int, cost: dict) -> None:
        name, seconds = cost["name"], self.options.seconds
        desk, port, bare, _ = self.desks[size]
        limits = {}
        if kind := LIMIT_OF.get(name):
            for engine in ("django",) if self.options.quick else ("django", "jinja2"):
                limits[engine] = servers.load(bare, [servers.get(f"/{engine}/{kind}")], seconds)
        if name in WRITES:
            commits = self.commits(desk, seconds)
        made = servers.load(port, cost["requests"], seconds)
        for figure in ("per_second", "p50", "p99", "failed"):
            taken[figure].append(made[figure])
        for engine, limit in limits.items():
            taken[f"bare_{engine}"].append(limit["per_second"])
            taken[f"of_{engine}"].append(made["per_second"] / limit["per_second"])
        if name in WRITES:
            taken["commits"].append(commits)
            taken["of_commits"].append(made["per_second"] / commits)
            if same := self.same.get(size, {}).get(name):
                taken["of_same"].append(made["per_second"] / same)

    def commits(self, desk: str, seconds: float) -> float:
        """Measured beside each write; in a hurry once."""
        if desk not in self.committed or not self.options.quick:
            self.committed[desk] = self.store.commits_a_second(desk, servers.CLIENTS, seconds)
        return self.committed[desk]

    def slowest(self, port: int, requests: list[dict]) -> dict:
        """The request that takes longest on an idle desk: its milliseconds and its address."""
        took = {}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for request in requests:
                times = []
                for _ in range(5):
                    began = time.perf_counter()
                    client.get(request["path"], headers=request["headers"]).raise_for_status()
                    times.append((time.perf_counter() - began) * 1000)
                took[request["path"]] = min(times)
        path = max(took, key=took.get)
        return {"alone": took[path], "path": path}

    # --- Streams ---------------------------------------------------------------

    def live_size(self) -> int:
        """The largest of the sizes that are copied."""
        return max(
            (size for size in self.options.sizes if size <= COPIED_UP_TO), default=self.options.sizes[0]
        )

    def live(self, url: str, told: dict) -> None:
        size, quick = self.live_size(), self.options.quick
        with servers.desk(url) as (port, _):
            for rate in MESSAGES_A_SECOND:
                found = asyncio.run(streams.latency(port, told, rate, 4 if quick else 20))
                self.keep(size, f"live: {rate} messages a second to the agent's screen", **found)
            for listeners in (1, 100) if quick else (1, LISTENERS):
                took = asyncio.run(streams.fan_out(port, told, listeners))
                self.keep(size, f"live: one message to {listeners:,} listeners", p50=took)
        with servers.desk(url) as (port, process):
            count = 500 if quick else IDLE
            each = asyncio.run(streams.idle(port, process.pid, told, count))
            self.keep(size, f"live: {count:,} idle streams", kilobytes=each, limit=80)
        for row in self.rows[-5:]:
            report.tell(row)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="sizes, rounds and seconds for two minutes")
    options.add_argument("--sizes", type=int, nargs="+")
    options.add_argument("--engines", nargs="+", choices=STORES, default=None)
    options.add_argument("--rounds", type=int)
    options.add_argument("--seconds", type=int)
    options.add_argument("--only", nargs="+", help="names of costs")
    options.add_argument("--no-live", dest="live", action="store_false")
    options.add_argument("--no-peer", dest="peer", action="store_false")
    options.add_argument("--workers", type=int, default=1, help="server processes of each desk")
    options.add_argument("--name", help="of the files that are written")
    options.add_argument("--results", default=report.RESULTS, help="the folder that they are written to")
    chosen = options.parse_args()
    quick = chosen.quick
    chosen.sizes = chosen.sizes or list(QUICK_SIZES if quick else SIZES)
    chosen.engines = chosen.engines or (["sqlite"] if quick else list(STORES))
    chosen.rounds = chosen.rounds or (1 if quick else 3)
    chosen.seconds = chosen.seconds or (1 if quick else 3)
    servers.PRODUCTION["WORKERS"] = str(chosen.workers)
    _many_files()
    rows = []
    for engine in chosen.engines:
        rows += Run(engine, chosen).go()
    if chosen.peer and not quick:
        from .peer import measure

        rows += measure.go([size for size in chosen.sizes if size <= COPIED_UP_TO], chosen)
    report.write(rows, chosen.name or ("quick" if quick else "full"), chosen)


def _many_files() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
