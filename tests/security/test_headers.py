"""The headers of every answer, whatever it is and for any caller, and that the pages keep to them."""

import re

import pytest

from tests import factories
from tests.desk import ROOT
from tests.pages import page
from tickets import workflow
from tickets.lists import inbox
from tickets.pictures import uploads

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What Django, the server or a trace would tell
INTERNALS = re.compile(
    r"Traceback|Django|Exception|\.py\b|site-packages|DEBUG|SETTINGS|Error at|sqlite|uvicorn|"
    + re.escape(str(ROOT)),
    re.I,
)


@pytest.mark.parametrize("path", ["/api/support/{}/events", "/files/{}"])
@pytest.mark.parametrize("allowed", [True, False])
def test_a_frontend_elsewhere_may_resume_a_stream_and_fetch_a_picture(
    client, settings, ticket, path, allowed
):
    settings.CORS_ALLOWED_ORIGINS = ["https://front.example"] if allowed else []
    asked = {
        "Origin": "https://front.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,last-event-id",
    }
    answer = client.options(path.format(ticket.pk), headers=asked)
    assert answer.headers.get("Access-Control-Allow-Origin") == (
        "https://front.example" if allowed else None
    )
    assert ("last-event-id" in answer.headers.get("Access-Control-Allow-Headers", "")) is allowed


@pytest.fixture
def answers(request, _kept) -> dict:
    """Every kind of answer that the desk gives, by name; asked for once, since the tests only look at them."""
    if not _kept:
        _kept.update(request.getfixturevalue("_asked_for"))
    return _kept


@pytest.fixture(scope="module")
def _kept() -> dict:
    return {}


@pytest.fixture
def _asked_for(browse, api, meera, asha, priya, ticket, monkeypatch) -> dict:
    with uploads.received(factories.picture()) as picture:
        photo = workflow.customer_says(ticket, "Look", by=priya, picture=picture)
    staff, stranger = browse(meera), browse()
    stranger.raise_request_exception = staff.raise_request_exception = False
    made = {
        "shop": stranger.get("/"),
        "sign-in": stranger.get("/support/login/"),
        "redirect": stranger.get("/support/"),
        "dashboard": staff.get("/support/"),
        "ticket": staff.get(f"/support/{ticket.pk}/"),
        "fragment": staff.get("/support/rows", headers={"HX-Request": "true"}),
        "admin sign-in": stranger.get("/admin/login/"),
        "admin": staff.get("/admin/"),
        "admin list": staff.get("/admin/tickets/ticket/"),
        "admin form": staff.get(f"/admin/tickets/ticket/{ticket.pk}/change/"),
        "admin person": staff.get(f"/admin/tickets/person/{priya.pk}/change/"),
        "admin data": staff.get(f"/admin/tickets/person/{priya.pk}/data/"),
        "admin articles": staff.get("/admin/chatbot/article/add/"),
        "api docs": stranger.get("/api/docs"),
        "api schema": stranger.get("/api/schema"),
        "api": api(priya).get("/api/auth/me"),
        "api refusal": api().get("/api/auth/me"),
        "frame": stranger.get("/widget/frame?host=http://localhost:3000"),
        "frame refused": stranger.get("/widget/frame?host=https://evil.example"),
        "loader": stranger.get("/widget.js"),
        "widget": api(priya).get("/widget/conversation"),
        "picture": browse(asha).get(f"/files/{photo.pk}"),
        "health": stranger.get("/healthz"),
        "absent": stranger.get("/no/such/page"),
        "absent call": stranger.get("/api/no/such/call"),
        "method": stranger.post("/widget.js"),
        "host": stranger.get("/", headers={"host": "evil.example"}),
    }
    browser = type(stranger)(enforce_csrf_checks=True)
    made["csrf"] = browser.post("/support/login/", {"username": "a", "password": "b"})
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "inbox_page", lambda *_, **__: 1 / 0)
        made["broken"] = staff.get("/support/")
        made["broken call"] = _broken_call(api, asha)
    return made


def _broken_call(api, asha):
    client = api(asha)
    client.raise_request_exception = False
    return client.get("/api/support/admin/")


STATUSES = {
    "redirect": 302, "api refusal": 401, "frame refused": 403, "absent": 404, "absent call": 404, "method": 405, "host": 400,
    "csrf": 403, "broken": 500, "broken call": 500,
}  # fmt: skip


