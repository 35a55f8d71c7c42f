"""The link in an e-mail: one conversation, any browser, 90 days, revocable, and never another ticket."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.pages import page
from tickets import rate_limits, workflow
from tickets.channels import links, views
from tickets.models import AddressBlock, ConversationLink, Sender, Ticket
from tickets.pictures.uploads import NoRoom, TooBusy
from tickets.privacy import personal_data

pytestmark = pytest.mark.all_engines


@pytest.fixture
def link(ticket) -> ConversationLink:
    return links.create(ticket)


@pytest.fixture
def path(link) -> str:
    return f"/c/{links.token(link)}/"


@pytest.fixture
def browser() -> Client:
    """Any browser: no session, and CSRF checks as in real life."""
    return Client(enforce_csrf_checks=True)


def test_the_conversation_is_read_and_answered_without_a_sign_in_and_without_scripts(
    browser, path, ticket, asha
):
    workflow.agent_replies(ticket, "Which jar was it?", by=asha)
    page = browser.get(path)
    assert page.status_code == 200
    assert "Which jar was it?" in page.text
    assert "Asha Nair" in page.text
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store"
    assert not page.cookies
    sent = browser.post(path, {"message": "The 200 g one"})
    assert sent.status_code == 303
    assert "The 200 g one" in browser.get(sent["Location"].partition("#")[0]).text
    said = ticket.messages.filter(sender=Sender.CUSTOMER).order_by("seq")
    assert [message.text for message in said][-1] == "The 200 g one"


def test_notes_other_tickets_and_order_facts_are_not_shown(browser, path, ticket, asha, priya):
    other = factories.ticket(priya, "My other trouble")
    order = factories.order(priya)
    Ticket.objects.filter(pk=ticket.pk).update(order=order, order_number=order.number)
    workflow.add_note(ticket, "she sounds angry", by=asha)
    page = browser.get(path).text
    for secret in (
        "angry",
        "My other trouble",
        str(other.pk),
        str(ticket.pk),
        order.number,
        priya.email,
        priya.phone,
    ):
        assert secret not in page


@pytest.mark.engines
def test_a_link_reaches_no_file_of_a_note_or_of_another_ticket(browser, path, ticket, asha, vikram, browse):
    other = factories.ticket(vikram)
    for place, form in ((ticket, {"internal": "true"}), (other, {}), (ticket, {})):
        files = {
            "image": factories.picture(),
            "file": factories.SimpleUploadedFile("bill.pdf", b"%PDF-1.7\n%%EOF"),
        }
        assert (
            browse(asha).post(f"/support/{place.pk}/reply", {"message": "Look"} | form | files).status_code
            < 400
        )
    note, elsewhere = ticket.messages.get(internal=True), other.messages.get(sender=Sender.AGENT)
    public = ticket.messages.get(sender=Sender.AGENT, internal=False)
    for message, status in ((note, 404), (elsewhere, 404), (public, 200)):
        [attached] = message.attachments.all()
        assert browser.get(f"{path}files/{message.pk}").status_code == status
        assert browser.get(f"{path}files/attachments/{attached.pk}").status_code == status


@pytest.mark.engines
def test_two_pictures_are_two_messages_and_sent_twice_they_are_still_two(browser, path, ticket):
    def send(*pictures):
        return browser.post(path, {"message": "Both sides", "image": [*pictures], "clientId": "p-1"})

    for _ in range(2):
        assert send(factories.picture(), factories.picture(colour="blue")).status_code == 303
    said = list(ticket.messages.filter(sender=Sender.CUSTOMER).exclude(picture="").order_by("seq"))
    assert [message.text for message in said] == ["Both sides", ""]


@pytest.mark.parametrize("number", [2, 6])
def test_too_many_pictures_are_refused_together_and_the_text_stays(browser, path, ticket, number):
    bad = factories.SimpleUploadedFile("b.png", b"no picture")
    pictures = [factories.picture() for _ in range(number - 1)] + [bad]
    answer = browser.post(path, {"message": "Both sides", "image": pictures})
    assert answer.status_code == 400
    assert "Both sides</textarea>" in answer.text
    assert not ticket.messages.filter(text="Both sides").exists()


def test_the_same_form_sent_twice_is_one_message(browser, path, ticket):
    for _ in range(2):
        browser.post(path, {"message": "Hello", "clientId": "once-1"})
    assert ticket.messages.filter(text="Hello").count() == 1


def test_a_picture_is_sent_and_seen_with_the_link_and_not_with_another(browser, path, ticket, vikram):
    browser.post(path, {"message": "", "image": factories.picture()})
    page = browser.get(path).text
    [small] = re.findall(r'<img src="(/c/[^"]+)"', page)
    assert browser.get(small).status_code == 200
    other = links.token(links.create(factories.ticket(vikram)))
    assert browser.get(re.sub(r"/c/[^/]+/", f"/c/{other}/", small)).status_code == 404


@pytest.mark.parametrize("form", [{"message": " "}, {"message": "x" * 4001}, {"image": b""}])
def test_a_form_that_does_not_fit_keeps_what_was_typed(browser, path, form):
    page = browser.post(path, form)
    assert page.status_code == 400
    assert str(form.get("message", "")).strip() in page.text


@pytest.mark.engines
def test_a_conversation_link_ends_after_ninety_days(browser, path, link):
    ConversationLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() + timedelta(seconds=30))
    assert browser.get(path).status_code == 200
    ConversationLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
    for answer in (
        browser.get(path),
        browser.post(path, {"message": "x"}),
        browser.post(path + "rating", {"rating": 5}),
    ):
        assert answer.status_code == 404
    assert link.expires_at - link.created_at == timedelta(days=90)


def test_words_for_a_link_that_has_ended_meanwhile_are_shown_again(browser, path, ticket):
    links.revoke(ticket)
    answer = browser.post(path, {"message": "It leaks <b>again</b>"})
    assert answer.status_code == 404
    assert page(answer).one("textarea").text == "It leaks <b>again</b>"
    assert "nothing was sent" in page(answer).one(role="alert").text
    assert not ticket.messages.filter(text__contains="leaks").exists()
    # Nothing was typed: a page as for every address that is none
    assert not page(browser.post(path, {})).all("textarea")


def test_after_an_erasure_the_link_opens_nothing(browser, path, priya):
    personal_data.erase(priya, words=True)
    assert browser.get(path).status_code == 404
    assert browser.get(f"{path}messages").status_code == 404


@pytest.mark.engines
def test_a_conversation_link_is_revoked_with_the_reply_address(browser, path, ticket, link):
    reply = links.reply_token(link)
    assert links.find_reply(reply)
    assert links.revoke(ticket) == 1
    assert browser.get(path).status_code == 404
    assert links.find_reply(reply) is None


@pytest.mark.engines
def test_after_a_merge_both_links_are_to_the_conversation_that_stays(browser, path, ticket, priya, asha):
    gone = factories.ticket(priya, "And the jar leaks")
    of_the_gone = f"/c/{links.token(links.create(gone))}/"
    workflow.merge(gone, ticket, by=asha)
    for place, text in ((path, "By the first link"), (of_the_gone, "By the second link")):
        shown = browser.get(place).text
        assert "The box was crushed" in shown
        assert "And the jar leaks" in shown
        assert browser.post(place, {"message": text}).status_code == 303
    said = list(
        ticket.messages.filter(sender=Sender.CUSTOMER).order_by("seq").values_list("text", flat=True)
    )
    assert said[-2:] == ["By the first link", "By the second link"]
    assert Ticket.objects.count() == 2
    # Separated again, each has its own
    workflow.unmerge(gone, by=asha)
    shown = browser.get(of_the_gone).text
    assert "And the jar leaks" in shown
    assert "The box was crushed" not in shown


def test_a_changed_token_opens_nothing(browser, path, link):
    token = links.token(link)
    for at in range(len(token)):
        other = "A" if token[at] != "A" else "B"
        assert links.find(token[:at] + other + token[at + 1 :]) is None
    for wrong in (token[:-1], token + "A", token + "=", links.reply_token(link), "x", "é" * 43, "%00"):
        assert browser.get(f"/c/{wrong}/").status_code == 404


def test_the_reply_address_does_not_open_the_page(link):
    assert links.find(links.reply_token(link)) is None
    assert links.find_reply(links.token(link)) is None


def test_opening_the_link_changes_nothing(browser, path, ticket, asha):
    workflow.agent_replies(ticket, "Hello", by=asha)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    browser.get(path + "?rating=5")
    browser.head(path)
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    browser.post(path + "seen", {"seq": before["last_seq"]})
    assert Ticket.objects.get(pk=ticket.pk).unread_by_requester == 0


def resolve(ticket, asha):
    workflow.take(ticket, by=asha)
    workflow.move(ticket, "resolved", by=asha)


def test_a_star_opens_it_chosen_and_a_post_rates(browser, path, ticket, asha):
    resolve(ticket, asha)
    page = browser.get(path + "?rating=4").text
    assert re.search(r'value="4" checked', page)
    assert Ticket.objects.get(pk=ticket.pk).rating is None
    answer = browser.post(path + "rating", {"rating": "4", "comment": "Quick"})
    assert answer.status_code == 303
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating, ticket.rating_comment) == ("closed", 4, "Quick")
    browser.post(path + "rating", {"rating": "5"})
    ticket.refresh_from_db()
    assert ticket.rating == 5


@pytest.mark.parametrize("stars", ["", "0", "6", "x", "-1", "5.5", "٣"])
def test_a_rating_is_one_to_five(browser, path, ticket, asha, stars):
    resolve(ticket, asha)
    assert browser.post(path + "rating", {"rating": stars}).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).rating is None


def test_an_open_conversation_is_not_rated(browser, path):
    assert browser.post(path + "rating", {"rating": 5}).status_code == 409
    assert browser.get(path + "rating").status_code == 405


def test_words_for_a_closed_conversation_open_a_new_one_that_their_writer_sees(browser, path, ticket, asha):
    resolve(ticket, asha)
    workflow.move(ticket, "closed", by=asha)
    sent = browser.post(path, {"message": "It broke again"})
    assert sent.status_code == 303
    assert "It broke again" in browser.get(sent["Location"].partition("#")[0]).text
    assert "It broke again" not in browser.get(path).text
    second = Ticket.objects.exclude(pk=ticket.pk).get()
    assert second.previous_id == ticket.pk
    # A second one joins a ticket that is there already: the reader of the old e-mail gets no link to that
    again = browser.post(path, {"message": "Hello?"})
    assert (again.status_code, "Your message was sent" in again.text) == (200, True)


@pytest.mark.engines
def test_new_bubbles_come_for_the_script(browser, path, ticket, asha):
    workflow.agent_replies(ticket, "Which jar?", by=asha)
    answer = browser.get(path + "messages?after=1")
    assert "Which jar?" in answer.text
    assert answer["X-Conversation-State"] == "in-progress"
    assert browser.get(path + f"messages?after={ticket.last_seq}").text == ""


def test_one_click_unsubscribes_from_notices_but_not_from_replies(browser, path, priya):
    assert browser.get(path + "letters").status_code == 200
    assert not AddressBlock.objects.exists()
    assert (
        browser.post(
            path + "letters", "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        ).status_code
        == 200
    )
    assert AddressBlock.objects.get().reason == "opt-out"


@pytest.mark.parametrize("place", ["", "rating"])
def test_a_form_that_came_too_often_keeps_its_text(browser, path, settings, monkeypatch, place):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(rate_limits.LIMITS, "write", [(1, 60, rate_limits.ADDRESS)])
    Ticket.objects.update(status="resolved")
    sent = {"message": "The lid <was> open", "comment": "The lid <was> open", "rating": "4"}
    monkeypatch.setattr(rate_limits, "timestamp", lambda: 1_800_000_000)
    monkeypatch.setattr(rate_limits, "_used_up", {})
    browser.post(path + place, sent)
    answer = browser.post(path + place, sent)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Too many attempts" in answer.text
    assert "The lid &lt;was&gt; open</textarea>" in answer.text
    assert ('value="4" checked' in answer.text) == bool(place)


@pytest.mark.parametrize("text", ["a\0b", "\0ab", "ab\0"])
def test_a_sign_that_no_keyboard_types_loses_no_words(browser, path, ticket, text):
    assert browser.post(path, {"message": text, "clientId": "c\0"}).status_code == 303
    assert ticket.messages.order_by("-seq").first().text == "ab"


@pytest.mark.parametrize(("reason", "status"), [(TooBusy("later"), 503), (NoRoom("full"), 507)])
def test_a_picture_that_cannot_be_taken_now_leaves_the_words_in_the_form(
    browser, path, monkeypatch, reason, status
):
    def refused(*args):
        raise reason

    monkeypatch.setattr(views, "received", refused)
    answer = browser.post(path, {"message": "See the lid", "image": factories.picture()})
    assert (answer.status_code, answer.get("Retry-After")) == (status, "10" if status == 503 else None)
    assert "See the lid</textarea>" in answer.text


def test_stars_that_are_pressed_twice_at_once_are_one_rating(browser, path, ticket, asha, monkeypatch):
    resolve(ticket, asha)
    confirm = workflow.confirm

    def the_other_was_first(given, **said):
        confirm(Ticket.objects.get(pk=given.pk), **said)
        confirm(given, **said)

    monkeypatch.setattr(workflow, "confirm", the_other_was_first)
    assert browser.post(path + "rating", {"rating": "5"}).status_code == 303
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == ("closed", 5)
