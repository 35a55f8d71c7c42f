"""The benchmark itself, on a desk of a few tickets, so that it does not rot between two runs."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from benchmarks.data import Desk
from benchmarks.tables import COLUMNS
from tests.desk import ROOT
from tickets import search
from tickets.models import Message, Ticket

TICKETS = 120
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def benchmark(folder, *command: str) -> None:
    left_out = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    ran = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment | {"BENCH_DIR": str(folder), "DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]


@pytest.mark.extended
@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("wrk"), reason="the load is made by wrk, which is not here")
def test_a_desk_is_built_and_its_costs_measured_within_their_queries(tmp_path):
    costs = ["list", "search", "conversation, 500 messages", "reply", "Villy's answer"]
    benchmark(
        tmp_path, "benchmarks.run", "--engines", "sqlite", "--sizes", str(TICKETS), "--rounds", "1", "--seconds", "2",
        "--no-live", "--no-peer", "--results", str(tmp_path), "--name", "few", "--only", *costs
    )  # fmt: skip

    rows = [json.loads(line) for line in (tmp_path / "few.jsonl").read_text().splitlines()][1:]
    assert not [row for row in rows if row.get("failed")]
    assert not [row for row in rows if row.get("most") and row["queries"] > row["most"]]
    assert {row["cost"] for row in rows if row.get("per_second")} == set(costs)
    # What SQLite makes of the same statements without the desk is more
    assert {row["cost"] for row in rows if 0 < row.get("of_same", 0) < 1} == {"reply", "Villy's answer"}


def test_the_same_size_is_the_same_desk_but_for_the_time():
    one, two = ([batch.rows for batch in Desk(TICKETS, NOW).batches()] for _ in range(2))

    assert one == two


def test_a_made_ticket_is_found_by_the_words_that_the_desk_would_remember():
    batch = next(Desk(TICKETS, NOW).batches())
    tickets = {each["id"]: Ticket(**each) for each in objects(batch, "tickets_ticket")}
    said = {id: [] for id in tickets}
    for each in objects(batch, "tickets_message"):
        said[each["ticket_id"]].append(Message(**each))

    for row in objects(batch, "tickets_searchtext"):
        id = row["ticket_id"]
        assert set(row["words"].split()) == set(
            search.index._found_by(tickets[id], search.FIELDS, said[id])
        )


def objects(batch, table: str) -> list[dict]:
    return [dict(zip(COLUMNS[table].split(), row, strict=True)) for row in batch.rows[table]]
