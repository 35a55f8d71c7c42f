"""Who is at the other end of the widget, and whose word is trusted for it."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from django.db import connections
from django.utils import timezone

from chatbot import conversations, handover, visitors
from chatbot.models import Chat, SpentIdentity
from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import Person, Role, Ticket, TicketEvent

pytestmark = pytest.mark.all_engines

KEY = "the-shops-own-signing-key-" + "k" * 40
IDENTIFY, GUEST = "/api/auth/identify", "/api/auth/guest"


@pytest.fixture(autouse=True)
def _the_shops_key(settings):
    settings.WIDGET_SIGNING_KEY = KEY


def claims(**other) -> dict:
    base = {"sub": "customer-7", "name": "Priya", "email": "priya@shop.example", "phone": "90000 00110"}
    return {name: value for name, value in (base | {"exp": ahead(300)} | other).items() if value is not ...}


def ahead(seconds: float) -> int:
    return int(time.time() + seconds)


def token(**other) -> str:
    return jwt.encode(claims(**other), KEY, "HS256")


def signed(payload, header=None, key: str = KEY) -> str:
    """A token that the library would not make: any JSON, or any bytes, rightly signed."""
    text = b".".join(_encoded(part) for part in ({"alg": "HS256"} if header is None else header, payload))
    return b".".join([text, _encoded(hmac.new(key.encode(), text, hashlib.sha256).digest())]).decode()


def _encoded(part) -> bytes:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@pytest.fixture
def identify(api, db):
    """`identify(token)` is the answer; as a person whom the browser knows already, `identify(token, person)`."""
    return lambda given, person=None: api(person).post(IDENTIFY, {"token": given})


# --- Identities -----------------------------------------------------------------


def test_the_shops_word_makes_a_customer_and_the_same_sub_is_the_same_one(identify):
    first = identify(token())
    assert first.status_code == 200
    assert set(first.json()) == {"user", "access", "refresh"}
    user = first.json()["user"]
    assert {name: user[name] for name in ("name", "email", "phone", "role")} == {
        "name": "Priya", "email": "priya@shop.example", "phone": "90000 00110", "role": "customer",
    }  # fmt: skip
    assert identify(token(name="Priya S.")).json()["user"]["id"] == user["id"]
    assert identify(token(sub="customer-8")).json()["user"]["id"] != user["id"]


def test_the_history_of_a_customer_is_there_in_every_browser(identify, api):
    mine = Person.objects.get(pk=identify(token()).json()["user"]["id"])
    factories.ticket(mine, "The jar is broken")
    access = identify(token()).json()["access"]
    results = api().get("/api/support/", HTTP_AUTHORIZATION=f"Bearer {access}").json()["results"]
    assert [row["subject"] for row in results] == ["The jar is broken"]


def test_new_claims_of_the_shop_are_kept_and_absent_ones_change_nothing(identify):
    identify(token())
    user = identify(token(name="Priya Sharma", email=..., phone=None)).json()["user"]
    assert (user["name"], user["email"], user["phone"]) == (
        "Priya Sharma",
        "priya@shop.example",
        "90000 00110",
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"name": "N" * 500}, {"name": "N" * 120}),
        ({"email": "no address"}, {"email": ""}),
        ({"email": "a" * 250 + "@shop.example"}, {"email": ""}),
        ({"email": "PRIYA@Shop.example"}, {"email": "priya@shop.example"}),
        ({"phone": "N/A"}, {"phone": ""}),
        ({"phone": "9" * 40}, {"phone": ""}),
        ({"name": None, "email": None, "phone": None}, {"name": "", "email": "", "phone": ""}),
        ({"sub": "प्रिया/7 ✓"}, {"name": "Priya"}),
    ],
)
def test_an_identity_works_even_if_a_detail_is_no_way_to_reach_anybody(given, kept, identify):
    user = identify(token(**given)).json()["user"]
    assert {name: user[name] for name in kept} == kept


def test_a_way_to_be_reached_proves_nothing(identify, priya):
    """An account with the same e-mail address, and its tickets, are another person's until the sub says so."""
    factories.ticket(priya)
    user = identify(token(email=priya.email)).json()["user"]
    assert user["id"] != str(priya.pk)


