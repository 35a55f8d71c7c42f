"""The page of figures on a large desk: what it costs with so many tickets, and the job that adds a day up.

    DATABASE_URL=... python -m benchmarks.figures [tickets]

The database has to be empty. It gets the tickets (1,000 different ones, copied by the database), and the daily rows
that 20 agents leave in a year. Without DATABASE_URL: SQLite and PostgreSQL, of its own, one after the other. Prints
the quickest of the rounds, their median, and the least processor time of this process, in milliseconds.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from statistics import median

from . import servers
from .stores import ROOT

TICKETS, DIFFERENT = 1_000_000, 1_000
DAYS, AGENTS = 365, 20
# Just what is still counted one by one, see `inbox.COUNT_CAP`
WAITING = 9
ROUNDS = 15
# The limit of one look at a page, of the quickest: the others wait for whatever else the machine does
PAGES = ("page, 30 days", "page, 90 days")
MOST_MS = 200
NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}


def fill(tickets: int) -> None:
    """Write the tickets and the daily rows."""
    from django.db import connection, transaction
    from django.utils import timezone

    from tickets.clocks import lanes
    from tickets.models import Category, DailyFigures, Person, Role, Ticket

    now = timezone.now().replace(microsecond=0)
    people = [
        Person(name=f"Agent {place}", role=Role.AGENT, login_email=f"agent{place}@example.com")
        for place in range(AGENTS)
    ]
    customer = Person(name="Priya Sharma", email="priya@example.com")
    Person.objects.bulk_create([*people, customer])
    made = []
    for place in range(DIFFERENT):
        opened = now - timedelta(days=DAYS) * place / DIFFERENT
        waits = place < WAITING
        agent = people[place % AGENTS]
        ticket = Ticket(
            number=place, requester=customer, requester_name=customer.name, subject="The box was crushed",
            category=Category.values[place % len(Category.values)], status="open" if waits else "closed",
            assignee=agent, assignee_name=agent.name, created_at=opened, updated_at=opened + timedelta(hours=6),
            first_response_due_at=opened + timedelta(hours=1), next_response_due_at=opened + timedelta(hours=1),
            waiting_since=opened if waits else None, last_seq=4, last_customer_seq=3,
        )  # fmt: skip
        if not waits:
            ticket.first_responded_at = opened + timedelta(minutes=20)
            ticket.resolved_at, ticket.closed_at = opened + timedelta(hours=5), opened + timedelta(hours=6)
        # One of ten is rated, every third of these with a comment
        if not waits and place % 10 == 0:
            ticket.rated_at, ticket.rating = ticket.closed_at, place // 10 % 5 + 1
            ticket.rating_comment = "Quick and kind" if place % 30 == 0 else ""
        lanes.stand(ticket)
        made.append(ticket)
    Ticket.objects.bulk_create(made)
    columns = [field.column for field in Ticket._meta.local_concrete_fields]
    values = {"id": NEW_ID[connection.vendor], "number": f"number + n * {DIFFERENT}"}
    quoted = ", ".join(f'"{column}"' for column in columns)
    copied = ", ".join(values.get(column, f'"{column}"') for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticket ({quoted}) WITH RECURSIVE copies(n) AS"  # noqa: S608
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {tickets // DIFFERENT - 1})"
            f" SELECT {copied} FROM tickets_ticket CROSS JOIN copies"
        )
    today = timezone.localdate()
    a_row = tickets // (DAYS * AGENTS * len(Category.values)) + 1
    DailyFigures.objects.bulk_create(
        (
            DailyFigures(
                day=today - timedelta(days=day), agent=str(agent.pk), agent_name=agent.name, category=category,
                opened=a_row, answered=a_row, first_response_seconds=1200 * a_row, in_time=a_row, next_answered=2 * a_row,
                next_response_seconds=1800 * a_row, resolved=a_row, resolution_seconds=18_000 * a_row, rated=1, stars=4,
            )
            for day in range(DAYS) for agent in people for category in Category.values
        ),
        batch_size=2_000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measured() -> dict[str, list[tuple[float, float]]]:
    """Return the milliseconds of each look at the page, by the clock and of the processor, by its name."""
    from django.test import Client
    from django.utils import timezone

    from tickets.lists import inbox
    from tickets.models import Person, Role
    from tickets.reports import figures, rollup

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(Person.objects.filter(role=Role.AGENT).first())
    today = timezone.localdate()

    def page(query: str) -> None:
        answer = client.get(f"/support/figures/?{query}")
        assert answer.status_code == 200, answer.status_code

    looks = {
        "page, 30 days": lambda: page("days=30"),
        "page, 90 days": lambda: page("days=90"),
        "CSV, 90 days": lambda: page("days=90&format=csv"),
        "sums, 365 days": lambda: figures.report(today, DAYS),
        "waiting now": lambda: inbox.count(inbox.InboxFilter(view="needs-answer")),
    }
    found = {}
    for name, look in looks.items():
        look()
        found[name] = [_milliseconds(look) for _ in range(ROUNDS)]
    found["the job: one day's tickets"] = [
        _milliseconds(lambda: rollup.compute(today, today)) for _ in range(3)
    ]
    return found


def _milliseconds(do) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    do()
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


def main() -> None:
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    if "DATABASE_URL" not in os.environ:
        return _on_each_engine(tickets)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= servers.PRODUCTION | {"LOG_LEVEL": "WARNING", "DATA_DIR": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        began = time.perf_counter()
        fill(tickets)
        print(f"{os.environ['DATABASE_URL'].partition(':')[0]}, {tickets:,} tickets,", end=" ")
        print(f"filled in {time.perf_counter() - began:.0f} s")
        found = measured()
        for name, pairs in found.items():
            times, used = zip(*pairs, strict=True)
            print(
                f"{name:<28} {min(times):8.1f} ms, median {median(times):8.1f}, processor {min(used):8.1f}"
            )
        if too_slow := [name for name in PAGES if min(found[name])[0] > MOST_MS]:
            raise SystemExit(f"more than {MOST_MS} ms: {', '.join(too_slow)}")


def _on_each_engine(tickets: int) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.engines.servers import Postgres, running

    with tempfile.TemporaryDirectory() as folder:
        _measured_in_a_process(f"sqlite:///{folder}/figures.sqlite3", tickets)
    with running(Postgres) as server:
        _measured_in_a_process(server.database("figures"), tickets)


def _measured_in_a_process(url: str, tickets: int) -> None:
    command = [sys.executable, "-m", "benchmarks.figures", str(tickets)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)


if __name__ == "__main__":
    main()
