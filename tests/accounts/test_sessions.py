"""Sessions of agents: listed, ended, idle, too old; and the account page."""

import time
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets.accounts import sessions
from tickets.accounts.session_store import SessionStore
from tickets.models.settings import AgentPreferences, DeskSettings

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
ACCOUNT = "/support/account/"


@pytest.fixture
def clock(monkeypatch):
    made = SimpleNamespace(now=time.time())
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: made.now))
    return made


def signed_in(browse, person):
    client = browse()
    client.post("/support/login/", {"username": person.login_email, "password": factories.PASSWORD})
    return client


def test_own_sessions_are_listed_and_one_is_ended(browse, asha):
    here, elsewhere = signed_in(browse, asha), signed_in(browse, asha)
    shown = page(here.get(ACCOUNT))
    assert shown.text.count("last used") == 2
    assert shown.text.count("this one") == 1
    key = elsewhere.session.session_key
    assert here.post("/support/account/sessions/end/", {"session": key}).status_code == 302
    assert elsewhere.get("/support/").status_code == 302
    assert here.get("/support/").status_code == 200


def test_all_other_sessions_and_tokens_are_ended(browse, asha, api):
    here, elsewhere, token = signed_in(browse, asha), signed_in(browse, asha), api(asha)
    here.post("/support/account/sessions/end/")
    assert elsewhere.get("/support/").status_code == 302
    assert token.get("/api/auth/me").status_code == 401
    assert here.get("/support/").status_code == 200


def test_the_session_of_another_person_is_not_ended(browse, asha, rohan):
    here, theirs = signed_in(browse, asha), signed_in(browse, rohan)
    here.post("/support/account/sessions/end/", {"session": theirs.session.session_key})
    assert theirs.get("/support/").status_code == 200


@pytest.mark.engines
def test_an_idle_session_ends(browse, asha, clock):
    DeskSettings.objects.create(session_idle_minutes=30)
    client = browse(asha)
    for _ in range(3):
        clock.now += 29 * 60
        assert client.get("/support/").status_code == 200
    clock.now += 31 * 60
    assert client.get("/support/").url.startswith("/support/login/")


@pytest.mark.engines
def test_automatic_requests_of_an_open_tab_keep_no_session_alive(browse, asha, ticket, clock):
    DeskSettings.objects.create(session_idle_minutes=30)
    client = browse(asha)
    for _ in range(3):
        clock.now += 14 * 60
        row = client.get(f"/support/{ticket.pk}/row")
    assert row.status_code in (302, 401)


def test_a_session_ends_after_its_hours_however_busy(browse, asha, clock):
    DeskSettings.objects.create(session_hours=8)
    client = browse(asha)
    for _ in range(7):
        clock.now += 3600
        assert client.get("/support/").status_code == 200
    clock.now += 3700
    assert client.get("/support/").status_code == 302


def test_a_call_of_a_script_learns_that_its_session_ended(browse, asha, clock, ticket):
    DeskSettings.objects.create(session_idle_minutes=30)
    client = browse(asha)
    clock.now += 3600
    answer = client.post(f"/support/{ticket.pk}/reply", {"message": "x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")


def test_a_form_whose_session_is_too_old_leads_to_the_sign_in_page_and_back(browse, asha, clock):
    DeskSettings.objects.create(session_idle_minutes=30)
    client = browse(asha)
    clock.now += 3600
    headers = {"Accept": "text/html,*/*", "Sec-Fetch-Mode": "navigate"}
    answer = client.post(ACCOUNT, {"signature": "Asha"}, headers=headers)
    assert (answer.status_code, answer["Location"]) == (302, f"/support/login/?next={ACCOUNT}")


@pytest.mark.engines
def test_the_use_of_a_session_costs_one_write_in_five_minutes(browse, asha, clock):
    client = signed_in(browse, asha)
    before = UserSession.objects.get().last_seen_at
    client.get("/support/")
    assert UserSession.objects.get().last_seen_at == before
    clock.now += 301
    client.get("/support/")
    assert UserSession.objects.get().last_seen_at > before


@pytest.mark.engines
def test_choices_are_saved_and_shown_again(browse, asha):
    client = browse(asha)
    form = {"sound": "off", "language": "hi", "signature": "Asha, Customer Care"}
    assert client.post(ACCOUNT, form).status_code == 302
    stored = AgentPreferences.objects.get(pk=asha.pk)
    assert (stored.sound, stored.notifications, stored.language) == (False, False, "hi")
    shown = page(client.get(ACCOUNT))
    assert "Asha, Customer Care" in shown.text
    client.post(ACCOUNT, {"sound": "", "notifications": "on"})
    stored = AgentPreferences.objects.get(pk=asha.pk)
    assert (stored.sound, stored.notifications, stored.signature) == (None, True, "")


@pytest.mark.parametrize("wrong", [{"sound": "loud"}, {"language": "klingon"}, {"signature": "x" * 301}])
def test_an_invalid_session_setting_is_refused(wrong, browse, asha):
    answer = browse(asha).post(ACCOUNT, wrong)
    assert answer.status_code == 200
    assert page(answer).one("p", role="alert").text
    assert not AgentPreferences.objects.exists()


@pytest.mark.engines
def test_staff_end_the_sessions_of_an_agent(browse, meera, asha, api):
    client, token = signed_in(browse, asha), api(asha)
    action = {"action": "end_sessions", "_selected_action": [str(asha.pk)]}
    browse(meera).post("/admin/tickets/person/", action)
    assert client.get("/support/").status_code == 302
    assert token.get("/api/auth/me").status_code == 401


def test_staff_cannot_edit_what_people_sign_in_with(browse, meera):
    shown = browse(meera).get("/admin/").content.decode()
    assert "Authenticators" not in shown
    assert "Social" not in shown
    assert browse(meera).get("/admin/mfa/authenticator/").status_code == 404
    assert browse(meera).get("/admin/password_change/").url == ACCOUNT


@pytest.mark.skipif(connection.vendor == "mongodb", reason="nothing is compiled there")
def test_the_session_of_a_page_is_read_by_a_compiled_query(browse, asha, monkeypatch, settings):
    # The suite is also run without them
    settings.COMPILED_QUERIES = True
    client = signed_in(browse, asha)
    client.get("/support/")
    compiled, as_sql = [], SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler,
        "as_sql",
        lambda self, *args, **named: compiled.append(self.query.model) or as_sql(self, *args, **named),
    )
    assert client.get("/support/").status_code == 200
    assert Session not in compiled


def test_a_session_that_is_over_is_not_read_and_gets_another_key(asha, browse):
    client = signed_in(browse, asha)
    key = client.session.session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now())
    store = SessionStore(key)
    assert store.get("_auth_user_id") is None
    assert store.session_key is None
    assert client.get("/support/").status_code == 302
