"""Inbound e-mail: a new one opens a ticket, an answer lands on its ticket, a forged one on neither."""

import pytest
from django.core import mail
from django.test import Client

from tests import factories
from tests.channels.raw_emails import raw_email
from tickets import workflow
from tickets.channels import assistant
from tickets.models import Incoming, Message, Sender, Ticket

pytestmark = pytest.mark.all_engines


def only_ticket() -> Ticket:
    return Ticket.objects.get()


def words(ticket: Ticket) -> list[str]:
    said = ticket.messages.filter(sender=Sender.CUSTOMER).order_by("seq")
    return [message.text for message in said]


def test_a_new_email_opens_a_ticket(hook, api, asha):
    assert hook(raw_email("The box was crushed.\n\n-- \nPriya\n")) == "done"
    ticket = only_ticket()
    assert (ticket.channel, ticket.subject, words(ticket)) == (
        "email",
        "Crushed box",
        ["The box was crushed."],
    )
    assert (ticket.requester_name, ticket.requester_email) == ("Priya Sharma", "priya.mail@example.com")
    told = api(asha).get(f"/api/support/admin/{ticket.pk}").json()
    assert told["channel"] == "email"
    assert "-- \nPriya" not in told["messages"][0]["message"]
    assert Incoming.objects.get().quoted == "--\nPriya"


def test_an_email_opens_a_ticket_even_if_villy_fails(hook, monkeypatch):
    def fails(text):
        raise ZeroDivisionError

    monkeypatch.setattr(assistant.get(), "understand", fails)
    assert hook(raw_email("The box was crushed.")) == "done"
    assert words(only_ticket()) == ["The box was crushed."]


def test_the_same_message_id_twice_is_one_message(hook):
    raw = raw_email(message_id="<one@mail.example>")
    assert [hook(raw), hook(raw)] == ["done", "duplicate"]
    assert words(only_ticket()) == ["The box was crushed."]


def answer_of(posted, asha, text="Which jar was it?"):
    ticket = only_ticket()
    workflow.agent_replies(ticket, text, by=asha)
    return posted()[-1]


@pytest.mark.engines
def test_a_reply_leaves_as_an_email_and_its_answer_lands_on_the_ticket(hook, posted, asha):
    hook(raw_email(message_id="<first@mail.example>"))
    sent = answer_of(posted, asha)
    assert sent.to == ["priya.mail@example.com"]
    assert sent.subject == "Re: Crushed box"
    assert sent.extra_headers["In-Reply-To"] == "<first@mail.example>"
    assert "<first@mail.example>" in sent.extra_headers["References"]
    assert "Which jar was it?" in sent.body
    [html] = [part for part, kind in sent.alternatives if kind == "text/html"]
    assert "Which jar was it?" in html
    assert "<img" not in html
    [reply_to] = sent.reply_to
    assert reply_to.startswith("support+")
    quoting = "The 200 g one.\n\nOn Sun, 29 Nov 2026 at 10:00, Asha <support@localhost> wrote:\n\n> Which jar was it?\n"
    assert hook(raw_email(quoting, to=reply_to, subject="Re: Crushed box")) == "done"
    assert words(only_ticket()) == ["The box was crushed.", "The 200 g one."]
    assert Incoming.objects.latest("id").quoted.endswith("> Which jar was it?")


@pytest.mark.engines
def test_without_the_token_references_from_the_same_address_find_the_ticket(hook, posted, asha):
    hook(raw_email())
    sent = answer_of(posted, asha)
    hook(raw_email("Blue", References=sent.extra_headers["Message-ID"]))
    assert words(only_ticket())[-1] == "Blue"


