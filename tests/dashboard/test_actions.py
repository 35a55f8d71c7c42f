"""What agents do on the desk's pages: as plain forms, from htmx and from our scripts."""

import json

import pytest
from django.test import Client

from tests import factories
from tests.pages import page
from tickets import workflow
from tickets.models import Message, Status, Ticket, TicketEvent, Viewer

HTMX = {"HX-Request": "true"}
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def desk(browse, asha):
    """Asha's browser."""
    return browse(asha)


def opened(ticket) -> str:
    return f"/support/{ticket.pk}/"


def flashes(shown) -> list[tuple[str, str]]:
    return [(toast["data-kind"], toast.text) for toast in shown.all("p", _class="toast")]


def toast(response) -> tuple[str, str]:
    told = json.loads(response.headers["HX-Trigger"])["toast"]
    return told["kind"], told["text"]


# What is done, the ticket before, the form's fields, what is said, and the fields of the ticket after
ACTIONS = [
    ("take", Status.OPEN, {}, "The ticket is yours.", {"status": "in-progress", "assignee_name": "Asha Nair"}),
    ("move", Status.OPEN, {"status": "in-progress"}, "The ticket is in progress.", {"status": "in-progress"}),
    ("move", Status.OPEN, {"status": "closed"}, "The ticket is closed.", {"status": "closed"}),
    (
        "move", Status.IN_PROGRESS, {"status": "resolved", "resolution": "A new one is on its way"},
        "Resolved. The customer is asked whether that solved it.",
        {"status": "resolved", "resolution": "A new one is on its way"},
    ),
    ("move", Status.RESOLVED, {"status": "in-progress"}, "The ticket is in progress.", {"status": "in-progress"}),
    ("triage", Status.OPEN, {"priority": "urgent"}, "Saved.", {"priority": "urgent", "category": "product-issue"}),
    ("triage", Status.CLOSED, {"category": "refund"}, "Saved.", {"priority": "high", "category": "refund"}),
    ("assign", Status.OPEN, {"agent": "rohan"}, "Assigned to Rohan Mehta.", {"assignee_name": "Rohan Mehta"}),
    ("assign", Status.IN_PROGRESS, {"agent": ""}, "Unassigned.", {"assignee_name": "", "assignee": None}),
    ("callback", "callback", {}, "Callback marked as done.", {"callback_completed": True}),
]  # fmt: skip

REFUSED = [
    ("move", Status.OPEN, {"status": "resolved"}, "is open and cannot become resolved."),
    ("move", Status.CLOSED, {"status": "open"}, "is closed and cannot become open."),
    (
        "move",
        Status.OPEN,
        {"status": "solved"},
        "Select a valid choice. solved is not one of the available choices.",
    ),
    (
        "move",
        Status.IN_PROGRESS,
        {"status": "resolved", "resolution": "x" * 4001},
        "at most 4000 characters",
    ),
    ("triage", Status.OPEN, {"priority": "asap"}, "Select a valid choice."),
    ("assign", Status.OPEN, {"agent": "priya"}, "There is no such agent."),
    ("assign", Status.OPEN, {"agent": "not-an-id"}, "is not a valid UUID."),
    ("callback", Status.OPEN, {}, "No callback was requested."),
]


@pytest.fixture
def prepared(ticket, asha, priya):
    """`prepared(status)` is Priya's ticket in that status; "callback": it wants a call."""

    def brought(status) -> Ticket:
        steps = {
            Status.IN_PROGRESS: [Status.IN_PROGRESS],
            Status.RESOLVED: [Status.IN_PROGRESS, Status.RESOLVED],
            Status.CLOSED: [Status.CLOSED],
        }
        for step in steps.get(status, []):
            workflow.move(ticket, step, by=asha)
        if status == "callback":
            workflow.request_callback(ticket, by=priya)
        return ticket

    return brought


@pytest.fixture
def person_ids(rohan, priya):
    return {"rohan": str(rohan.pk), "priya": str(priya.pk)}


@pytest.mark.parametrize(("verb", "status", "fields", "said", "after"), ACTIONS)
def test_a_plain_form_comes_back_to_the_ticket_and_says_what_was_done(
    desk, prepared, person_ids, verb, status, fields, said, after
):
    ticket = prepared(status)
    fields = {key: person_ids.get(value, value) for key, value in fields.items()}
    answer = desk.post(f"{opened(ticket)}{verb}", fields, follow=True)
    assert answer.redirect_chain == [(opened(ticket), 302)]
    assert flashes(page(answer)) == [("done", said)]
    ticket.refresh_from_db()
    assert {name: getattr(ticket, name) for name in after} == after


@pytest.mark.parametrize(("verb", "status", "fields", "said", "after"), ACTIONS)
def test_htmx_gets_the_header_as_it_is_now_and_a_toast(
    desk, prepared, person_ids, verb, status, fields, said, after
):
    ticket = prepared(status)
    fields = {key: person_ids.get(value, value) for key, value in fields.items()}
    answer = desk.post(f"{opened(ticket)}{verb}", fields, headers=HTMX)
    assert answer.status_code == 200
    assert toast(answer) == ("done", said)
    head = page(answer).one("header", id="ticket-head")
    ticket.refresh_from_db()
    assert head["data-status"] == ticket.status
    assert (
        head.one("div", _class="pills").one("form", data_field="priority")["data-value"] == ticket.priority
    )


