"""The limit: a Django page that does nothing but read rows by one indexed query and show them.

No middleware, no session, no user, no filter, no count. The rows are those of the desk's list or of
one of its conversations, a dozen of their columns are shown, and plain text fills the page up to
the size of the desk's own. Served as the desk is served, with the same server and threads.

    python -m benchmarks.bare PORT LIST_BYTES PAGE_BYTES CONVERSATION_BYTES TICKET_ID

With port 0 it only prints the processor time of each. `list` has 25 tickets, `conversation` 10 messages (what a click on a ticket loads), `page` both of them.
"""

import io
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.conf import settings

from supportdesk.db.config import database_from_url

settings.configure(
    DEBUG=False,
    SECRET_KEY="no sign-in here",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database_from_url(os.environ["DATABASE_URL"], Path("."))},
    TEMPLATES=[
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "django"},
        {"BACKEND": "django.template.backends.jinja2.Jinja2", "NAME": "jinja2"},
    ],
    USE_TZ=True,
    TIME_ZONE="Asia/Kolkata",
    LOGGING_CONFIG=None,
)
django.setup()

import uvicorn
from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpResponse
from django.template import engines
from django.test.client import RequestFactory
from django.urls import path

ROWS = {"list": 25, "page": 35, "conversation": 10}
THREADS = 8
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Bare</title></head>
<body><main><ul>{% for row in tickets %}TICKET{% endfor %}</ul>
{% for row in messages %}MESSAGE{% endfor %}</main></body></html>
"""
TICKET = """<li id="ticket-{{ row.id }}" data-number="{{ row.number }}"><a href="/support/{{ row.id }}/">
<strong>{{ row.requester_name }}</strong> <span>{{ row.subject }}</span> <em>{{ row.status }}</em>
<em>{{ row.priority }}</em> <em>{{ row.category }}</em> <b>{{ row.unread_by_agents }}</b>
<time datetime="{{ row.updated_at }}">{{ row.first_response_due_at }}</time> <i>{{ row.assignee_name }}</i>
FILL</a></li>
"""
MESSAGE = """<article id="message-{{ row.id }}" data-seq="{{ row.seq }}" data-sender="{{ row.sender }}">
<p>{{ row.sender_name }}</p><p>{{ row.text }}</p><p>{{ row.client_id }} {{ row.internal }}</p>
<time datetime="{{ row.created_at }}">{{ row.created_at }}</time>FILL</article>
"""


class Ticket(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.IntegerField()
    requester_name = models.TextField()
    subject = models.TextField()
    status = models.TextField()
    priority = models.TextField()
    category = models.TextField()
    unread_by_agents = models.IntegerField()
    assignee_name = models.TextField()
    updated_at = models.DateTimeField()
    first_response_due_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        db_table = "tickets_ticket"


class Message(models.Model):
    id = models.UUIDField(primary_key=True)
    ticket_id = models.UUIDField()
    seq = models.IntegerField()
    sender = models.TextField()
    sender_name = models.TextField()
    text = models.TextField()
    client_id = models.TextField()
    internal = models.BooleanField()
    created_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        db_table = "tickets_message"


def rows(kind: str) -> dict[str, list]:
    tickets = Ticket.objects.order_by("-updated_at", "-id")[:25]
    messages = Message.objects.filter(ticket_id=ticket_id).order_by("seq")[:10]
    return {
        "tickets": [] if kind == "conversation" else list(tickets),
        "messages": [] if kind == "list" else list(messages),
    }


def view(kind: str, engine: str, size: int):
    """Return a view of this kind of page, filled up to this size."""

    def made(fill: int):
        page = PAGE.replace("TICKET", TICKET).replace("MESSAGE", MESSAGE)
        return engines[engine].from_string(page.replace("FILL", "·" * fill))

    def answer(request):
        return HttpResponse(template.render(rows(kind)))

    missing = size - len(made(0).render(rows(kind)).encode())
    # A middle dot is two bytes
    template = made(max(0, missing // ROWS[kind] // 2))
    return answer


port, *sizes, ticket_id = sys.argv[1:]
urlpatterns = [
    path(f"{engine}/{kind}", view(kind, engine, int(size)))
    for kind, size in zip(ROWS, sizes, strict=True)
    for engine in ("django", "jinja2")
]


def milliseconds(answer) -> float:
    """Processor time of one answer, the least of many rounds, with Django's handler around it."""
    handler, environ, least = get_wsgi_application(), RequestFactory()._base_environ(), float("inf")
    environ |= {"PATH_INFO": "/" + answer, "SERVER_NAME": "127.0.0.1"}
    for _ in range(25):
        began = time.process_time()
        for _ in range(12):
            b"".join(handler(environ | {"wsgi.input": io.BytesIO()}, lambda status, headers: None))
        least = min(least, (time.process_time() - began) / 12 * 1000)
    return least


if __name__ == "__main__":
    # The URLs are looked up in this module, which must not be run a second time for it
    sys.modules["benchmarks.bare"] = sys.modules[settings.ROOT_URLCONF] = sys.modules[__name__]
    if port == "0":
        print(json.dumps({str(each.pattern): milliseconds(str(each.pattern)) for each in urlpatterns}))
        sys.exit()
    application = WSGIMiddleware(get_wsgi_application(), workers=THREADS, send_queue_size=64)
    uvicorn.run(application, host="127.0.0.1", port=int(port), log_config=None, access_log=False)
