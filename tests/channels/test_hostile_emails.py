"""Hostile e-mails that try to keep a thread busy with parsing."""

import time
from email.message import EmailMessage

import pytest

from tickets.channels.email import imap, parsing
from tickets.interfaces.channel_interface import Unreadable

HEAD = {
    "From": "Ravi <ravi@example.com>",
    "To": "help@shop.example",
    "Subject": "Late",
    "Message-ID": "<a@b.example>",
}
MUCH = 250_000


def raw_email(body: str = "Where is it?", **headers: str) -> bytes:
    lines = HEAD | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{body}".encode()


def time_to(read, raw: bytes):
    """Return the seconds of processor that it took, and what was read."""
    began = time.thread_time()
    found = read(raw)
    return time.thread_time() - began, found


# Each took 3 to 20 s before, and twice the length four times as long
@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain" + "; " * MUCH},
        {"Content_Type": "text/plain" + ";a=b" * MUCH},
        {"Content_Type": 'text/plain;"' + ";" * MUCH},
        {"Content_Type": "text/plain" + "".join(f"; name*{n}*=a" for n in range(40_000))},
        {"Content_Type": "text/plain", "Content_Disposition": "inline" + "; " * MUCH},
        {"Subject": "Late " + "=?utf-8?q?a?= " * 60_000},
    ],
    ids=["blanks", "parameters", "in quotes", "in pieces", "disposition", "encoded words"],
)
def test_a_head_of_half_a_megabyte_is_read_in_no_time(headers):
    seconds, found = time_to(parsing.parse, raw_email(**headers))
    assert seconds < 1.5
    assert found.sender == "ravi@example.com"
    assert found.subject.startswith("Late")


def test_an_email_of_hundreds_of_such_parts_is_parsed_quickly():
    part = "--a\r\nContent-Type: application/pdf" + "; " * 4000 + "\r\n\r\nx\r\n"
    seconds, _ = time_to(
        parsing.parse, raw_email(part * 190 + "--a--", Content_Type="multipart/mixed; boundary=a")
    )
    assert seconds < 2.5


def test_an_email_of_too_many_parts_is_refused_at_once():
    raw = raw_email("--a\r\n\r\n" * 300_000, Content_Type="multipart/mixed; boundary=a")
    began = time.thread_time()
    with pytest.raises(Unreadable, match="more than 200 parts"):
        parsing.parse(raw)
    assert time.thread_time() - began < 1.5


def test_megabytes_of_flowing_lines_are_bounded_before_they_are_joined():
    raw = raw_email("a \r\n" * 600_000, Content_Type="text/plain; format=flowed")
    seconds, found = time_to(parsing.parse, raw)
    assert seconds < 2.5
    assert len(found.text) <= parsing.MAX_WORDS


def test_the_imap_library_does_not_parse_the_email():
    raw = raw_email(Content_Type="text/plain" + "; " * MUCH)
    seconds, found = time_to(lambda raw: imap.RawMessage([(b"1 (UID 5 FLAGS ())", raw)]), raw)
    assert seconds < 0.5
    assert (found.raw, found.uid) == (raw, "5")


def test_a_long_file_name_and_many_recipients_are_read_as_they_were_written():
    mail = EmailMessage()
    for name, value in HEAD.items():
        mail[name] = value
    mail.replace_header("To", ", ".join(f"person{n}@shop.example" for n in range(900)))
    mail.set_content("See the invoice.")
    name = "बिल " * 25 + ".pdf"
    mail.add_attachment(b"%PDF-1.4 ...", maintype="application", subtype="pdf", filename=name)
    found = parsing.parse(mail.as_bytes())
    assert [document.name for document in found.documents] == [" ".join(name.split())[:120]]
    assert found.text.strip() == "See the invoice."
    assert len(found.recipients) > 100
