"""A forgotten password, an invitation, and the own one changed."""

import re

import pytest

from tests import factories
from tests.pages import page
from tickets.accounts import emails
from tickets.models import Person, Role

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

RESET, NEW = "/support/password/reset/", "teal-kettle-sings-9"


def link_in(mailoutbox) -> str:
    emails.wait_until_sent()
    return re.search(r"http://testserver(/support/password/reset/\S+)", mailoutbox[-1].body)[1]


def set_password(client, link, one=NEW, other=NEW):
    """Open the link as a browser does, and fill in the form that it leads to."""
    form = client.get(link, follow=True)
    path = form.request["PATH_INFO"]
    return client.post(path, {"new_password1": one, "new_password2": other})


@pytest.mark.parametrize("who", ["asha", "meera", "priya"])
def test_a_forgotten_password_is_reset_by_email(who, browse, api, mailoutbox, request):
    person = request.getfixturevalue(who)
    signed_in = api(person)
    client = browse()
    assert "on its way" in client.post(RESET, {"email": f" {person.login_email.upper()}"}).content.decode()
    link = link_in(mailoutbox)
    assert mailoutbox[-1].to == [person.login_email]
    assert set_password(client, link).url == "/support/password/reset/done/"
    assert api().post("/api/auth/token", {"email": person.login_email, "password": NEW}).status_code == 200
    old = {"email": person.login_email, "password": factories.PASSWORD}
    assert api().post("/api/auth/token", old).status_code == 401
    # Sessions made with the old password are signed out
    assert signed_in.get("/api/auth/me").status_code == 401
    assert "does not work" in browse().get(link, follow=True).content.decode()


def test_a_password_that_is_sent_again_because_the_answer_was_lost_is_set(browse, asha, mailoutbox):
    client = browse()
    client.post(RESET, {"email": asha.login_email})
    link = link_in(mailoutbox)
    set_password(client, link)
    form = re.sub(r"[^/]+/$", "set-password/", link)
    again = {"new_password1": NEW, "new_password2": NEW}
    assert client.post(form, again).url == "/support/password/reset/done/"
    assert client.get(link).url == "/support/password/reset/done/"
    # Another password was not set, and another browser never had the answer
    other = {"new_password1": "other-kettle-3", "new_password2": "other-kettle-3"}
    assert "does not work" in client.post(form, other).content.decode()
    assert "does not work" in browse().get(link, follow=True).content.decode()
    asha.refresh_from_db()
    assert asha.check_password(NEW)


@pytest.mark.engines
@pytest.mark.parametrize("email", ["unknown@example.com", "gone@example.com", "ravi@example.com"])
def test_an_unknown_address_gets_the_same_answer_and_no_email(email, browse, mailoutbox):
    factories.person("Gone Agent", Role.AGENT, "gone@example.com", is_active=False)
    factories.guest(email="ravi@example.com")
    answer = browse().post(RESET, {"email": email})
    assert (answer.status_code, "on its way" in answer.content.decode()) == (200, True)
    emails.wait_until_sent()
    assert mailoutbox == []


@pytest.mark.parametrize(
    "sent", [{}, {"email": ""}, {"email": "no address"}, {"email": "a" * 300 + "@x.in"}]
)
def test_an_invalid_address_is_refused(sent, browse, mailoutbox):
    answer = browse().post(RESET, sent)
    assert answer.status_code == 200
    assert page(answer).one("p", role="alert").text
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("one", "other"), [("short", "short"), ("password", "password"), (NEW, "another-1"), ("", "")]
)
def test_a_weak_or_mistyped_password_is_refused_with_a_sentence(one, other, browse, asha, mailoutbox):
    client = browse()
    client.post(RESET, {"email": asha.login_email})
    answer = set_password(client, link_in(mailoutbox), one, other)
    assert answer.status_code == 200
    assert page(answer).one("p", role="alert").text
    asha.refresh_from_db()
    assert asha.check_password(factories.PASSWORD)


@pytest.mark.parametrize("path", ["x/y/", "MQ/abc-def/", "%00/x/", "8J+Yig/x/"])
def test_an_invented_link_does_not_work(path, browse):
    answer = browse().get(RESET + path)
    assert (answer.status_code, "does not work" in answer.content.decode()) == (200, True)


def test_the_link_points_to_this_desk_and_not_to_an_invented_host(browse, asha, mailoutbox):
    answer = browse().post(RESET, {"email": asha.login_email}, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    emails.wait_until_sent()
    assert mailoutbox == []


def test_an_invited_agent_sets_a_password_and_signs_in(browse, meera, mailoutbox):
    client = browse(meera)
    added = client.post(
        "/admin/tickets/person/add/",
        {
            "name": "New Agent",
            "role": "agent",
            "login_email": "new@example.com",
            "usable_password": "false",
        },
    )
    assert added.status_code == 302
    person = Person.objects.get(login_email="new@example.com")
    assert not person.has_usable_password()
    link = link_in(mailoutbox)
    assert "Meera Iyer invites you" in mailoutbox[-1].body
    newcomer = browse()
    set_password(newcomer, link)
    answer = newcomer.post("/support/login/", {"username": "new@example.com", "password": NEW})
    assert answer.url == "/support/"


def test_the_own_password_is_changed_with_the_old_one_and_other_sessions_end(browse, asha, api, mailoutbox):
    here, elsewhere = browse(), browse()
    for client in (here, elsewhere):
        client.post("/support/login/", {"username": asha.login_email, "password": factories.PASSWORD})
    token = api(asha)
    form = {"old_password": factories.PASSWORD, "new_password1": NEW, "new_password2": NEW}
    refused = here.post("/support/account/password/", form | {"old_password": "wrong"})
    assert refused.status_code == 400
    assert here.post("/support/account/password/", form).status_code == 302
    assert here.get("/support/").status_code == 200
    assert elsewhere.get("/support/").status_code == 302
    assert token.get("/api/auth/me").status_code == 401
    emails.wait_until_sent()
    assert mailoutbox[-1].subject == "The password of your account was changed"
