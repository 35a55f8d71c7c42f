"""Texts and pictures over the API: as they were typed, once, and never under a name from outside."""

import pytest

from tests import factories
from tests.assertions import refused
from tickets import workflow
from tickets.models import Message, Sender, Status, Ticket

MESSAGE, REPLY = "/api/support/{}/message", "/api/support/admin/{}/reply"

TEXTS = [
    "नमस्ते, डिब्बा टूटा हुआ आया", "নমস্কার, বাক্স ভাঙা", "வணக்கம், பெட்டி உடைந்தது", "నమస్కారం", "ನಮಸ್ಕಾರ", "നമസ്കാരം", "ନମସ୍କାର",
    "ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "નમસ્તે", "ආයුබෝවන්", "สวัสดีครับ", "မင်္ဂလာပါ", "សួស្តី", "ສະບາຍດີ", "བཀྲ་ཤིས།", "Здравствуйте", "Γειά σας", "გამარჯობა",
    "Բարեւ", "ሰላም", "你好，盒子坏了", "こんにちは", "안녕하세요", "שלום עליכם", "مرحبا، الصندوق مكسور",
    "mixed: abc \u202eשלום\u202c 123 \u2067مرحبا\u2069 xyz", "👩‍👩‍👧‍👦 🏳️‍🌈 🧘🏽‍♀️ 🇮🇳 ❤️‍🔥 1️⃣", "5 < 6 && x > y || \"q\" 'r' &amp; &lt;b&gt;",
    "<script>alert(1)</script><!-- -->", "{{ 7*7 }} {% debug %} ${7*7} %s %(x)s {0}", "a\r\nb\nc\rd\te", "  leading and trailing  ",
    "\ttab first", "e\u0301 is not \u00e9", "zero\u200bwidth\u2060 \ufeff \u00ad", "a\u2028b\u2029c\x0bd\x0ce\x1cf\x85g\x01h\x7fi", "\ufffd \uffff \U0010ffff \ue000",
    "=1+1", "'; DROP TABLE tickets;--", "C:\\new\\table \\u0041 \\", "Z̷̢̛͙͓̈́a̶l̵g̶o̸", "null", "undefined", "0", "-0.0", "1e999",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_every_script_and_sign_comes_back_exactly(text, api, priya, asha):
    opened = api(priya).post("/api/support/create", {"message": text})
    url = f"/api/support/{opened.json()['id']}"
    said = api(priya).post(url + "/message", {"message": text})
    replied = api(asha).post(REPLY.format(opened.json()["id"]), {"message": text})
    assert [answer.status_code for answer in (opened, said, replied)] == [201, 201, 201]
    assert said.json()["message"] == replied.json()["message"] == text
    for person, address in ((priya, url), (asha, url.replace("support", "support/admin"))):
        messages = api(person).get(address).json()["messages"]
        assert [m["message"] for m in messages if m["sender"] != Sender.SYSTEM] == [text] * 3


@pytest.mark.parametrize("text", TEXTS)
def test_a_form_with_a_picture_carries_the_same_text(text, api, priya, ticket):
    form = {"message": text, "image": factories.picture()}
    answer = api(priya).post(MESSAGE.format(ticket.pk), form, format="multipart")
    assert answer.json()["message"] == text


@pytest.mark.parametrize("sign", ["a", "क", "🧘", "\n", "\U0010ffff"])
def test_4000_signs_are_taken_and_one_more_is_refused(sign, api, priya, asha, ticket):
    whole = "x" + sign * 3998 + "x"
    for person, url in (
        (priya, "/api/support/create"), (priya, "/api/chat/message"),
        (priya, MESSAGE.format(ticket.pk)), (asha, REPLY.format(ticket.pk)),
    ):  # fmt: skip
        assert api(person).post(url, {"message": whole}).status_code in (200, 201)
        said = refused(api(person).post(url, {"message": whole + "x"}), 400, field="message")
        assert "4000" in said
    assert Message.objects.filter(text=whole).count() == 3


@pytest.mark.parametrize(
    "nothing", [{}, {"message": ""}, {"message": " \n\t\u2003"}, {"message": "", "image": None}]
)
def test_nothing_is_no_message(nothing, api, priya, asha, ticket):
    for person, url in ((priya, MESSAGE.format(ticket.pk)), (asha, REPLY.format(ticket.pk))):
        refused(api(person).post(url, nothing), 400, field="message")
    for url in ("/api/support/create", "/api/chat/message"):
        refused(api(priya).post(url, nothing), 400, field="message")


# --- Once ------------------------------------------------------------------------


def test_a_retry_answers_200_with_the_same_message(api, priya, asha, ticket):
    for person, url in ((priya, MESSAGE.format(ticket.pk)), (asha, REPLY.format(ticket.pk))):
        words = {"message": "Once", "clientId": f"once-{person.role}"}
        first, again = (api(person).post(url, words) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        refused(api(person).post(url, words | {"message": "Twice"}), 409, "client_id_used")
        refused(api(person).post(url, words | {"image": factories.picture()}, format="multipart"), 409)
    assert Message.objects.filter(text="Once").count() == 2


def test_a_retry_of_a_picture_answers_200_and_leaves_one_file(api, priya, ticket, media):
    url = MESSAGE.format(ticket.pk)
    forms = [
        {"message": "Look", "clientId": "p-1", "image": factories.picture(colour=c)}
        for c in ("red", "red", "blue")
    ]
    first, again, other = (api(priya).post(url, form, format="multipart") for form in forms)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    refused(other, 409, "client_id_used")
    assert len([path for path in media.rglob("*") if path.is_file()]) == 2


def test_opening_a_ticket_again_returns_the_same_ticket_without_its_notes(api, priya, asha):
    words = {"message": "The jar is broken", "clientId": "t-1"}
    first = api(priya).post("/api/support/create", words)
    workflow.add_note(Ticket.objects.get(), "A regular", by=asha)
    again = api(priya).post("/api/support/create", words)
    assert (first.status_code, again.status_code) == (201, 200)
    assert [m["id"] for m in again.json()["messages"]] == [m["id"] for m in first.json()["messages"]]
    refused(api(priya).post("/api/support/create", words | {"message": "Another"}), 409, "client_id_used")
    assert Ticket.objects.count() == 1


def test_a_clientid_belongs_to_one_person_and_one_ticket(api, priya, vikram, ticket):
    theirs = factories.ticket(vikram)
    for person, own in ((priya, ticket), (vikram, theirs)):
        words = {"message": "Mine", "clientId": "1"}
        assert api(person).post(MESSAGE.format(own.pk), words).status_code == 201
        assert api(person).post("/api/support/create", words).status_code == 201


def test_an_agent_does_not_get_the_customers_message_by_its_clientid(api, priya, asha, ticket):
    words = {"message": "Hello", "clientId": "1"}
    api(priya).post(MESSAGE.format(ticket.pk), words)
    before = ticket.messages.count()
    refused(api(asha).post(REPLY.format(ticket.pk), words), 409, "client_id_used")
    # Nor has the agent joined, which would have been said first
    assert ticket.messages.count() == before


def test_a_message_to_a_closed_ticket_is_201_in_a_new_one_and_200_again(api, priya, asha, ticket):
    workflow.move(ticket, Status.CLOSED, by=asha)
    url, words = MESSAGE.format(ticket.pk), {"message": "It broke again", "clientId": "again-1"}
    first, again = (api(priya).post(url, words) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["ticketId"] != str(ticket.pk)
    refused(api(priya).post(url, words | {"message": "Twice"}), 409, "client_id_used")


@pytest.mark.parametrize("none", [None, ""])
def test_an_empty_clientid_is_none(none, api, priya, ticket):
    words = {"message": "Hello", "clientId": none}
    answers = [api(priya).post(MESSAGE.format(ticket.pk), words) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["clientId"] is None


def test_a_clientid_is_at_most_64_characters(api, priya, ticket):
    url = MESSAGE.format(ticket.pk)
    assert api(priya).post(url, {"message": "x", "clientId": "c" * 64}).status_code == 201
    refused(api(priya).post(url, {"message": "x", "clientId": "c" * 65}), 400, field="clientId")


# --- Multipart -----------------------------------------------------------------------

NAMES = [
    'a".jpg', "a&quot; onmouseover=alert(1) x=&quot;.jpg", "<img src=x onerror=alert(1)>.jpg", "../../../etc/passwd",
    "..\\..\\windows\\win.ini", "/etc/passwd", "con.jpg", "a.jpg.php", "a.svg", "a.html", ".htaccess", "बक्सा.jpg", "🧘.jpg",
    "a" * 300 + ".jpg", "a\tb.jpg", "\u202egpj.exe", "%2e%2e%2f", "$(id).jpg", "a;b.jpg", "a'b.jpg", "x.jpg%00.php", "noextension",
]  # fmt: skip


def multipart(disposition: str, content: bytes, content_type: str = "image/jpeg") -> bytes:
    head = f"--b\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {content_type}\r\n\r\n"
    return head.encode() + content + b"\r\n--b--\r\n"


def post(client, ticket, body: bytes):
    url = MESSAGE.format(ticket.pk)
    return client.generic("POST", url, body, content_type="multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    "form", ['name="image"; filename="{}"', 'name="image"; filename="a.jpg"; filename*=UTF-8\'\'{}']
)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_file_name_gets_in(name, form, api, priya, ticket, media):
    escaped = name.replace("\\", "\\\\").replace('"', '\\"') if "*" not in form else name
    answer = post(api(priya), ticket, multipart(form.format(escaped), factories.picture().read()))
    stored = [path.relative_to(media) for path in media.rglob("*") if path.is_file()]
    if answer.status_code == 400:
        # No name is left of it, and so there is no file
        refused(answer, 400)
        assert stored == []
        return
    message = Message.objects.get(pk=answer.json()["id"])
    assert {str(path) for path in stored} == {message.picture.name, message.thumbnail.name}
    assert not list(media.parent.rglob("*passwd*"))
    served = api(priya).get(answer.json()["image"])
    assert (served["Content-Type"], served["Content-Disposition"]) == ("image/jpeg", "inline")
    assert message.text == ""


@pytest.mark.parametrize(
    ("disposition", "content", "field"),
    [
        ('name="image"', b"not a file", "image"),
        ('name="image"; filename="a.jpg"', b"", "image"),
        ('name="image"; filename="a.jpg"', b"<?php echo 1;", "image"),
        ('name="image"; filename="a.svg"', b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image"),
        ('name="image"; filename="a.jpg"', b"\xff\xd8\xff" + b"x" * 1000, "image"),
        ('name="picture"; filename="a.jpg"', b"another name", "message"),
        ('name="image"; filename=""', b"no name", "image"),
        ('name="message"; filename="a.txt"', b"a file for a text", "message"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_with_a_sentence(
    disposition, content, field, api, priya, ticket, media
):
    refused(post(api(priya), ticket, multipart(disposition, content)), 400, field=field)
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_the_empty_file_field_of_a_form_is_no_picture(api, priya, ticket):
    text = b'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\nHello\r\n'
    answer = post(
        api(priya), ticket, text + multipart('name="image"; filename=""', b"", "application/octet-stream")
    )
    assert (answer.status_code, answer.json()["image"]) == (201, None)


def test_a_picture_in_json_is_refused(api, priya, ticket):
    for image in ("data:image/png;base64,AAAA", {"name": "a.jpg"}, 5):
        refused(
            api(priya).post(MESSAGE.format(ticket.pk), {"message": "x", "image": image}), 400, field="image"
        )


@pytest.mark.parametrize(
    "body",
    [b"", b"--b", b"--b--", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", b"no boundary at all",
     b"--b\r\nContent-Disposition: form-data; name=\"message\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--",
     b"--b\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n--b--",
     b"".join(b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(1500)) + b"--b--",
     b"".join(b'--b\r\nContent-Disposition: form-data; name="f"; filename="%d"\r\n\r\nx\r\n' % n for n in range(200)) + b"--b--"],
    ids=["nothing", "cut off", "empty", "no head", "no name", "no boundary", "bad base64", "a long head", "1500 fields", "200 files"],
)  # fmt: skip
def test_a_form_that_cannot_be_read_is_refused_in_words(body, api, priya, ticket):
    refused(post(api(priya), ticket, body), 400)


@pytest.mark.parametrize("text", [b"a%ed%a0%80b", b"\xff", b"a%ff"])
def test_a_form_that_is_not_utf8_is_refused_and_not_changed(text, api, priya, ticket):
    path, kind = f"/api/support/{ticket.pk}/message", "application/x-www-form-urlencoded"
    body = b"message=" + text
    answer = api(priya).generic("POST", path, body, content_type=kind)
    assert "UTF-8" in refused(answer, 400)
    frame = b'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\na\xff\xfeb\r\n--b--\r\n'
    answer = api(priya).generic("POST", path, frame, content_type="multipart/form-data; boundary=b")
    assert "UTF-8" in refused(answer, 400)
    assert ticket.messages.count() == 2


def test_a_text_larger_than_any_of_ours_in_a_form_is_refused(api, priya, ticket):
    refused(post(api(priya), ticket, multipart('name="message"', b"x" * 1_100_000, "text/plain")), 413)