def directives(answer) -> dict[str, list[str]]:
    policy = answer.headers["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in policy.split(";") if part.strip())}


def test_every_answer_has_a_policy_that_lets_nothing_inline_run(answers):
    for name, answer in answers.items():
        assert answer.status_code == STATUSES.get(name, 200), name
        policy = directives(answer)
        assert policy["default-src"] == ["'none'"], name
        assert "unsafe" not in answer.headers["Content-Security-Policy"], name
        if name == "picture":
            assert "sandbox" in policy
            continue
        assert policy["script-src"] == ["'self'"], name
        assert policy["style-src"] == ["'self'"], name
        assert policy["base-uri"] == ["'none'"], name
        assert policy["form-action"] == ["'self'"], name


def test_no_page_needs_what_the_policy_forbids(answers):
    """Inline scripts, styles and handlers would be dead: where there is one, something does not work."""
    for name, answer in answers.items():
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", text), name
        assert not re.search(r"<style\b|\sstyle=\"|\son[a-z]+=\"|javascript:", text), name
        for address in re.findall(r"<(?:script|link|img|iframe)[^>]*\b(?:src|href)=\"([^\"]*)\"", text):
            # "#": a part of this page, for which the first paint waits
            assert address.startswith(("/", "#", "data:image/")), (name, address)
            assert not address.startswith("//"), (name, address)


def test_only_the_requested_shop_may_frame_the_widget_and_no_site_another_page(answers):
    for name, answer in answers.items():
        framed = name == "frame"
        expected = ["http://localhost:3000"] if framed else ["'none'"]
        if name != "picture":
            assert directives(answer)["frame-ancestors"] == expected, name
        assert answer.headers.get("X-Frame-Options") == (None if framed else "DENY"), name
    usual, frame = directives(answers["shop"]), directives(answers["frame"])
    assert usual | {"frame-ancestors": frame["frame-ancestors"]} == frame


def test_every_answer_is_isolated_from_other_sites_but_for_what_they_embed(answers):
    for name, answer in answers.items():
        expected = EVERYWHERE
        if name in ("frame", "loader"):
            expected = EVERYWHERE | {"Cross-Origin-Resource-Policy": "cross-origin"}
        assert {header: answer.headers.get(header) for header in expected} == expected, name
        assert "camera=()" in answer.headers["Permissions-Policy"], name
        assert not {"Server", "X-Powered-By", "Via"} & set(answer.headers), name


def test_personal_pages_are_kept_by_no_cache(answers):
    kept = {"loader": "public", "frame": "private", "picture": "private"}
    for name, answer in answers.items():
        cache = answer.headers["Cache-Control"]
        assert kept[name] in cache if name in kept and answer.status_code == 200 else "no-store" in cache, (
            name
        )


def test_an_error_page_says_one_sentence_and_nothing_more(answers, settings):
    assert not settings.DEBUG
    for name in (
        "absent",
        "absent call",
        "host",
        "csrf",
        "broken",
        "broken call",
        "frame refused",
        "api refusal",
    ):
        text = answers[name].content.decode()
        shown = page(answers[name]).text if text.lstrip().startswith("<") else text
        assert not INTERNALS.search(shown), (name, INTERNALS.search(shown))
        assert re.search(r"[a-z]{2,}\.", shown), name
    assert answers["broken"].content.count(b"ZeroDivision") == 0


def test_another_site_may_not_call_the_api_with_the_credentials_of_a_browser(client, db):
    for path in ("/api/auth/token", "/api/auth/me", "/support/", "/widget/conversation"):
        answer = client.options(
            path, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        )
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80"]
)
def test_a_made_up_host_is_refused_and_repeated_nowhere(host, client, db):
    for path in ("/", "/support/", "/admin/", "/widget.js", "/api/auth/me", "/no/such/page"):
        answer = client.get(path, headers={"host": host})
        assert answer.status_code == 400
        assert b"evil" not in answer.content + str(answer.headers).encode()


def test_a_host_that_a_proxy_is_said_to_have_seen_leads_nowhere(client, db):
    for header in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"):
        answer = client.get("/support/", headers={header: "evil.example"})
        assert answer.headers["Location"] == "/support/login/?next=/support/"
        assert b"evil" not in client.get("/", headers={header: "evil.example"}).content
