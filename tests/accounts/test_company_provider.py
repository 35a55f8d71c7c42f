"""Sign-in with the company's provider: whom it lets in, and that no door is easier than the password's."""

import ast
import inspect
import textwrap
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.adapter import DefaultAccountAdapter as AccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext

from supportdesk import languages
from tests.accounts.provider import CLIENT, SECRET, Provider
from tests.accounts.test_second_factor import SECRET as APP_SECRET
from tests.accounts.test_second_factor import code, is_signed_in
from tests.pages import page
from tickets.accounts.allauth_messages import SENTENCES
from tickets.models import Person
from tickets.models.settings import DeskSettings
from tickets.settings import in_force

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

LOGIN, CODE = "/support/login/", "/support/login/code/"
BEGIN, BACK = "/support/login/oidc/company/login/", "/support/login/oidc/company/login/callback/"


@pytest.fixture
def provider(settings):
    with Provider() as server:
        settings.OIDC_URL, settings.OIDC_NAME = server.url, "Pantry account"
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "company", "name": "Pantry account", "client_id": CLIENT,
                        "secret": SECRET, "settings": {"server_url": server.url},
                    }
                ],
            }
        }  # fmt: skip
        yield server


def knows(provider, person, **more) -> None:
    provider.claims = {
        "sub": f"company-{person.pk}", "email": person.login_email, "email_verified": True, "name": person.name,
    } | more  # fmt: skip


def arrives(client, provider):
    """Press the button, agree at the provider, and come back."""
    begun = client.post(BEGIN)
    assert begun.status_code == 302
    return client.get(provider.consent(begun.url))


@pytest.mark.engines
def test_an_agent_signs_in_with_the_company_account_and_again_without_the_address(browse, provider, asha):
    knows(provider, asha)
    client = browse()
    shown = page(client.get(LOGIN))
    assert shown.one("button", text="Sign in with your Pantry account")
    answer = arrives(client, provider)
    assert (answer.status_code, answer.url) == (302, "/support/")
    assert client.get("/support/").wsgi_request.user == asha
    assert provider.seen.count("/token") == 1
    # From then on the provider's own id counts
    knows(provider, asha, email="asha.married@example.com")
    again = browse()
    assert arrives(again, provider).url == "/support/"
    assert again.get("/support/").wsgi_request.user == asha
    assert SocialAccount.objects.get().user == asha


def test_the_company_account_leads_to_where_the_agent_wanted_to_be(browse, provider, asha):
    knows(provider, asha)
    client = browse()
    asked = client.get("/support/canned/", follow=True)
    form = page(asked).one("form", action=BEGIN)
    begun = client.post(BEGIN, form.fields())
    assert client.get(provider.consent(begun.url)).url == "/support/canned/"


def test_the_company_account_leads_to_no_other_site(browse, provider, asha):
    knows(provider, asha)
    client = browse()
    begun = client.post(BEGIN, {"next": "https://evil.example/"})
    assert client.get(provider.consent(begun.url)).url == "/support/"


@pytest.mark.engines
@pytest.mark.parametrize("role", ["agent", "staff"])
def test_the_role_is_the_desks_and_not_the_providers(browse, provider, asha, meera, role):
    person = {"agent": asha, "staff": meera}[role]
    knows(provider, person, roles=["admin"], is_staff=True)
    client = browse()
    arrives(client, provider)
    assert client.get("/admin/tickets/ticket/").status_code == (200 if role == "staff" else 302)
    person.refresh_from_db()
    assert person.role == role


@pytest.mark.engines
def test_with_a_second_factor_the_provider_alone_signs_no_one_in(browse, provider, asha):
    TOTP.activate(asha, APP_SECRET)
    knows(provider, asha)
    client = browse()
    assert arrives(client, provider).url == CODE
    assert not is_signed_in(client)
    assert client.get("/support/").status_code == 302
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert client.post(CODE, {"code": code()}).url == "/support/"
    assert client.get("/support/").status_code == 200


def test_where_the_role_needs_a_second_factor_it_is_set_up_first(browse, provider, asha):
    DeskSettings.objects.create(pk=1, version=1, second_factor="everyone")
    in_force.forget()
    knows(provider, asha)
    client = browse()
    arrives(client, provider)
    answer = client.get("/support/")
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/support/account/")


