"""WhatsApp: verified calls, Villy first, people at once, ticks, the 24 hours, and an API that misbehaves."""

import json
import threading
import time
from datetime import timedelta

import pytest
import requests
from django.test import Client
from django.utils import timezone

from chatbot.models import Chat
from tests import factories
from tests.channels.whatsapp_calls import (
    RAVI,
    VERIFY,
    call,
    message,
    says,
    send_all,
    signed,
)
from tickets import workflow
from tickets.channels import assistant, inbox
from tickets.channels.whatsapp import api as calls
from tickets.models import (
    AddressBlock,
    ChannelIdentity,
    Incoming,
    Message,
    Outgoing,
    Person,
    Sender,
    Ticket,
)
from tickets.pictures.uploads import received

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]


# --- Verification and signature ----------------------------------------------


def test_meta_verifies_the_address(cloud):
    # These names are Meta's: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "12345"}
    answer = Client().get("/hooks/whatsapp/", asked)
    assert (answer.status_code, answer.text) == (200, "12345")
    assert Client().get("/hooks/whatsapp/", asked | {"hub.verify_token": "x"}).status_code == 403


def test_an_unsigned_call_does_nothing(cloud):
    body = call([message("text", "Hello")])
    assert signed(body, "other").status_code == 401
    assert Client().post("/hooks/whatsapp/", body, content_type="application/json").status_code == 401
    assert not Incoming.objects.exists()


def test_a_desk_without_whatsapp_has_no_such_address(db):
    assert signed(call()).status_code == 404
    assert Client().get("/hooks/whatsapp/", {"hub.verify_token": ""}).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"entry": 5}', b'{"entry": [{"changes": [{"value": null}]}]}']
)
def test_a_signed_call_that_cannot_be_read_is_put_aside(cloud, body):
    assert signed(body).status_code == 200
    says("Hello")
    assert Chat.objects.count() == 1


# --- Villy first -------------------------------------------------------------


@pytest.mark.parametrize(
    "bad", [{"id": "wamid.bad"}, {"content": "Hello \0 there"}, {"content": "Half \ud800 of it"}], ids=str
)
def test_a_message_that_cannot_be_stored_stops_none_behind_it(cloud, bad, monkeypatch):
    whole = inbox.take_in

    def take_in(channel, key, **given):
        if key == "wamid.bad" and "payload" in given:
            raise ValueError("no database takes this")
        return whole(channel, key, **given)

    monkeypatch.setattr(inbox, "take_in", take_in)
    first = message(**{"content": "Hello"} | bad)
    assert signed(call([first, message(content="Good evening", sender="919800000001")])).status_code == 200
    assert Person.objects.filter(phone__contains="9800000001").exists()
    assert Incoming.objects.count() == 2


def test_villy_answers_first_with_text_that_stands_alone(cloud):
    factories.makhana()
    says("show me makhana")
    send_all()
    assert not Ticket.objects.exists()
    [body] = cloud.sent
    assert body["to"] == RAVI
    assert "Classic Makhana" in cloud.texts[0]
    assert "249" in cloud.texts[0]
    assert body["type"] == "interactive"


@pytest.mark.parametrize("part", ["answer", "understand"])
def test_when_villy_fails_a_person_gets_the_words(cloud, part, monkeypatch, caplog):
    def fails(*args, **options):
        raise ZeroDivisionError

    for each in {part, "answer"}:
        monkeypatch.setattr(assistant.get(), each, fails)
    says("My honey jar arrived broken")
    [ticket] = Ticket.objects.all()
    assert ticket.messages.get(sender=Sender.CUSTOMER).text == "My honey jar arrived broken"
    assert "a person will" in caplog.text
    assert Incoming.objects.get().state == "done"


def test_asking_for_a_person_opens_the_ticket_at_once_with_the_chat(cloud, asha, api):
    says("My honey jar arrived broken")
    says("I want to talk to a person")
    ticket = Ticket.objects.get()
    assert ticket.channel == "whatsapp"
    assert "broken" in json.dumps(ticket.handover)
    assert (ticket.requester_name, ticket.requester_phone) == ("Ravi", f"+{RAVI}")
    shown = api(asha).get(f"/api/support/admin/{ticket.pk}").json()
    assert shown["channel"] == "whatsapp"
    says("It leaks")
    assert ticket.messages.filter(text="It leaks", sender=Sender.CUSTOMER).count() == 1
    send_all()
    assert any("An agent will help you" in text for text in cloud.texts)


def test_a_button_says_what_it_stands_for(cloud):
    says("My honey jar arrived broken")
    send_all()
    [body] = cloud.sent
    buttons = body["interactive"]["action"]["buttons"]
    person = next(each["reply"] for each in buttons if "person" in each["reply"]["title"])
    tapped = {"type": "button_reply", "button_reply": {"id": person["id"], "title": person["title"]}}
    signed(call([message("interactive", tapped)]))
    assert Ticket.objects.count() == 1