def test_a_jti_works_once_and_an_identity_without_one_until_it_expires(identify):
    once, often = token(jti=uuid.uuid4().hex), token()
    assert identify(once).status_code == 200
    refused(identify(once), 401, "bad_identity")
    refused(identify(token(jti=jwt.decode(once, options={"verify_signature": False})["jti"])), 401)
    assert [identify(often).status_code for _ in range(2)] == [200, 200]


def test_of_two_who_use_a_jti_at_once_one_is_let_in(transactional_db):
    once = token(jti="once")

    def use(_):
        try:
            return bool(visitors.identified(once))
        except visitors.BadIdentity:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


def with_claim(name: str, *values) -> dict:
    return {f"{name} is {str(value)[:20]!r}": signed(claims(**{name: value})) for value in values}


HUGE = 10**30
NOT_TEXT = ([], ["x"], {}, 5, True, "a\0b", "\ud800")


def not_trusted() -> dict[str, str]:
    """Tokens of this moment, signed rightly, each of them, but for those that say otherwise."""
    return {
        "no exp": signed(claims(exp=...)),
        "no sub": signed(claims(sub=...)),
        "expired": signed(claims(exp=ahead(-65))),
        "11 minutes ahead": signed(claims(exp=ahead(660))),
        "a year ahead": signed(claims(exp=ahead(365 * 86400))),
        **with_claim("exp", None, "", "soon", [], {}, True, 0, -1, HUGE, 10**400),
        "exp is a text": signed(claims(exp=str(ahead(300)))),
        "exp beyond floats": signed(b'{"sub": "customer-7", "exp": 1e999}'),
        "exp not a number": signed(b'{"sub": "customer-7", "exp": NaN}'),
        **with_claim("sub", None, "", "   ", "x" * 191, *NOT_TEXT),
        **with_claim("jti", None, "x" * 191, *NOT_TEXT),
        **{
            key: value
            for name in ("name", "email", "phone")
            for key, value in with_claim(name, *NOT_TEXT).items()
        },
        **with_claim("nbf", [], "soon", HUGE),
        **with_claim("iat", [], "soon", HUGE),
        "not yet": signed(claims(nbf=ahead(120))),
        **with_claim("aud", "another-desk", ["another-desk"], 5),
        "another key": jwt.encode(claims(), "k" * 40, "HS256"),
        "no algorithm": jwt.encode(claims(), None, "none"),
        "HS512": jwt.encode(claims(), KEY, "HS512"),
        "no signature": token().rpartition(".")[0] + ".",
        "a list": signed([]),
        "no JSON": signed(b"\xff\xfe"),
        "a deep nest": signed(b"[" * 2500),
        "a deep nest in the header": signed(claims(), b"[" * 2500),
        "a list of algorithms": signed(claims(), {"alg": ["HS256"]}),
        "words": "trust me",
        "dots": "..",
    }


@pytest.mark.parametrize("case", list(not_trusted()))
def test_an_identity_with_anything_wrong_is_401_in_words_and_makes_no_person(case, identify):
    refused(identify(not_trusted()[case]), 401, "bad_identity")
    assert not Person.objects.exists()


def test_what_these_tests_sign_is_trusted_when_nothing_is_wrong(identify):
    assert identify(signed(claims())).status_code == 200
    assert identify(token(exp=ahead(599))).status_code == 200


@pytest.mark.parametrize("given", [None, "", 5, [], {}, "x" * 5000, "a\0b"])
def test_what_is_no_token_is_refused_at_its_field(given, identify):
    refused(identify(given), 400, field="token")


def test_our_own_tokens_are_no_identities(identify, api, priya):
    access = (
        api()
        .post("/api/auth/token", {"email": priya.email, "password": factories.PASSWORD})
        .json()["access"]
    )
    refused(identify(access), 401, "bad_identity")


def test_without_a_key_no_identity_is_trusted(identify, settings):
    settings.WIDGET_SIGNING_KEY = ""
    refused(identify(token()), 401, "bad_identity")
    refused(identify(signed(claims(), key="")), 401, "bad_identity")


