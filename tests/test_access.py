"""Who may do what: every address of the desk, for everybody, with every method."""

import json
import re
import time
import uuid
from copy import copy

import jwt
import pytest
from asgiref.sync import sync_to_async
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils.http import urlencode

from chatbot import conversations
from tests import factories
from tests.access_table import METHODS, PEOPLE, TABLE
from tests.engines.plugin import undone
from tickets import live, workflow
from tickets.accounts import tokens
from tickets.channels import links
from tickets.models import (
    CannedReply,
    Macro,
    PermissionSet,
    Person,
    Role,
    Rule,
    Team,
    TeamCategory,
    TeamMember,
)
from tickets.pictures.uploads import received

pytestmark = pytest.mark.all_engines

NOTHING = {401, 404, 405}

# What is sent, where an empty body would say nothing; a mark in <> stands for one of the `things`
SENT = {
    "/api/auth/guest": {"name": "Ravi", "email": "ravi@example.com"},
    "/api/auth/identify": {"token": "<identity>"},
    "/api/auth/logout": {"refresh": "<refresh>"},
    "/api/auth/register": {"name": "Ravi", "email": "ravi@example.com", "password": "red-kite-rises-7"},
    "/api/auth/token": {"email": "priya@example.com", "password": factories.PASSWORD},
    "/api/auth/token/refresh": {"refresh": "<refresh>"},
    "/api/chat/message": {"message": "Hello"},
    "/api/chat/message/<answer_id>/helped": {"helped": True},
    "/api/support/create": {"message": "It is torn"},
    "/api/support/<ticket_id>/callback": {"phone": "90000 00110"},
    "/api/support/<ticket_id>/message": {"message": "Hello?"},
    "/api/support/<ticket_id>/read": {"seq": 1},
    "/api/support/admin/<ticket_id>/read": {"seq": 1},
    "/api/support/admin/<ticket_id>": {"priority": "urgent"},
    "/api/support/admin/<ticket_id>/reply": {"message": "Hello"},
    "/api/support/admin/<ticket_id>/template": {"name": "x", "language": "en"},
    "/api/auth/contact": {"channel": "email", "address": "a@example.com"},
    "/api/auth/contact/confirm": {"channel": "email", "address": "a@example.com", "code": "000000"},
    "/api/support/admin/<ticket_id>/withdraw": {"seq": 1},
    "/api/team/availability": {"availability": "online"},
    "/support/availability": {"availability": "online"},
    "/support/<ticket_id>/withdraw": {"seq": 1},
    "/shop/identity": {"pass": "<pass>"},
    "/shop/sign-in": {"email": "priya@example.com", "password": factories.PASSWORD},
    "/support/login/": {"username": "asha@example.com", "password": factories.PASSWORD},
    "/support/<ticket_id>/move": {"status": "in-progress"},
    "/support/<ticket_id>/reply": {"message": "Hello"},
    "/support/<ticket_id>/seen": {"seq": 1},
    "/widget/callback": {"phone": "90000 00110"},
    "/widget/connect": {"name": "Ravi", "contact": "ravi@example.com"},
    "/widget/helped/<answer_id>": {"helped": True},
    "/widget/messages": {"message": "Hello"},
    "/widget/rating": {"rating": 5},
    "/widget/solved": {"solved": "yes"},
}
ASKED = {"/widget/frame": "?host=http://testserver"}


@pytest.fixture
def cast(priya, vikram, asha, meera) -> dict[str, Person | None]:
    return {
        "signed out": None,
        "guest": factories.guest(),
        "priya": priya,
        "vikram": vikram,
        "asha": asha,
        "retired": factories.person("Retired Agent", Role.AGENT),
        "demoted": factories.person("Demoted Agent", Role.AGENT),
        "meera": meera,
        "tara": _agent_of_one_team(),
    }


def _agent_of_one_team() -> Person:
    team = Team.objects.create(name="Payments")
    TeamCategory.objects.create(category="payment", team=team)
    limited = PermissionSet.objects.create(name="Own team", own_team_only=True, may_export=True)
    tara = factories.person("Tara Joshi", Role.AGENT, permission_set=limited)
    TeamMember.objects.create(person=tara, team=team)
    return tara


