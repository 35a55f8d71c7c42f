"""An attacker who guesses learns nothing from a refusal, and not from how long it takes either."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from tests import factories

WRONG = "not-the-password"


@pytest.fixture
def hashed(monkeypatch, settings):
    """How often a password was run through the hasher, which is what takes time at a sign-in."""
    runs, encode = [], MD5PasswordHasher.encode

    def counted(self, password, salt, *rest):
        runs.append(password)
        return encode(self, password, salt, *rest)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return runs


DOORS = {
    "page": lambda client, email: client.post("/support/login/", {"username": email, "password": WRONG}),
    "admin": lambda client, email: client.post("/admin/login/", {"username": email, "password": WRONG}),
    "API": lambda client, email: client.post(
        "/api/auth/token", {"email": email, "password": WRONG}, content_type="application/json"
    ),
    "shop": lambda client, email: client.post(
        "/shop/sign-in", {"email": email, "password": WRONG}, content_type="application/json"
    ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["known", "unknown", "inactive", "without a password", "in capitals"])
def test_a_refusal_takes_one_run_of_the_hasher_for_known_and_unknown_people(who, door, client, db, hashed):
    factories.person("Asha Nair", "agent")
    factories.person("Gone Agent", "agent", is_active=False)
    nameless = factories.person("Nameless Agent", "agent")
    nameless.set_unusable_password()
    nameless.save()
    email = {
        "known": "asha",
        "inactive": "gone",
        "without a password": "nameless",
        "in capitals": "ASHA",
    }.get(who, "x")
    hashed.clear()
    answer = DOORS[door](client, f"{email}@example.com")
    assert answer.status_code in (200, 401)
    assert len(hashed) == 1


def test_the_answer_is_the_same_for_known_and_unknown(client, db):
    factories.person("Asha Nair", "agent")
    for door in ("API", "shop"):
        known, unknown = (DOORS[door](client, f"{name}@example.com") for name in ("asha", "unknown"))
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
