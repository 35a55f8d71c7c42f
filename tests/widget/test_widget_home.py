"""The widget beside its conversation: the home, past conversations, ending a chat, the number on the button."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.utils import timezone

from chatbot import chats, conversations
from chatbot.models import Chat
from chatbot.widget import badges, callback_times, home
from tests import factories
from tests.assertions import refused
from tests.pages import page
from tickets import workflow
from tickets.channels import links
from tickets.models import Status, Ticket, TicketEvent
from tickets.settings import hours

SHOP = "https://shop.example"
CONVERSATION = "/widget/conversation"


@pytest.fixture(autouse=True)
def _origins(settings):
    settings.WIDGET_ORIGINS = [SHOP]


def showing(answer) -> str:
    return page(answer).one("div", _class="conversation")["data-showing"]


def closed(person, text, by) -> Ticket:
    ticket = factories.ticket(person, text)
    workflow.agent_replies(ticket, f"About {text}", by=by)
    workflow.move(ticket, Status.CLOSED, by=by)
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - timedelta(days=3))
    return ticket


# --- Home ----------------------------------------------------------------------


@pytest.mark.all_engines
def test_home_lists_all_of_the_persons_conversations_with_state_last_line_and_unread(
    api, priya, asha, vikram
):
    closed(priya, "The jar is broken", asha)
    waiting = factories.ticket(priya, "Where is my parcel?")
    workflow.agent_replies(waiting, "It leaves today", by=asha)
    factories.ticket(vikram, "Another customer's")
    shown = page(api(priya).get(CONVERSATION, {"conversation": "home"})).one("section", _class="home")
    assert "Hi Priya" in shown.text
    last, past = shown.all("button", _class="talk")
    assert last["data-go"] == str(waiting.pk)
    assert "Asha Nair" in last.text
    assert "It leaves today" in last.text
    assert last.one(aria_label="1 unread").text == "1"
    assert "Closed" in past.text or past.one("span", _class="count")
    assert "Another customer's" not in shown.text


@pytest.mark.engines
def test_a_hundred_conversations_are_all_reached_page_by_page_each_once(api, priya, vikram):
    now = timezone.now()
    for number in range(45):
        ticket = factories.ticket(priya, f"Question {number}")
        # Two of them at one moment each, also where a page ends
        Ticket.objects.filter(pk=ticket.pk).update(updated_at=now - timedelta(minutes=number // 2))
    factories.ticket(vikram, "Another customer's")
    client = api(priya)
    seen, answer = [], client.get(CONVERSATION, {"conversation": "home"})
    for _ in range(10):
        shown = page(answer)
        seen += [card["data-go"] for card in shown.all("button", _class="talk")]
        more = shown.all("button", _class="earlier-talks")
        if not more:
            break
        answer = client.get(more[0]["data-earlier"])
    mine = Ticket.objects.filter(requester=priya).order_by("-updated_at", "-id")
    assert seen == [str(id) for id in mine.values_list("id", flat=True)]


# In no other time zone
LAST_DAY = "9999-12-31T23:59:59-14:00 0b1226a5-7639-4576-b1c5-48a9c5155bae"


@pytest.mark.parametrize(
    "place",
    ["", "x", "2026-11-29T10:00:00 x", "2026-11-29T10:00:00+00:00", "\0", " ", "9" * 3000, LAST_DAY],
)
def test_a_place_that_is_none_has_no_conversations_after_it(api, priya, place):
    factories.ticket(priya)
    answer = api(priya).get("/widget/conversations", {"after": place})
    assert answer.status_code == 200
    assert page(answer).all("button") == []


def test_the_list_of_past_conversations_takes_one_query_a_page(api, priya, django_assert_max_num_queries):
    for number in range(25):
        factories.ticket(priya, f"Question {number}")
    place = home.first_page(priya).next
    client = api(priya)
    client.get("/widget/conversations", {"after": place})
    with django_assert_max_num_queries(3):
        client.get("/widget/conversations", {"after": place})


# --- WhatsApp ------------------------------------------------------------------


def whatsapp_of(client, ticket):
    return client.post("/widget/whatsapp", {"conversation": str(ticket.pk)})


def test_the_chat_goes_on_in_whatsapp_with_words_that_prove_whose_number_it_is(
    api, priya, vikram, settings
):
    settings.WHATSAPP_NUMBER = "911140000000"
    ticket = factories.ticket(priya)
    client = api(priya)
    shown = page(client.get(CONVERSATION)).one("div", _class="conversation")
    assert shown["data-whatsapp-url"] == "/widget/whatsapp"
    url = whatsapp_of(client, ticket).content.decode()
    token = re.fullmatch(r"https://wa\.me/911140000000\?text=Continue%20%23([a-z2-7]{42})", url)[1]
    assert links.find_reply(token).ticket == ticket
    # Pressed again it is the same address: no row a tap
    assert whatsapp_of(client, ticket).content.decode() == url
    assert whatsapp_of(api(vikram), ticket).status_code == 404
    links.revoke(ticket)
    assert whatsapp_of(client, ticket).content.decode() != url


def test_without_a_number_the_chat_offers_no_whatsapp(api, priya):
    ticket = factories.ticket(priya)
    client = api(priya)
    assert page(client.get(CONVERSATION)).one("div", _class="conversation")["data-whatsapp-url"] == ""
    assert whatsapp_of(client, ticket).status_code == 404


def test_without_a_conversation_the_widget_opens_on_its_home(api, priya, asha):
    client = api(priya)
    assert showing(client.get(CONVERSATION)) == "home"
    closed(priya, "The jar is broken", asha)
    assert showing(client.get(CONVERSATION)) == "home"
    ticket = factories.ticket(priya)
    assert showing(client.get(CONVERSATION)) == str(ticket.pk)


def test_a_chat_with_villy_of_yesterday_is_a_card_and_goes_on_when_opened(api, priya):
    conversations.ask(priya, "Show me makhana")
    client = api(priya)
    assert showing(client.get(CONVERSATION)) == "chat"
    Chat.objects.update(updated_at=timezone.now() - timedelta(days=2))
    answer = client.get(CONVERSATION)
    assert showing(answer) == "home"
    assert page(answer).one("button", data_go="chat")
    assert showing(client.get(CONVERSATION, {"conversation": "chat"})) == "chat"


def test_a_past_conversation_opens_with_the_chat_before_it_and_of_a_stranger_not(api, priya, vikram, asha):
    conversations.ask(priya, "Package damaged")
    answer = api(priya).post("/widget/connect", {})
    past = Ticket.objects.get()
    workflow.move(past, Status.CLOSED, by=asha)
    factories.ticket(priya, "Another thing")
    shown = page(api(priya).get(CONVERSATION, {"conversation": str(past.pk)}))
    assert "Package damaged" in shown.one(role="log").text
    assert "Another thing" not in shown.text
    assert answer.status_code == 201
    for key in (str(past.pk), "x", "00000000-0000-4000-8000-000000000000"):
        assert api(vikram).get(CONVERSATION, {"conversation": key}).status_code == 404


def test_home_asks_as_often_for_many_conversations_as_for_one(api, priya, django_assert_num_queries):
    client = api(priya)
    factories.ticket(priya)
    client.get(CONVERSATION, {"conversation": "home"})
    with django_assert_num_queries(4):
        client.get(CONVERSATION, {"conversation": "home"})
    for number in range(12):
        factories.ticket(priya, f"Thing {number}")
    with django_assert_num_queries(4):
        client.get(CONVERSATION, {"conversation": "home"})


# --- Going on ------------------------------------------------------------------


def say(client, text, conversation, client_id=None):
    body = {"message": text, "conversation": conversation} | ({"clientId": client_id} if client_id else {})
    return client.post("/widget/messages", body)


def test_words_go_to_the_conversation_that_is_shown_and_not_to_the_newest(api, priya):
    first, second = factories.ticket(priya, "First"), factories.ticket(priya, "Second")
    answer = say(api(priya), "More about the first", str(first.pk))
    assert answer.headers["X-Conversation"] == str(first.pk)
    assert first.messages.filter(text="More about the first").exists()
    assert not second.messages.filter(text="More about the first").exists()


@pytest.mark.all_engines
def test_words_in_a_closed_conversation_begin_a_linked_one_that_leads_back(api, priya, asha):
    past = closed(priya, "The jar is broken", asha)
    answer = say(api(priya), "It broke again", str(past.pk))
    following = Ticket.objects.get(previous=past)
    assert answer.headers["X-Conversation"] == str(following.pk)
    shown = page(api(priya).get(CONVERSATION, {"conversation": str(following.pk)}))
    assert shown.one("button", text="Earlier conversation")["data-go"] == str(past.pk)


@pytest.mark.all_engines
def test_a_message_on_the_home_begins_one_new_chat_beside_an_open_ticket(api, priya):
    ticket, client = factories.ticket(priya), api(priya)
    for _ in range(2):
        answer = say(client, "How do returns work?", "home", "c1")
        assert answer.headers["X-Conversation"] == "chat"
    assert Chat.objects.filter(person=priya, ticket=None).count() == 1
    assert Chat.objects.get(person=priya, ticket=None).messages.count() == 2
    ticket.refresh_from_db()
    assert ticket.last_seq == 2


def test_reading_and_typing_are_told_of_the_conversation_that_is_shown(api, priya, asha):
    first = factories.ticket(priya, "First")
    workflow.agent_replies(first, "Hello", by=asha)
    factories.ticket(priya, "Second")
    body = {"seq": str(first.last_seq), "conversation": str(first.pk)}
    assert api(priya).post("/widget/seen", body).status_code == 204
    first.refresh_from_db()
    assert first.unread_by_requester == 0


# --- The end -------------------------------------------------------------------


@pytest.mark.all_engines
@pytest.mark.parametrize("status", [Status.OPEN, Status.IN_PROGRESS, Status.RESOLVED])
def test_the_customer_ends_a_chat_in_every_state_and_is_asked_how_it_was(api, priya, asha, status):
    ticket = factories.ticket(priya)
    if status != Status.OPEN:
        workflow.take(ticket, by=asha)
    if status == Status.RESOLVED:
        workflow.move(ticket, Status.RESOLVED, by=asha)
    answer = api(priya).post("/widget/end", {"conversation": str(ticket.pk)})
    assert page(answer).one(role="group", aria_label="Rating")
    assert "Priya Sharma ended this conversation." in page(answer).text
    event = TicketEvent.objects.get(ticket=ticket, field="status", new="closed")
    assert (event.actor, event.old) == (priya, status)
    # Pressed twice
    assert api(priya).post("/widget/end", {"conversation": str(ticket.pk)}).status_code == 200


def test_a_chat_with_villy_is_ended_as_well(api, priya):
    conversations.ask(priya, "Show me makhana")
    answer = api(priya).post("/widget/end", {"conversation": "chat"})
    assert showing(answer) == "home"
    assert not chats.current_chat(priya).messages.exists()


@pytest.mark.all_engines
def test_a_rating_comes_with_a_comment_and_its_stars_stay(api, priya, asha):
    ticket = factories.ticket(priya)
    workflow.move(ticket, Status.CLOSED, by=asha)
    shown = page(api(priya).post("/widget/rating", {"rating": "4", "comment": "Quick and kind"}))
    assert shown.one(role="img", aria_label="You gave 4 of 5 stars")
    ticket.refresh_from_db()
    assert (ticket.rating, ticket.rating_comment) == (4, "Quick and kind")


# --- The number on the button --------------------------------------------------


def unread(client, token: str, origin: str = SHOP):
    return client.post("/widget/unread", token, content_type="text/plain", headers={"Origin": origin})


@pytest.mark.engines
def test_the_badge_counts_what_the_customer_has_not_read_in_open_conversations(client, priya, vikram, asha):
    ticket, token = factories.ticket(priya), badges.token_for(priya)
    assert unread(client, token).json() == {"unread": 0, "open": True}
    for text in ("Hello", "Are you there?"):
        workflow.agent_replies(ticket, text, by=asha)
    assert unread(client, token).json() == {"unread": 2, "open": True}
    assert unread(client, badges.token_for(vikram)).json() == {"unread": 0, "open": False}
    workflow.move(ticket, Status.CLOSED, by=asha)
    assert unread(client, token).json()["open"] is False


@pytest.mark.parametrize(
    "token",
    ["", "x", "x" * 5000, "\0", "a:b:c", signing.dumps("x", salt="unread"), signing.dumps(5)],
    # Signed at this second: the workers would have other names for them
    ids=["empty", "short", "long", "null", "parts", "of-another-kind", "of-no-salt"],
)
def test_a_token_that_is_none_reads_nothing(client, db, token):
    answer = unread(client, token)
    assert (answer.status_code, answer.json()) == (200, {"unread": 0, "open": False})


def test_the_badges_token_opens_nothing_else(api, client, priya, ticket):
    token = badges.token_for(priya)
    for path in ("/api/auth/me", f"/api/support/{ticket.pk}", CONVERSATION):
        refused_answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert refused_answer.status_code == 401
    refused(api().post("/api/auth/token/refresh", {"refresh": token}), 401)


def test_the_frame_hands_the_token_out_while_a_conversation_is_open_and_not_after(api, priya, asha):
    ticket = factories.ticket(priya)
    root = page(api(priya).get(CONVERSATION)).one("div", _class="conversation")
    assert badges.read(root["data-badge"]) == (0, True)
    workflow.move(ticket, Status.CLOSED, by=asha)
    assert page(api(priya).get(CONVERSATION)).one("div", _class="conversation")["data-badge"] == ""
    assert page(api(asha).get(CONVERSATION)).one("div", _class="conversation")["data-badge"] == ""


def test_only_shops_that_embed_the_widget_may_read_the_number(client, db):
    assert unread(client, "x").headers["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Origin" not in unread(client, "x", "https://evil.example").headers
    assert client.get("/widget/unread").status_code == 405


# --- What pages that embed it need ---------------------------------------------


def test_the_frame_may_stand_in_a_page_that_isolates_itself(client, db):
    answer = client.get("/widget/frame", {"host": SHOP})
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_loader_brings_the_shops_colours_and_is_at_most_4_kb(client, db):
    answer = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) <= 4096
    script = client.get("/widget.js").content.decode()
    assert 'const look={"colour": "#' in script
    # What people read keeps its blanks
    for text in (
        ", ${number} unread",
        "We can't open the chat right now. Please try",
        "${edge}:calc(20px + env(",
    ):
        assert text in script
    # A page with Trusted Types allows no markup as text
    assert "innerHTML" not in script


# --- When to call back ---------------------------------------------------------

INDIA = ZoneInfo("Asia/Kolkata")
WEEKDAYS = hours.calendar({day: [("10:00", "18:00")] for day in range(5)}, tz=INDIA)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("2026-11-27 09:00", "Today, 10:00 to 12:00"),  # a Friday
        ("2026-11-27 12:40", "Today, 12:00 to 14:00"),
        ("2026-11-27 13:40", "Today, 14:00 to 16:00"),
        ("2026-11-27 17:50", "Mon 30 Nov, 10:00 to 12:00"),
        ("2026-11-29 12:00", "Tomorrow, 10:00 to 12:00"),
    ],
)
def test_a_call_is_offered_in_business_hours_only(at, first):
    now = datetime.fromisoformat(at).replace(tzinfo=INDIA).astimezone(UTC)
    found = callback_times.windows(WEEKDAYS, now, INDIA)
    assert found[0] == first
    assert len(found) == len(set(found)) == 6


def test_a_shop_without_hours_offers_the_usual_ones_and_one_that_never_opens_none():
    now = datetime(2026, 11, 27, 4, tzinfo=UTC)
    assert callback_times.windows(None, now, INDIA)[0] == "Today, 09:00 to 11:00"
    assert callback_times.windows(hours.calendar({}, tz=INDIA), now, INDIA) == []


@pytest.mark.parametrize(
    ("name", "letters"), [("Asha Nair", "AN"), ("asha", "A"), ("A B C", "AC"), ("", "")]
)
def test_initials_stand_for_a_name(name, letters):
    assert home.initials(name) == letters
