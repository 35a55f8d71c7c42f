"""Inbound webhooks of Mailgun and Postmark, in the forms that they document."""

import base64
import hashlib
import hmac
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.channels.raw_emails import raw_email
from tickets import workflow
from tickets.channels import links
from tickets.channels.email import addresses
from tickets.models import Incoming, Ticket

pytestmark = pytest.mark.django_db
KEY, SIGNING_KEY = "hook-key-1234", "mailgun-signing-key"
HEADERS = [["Message-Id", "<m1@mail.example>"], ["From", "Priya Sharma <priya.mail@example.com>"],
           ["To", "support@localhost"], ["Subject", "Crushed box"]]  # fmt: skip
QUOTED = "The box was crushed.\n\nOn Mon, 30 Nov 2026 at 10:00, Support <support@localhost> wrote:\n> How are you?\n"


@pytest.fixture(autouse=True)
def _desk(settings):
    settings.EMAIL_HOOK_KEY, settings.MAILGUN_SIGNING_KEY = KEY, SIGNING_KEY


def mailgun(key: str = SIGNING_KEY, **more):
    """A route that forwards, in the form that Mailgun calls "fully parsed"."""
    stamp, token = "1764468000", "b" * 50
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    form = {
        "recipient": "support@localhost", "sender": "priya.mail@example.com", "from": HEADERS[1][1],
        "subject": "Crushed box", "body-plain": QUOTED, "stripped-text": "The box was crushed.",
        "message-headers": json.dumps(HEADERS), "timestamp": stamp, "token": token, "signature": signature,
    }  # fmt: skip
    return Client().post("/hooks/email/mailgun/inbound/", form | more)


POSTMARK = {
    "FromName": "Priya Sharma", "From": "priya.mail@example.com", "MessageStream": "inbound",
    "FromFull": {"Email": "priya.mail@example.com", "Name": "Priya Sharma", "MailboxHash": ""},
    "ToFull": [{"Email": "support@localhost", "Name": "", "MailboxHash": ""}], "CcFull": [], "BccFull": [],
    "OriginalRecipient": "support@localhost", "Subject": "Crushed box", "TextBody": QUOTED, "HtmlBody": "",
    "MessageID": "22c74902-a0c1-4511-804f-341342852c90", "Date": "Mon, 30 Nov 2026 10:00:00 +0530",
    "Headers": [{"Name": "Message-ID", "Value": "<p1@mail.example>"}], "Attachments": [],
}  # fmt: skip


def postmark(payload, password: str = KEY):
    login = base64.b64encode(f"desk:{password}".encode()).decode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload)
    headers = {"Authorization": f"Basic {login}"}
    return Client().post(
        "/hooks/email/postmark/inbound/", body, content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("send", [mailgun, lambda: postmark(POSTMARK)], ids=["mailgun", "postmark"])
def test_an_email_from_a_provider_opens_a_ticket_once(send):
    assert (send().status_code, send().json()) == (200, {"status": "duplicate"})
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.requester_email, ticket.subject) == (
        "email", "priya.mail@example.com", "Crushed box",
    )  # fmt: skip
    assert ticket.messages.order_by("seq").first().text == "The box was crushed."


def test_a_call_not_from_the_provider_does_nothing(settings):
    assert mailgun("another key").status_code == 401
    assert mailgun(token="changed").status_code == 401
    assert Client().post("/hooks/email/mailgun/inbound/", {}).status_code == 401
    assert postmark(POSTMARK, "another").status_code == 401
    assert Client().post("/hooks/email/postmark/inbound/", POSTMARK, "application/json").status_code == 401
    assert not Incoming.objects.exists()
    settings.EMAIL_HOOK_KEY = settings.MAILGUN_SIGNING_KEY = ""
    assert (mailgun("x").status_code, postmark(POSTMARK, "").status_code) == (404, 404)
    assert Client().post("/hooks/email/sendgrid/inbound/").status_code == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"5", b'{"RecordType": "Bounce"}', b'{"Headers": 3}', b'{"Attachments": [{}]}'],
)
def test_an_unknown_form_from_a_provider_is_400(body):
    assert postmark(body).status_code == 400
    assert not Incoming.objects.exists()