@pytest.mark.parametrize("by", ["reply address", "references", "earlier e-mail"])
def test_an_answer_to_a_merged_ticket_goes_to_the_ticket_that_stays(hook, posted, asha, by):
    hook(raw_email(message_id="<first@mail.example>"))
    gone = only_ticket()
    sent = answer_of(posted, asha)
    stays = factories.ticket(gone.requester, "And the jar leaks")
    workflow.merge(gone, stays, by=asha)
    way = {
        "reply address": {"to": sent.reply_to[0]},
        "references": {"References": sent.extra_headers["Message-ID"]},
        "earlier e-mail": {"References": "<first@mail.example>"},
    }[by]
    assert hook(raw_email("The small one", **way)) == "done"
    assert words(stays)[-1] == "The small one"
    assert Ticket.objects.count() == 2


@pytest.mark.engines
def test_references_from_another_address_open_a_ticket_of_their_own(hook, posted, asha):
    hook(raw_email())
    sent = answer_of(posted, asha)
    mine = only_ticket()
    hook(raw_email("Send it to me", sender="eve@example.net", References=sent.extra_headers["Message-ID"]))
    assert Ticket.objects.count() == 2
    assert words(mine) == ["The box was crushed."]


def test_a_spoofed_sender_joins_no_history(hook, priya, api):
    factories.ticket(priya)
    hook(raw_email(sender=f"Priya <{priya.email}>"))
    by_mail = Ticket.objects.get(channel="email")
    assert by_mail.requester_id != priya.pk
    seen = api(priya).get("/api/support/").json()["results"]
    assert str(by_mail.pk) not in [each["id"] for each in seen]


def test_a_wrong_token_opens_a_ticket_of_its_own(hook, posted, asha):
    hook(raw_email())
    [reply_to] = answer_of(posted, asha).reply_to
    local, _, domain = reply_to.partition("@")
    turned = local[:-1] + ("a" if local[-1] != "a" else "b")
    hook(raw_email("Hello", to=f"{turned}@{domain}", sender="eve@example.net"))
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.example>"},
        {"Precedence": "bulk"},
        {"subject": "Automatic reply: on leave"},
        {"sender": "MAILER-DAEMON@example.com", "Auto_Submitted": "auto-replied"},
        {"sender": "Support <support@localhost>"},
        {"X_Supportdesk": "abc"},
    ],
    ids=str,
)
def test_machines_and_lists_open_no_ticket(hook, headers):
    assert hook(raw_email("I am on leave until Monday.", **headers)) == "ignored"
    assert not Ticket.objects.exists()
    assert Incoming.objects.get().reason


def test_an_automatic_reply_to_a_ticket_is_a_note_and_reopens_nothing(hook, posted, asha):
    hook(raw_email())
    [reply_to] = answer_of(posted, asha).reply_to
    ticket = only_ticket()
    workflow.move(ticket, "resolved", by=asha)
    hook(raw_email("On leave until Monday.", to=reply_to, Auto_Submitted="auto-replied"))
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert ticket.messages.filter(internal=True, text__contains="On leave").count() == 1


def test_a_picture_becomes_a_picture(hook):
    photo = factories.picture(size=(400, 300)).read()
    hook(raw_email("See the photo", pictures=[("box.jpg", photo), ("lid.jpg", photo)]))
    messages = list(only_ticket().messages.filter(sender=Sender.CUSTOMER).order_by("seq"))
    assert [bool(message.picture) for message in messages] == [True, True]
    assert messages[0].text == "See the photo"


def test_an_email_with_an_unreadable_picture_arrives(hook):
    assert hook(raw_email("See the photo", pictures=[("box.jpg", b"no picture")])) == "done"
    assert words(only_ticket()) == ["See the photo\n\n[The picture box.jpg could not be read.]"]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe garbage",
        b"Subject: no sender\n\nhello",
        b"From: \nMessage-ID: <x@y>\n\nhello",
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 300,
    ],
    ids=["garbage", "no sender", "empty sender", "many parts"],
)
def test_an_unreadable_e_mail_is_put_aside_and_the_next_one_arrives(hook, raw):
    assert hook(raw) == "quarantined"
    assert Incoming.objects.get().reason
    assert hook(raw_email()) == "done"
    assert words(only_ticket()) == ["The box was crushed."]