def test_the_same_message_twice_is_one_and_answered_once(cloud):
    body = call([message("text", "Hello", id="wamid.same")])
    assert [signed(body).status_code, signed(body).status_code] == [200, 200]
    send_all()
    assert len(cloud.sent) == 1
    assert Person.objects.count() == 1


# --- On the ticket -----------------------------------------------------------


def test_a_reply_waits_for_the_undo_window_and_leaves_once(cloud, on_ticket, asha):
    workflow.agent_replies(on_ticket, "A new jar is on its way", by=asha)
    send_all(7.5)
    assert cloud.sent == []
    send_all(10)
    send_all(3600)
    assert cloud.texts == ["A new jar is on its way"]


@pytest.mark.engines
def test_pictures_voice_and_places_arrive(cloud, on_ticket):
    cloud.media["photo-1"] = factories.picture(size=(300, 200)).read()
    signed(call([message("image", {"id": "photo-1", "mime_type": "image/jpeg", "caption": "Look"})]))
    signed(
        call([message("audio", {"id": "voice-1", "voice": True, "mime_type": "audio/ogg; codecs=opus"})])
    )
    signed(call([message("location", {"latitude": 18.52, "longitude": 73.85, "name": "Home"})]))
    picture, voice, place = on_ticket.messages.filter(sender=Sender.CUSTOMER).order_by("seq")[1:]
    assert (picture.text, bool(picture.picture)) == ("Look", True)
    assert "Voice message" in voice.text
    assert "maps.google.com/?q=18.52" in place.text


@pytest.mark.engines
def test_a_picture_that_comes_later_is_fetched_again_and_the_words_are_never_lost(cloud, on_ticket):
    cloud.before = lambda method, path, body: (500, b"{}") if path.endswith("/photo-1") else None
    signed(call([message("image", {"id": "photo-1", "mime_type": "image/jpeg", "caption": "Look"})]))
    assert not on_ticket.messages.filter(text__contains="Look").exists()
    for minutes in (5, 10, 15):
        inbox.retry_due(timezone.now() + timedelta(minutes=minutes))
    [arrived] = on_ticket.messages.filter(text__contains="Look")
    assert "could not be fetched" in arrived.text


def test_an_agents_picture_is_uploaded_and_sent(cloud, on_ticket, asha):
    with received(factories.picture(encoder="WEBP", name="x.webp")) as stored:
        workflow.agent_replies(on_ticket, "This one?", by=asha, picture=stored)
    send_all()
    assert len(cloud.uploads) == 1
    assert cloud.sent[0]["image"] == {"id": "uploaded-1", "caption": "This one?"}


@pytest.mark.engines
def test_did_that_solve_it_is_asked_with_buttons(cloud, on_ticket, asha):
    workflow.take(on_ticket, by=asha)
    workflow.move(on_ticket, "resolved", by=asha)
    send_all()
    yes, _no = (each["reply"] for each in cloud.sent[-1]["interactive"]["action"]["buttons"])
    signed(call([message("interactive", {"type": "button_reply", "button_reply": yes})]))
    on_ticket.refresh_from_db()
    assert on_ticket.status == "closed"


# --- Ticks -------------------------------------------------------------------


def status(row: Outgoing, kind: str, **more) -> dict:
    return {
        "id": row.external_id,
        "status": kind,
        "timestamp": str(int(time.time())),
        "recipient_id": RAVI,
    } | more


@pytest.mark.engines
def test_ticks_follow_the_statuses_whatever_their_order(cloud, on_ticket, asha, api):
    reply = workflow.agent_replies(on_ticket, "Hello", by=asha)
    send_all()
    row = Outgoing.objects.get(message_id=reply.pk)
    assert row.external_id.startswith("wamid.out-")
    for kind in ("delivered", "read", "delivered", "sent", "read"):
        assert signed(call(statuses=[status(row, kind)])).status_code == 200
    row.refresh_from_db()
    assert row.state == "read"
    shown = api(asha).get(f"/api/support/admin/{on_ticket.pk}").json()["messages"]
    assert next(each for each in shown if each["message"] == "Hello")["read"] is True


@pytest.mark.engines
def test_a_message_that_failed_is_told_to_the_agent(cloud, on_ticket, asha):
    reply = workflow.agent_replies(on_ticket, "Hello", by=asha)
    send_all()
    row = Outgoing.objects.get(message_id=reply.pk)
    failed = status(row, "failed", errors=[{"code": 131026, "title": "Message undeliverable"}])
    for _ in range(2):
        signed(call(statuses=[failed]))
    assert (
        on_ticket.messages.filter(internal=True, text__contains="131026 Message undeliverable").count() == 1
    )


def test_a_status_of_an_unknown_message_does_nothing(cloud):
    strange = {
        "id": "wamid.unknown",
        "status": "read",
        "timestamp": "x",
        "biz_opaque_callback_data": "no uuid",
    }
    assert signed(call(statuses=[strange, {}, "x", 5])).status_code == 200


