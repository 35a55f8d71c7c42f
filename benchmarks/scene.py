"""What is asked of a desk, and by whom: every cost of docs/performance.md as a list of HTTP requests.

`python -m benchmarks.scene` prints it all as JSON, with the queries that each cost makes on the
database of DATABASE_URL. It prepares people and tokens there and writes a few messages.
"""

import json
import os
import statistics
import sys
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

import django

django.setup()

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken

from supportdesk.serving.static import collect_if_changed
from tickets.accounts import tokens
from tickets.desk.lists import OLD_FILTERS
from tickets.lists import inbox
from tickets.models import Order, Person, Status, Ticket

UNIQUE = "@UNIQUE@"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
CSRF = "c" * 32
LONG = (500, 5000)
CUSTOMERS = 300
# Looked at first, so that what is kept for a minute is kept
WARM_UP = 2


@dataclass
class Request:
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass
class Cost:
    """One thing that people do, as the requests that do it in turn; `most` is how many queries it may make."""

    name: str
    requests: list[Request]
    most: int | None = None
    queries: int = 0


class Scene:
    def __init__(self):
        # A fresh clone has none, and pages name them by their hashes
        collect_if_changed()
        self.agent = Person.objects.get(login_email="agent@demo.test")
        self.staff = Person.objects.get(login_email="staff@demo.test")
        newest = Ticket.objects.filter(last_seq=10).order_by("-updated_at")
        working = newest.filter(status=Status.IN_PROGRESS)
        self.plain = list(working.defer("handover").select_related("requester")[:100])
        self.long = {
            count: Ticket.objects.filter(last_seq=count).order_by("-created_at").first() for count in LONG
        }
        # No customer whom an earlier run has handed over: Villy leaves their words to the human who has them
        customers = Person.objects.filter(role="customer", login_email__contains="@example.com", chats=None)
        self.customers = list(customers[:CUSTOMERS])
        with transaction.atomic():
            self.bearer = {
                person.pk: _bearer(person)
                for person in [
                    self.agent, *self.customers, *(ticket.requester for ticket in self.plain),
                    *(ticket.requester for ticket in self.long.values() if ticket),
                ]
            }  # fmt: skip
        self.browsers = {person.pk: _browser(person) for person in (self.agent, self.staff)}

    # --- Who asks how --------------------------------------------------------------

    def page(self, path: str, person: Person | None = None, **headers: str) -> Request:
        return Request(path, headers=self.browsers[(person or self.agent).pk] | headers)

    def fragment(self, path: str) -> Request:
        return self.page(path, **{"HX-Request": "true"})

    def form(self, path: str, **fields: str) -> Request:
        headers = self.browsers[self.agent.pk] | {
            "Content-Type": FORM, "X-Requested-With": "fetch", "X-CSRFToken": CSRF,
        }  # fmt: skip
        return Request(path, "POST", headers, urlencode(fields, safe="@"))

    def call(self, path: str, person: Person, **data) -> Request:
        if not data:
            return Request(path, headers=self.bearer[person.pk])
        return Request(path, "POST", self.bearer[person.pk] | {"Content-Type": JSON}, json.dumps(data))

    # --- What they ask -------------------------------------------------------------

    def costs(self) -> list[Cost]:
        """Reading first: writing makes another desk of it."""
        some = self.plain[:25]
        return [
            Cost("list", [self.page("/support/")], most=6),
            Cost("list, each filter", [self.fragment(f"/support/rows?filter={name}") for name in OLD_FILTERS]),
            Cost("list, each view", [self.page(f"/support/?view={name}") for name in inbox.VIEWS]),
            Cost("list, next pages", self._next_pages()),
            Cost("search", self._searches()),
            Cost("conversation, 10 messages", [self.page(f"/support/{each.pk}/") for each in some], most=13),
            *(
                Cost(f"conversation, {count} messages", [self.page(f"/support/{ticket.pk}/")], most=13)
                for count, ticket in self.long.items()
                if ticket
            ),
            Cost("open a ticket", [self.fragment(f"/support/{each.pk}/") for each in some]),
            Cost("widget's first frame", [Request("/widget/frame?host=" + quote("http://localhost:3000"))]),
            Cost("API: list", [self.call("/api/support/admin/", self.agent)]),
            Cost("API: ticket", [self.call(f"/api/support/admin/{each.pk}", self.agent) for each in some]),
            Cost("admin list", [self.page("/admin/tickets/ticket/", self.staff)]),
            Cost("Villy's answer", self._questions()),
            Cost(
                "reply",
                [
                    self.form(f"/support/{each.pk}/reply", message=REPLY, clientId=UNIQUE)
                    for each in self.plain
                ],
                most=10,
            ),
            Cost(
                "customer's message",
                [
                    self.call(f"/api/support/{each.pk}/message", each.requester, message=REPLY, clientId=UNIQUE)
                    for each in self.plain
                ],
            ),
            Cost(
                "ticket creation",
                [
                    self.call(
                        "/api/support/create", person, message=TROUBLE, category="delivery", clientId=UNIQUE
                    )
                    for person in self.customers
                ],
            ),
        ]  # fmt: skip

    def _next_pages(self) -> list[Request]:
        """The pages after the first, and some that begin deep inside."""
        cursors, cursor = [], ""
        for _ in range(10):
            cursor = inbox.inbox_page(inbox.InboxFilter(view="all"), cursor).next
            if cursor:
                cursors.append(cursor)
        oldest, newest = Ticket.objects.order_by("updated_at")[:1].get(), self.plain[0]
        for share in range(1, 10):
            at = oldest.updated_at + (newest.updated_at - oldest.updated_at) * share / 10
            before = Ticket.objects.filter(updated_at__lte=at).order_by("-updated_at").first()
            cursors.append(inbox.to_cursor(before.updated_at, before.pk))
        return [self.fragment(f"/support/rows?view=all&cursor={cursor}") for cursor in cursors]

    def _searches(self) -> list[Request]:
        """A number, a phone, an e-mail, an order, names, words that many, few and no tickets have."""
        ticket = self.plain[len(self.plain) // 2]
        order = Order.objects.filter(number__startswith="VP-2").order_by("number").first()
        asked = [
            str(ticket.number), ticket.requester_phone, ticket.requester_email, order.number, ticket.requester_name,
            ticket.requester_name.split()[0][:4], "refund", "parcel late", "रिफंड", "voucher warehouse kavitha",
            "zzyzx",
        ]  # fmt: skip
        return [self.fragment(f"/support/rows?q={quote(text)}") for text in asked]

    def _questions(self) -> list[Request]:
        asked = [
            "where is my order",
            "do you have makhana",
            "how do i return something",
            "mera refund kab aayega",
        ]
        return [
            self.call("/api/chat/message", person, message=asked[place % len(asked)], clientId=UNIQUE)
            for place, person in enumerate(self.customers)
        ]


REPLY = (
    "Thank you for waiting. The replacement leaves our warehouse tomorrow morning, and the courier"
    " sends you the tracking number by SMS. Please keep the damaged pack until then."
)
TROUBLE = "My parcel has not come, the tracking shows nothing since Monday. Can somebody look into it?"


def _bearer(person: Person) -> dict[str, str]:
    """The header of an API caller, for as long as a run may take."""
    token = AccessToken(tokens.issue(person)["access"])
    token.set_exp(lifetime=timedelta(days=1))
    return {"Authorization": f"Bearer {token}"}


def _browser(person: Person) -> dict[str, str]:
    """The headers of a signed-in person."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    name = settings.CSRF_COOKIE_NAME
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {name}={CSRF}"}


# --- Queries -----------------------------------------------------------------------


def count_queries(cost: Cost) -> int:
    """The queries of a request of this cost once the desk is warm: of many, the median.

    What is kept for some seconds, as the names of agents, is read again by one of them.
    """
    client, counts = Client(SERVER_NAME="127.0.0.1"), []
    for place, request in enumerate([cost.requests[0]] * WARM_UP + cost.requests[:20]):
        with CaptureQueriesContext(connection) as made:
            answer = send(client, request, f"count-{cost.name}-{place}")
        if answer.status_code >= 300:
            raise SystemExit(
                f"{cost.name}: {request.path} answered {answer.status_code} {answer.content[:300]}"
            )
        if place >= WARM_UP:
            counts.append(sum(not _is_frame(query["sql"]) for query in made))
    return statistics.median_high(counts)


def _is_frame(sql: str) -> bool:
    """BEGIN and COMMIT ask nothing."""
    return sql.split(" ")[0] in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def send(client: Client, request: Request, unique: str):
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    body = request.body.replace(UNIQUE, unique)
    kind = request.headers.get("Content-Type", JSON)
    return client.generic(request.method, request.path, body, content_type=kind, headers=headers)


def main() -> None:
    scene = Scene()
    costs = scene.costs()
    for cost in costs:
        cost.queries = count_queries(cost)
    cache.clear()
    people = [(str(ticket.pk), scene.bearer[ticket.requester_id]) for ticket in scene.plain]
    told = {
        "costs": [asdict(cost) for cost in costs],
        "agent": scene.bearer[scene.agent.pk],
        "conversations": people,
        "page": scene.browsers[scene.agent.pk],
        "message": REPLY,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
