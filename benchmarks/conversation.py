"""What one whole conversation costs, step by step and without a server.

    DATABASE_URL=... python -m benchmarks.conversation [ROUNDS]

A guest asks Villy three questions and opens a ticket; an agent opens it; four messages each way, the list,
resolve, confirm. For each step: the least processor time in milliseconds, the calls of Python functions (nearly
the same on a busy machine), and the statements. The database has the demo shop, as `make run` makes it.
"""

import cProfile
import io
import json
import os
import pstats
import statistics
import sys
import time
import uuid
from collections import defaultdict

os.environ |= {"RATE_LIMITS": "off", "BACKGROUND_WORK": "off", "LOG_LEVEL": "WARNING"}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.test.client import RequestFactory
from django.test.utils import CaptureQueriesContext

ROUNDS, COUNTED = 20, 4
QUESTIONS = ("show me makhana", "how do returns work", "packet phata hua tha")
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Desk:
    """The WSGI application, called as a server calls it; what each step took."""

    def __init__(self):
        self.application = get_wsgi_application()
        self.environment = RequestFactory()._base_environ() | {"HTTP_ACCEPT_ENCODING": "gzip"}
        self.counting = False
        self.ms, self.calls, self.statements = (defaultdict(list) for _ in range(3))

    def send(self, step: str, method: str, path: str, headers: dict, data: dict | None = None) -> bytes:
        body = json.dumps(data or {}).encode()
        asked = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
        }
        environ = self.environment | asked | headers
        if not self.counting:
            began = time.process_time()
            answer = self._answer(step, environ)
            self.ms[step].append((time.process_time() - began) * 1000)
            return answer
        with CaptureQueriesContext(connection) as made, cProfile.Profile() as profile:
            answer = self._answer(step, environ)
        self.calls[step].append(pstats.Stats(profile).total_calls)
        self.statements[step].append(sum(not each["sql"].startswith(FRAMES) for each in made))
        return answer

    def _answer(self, step: str, environ: dict) -> bytes:
        statuses = []
        answer = self.application(environ, lambda status, headers, _=None: statuses.append(status))
        body = b"".join(answer)
        answer.close()
        if not statuses[0].startswith("2"):
            raise SystemExit(f"{step} answered {statuses[0]}: {body[:300]!r}")
        return body


def hold(desk: Desk, agent: dict, page: dict) -> None:
    """Have one conversation from the first question to the rating."""

    def of(answer: bytes) -> dict:
        return json.loads(answer)

    mail = f"{uuid.uuid4().hex[:8]}@example.com"
    signed_in = of(desk.send("guest", "POST", "/api/auth/guest", {}, {"name": "Asha", "email": mail}))
    guest = _bearer(signed_in["access"])
    for text in QUESTIONS:
        desk.send("Villy's answer", "POST", "/api/chat/message", guest, {"message": text})
    said = {"message": "The packet was torn and half is missing"}
    ticket = of(desk.send("ticket", "POST", "/api/support/create", guest, said))["id"]
    own, of_agent = f"/api/support/{ticket}", f"/api/support/admin/{ticket}"
    desk.send("agent opens it", "GET", f"/support/{ticket}/", page)
    for number in range(4):
        line = {"message": f"Line {number} of what I want to tell", "clientId": uuid.uuid4().hex}
        desk.send("customer's message", "POST", f"{own}/message", guest, line)
        answer = {"message": f"Answer {number}, thank you", "clientId": uuid.uuid4().hex}
        desk.send("reply", "POST", f"{of_agent}/reply", agent, answer)
    desk.send("list", "GET", "/support/", page)
    desk.send("resolve", "PATCH", of_agent, agent, {"status": "resolved", "resolution": "Sent once more"})
    desk.send("confirm", "POST", f"{own}/confirm", guest, {"rating": 5})


def _bearer(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    desk = Desk()
    # Models can be imported once the application is there
    from tickets.accounts import tokens
    from tickets.models import Person

    person = Person.objects.get(login_email="agent@demo.test")
    browser = Client()
    browser.force_login(person)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    page = {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}"}
    agent = _bearer(tokens.issue(person)["access"])
    # Templates are compiled and statements kept by then
    for _ in range(2):
        hold(desk, agent, page)
    desk.ms.clear()
    for _ in range(rounds):
        hold(desk, agent, page)
    desk.counting = True
    for _ in range(COUNTED):
        hold(desk, agent, page)
    total = [0.0, 0.0, 0.0]
    print(f"{'':20} times {'ms':>8} {'calls':>8} statements")
    for step, taken in desk.ms.items():
        times = len(taken) // rounds
        figures = min(taken), statistics.median(desk.calls[step]), statistics.median(desk.statements[step])
        total = [before + times * figure for before, figure in zip(total, figures, strict=True)]
        print(f"{step:20} {times:5} {figures[0]:8.1f} {figures[1]:8.0f} {figures[2]:10.0f}")
    print(f"{'conversation':20} {'':5} {total[0]:8.1f} {total[1]:8.0f} {total[2]:10.0f}")


if __name__ == "__main__":
    main()
