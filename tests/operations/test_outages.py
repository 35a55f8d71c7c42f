"""The database is away: a calm 503, and everything as before once it is back, without a restart of the desk."""

import errno
import sqlite3

import psycopg
import pymongo.errors
import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.http import HttpResponse
from django.urls import path

from supportdesk.http.outages import is_outage
from supportdesk.urls import *  # noqa: F403 - this file is the desk's urls, and two that find the database away
from supportdesk.urls import urlpatterns as desk_urlpatterns
from tests import factories
from tests.pages import page

pytestmark = pytest.mark.all_engines


def away(request):
    raise OperationalError("could not connect to db.internal as desk:hunter2")


urlpatterns = [path("away", away), path("api/away", away), *desk_urlpatterns]


def sqlite(name: str) -> OperationalError:
    cause = sqlite3.OperationalError("...")
    cause.sqlite_errorname = name
    reason = OperationalError("...")
    reason.__cause__ = cause
    return reason


def caused(reason, cause):
    reason.__cause__ = cause
    return reason


# --- What an outage is -------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "outage"),
    [
        (sqlite("SQLITE_BUSY"), True),
        (sqlite("SQLITE_BUSY_SNAPSHOT"), True),
        (sqlite("SQLITE_IOERR_WRITE"), True),
        (sqlite("SQLITE_FULL"), True),
        (sqlite("SQLITE_ERROR"), False),
        (caused(OperationalError(), psycopg.OperationalError()), True),
        (InterfaceError("connection already closed"), True),
        (ProgrammingError("no such column"), False),
        (IntegrityError("UNIQUE"), False),
        (caused(DatabaseError(), pymongo.errors.ServerSelectionTimeoutError()), True),
        (caused(DatabaseError(), pymongo.errors.OperationFailure("bad query")), False),
        (pymongo.errors.AutoReconnect(), True),
        (ValueError(), False),
        (None, False),
    ],
)
def test_an_outage_is_told_from_other_errors(reason, outage):
    assert is_outage(reason) is outage


# --- What is said of it ------------------------------------------------------


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("debug", [True, False])
def test_a_page_says_it_calmly_and_asks_nothing_of_the_database(client, settings, debug):
    settings.DEBUG = debug
    answer = client.get("/away")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert page(answer).one("h1").text == "We will be right back"
    assert b"hunter2" not in answer.content


@pytest.mark.urls(__name__)
def test_the_api_says_it_in_json(client):
    answer = client.get("/api/away")
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "5", "away")
    assert "hunter2" not in answer.content.decode()


class BreakOnTheWayOut:
    """A middleware that needs the database for its last words, as the one of sessions does."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        raise OperationalError("gone")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("place", ["first that may", "last"])
def test_a_failure_in_a_middleware_is_a_calm_503(client, db, settings, debug, place):
    settings.DEBUG = debug
    calm = settings.MIDDLEWARE.index("supportdesk.http.outages.DatabaseUnavailableMiddleware") + 1
    place = calm if place == "first that may" else len(settings.MIDDLEWARE)
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:place],
        f"{__name__}.BreakOnTheWayOut",
        *settings.MIDDLEWARE[place:],
    ]
    client.raise_request_exception = False
    answer = client.get("/healthz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Content-Security-Policy" in answer


def test_other_failures_are_still_500(client, settings, db):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.broken"]
    client.raise_request_exception = False
    assert client.get("/healthz").status_code == 500


def broken(get_response):
    def middleware(request) -> HttpResponse:
        raise ValueError

    return middleware


# --- SQLite, with a process that keeps its lock -------------------------------


@pytest.mark.engines
@pytest.mark.skipif(connection.vendor != "sqlite", reason="locks SQLite's file")
@pytest.mark.django_db(transaction=True)
def test_a_lock_that_lasts_too_long_is_a_503_and_the_retry_goes_well(api, priya):
    caller, ticket = api(priya), factories.ticket(priya)
    address, words = f"/api/support/{ticket.pk}/message", {"message": "Hello?", "clientId": "m-1"}
    connection.cursor().execute("PRAGMA busy_timeout = 50")
    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as greedy:
        greedy.execute("BEGIN IMMEDIATE")
        refused = caller.post(address, words)
        greedy.execute("ROLLBACK")
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert caller.post(address, words).status_code == 201
    assert ticket.messages.filter(client_id="m-1").count() == 1


def test_a_disk_that_fails_for_pictures_does_not_look_like_an_outage(ticket, api, priya, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    form = {"message": "Look", "image": factories.picture()}
    assert api(priya).post(f"/api/support/{ticket.pk}/message", form, format="multipart").status_code == 507
