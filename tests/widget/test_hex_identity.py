"""Identities with a hex HMAC: what a template language can sign, held to the same rules as a JWT."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.conf import settings

from tickets.models import Person

pytestmark = pytest.mark.django_db


def signed(claims, key: str | None = None, **options) -> str:
    text = claims if isinstance(claims, str) else json.dumps(claims)
    part = base64.urlsafe_b64encode(text.encode()).decode()
    if not options.get("padded"):
        part = part.rstrip("=")
    key = settings.WIDGET_SIGNING_KEY if key is None else key
    return f"{part}.{hmac.new(key.encode(), part.encode(), hashlib.sha256).hexdigest()}"


def claims(**more) -> dict:
    return {
        "sub": "c-1",
        "name": "Priya",
        "email": "priya@example.com",
        "exp": int(time.time()) + 300,
    } | more


@pytest.fixture
def identify(api, settings):
    settings.WIDGET_SIGNING_KEY = "shop-signing-key-" + "k" * 32
    return lambda token: api().post("/api/auth/identify", {"token": token})


@pytest.mark.all_engines
def test_a_hex_identity_names_the_same_customer_as_a_jwt(identify):
    import jwt

    first = identify(signed(claims()))
    assert first.status_code == 200
    assert first.json()["user"]["email"] == "priya@example.com"
    again = identify(jwt.encode(claims(), settings.WIDGET_SIGNING_KEY, algorithm="HS256"))
    assert again.json()["user"]["id"] == first.json()["user"]["id"]
    assert (
        identify(signed(claims(name="Priyaa"), padded=True)).json()["user"]["id"]
        == first.json()["user"]["id"]
    )
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    "late", [{"exp": -40}, {"nbf": 40, "exp": 300}, {"iat": 40, "exp": 300}, {"exp": 640}]
)
def test_clocks_may_differ_by_a_minute(identify, late):
    now = int(time.time())
    assert identify(signed(claims(**{name: now + by for name, by in late.items()}))).status_code == 200


def test_an_invalid_hex_identity_is_refused(identify):
    now = int(time.time())
    good = signed(claims())
    part, _, mac = good.partition(".")
    other = signed(claims(sub="c-2")).partition(".")[0]
    bad = {
        "another key": signed(claims(), "another-key"),
        "no key": signed(claims(), ""),
        "other claims": f"{other}.{mac}",
        "cut off": good[:-1],
        "no signature": f"{part}.",
        "expired": signed(claims(exp=now - 65)),
        "no exp": signed({"sub": "c-1"}),
        "no sub": signed({"exp": now + 300}),
        "too far ahead": signed(claims(exp=now + 3600)),
        "not yet": signed(claims(nbf=now + 120)),
        "no object": signed("[1]"),
        "no JSON": signed("{"),
        "a text for exp": signed(claims(exp="soon")),
        "a number for sub": signed(claims(sub=7)),
    }
    answers = {why: identify(token).status_code for why, token in bad.items()}
    assert answers == dict.fromkeys(bad, 401)
    assert not Person.objects.exists()


def test_a_jti_works_once_in_either_form(identify):
    assert identify(signed(claims(jti="once"))).status_code == 200
    assert identify(signed(claims(jti="once"))).status_code == 401
