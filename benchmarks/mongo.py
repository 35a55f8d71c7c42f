"""MongoDB: how many round trips each cost makes, and by which plan its lists are read.

    python -m benchmarks.mongo [DATABASE_URL of an empty database]

Without a server of one's own the tests' stand-in is started, which is written in Python: its
round trips and plans mean something, its speed does not.
"""

import json
import subprocess
import sys
from contextlib import nullcontext

import pymongo

from . import servers
from .report import RESULTS
from .stores import ROOT, Sqlite, manage

SIZE = 300
PLANS = {
    "list": ("tickets_ticket", {}, [("updated_at", -1), ("_id", -1)]),
    "list, one status": ("tickets_ticket", {"status": "open"}, [("updated_at", -1), ("_id", -1)]),
    "list, callbacks": (
        "tickets_ticket",
        {"callback_requested": True, "callback_completed": False},
        [("updated_at", -1), ("_id", -1)],
    ),
    "list, waiting": (
        "tickets_ticket",
        {"status": "open", "first_responded_at": None},
        [("first_response_due_at", 1), ("_id", 1)],
    ),
    "conversation": ("tickets_message", {"ticket_id": "x"}, [("seq", -1)]),
    "search": ("tickets_searchtext", {"words": {"$gte": "refund", "$lt": "refundz"}}, [("rank", -1)]),
}


def measured(url: str) -> list[dict]:
    store = Sqlite()
    build = [sys.executable, "-m", "benchmarks.build", "--engines", "sqlite", "--sizes", str(SIZE)]
    subprocess.run(build, cwd=ROOT, check=True)
    manage(store.url(str(SIZE)), "copydesk", "--to", url)
    costs = servers.scene(url)["costs"]
    rows = [
        {
            "engine": "mongodb",
            "size": SIZE,
            "cost": cost["name"],
            "queries": cost["queries"],
            "most": cost["most"],
        }
        for cost in costs
    ]
    return rows + [
        {"engine": "mongodb", "size": SIZE, "cost": f"plan: {name}", "plan": _plan(url, *question)}
        for name, question in PLANS.items()
    ]


def _plan(url: str, collection: str, wanted: dict, order: list) -> str:
    """The stages of the winning plan, from the outside in, with the indexes that they use."""
    with pymongo.MongoClient(url) as client:
        database = client.get_default_database()
        told = database.command(
            "explain", {"find": collection, "filter": wanted, "sort": dict(order), "limit": 26}
        )
    stage, stages = told["queryPlanner"]["winningPlan"], []
    while stage:
        stages.append(" ".join(filter(None, [stage.get("stage"), stage.get("indexName")])))
        stage = stage.get("inputStage")
    return " < ".join(stages)


def main() -> None:
    if len(sys.argv) > 1:
        server = nullcontext()
        url = sys.argv[1]
    else:
        sys.path.insert(0, str(ROOT))
        from tests.engines.servers import Mongo, running

        server = running(Mongo)
    with server as started:
        rows = measured(started.database("desk") if started else url)
    (RESULTS / "mongodb.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        print(row["cost"].ljust(36), row.get("plan") or f"{row['queries']} round trips")


if __name__ == "__main__":
    main()
