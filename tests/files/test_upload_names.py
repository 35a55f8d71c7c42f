"""A picture is not lost because of the name that it has, or does not have."""

import pytest

from tests import factories
from tickets.channels import links
from tickets.models import Ticket

PART = b'Content-Disposition: form-data; name="image"; '


def sent(client, ticket: Ticket, disposition: bytes, content: bytes | None = None):
    """Send a message with a picture whose part has these headers."""
    content = factories.picture().read() if content is None else content
    frame = b'--cut\r\nContent-Disposition: form-data; name="message"\r\n\r\nLook\r\n--cut\r\n%b\r\nContent-Type: image/jpeg\r\n\r\n%b\r\n--cut--\r\n'
    body = frame % (disposition, content)
    return client.generic(
        "POST", f"/api/support/{ticket.pk}/message", body, content_type="multipart/form-data; boundary=cut"
    )


@pytest.mark.parametrize(
    "disposition",
    [
        PART + b'filename="box.jpg"',
        PART + b'filename=".."',
        PART + b'filename="."',
        PART + b'filename="my photos/"',
        PART + b'filename="C:\\\\"',
        PART + b'filename="&#47;"',
        PART + b'filename="\xe0\xa4"',
        PART + b'filename="caf\xe9.jpg"',
        PART + b'filename="\x01\x02"',
        PART + b'filename=""',
        PART + b"filename*=nonsense''box.jpg",
        PART + b"filename*=utf-8''%E0%A4",
        PART + b"filename*=''box.jpg",
        PART + b"filename*0=a; filename*=utf-8''box.jpg",
        PART + b'filename="' + "बक्सा.jpg".encode() + b'"',
        PART + b'filename="' + b"x" * 700 + b'.jpg"',
    ],
    ids=lambda value: repr(value[44:70]),
)  # fmt: skip
def test_a_picture_of_any_name_arrives(disposition, ticket, priya, api):
    answer = sent(api(priya), ticket, disposition)
    assert answer.status_code == 201, answer.content
    assert answer.json()["image"]


@pytest.mark.parametrize(
    "odd", ["boundary*0=a; boundary*=utf-8''b", "boundary*=nonsense''cut", "x*1*=a; x*y=b; x*=c"]
)
def test_a_content_type_that_cannot_be_read_is_400(odd, ticket, priya, api):
    path = f"/api/support/{ticket.pk}/message"
    answer = api(priya).generic("POST", path, b"--cut--", content_type=f"multipart/form-data; {odd}")
    assert answer.status_code == 400
    answer = api(priya).generic("POST", path, b'{"message": "Hi"}', content_type=f"application/json; {odd}")
    assert answer.status_code == 201
    accepted = api(priya).get("/api/auth/me", headers={"Accept": f"application/json; {odd}"})
    assert accepted.status_code in (200, 406)


def test_two_pictures_in_one_message_are_refused_and_neither_is_dropped(ticket, priya, api):
    pictures = [factories.picture(), factories.picture()]
    form = {"message": "Look", "image": pictures}
    answer = api(priya).post(f"/api/support/{ticket.pk}/message", form, format="multipart")
    assert (answer.status_code, list(answer.json())) == (400, ["image"])
    assert ticket.messages.count() == 2


def test_a_file_field_that_was_left_empty_is_no_picture(ticket, priya, api):
    answer = sent(api(priya), ticket, PART + b'filename=""', b"")
    assert (answer.status_code, answer.json()["image"]) == (201, None)


@pytest.mark.parametrize(
    "disposition", [PART + b'filename="box.jpg"', PART + b'filename=".."'], ids=["name", "dots"]
)
def test_a_file_that_is_announced_and_not_there_is_400(disposition, ticket, priya, api):
    answer = sent(api(priya), ticket, disposition, b"")
    assert (answer.status_code, list(answer.json())) == (400, ["image"])
    assert ticket.messages.count() == 2


@pytest.mark.parametrize("image", ["box.jpg", {}, {"name": "box.jpg"}, 7, ["box.jpg"], True], ids=str)
def test_a_picture_that_is_only_named_in_json_is_400(image, ticket, priya, api):
    answer = api(priya).post(
        f"/api/support/{ticket.pk}/message", {"message": "Look", "image": image}, format="json"
    )
    assert (answer.status_code, list(answer.json())) == (400, ["image"])
    assert ticket.messages.count() == 2


@pytest.mark.parametrize("value", [b"box.jpg", b"undefined", b"[object File]"])
def test_a_picture_that_is_a_text_in_the_form_is_400(value, ticket, priya, api):
    answer = sent(api(priya), ticket, b'Content-Disposition: form-data; name="image"', value)
    assert (answer.status_code, list(answer.json())) == (400, ["image"])


def test_the_agents_form_keeps_a_picture_of_any_name(ticket, asha, browse):
    head = b"--cut\r\n" + PART + b'filename=".."\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head + factories.picture().read() + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    answer = browse(asha).generic("POST", f"/support/{ticket.pk}/reply", body, content_type=kind)
    assert answer.status_code in (201, 302), answer.content
    assert ticket.messages.last().picture


PDF = b"%PDF-1.7\n%%EOF"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'filename="' + "चालान-ü 🙂.pdf".encode() + b'"', "चालान-ü 🙂.pdf"),
        (b"filename*=utf-8''%E0%A4%9A%E0%A4%BE.pdf", "चा.pdf"),
        (b"filename*=iso-8859-1''caf%E9.pdf", "café.pdf"),
        (b'filename="' + "\u202efdp.exe".encode() + b'"', "fdp.exe"),
        (b'filename="../../etc/' + "बिल.pdf".encode() + b'"', "बिल.pdf"),
    ],
    ids=["raw", "extended", "other charset", "turned around", "path"],
)
@pytest.mark.parametrize("door", ["api", "page", "link"])
def test_a_document_keeps_its_name_in_any_script(door, disposition, name, ticket, priya, asha, api, browse):
    head = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; %b\r\nContent-Type: application/pdf\r\n\r\n'
    )
    body = head % disposition + PDF + b"\r\n--cut--\r\n"
    client, path = {
        "api": (api(priya), f"/api/support/{ticket.pk}/message"),
        "page": (browse(asha), f"/support/{ticket.pk}/reply"),
        "link": (browse(), f"/c/{links.token(links.create(ticket))}/"),
    }[door]
    answer = client.generic("POST", path, body, content_type="multipart/form-data; boundary=cut")
    assert answer.status_code in (201, 302, 303), answer.content
    assert [each.name for each in ticket.messages.last().attachments.all()] == [name]
