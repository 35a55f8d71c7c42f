"""Whose word is trusted about a customer: the shop's signed one, once, and no other."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from django.db import connections
from django.utils import timezone

from chatbot import visitors
from chatbot.models import SpentIdentity
from tests import factories
from tests.assertions import refused
from tests.widget.identities import KEY, ahead, claims, signed, token
from tickets.models import Person, Role

pytestmark = [pytest.mark.all_engines, pytest.mark.usefixtures("shops_key")]


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


def test_one_of_two_requests_with_the_same_jti_is_accepted(transactional_db):
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


def test_a_token_signed_by_these_tests_is_valid(identify):
    assert identify(signed(claims())).status_code == 200
    assert identify(token(exp=ahead(599))).status_code == 200


@pytest.mark.parametrize("given", [None, "", 5, [], {}, "x" * 5000, "a\0b"])
def test_a_malformed_token_is_refused_at_its_field(given, identify):
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
