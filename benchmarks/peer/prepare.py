"""Runs in the peer's environment: `fill N` its database with N tickets x 10 messages, `ask` prints how to ask it."""

import json
import os
import random
import sys
from base64 import b64encode
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"

import django

django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from helpdesk.models import FollowUp, Queue, Ticket

CSRF = "c" * 32
LINE = "The parcel has not come and the tracking shows nothing since Monday, can somebody look into it please. "


def fill(size: int) -> None:
    call_command("migrate", verbosity=0)
    agent = get_user_model().objects.create_superuser("agent", "agent@example.com", "agent")
    queue = Queue.objects.create(title="Support", slug="support")
    rng, now = random.Random(size), timezone.now()
    with transaction.atomic():
        for start in range(0, size, 1000):
            tickets = Ticket.objects.bulk_create(
                Ticket(
                    title=f"Where is my order VP-{place}",
                    queue=queue,
                    created=now - timedelta(minutes=3 * (size - place)),
                    modified=now - timedelta(minutes=2 * (size - place)),
                    submitter_email=f"customer{place}@example.com",
                    assigned_to=agent if place % 3 else None,
                    status=rng.choices((1, 3, 4), (6, 4, 90))[0]
                    if place < size - 220
                    else rng.choice((1, 1, 3)),
                    description=LINE * rng.randint(1, 4),
                    priority=rng.randint(1, 5),
                )
                for place in range(start, min(start + 1000, size))
            )
            FollowUp.objects.bulk_create(
                FollowUp(
                    ticket=ticket,
                    date=ticket.created + timedelta(minutes=number),
                    title="Comment",
                    comment=LINE * rng.randint(1, 3),
                    public=True,
                    user=agent if number % 2 else None,
                )
                for ticket in tickets
                for number in range(10)
            )
    long = Ticket.objects.order_by("-pk")[60]
    FollowUp.objects.bulk_create(
        FollowUp(ticket=long, date=now, title="Comment", comment=LINE, public=True, user=agent)
        for _ in range(490)
    )


def ask() -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="agent"))
    cookie = {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF}"}
    newest = list(Ticket.objects.filter(status=1).order_by("-pk")[:40])
    long = Ticket.objects.order_by("-pk")[60]
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}

    def get(path):
        return {"method": "GET", "path": path, "headers": cookie, "body": ""}

    def rows(filtering):
        asked = {"filtering": filtering, "sorting": "created", "sortreverse": True, "search_string": ""}
        query = b64encode(json.dumps(asked).encode()).decode()
        return get(f"/datatables_ticket_list/{query}?length=25&start=0&draw=1")

    def reply(ticket):
        body = (
            f"comment=On+its+way+@UNIQUE@&public=1&new_status=1&priority={ticket.priority}&owner=0&queue=1"
        )
        path = f"/tickets/{ticket.pk}/update/"
        return {"method": "POST", "path": path, "headers": cookie | form, "body": f"{body}&title=x"}

    costs = {
        # Its first page has the open tickets, the desk's has all of them
        "list, open tickets": [rows({"status__in": [1, 2]})],
        "list": [rows({})],
        "conversation, 10 messages": [get(f"/tickets/{each.pk}/") for each in newest],
        "conversation, 500 messages": [get(f"/tickets/{long.pk}/")],
        "reply": [reply(each) for each in newest],
    }
    told = []
    for name, requests in costs.items():
        first = requests[0]
        client.generic("GET", first["path"]) if first["method"] == "GET" else None
        with CaptureQueriesContext(connection) as made:
            kind = first["headers"].get("Content-Type", "")
            headers = {k: v for k, v in first["headers"].items() if k not in ("Content-Type", "Cookie")}
            client.cookies["csrftoken"] = CSRF
            answer = client.generic(
                first["method"], first["path"], first["body"], content_type=kind, headers=headers
            )
        if answer.status_code >= 400:
            raise SystemExit(
                f"{name}: {first['path']} answered {answer.status_code} {answer.content[:500]}"
            )
        told.append(
            {"name": name, "requests": requests, "queries": len(made), "bytes": len(answer.content)}
        )
    print(json.dumps(told))


if __name__ == "__main__":
    fill(int(sys.argv[2])) if sys.argv[1] == "fill" else ask()