@pytest.mark.parametrize(("verb", "status", "fields", "said"), REFUSED)
def test_a_refused_action_changes_nothing_and_says_why(
    desk, prepared, person_ids, verb, status, fields, said
):
    ticket = prepared(status)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    events = TicketEvent.objects.count()
    fields = {key: person_ids.get(value, value) for key, value in fields.items()}
    plain = desk.post(f"{opened(ticket)}{verb}", fields, follow=True)
    [(kind, told)] = flashes(page(plain))
    assert kind == "error"
    assert said in told
    fragment = desk.post(f"{opened(ticket)}{verb}", fields, headers=HTMX)
    assert fragment.status_code == 409
    assert toast(fragment) == ("error", told)
    assert page(fragment).one("header", id="ticket-head")["data-status"] == ticket.status
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert TicketEvent.objects.count() == events


@pytest.mark.parametrize("status", [*Status, "callback"])
def test_every_form_of_the_page_works_as_it_stands(desk, prepared, status):
    """Pressing each button once, with what the form holds, is never a dead end."""
    ticket = prepared(status)
    forms = page(desk.get(opened(ticket))).one("header", id="ticket-head").all("form")
    assert forms
    for form in forms:
        assert form["method"] == "post"
        assert "csrfmiddlewaretoken" in form.fields()
        # The script sends those of dialogs that ask for something first
        if "data-merge" in form or "data-split" in form:
            continue
        assert form["action"] == form["hx-post"]
        answer = desk.post(form["action"], form.fields())
        assert answer.headers["Location"] == opened(ticket)


def test_the_status_box_offers_the_steps_that_the_workflow_has(desk, prepared):
    pills = page(desk.get(opened(prepared(Status.RESOLVED)))).one("div", _class="pills")
    box = pills.one("select", aria_label="Status")
    assert [option["value"] for option in box.all("option")] == ["resolved", "in-progress", "closed"]


WRITE = (
    "take", "move", "triage", "assign", "callback", "reply", "seen", "typing", "change", "tags", "snooze", "no-answer",
    "spam", "block", "undo", "withdraw", "later", "merge", "notes",
)  # fmt: skip


@pytest.mark.parametrize("verb", WRITE)
def test_actions_are_for_agents_and_for_post(browse, priya, asha, ticket, verb):
    path = f"{opened(ticket)}{verb}"
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    assert browse().post(path).headers["Location"] == f"/support/login/?next={path}"
    # A script is told, and keeps what was typed
    assert browse().post(path, headers=SCRIPT).status_code == 401
    assert browse(priya).post(path, {"message": "mine", "status": "closed"}).status_code == 404
    assert browse(asha).get(path).status_code == 405
    assert browse(asha).post(path.replace(str(ticket.pk), str(asha.pk))).status_code == 404
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(asha)
    assert forged.post(path, {"message": "x", "status": "closed"}).status_code == 403
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert not Message.objects.filter(sender="agent").exists()


# --- Replying ----------------------------------------------------------------


def composer(desk, ticket) -> dict:
    """The reply form as the page has it."""
    return page(desk.get(opened(ticket))).one("form", _class="composer").fields()


def reply(desk, ticket, headers=None, **fields):
    return desk.post(f"{opened(ticket)}reply", fields, headers=headers or {})


def test_a_reply_from_the_plain_form_arrives_and_takes_the_ticket(desk, ticket):
    answer = reply(desk, ticket, **(composer(desk, ticket) | {"message": "We send a new one.\r\nToday."}))
    assert answer.headers["Location"] == opened(ticket)
    message = ticket.messages.last()
    assert (message.text, message.sender_name, message.internal) == (
        "We send a new one.\nToday.",
        "Asha Nair",
        False,
    )
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee_name) == ("in-progress", "Asha Nair")


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"message": "  \n "}, 400, "Write something or attach a picture."),
        ({"message": "x" * 4001}, 400, "at most 4000 characters"),
        ({"message": "Look", "image": "not a picture"}, 400, "could not be read as a picture"),
        ({"message": "Hello", "lastSeq": "minus one"}, 400, "Enter a whole number."),
        ({"message": "Hello", "clientId": "y" * 65}, 400, "at most 64 characters"),
    ],
)
@pytest.mark.parametrize("internal", ["", "1"])
def test_a_reply_that_is_refused_comes_back_with_its_draft(desk, ticket, fields, status, said, internal):
    if "image" in fields:
        fields = fields | {"image": factories.SimpleUploadedFile("a.png", b"not a picture")}
    answer = reply(desk, ticket, **(composer(desk, ticket) | fields | {"internal": internal}))
    assert answer.status_code == status
    form = page(answer).one("form", _class="composer")
    assert said in form.text
    assert form.one("textarea", name="message").text == fields["message"].strip()
    # A private note that was refused must not come back as a reply to the customer
    assert form.fields()["internal"] == internal
    assert not Message.objects.filter(sender="agent").exists()


