"""Mozilla's Observatory, evaluated over a desk as it stands behind a proxy that ends TLS: 100 and more.

The scores are those of developer.mozilla.org/observatory/docs/tests_and_scoring.
"""

import re

import httpx
import pytest

from tests import forks
from tests.desk import NO_TLS, Desk
from tests.engines import template

from .test_settings import ENVIRONMENT

pytestmark = pytest.mark.slow

THROUGH_TLS = {"Host": "desk.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
SIX_MONTHS = 15_768_000
PASSWORD = "monsoon-mango-42"
PEOPLE = f"""
from tickets.models import Person
Person.objects.create_user("asha@desk.example", "{PASSWORD}", name="Asha", role="agent")
Person.objects.create_user("meera@desk.example", "{PASSWORD}", name="Meera", role="staff")
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    names = ("DEBUG", "SECRET_KEY", "TRUSTED_PROXIES", "WIDGET_ORIGINS")
    data_dir = template.put(tmp_path_factory.mktemp("observatory"))
    desk = Desk(data_dir, **{name: ENVIRONMENT[name] for name in names})
    desk.environment |= {"ALLOWED_HOSTS": "desk.example,127.0.0.1"}
    desk.start()
    forks.run(["shell", "--no-imports", "-c", PEOPLE], env=desk.environment).check_returncode()
    yield desk
    desk.stop()


def get(desk, path: str, cookies: str = "", **headers) -> httpx.Response:
    sent = THROUGH_TLS | headers | ({"Cookie": cookies} if cookies else {})
    return httpx.get(f"{desk.url}{path}", headers=sent, verify=NO_TLS)


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    """The cookies of an answer as name -> everything after the value."""
    found = (line.partition("=") for line in answer.headers.get_list("set-cookie"))
    return {name: rest for name, _, rest in found}


def signed_in(desk, email: str) -> tuple[str, httpx.Response]:
    """Return the Cookie header of a browser that signed in, and the answer to its form."""
    form = get(desk, "/support/login/")
    csrf = set_cookies(form)["__Host-csrftoken"].partition(";")[0]
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    answer = httpx.post(
        f"{desk.url}/support/login/",
        data={"username": email, "password": PASSWORD, "csrfmiddlewaretoken": token},
        headers=THROUGH_TLS
        | {"Cookie": f"__Host-csrftoken={csrf}", "Referer": "https://desk.example/support/login/"},
        verify=NO_TLS,
    )
    assert answer.status_code == 302, answer.text
    values = {name: rest.partition(";")[0] for name, rest in set_cookies(answer).items()}
    return "; ".join(f"{name}={value}" for name, value in values.items()), answer


def observatory(answer: httpx.Response) -> dict[str, int]:
    """What the Observatory gives and takes for one answer, by test; 100 is where it begins."""
    header = answer.headers
    policy = {
        name: values
        for name, *values in (
            part.split() for part in header.get("Content-Security-Policy", "").split(";") if part.split()
        )
    }
    return {
        "csp": _csp(policy),
        "cookies": _cookies(set_cookies(answer)),
        "cors": -50 if header.get("Access-Control-Allow-Origin") == "*" else 0,
        "referrer": 5
        if header.get("Referrer-Policy") in ("no-referrer", "same-origin", "strict-origin")
        else -5,
        "hsts": _hsts(header.get("Strict-Transport-Security", "")),
        "sri": -50 if re.search(r'<script[^>]+src="(?:https?:)?//', answer.text) else 0,
        "nosniff": 0 if header.get("X-Content-Type-Options") == "nosniff" else -5,
        "framing": 5 if "frame-ancestors" in policy else 0 if header.get("X-Frame-Options") else -20,
        "corp": 10 if header.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0,
    }


def _csp(policy: dict) -> int:
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    styles = policy.get("style-src", policy.get("default-src", ["*"]))
    if not policy:
        return -25
    if "'unsafe-inline'" in scripts or set(scripts) & {"*", "data:", "https:", "http:"}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if policy.get("default-src") == ["'none'"] else 5


def _cookies(cookies: dict[str, str]) -> int:
    if not cookies:
        return 0
    rest = [value.lower() for value in cookies.values()]
    if not all("; secure" in value for value in rest):
        return -40
    if not all("; httponly" in value for value in rest):
        return -30
    return 5 if all("; samesite=" in value for value in rest) else 0


def _hsts(value: str) -> int:
    age = re.search(r"max-age=(\d+)", value)
    if not age:
        return -20
    if int(age[1]) < SIX_MONTHS:
        return -10
    return 5 if "preload" in value and "includeSubDomains" in value else 0


def score(answer: httpx.Response) -> int:
    """As the Observatory adds up: what is gained counts from 90 on."""
    given = observatory(answer)
    base = 100 + sum(points for points in given.values() if points < 0)
    return base + (sum(points for points in given.values() if points > 0) if base >= 90 else 0)


def test_dashboard_sign_in_and_admin_score_more_than_100(desk):
    asha, _ = signed_in(desk, "asha@desk.example")
    meera, _ = signed_in(desk, "meera@desk.example")
    pages = [("/support/login/", ""), ("/support/", asha), ("/admin/", meera), ("/", ""), ("/api/docs", "")]
    for path, cookies in pages:
        answer = get(desk, path, cookies)
        assert answer.status_code == 200, path
        assert score(answer) >= 135, (path, observatory(answer))


def test_plain_http_is_sent_to_the_same_host_with_tls(desk):
    answer = get(desk, "/support/?q=box", **{"X-Forwarded-Proto": "http"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://desk.example/support/?q=box")
    assert get(desk, "/", **{"X-Forwarded-Proto": "http", "Host": "evil.example"}).status_code == 400


def test_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts(desk):
    _, answer = signed_in(desk, "asha@desk.example")
    cookies = set_cookies(answer)
    assert set(cookies) == {"__Host-sessionid", "__Host-csrftoken"}
    for rest in cookies.values():
        attributes = {part.strip().lower() for part in rest.split(";")[1:]}
        assert {"secure", "httponly", "path=/"} <= attributes
        assert attributes & {"samesite=lax", "samesite=strict"}
        assert not any(part.startswith("domain") for part in attributes)


def test_responses_outside_django_have_the_headers_too(desk):
    style = re.search(r'href="(/static/[^"]+\.css)"', get(desk, "/support/login/").text)[1]
    too_large = httpx.post(
        f"{desk.url}/api/auth/token", content=b"x" * 6_000_000, headers=THROUGH_TLS, verify=NO_TLS
    )
    for answer, status in (
        (get(desk, style), 200),
        (get(desk, "/static/no-such.css"), 404),
        (too_large, 413),
    ):
        assert answer.status_code == status
        given = observatory(answer)
        assert {name: points for name, points in given.items() if points < 0} == {}, (answer.url, given)
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "server" not in answer.headers


def test_the_rules_find_what_is_missing(desk):
    """The scale itself: an answer without anything fails, and each header counts."""
    assert score(httpx.Response(200)) < 50
    whole = get(desk, "/support/login/")
    for name in (
        "Content-Security-Policy",
        "Strict-Transport-Security",
        "Referrer-Policy",
        "X-Content-Type-Options",
    ):
        without = httpx.Response(
            200, headers=[(key, value) for key, value in whole.headers.multi_items() if key != name.lower()]
        )
        assert score(without) < score(whole) - 4, name
