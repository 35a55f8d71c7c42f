"""The widget as its iframe sees it: the loader, the frame, and fragments that need a token."""

import pytest
from django.apps import apps

from chatbot.models import Chat
from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import Status, Ticket
from tickets.pictures import uploads

SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def _origins(settings):
    settings.WIDGET_ORIGINS = [SHOP, "https://*.villages.example", "http://localhost:*"]


def frame(client, host=SHOP):
    return client.get("/widget/frame", {"host": host} if host is not None else {})


def frame_ancestors(answer) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return next(part.strip() for part in policy.split(";") if "frame-ancestors" in part)


# --- The loader --------------------------------------------------------------


def test_the_loader_is_small_public_and_never_older_than_a_minute(client):
    answer = client.get("/widget.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert set(answer.headers["Cache-Control"].split(", ")) == {"public", "max-age=60"}
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    again = client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# --- The frame ---------------------------------------------------------------


@pytest.mark.parametrize(
    "host", [SHOP, "https://honey.villages.example", "http://localhost:5173", "http://testserver"]
)
def test_the_frame_opens_in_exactly_the_site_that_it_names(client, db, host):
    answer = frame(client, host)
    assert answer.status_code == 200
    assert frame_ancestors(answer) == f"frame-ancestors {host}"
    # The older header knows no single origin: it would forbid them all
    assert "X-Frame-Options" not in answer.headers
    assert page(answer).one("body")["data-host"] == host


@pytest.mark.parametrize(
    "host",
    [
        None, "", "*", "null", "https://evil.example", "http://shop.example", "https://shop.example:444",
        "https://shop.example.evil.example", "https://shop.example/", "https://shop.example@evil.example",
        "https://evil.example; script-src *", "https://villages.example", "https://a.b.villages.example",
        "https://evil.example/.villages.example", "http://localhost:*", "http://localhost:80 https://evil.example",
        "javascript:alert(1)", "https://[", "https://SHOP.example\nX: y",
    ],
)  # fmt: skip
def test_other_sites_get_a_page_that_says_so_and_cannot_be_framed(client, db, host):
    answer = frame(client, host)
    assert answer.status_code == 403
    assert frame_ancestors(answer) == "frame-ancestors 'none'"
    assert "Villy may not open here" in page(answer).text


def test_only_frame_ancestors_differs_from_the_other_pages(client, db):
    def directives(answer) -> dict:
        parts = (
            part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip()
        )
        return {name: sources for name, *sources in parts}

    framed, other = directives(frame(client)), directives(client.get("/"))
    assert {name for name in framed if framed[name] != other[name]} == {"frame-ancestors"}
    assert framed.keys() == other.keys()
    assert "'unsafe-inline'" not in str(framed)


def test_opening_the_frame_leaves_nothing_behind(client, db, django_assert_num_queries):
    before = {model._meta.label: model.objects.count() for model in apps.get_models()}
    with django_assert_num_queries(0):
        answer = frame(client)
    assert not answer.cookies
    assert {model._meta.label: model.objects.count() for model in apps.get_models()} == before


def test_the_frame_is_the_same_for_every_visitor(client, browse, asha, db):
    """It asks for no cookie, so a session of the desk in the same browser does not leak into the shop's page."""
    assert page(frame(browse(asha))).text == page(frame(client)).text


def test_the_frame_can_be_read_before_any_script_runs(client, db):
    shown = page(frame(client))
    assert shown.one("h1").text == "Villy - AI Assistant"
    assert shown.one("button", aria_label="Close chat")
    log = shown.one(role="log", aria_label="Conversation")
    assert log["aria-live"] == "polite"
    [greeting] = log.all("article")
    assert greeting["data-sender"] == "ai"
    assert "Hi! I'm Villy. How can I help you today?" in greeting.text
    assert len(log.all("button")) >= 3
    assert shown.one("textarea", aria_label="Type a message...")
    assert shown.one("button", aria_label="Send")
    # Not before there is an agent to see the picture
    assert not shown.all("button", aria_label="Attach image")


# --- Fragments ---------------------------------------------------------------

CALLS = [
    ("get", "conversation"), ("get", "messages"), ("post", "messages"), ("post", "connect"),
    ("post", "callback"), ("post", "solved"), ("post", "rating"), ("post", "end"), ("post", "again"), ("post", "seen"),
    ("post", "typing"), ("post", "helped/00000000-0000-4000-8000-000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_fragments_need_a_token_and_a_session_is_none(api, browse, priya, method, path):
    factories.ticket(priya)
    for stranger in (api(), browse(priya)):
        answer = getattr(stranger, method)(f"/widget/{path}")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert Ticket.objects.get().last_seq == 2


def test_the_conversation_is_the_callers_own(api, priya, vikram):
    ticket = factories.ticket(priya, "The box was crushed")
    mine = api(priya).get("/widget/conversation")
    assert "The box was crushed" in page(mine).one(role="log").text
    assert mine.headers["Cache-Control"] == "no-store"
    assert not mine.cookies
    theirs = page(api(vikram).get("/widget/conversation"))
    assert "The box was crushed" not in theirs.text
    assert str(ticket.pk) not in str(api(vikram).get("/widget/conversation").content)


def test_a_private_note_and_its_picture_are_nowhere_in_the_widget(api, priya, asha):
    ticket = factories.ticket(priya)
    with uploads.received(factories.picture()) as picture:
        note = workflow.add_note(ticket, "He complains every week", by=asha, picture=picture)
    workflow.agent_replies(ticket, "I am looking", by=asha)
    for path in ("conversation", "messages?after=0", "messages?before=99"):
        shown = api(priya).get(f"/widget/{path}")
        assert "I am looking" in shown.content.decode()
        assert "every week" not in shown.content.decode()
        assert str(note.pk) not in shown.content.decode()


def test_once_connected_pictures_may_be_sent_and_come_through_the_token(api, priya):
    ticket = factories.ticket(priya)
    client = api(priya)
    shown = page(client.get("/widget/conversation"))
    assert shown.one("button", aria_label="Attach image")
    answer = client.post(
        "/widget/messages", {"message": "", "image": factories.picture()}, format="multipart"
    )
    image = page(answer).one("img")
    # An <img src> would ask without the token: the script fetches it
    assert "src" not in image
    assert client.get(image["data-src"]).status_code == 200
    assert ticket.messages.count() == 3


def test_a_message_of_a_retry_is_shown_and_not_said_twice(api, priya):
    factories.ticket(priya)
    said = [
        page(
            api(priya).post("/widget/messages", {"message": "Hello?", "clientId": "c1"}, format="multipart")
        )
        for _ in range(2)
    ]
    assert [shown.one("article")["data-seq"] for shown in said] == ["3", "3"]


def test_connecting_asks_a_visitor_without_contact_for_a_name_and_a_contact(api, db):
    visitor = factories.guest("", "")
    client = api(visitor)
    bar = page(client.get("/widget/conversation")).one("button", text="Connect to Customer Care")
    assert bar["data-reachable"] == "no"
    for contact in (
        {},
        {"name": "Ravi"},
        {"name": "Ravi", "contact": "call me"},
        {"name": "", "contact": "a@b.in"},
    ):
        assert client.post("/widget/connect", contact).status_code == 400
    assert not Ticket.objects.exists()
    answer = client.post("/widget/connect", {"name": "Ravi", "contact": "+91 90000 00444"})
    assert answer.status_code == 201
    assert (
        "Connected to Customer Care. An agent will help you shortly." in page(answer).one(role="log").text
    )
    ticket = Ticket.objects.get()
    assert (ticket.requester_id, ticket.requester_name, ticket.requester_phone) == (
        visitor.pk, "Ravi", "+91 90000 00444",
    )  # fmt: skip
    # However often the button is pressed
    client.post("/widget/connect", {})
    assert Ticket.objects.count() == 1


def test_the_customer_asks_for_a_call(api, priya):
    ticket = factories.ticket(priya)
    answer = api(priya).post("/widget/callback", {"phone": "+91 90000 00555", "note": "after six"})
    assert "We will call you on +91 90000 00555." in page(answer).text
    ticket.refresh_from_db()
    assert (ticket.wants_callback, ticket.callback_note) == (True, "after six")


def test_the_customer_says_whether_it_was_solved_and_how_it_was(api, priya, asha):
    ticket, client = factories.ticket(priya), api(priya)
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha)
    assert "Did that solve it?" in page(client.get("/widget/conversation")).text
    client.post("/widget/solved", {"solved": "no"})
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    workflow.move(ticket, Status.RESOLVED, by=asha)
    asked = page(client.post("/widget/solved", {"solved": "yes"}))
    assert [star["aria-label"] for star in asked.one(role="group", aria_label="Rating").all("button")] == [
        "1 star", "2 stars", "3 stars", "4 stars", "5 stars",
    ]  # fmt: skip
    assert client.post("/widget/rating", {"rating": "6"}).status_code == 400
    assert "Thank you for your rating." in page(client.post("/widget/rating", {"rating": "4"})).text
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == (Status.CLOSED, 4)


def test_a_yes_or_no_whose_answer_was_lost_is_taken_once_and_shown_again(api, priya, asha):
    ticket, client = factories.ticket(priya), api(priya)
    workflow.take(ticket, by=asha)
    workflow.move(ticket, Status.RESOLVED, by=asha)
    for said, status in (("no", Status.IN_PROGRESS), ("yes", Status.CLOSED)):
        for _ in range(2):
            assert client.post("/widget/solved", {"solved": said}).status_code == 200
        ticket.refresh_from_db()
        assert ticket.status == status
        if said == "no":
            workflow.move(ticket, Status.RESOLVED, by=asha)
    steps = ticket.events.filter(field="status", actor=priya).order_by("at")
    assert [step.new for step in steps if step.old] == [Status.IN_PROGRESS, Status.CLOSED]
    # What another person has done is no answer of the customer's
    theirs = factories.ticket(priya)
    workflow.move(theirs, Status.CLOSED, by=asha)
    sent = {"solved": "yes", "conversation": str(theirs.pk)}
    assert client.post("/widget/solved", sent).status_code == 409


def test_an_action_before_its_time_is_refused(api, priya):
    factories.ticket(priya)
    assert api(priya).post("/widget/solved", {"solved": "yes"}).status_code == 409
    assert api(priya).post("/widget/rating", {"rating": "5"}).status_code == 409
    assert api(priya).post("/widget/again", {}).status_code == 400


def test_without_a_ticket_there_is_nothing_to_call_back_or_to_rate(api, priya):
    for path in ("callback", "solved", "rating", "again"):
        assert (
            api(priya).post(f"/widget/{path}", {"phone": "+91 90000 00555", "rating": "5"}).status_code
            == 404
        )


def test_after_a_closed_ticket_the_customer_may_talk_to_villy_again(api, priya, asha):
    workflow.move(factories.ticket(priya), Status.CLOSED, by=asha)
    shown = page(api(priya).post("/widget/again", {}))
    assert not shown.one("div", _class="conversation").attributes.get("data-ticket")
    assert Chat.objects.filter(person=priya, ticket=None).exists()


def test_reading_is_told_to_the_agents(api, priya, asha):
    ticket = factories.ticket(priya)
    workflow.agent_replies(ticket, "I am looking", by=asha)
    assert api(priya).post("/widget/seen", {"seq": str(ticket.last_seq)}).status_code == 204
    ticket.refresh_from_db()
    assert (ticket.read_by_requester, ticket.unread_by_requester) == (ticket.last_seq, 0)
    for nonsense in ("x", "", "-1", "²", "9" * 30, "9" * 5000):
        assert api(priya).post("/widget/seen", {"seq": nonsense}).status_code == 204


def test_the_widget_asks_as_often_for_a_long_conversation_as_for_a_short_one(
    api, priya, asha, django_assert_num_queries, django_assert_max_num_queries
):
    ticket, client = factories.ticket(priya), api(priya)
    with django_assert_max_num_queries(6) as few:
        client.get("/widget/conversation")
    for number in range(30):
        workflow.customer_says(ticket, f"And another thing {number}", by=priya)
    with django_assert_num_queries(len(few)):
        client.get("/widget/conversation")
