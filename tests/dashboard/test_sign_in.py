"""Signing in to the desk, and out of it."""

import pytest
from django.test import Client

from tests import factories
from tests.pages import page

LOGIN = "/support/login/"


def sign_in(client, email, password=factories.PASSWORD, path=LOGIN, **fields):
    """Fill in the page's form and send it."""
    form = page(client.get(path)).one("form")
    sent = form.fields() | {"username": email, "password": password} | fields
    return client.post(form["action"], sent)


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("who", ["asha", "meera"])
def test_agents_and_staff_come_to_their_desk(db, browse, request, who):
    client, person = browse(), request.getfixturevalue(who)
    answer = sign_in(client, f" {person.login_email.upper()} ")
    assert answer.headers["Location"] == "/support/"
    assert client.get("/support/").status_code == 200


@pytest.mark.parametrize("debug", [True, False])
def test_the_demo_names_its_logins_and_no_other_desk_does(browse, settings, debug):
    settings.DEBUG = debug
    assert ("demo-agent" in browse().get(LOGIN).content.decode()) is debug


def test_the_page_can_be_read_and_filled_in_without_seeing_it(browse):
    shown = page(browse().get(LOGIN))
    fields = {label.text: label.one("input") for label in shown.all("label")}
    assert fields["E-mail"]["autocomplete"] == "username"
    assert (fields["Password"]["type"], fields["Password"]["autocomplete"]) == (
        "password",
        "current-password",
    )
    assert shown.one("h1").text == "Support desk"
    assert shown.one("button").text == "Sign in"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("asha@example.com", "wrong"),
        ("unknown@example.com", factories.PASSWORD),
        ("priya@example.com", "wrong"),
        ("gone@example.com", factories.PASSWORD),
        ("ravi@example.com", ""),
        ("", ""),
        ("not an address", "x"),
    ],
)
def test_everybody_else_hears_the_same(browse, asha, priya, email, password):
    """Someone who left, a guest, a stranger, a wrong password: none of them learns who is known."""
    factories.person("Gone Agent", "agent", email="gone@example.com", is_active=False)
    factories.guest()
    client = browse()
    answer = sign_in(client, email, password)
    assert answer.status_code == 200
    shown = page(answer)
    assert shown.one(role="alert").text == "E-mail or password is wrong."
    # What was typed stays, but for the password
    assert shown.one("input", name="username")["value"] == email
    assert "value" not in shown.one("input", name="password")
    assert not is_signed_in(client)


def test_a_customer_with_the_right_password_is_told_whose_door_this_is(browse, priya):
    client = browse()
    answer = sign_in(client, priya.login_email)
    assert answer.status_code == 200
    assert "This is a customer's account." in page(answer).one(role="alert").text
    assert not is_signed_in(client)


def test_an_agent_at_the_admin_sign_in_reads_that_it_is_for_staff(browse, asha):
    client = browse()
    answer = sign_in(client, asha.login_email, path="/admin/login/")
    assert "no access to the administration" in page(answer).one(role="alert").text
    assert not is_signed_in(client)


def test_an_address_that_was_pasted_with_invisible_signs_signs_in(browse, asha):
    client = browse()
    assert sign_in(client, f"\u200b{asha.login_email}\u2060").status_code == 302


def test_after_signing_in_people_are_where_they_wanted_to_be(browse, asha, ticket):
    client, wanted = browse(), f"/support/{ticket.pk}/?filter=open&q=box"
    asked = client.get(wanted)
    assert asked.headers["Location"].startswith(f"{LOGIN}?next=")
    answer = sign_in(client, asha.login_email, path=asked.headers["Location"])
    assert answer.headers["Location"] == wanted


def test_a_wrong_password_does_not_forget_where_they_wanted_to_be(browse, asha, ticket):
    client, path = browse(), f"{LOGIN}?next=/support/{ticket.pk}/"
    again = page(sign_in(client, asha.login_email, "wrong", path=path)).one("form")
    answer = client.post(again["action"], again.fields() | {"password": factories.PASSWORD})
    assert answer.headers["Location"] == f"/support/{ticket.pk}/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "http:evil.example", "\\\\evil.example",
        "/\\evil.example", "javascript:alert(1)", "https://testserver@evil.example/", "/\t/evil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["query", "field"])
