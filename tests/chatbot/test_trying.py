"""Try and test: a chat against drafts, and the shop's own conversations run with one button."""

import pytest

from chatbot.learning import trying
from chatbot.learning.trying import BadScript
from chatbot.models import Chat, ChatMessage, OrderCode, TestConversation
from tests import factories
from tests.pages import page
from tickets.models import Person

pytestmark = pytest.mark.all_engines

SCRIPT = "> where is my order\norder: VP-10234\noffers: no\n> talk to a human\noffers: yes\nnever: I'll"


@pytest.fixture
def customer(priya):
    factories.order(priya, "VP-10234")
    return priya


@pytest.fixture
def staff(browse, meera):
    return browse(meera)


def draft(**fields):
    return factories.article(
        "hampers",
        is_active=False,
        **{"title": "Hampers", "body": "Hampers come in May.", "also_asked": "do you have hampers\nhampers"}
        | fields,
    )


def test_a_conversation_is_played_as_the_customer_would_have_it(customer):
    turns = trying.play(SCRIPT, customer.login_email)
    assert [turn.wrong for turn in turns] == [[], []]
    assert (turns[0].order, turns[1].offers) == ("VP-10234", True)


def test_nothing_of_it_is_stored_and_no_code_goes_out(customer, mailoutbox):
    people = Person.objects.count()
    trying.play("> where is VP-10234\n> my jar is broken\n> 123456")
    assert not Chat.objects.exists()
    assert not ChatMessage.objects.exists()
    assert not OrderCode.objects.exists()
    assert Person.objects.count() == people
    assert mailoutbox == []


def test_an_unexpected_answer_is_named(customer):
    (turn,) = trying.play("> where is my order\norder: none\nsays: banana | pear", customer.login_email)
    assert turn.wrong == ["order: none", "says: banana | pear"]


@pytest.mark.engines
def test_a_draft_answers_when_drafts_are_tried_and_only_then(db):
    draft()
    with_drafts, published = (
        trying.play("> do you have hampers", drafts=tried)[0] for tried in (True, False)
    )
    assert "May" in with_drafts.answer
    assert "May" not in published.answer


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", "at least one line"),
        ("says: hello", "stands below"),
        ("> hi\nsings: hello", "Line 2"),
        ("> hi\njust words", "Line 2"),
        (">", "is empty"),
        ("> hi\n" * 31, "At most 30"),
    ],
)
def test_a_script_that_cannot_be_read_says_where(script, reason):
    with pytest.raises(BadScript, match=reason):
        trying.read(script)


@pytest.mark.engines
def test_the_whole_list_is_run_and_one_bad_conversation_stops_no_other(customer):
    TestConversation.objects.create(name="A stranger", customer="unknown@example.com", script=SCRIPT)
    TestConversation.objects.create(name="B orders", customer=customer.login_email, script=SCRIPT)
    stranger, orders = trying.run_all(drafts=False)
    assert (stranger.is_right, orders.is_right) == (False, True)
    assert "unknown@example.com" in stranger.fault
    assert TestConversation.objects.get(name="B orders").last_run[0]["order"] == "VP-10234"


def test_the_next_run_shows_what_has_changed(db):
    article = factories.article(
        "hampers", title="Hampers", body="Hampers come in May.", also_asked="do you have hampers\nhampers"
    )
    TestConversation.objects.create(name="Hampers", script="> do you have hampers\nsays: Hampers")
    assert trying.run_all(drafts=False)[0].changed == 0
    article.body = "Hampers come in June."
    article.save()
    (run,) = trying.run_all(drafts=False)
    assert (run.changed, run.is_right) == (1, True)
    assert ("June" in run.turns[0].answer, "May" in run.turns[0].before) == (True, True)
    assert trying.run_all(drafts=False)[0].changed == 0


def test_a_try_with_drafts_is_not_kept(db):
    draft()
    TestConversation.objects.create(name="Hampers", script="> do you have hampers")
    trying.run_all(drafts=True)
    assert TestConversation.objects.get().ran_at is None


# --- In the admin ------------------------------------------------------------


@pytest.mark.engines
def test_staff_chats_with_a_draft_line_by_line(staff, db):
    draft()
    path = "/admin/chatbot/testconversation/try/"
    shown = page(staff.get(path))
    assert "Hampers" in shown.one("div", id="content").text
    said = page(staff.post(path, {"message": "do you have hampers", "drafts": "on"}))
    form = said.one("form", _class="desk-many")
    assert "Hampers come in May." in form.text
    again = page(staff.post(path, form.fields() | {"message": "thanks"}))
    talk = again.one("form", _class="desk-many").text
    assert ("Hampers come in May." in talk, "thanks" in talk) == (True, True)


def test_staff_runs_all_conversations_with_one_button(staff, customer):
    TestConversation.objects.create(name="Orders", customer=customer.login_email, script=SCRIPT)
    TestConversation.objects.create(name="Wrong", script="> hi\nsays: goodbye")
    shown = page(staff.post("/admin/chatbot/testconversation/run/", {"published": "1"}))
    assert "1 of 2 as expected" in shown.one("div", id="content").text
    assert "Not as expected: says: goodbye" in shown.one("div", id="content").text


def test_a_script_is_checked_when_it_is_saved(staff, db):
    path = "/admin/chatbot/testconversation/add/"
    answer = staff.post(path, {"name": "Odd", "script": "says: hello", "customer": ""})
    assert "stands below" in answer.content.decode()
    staff.post(path, {"name": "Good", "script": "> hello\noffers: no", "customer": ""})
    assert TestConversation.objects.get().name == "Good"


def test_an_agent_does_not_get_there(browse, asha):
    assert browse(asha).get("/admin/chatbot/testconversation/try/").status_code in (302, 403)
