"""Files through the composers of desk, widget and link; recordings in parts; the virus scanner."""

import socket
import struct
import threading
from contextlib import closing

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from supportdesk.env import BadSetting, Environment
from supportdesk.storage import clamd
from tests.files.pictures import files as stored_files
from tests.pages import page
from tickets.channels import links
from tickets.models import Attachment, Message

PDF = b"%PDF-1.7\n%invoice"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(range(84))

pytestmark = [pytest.mark.django_db]


def pdf(name="invoice.pdf", data=PDF):
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def reply(client, ticket, *files, **more):
    return client.post(
        f"/support/{ticket.pk}/reply", {"file": list(files)} | more, headers={"X-Requested-With": "fetch"}
    )


# --- The composers -----------------------------------------------------------


@pytest.mark.all_engines
def test_an_agent_sends_files_from_the_desk(browse, ticket, asha):
    response = reply(browse(asha), ticket, pdf(), pdf("voice.wav", WAV), clientId="f1")
    assert response.status_code == 201, response.content
    shown = page(response)
    assert shown.one("a", _class="file-card").one("span", _class="file-name").text == "invoice.pdf"
    assert shown.one("audio")["aria-label"] == "voice.wav"
    assert [each.type for each in Attachment.objects.all()] == ["application/pdf", "audio/wav"]


def test_a_private_note_can_have_a_file(browse, ticket, asha):
    assert reply(browse(asha), ticket, pdf(), internal="1").status_code == 201
    assert Message.objects.get(file_count=1).internal


@pytest.mark.parametrize(
    ("file", "status", "sentence"),
    [
        (("page.pdf", b"<html>"), 400, "is not a file that we take"),
        (("big.pdf", PDF + bytes(3000)), 413, "larger than"),
    ],
)
def test_the_desk_refuses_what_the_bytes_do_not_allow(
    browse, ticket, asha, settings, file, status, sentence
):
    settings.FILE_MAX_BYTES = 2000
    response = reply(browse(asha), ticket, pdf(*file))
    assert (response.status_code, sentence in response.content.decode()) == (status, True)
    assert stored_files() == []


def test_nothing_at_all_is_no_message(browse, ticket, asha):
    assert (
        browse(asha)
        .post(f"/support/{ticket.pk}/reply", {}, headers={"X-Requested-With": "fetch"})
        .status_code
        == 400
    )


@pytest.mark.all_engines
def test_a_customer_sends_a_file_from_the_widget(api, ticket, priya):
    sent = {"conversation": str(ticket.pk), "clientId": "w1", "file": [pdf()]}
    response = api(priya).post("/widget/messages", sent, format="multipart")
    assert response.status_code == 200, response.content
    assert page(response).one("a", _class="file-card")["data-download"] == ""
    assert Attachment.objects.get().message.ticket_id == ticket.pk


def test_villy_is_sent_no_files(api, priya):
    response = api(priya).post("/widget/messages", {"file": [pdf()], "message": "look"}, format="multipart")
    assert response.status_code == 400
    assert "Villy cannot read files" in response.json()["file"][0]
    assert stored_files() == []


def test_the_page_behind_the_link_in_an_email_takes_a_file_and_plays_a_recording(client, ticket):
    token = links.token(links.create(ticket))
    assert client.post(f"/c/{token}/", {"file": pdf("voice.wav", WAV), "message": ""}).status_code == 303
    player = page(client.get(f"/c/{token}/")).one("audio")
    assert client.get(player["src"]).status_code == 200


def test_both_composers_have_a_control_of_that_name(browse, api, ticket, asha, priya):
    desk = page(browse(asha).get(f"/support/{ticket.pk}/"))
    frame = page(api(priya).get(f"/widget/conversation?conversation={ticket.pk}"))
    for shown in (desk, frame):
        assert shown.one("button", aria_label="Attach file")
        assert shown.one("button", aria_label="Attach image")


# --- Recordings in parts ------------------------------------------------------


@pytest.fixture
def recording(browse, ticket, asha):
    reply(browse(asha), ticket, pdf("voice.wav", WAV))
    return f"/files/attachments/{Attachment.objects.get().pk}"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, WAV[:10]),
        ("bytes=90-", 206, WAV[90:]),
        ("bytes=-4", 206, WAV[-4:]),
        ("bytes=0-", 200, WAV),
        ("bytes=10-9999", 206, WAV[10:]),
        ("lines=1-2", 200, WAV),
        ("bytes=0-1,4-5", 200, WAV),
        ("bytes=100-", 416, b""),
        ("bytes=9-3", 416, b""),
        ("bytes=-0", 416, b""),
    ],
)
def test_a_part_of_a_recording_can_be_asked_for(browse, recording, asha, asked, status, part):
    response = browse(asha).get(recording, headers={"Range": asked})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert (response.status_code, body) == (status, part)
    if status == 206:
        assert response["Content-Range"].endswith(f"/{len(WAV)}")
    if status != 416:
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]