@pytest.fixture
def clients(cast) -> dict[str, Client]:
    """A session and a token for everybody, from when they still were who they were."""
    made = {}
    for name, person in cast.items():
        made[name] = Client(raise_request_exception=False, headers={"HX-Request": "true"})
        if person:
            made[name].force_login(person)
            made[name].defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens.issue(person)['access']}"
    Person.objects.filter(pk=cast["retired"].pk).update(is_active=False)
    Person.objects.filter(pk=cast["demoted"].pk).update(role=Role.CUSTOMER)
    return made


def _canned_reply() -> CannedReply:
    owner = factories.person("Rohan Mehta", Role.AGENT)
    return CannedReply.objects.create(
        owner=owner, shortcut="hi", title="Greeting", texts={"en": "Hello"}, is_shared=True
    )


def _rule() -> Rule:
    macro = Macro.objects.create(name="Note", note="Look")
    return Rule.objects.create(name="Look", event="created", macro=macro)


@pytest.fixture
def things(priya, settings) -> dict[str, str]:
    """What the marks in addresses and bodies stand for, all of it Priya's."""
    answer = conversations.ask(priya, "Hello")
    ticket = factories.ticket(priya)
    with received(factories.picture()) as picture:
        message = workflow.customer_says(ticket, "Look", by=priya, picture=picture)
    settings.WIDGET_SIGNING_KEY, settings.EMAIL_HOOK_KEY = "w" * 40, "hook-key-1"
    claims = {"sub": "shop-1", "exp": int(time.time()) + 300}
    return {
        "ticket_id": str(ticket.pk),
        "message_id": str(message.pk),
        "answer_id": str(answer.pk),
        "reply_id": str(_canned_reply().pk),
        "view_id": str(uuid.uuid4()),
        "product_id": str(uuid.uuid4()),
        "rule_id": str(_rule().pk),
        "slug": "none",
        "attachment_id": str(uuid.uuid4()),
        "app_label": "tickets",
        "object_id": str(ticket.pk),
        "token": links.token(links.create(ticket)),
        "key": settings.EMAIL_HOOK_KEY,
        "identity": jwt.encode(claims, settings.WIDGET_SIGNING_KEY, "HS256"),
        "refresh": tokens.issue(priya)["refresh"],
        "pass": signing.dumps([str(priya.pk), priya.get_session_auth_hash()], salt="shop"),
    }


@pytest.fixture
def _streams_in_this_thread(monkeypatch):
    """Only this thread sees what the test has not committed."""
    monkeypatch.setattr(live, "in_thread", sync_to_async(lambda function, *args: function(*args)))


@pytest.mark.long
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.usefixtures("_streams_in_this_thread")
def test_every_address_answers_each_person_as_the_table_says(clients, things, method):
    table = read(TABLE)
    addresses = {address for address in every_address() if not address.startswith("/admin/")}
    assert {address for _, address in table} == addresses
    wrong = []
    for address in sorted(addresses):
        if (method, address) not in table and connection.vendor != "sqlite":
            # It comes to no view, and so to no database
            continue
        found = [answer(clients[name], method, address, things) for name in PEOPLE]
        expected = table.get((method, address))
        if found != expected and (expected or not set(found) <= NOTHING):
            wrong.append(f"{method:6} {address:41} {' '.join(map(str, found))}")
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_of_the_admin_is_for_staff_alone(clients, things, method):
    addresses = {address for address in every_address() if address.startswith("/admin/")}
    assert len(addresses) > 40
    # Others come to no view there, and so ask the database the same everywhere: who they are. The admin asks that
    # before it looks at the method: GET is tried by each of them, POST by those with the fewest and the most rights
    others = ["signed out", "asha"] if method == "POST" else [name for name in PEOPLE if name != "meera"]
    if connection.vendor != "sqlite":
        others = ["asha"]
    for address in sorted(addresses - {"/admin/login/"}):
        found = {answer(clients[name], method, address, things) for name in others}
        assert found == {302}, f"{method} {address} {found}"
        staff = answer(clients["meera"], method, address, things)
        assert staff < 500, f"{method} {address} {staff}"