@pytest.mark.engines
def test_a_customer_whose_account_was_closed_stays_out(identify):
    identify(token())
    Person.objects.update(is_active=False)
    refused(identify(token()), 401, "bad_identity")


@pytest.mark.parametrize("role", [Role.AGENT, Role.STAFF])
def test_the_shops_key_does_not_open_the_desk(role, identify):
    factories.person("Asha Nair", role, external_id="customer-7")
    refused(identify(token()), 401, "bad_identity")


def test_a_role_is_nothing_that_the_shop_can_say(identify):
    user = identify(token(role="staff", is_staff=True, id=1)).json()["user"]
    assert user["role"] == "customer"


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -40), ("nbf", 40), ("iat", 40), ("exp", 640)])
def test_the_shops_clock_may_differ_from_ours_by_most_of_a_minute(claim, seconds, identify):
    assert identify(token(**{claim: ahead(seconds)})).status_code == 200


@pytest.mark.engines
def test_an_identity_of_the_past_minute_still_works_only_once(identify):
    late = token(exp=ahead(-30), jti="once")
    assert identify(late).status_code == 200
    refused(identify(late), 401, "bad_identity")
    assert SpentIdentity.objects.get().expires_at > timezone.now()


# --- From visitor to guest to customer ----------------------------------------------


def test_a_visitor_becomes_a_guest_and_keeps_the_chat(api, db):
    visitor = Person.objects.get(pk=api().post("/api/auth/visitor").json()["user"]["id"])
    conversations.ask(visitor, "Package damaged")
    answer = api(visitor).post(GUEST, {"name": "Ravi", "phone": "90000 00111"})
    assert answer.json()["user"]["id"] == str(visitor.pk)
    chat = api().get("/api/chat/", HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}").json()
    assert chat["messages"][0]["message"] == "Package damaged"


def test_a_guest_becomes_a_customer_and_keeps_the_chat(identify, api):
    guest = factories.guest()
    conversations.ask(guest, "Package damaged")
    access = identify(token(), guest).json()["access"]
    chat = api().get("/api/chat/", HTTP_AUTHORIZATION=f"Bearer {access}").json()
    assert chat["messages"][0]["message"] == "Package damaged"
    assert not Chat.objects.filter(person=guest).exists()


@pytest.mark.engines
@pytest.mark.engines
def test_a_guests_open_tickets_become_the_customers_for_good(identify, api):
    guest = factories.guest("Ravi", "ravi@example.com")
    conversations.ask(guest, "Package damaged")
    ticket = handover.open_ticket(guest)
    access = identify(token(name="Priya"), guest).json()["access"]
    customer = api()
    customer.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    [row] = customer.get("/api/support/").json()["results"]
    assert (row["id"], row["userName"], row["userEmail"]) == (str(ticket.pk), "Priya", "priya@shop.example")
    refused(api(guest).get(f"/api/support/{ticket.pk}"), 404)
    person = Person.objects.get(external_id="customer-7")
    event = TicketEvent.objects.get(ticket=ticket, field="requester")
    assert (event.actor, event.old, event.new) == (person, "Ravi", "Priya")
    assert Chat.objects.get().person == person
    # What was said as a guest is the customer's: sending it again finds it
    assert set(ticket.messages.filter(sender="customer").values_list("author", flat=True)) == {person.pk}
    # The next sign-in in the same browser has nothing left to move
    assert identify(token(), guest).status_code == 200
    assert TicketEvent.objects.filter(field="requester").count() == 1


@pytest.mark.engines
@pytest.mark.engines
def test_a_ticket_that_clashes_with_one_of_the_customers_moves_all_the_same(identify, api):
    guest = factories.guest()
    person = Person.objects.get(pk=identify(token()).json()["user"]["id"])
    for each in (guest, person):
        factories.ticket(each, "The jar is broken", client_id="the-same")
    identify(token(), guest)
    assert Ticket.objects.filter(requester=person).count() == 2


def test_a_guests_closed_ticket_stays_where_it_is(identify, asha):
    guest = factories.guest()
    ticket = factories.ticket(guest)
    workflow.move(ticket, "closed", by=asha)
    identify(token(), guest)
    ticket.refresh_from_db()
    assert ticket.requester == guest


