"""What a hostile engineer and a sloppy frontend send: always 4xx with a sentence, never 500."""

import base64
import json
import uuid

import pytest
from asgiref.sync import sync_to_async

from tests import factories
from tests.assertions import refused
from tickets import live

FIELDS = [
    "message",
    "image",
    "file",
    "clientId",
    "category",
    "priority",
    "orderId",
    "name",
    "email",
    "phone",
    "password",
    "refresh",
    "token",
    "note",
    "rating",
    "comment",
    "status",
    "assignedAgent",
    "resolution",
    "callbackCompleted",
    "internal",
    "lastSeq",
    "helped",
]

# Every call that takes a body: who calls, how, where
CALLS = [
    ("signed out", "post", "/api/auth/register"),
    ("signed out", "post", "/api/auth/token"),
    ("signed out", "post", "/api/auth/token/refresh"),
    ("signed out", "post", "/api/auth/logout"),
    ("signed out", "post", "/api/auth/identify"),
    ("signed out", "post", "/api/auth/guest"),
    ("priya", "post", "/api/chat/message"),
    ("priya", "post", f"/api/chat/message/{uuid.uuid4()}/helped"),
    ("priya", "post", "/api/support/create"),
    ("priya", "post", "/api/support/<ticket>/message"),
    ("priya", "post", "/api/support/<ticket>/callback"),
    ("priya", "post", "/api/support/<ticket>/confirm"),
    ("asha", "post", "/api/support/admin/<ticket>/reply"),
    ("asha", "patch", "/api/support/admin/<ticket>"),
    ("priya", "post", "/widget/messages"),
    ("priya", "post", "/widget/callback"),
    ("priya", "post", "/widget/solved"),
    ("priya", "post", "/widget/rating"),
]


@pytest.fixture
def call(api, priya, asha, ticket, monkeypatch):
    """`call(who, method, url, body)` sends the bytes as they are; <ticket> is Priya's."""
    # Only this thread sees what the test has not committed
    monkeypatch.setattr(live, "in_thread", sync_to_async(lambda function, *args: function(*args)))
    clients = {"signed out": api(), "priya": api(priya), "asha": api(asha)}
    for client in clients.values():
        client.raise_request_exception = False

    def send(who, method, url, body=b"", content_type="application/json", **headers):
        url = url.replace("<ticket>", str(ticket.pk))
        return clients[who].generic(method.upper(), url, body, content_type=content_type, **headers)

    return send


def everywhere(call, body: bytes, **options):
    return [call(*where, body, **options) for where in CALLS]


NO_JSON = {
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "a nest in a field": b'{"message":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "beyond floats": b'{"message": "x", "clientId": 1e999}',
    "below floats": b'{"rating": -1e999}',
    "not a number": b'{"rating": NaN}',
    "infinity": b'{"rating": Infinity}',
    "five thousand digits": b'{"rating": ' + b"9" * 5000 + b"}",
    "twenty digits": b'{"lastSeq": 99999999999999999999}',
    "half a character": b'{"message": "\\ud800"}',
    "half a character in a name": b'{"\\udfff": "x"}',
    "half a character deep inside": b'{"status": {"a": ["b", "\\ud83d"]}}',
    "halves in the wrong order": b'{"status": "\\ude00\\ud83d"}',
    "no UTF-8": b'{"message": "\xff\xfe"}',
    "half of UTF-8": '{"message": "é"}'.encode()[:-3] + b'"}',
    "surrogates as UTF-8": b'{"message": "\xed\xa0\x80"}',
    "UTF-16": '{"message": "x"}'.encode("utf-16"),
    "a list": b"[]",
    "a list of objects": b'[{"message": "x"}]',
    "a text": b'"x"',
    "null": b"null",
    "a number": b"1",
    "cut off": b'{"message":',
    "single quotes": b"{'message': 'x'}",
    "a comma too much": b'{"message": "x",}',
    "a comment": b'{"message": "x"} // hello',
    "two objects": b"{}{}",
    "a raw NUL": b'{"message": "a\0b"}',
    "blanks": b"   ",
}


@pytest.mark.parametrize("case", NO_JSON)
def test_a_body_that_is_no_json_object_is_refused_everywhere(case, call):
    for answer in everywhere(call, NO_JSON[case]):
        refused(answer, 400, "parse_error")


# In every field that any call has
ODD_VALUES = {
    "NUL": "a\0b",
    "numbers": 5,
    "large numbers": 10**17,
    "fractions": 0.5,
    "true": True,
    "lists": [],
    "lists of lists": [[["x"]]],
    "objects": {},
    "objects of objects": {"x": {"y": None}},
    "null": None,
    "empty": "",
    "blanks": " \n\t ",
    "20,000 letters": "x" * 20_000,
    "a format": "%s%n{0}{x.__class__}",
    "markup": "<script>alert(1)</script>",
}


