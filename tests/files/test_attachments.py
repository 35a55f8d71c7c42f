"""Files on messages: what is taken, who may download it, and when it goes."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supportdesk.serving import request_bodies
from tests import factories
from tests.assertions import refused
from tests.files.pictures import files as stored_files
from tickets import live, workflow
from tickets.files.attachments import plain_name, type_of
from tickets.models import Attachment, Message, Role, Ticket
from tickets.privacy import personal_data

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]

PDF = b"%PDF-1.7\n%invoice"
SAMPLES = {
    "application/pdf": PDF,
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\2\0",
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\0\0",
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\0" * 90 + b"\x86\x85V_VP9",
    "audio/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + b"\0" * 90 + b"\x86\x86A_OPUS",
    "audio/ogg": b"OggS\0\2" + b"\0" * 22 + b"OpusHead",
    "audio/mpeg": b"\xff\xfb\x90\x64" + b"\0" * 20,
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\0\0",
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt ",
}
NOT_TAKEN = {
    "page": b"<html><script>alert(1)</script>",
    "program": b"MZ\x90\0\3",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
    "matroska": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    "theora": b"OggS\0\2" + b"\0" * 22 + b"\x80theora",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "utf-16": b"\xff\xfe<\0h\0",
    "avi": b"RIFF\x24\0\0\0AVI LIST",
    "empty": b"",
}


def upload(data=PDF, name="invoice.pdf"):
    return SimpleUploadedFile(name, data, content_type="text/html")


@pytest.fixture
def people(db):
    priya = factories.person()
    agent = factories.person("Asha", Role.AGENT)
    return priya, agent, factories.ticket(priya)


@pytest.fixture
def say(api, people):
    def say(*files, person=None, **body):
        priya, _, ticket = people
        form = body | {"file": list(files)}
        return api(person or priya).post(f"/api/support/{ticket.pk}/message", form, format="multipart")

    return say


@pytest.fixture
def reply(api, people):
    def reply(*files, **body):
        _, agent, ticket = people
        form = body | {"file": list(files)}
        return api(agent).post(f"/api/support/admin/{ticket.pk}/reply", form, format="multipart")

    return reply


# --- Taken -------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "data"), SAMPLES.items())
def test_the_bytes_decide_the_type(kind, data):
    assert type_of(data) == kind


@pytest.mark.parametrize("data", NOT_TAKEN.values(), ids=list(NOT_TAKEN))
def test_other_bytes_are_no_type_that_we_take(data):
    assert type_of(data) == ""


def test_a_customer_sends_files_and_both_sides_download_them(api, say, people):
    priya, agent, ticket = people
    answer = say(upload(), upload(SAMPLES["audio/ogg"], "voice.bin"), message="See these")
    assert answer.status_code == 201, answer.json()
    first, second = answer.json()["attachments"]
    assert set(first) == {"name", "type", "size", "url"}
    assert (first["name"], first["type"], first["size"]) == ("invoice.pdf", "application/pdf", len(PDF))
    assert (second["name"], second["type"]) == ("voice.bin", "audio/ogg")
    for person, path in ((priya, f"/api/support/{ticket.pk}"), (agent, f"/api/support/admin/{ticket.pk}")):
        shown = api(person).get(path).json()["messages"][-1]
        assert shown["attachments"] == [first, second]
        download = api(person).get(first["url"])
        assert b"".join(download.streaming_content) == PDF
        assert download["Content-Type"] == "application/pdf"
        assert download["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
        assert download["X-Content-Type-Options"] == "nosniff"
        assert download["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_needs_no_text_and_the_list_says_that_it_is_one(say, people):
    assert say(upload()).status_code == 201
    assert Ticket.objects.get(pk=people[2].pk).preview == "File"


def test_a_message_to_a_closed_ticket_takes_its_files_to_the_next(say, people):
    Ticket.objects.filter(pk=people[2].pk).update(status="closed")
    answer = say(upload(), message="Again", clientId="c1")
    assert answer.status_code == 201
    assert answer.json()["ticketId"] != str(people[2].pk)
    assert len(answer.json()["attachments"]) == 1
    assert say(upload(), message="Again", clientId="c1").json()["id"] == answer.json()["id"]


def test_an_agent_replies_with_a_file_beside_a_picture(reply):
    answer = reply(upload(), message="Your invoice", image=factories.picture())
    assert answer.status_code == 201, answer.json()
    assert answer.json()["image"]
    assert len(answer.json()["attachments"]) == 1


def test_a_name_is_one_line_without_paths_and_card_numbers():
    assert plain_name("a/b\r\nc\u202e.pdf") == "abc.pdf"
    assert plain_name("") == "file"
    assert len(plain_name("x" * 300 + ".pdf")) == 120
    assert "4111111111111111" not in plain_name("4111111111111111.pdf")


# --- Who may -----------------------------------------------------------------


def test_others_get_404_and_visitors_401(api, say, people, client):
    url = say(upload(), message="x").json()["attachments"][0]["url"]
    assert refused(api(factories.person("Ravi")).get(url), 404)
    assert client.get(url).status_code == 401
    assert api(people[0]).post(url).status_code == 405
    assert refused(say(upload(), person=factories.person("Meena"), message="x"), 404)


def test_the_file_of_a_private_note_is_for_agents(api, reply, people):
    url = reply(upload(), message="Look", internal="true").json()["attachments"][0]["url"]
    assert refused(api(people[0]).get(url), 404)
    assert api(people[1]).get(url).status_code == 200


# --- Refused: nothing is stored ----------------------------------------------


def nothing_stored():
    return not Attachment.objects.exists() and not any("/files/" in str(path) for path in stored_files())


@pytest.mark.parametrize("data", NOT_TAKEN.values(), ids=list(NOT_TAKEN))
def test_a_file_of_another_kind_is_refused_with_all_of_its_request(say, people, data):
    answer = say(upload(), upload(data, "trick.pdf"), message="x")
    assert answer.status_code == 400
    [sentence] = answer.json()["file"]
    assert sentence.startswith("trick.pdf is not a file that we take.")
    assert nothing_stored()
    assert not Message.objects.filter(ticket=people[2], text="x").exists()


def test_six_files_are_refused(say):
    answer = say(*[upload() for _ in range(6)], message="x")
    assert answer.status_code == 400
    assert answer.json() == {"file": ["Please send at most 5 files at once."]}
    assert nothing_stored()


def test_a_file_that_is_too_large_is_refused(say, settings):
    settings.FILE_MAX_BYTES = 1024 * 1024
    answer = say(upload(PDF + b"x" * 1024 * 1024), message="x")
    assert answer.status_code == 413
    assert answer.json()["detail"].startswith("invoice.pdf is larger than 1 MB.")
    assert nothing_stored()


def test_files_that_are_too_large_together_are_refused(reply, settings):
    settings.FILES_MAX_BYTES = len(PDF) + 1
    answer = reply(upload(), upload(), message="x")
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert nothing_stored()


def test_text_where_a_file_belongs_is_refused(say):
    assert say("not a file", message="x").status_code == 400


def test_a_refused_picture_leaves_no_file(say):
    answer = say(upload(), message="x", image=SimpleUploadedFile("a.jpg", b"no picture"))
    assert answer.status_code == 400
    assert nothing_stored()


@pytest.mark.parametrize(
    ("path", "kind", "fits"),
    [
        ("/api/support/a/message", b"multipart/form-data; boundary=x", True),
        ("/api/support/admin/a/reply", b"multipart/form-data; boundary=x", True),
        ("/api/support/a/message", b"application/json", False),
        ("/api/support/create", b"multipart/form-data; boundary=x", False),
        ("/api/support/admin/message", b"multipart/form-data; boundary=x", False),
    ],
)
def test_only_forms_for_these_two_calls_may_have_40_mb(path, kind, fits):
    scope = {"path": path, "headers": [(b"content-type", kind)]}
    assert (request_bodies._most(scope) >= 40 * 1024 * 1024) is fits


# --- Again -------------------------------------------------------------------


def test_a_retry_is_the_same_message_and_other_bytes_are_a_mistake(say):
    first = say(upload(), message="x", clientId="c1")
    again = say(upload(), message="x", clientId="c1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = say(upload(PDF + b"!"), message="x", clientId="c1")
    assert refused(other, 409)
    assert refused(say(message="x", clientId="c1"), 409)
    assert Attachment.objects.count() == 1
    assert sum("/files/" in str(path) for path in stored_files()) == 1


# --- Gone --------------------------------------------------------------------


@pytest.mark.engines
def test_a_withdrawn_reply_has_no_files(reply, people, django_capture_on_commit_callbacks):
    seq = reply(upload(), message="x").json()["seq"]
    ticket = Ticket.objects.get(pk=people[2].pk)
    name = Attachment.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        workflow.withdraw(ticket, seq, by=people[1])
    assert not Attachment.objects.exists()
    assert Message.objects.get(ticket=ticket, seq=seq).file_count == 0
    assert not default_storage.exists(name)


@pytest.mark.engines
def test_an_erasure_takes_the_files_with_their_bytes(say, people):
    say(upload())
    name = Attachment.objects.get().file.name
    personal_data.erase(people[0])
    assert not Attachment.objects.exists()
    assert not default_storage.exists(name)
    message = Message.objects.filter(ticket=people[2], sender="customer").order_by("-seq").first()
    assert (message.text, message.file_count) == ("[file erased]", 0)


def test_an_export_has_the_files(say, people):
    say(upload(), message="x")
    out = io.BytesIO()
    personal_data.export(people[0], out)
    with zipfile.ZipFile(out) as archive:
        [ticket] = json.loads(archive.read("data.json"))["tickets"]
        [told] = [file for message in ticket["messages"] for file in message["files"]]
        assert told["name"] == "invoice.pdf"
        assert archive.read(told["file"]) == PDF


def test_retention_takes_the_files(say, people, settings):
    settings.RETENTION_DAYS = 30
    say(upload(), message="x")
    name = Attachment.objects.get().file.name
    old = timezone.now() - timedelta(days=31)
    Ticket.objects.filter(pk=people[2].pk).update(status="closed", updated_at=old)
    # The ticket of the newest activity stays for another time
    factories.ticket(factories.person("Ravi"))
    live.assign_sequence()
    personal_data.retain(timezone.now())
    assert not Attachment.objects.exists()
    assert not default_storage.exists(name)


# --- Queries -----------------------------------------------------------------


def queries_of(call) -> int:
    call()
    with CaptureQueriesContext(connection) as asked:
        call()
    return len(asked)


def test_a_page_of_messages_asks_once_for_files_and_not_at_all_without(api, say, people):
    priya, _, ticket = people
    caller = api(priya)
    call = lambda: caller.get(f"/api/support/{ticket.pk}")  # noqa: E731
    without = queries_of(call)
    say(upload(), message="1")
    say(upload(), upload(), message="2")
    say(upload(), message="3")
    assert queries_of(call) == without + 1
