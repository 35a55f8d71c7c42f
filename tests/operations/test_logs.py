"""What stands in the logs, and what must not: read after real requests, as an operator would grep them."""

import io
import json
import logging
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import path
from django.utils import timezone

from supportdesk.observability import logs
from supportdesk.urls import *  # noqa: F403 - this file is the desk's urls, and two that break
from supportdesk.urls import urlpatterns as desk_urlpatterns
from tests import factories
from tickets import workflow
from tickets.accounts import tokens
from tickets.channels import outbox
from tickets.operations import jobs


def broken(request, why):
    raise {
        "data": ValueError("could not read: my card is 4111 1111 1111 1111, priya@example.com"),
        "row": IntegrityError("duplicate key\nDETAIL: Key (email)=(priya@example.com) already exists"),
        "name": AttributeError("no attribute 'moon'"),
    }[why]


urlpatterns = [path("broken/<why>", broken), *desk_urlpatterns]


@pytest.fixture
def lines():
    """`lines()` reads what was logged so far, as JSON."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.DiscreetFormatter())
    root, requests = logging.getLogger(), logging.getLogger("supportdesk.requests")
    levels = root.level, requests.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    requests.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(levels[0])
    requests.setLevel(levels[1])


def told_of_requests(lines) -> list[dict]:
    return [line for line in lines() if line["logger"] == "supportdesk.requests"]


def test_a_request_is_one_line_with_its_pattern_and_who_asked(lines, browse, asha, ticket):
    browse(asha).get(f"/support/{ticket.pk}/?filter=open&q=secret")
    (line,) = told_of_requests(lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/support/<uuid:ticket_id>/", 200)
    assert line["person"] == str(asha.pk)
    assert 0 < line["ms"] < 60_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


def test_callers_of_the_api_are_known_by_their_id_as_well(lines, api, priya):
    api(priya).get("/api/auth/me")
    assert told_of_requests(lines)[0]["person"] == str(priya.pk)


def test_the_callers_id_of_a_request_comes_back_and_is_on_each_of_its_lines(lines, client, db):
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-4711"})
    assert answer["X-Request-ID"] == "proxy-4711"
    assert {line["requestId"] for line in lines()} == {"proxy-4711"}


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "new\nline-new-line", "a b c d e f g h", "{}[]<>;'--------"]
)
def test_an_id_that_is_none_is_replaced(client, db, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given} if given else {})
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])


def test_two_requests_on_one_thread_have_two_ids_and_leave_none_behind(client, db):
    ids = {client.get("/healthz")["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    assert logs.request_id.get() == ""


def test_health_checks_are_told_only_to_who_wants_to_know_everything(lines, client, db):
    client.get("/healthz")
    assert told_of_requests(lines)[0]["level"] == "DEBUG"


def test_no_log_holds_what_people_wrote_or_who_they_are(lines, api, browse, asha, settings, caplog):
    """A day at the desk with everything logged: then grep."""
    settings.UNREAD_MAIL_MINUTES = 1
    caller = api()
    secret = {
        "email": "quinn@example.com",
        "password": "mango-river-77",
        "name": "Quinn Example",
        "phone": "+91 98765 43210",
    }
    caller.post("/api/auth/register", secret)
    signed_in = caller.post("/api/auth/token", {key: secret[key] for key in ("email", "password")}).json()
    caller.post("/api/auth/token", {"email": secret["email"], "password": "wrong-password-1"})
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {signed_in['access']}")
    caller.post("/api/chat/message", {"message": "my marzipan is mouldy"})
    ticket = caller.post("/api/support/create", {"message": "my marzipan is mouldy"}).json()
    caller.post(
        f"/api/support/{ticket['id']}/message",
        {"message": "nougat", "image": factories.picture()},
        format="multipart",
    )
    caller.get(f"/api/support/{ticket['id']}?q=marzipan&token={signed_in['access']}")
    caller.post("/api/auth/token/refresh", {"refresh": "e30.bad.token"})
    desk = browse(asha)
    desk.get("/support/?q=quinn@example.com")
    desk.post(f"/support/{ticket['id']}/reply", {"message": "praline for you"})
    desk.get("/support/quinn@example.com/nougat")
    now = timezone.now()
    jobs.mail_unread(now + timedelta(minutes=2), now)
    outbox.deliver_due(now + timedelta(minutes=2))
    text = json.dumps(lines()) + caplog.text
    assert len(told_of_requests(lines)) >= 10
    secrets = (
        "quinn@", "mango-river", "wrong-password", "Quinn", "98765", "marzipan", "nougat", "praline",
        signed_in["access"], signed_in["refresh"], signed_in["access"].split(".")[2],
    )  # fmt: skip
    assert [part for part in secrets if part in text] == []


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("data", "builtins.ValueError: ..."),
        ("row", "IntegrityError: ..."),
        ("name", "AttributeError: no attribute 'moon'"),
    ],
)
def test_a_trace_shows_the_way_and_not_what_was_sent(lines, client, db, why, said):
    client.raise_request_exception = False
    assert client.get(f"/broken/{why}?card=4111").status_code == 500
    (trace,) = [line["exception"] for line in lines() if "exception" in line]
    assert "test_logs.py" in trace
    assert said in trace
    assert "4111" not in json.dumps(lines())
    assert "priya" not in json.dumps(lines())


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("mail to priya@example.com failed", "mail to [e-mail] failed"),
        ("GET /support/?q=priya&x=1 HTTP/1.1", "GET /support/?[query] HTTP/1.1"),
        ("is it well? yes", "is it well? yes"),
        ("took 12 ms @ noon", "took 12 ms @ noon"),
    ],
)
def test_a_line_of_any_logger_holds_no_secret(lines, said, logged):
    logging.getLogger("some.library").warning(said)
    logging.getLogger("some.library").warning("%s", said)
    assert [line["message"] for line in lines()] == [logged, logged]


def test_tokens_are_left_out_of_any_line(lines, priya):
    access = tokens.issue(priya)["access"]
    logging.getLogger("some.library").warning("refused %s for it", access)
    assert lines()[0]["message"] == "refused [token] for it"


def test_extras_of_libraries_do_not_get_into_a_line(lines, rf):
    request = rf.get("/?q=marzipan")
    logging.getLogger("django.request").error(
        "Internal Server Error: %s", "/", extra={"request": request, "status_code": 500}
    )
    assert "marzipan" not in json.dumps(lines())


def test_the_line_for_people_is_discreet_as_well(db):
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "to priya@example.com"})
    assert "to [e-mail]" in logs.LineFormatter().format(record)


def test_failed_background_work_logs_no_names(lines, ticket, asha, monkeypatch, settings):
    def refused(*_):
        raise OSError("550 <priya@example.com> unknown")

    monkeypatch.setattr(jobs, "STEPS", {"letters": jobs.Step(refused, timedelta(minutes=1))})
    workflow.agent_replies(ticket, "Hello", by=asha)
    jobs.run_due()
    text = json.dumps(lines())
    assert "the step letters of the background work failed" in text
    assert "priya@" not in text


def test_a_request_for_another_host_is_one_warning_without_a_trace(lines, client, db):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
    (line,) = [line for line in lines() if line["logger"] == "django.security.DisallowedHost"]
    assert line["level"] == "WARNING"
    assert "evil.example" in line["message"]
    assert not {"exc_info", "exception", "trace"} & line.keys()