# --- The virus scanner --------------------------------------------------------


class Scanner:
    """Speaks clamd's INSTREAM: answers as it is told, and keeps what it was sent."""

    def __init__(self, verdict: bytes):
        self.verdict, self.seen = verdict, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as sent:
                assert sent.read(10) == b"zINSTREAM\0"
                while size := struct.unpack("!I", sent.read(4))[0]:
                    self.seen += sent.read(size)
                connection.sendall(self.verdict)

    def close(self):
        self.socket.close()


@pytest.fixture
def scanner(settings):
    made = []

    def start(verdict: bytes) -> Scanner:
        made.append(Scanner(verdict))
        settings.CLAMAV_URL = made[-1].url
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_a_clean_file_is_taken(browse, ticket, asha, scanner):
    clamav = scanner(b"stream: OK\0")
    assert reply(browse(asha), ticket, pdf()).status_code == 201
    assert clamav.seen == PDF
    with default_storage.open(Attachment.objects.get().file.name) as stored:
        assert stored.read() == PDF


def test_a_file_in_which_something_is_found_is_refused_and_not_stored(browse, api, ticket, asha, scanner):
    scanner(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
    response = reply(browse(asha), ticket, pdf(), pdf("b.pdf"))
    assert (response.status_code, b"virus scanner refused it" in response.content) == (400, True)
    answer = api(asha).post(f"/api/support/admin/{ticket.pk}/reply", {"file": [pdf()]}, format="multipart")
    assert (answer.status_code, list(answer.json())) == (400, ["file"])
    assert stored_files() == []
    assert not Message.objects.filter(file_count__gt=0).exists()


@pytest.mark.parametrize(
    "verdict", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: \0", b"nonsense"]
)
def test_a_file_that_could_not_be_checked_is_refused(browse, api, ticket, priya, asha, scanner, verdict):
    scanner(verdict)
    response = reply(browse(asha), ticket, pdf())
    assert (response.status_code, b"could not check invoice.pdf" in response.content) == (503, True)
    answer = api(priya).post(f"/api/support/{ticket.pk}/message", {"file": [pdf()]}, format="multipart")
    assert (answer.status_code, answer.json()["code"], "Retry-After" in answer) == (
        503,
        "not_checked",
        True,
    )
    assert stored_files() == []


def test_a_scanner_that_is_away_lets_nothing_through(browse, ticket, asha, settings):
    with closing(socket.create_server(("127.0.0.1", 0))) as gone:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{gone.getsockname()[1]}"
    assert reply(browse(asha), ticket, pdf()).status_code == 503
    settings.CLAMAV_URL = "unix:/nowhere/clamd.ctl"
    assert reply(browse(asha), ticket, pdf()).status_code == 503


def test_text_is_not_held_up_by_the_scanner(browse, ticket, asha, settings):
    settings.CLAMAV_URL = "unix:/nowhere/clamd.ctl"
    assert reply(browse(asha), ticket, message="Hello").status_code == 201


def test_a_scanner_at_a_socket_of_the_machine_is_asked(tmp_path):
    path = str(tmp_path / "clamd.ctl")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen()

        def answer():
            connection, _ = listening.accept()
            asked = b""
            with connection:
                while not asked.endswith(b"hello\0\0\0\0"):
                    asked += connection.recv(1024)
                connection.sendall(b"stream: OK\0")

        thread = threading.Thread(target=answer)
        thread.start()
        assert clamd.scan(f"unix:{path}", [b"hello"]) == ""
        thread.join()


@pytest.mark.parametrize("value", ["clamav", "http://clamav:3310", "tcp://clamav", "unix:relative"])
def test_an_address_of_a_scanner_that_is_none_stops_the_start(value):
    with pytest.raises(BadSetting, match="CLAMAV_URL"):
        Environment({"CLAMAV_URL": value}).text(
            "CLAMAV_URL", pattern=r"tcp://[^\s/:@]+:[0-9]{1,5}|unix:/\S+", fits="use tcp://host:3310"
        )