@pytest.mark.engines
@pytest.mark.parametrize("case", ODD_VALUES)
def test_an_odd_value_in_every_field_breaks_nothing(case, call):
    body = json.dumps(dict.fromkeys(FIELDS, ODD_VALUES[case])).encode()
    for where, answer in zip(CALLS, everywhere(call, body), strict=True):
        if answer.status_code >= 300:
            refused(answer, answer.status_code)
        assert answer.status_code in (200, 201, 400, 401, 404, 409), where


@pytest.mark.parametrize("value", [5, 0.5, True, [], {}])
@pytest.mark.parametrize(
    ("call_of", "field"),
    [
        ("/api/support/<ticket>/message", "message"),
        ("/api/support/<ticket>/message", "clientId"),
        ("/api/support/create", "message"),
        ("/api/support/create", "orderId"),
        ("/api/chat/message", "message"),
        ("/api/auth/guest", "name"),
        ("/api/auth/guest", "email"),
        ("/api/auth/guest", "phone"),
    ],
)
def test_values_that_are_no_text_are_not_taken_for_text(call_of, field, value, call):
    words = {"message": "x", "name": "Ravi", "email": "ravi@example.com", field: value}
    refused(call("priya", "post", call_of, json.dumps(words)), 400, field=field)


def test_a_body_that_is_too_long_is_refused_before_it_is_read(call):
    for answer in everywhere(call, b'{"message": "' + b"x" * 1_100_000 + b'"}'):
        refused(answer, 413, "too_large")


def test_a_byte_order_mark_is_no_mistake(call):
    body = b"\xef\xbb\xbf" + json.dumps({"message": "from PowerShell"}).encode()
    assert call("priya", "post", "/api/support/<ticket>/message", body).status_code == 201


def test_the_last_of_two_values_for_one_name_counts(call):
    answer = call("priya", "post", "/api/support/<ticket>/message", b'{"message": "a", "message": "b"}')
    assert answer.json()["message"] == "b"


# --- Content types and methods -------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/plain;charset=UTF-8", "application/xml", "application/octet-stream", "json", ";;;", "a/b/c",
     "application/vnd.api+json", "multipart/mixed; boundary=x", "image/png"],
)  # fmt: skip
def test_another_content_type_is_refused_with_415(content_type, call):
    for answer in everywhere(call, b'{"message": "x"}', content_type=content_type):
        refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", ";;;", "x" * 3000])
def test_another_answer_than_json_is_refused_with_406(accept, call):
    refused(call("priya", "get", "/api/auth/me", HTTP_ACCEPT=accept), 406, "not_acceptable")


@pytest.mark.parametrize("method", ["put", "delete", "trace", "brew"])
@pytest.mark.parametrize("url", ["/api/auth/me", "/api/support/<ticket>", "/api/support/admin/events"])
def test_another_method_is_refused_with_405(method, url, call):
    answer = call("asha", method, url)
    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


# --- Addresses -----------------------------------------------------------------

ODD_IDS = [
    "1", "0", "-1", "null", "undefined", "NaN", "[object Object]", "%00", "..", "%2e%2e%2f", "a" * 5000, "'",
    "%27%20OR%201=1--", "%22", "<b>", "%F0%9F%98%80", "%ff%fe", "{}", " ", "+", "*", "events%2f", "a;b=c", "0x10",
    "00000000-0000-0000-0000-00000000000g", "%EF%BC%91" * 32, "_" * 32, "-" * 36, str(uuid.UUID(int=0)),
]  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_unknown_id_of_any_form_is_404_in_json(odd, call):
    for who, method, url in [
        ("priya", "get", "/api/support/{}"),
        ("priya", "get", "/api/support/{}/messages"),
        ("priya", "get", "/api/support/{}/events"),
        ("priya", "post", "/api/support/{}/message"),
        ("priya", "post", "/api/support/{}/callback"),
        ("priya", "post", "/api/support/{}/confirm"),
        ("priya", "post", "/api/chat/message/{}/helped"),
        ("asha", "get", "/api/support/admin/{}"),
        ("asha", "patch", "/api/support/admin/{}"),
        ("asha", "post", "/api/support/admin/{}/reply"),
        ("asha", "get", "/api/support/{}/events"),
    ]:
        refused(
            call(who, method, url.replace("{}", odd), b'{"message": "x", "helped": true}'), 404, "not_found"
        )


