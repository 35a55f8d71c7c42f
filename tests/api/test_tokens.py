"""Access and refresh tokens, and registering: whatever is wrong with a token is a 401, never a 500."""

import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from django.conf import settings
from django.db import connections

from tests import factories
from tests.assertions import refused
from tickets.accounts import tokens
from tickets.models import Person, Role, TokenFamily

ME, REFRESH, LOGOUT = "/api/auth/me", "/api/auth/token/refresh", "/api/auth/logout"
HUGE = 10**30


def signed(claims, header=None, key: str = settings.JWT_SIGNING_KEY) -> str:
    """A token whose signature is right, whatever stands in it; `claims` may be raw bytes."""
    header = {"alg": "HS256", "typ": "JWT"} if header is None else header
    parts = [_encoded(part) for part in (header, claims)]
    text = b".".join(parts)
    return b".".join([text, _encoded(hmac.new(key.encode(), text, hashlib.sha256).digest())]).decode()


def _encoded(part) -> bytes:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def without(name: str):
    return lambda claims: signed({key: value for key, value in claims.items() if key != name})


def having(name: str, *values) -> dict:
    """Cases in which a claim has another value than it should."""
    return {
        f"{name} is {str(value)[:20]!r}": lambda claims, value=value: signed(claims | {name: value})
        for value in values
    }


ODD = ([], {}, ["x"], 5, -1, HUGE, None, True, "", "x", "x" * 10_000, "a\0b", "\ud800", "../me")
TIMES = ([], {}, None, "", "soon", "9999999999", HUGE, -HUGE, 1, True)

# Each makes of the claims of a good token one that has to be refused
BAD_TOKENS = {
    **having("sub", *ODD, "00000000-0000-4000-8000-000000000000"),
    **having("fam", *ODD, "00000000-0000-4000-8000-000000000000"),
    **having("jti", *ODD),
    **having("exp", *TIMES),
    **having("iat", [], {}, "soon", HUGE, 9_999_999_999),
    **having("nbf", [], {}, "soon", HUGE, 9_999_999_999),
    **having("aud", "another-service", ["x"], [[]], {}, 5, None),
    **having("iss", "another-service", [], {}, 5, None),
    **having("token_type", "sliding", [], {}, None, 5),
    **having("hash_password", "0" * 32, [], {}, None),
    **{f"no {name}": without(name) for name in ("sub", "fam", "exp", "jti", "aud", "iss", "token_type")},
    "exp beyond floats": lambda claims: signed(b'{"exp": 1e999}'),
    "exp not a number": lambda claims: signed(b'{"exp": NaN}'),
    "no object": lambda claims: signed([]),
    "no JSON": lambda claims: signed(b"\xff\xfe"),
    "a deep nest": lambda claims: signed(b"[" * 5_000),
    "a deep nest of objects": lambda claims: signed(b'{"a":' * 5_000),
    "a deep nest in the header": lambda claims: signed(claims, b"[" * 5_000),
    "a list for a header": lambda claims: signed(claims, []),
    "a list of algorithms": lambda claims: signed(claims, {"alg": ["HS256"]}),
    "a list for a key id": lambda claims: signed(claims, {"alg": "HS256", "kid": []}),
    "a critical extension": lambda claims: signed(claims, {"alg": "HS256", "crit": ["exp"]}),
    "no algorithm": lambda claims: jwt.encode(claims, None, "none"),
    "algorithm nOnE": lambda claims: signed(claims, {"alg": "nOnE"}),
    "HS512": lambda claims: jwt.encode(claims, settings.JWT_SIGNING_KEY, "HS512"),
    "another key": lambda claims: signed(claims, key="k" * 64),
    "the shop's key": lambda claims: signed(claims, key=settings.WIDGET_SIGNING_KEY),
    "Django's key": lambda claims: signed(claims, key=settings.SECRET_KEY),
    "no signature": lambda claims: signed(claims).rpartition(".")[0] + ".",
    "another payload": lambda claims: ".".join(
        (parts := signed(claims).split("."))[:1] + signed(claims | {"iat": 1}).split(".")[1:2] + parts[2:]
    ),
    "words": lambda claims: "not.a.token",
    "dots": lambda claims: "..",
}


