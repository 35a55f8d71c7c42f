"""The page on which agents edit canned replies, when two edit and when a text cannot be right."""

import pytest

from tests.pages import page
from tickets.models import CannedReply

pytestmark = pytest.mark.django_db

NEW = {"shortcut": "late", "title": "Late parcel", "text-en": "It is late.", "shared": "1"}


@pytest.fixture
def reply(asha, browse):
    assert browse(asha).post("/support/canned/", NEW).status_code == 302
    return CannedReply.objects.get()


def form_of(client, reply) -> dict:
    return page(client.get("/support/canned/")).one("form", action=f"/support/canned/{reply.pk}").fields()


def test_the_older_of_two_forms_is_told_and_keeps_its_text(browse, asha, rohan, reply):
    address = f"/support/canned/{reply.pk}"
    first, second = browse(asha), browse(rohan)
    of_first, of_second = form_of(first, reply), form_of(second, reply)
    assert first.post(address, of_first | {"text-en": "It is two days late."}).status_code == 302
    answer = second.post(address, of_second | {"text-en": "Sorry, it is late."})
    assert answer.status_code == 409
    shown = page(answer)
    assert (
        "A colleague has changed this reply."
        in shown.one(role="status", _class="notice", data_kind="error").text
    )
    assert shown.one("blockquote").text == "It is two days late."
    again = shown.one("form", action=address).fields()
    assert again["text-en"] == "Sorry, it is late."
    assert second.post(address, again).status_code == 302
    reply.refresh_from_db()
    assert reply.texts == {"en": "Sorry, it is late."}


def test_a_reply_that_a_colleague_has_deleted_leaves_what_was_typed_for_a_new_one(
    browse, asha, rohan, reply
):
    client = browse(rohan)
    sent = form_of(client, reply) | {"text-en": "Sorry, it is late."}
    browse(asha).post(f"/support/canned/{reply.pk}", {"delete": "1"})
    answer = client.post(f"/support/canned/{reply.pk}", sent)
    assert answer.status_code == 404
    assert page(answer).one("form", action="/support/canned/").fields()["text-en"] == "Sorry, it is late."


def test_enter_in_a_field_does_not_delete_the_reply(browse, asha, reply):
    """A browser presses the first button of the form."""
    form = page(browse(asha).get("/support/canned/")).one("form", action=f"/support/canned/{reply.pk}")
    assert [each.text for each in form.all("button")] == ["Save", "Delete"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            {"en": "Dear {{customer.firstname}}"},
            "There is no variable {{customer.firstname}}. Use one of these:",
        ),
        ({"en": "Hello", "fr": "Bonjour"}, "A language is one of: en, hi, hinglish."),
    ],
)
def test_a_text_that_no_customer_could_read_is_refused(api, asha, text, said):
    answer = api(asha).post("/api/canned/", {"shortcut": "a", "title": "A", "text": text}, format="json")
    assert answer.status_code == 400
    assert said in str(answer.json())
    assert not CannedReply.objects.exists()