def test_a_customers_open_ticket_is_not_carried_to_another_customer(identify, priya, ticket):
    identify(token(), priya)
    ticket.refresh_from_db()
    assert ticket.requester == priya


@pytest.mark.parametrize("path", ["/widget/connect", GUEST])
def test_a_customer_without_an_address_who_connects_stays_who_they_are(path, identify, api):
    answer = identify(token(name=None, email=None, phone=None))
    person = Person.objects.get(pk=answer.json()["user"]["id"])
    conversations.ask(person, "Package damaged")
    form = {"name": "Ravi", "contact": "ravi@example.com", "email": "ravi@example.com"}
    assert api(person).post(path, form).status_code == 201
    person.refresh_from_db()
    assert (person.external_id, person.name, person.email) == ("customer-7", "Ravi", "ravi@example.com")
    assert Person.objects.count() == 1
    if path == "/widget/connect":
        ticket = Ticket.objects.get()
        assert ticket.requester == person
        assert ticket.messages.first().text == "Package damaged"
        assert ticket.handover["transcript"][0]["message"] == "Package damaged"


def test_the_form_only_adds_what_the_shop_has_not_said(identify, api):
    person = Person.objects.get(pk=identify(token(email=None, phone=None)).json()["user"]["id"])
    api(person).post("/widget/connect", {"name": "Another name", "contact": "90000 00111"})
    person.refresh_from_db()
    assert (person.name, person.phone) == ("Priya", "90000 00111")


def test_a_customers_chat_is_not_carried_to_another_customer(identify, api, priya):
    """Two customers at one computer: the second does not get what the first said."""
    conversations.ask(priya, "Package damaged")
    access = identify(token(), priya).json()["access"]
    chat = api().get("/api/chat/", HTTP_AUTHORIZATION=f"Bearer {access}").json()
    assert chat == {"id": None, "messages": []}
    assert Chat.objects.get().person == priya


def test_giving_a_name_does_not_change_the_owner_of_an_account(api, priya, asha):
    for person in (priya, asha):
        answer = api(person).post(GUEST, {"name": "Eve", "email": "eve@example.com"})
        assert answer.json()["user"]["id"] != str(person.pk)
        person.refresh_from_db()
        assert person.name != "Eve"


def test_a_guest_with_a_customers_address_sees_nothing_of_theirs(api, priya, ticket):
    access = api().post(GUEST, {"name": "Priya Sharma", "email": priya.email}).json()["access"]
    guest = api()
    guest.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert guest.get("/api/support/").json()["results"] == []
    refused(guest.get(f"/api/support/{ticket.pk}"), 404, "not_found")
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "name"),
        ({"name": "Ravi"}, "email"),
        ({"name": "Ravi", "email": "", "phone": ""}, "email"),
        ({"name": "", "email": "ravi@example.com"}, "name"),
        ({"name": " ", "email": "ravi@example.com"}, "name"),
        ({"name": "N" * 121, "email": "ravi@example.com"}, "name"),
        ({"name": "Ravi", "email": "ravi"}, "email"),
        ({"name": "Ravi", "email": "a" * 250 + "@example.com"}, "email"),
        ({"name": "Ravi", "phone": "call me"}, "phone"),
        ({"name": "Ravi", "phone": "12345"}, "phone"),
        ({"name": "Ravi", "phone": "90000 00111; rm -rf"}, "phone"),
    ],
)
def test_a_guest_who_cannot_be_reached_is_told_at_the_field(given, field, api, db):
    refused(api().post(GUEST, given), 400, field=field)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "phone", ["9000000111", "+91 90000 00111", "+91-90000-00111", "022 (23) 456789", "022/23456789"]
)
def test_phone_numbers_are_taken_as_people_write_them(phone, api, db):
    assert api().post(GUEST, {"name": "Ravi", "phone": phone}).json()["user"]["phone"] == phone


def test_a_guest_cannot_sign_in_with_a_password(api, db):
    guest = factories.guest()
    for password in ("", "!", guest.password):
        answer = api().post("/api/auth/token", {"email": guest.email, "password": password})
        assert answer.status_code in (400, 401)
