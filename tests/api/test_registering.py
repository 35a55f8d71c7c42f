"""Registering, and the end of an access token: whatever is wrong is a 4xx with a sentence."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.db import connections
from rest_framework_simplejwt import tokens as library
from rest_framework_simplejwt.utils import aware_utcnow

from tests import factories
from tests.api.test_tokens import ME, claims_of, retire, signed
from tests.assertions import refused
from tickets.accounts import tokens
from tickets.models import Person


@pytest.mark.all_engines
def test_a_wrong_password_an_unknown_address_and_a_closed_account_are_told_the_same(api, priya, vikram):
    retire(vikram)
    answers = {
        refused(api().post("/api/auth/token", {"email": email, "password": password}), 401)
        for email, password in [
            (priya.email, "wrong"),
            ("unknown@example.com", factories.PASSWORD),
            (vikram.email, factories.PASSWORD),
            (factories.guest().email, "!"),
        ]
    }
    assert len(answers) == 1


ACCOUNT = {"name": "Ravi", "email": "ravi@example.com", "password": "red-kite-rises-7"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "PRIYA@example.com "}, "email"),
        ({"email": "not an address"}, "email"),
        ({"email": f"{'a' * 250}@example.com"}, "email"),
        ({"email": "a@b\r\nBcc: x@example.com"}, "email"),
        ({"password": "short-1"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "8249173650"}, "password"),
        ({"password": "ravi@example.com"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": ""}, "password"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "N" * 121}, "name"),
        ({"name": 5}, "name"),
        ({"phone": "call me"}, "phone"),
        ({"phone": 9000000111}, "phone"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_its_field(change, field, api, priya):
    refused(api().post("/api/auth/register", ACCOUNT | change), 400, field=field)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("missing", ACCOUNT)
def test_an_account_needs_name_address_and_password(missing, api, db):
    given = {key: value for key, value in ACCOUNT.items() if key != missing}
    refused(api().post("/api/auth/register", given), 400, field=missing)


@pytest.mark.all_engines
@pytest.mark.parametrize(
    "name", ["प्रिया शर्मा", "محمد عبد الله", "Björk Guðmundsdóttir", "李小龍", "Zoë 🧘🏽‍♀️", "N" * 120]
)
def test_names_of_every_script_come_back_as_they_were_given(name, api, db):
    answer = api().post("/api/auth/register", ACCOUNT | {"name": name})
    assert answer.status_code == 201
    token = f"Bearer {answer.json()['access']}"
    assert api().get(ME, HTTP_AUTHORIZATION=token).json()["name"] == name


@pytest.mark.all_engines
def test_a_visitor_cannot_register_as_an_agent_or_as_another_person(api, priya):
    claims = {"role": "staff", "id": str(priya.pk), "is_staff": True, "login_email": priya.email}
    user = api().post("/api/auth/register", ACCOUNT | claims).json()["user"]
    assert (user["role"], user["email"]) == ("customer", "ravi@example.com")
    assert user["id"] != str(priya.pk)


@pytest.mark.all_engines
def test_two_people_who_register_one_address_at_once_get_one_account(api, transactional_db):
    def register(_):
        try:
            return api().post("/api/auth/register", ACCOUNT).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(register, range(4))) == [201, 400, 400, 400]


def test_an_expired_token_is_refused(api, priya):
    claims = claims_of(tokens.issue(priya)["access"])
    late = signed(claims | {"exp": int(time.time()) - 61})
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {late}"), 401, "token_not_valid")


@pytest.mark.all_engines
def test_a_token_that_was_good_before_expires_all_the_same(api, priya, monkeypatch):
    client = api(priya)
    assert client.get(ME).status_code == client.get(ME).status_code == 200

    later = aware_utcnow() + settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(seconds=61)
    monkeypatch.setattr(library, "aware_utcnow", lambda: later)

    refused(client.get(ME), 401, "token_not_valid")


@pytest.mark.all_engines
def test_a_good_signature_is_computed_once_and_a_bad_one_is_never_taken_for_it(api, priya, monkeypatch):
    computed = []
    monkeypatch.setattr(
        jwt.algorithms.HMACAlgorithm,
        "verify",
        lambda self, *what, verify=jwt.algorithms.HMACAlgorithm.verify: (
            computed.append(1) or verify(self, *what)
        ),
    )
    good = tokens.issue(priya)["access"]
    for token, status in [(good, 200), (good, 200), (good[:-4] + "AAAA", 401), (good, 200)]:
        assert api().get(ME, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == status

    assert len(computed) == 2
