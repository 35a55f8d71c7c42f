"""The first half hour of a new desk: the checklist, the test e-mail, and warnings about mail."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from chatbot.models import Article
from supportdesk import checks
from tests import factories
from tests.pages import page
from tickets.models import DeskSettings, Role
from tickets.operations import checklist

pytestmark = [pytest.mark.django_db]
TEST_EMAIL = "/admin/test-letter/"


@pytest.fixture(autouse=True)
def _tag_not_seen(monkeypatch):
    monkeypatch.setattr(checklist, "_tag_noted_at", None)


def done() -> set[str]:
    return {step.name for step in checklist.steps() if step.done}


def test_a_new_desk_has_everything_before_it(browse, meera):
    shown = page(browse(meera).get("/admin/"))
    assert shown.one("h2", id="checklist").text == "First steps: 0 of 7 done"
    assert len(shown.all("li", data_done="no")) == 7
    assert all(step.one("a")["href"].startswith("/") for step in shown.all("li", data_done="no"))


@pytest.mark.all_engines
def test_each_step_is_ticked_by_what_is_really_there(priya, asha, client, browse, meera, settings):
    assert done() == {"agent"}
    DeskSettings.objects.create(shop_name="Asha's Pantry", hours={"0": [["09:30", "18:00"]]})
    factories.makhana()
    factories.article()
    factories.order(priya)
    settings.WIDGET_ORIGINS = ["https://shop.example"]
    client.get("/widget/frame?host=https://shop.example")
    browse(meera).post(TEST_EMAIL)
    assert done() == {"settings", "products", "article", "order", "agent", "mail", "tag"}
    assert DeskSettings.objects.get().tag_seen_on == "shop.example"
    assert "First steps" not in browse(meera).get("/admin/").content.decode()


def test_the_demos_agents_and_the_desks_own_page_tick_nothing(client):
    factories.person("Demo Agent", Role.AGENT, "agent@demo.test")
    client.get("/widget/frame?host=http://testserver")
    assert done() == set()
    assert not DeskSettings.objects.exists()


def test_a_page_with_the_tag_costs_one_write_an_hour(django_assert_num_queries):
    checklist.record_embedding("https://shop.example", "http://desk")
    with django_assert_num_queries(0):
        checklist.record_embedding("https://shop.example", "http://desk")
    checklist._tag_noted_at = timezone.now() - timedelta(hours=2)
    with django_assert_num_queries(1):
        checklist.record_embedding("https://shop.example", "http://desk")


def test_an_unpublished_article_is_none(db):
    factories.article()
    Article.objects.update(is_active=False)
    assert "article" not in done()


def test_the_test_email_goes_to_the_person_who_requested_it(browse, meera, mailoutbox):
    client = browse(meera)
    assert "A test e-mail goes to meera@example.com." in client.get(TEST_EMAIL).content.decode()
    answer = client.post(TEST_EMAIL, follow=True)
    assert "The mail server took the e-mail to meera@example.com" in answer.content.decode()
    assert mailoutbox[0].to == ["meera@example.com"]
    assert "mail" in done()


def test_the_answer_of_the_mail_server_is_shown(browse, meera, monkeypatch):
    def refuse(*args):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(checklist, "send_mail", refuse)
    answer = browse(meera).post(TEST_EMAIL)
    assert answer.status_code == 200
    assert "Connection refused" in answer.content.decode()
    assert "mail" not in done()


@pytest.mark.parametrize("who", ["asha", "priya", None])
def test_only_staff_send_test_emails(who, browse, request, mailoutbox):
    person = who and request.getfixturevalue(who)
    assert browse(person).post(TEST_EMAIL).status_code == 302
    assert mailoutbox == []


def test_without_a_mail_server_in_production_it_is_said_everywhere(settings, browse, meera, capsys):
    settings.MAIL_GOES_OUT = False
    assert [warning.id for warning in checks.mail()] == ["supportdesk.W011"]
    call_command("check", deploy=True)
    assert "EMAIL_HOST is not set" in capsys.readouterr().err
    client = browse(meera)
    assert "EMAIL_HOST is not set" in client.get("/admin/").content.decode()
    assert "EMAIL_HOST is not set" in client.get(TEST_EMAIL).content.decode()
    DeskSettings.objects.create(mail_worked_at=timezone.now())
    assert "mail" not in done()


def test_villy_promises_no_code_that_reaches_no_person(api, settings, priya):
    settings.MAIL_GOES_OUT = False
    factories.order(priya)
    guest = api(factories.guest())
    reply = guest.post("/api/chat/message", {"message": "where is VP-10001"}).json()["reply"]
    assert "can't send a code" in reply["text"]
    assert reply["offerAgent"] is True
    assert not re.search("sent a 6-digit code", reply["text"])
