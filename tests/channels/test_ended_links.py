"""Expired conversation links: the unsent text is kept, and a new link comes by e-mail."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets.channels import links
from tickets.models import AddressBlock, ConversationLink, Outgoing, Ticket

pytestmark = pytest.mark.all_engines

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def path(ticket) -> str:
    link = links.create(ticket)
    ConversationLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(days=1))
    return f"/c/{links.token(link)}/"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def pdf(name: str = "bill.pdf"):
    return factories.SimpleUploadedFile(name, PDF, "application/pdf")


@pytest.mark.engines
def test_an_expired_link_is_renewed_with_one_tap(browser, path, ticket, posted):
    ended = page(browser.get(path))
    assert ended.one(role="alert").text == "This link has ended. We can e-mail you a new one."
    form = ended.one("form")
    for _ in range(2):
        answer = browser.post(form["action"], form.fields())
        assert answer.status_code == 200
        assert "a new link" in page(answer).one(role="status").text
    [email] = posted()
    assert email.to == [ticket.requester_email]
    new = re.search(r"/c/[\w-]+/", email.body)[0]
    assert new != path
    assert browser.get(new).status_code == 200
    # The other one is what it was
    assert browser.get(path).status_code == 404


def test_files_sent_over_an_ended_link_are_named_and_the_text_is_kept(browser, path):
    files = {"image": factories.picture("lid <1>.png"), "file": [pdf(), pdf("note.pdf")]}
    ended = page(browser.post(path, {"message": "It leaks <b>again</b>", **files}))
    for _ in range(2):
        assert ended.one("textarea").text == "It leaks <b>again</b>"
        said = ended.one("p", data_unsent="").text
        assert "These files were not sent: lid <1>.png, bill.pdf, note.pdf." in said
        form = ended.one("form")
        ended = page(browser.post(form["action"], form.fields()))


def test_files_without_words_are_told_of_too(browser, path, ticket):
    ended = page(browser.post(path, {"message": "", "file": pdf()}))
    assert "This file was not sent: bill.pdf." in ended.one("p", data_unsent="").text
    links.revoke(ticket)
    ended = page(browser.post(path, {"message": "", "file": pdf()}))
    assert "bill.pdf" in ended.one("p", data_unsent="").text
    # Revoked: an agent had a reason
    assert not ended.all("form")
    assert browser.post(path + "renew").status_code == 404


def test_without_an_address_nothing_is_promised(browser, path):
    Ticket.objects.update(requester_email="")
    assert not page(browser.get(path)).all("form")
    assert browser.post(path + "renew").status_code == 409
    assert not Outgoing.objects.filter(kind="link").exists()


def test_a_link_that_still_opens_is_not_renewed(browser, ticket, posted):
    path = f"/c/{links.token(links.create(ticket))}/"
    assert browser.post(path + "renew")["Location"] == path
    assert browser.get(path + "renew").status_code == 405
    assert browser.post("/c/none/renew").status_code == 404
    assert not posted()


def test_a_renewal_is_limited_and_the_words_stay(browser, path, settings, monkeypatch):
    from tickets import rate_limits

    settings.RATE_LIMITS = True
    monkeypatch.setitem(rate_limits.LIMITS, "get a code", [(1, 60, rate_limits.ADDRESS)])
    monkeypatch.setattr(rate_limits, "timestamp", lambda: 1_800_000_000)
    monkeypatch.setattr(rate_limits, "_used_up", {})
    browser.post(path + "renew", {"message": "It leaks"})
    answer = browser.post(path + "renew", {"message": "It leaks"})
    assert answer.status_code == 429
    assert page(answer).one("textarea").text == "It leaks"


def test_an_expired_link_still_unsubscribes(browser, path, priya):
    assert browser.get(path + "letters").status_code == 200
    assert browser.post(path + "letters", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert AddressBlock.objects.get().address == priya.email


@pytest.mark.parametrize(
    "bad", [{"message": "x" * 4001}, {"image": factories.SimpleUploadedFile("b.png", b"no picture")}]
)
def test_a_form_that_comes_again_names_the_files_that_it_lost(browser, ticket, bad):
    path = f"/c/{links.token(links.create(ticket))}/"
    sent = {"message": "See", "file": pdf()} | bad
    answer = browser.post(path, sent)
    assert answer.status_code == 400
    assert "bill.pdf" in page(answer).one("p", data_unsent="").text
    assert not ticket.messages.filter(text="See").exists()