def test_a_reply_that_has_not_seen_the_newest_message_comes_back_with_it(desk, ticket, priya):
    form = composer(desk, ticket)
    workflow.customer_says(ticket, "Wait, I found it", by=priya)
    answer = reply(desk, ticket, **(form | {"message": "We send a new one"}))
    assert answer.status_code == 409
    shown = page(answer)
    assert "Wait, I found it" in shown.one(role="log").text
    assert "The customer wrote again." in shown.one("form", _class="composer").text
    again = shown.one("form", _class="composer").fields()
    assert again["message"] == "We send a new one"
    assert not Message.objects.filter(sender="agent").exists()
    # Now it was seen, and goes
    assert reply(desk, ticket, **again).status_code == 302


def test_nothing_is_said_on_a_closed_ticket_but_a_note(desk, ticket, asha):
    workflow.move(ticket, Status.CLOSED, by=asha)
    answer = reply(desk, ticket, message="One more thing")
    assert answer.status_code == 409
    assert "This ticket is closed." in page(answer).one("form", _class="composer").text
    # The page itself offers the note
    assert reply(desk, ticket, **(composer(desk, ticket) | {"message": "He called"})).status_code == 302
    assert (ticket.messages.last().text, ticket.messages.last().internal) == ("He called", True)


def bubbles(answer) -> list[str]:
    return [bubble.one("p", _class="text").text for bubble in page(answer).all("article")]


def test_a_script_gets_its_bubble_and_all_that_came_since(desk, ticket, asha):
    workflow.add_note(ticket, "Stock is fine", by=asha)
    answer = reply(desk, ticket, SCRIPT, message="We send a new one", lastSeq="2", clientId="a1")
    assert answer.status_code == 201
    assert bubbles(answer) == [
        "Stock is fine", "Asha Nair from Customer Care is helping you now.", "We send a new one",
    ]  # fmt: skip
    assert page(answer).all("article")[-1]["data-client-id"] == "a1"


def test_a_script_that_is_behind_gets_what_it_missed(desk, ticket, priya):
    workflow.customer_says(ticket, "Wait, I found it", by=priya)
    answer = reply(desk, ticket, SCRIPT, message="We send a new one", lastSeq="2")
    assert answer.status_code == 409
    assert bubbles(answer) == ["Wait, I found it"]
    assert toast(answer)[0] == "error"


def test_a_script_is_told_in_words_why_something_was_not_sent(desk, ticket, asha):
    assert (
        reply(desk, ticket, SCRIPT, message="").content.decode() == "Write something or attach a picture."
    )
    workflow.move(ticket, Status.CLOSED, by=asha)
    refused = reply(desk, ticket, SCRIPT, message="x")
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")


def test_a_retry_makes_no_second_message(desk, ticket):
    for _ in range(2):
        answer = reply(desk, ticket, SCRIPT, message="We send a new one", clientId="a1")
        assert answer.status_code == 201
        assert bubbles(answer)[-1] == "We send a new one"
    assert ticket.messages.filter(sender="agent").count() == 1
    assert reply(desk, ticket, SCRIPT, message="Something else", clientId="a1").status_code == 409


def test_a_picture_goes_along(desk, ticket):
    answer = reply(desk, ticket, SCRIPT, message="Like this?", image=factories.picture())
    shown = page(answer).all("article")[-1]
    message = ticket.messages.last()
    assert shown.one("a", _class="picture")["href"] == f"/files/{message.pk}"
    assert shown.one("img")["src"] == f"/files/{message.pk}/small"
    assert shown.one("img")["alt"] == "Picture from Asha Nair"


# --- Being there -------------------------------------------------------------


def test_a_ticket_on_the_screen_is_read_and_others_see_who_looks(desk, browse, ticket, priya, rohan):
    workflow.customer_says(ticket, "And the lid is cracked", by=priya)
    for seq, unread in (("1", 1), ("3", 0)):
        assert desk.post(f"{opened(ticket)}seen", {"seq": seq}).content.strip() == b""
        ticket.refresh_from_db()
        assert (ticket.read_by_agents, ticket.unread_by_agents) == (int(seq), unread)
    answer = browse(rohan).post(f"{opened(ticket)}seen", {})
    assert page(answer).text == "Asha Nair is here too"
    assert desk.post(f"{opened(ticket)}seen", {"leaving": "1"}).status_code == 204
    assert list(Viewer.objects.values_list("name", flat=True)) == ["Rohan Mehta"]


@pytest.mark.parametrize(("seq", "status"), [("x", 400), ("-1", 400), ("9" * 30, 200), ("", 200)])
def test_a_place_in_the_conversation_that_is_none_breaks_nothing(desk, ticket, seq, status):
    assert desk.post(f"{opened(ticket)}seen", {"seq": seq}).status_code == status
    answer = reply(desk, ticket, SCRIPT, message="We send a new one", lastSeq=seq)
    assert answer.status_code == (400 if status == 400 else 201)


def test_typing_is_passed_on_and_not_stored(desk, ticket):
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    assert desk.post(f"{opened(ticket)}typing").status_code == 204
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