def test_an_email_without_a_sender_is_quarantined():
    assert postmark({"TextBody": "Hello"}).json() == {"status": "quarantined"}
    assert not Ticket.objects.exists()


def test_an_email_in_hindi_keeps_its_text():
    name, subject, text = "प्रिया शर्मा", "टूटा हुआ डिब्बा " * 8, "डिब्बा टूटा हुआ आया।\n" * 40
    sender = {"Email": "priya.mail@example.com", "Name": name}
    assert (
        postmark(POSTMARK | {"FromFull": sender, "Subject": subject, "TextBody": text}).status_code == 200
    )
    headers = [
        ["Message-Id", "<hi@mail.example>"],
        ["From", f"{name} <priya.mail@example.com>"],
        ["Subject", subject],
    ]
    form = {
        "message-headers": json.dumps(headers),
        "body-plain": text,
        "from": headers[1][1],
        "subject": subject,
    }
    assert mailgun(**form).status_code == 200
    for ticket in Ticket.objects.all():
        said = (ticket.requester_name, ticket.subject, ticket.messages.order_by("seq").first().text)
        assert said == (name, subject.strip(), text.strip())
    assert Ticket.objects.count() == 2


def test_mailguns_other_webhooks_are_400():
    assert mailgun(event="opened").status_code == 400
    assert mailgun(attachments="[]").status_code == 400
    assert mailgun(**{"message-headers": "no list"}).status_code == 400


def test_a_picture_comes_with_it_whole():
    picture = factories.picture().read()
    attached = {
        "Name": "box.jpg",
        "ContentType": "image/jpeg",
        "Content": base64.b64encode(picture).decode(),
    }
    # More than a form may have: the body is read past Django's limit for forms
    padding = {
        "Name": "note.txt",
        "ContentType": "text/plain",
        "Content": base64.b64encode(b"x" * 2_000_000).decode(),
    }
    assert postmark(POSTMARK | {"Attachments": [attached, padding]}).status_code == 200
    assert Ticket.objects.get().messages.exclude(picture="").exists()
    file = SimpleUploadedFile("box.jpg", picture, "image/jpeg")
    form = {
        "attachment-count": "1",
        "attachment-1": file,
        "message-headers": json.dumps([["Message-Id", "<m2@x.example>"], *HEADERS[1:]]),
    }
    assert mailgun(**form).status_code == 200
    assert Ticket.objects.order_by("-created_at").first().messages.exclude(picture="").exists()


def test_the_raw_email_is_used_if_the_provider_sends_it():
    raw = raw_email(QUOTED, message_id="<raw@mail.example>")
    assert postmark(POSTMARK | {"RawEmail": raw.decode()}).status_code == 200
    assert Incoming.objects.get().key == "raw@mail.example"
    assert mailgun(**{"body-mime": raw.decode()}).json() == {"status": "duplicate"}


def test_an_answer_that_was_delivered_to_the_reply_address_alone_lands_on_its_ticket(asha):
    postmark(POSTMARK)
    ticket = Ticket.objects.get()
    workflow.agent_replies(ticket, "Sent again.", by=asha)
    reply_to = addresses.with_token(links.reply_token(links.create(ticket, "priya.mail@example.com")))
    answer = POSTMARK | {
        "OriginalRecipient": reply_to, "TextBody": "Thanks!", "Headers": [{"Name": "Message-ID", "Value": "<p2@mail.example>"}],
    }  # fmt: skip
    assert postmark(answer).status_code == 200
    assert ticket.messages.order_by("-seq").first().text == "Thanks!"
