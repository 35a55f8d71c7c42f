"""Attachments of inbound e-mails pass the checks of an upload; the text arrives even if a file is refused."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.core.files.storage import default_storage

from supportdesk.storage import clamd
from tests import factories
from tests.channels.raw_emails import raw_email
from tests.files.pictures import files as stored_files
from tickets.channels import inbox
from tickets.models import Attachment, Incoming, Sender, Ticket

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%the bill of order VP-1"
OGG = b"OggS\0\x02" + b"\0" * 40
DOCX = b"PK\x03\x04" + b"\0" * 40


def with_files(*files: tuple, **more) -> bytes:
    """An e-mail with these (name, bytes, type) attached; a fourth value is the disposition."""
    mail = message_from_bytes(raw_email(**more), policy=default)
    for name, data, kind, *disposition in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(
            data, maintype=main, subtype=sub, filename=name, disposition=(disposition or ["attachment"])[0]
        )
    return mail.as_bytes()


def said() -> list:
    return list(Ticket.objects.get().messages.filter(sender=Sender.CUSTOMER).order_by("seq"))


def files() -> list[tuple]:
    seqs = (
        dict(Ticket.objects.get().messages.values_list("pk", "seq")) if Attachment.objects.exists() else {}
    )
    rows = Attachment.objects.values_list("message_id", "name", "type", "size")
    return sorted((seqs[message], *rest) for message, *rest in rows)


@pytest.mark.engines
def test_a_document_of_an_email_is_a_file_of_its_message(hook, api, priya, asha):
    photo = factories.picture().read()
    raw = with_files(
        ("Bill.pdf", PDF, "application/pdf"),
        # Declared as anything: the bytes decide
        ("voice.bin", OGG, "application/octet-stream", "inline"),
        ("box.jpg", photo, "image/jpeg"),
        text="Here is the bill",
        message_id="<bill@mail.example>",
    )
    assert [hook(raw), hook(raw)] == ["done", "duplicate"]
    [message] = said()
    assert (message.text, bool(message.picture)) == ("Here is the bill", True)
    assert sorted(name for _, name, _, _ in files()) == ["Bill.pdf", "voice.bin"]
    assert {(kind, size) for _, _, kind, size in files()} == {
        ("application/pdf", len(PDF)),
        ("audio/ogg", len(OGG)),
    }
    with default_storage.open(Attachment.objects.get(name="Bill.pdf").file.name) as stored:
        assert stored.read() == PDF
    shown = api(asha).get(f"/api/support/admin/{message.ticket_id}").json()["messages"]
    sent = next(each for each in shown if each["seq"] == message.seq)["attachments"]
    assert {each["name"] for each in sent} == {"Bill.pdf", "voice.bin"}
    # Only through the check of access
    url = next(each["url"] for each in sent if each["name"] == "Bill.pdf")
    assert api(priya).get(url).status_code == 404
    assert b"".join(api(asha).get(url).streaming_content) == PDF


@pytest.mark.parametrize(
    "file",
    [
        ("notes.docx", DOCX, "application/pdf"),
        ("page.pdf", b"<html><script>", "application/pdf"),
        ("empty.pdf", b"", "application/pdf"),
    ],
)
def test_a_file_that_the_desk_does_not_take_is_named_and_the_others_arrive(hook, file):
    assert hook(with_files(file, ("Bill.pdf", PDF, "application/pdf"), text="See both")) == "done"
    [message] = said()
    assert message.text.startswith("See both\n\n[")
    assert f"{file[0]} is not a file that we take." in message.text
    assert [name for _, name, _, _ in files()] == ["Bill.pdf"]


def test_a_file_that_is_too_large_is_named(hook, settings):
    settings.FILE_MAX_BYTES = 1024 * 1024
    big = PDF + b"0" * 1024 * 1024
    assert hook(with_files(("film.pdf", big, "application/pdf"), text="Look")) == "done"
    assert said()[0].text == "Look\n\n[film.pdf is larger than 1 MB. Please send a smaller file.]"
    assert files() == []
    assert stored_files() == []


def test_an_email_that_is_nothing_but_a_document_is_its_file(hook):
    hook(with_files(("Bill.pdf", PDF, "application/pdf"), text=""))
    assert [message.text for message in said()] == [""]
    assert len(files()) == 1


def test_excess_files_become_further_messages_and_the_rest_are_named(hook):
    many = [(f"{number:02}.pdf", PDF, "application/pdf") for number in range(22)]
    hook(with_files(*many, text="All bills"))
    messages = said()
    assert [message.text for message in messages] == [
        "All bills\n\n[Attached as well: 20.pdf, 21.pdf]", "", "", "",
    ]  # fmt: skip
    by_message = [seq for seq, _, _, _ in files()]
    assert [by_message.count(message.seq) for message in messages] == [5, 5, 5, 5]


def test_a_file_in_which_the_scanner_finds_something_is_left_out_and_said(hook, settings, monkeypatch):
    settings.CLAMAV_URL = "unix:/asked/below"
    monkeypatch.setattr(clamd, "scan", lambda url, chunks: "Win.Test.EICAR_HDB-1")
    assert hook(with_files(("Bill.pdf", PDF, "application/pdf"), text="Open this")) == "done"
    assert "[Bill.pdf was not taken: our virus scanner refused it.]" in said()[0].text
    assert (files(), stored_files()) == ([], [])


def test_a_scanner_that_is_away_is_asked_again_and_never_costs_the_words(hook, settings):
    settings.CLAMAV_URL = "unix:/nowhere/clamd.ctl"
    hook(with_files(("Bill.pdf", PDF, "application/pdf"), text="The bill"))
    assert not Ticket.objects.exists()
    incoming = Incoming.objects.get()
    assert (incoming.state, incoming.tries) == ("received", 1)
    inbox.process(incoming)
    inbox.process(incoming)
    assert incoming.state == "done"
    [message] = said()
    assert message.text.startswith("The bill\n\n[We could not check Bill.pdf for viruses")
    assert files() == []


def test_a_scanner_that_is_back_lets_the_file_through(hook, settings):
    settings.CLAMAV_URL = "unix:/nowhere/clamd.ctl"
    hook(with_files(("Bill.pdf", PDF, "application/pdf"), text="The bill"))
    settings.CLAMAV_URL = ""
    inbox.process(Incoming.objects.get())
    assert [message.text for message in said()] == ["The bill"]
    assert len(files()) == 1
