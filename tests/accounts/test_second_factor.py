"""The second factor: added, asked for at every door, required by role, and lost."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from tests import factories
from tests.pages import page
from tickets.accounts import adapters, emails, second_factor
from tickets.models import TokenFamily
from tickets.models.settings import DeskSettings

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, CODE, ACCOUNT = "/support/login/", "/support/login/code/", "/support/account/"


def code(secret=SECRET, steps=0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def with_app(asha):
    """Asha has an authenticator app."""
    TOTP.activate(asha, SECRET)
    return asha


@pytest.fixture
def staff_with_app(meera):
    TOTP.activate(meera, SECRET)
    return meera


def password(client, person, path=LOGIN):
    return client.post(path, {"username": person.login_email, "password": factories.PASSWORD})


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


# --- Every door asks ---------------------------------------------------------


def test_the_page_asks_for_the_code_and_lets_nothing_through_before(browse, with_app, ticket):
    client = browse()
    answer = password(client, with_app, f"{LOGIN}?next=/support/{ticket.pk}/")
    assert (answer.status_code, answer.url) == (302, CODE)
    assert not is_signed_in(client)
    assert client.get("/support/").status_code == 302
    assert client.get("/support/account/").status_code == 302
    shown = page(client.get(CODE))
    assert [label.text for label in shown.all("label")] == ["Code"]
    answer = client.post(CODE, {"code": code()})
    assert answer.url == f"/support/{ticket.pk}/"
    assert client.get("/support/").status_code == 200


def test_the_admin_asks_for_the_code(browse, staff_with_app):
    client = browse()
    answer = password(client, staff_with_app, "/admin/login/?next=/admin/tickets/ticket/")
    assert answer.url == CODE
    assert client.get("/admin/").status_code == 302
    assert client.post(CODE, {"code": code()}).url == "/admin/tickets/ticket/"
    assert client.get("/admin/").status_code == 200


def test_the_api_asks_for_the_code(api, with_app):
    asked = {"email": with_app.login_email, "password": factories.PASSWORD}
    answer = api().post("/api/auth/token", asked)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    answer = api().post("/api/auth/token", asked | {"code": "000000"})
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_wrong")
    answer = api().post("/api/auth/token", asked | {"code": code()})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}


@pytest.mark.parametrize(
    "sent", [{}, {"code": ""}, {"code": "12345"}, {"code": "x" * 500}, {"credential": "{}"}]
)
def test_a_wrong_or_malformed_code_is_refused(sent, browse, with_app):
    client = browse()
    password(client, with_app)
    assert client.post(CODE, sent).status_code == 200
    assert not is_signed_in(client)


@pytest.mark.engines
def test_a_code_counts_once_in_all_processes(browse, api, with_app, monkeypatch):
    used = code()
    client = browse()
    password(client, with_app)
    assert client.post(CODE, {"code": used}).status_code == 302
    # Another process has a cache of its own
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.cache.add", lambda *args, **options: True)
    again = {"email": with_app.login_email, "password": factories.PASSWORD, "code": used}
    assert api().post("/api/auth/token", again).json()["code"] == "second_factor_wrong"


def test_a_code_of_the_step_before_or_after_fits_and_an_older_one_does_not(api, with_app):
    asked = {"email": with_app.login_email, "password": factories.PASSWORD}
    assert api().post("/api/auth/token", asked | {"code": code(steps=-1)}).status_code == 200
    assert api().post("/api/auth/token", asked | {"code": code(steps=-3)}).status_code == 401


@pytest.mark.engines
def test_a_recovery_code_signs_in_once(browse, with_app):
    used = RecoveryCodes.activate(with_app).get_unused_codes()[0]
    for expected in (302, 200):
        client = browse()
        password(client, with_app)
        assert client.post(CODE, {"code": used}).status_code == expected


def test_the_code_page_without_a_password_leads_to_the_sign_in(browse, client):
    assert browse().get(CODE).url == LOGIN
    assert browse().post(CODE, {"code": "123456"}).url == LOGIN
    assert browse().put(CODE).status_code == 405


def test_customers_are_not_asked_for_a_second_factor(api, priya):
    DeskSettings.objects.create(second_factor="everyone")
    asked = {"email": priya.login_email, "password": factories.PASSWORD}
    assert api().post("/api/auth/token", asked).status_code == 200


# --- Adding and removing -----------------------------------------------------


def test_an_app_is_added_with_its_first_code_and_recovery_codes_are_shown_once(
    browse, asha, mailoutbox, django_capture_on_commit_callbacks
):
    client = browse()
    password(client, asha)
    shown = page(client.get("/support/account/second-factor/app/add/"))
    secret = shown.one("code").text
    assert client.post("/support/account/second-factor/app/add/", {"code": "000000"}).status_code == 200
    assert not second_factor.is_set_up(asha)
    secret = page(client.get("/support/account/second-factor/app/add/")).one("code").text
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/support/account/second-factor/app/add/", {"code": code(secret)})
    assert answer.url == "/support/account/second-factor/codes/"
    codes = [each.text for each in page(client.get(answer.url)).all("code")]
    assert len(codes) == 10
    assert codes[0] not in client.get(answer.url).content.decode()
    stored = Authenticator.objects.get(type="totp")
    assert secret not in str(stored.data)
    emails.wait_until_sent()
    assert {email.subject for email in mailoutbox} >= {"An authenticator app was added to your account"}


@pytest.mark.engines
def test_changing_the_second_factor_asks_for_the_password_again(browse, with_app):
    client = browse(with_app)
    answer = client.get("/support/account/second-factor/app/remove/")
    assert answer.url.startswith("/support/account/again/")
    assert client.post(answer.url, {"password": "wrong"}).status_code == 200
    assert client.post(answer.url, {"password": factories.PASSWORD}).status_code == 302
    assert client.post("/support/account/second-factor/app/remove/").status_code == 302
    assert not second_factor.is_set_up(with_app)


def test_a_passkey_of_another_agent_cannot_be_removed(browse, asha, rohan):
    key = Authenticator.objects.create(user=rohan, type="webauthn", data={"name": "Key", "credential": {}})
    client = browse()
    password(client, asha)
    assert client.post(f"/support/account/second-factor/passkeys/{key.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


# --- Required by role --------------------------------------------------------


@pytest.mark.parametrize(("rule", "who", "held"), [
    ("staff", "asha", False), ("staff", "meera", True), ("everyone", "asha", True), ("optional", "meera", False),
])  # fmt: skip
def test_an_agent_without_a_required_second_factor_gets_only_the_account_pages(
    rule, who, held, browse, ticket, request
):
    person = request.getfixturevalue(who)
    DeskSettings.objects.create(second_factor=rule)
    client = browse(person)
    answer = client.get("/support/")
    assert answer.status_code == (302 if held else 200)
    if held:
        assert answer.url == ACCOUNT
        assert "requires a second factor" in client.get(ACCOUNT).content.decode()
        assert client.get("/admin/").status_code == 302
        assert client.post(f"/support/{ticket.pk}/reply", {"message": "x"}).status_code == 403
        assert client.get("/support/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == ACCOUNT
        TOTP.activate(person, SECRET)
        assert client.get("/support/").status_code == 200


def test_the_api_refuses_those_who_need_one_and_have_none(api, asha):
    DeskSettings.objects.create(second_factor="everyone")
    asked = {"email": asha.login_email, "password": factories.PASSWORD}
    assert api().post("/api/auth/token", asked).json()["code"] == "second_factor_missing"


@pytest.mark.engines
def test_requiring_it_ends_api_sign_ins_of_those_without_one(api, asha, meera, rohan, priya):
    TOTP.activate(rohan, SECRET)
    clients = {person: api(person) for person in (asha, meera, rohan, priya)}
    DeskSettings.objects.create(second_factor="everyone")
    second_factor.enforce()
    status = {person.name: client.get("/api/auth/me").status_code for person, client in clients.items()}
    assert status == {"Asha Nair": 401, "Meera Iyer": 401, "Rohan Mehta": 200, "Priya Sharma": 200}
    assert TokenFamily.objects.filter(revoked_at=None).count() == 2


@pytest.mark.engines
def test_the_last_required_second_factor_stays(browse, asha):
    DeskSettings.objects.create(second_factor="everyone")
    TOTP.activate(asha, SECRET)
    client = browse()
    password(client, asha)
    client.post(CODE, {"code": code()})
    answer = client.post("/support/account/second-factor/app/remove/")
    assert answer.status_code == 200
    assert second_factor.is_set_up(asha)


def test_a_changed_secret_key_refuses_codes_and_breaks_nothing(api, with_app, settings):
    settings.SECRET_KEY = "another-" + "k" * 40
    adapters._cipher.cache_clear()
    try:
        asked = {"email": with_app.login_email, "password": factories.PASSWORD, "code": code()}
        assert api().post("/api/auth/token", asked).status_code == 401
    finally:
        adapters._cipher.cache_clear()