@pytest.mark.parametrize(
    "text",
    [
        b"Content-Type: text/plain; charset=klingon\n\nThe box was crushed.",
        b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n%%%not base64%%%",
        b"Content-Type: text/html\n\n<p>The box <b>was</b> crushed.</p><script>alert(1)</script>",
        "Content-Type: text/plain; charset=utf-8\n\nडिब्बा टूटा हुआ था".encode(),
    ],
    ids=["charset", "base64", "html", "hindi"],
)
def test_odd_emails_arrive(hook, text):
    assert hook(b"From: a@b.example\nSubject: x\nMessage-ID: <odd@b>\n" + text) == "done"
    assert "alert" not in words(only_ticket())[0]


def test_a_card_number_in_an_email_is_masked_everywhere(hook):
    hook(
        raw_email("My card 4111 1111 1111 1111\n\n-- \n4111 1111 1111 1111", subject="4111 1111 1111 1111")
    )
    incoming, message = Incoming.objects.get(), Message.objects.filter(sender=Sender.CUSTOMER).get()
    assert "4111 1111" not in incoming.quoted + incoming.subject + message.text + only_ticket().subject


@pytest.mark.engines
def test_an_email_to_a_closed_ticket_opens_a_linked_one(hook, posted, asha):
    hook(raw_email())
    [reply_to] = answer_of(posted, asha).reply_to
    first = only_ticket()
    workflow.move(first, "resolved", by=asha)
    workflow.move(first, "closed", by=asha)
    hook(raw_email("It broke again", to=reply_to))
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert (second.previous_id, second.channel) == (first.pk, "email")


def test_a_wrong_key_a_wrong_type_and_a_wrong_method(db, settings):
    settings.EMAIL_HOOK_KEY = "hook-key-1234"
    client = Client()
    refused = client.post("/hooks/email/other", raw_email(), content_type="message/rfc822")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert client.post("/hooks/email/hook-key-1234", {"a": 1}).status_code == 415
    assert client.post("/hooks/email/hook-key-1234", b"", content_type="message/rfc822").status_code == 400
    assert client.get("/hooks/email/hook-key-1234").status_code == 405
    settings.EMAIL_HOOK_KEY = ""
    assert client.post("/hooks/email/", raw_email(), content_type="message/rfc822").status_code == 404


# --- Bounces -----------------------------------------------------------------


def report(sent, *, action="failed", status="5.1.1", address="priya.mail@example.com") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nTo: support@localhost\nSubject: Undelivered\nMessage-ID: <dsn@mx.example>\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {sent.extra_headers['Message-ID']}\n\n--b--\n"
    ).encode()


@pytest.mark.engines
def test_a_bounce_blocks_the_address_and_is_shown_to_the_agent(hook, posted, asha):
    hook(raw_email())
    sent = answer_of(posted, asha)
    assert hook(report(sent)) == "ignored"
    ticket = only_ticket()
    assert (
        ticket.messages.filter(internal=True, text__contains="come back: smtp; 550 no such user").count()
        == 1
    )
    workflow.agent_replies(ticket, "Are you there?", by=asha)
    assert len(posted()) == 1
    assert ticket.outgoing.latest("id").state == "failed"


def test_a_delay_or_a_report_about_another_email_blocks_nothing(hook, posted, asha):
    hook(raw_email())
    sent = answer_of(posted, asha)
    hook(report(sent, action="delayed", status="4.2.2"))
    ticket = only_ticket()
    sent.extra_headers["Message-ID"] = "<invented@mx.example>"
    hook(report(sent).replace(b"<dsn@", b"<dsn2@"))
    workflow.agent_replies(ticket, "Are you there?", by=asha)
    assert len(posted()) == 2
    assert mail.outbox[-1].body.count("Are you there?") == 1
