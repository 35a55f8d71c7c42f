"""Processor time of a request, without a server: what is left when a busy machine makes the other figures useless.

    DATABASE_URL=... python -m benchmarks.cpu [--profile] [words of a cost's name ...]

The least of many short rounds, in milliseconds. With --profile the functions that take it.
"""

import cProfile
import io
import json
import os
import pstats
import subprocess
import sys
import time
import uuid
from urllib.parse import unquote

from django.core.wsgi import get_wsgi_application
from django.test.client import RequestFactory

from . import servers

# Before the settings are read. A line of log for each request would be measured too
os.environ |= servers.PRODUCTION | {"LOG_LEVEL": "WARNING"}

from . import scene
from .run import LIMIT_OF, WRITES
from .stores import ROOT

ROUNDS, REQUESTS = 25, 12


def milliseconds(send, rounds: int = ROUNDS) -> float:
    """The least processor time that one of `send(number)` took, on average over a round."""
    least = float("inf")
    for start in range(rounds):
        began = time.process_time()
        for number in range(REQUESTS):
            send(start * REQUESTS + number)
        least = min(least, (time.process_time() - began) / REQUESTS * 1000)
    return least


class Desk:
    """The WSGI application, called as a server calls it."""

    def __init__(self):
        self.application = get_wsgi_application()
        self.environment = RequestFactory()._base_environ()

    def send(self, request: scene.Request, unique: str) -> bytes:
        path, _, query = request.path.partition("?")
        body = request.body.replace(scene.UNIQUE, unique).encode()
        asked = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote(path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "wsgi.input": io.BytesIO(body),
        }
        asked |= {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
        }
        statuses = []
        answer = self.application(self.environment | asked, lambda status, headers: statuses.append(status))
        said = b"".join(answer)
        answer.close()
        if not statuses[0].startswith("2"):
            raise SystemExit(f"{request.path} answered {statuses[0]}: {said[:300]}")
        return said


def bare(costs: dict[str, scene.Cost], sizes: dict[str, int]) -> dict[str, float]:
    """Milliseconds of the bare pages of these sizes, by "engine/kind"."""
    ticket = costs["conversation, 10 messages"].requests[0].path.split("/")[2]
    command = [sys.executable, "-m", "benchmarks.bare", "0", *map(str, sizes.values()), ticket]
    environment = servers.environment(os.environ["DATABASE_URL"])
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, stdout=-1, check=True).stdout)


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    desk, costs = Desk(), {cost.name: cost for cost in scene.Scene().costs()}
    sizes = {kind: len(desk.send(costs[name].requests[0], "size")) for name, kind in LIMIT_OF.items()}
    limits = {} if words else bare(costs, sizes)
    for name, ms in limits.items():
        print(f"bare page, {name:<32} {ms:8.2f} ms")
    for name, cost in costs.items():
        if words and not any(word in name for word in words):
            continue

        def send(number, cost=cost):
            desk.send(cost.requests[number % len(cost.requests)], uuid.uuid4().hex)

        profile = cProfile.Profile()
        if "--profile" in sys.argv:
            send(0)
            profile.runcall(milliseconds, send, 3)
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        # Conversations grow while they are written to
        print(f"{name:<43} {milliseconds(send, 3 if name in WRITES else ROUNDS):8.2f} ms", flush=True)


if __name__ == "__main__":
    main()