def test_a_sign_in_never_redirects_to_another_site(browse, asha, elsewhere, by):
    client = browse()
    if by == "query":
        answer = client.post(
            LOGIN,
            {"username": asha.login_email, "password": factories.PASSWORD},
            query_params={"next": elsewhere},
        )
    else:
        answer = sign_in(client, asha.login_email, next=elsewhere)
    assert is_signed_in(client)
    assert answer.headers["Location"] == "/support/"


def test_a_signed_in_agent_does_not_see_the_form(browse, asha, priya):
    assert browse(asha).get(LOGIN).headers["Location"] == "/support/"
    assert browse(priya).get(LOGIN).status_code == 200


def test_signing_in_makes_a_new_session(browse, asha):
    client = browse()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, asha.login_email)
    assert client.session.session_key != session.session_key


def test_signing_in_and_out_take_a_token_of_the_page(asha):
    client = Client(enforce_csrf_checks=True)
    assert (
        client.post(LOGIN, {"username": asha.login_email, "password": factories.PASSWORD}).status_code
        == 403
    )
    sign_in(client, asha.login_email)
    assert client.post("/support/logout/").status_code == 403
    assert is_signed_in(client)


def test_signing_out_ends_the_session_and_a_link_does_not(browse, asha):
    client = browse()
    sign_in(client, asha.login_email)
    key = client.cookies["sessionid"].value
    assert client.get("/support/logout/").status_code == 405
    button = page(client.get("/support/")).one("button", aria_label="Sign out")
    form = next(
        form
        for form in page(client.get("/support/")).all("form")
        if form.all("button", aria_label="Sign out")
    )
    assert button["title"] == "Sign out"
    answer = client.post(form["action"], form.fields())
    assert answer.headers["Location"] == LOGIN
    # Also for a copy of its cookie
    client.cookies["sessionid"] = key
    assert client.get("/support/").status_code == 302


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(browse, asha):
    client = browse()
    sign_in(client, asha.login_email)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Requested-With": "fetch"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "same-origin"},
        {"Sec-Fetch-Mode": "no-cors"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("get", "row"), ("get", "header"), ("post", "reply"), ("post", "seen")]
)
def test_a_script_whose_session_has_ended_gets_401_and_never_the_sign_in_form(
    client, ticket, headers, method, path
):
    answer = getattr(client, method)(f"/support/{ticket.pk}/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert "Location" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Mode": "navigate"}])
def test_a_page_whose_session_has_ended_leads_to_the_sign_in_form_and_back(client, ticket, headers):
    answer = client.get(f"/support/{ticket.pk}/", headers=headers)
    assert answer.status_code == 302
    assert answer["Location"] == f"/support/login/?next=/support/{ticket.pk}/"


@pytest.mark.parametrize(
    ("referer", "next_page"),
    [
        ("http://testserver/support/canned/", "/support/canned/"),
        ("http://elsewhere.example/support/canned/", "/support/account/alerts/"),
        ("", "/support/account/alerts/"),
    ],
)
def test_a_form_whose_session_has_ended_leads_back_to_the_page_it_stands_on(client, referer, next_page):
    headers = {"Sec-Fetch-Mode": "navigate"} | ({"Referer": referer} if referer else {})
    answer = client.post("/support/account/alerts/", headers=headers)
    assert (answer.status_code, answer["Location"]) == (302, f"/support/login/?next={next_page}")


def test_the_sign_in_page_leads_on_when_another_tab_has_signed_in(browse, meera, asha, ticket):
    there = f"/support/{ticket.pk}/"
    assert browse(asha).get(f"/support/login/?next={there}")["Location"] == there
    assert browse(meera).get("/admin/login/?next=/admin/tickets/")["Location"] == "/admin/tickets/"
    assert browse(asha).get("/support/login/?next=https://elsewhere.example/")["Location"] == "/support/"
