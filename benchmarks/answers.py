"""What each of Villy's answers costs over the desk's own interface, without a server: processor time, message by message.

    DATABASE_URL=... python -m benchmarks.answers [--every N] [--profile N] [--keep FILE]

Plays each Nth talk of `tests/chatbot/data/conversations*.txt`; each message is read for the first time, as a
customer's is. Prints mean, median and the slow end, and the slowest messages. --profile tells by function where
the time of the N slowest goes, --keep writes the answers to a file, to compare two states of the code, or the
times alone with a file that ends in `.ms`. The database has the demo shop, as `make run` makes it.
"""

import argparse
import cProfile
import gc
import io
import json
import os
import pstats
import sys
import time
import uuid
from pathlib import Path

os.environ |= {"RATE_LIMITS": "off", "BACKGROUND_WORK": "off", "LOG_LEVEL": "WARNING"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

from django.core.wsgi import get_wsgi_application
from django.test.client import RequestFactory

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "chatbot" / "data"
CUSTOMER = "customer@demo.test"
# Read once before anything is measured: what a process pays for its first answers
FIRST = ("hello", "do you have makhana", "mera order kahan hai", "the packet was torn")


def talks(every: int) -> list[tuple[str, list[str]]]:
    """Return each Nth talk as who speaks, a customer or a guest, and what is typed."""
    found: list[tuple[str, list[str]]] = []
    for path in sorted(FOLDER.glob("conversations*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("=="):
                found.append((line[2:].partition(":")[0].strip(), []))
            elif line.startswith(">"):
                found[-1][1].append(line[1:].strip())
    return found[::every]


class Desk:
    """The WSGI application, called as a server calls it."""

    def __init__(self):
        self.application = get_wsgi_application()
        self.environment = RequestFactory()._base_environ() | {"HTTP_ACCEPT_ENCODING": "gzip"}
        self.spent = 0.0

    def send(self, path: str, token: str = "", profile: cProfile.Profile | None = None, **data) -> dict:
        """Return the answer to a POST; `spent` is the processor time in milliseconds that it took."""
        body = json.dumps(data).encode()
        environ = self.environment | {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
        }
        environ |= {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        statuses: list[str] = []
        began = time.process_time()
        if profile:
            profile.enable()
        answer = self.application(environ, lambda status, headers, _=None: statuses.append(status))
        said = b"".join(answer)
        answer.close()
        if profile:
            profile.disable()
        self.spent = (time.process_time() - began) * 1000
        if not statuses[0].startswith("2"):
            raise SystemExit(f"{path} answered {statuses[0]}: {said[:300]!r}")
        return json.loads(said)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--every", type=int, default=3)
    asked.add_argument("--profile", type=int, default=0)
    asked.add_argument("--keep", type=Path)
    wanted = asked.parse_args()
    desk = Desk()
    # Models can be imported once the application is there
    from chatbot.hooks import warm_up
    from supportdesk.serving.server import tune_garbage_collector
    from tickets.accounts import tokens
    from tickets.models import Person

    warm_up.warm_up()
    customer = Person.objects.get(login_email=CUSTOMER)

    def begun(who: str) -> str:
        if who == "customer":
            token = tokens.issue(customer)["access"]
            desk.send("/api/chat/new", token)
            return token
        name = {"name": "Asha", "email": f"{uuid.uuid4().hex[:8]}@example.com"}
        return desk.send("/api/auth/guest", **name)["access"]

    for who in ("customer", "guest"):
        token = begun(who)
        for text in FIRST:
            desk.send("/api/chat/message", token, message=text)
    # As the server does before it listens
    gc.collect()
    tune_garbage_collector()
    taken: list[tuple[float, str]] = []
    said: list[dict] = []
    profiles: list[tuple[float, cProfile.Profile]] = []
    for who, texts in talks(wanted.every):
        token = begun(who)
        for text in texts:
            profile = cProfile.Profile() if wanted.profile else None
            answer = desk.send("/api/chat/message", token, profile, message=text)
            taken.append((desk.spent, text))
            said.append({"asked": text, "reply": answer["reply"] | {"id": ""}})
            if profile:
                profiles.append((desk.spent, profile))
    _tell(taken)
    if profiles:
        slowest = [each for _, each in sorted(profiles, key=lambda pair: -pair[0])[: wanted.profile]]
        pstats.Stats(*slowest).sort_stats("tottime").print_stats(45).sort_stats("cumulative").print_stats(
            110
        )
    if wanted.keep:
        kept = [spent for spent, _ in taken] if wanted.keep.suffix == ".ms" else said
        wanted.keep.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def _tell(taken: list[tuple[float, str]]) -> None:
    slowest = sorted(taken, reverse=True)
    times = sorted(spent for spent, _ in taken)
    shares = {f"p{percent}": times[len(times) * percent // 100] for percent in (50, 90, 95, 99)}
    shares = {"mean": sum(times) / len(times)} | shares | {"most": times[-1]}
    print(f"{len(times)} answers, ms: " + ", ".join(f"{name} {ms:.1f}" for name, ms in shares.items()))
    for spent, text in slowest[:10]:
        print(f"  {spent:6.1f}  {text[:110]}", file=sys.stderr)


if __name__ == "__main__":
    main()