def is_refused(answer, client) -> bool:
    return not is_signed_in(client) and client.get("/support/").status_code == 302


def test_unknown_people_customers_and_deactivated_agents_stay_out(browse, provider, asha, priya):
    people = Person.objects.count()
    knows(provider, asha, sub="1", email="stranger@example.com")
    client = browse()
    answer = arrives(client, provider)
    assert is_refused(answer, client)
    assert "No agent has this address." in client.get(answer.url).content.decode()
    knows(provider, priya)
    client = browse()
    assert is_refused(arrives(client, provider), client)
    Person.objects.filter(pk=asha.pk).update(is_active=False)
    knows(provider, asha)
    client = browse()
    assert is_refused(arrives(client, provider), client)
    assert Person.objects.count() == people


@pytest.mark.parametrize("verified", [False, None, "false"])
def test_an_address_that_the_provider_has_not_verified_proves_nothing(browse, provider, asha, verified):
    knows(provider, asha, email_verified=verified)
    client = browse()
    assert is_refused(arrives(client, provider), client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "breaks", ["issuer", "audience", "expired", "/token", "/userinfo", "/.well-known/openid-configuration"]
)
def test_a_providers_error_is_a_page_with_a_way_back(browse, provider, asha, breaks):
    knows(provider, asha)
    client = browse()
    begun = client.post(BEGIN)
    provider.breaks = breaks
    answer = client.get(provider.consent(begun.url))
    assert answer.status_code in (200, 401, 502)
    shown = page(answer)
    assert shown.one("h1").text == "The sign-in did not work"
    assert shown.one("a", text="Try again")["href"] == LOGIN
    assert is_refused(answer, client)


def test_a_provider_that_is_away_is_a_page_too(browse, provider, asha):
    provider.breaks = "/.well-known/openid-configuration"
    answer = browse().post(BEGIN)
    assert page(answer).one("h1").text == "The sign-in did not work"


def test_an_agent_who_refuses_at_the_provider_is_back_at_sign_in(browse, provider, asha):
    knows(provider, asha)
    client = browse()
    begun = client.post(BEGIN)
    state = parse_qs(urlsplit(begun.url).query)["state"][0]
    answer = client.get(BACK, {"error": "access_denied", "state": state}, follow=True)
    assert answer.redirect_chain[-1][0] == LOGIN
    assert is_refused(answer, client)


def test_a_code_of_another_browser_or_used_twice_is_refused(browse, provider, asha):
    knows(provider, asha)
    client, other = browse(), browse()
    back = provider.consent(client.post(BEGIN).url)
    assert is_refused(other.get(back), other)
    assert client.get(back).url == "/support/"
    third = browse()
    assert is_refused(third.get(back), third)


def test_opened_by_a_link_the_page_asks_in_our_words(browse, provider):
    shown = page(browse().get(BEGIN))
    assert shown.one("h1").text == "Sign in with your Pantry account"
    assert shown.one("form")["method"] == "post"


def test_without_a_provider_there_is_no_such_door(browse, asha):
    assert browse().post(BEGIN).status_code == 404
    assert "company" not in browse().get(LOGIN).content.decode()


def test_the_librarys_messages_on_our_pages_are_translated():
    """A sentence that allauth changes is English again in Hindi: write it into the list."""
    theirs = [
        str(text)
        for text in (*AccountAdapter.error_messages.values(), *DefaultMFAAdapter.error_messages.values())
    ]
    theirs += [
        constant.value
        for node in ast.walk(
            ast.parse(textwrap.dedent(inspect.getsource(AccountAdapter.get_reauthentication_methods)))
        )
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
        for constant in node.args
    ]
    assert set(SENTENCES) - set(theirs) == set()
    with languages.speaking("hi"):
        assert [text for text in SENTENCES if gettext(text) == text] == []


def test_a_wrong_password_is_refused_in_the_agents_language(browse, provider, asha):
    client = browse(asha)
    client.post("/support/account/", {"language": "hi", "sound": "", "signature": ""})
    answer = client.post("/support/account/again/", {"password": "wrong"})
    assert "पासवर्ड ग़लत है।" in answer.content.decode()
