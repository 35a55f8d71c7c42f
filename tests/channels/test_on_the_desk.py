"""What the channels add to an open ticket: quoted text and whole mail, WhatsApp's clock, templates and files."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from tests.channels.raw_emails import raw_email
from tests.channels.test_templates import copied, template  # noqa: F401
from tests.channels.whatsapp_calls import call, message, says, send_all, signed
from tests.pages import page
from tickets import workflow
from tickets.channels.whatsapp import templates
from tickets.models import Attachment, ChannelIdentity, Incoming, MessageTemplate, Sender, Ticket

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]

OGG = b"OggS\0\2" + b"\0" * 22 + b"OpusHead" + b"\0" * 64
PDF = b"%PDF-1.7\n%invoice"


# --- An e-mail ---------------------------------------------------------------

QUOTING = """It is still not here.

On Sat, 28 Nov 2026 at 10:00, Asha Nair <support@localhost> wrote:
> Your parcel leaves today.
> Card 4111 1111 1111 1111
"""


@pytest.fixture
def written(hook) -> Ticket:
    html = "<p>It is <b>still</b> not here.</p><script>alert(1)</script><img src='https://x.example/p.gif'>"
    hook(raw_email(QUOTING, html=html, subject="Where is it?"))
    return Ticket.objects.get()


def shown(client, ticket):
    return page(client.get(f"/support/{ticket.pk}/"))


def test_an_agent_opens_the_quoted_text_and_the_full_email(written, asha, browse):
    client = browse(asha)
    bubble = shown(client, written).one("article", _class="bubble", data_sender="customer")
    assert "Your parcel leaves today" not in bubble.one("p", _class="text").text
    box = bubble.one("details", _class="email-details")
    assert box.one("summary").text == "Show quoted text"
    opened = page(client.get(box["hx-get"]))
    assert "Your parcel leaves today." in opened.one("blockquote").text
    # Masked like everything that is stored
    assert "4111 1111" not in opened.text
    whole = opened.one("details")
    assert whole.one("summary").text == "Whole mail"
    assert "priya.mail@example.com" in whole.text
    assert "Where is it?" in whole.text
    assert whole.one("b").text == "still"
    assert whole.all("script") == whole.all("img") == []


@pytest.mark.engines
def test_a_plain_text_email_is_shown_as_text(hook, asha, browse):
    hook(raw_email("Two <b>lines</b>\nof text", subject="Plain"))
    ticket = Ticket.objects.get()
    incoming = Incoming.objects.get()
    opened = page(browse(asha).get(f"/support/mail/{incoming.message_id}"))
    assert "Two <b>lines</b>" in opened.one("p", _class="mail-body").text
    assert "This e-mail quotes nothing." in opened.text
    assert ticket.messages.get(seq=1).pk == incoming.message_id


def test_a_message_of_another_channel_has_no_email_details(ticket, priya, asha, browse):
    workflow.agent_replies(ticket, "Hello", by=asha)
    assert shown(browse(asha), ticket).all("details", _class="email-details") == []
    said = ticket.messages.get(seq=1)
    assert browse(asha).get(f"/support/mail/{said.pk}").status_code == 404


@pytest.mark.engines
def test_the_customer_does_not_see_what_belongs_to_agents(written):
    from tickets.lists import fragments

    [(_, bubble)] = fragments.bubbles(written.messages.filter(seq=1), written, "customer")
    assert "whole-mail" not in bubble


# --- WhatsApp's clock and templates ------------------------------------------


def test_the_composer_says_until_when_an_agent_may_write_freely(on_ticket, asha, browse):
    clock = shown(browse(asha), on_ticket).one("p", _class="window")
    assert clock["data-window"] == "open"
    assert "you can write freely until" in clock.text
    assert "23 h 59 min left" in clock.text


def test_after_24_hours_the_composer_offers_the_templates(copied, asha, browse):  # noqa: F811
    client = browse(asha)
    head = shown(client, copied).one("p", _class="window")
    assert head["data-window"] == "over"
    assert "templates only" in head.text
    listed = page(client.get(head.one("button")["hx-get"]))
    form = listed.one("form", _class="template")
    assert form.one("p", _class="template-preview").text == (
        "Hello {{1}}, your order {{2}} is here. Village Pantry"
    )
    assert len(form.all("input", name="variable")) == 2


def test_a_template_that_is_sent_from_the_desk_is_the_reply(cloud, copied, asha, browse):  # noqa: F811
    client = browse(asha)
    sent = {"name": "order_update", "language": "en", "variable": ["Ravi", "VP-1"], "clientId": "t-1"}
    path = f"/support/{copied.pk}/template"
    answers = [client.post(path, sent, HTTP_X_REQUESTED_WITH="fetch") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert "Hello Ravi, your order VP-1 is here." in answers[0].content.decode()
    replies = copied.messages.filter(sender=Sender.AGENT, internal=False)
    assert replies.count() == 1
    send_all()
    assert cloud.sent[-1]["type"] == "template"


@pytest.mark.parametrize(
    "fields", [{"variable": ["Ravi"]}, {"variable": ["Ravi", " "]}, {"name": "gone"}, {"language": "hi"}]
)
def test_a_template_that_does_not_fit_is_refused_in_a_sentence(copied, asha, browse, fields):  # noqa: F811
    sent = {"name": "order_update", "language": "en", "variable": ["Ravi", "VP-1"]} | fields
    answer = browse(asha).post(f"/support/{copied.pk}/template", sent, HTTP_X_REQUESTED_WITH="fetch")
    assert answer.status_code == 400
    assert answer.content.decode().endswith(".")
    assert not copied.messages.filter(sender=Sender.AGENT).exists()


@pytest.mark.engines
def test_without_templates_the_list_says_where_they_are_made(on_ticket, asha, browse):
    MessageTemplate.objects.all().delete()
    listed = page(browse(asha).get(f"/support/{on_ticket.pk}/templates"))
    assert "No template is approved yet." in listed.text


def test_a_ticket_of_another_channel_has_no_clock(ticket, asha, browse):
    assert shown(browse(asha), ticket).all("p", _class="window") == []


def test_a_message_of_the_customer_starts_the_clock_again(copied, asha, browse):  # noqa: F811
    says("Are you there?")
    assert ChannelIdentity.objects.get().last_heard_at > timezone.now() - timedelta(minutes=1)
    assert shown(browse(asha), copied).one("p", _class="window")["data-window"] == "open"
    assert [each.name for each in templates.approved()] == ["order_update"]


# --- Voice and documents -----------------------------------------------------


def files_of(ticket) -> list[tuple]:
    rows = Attachment.objects.filter(message__ticket=ticket).order_by("message__seq")
    return list(rows.values_list("name", "type", "size"))


def test_voice_and_documents_are_files_of_their_message(cloud, on_ticket, asha, browse):
    cloud.media |= {"voice-1": OGG, "doc-1": PDF}
    signed(
        call([message("audio", {"id": "voice-1", "voice": True, "mime_type": "audio/ogg; codecs=opus"})])
    )
    document = {
        "id": "doc-1",
        "mime_type": "application/pdf",
        "filename": "Bill.pdf",
        "caption": "The bill",
    }
    signed(call([message("document", document)]))
    assert files_of(on_ticket) == [
        ("voice message.ogg", "audio/ogg", len(OGG)),
        ("Bill.pdf", "application/pdf", len(PDF)),
    ]
    said = on_ticket.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
    assert "The bill" in said.text
    link = shown(browse(asha), on_ticket).one("a", download="Bill.pdf")
    answer = browse(asha).get(link["href"])
    assert b"".join(answer.streaming_content) == PDF


@pytest.mark.engines
def test_a_voice_message_that_opens_a_ticket_is_its_file(cloud):
    cloud.media["voice-1"] = OGG
    signed(call([message("audio", {"id": "voice-1", "voice": True, "mime_type": "audio/ogg"})]))
    assert files_of(Ticket.objects.get()) == [("voice message.ogg", "audio/ogg", len(OGG))]


def test_a_document_of_a_kind_that_is_not_taken_is_named(cloud, on_ticket):
    cloud.media["doc-1"] = b"MZ\x90\0a program"
    signed(call([message("document", {"id": "doc-1", "mime_type": "application/x", "filename": "a.exe"})]))
    said = on_ticket.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
    assert said.text.startswith("[Document: a.exe]")
    assert "is not a file that we take" in said.text
    assert files_of(on_ticket) == []


def test_a_file_that_cannot_be_fetched_is_told_and_the_same_call_twice_is_one_file(cloud, on_ticket):
    signed(
        call([message("document", {"id": "gone", "mime_type": "application/pdf", "filename": "Bill.pdf"})])
    )
    said = on_ticket.messages.filter(sender=Sender.CUSTOMER).order_by("-seq").first()
    assert "could not be fetched" in said.text
    cloud.media["doc-1"] = PDF
    body = call([message("document", {"id": "doc-1", "mime_type": "application/pdf", "filename": "b.pdf"})])
    assert [signed(body).status_code for _ in range(2)] == [200, 200]
    assert files_of(on_ticket) == [("b.pdf", "application/pdf", len(PDF))]


# --- Continue on WhatsApp ----------------------------------------------------


def test_the_link_in_an_email_and_on_its_page_joins_the_number_to_the_customer(
    hook,
    posted,
    asha,
    cloud,
    settings,
    browse,
):
    settings.WHATSAPP_NUMBER = "911140000000"
    hook(raw_email("The box was crushed."))
    by_mail = Ticket.objects.get()
    workflow.agent_replies(by_mail, "Which jar was it?", by=asha)
    sent = posted()[-1]
    [address] = re.findall(r"https://wa\.me/911140000000\?text=(\S+)", sent.body)
    conversation = re.search(r"/c/[\w-]+/", sent.body)[0]
    on_page = page(browse().get(conversation)).one("a", text="Continue on WhatsApp")["href"]
    assert on_page.endswith(address)

    says(unquote(address))
    says("The small one")
    by_mail.refresh_from_db()
    assert Ticket.objects.count() == 1
    assert by_mail.messages.filter(sender=Sender.CUSTOMER).last().text == "The small one"
    assert ChannelIdentity.objects.get(channel="whatsapp").person == by_mail.requester


def test_without_a_number_there_is_no_such_link(hook, posted, asha, browse):
    hook(raw_email("The box was crushed."))
    workflow.agent_replies(Ticket.objects.get(), "Which jar was it?", by=asha)
    sent = posted()[-1]
    assert "wa.me" not in sent.body
    conversation = re.search(r"/c/[\w-]+/", sent.body)[0]
    assert "WhatsApp" not in browse().get(conversation).content.decode()