@pytest.mark.parametrize("case", BAD_TOKENS)
def test_a_token_with_anything_wrong_in_it_is_refused_in_words(case, api, priya):
    pair = tokens.issue(priya)
    access = BAD_TOKENS[case](claims_of(pair["access"]))
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {access}"), 401)
    refused(api().get("/files/" + str(priya.pk), HTTP_AUTHORIZATION=f"Bearer {access}"), 401)
    refresh = BAD_TOKENS[case](claims_of(pair["refresh"]))
    if len(refresh) <= 4000:
        refused(api().post(REFRESH, {"refresh": refresh}), 401)
        refused(api().post(LOGOUT, {"refresh": refresh}), 401)


def test_the_tokens_of_this_table_are_refused_for_what_is_wrong_and_nothing_else(api, priya):
    access = signed(claims_of(tokens.issue(priya)["access"]))
    assert api().get(ME, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 200
    refresh = signed(claims_of(tokens.issue(priya)["refresh"]))
    assert api().post(REFRESH, {"refresh": refresh}).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer a b", "Basic eDp5", "Token {}", "{}", "Bearer {} {}", "Bearer é"],
)
def test_a_header_of_another_form_is_refused_and_told_how_to_sign_in(header, api, priya):
    token = tokens.issue(priya)["access"]
    answer = api().get(ME, HTTP_AUTHORIZATION=header.replace("{}", token))
    refused(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_word_bearer_may_be_written_in_any_case(api, priya):
    token = tokens.issue(priya)["access"]
    assert api().get(ME, HTTP_AUTHORIZATION=f"bearer {token}").status_code == 200


def test_a_token_in_the_address_opens_nothing(api, priya):
    token = tokens.issue(priya)["access"]
    refused(api().get(ME, {"access": token, "token": token, "authorization": f"Bearer {token}"}), 401)


def test_a_session_opens_no_call_of_the_api(browse, priya):
    refused(browse(priya).get(ME), 401, "not_authenticated")


# --- Rotation ----------------------------------------------------------------


def refreshed(api, token: str) -> dict:
    answer = api().post(REFRESH, {"refresh": token})
    assert answer.status_code == 200, answer.content
    return answer.json()


def a_minute_passes(seconds: float = 61) -> None:
    """Let the last renewal of every sign-in be longer ago."""
    for family in TokenFamily.objects.all():
        TokenFamily.objects.filter(pk=family.pk).update(used_at=family.used_at - timedelta(seconds=seconds))


@pytest.mark.all_engines
def test_a_renewal_whose_answer_was_lost_brings_the_same_pair_again_and_again(api, priya):
    before = tokens.issue(priya)["refresh"]
    first = refreshed(api, before)
    assert [refreshed(api, before) for _ in range(3)] == [first] * 3
    assert first["refresh"] != before
    assert api().get(ME, HTTP_AUTHORIZATION=f"Bearer {first['access']}").status_code == 200
    assert refreshed(api, first["refresh"])["refresh"] not in (before, first["refresh"])


@pytest.mark.all_engines
def test_once_the_successor_was_used_its_predecessor_ends_the_family(api, priya):
    stolen = tokens.issue(priya)["refresh"]
    second = refreshed(api, stolen)
    third = refreshed(api, second["refresh"])
    refused(api().post(REFRESH, {"refresh": stolen}), 401, "token_not_valid")
    refused(api().post(REFRESH, {"refresh": third["refresh"]}), 401, "token_not_valid")
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {third['access']}"), 401, "token_not_valid")


@pytest.mark.engines
def test_reusing_a_rotated_token_after_a_minute_revokes_its_whole_family(api, priya):
    stolen = tokens.issue(priya)["refresh"]
    newer = refreshed(api, stolen)
    a_minute_passes()
    refused(api().post(REFRESH, {"refresh": stolen}), 401, "token_not_valid")
    refused(api().post(REFRESH, {"refresh": newer["refresh"]}), 401, "token_not_valid")


@pytest.mark.all_engines
def test_signing_out_ends_the_grace_as_well(api, priya):
    before = tokens.issue(priya)["refresh"]
    newer = refreshed(api, before)
    assert api().post(LOGOUT, {"refresh": newer["refresh"]}).status_code == 204
    refused(api().post(REFRESH, {"refresh": before}), 401, "token_not_valid")


@pytest.mark.all_engines
@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize(("seconds", "status"), [(0.5, 200), (30, 200), (120, 401)])
def test_a_server_whose_clock_is_behind_takes_what_a_faster_one_has_issued(
    claim, seconds, status, api, priya
):
    access = signed(claims_of(tokens.issue(priya)["access"]) | {claim: time.time() + seconds})
    assert api().get(ME, HTTP_AUTHORIZATION=f"Bearer {access}").status_code == status


@pytest.mark.all_engines
def test_a_replay_leaves_the_other_sign_ins_alone(api, priya):
    phone, laptop = tokens.issue(priya), tokens.issue(priya)
    api().post(REFRESH, {"refresh": phone["refresh"]})
    a_minute_passes()
    refused(api().post(REFRESH, {"refresh": phone["refresh"]}), 401)
    assert api().post(REFRESH, {"refresh": laptop["refresh"]}).status_code == 200


@pytest.mark.all_engines
def test_signing_out_ends_this_sign_in_with_its_access_token_and_no_other(api, priya):
    here, there = tokens.issue(priya), tokens.issue(priya)
    assert api().post(LOGOUT, {"refresh": here["refresh"]}).status_code == 204
    refused(api().post(REFRESH, {"refresh": here["refresh"]}), 401, "token_not_valid")
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {here['access']}"), 401, "token_not_valid")
    refused(api().post(LOGOUT, {"refresh": here["refresh"]}), 401, "token_not_valid")
    assert api().get(ME, HTTP_AUTHORIZATION=f"Bearer {there['access']}").status_code == 200


def test_one_kind_of_token_does_not_stand_for_the_other(api, priya):
    pair = tokens.issue(priya)
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {pair['refresh']}"), 401)
    refused(api().post(REFRESH, {"refresh": pair["access"]}), 401)


@pytest.mark.all_engines
def test_a_family_cannot_be_grafted_onto_another_person(api, priya, vikram):
    mine, theirs = tokens.issue(priya), claims_of(tokens.issue(vikram)["access"])
    forged = signed(claims_of(mine["access"]) | {"fam": theirs["fam"]})
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {forged}"), 401)


@pytest.mark.all_engines
def test_tabs_that_renew_at_once_all_get_the_one_new_pair(transactional_db):
    refresh = tokens.issue(factories.person())["refresh"]

    def trade(_):
        try:
            return tokens.rotate(refresh)["refresh"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(trade, range(4)))) == 1
    assert not TokenFamily.objects.get().revoked_at


# --- The end of a person, of a password, of a role -------------------------------


def retire(person):
    Person.objects.filter(pk=person.pk).update(is_active=False)


def change_password(person):
    person.set_password("another-monsoon-43")
    person.save()


def delete(person):
    person.delete()


@pytest.mark.all_engines
@pytest.mark.parametrize("end", [retire, change_password, delete])
def test_every_token_ends_with_the_person_or_the_password(end, api, asha):
    pair = tokens.issue(asha)
    end(asha)
    refused(api().get(ME, HTTP_AUTHORIZATION=f"Bearer {pair['access']}"), 401)
    refused(api().post(REFRESH, {"refresh": pair["refresh"]}), 401)
    refused(api().post(LOGOUT, {"refresh": pair["refresh"]}), 401)


@pytest.mark.all_engines
def test_a_new_role_counts_at_once(api, asha):
    client = api(asha)
    assert client.get("/api/support/admin/").status_code == 200
    Person.objects.filter(pk=asha.pk).update(role=Role.CUSTOMER)
    refused(client.get("/api/support/admin/"), 404)