# --- An API that misbehaves --------------------------------------------------


def test_an_answer_that_never_came_is_not_sent_again_when_a_status_confirms_it(
    cloud, on_ticket, asha, monkeypatch
):
    monkeypatch.setattr(calls, "READ_SECONDS", 0.2)
    given_up = threading.Event()

    def slow(method, path, body):
        cloud.accept(body)
        given_up.wait(30)
        return 200, b"{}"

    cloud.before = slow
    reply = workflow.agent_replies(on_ticket, "Hello", by=asha)
    send_all()
    given_up.set()
    row = Outgoing.objects.get(message_id=reply.pk)
    assert (row.state, row.in_doubt) == ("waiting", True)
    cloud.before = lambda *call: None
    confirmed = {
        "id": "wamid.out-1",
        "status": "sent",
        "timestamp": str(int(time.time())),
        "biz_opaque_callback_data": str(row.pk),
    }
    signed(call(statuses=[confirmed]))
    send_all(3600)
    row.refresh_from_db()
    assert (cloud.texts, row.state, row.external_id) == (["Hello"], "sent", "wamid.out-1")


@pytest.mark.parametrize(
    "broken",
    [
        lambda *call: (500, b"oops"),
        lambda *call: (429, b'{"error": {"code": 130429, "message": "Rate limit hit"}}'),
        lambda *call: (200, b"not json"),
        lambda *call: (200, b"[]"),
        lambda *call: (401, b'{"error": {"code": 190}}'),
    ],
)
def test_a_broken_api_is_asked_again_and_the_order_is_kept(cloud, on_ticket, asha, broken):
    cloud.before = broken
    for text in ("first", "second"):
        workflow.agent_replies(on_ticket, text, by=asha)
    send_all()
    assert Outgoing.objects.filter(kind="reply", state="waiting").count() == 2
    cloud.before = lambda *call: None
    send_all(60)
    assert cloud.texts == ["first", "second"]


def test_a_line_that_is_cut_is_tried_again(cloud, on_ticket, asha):
    def cut(*call):
        raise ConnectionError

    cloud.before = cut
    workflow.agent_replies(on_ticket, "Hello", by=asha)
    send_all()
    cloud.before = lambda *call: None
    send_all(60)
    assert cloud.texts == ["Hello"]


def test_the_key_goes_to_no_other_host(cloud, monkeypatch):
    cloud.before = lambda method, path, body: (
        (200, b'{"url": "http://evil.example/x"}') if path.endswith("/m1") else None
    )
    asked = []

    def request(method, url, **options):
        if "evil" in url:
            asked.append(options["headers"])
            raise requests.ConnectionError
        return real(method, url, **options)

    real = requests.request
    monkeypatch.setattr(requests, "request", request)
    with pytest.raises(calls.TryLater):
        calls.fetch("m1")
    assert asked == [{}]


# --- The 24 hours ------------------------------------------------------------


def test_outside_of_24_hours_a_reply_is_refused_with_a_sentence(cloud, on_ticket, asha, api):
    ChannelIdentity.objects.update(last_heard_at=timezone.now() - timedelta(hours=24, minutes=1))
    before = Message.objects.count()
    answer = api(asha).post(f"/api/support/admin/{on_ticket.pk}/reply", {"message": "Hello"})
    assert answer.status_code == 409
    assert "templates only" in answer.json()["detail"]
    assert Message.objects.count() == before
    says("Are you there?")
    assert (
        api(asha).post(f"/api/support/admin/{on_ticket.pk}/reply", {"message": "Hello"}).status_code == 201
    )


@pytest.mark.engines
def test_a_message_that_waited_too_long_is_not_sent_and_told(cloud, on_ticket, asha):
    workflow.agent_replies(on_ticket, "Hello", by=asha)
    ChannelIdentity.objects.update(last_heard_at=timezone.now() - timedelta(hours=25))
    send_all()
    assert cloud.sent == []
    assert on_ticket.messages.filter(internal=True, text__contains="templates only").count() == 1


# --- Opting out --------------------------------------------------------------


@pytest.mark.engines
@pytest.mark.parametrize("word", ["STOP", "stop.", "बंद करो", "Unsubscribe"])
def test_stop_stops_and_start_begins_again(cloud, on_ticket, asha, word):
    says(word)
    assert AddressBlock.objects.get().reason == "opt-out"
    send_all()
    assert "START" in cloud.texts[-1]
    workflow.agent_replies(on_ticket, "Hello", by=asha)
    send_all()
    assert "Hello" not in cloud.texts
    assert on_ticket.messages.filter(internal=True, text__contains="asked for no more").exists()
    says("start")
    workflow.agent_replies(on_ticket, "Welcome back", by=asha)
    send_all()
    assert cloud.texts[-1] == "Welcome back"


def test_stop_within_a_sentence_stops_nothing(cloud, on_ticket):
    says("Please stop sending me broken jars")
    assert not AddressBlock.objects.exists()