def test_an_absent_ticket_and_that_of_another_person_are_told_the_same(call, vikram):
    theirs = factories.ticket(vikram)
    for url in (
        "/api/support/{}",
        "/api/support/{}/messages",
        "/api/support/{}/events",
        "/api/support/admin/{}",
    ):
        absent, foreign = (
            refused(call("priya", "get", url.format(id)), 404) for id in (uuid.uuid4(), theirs.pk)
        )
        assert absent == foreign


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "url", ["/api", "/api/", "/api/nope", "/api/support/a/b/c", "/api/auth/token/", "/api/support/create/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none_is_404_in_json_whatever_debug_is(method, url, debug, call, settings):
    settings.DEBUG = debug
    refused(call("priya", method, url), 404, "not_found")


# --- Query strings -----------------------------------------------------------------


def cursor(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


NOWHERE = "|3f1c9a52-7b0e-4d2a-9c41-2a6f5d8e7b13"


@pytest.mark.engines
@pytest.mark.parametrize(
    "odd",
    ["x", "%00", "=", "====", "%F0%9F%98%80", "a" * 10_000, "null", cursor(b"\xff\xfe"), cursor("x"), cursor(NOWHERE),
     cursor("2026-01-01T00:00:00" + NOWHERE), cursor("2026-01-01T00:00:00+00:00|x"), cursor("2026-13-01T00:00:00Z" + NOWHERE),
     cursor("0001-01-01T00:00:00+14:00" + NOWHERE), cursor("9999-12-31T23:59:59-14:00" + NOWHERE)],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_is_refused(odd, call):
    refused(call("priya", "get", f"/api/support/?cursor={odd}"), 400, "bad_filter")
    refused(call("asha", "get", f"/api/support/admin/?cursor={odd}"), 400, "bad_filter")


@pytest.mark.parametrize(
    "odd",
    ["x", "-1", "+1", "1.5", "1e3", "0x1", "%00", "%20", "%D9%A3", "%C2%B2", "9" * 10, "9" * 5000, "null"],
)
def test_a_place_that_is_no_number_is_refused(odd, call):
    refused(call("priya", "get", f"/api/support/<ticket>/messages?after={odd}"), 400, field="after")


@pytest.mark.parametrize("name", ["status", "priority", "category", "assigned"])
@pytest.mark.parametrize("odd", ["x", "OPEN", "%00", "open,closed", "1", "[]", "x" * 10_000])
def test_a_filter_that_is_none_is_refused_with_those_that_are(name, odd, call):
    refused(call("asha", "get", f"/api/support/admin/?{name}={odd}"), 400, "bad_filter")


@pytest.mark.parametrize(
    "odd", ["%00", "x" * 201, "x" * 10_000, "x" * 60_000, "%F0%9F%98%80" * 3000, "a%00b"]
)
def test_a_search_that_cannot_be_is_refused(odd, call):
    refused(call("asha", "get", f"/api/support/admin/?q={odd}"), 400, "bad_filter")


@pytest.mark.engines
@pytest.mark.parametrize(
    "odd", ["%", "%25", "_", "%5C", "'", '"', "''; DROP TABLE--", "#", "##", "%C2%B2%C2%B2%C2%B2%C2%B2", "%D9%A3" * 5,
            "0" * 10, "9" * 200, "x" * 200, "q " * 100, "%ED%A0%80", "%ff", "*", "(", "[a-", "q%0Aq"],
)  # fmt: skip
def test_a_search_for_signs_finds_what_has_them_and_breaks_nothing(odd, call):
    answer = call("asha", "get", f"/api/support/admin/?q={odd}")
    assert answer.status_code == 200
    assert answer.json()["results"] == [] or odd in ("#", "##")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/support/login/", "/widget/frame", "/api/support/", "/"])
def test_more_parameters_than_anybody_needs_are_refused_at_once(path, debug, call, settings, client):
    settings.DEBUG = debug
    query = "&".join(f"a{number}=" for number in range(1_100))
    assert client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_post_to_an_address_without_its_last_slash_is_404(method, debug, settings, client, db):
    settings.DEBUG = debug
    for path in ("/support", "/support/login", "/admin", f"/support/{uuid.uuid4()}"):
        assert getattr(client, method)(path).status_code == 404
    assert client.get("/support").headers["Location"] == "/support/"


@pytest.mark.parametrize("version", ["%0a", "%00", "%7f", "2"])
def test_the_schema_has_the_version_that_it_has(version, client, db):
    answer = client.get(f"/api/schema?version={version}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].isprintable()


@pytest.mark.engines
def test_an_invalid_admin_search_is_refused(browse, meera):
    chosen = {"action": "change_status", "_selected_action": "x"}
    assert browse(meera).post("/admin/tickets/ticket/", chosen).status_code == 400


def test_unknown_parameters_are_passed_over(call):
    assert len(call("asha", "get", "/api/support/admin/?sort=x&limit=-1&page=0&q").json()["results"]) == 1