def read(table: str) -> dict[tuple[str, str], list[int]]:
    rows = [line.split() for line in table.strip().splitlines() if line and not line.startswith("#")]
    return {(method, address): [int(code) for code in codes] for method, address, *codes in rows}


def answer(client: Client, method: str, address: str, things: dict) -> int:
    """The status that this client gets; what it changes is undone."""
    form = {key: marked(value, things) for key, value in SENT.get(address, {}).items()}
    url = marked(address, things) + ASKED.get(address, "")
    # What a response sets takes the place of what was there, and changes none of it
    cookies = copy(client.cookies)
    with undone():
        if method == "GET":
            response = client.get(url)
        elif address.startswith("/support/"):
            response = client.generic(method, url, urlencode(form), "application/x-www-form-urlencoded")
        else:
            response = client.generic(method, url, json.dumps(form), "application/json")
    client.cookies = cookies
    return response.status_code


def marked(text, things: dict) -> str:
    return re.sub(r"<([\w ]+)>", lambda mark: things.get(mark[1], "x"), str(text))


def every_address(resolver=None, before: str = ""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern, route)
        else:
            route = route.replace("(?:/|$)", "/<nothing>").rstrip("$").replace("/?", "/")
            yield "/" + re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"<\1\2>", route)


# --- The same thing, wherever it shows up -------------------------------------


@pytest.fixture
def secret(priya, asha) -> dict[str, str]:
    """A ticket of Priya's whose words stand nowhere else, with a private note; both with a picture."""
    ticket = factories.ticket(priya, "The quince jelly is mouldy")
    with received(factories.picture()) as picture:
        message = workflow.customer_says(ticket, "the jelly, from above", by=priya, picture=picture)
    with received(factories.picture(colour="teal")) as picture:
        note = workflow.add_note(ticket, "a jelly refund needs a manager", by=asha, picture=picture)
    return {"ticket_id": str(ticket.pk), "message_id": str(message.pk), "note_id": str(note.pk)}


SHOWN = [address for method, address in read(TABLE) if method == "GET" and not address.endswith("/events")]
LOOKED_FOR = ("?q=quince&filter=", "?q=quince&status=open&category=product-issue&assigned=none", "?after=0")


def everything_shown(client: Client, things: dict) -> str:
    pages = [client.get(marked(address, things) + ask) for address in SHOWN for ask in ("", *LOOKED_FOR)]
    return "".join(page.content.decode() for page in pages if not page.streaming)


@pytest.mark.long
@pytest.mark.parametrize("who", ["signed out", "guest", "vikram", "retired", "demoted", "tara"])
def test_nothing_of_a_ticket_is_in_anything_that_others_can_get(who, clients, secret):
    shown = everything_shown(clients[who], secret)
    assert "jelly" not in shown
    assert secret["message_id"] not in shown


@pytest.mark.long
def test_its_customer_finds_the_ticket_everywhere_and_the_note_nowhere(clients, secret):
    shown = everything_shown(clients["priya"], secret)
    assert shown.count("quince jelly") >= 4
    assert "manager" not in shown
    assert secret["note_id"] not in shown


@pytest.mark.parametrize("who", ["asha", "meera"])
@pytest.mark.parametrize(
    "address", ["/api/support/admin/", "/api/support/admin/<ticket_id>", "/support/rows"]
)
def test_agents_find_the_ticket_in_list_search_and_conversation(who, address, clients, secret):
    assert "jelly" in clients[who].get(marked(address, secret) + LOOKED_FOR[0]).content.decode()


@pytest.mark.parametrize("size", ["", "/small"])
def test_the_picture_of_a_note_is_for_agents(size, clients, secret):
    codes = {name: clients[name].get(f"/files/{secret['note_id']}{size}").status_code for name in PEOPLE}
    customers = dict.fromkeys(("guest", "priya", "vikram", "demoted", "tara"), 404)
    assert codes == customers | {"signed out": 401, "retired": 401, "asha": 200, "meera": 200}


@pytest.mark.parametrize(
    "address", [a for method, a in read(TABLE) if method == "POST" and a.startswith("/support/")]
)
def test_another_site_cannot_ride_on_an_agents_session(address, asha, things):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    client.force_login(asha)
    assert client.post(marked(address, things), SENT.get(address)).status_code == 403
