"""Cut lines, dead servers, reloads: what was written is kept, and arrives once."""

import json
import random

import pytest
from playwright.sync_api import expect

from .pages import Chat, Dashboard, picture

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

SAY = "**/widget/messages"
REFRESH = "**/api/auth/token/refresh"
HEARS_OF_AN_IDENTITY = """() => {
    window.heard = new Promise((done) => addEventListener("message", ({ data }) => data.type === "identity" && done()));
}"""


def said(desk, ticket: str) -> list[str]:
    messages = desk.as_agent().get(f"/api/support/admin/{ticket}").json()["messages"]
    return [message["message"] for message in messages if message["sender"] in ("customer", "agent")]


def new_name() -> str:
    return "".join(random.choices("bdfgklmnprst", k=12))


def test_a_desk_that_dies_and_comes_back_gets_every_word_once(visitor, agent, desk):
    chat = visitor(ticket="The box was crushed")
    dashboard = Dashboard(agent(at=chat.ticket))
    dashboard.reply("Let me look")
    expect(chat.bubbles("agent")).to_contain_text("Let me look")

    desk.kill()
    expect(chat.offline).to_be_visible()
    expect(dashboard.page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    chat.say("Are you still there?")
    expect(chat.bubbles("customer").last).to_contain_text("Not sent")
    expect(chat.frame.get_by_role("button", name="Try again")).to_be_visible()
    chat.text.press_sequentially("I was about to")
    # A note: a reply would have to see the customer's words first
    dashboard.note("Found it")
    expect(dashboard.page.get_by_role("button", name="Try again")).to_be_visible()
    dashboard.text.press_sequentially("Also")

    desk.start()
    expect(chat.offline).to_be_hidden(timeout=20_000)
    expect(dashboard.live).to_be_visible(timeout=20_000)
    still_there, found_it = "Are you still there?", "Found it"
    for shown, words in ((chat.log, still_there), (dashboard.log, still_there), (dashboard.log, found_it)):
        expect(shown.locator(".bubble[data-seq]", has_text=words)).to_have_count(1)
        expect(shown.get_by_role("button", name="Try again")).to_have_count(0)
    expect(chat.text).to_have_value("I was about to")
    expect(dashboard.text).to_have_value("Also")
    assert sorted(said(desk, chat.ticket)) == sorted(
        ["The box was crushed", "Let me look", "Are you still there?", "Found it"]
    )


def lose_the_answer(route):
    route.fetch()
    route.abort()


def test_a_question_whose_answer_was_lost_stays_with_try_again_and_is_asked_once(visitor, desk):
    chat = visitor()
    chat.page.route(SAY, lose_the_answer, times=1)
    chat.say("Show me makhana")
    question = chat.bubbles("customer").filter(has_text="Show me makhana")
    expect(question).to_contain_text("Not sent. You seem to be offline.")
    chat.press("Try again")
    expect(chat.bubbles("ai").last).to_contain_text("Peri Peri Makhana")
    expect(question).to_have_count(1)
    bearer = {"Authorization": f"Bearer {chat.kept()['identity']['access']}"}
    assert len(desk.api().get("/api/chat/", headers=bearer).json()["messages"]) == 2


def test_words_to_villy_that_a_lost_network_held_back_are_asked_once(visitor, desk):
    chat = visitor()
    chat.page.context.set_offline(True)
    chat.say("Show me makhana")
    chat.say("and honey")
    expect(chat.bubbles("customer")).to_have_count(2)
    expect(chat.frame.get_by_role("button", name="Try again").first).to_be_visible()
    chat.page.context.set_offline(False)
    expect(chat.frame.get_by_role("button", name="Try again")).to_have_count(0)
    expect(chat.log.locator('[data-sender="customer"][data-seq]')).to_have_count(2)
    bearer = {"Authorization": f"Bearer {chat.kept()['identity']['access']}"}
    said = desk.api().get("/api/chat/", headers=bearer).json()["messages"]
    assert [line["message"] for line in said if line["sender"] == "customer"] == [
        "Show me makhana",
        "and honey",
    ]


def test_a_message_whose_answer_was_lost_comes_back_by_the_stream(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    chat.page.route(SAY, lose_the_answer, times=1)
    chat.say("Hello?")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    expect(chat.again().bubbles("customer").filter(has_text="Hello?")).to_have_count(1)
    assert said(desk, chat.ticket) == ["The box was crushed", "Hello?"]


HEARS_WHO_HAS_FILES = """() => {
  window.asked = new Promise((done) => {
    new BroadcastChannel("villy").onmessage = ({ data }) => data.data?.held?.length && done();
  });
}"""


def test_a_reload_keeps_what_could_not_be_sent_and_says_which_picture_is_lost(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    chat.page.route(SAY, lambda route: route.abort())
    chat.say("The lid as well")
    expect(chat.bubbles("customer").last).to_contain_text("Not sent")
    chat.frame.locator("input[type=file]").set_input_files(picture())
    chat.say("See here")
    expect(chat.frame.get_by_role("button", name="Try again")).to_have_count(2)

    # Another tab sends the words of both, and leaves the picture to the tab that has it
    chat.page.evaluate(HEARS_WHO_HAS_FILES)
    other = chat.page.context.new_page()
    other.goto("/")
    second = Chat(other).open()
    chat.page.evaluate("asked")
    expect(second.log.locator("[data-seq]").filter(has_text="The lid as well")).to_have_count(1)
    expect(chat.frame.get_by_role("button", name="Try again")).to_have_count(1)
    assert "See here" in chat.kept()["outbox:conversation"]
    expect(second.text).to_have_value("")
    other.close()

    chat.page.unroute_all(behavior="ignoreErrors")
    chat.again()
    expect(chat.log.locator("[data-seq]").filter(has_text="The lid as well")).to_have_count(1)
    expect(chat.text).to_have_value("See here")
    expect(chat.frame.get_by_role("alert").filter(has_text="Please attach it again.")).to_be_visible()
    assert said(desk, chat.ticket) == ["The box was crushed", "The lid as well"]


def test_a_chat_that_cannot_be_reached_does_not_cover_the_page_and_opens_later(person):
    page = person(viewport={"width": 390, "height": 740}, has_touch=True)
    page.goto("/")
    chat = Chat(page)
    expect(chat.button).to_be_visible()
    page.route("**/widget/frame*", lambda route: route.abort())
    chat.button.tap()
    expect(page.get_by_text("We can't open the chat right now.")).to_be_visible()
    page.get_by_role("button", name="Ask Villy").click(trial=True)
    page.unroute_all(behavior="ignoreErrors")
    chat.open()
    expect(page.get_by_text("We can't open the chat right now.")).to_be_hidden()


def test_a_chat_that_is_slow_to_come_says_so_and_is_seen_when_it_is_there(person):
    page = person(viewport={"width": 390, "height": 740}, has_touch=True)
    page.goto("/")
    chat, held = Chat(page), []
    frame, opening = page.locator("iframe"), page.get_by_text("Opening the chat…")
    page.route("**/widget/frame*", lambda route: held.append(route))
    chat.button.tap()
    expect(opening).to_be_visible()
    expect(frame).to_be_hidden()
    held[0].continue_()
    expect(chat.text).to_be_focused()
    expect(frame).to_be_visible()
    expect(opening).to_be_hidden()


def test_an_agent_who_is_offline_is_told_so_and_hears_what_was_missed(agent, visitor):
    chat = visitor(ticket="The box was crushed")
    dashboard = Dashboard(agent(at=chat.ticket))
    dashboard.page.context.set_offline(True)
    expect(dashboard.page.get_by_text("Connection lost. Reconnecting…")).to_be_visible()
    chat.say("Hello?")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    dashboard.page.context.set_offline(False)
    expect(dashboard.live).to_be_visible()
    expect(dashboard.log.locator(".bubble[data-seq]", has_text="Hello?")).to_have_count(1)


def test_connect_pressed_twice_makes_one_ticket(visitor, agent):
    chat = visitor()
    chat.say("Package damaged")
    chat.connect.click()
    name = f"Twice {new_name()}"
    chat.frame.get_by_role("textbox", name="Name").fill(name)
    chat.frame.get_by_role("textbox", name="Email or phone").fill("twice@example.com")
    chat.frame.get_by_role("button", name="Connect", exact=True).dblclick()
    expect(chat.bubbles("system").first).to_contain_text("Connected to Customer Care")
    expect(chat.bubbles("customer")).to_contain_text("Package damaged")
    page = agent()
    page.get_by_role("searchbox", name="Search tickets").fill(name)
    expect(page.get_by_role("status", name="Total: 1 ticket", exact=True)).to_be_visible()


def test_drafts_of_two_tabs_saved_at_once_are_both_kept(visitor):
    chat = visitor()
    chat.say("Hello")
    expect(chat.log.locator("[data-seq]").filter(has_text="Hello")).to_have_count(1)
    other = chat.page.context.new_page()
    other.goto("/")
    stale = chat.kept()
    chat.text.press_sequentially("Half a sentence")
    chat.page.wait_for_function("localStorage.getItem('villy').includes('Half a sentence')")
    # The other tab has read before that, and writes after it
    other.evaluate(
        "kept => localStorage.setItem('villy', JSON.stringify(kept))",
        stale | {"sound": "off", "draft:conversation": ""},
    )
    chat.page.wait_for_function("localStorage.getItem('villy').includes('Half a sentence')")
    assert chat.kept()["sound"] == "off"
    # A text that was changed there meanwhile is not written over
    changed = chat.kept() | {"draft:conversation": "Another sentence"}
    other.evaluate("kept => localStorage.setItem('villy', JSON.stringify(kept))", changed)
    chat.text.press_sequentially("!")
    chat.page.wait_for_function("localStorage.getItem('villy').includes('Half a sentence!')")


def test_the_badge_stays_while_the_customer_goes_on_through_the_shop(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    chat.press("Close chat")
    reply = {"message": "A new one is on its way"}
    desk.as_agent().post(f"/api/support/admin/{chat.ticket}/reply", json=reply).raise_for_status()
    expect(chat.button).to_have_accessible_name("Chat with Villy, 1 unread")
    chat.page.reload()
    expect(chat.button).to_have_accessible_name("Chat with Villy, 1 unread")
    chat.open()
    expect(chat.button).to_have_accessible_name("Chat with Villy")
    expect(chat.bubbles("agent").last).to_contain_text("on its way")


def test_half_a_sentence_survives_a_reload_on_both_sides(visitor, agent):
    chat = visitor(ticket="The box was crushed")
    chat.text.press_sequentially("I was abo")
    expect(chat.again().text).to_have_value("I was abo")
    dashboard = Dashboard(agent(at=chat.ticket))
    dashboard.text.press_sequentially("Dear Rav")
    dashboard.page.reload()
    expect(dashboard.text).to_have_value("Dear Rav")


def test_an_expired_access_token_is_renewed_without_a_word(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    before = chat.spoil_access_token()
    chat.again()
    chat.say("Still me")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    assert chat.kept()["identity"]["refresh"] != before
    assert said(desk, chat.ticket) == ["The box was crushed", "Still me"]


def test_two_tabs_whose_token_expired_renew_it_once_and_stay_the_same_person(visitor, site, desk):
    chat = visitor(ticket="The box was crushed")
    # On the other site, where the frames themselves may lock nothing
    identity = {"identity": chat.kept()["identity"]}
    tabs = []
    for _ in range(2):
        page = chat.page.context.new_page()
        page.goto(site.url())
        page.evaluate("kept => localStorage.setItem('villy', kept)", json.dumps(identity))
        tabs.append(Chat(page).open())
        expect(tabs[-1].bubbles("system")).to_have_count(1)
    chat.page.close()

    # A third tab tells the others of an access token that the desk refuses
    for tab in tabs:
        tab.document().evaluate(HEARS_OF_AN_IDENTITY)
    third = tabs[0].page.context.new_page()
    third.goto(site.url())
    Chat(third).spoil_access_token()
    held = []
    for tab in tabs:
        tab.document().evaluate("heard")
        tab.page.route(REFRESH, lambda route: held.append(route))
    with tabs[0].page.expect_request(REFRESH):
        tabs[0].say("From tab 0")
    with tabs[1].page.expect_response(SAY) as answer:
        tabs[1].say("From tab 1")
    assert answer.value.status == 401
    assert len(held) == 1
    held[0].continue_()
    for tab in tabs:
        for number in range(2):
            expect(tab.log.locator("[data-seq]").filter(has_text=f"From tab {number}")).to_have_count(1)
    assert len(said(desk, chat.ticket)) == 3


def test_a_desk_that_is_too_busy_to_renew_a_token_does_not_cost_the_history(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    before = chat.spoil_access_token()
    chat.page.route(REFRESH, lambda route: route.fulfill(status=503, body="{}"), times=1)
    chat.page.reload()
    chat.button.click()
    expect(chat.bubbles("system").first).to_be_visible(timeout=15_000)
    expect(chat.offline).to_be_hidden()
    chat.say("Still me")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    assert chat.kept()["identity"]["refresh"] != before
    assert said(desk, chat.ticket) == ["The box was crushed", "Still me"]


def test_looking_away_and_back_keeps_the_identity(visitor):
    chat = visitor()
    asked = []
    chat.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    chat.document().evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    chat.page.context.set_offline(True)
    expect(chat.offline).to_be_visible()
    chat.page.context.set_offline(False)
    expect(chat.offline).to_be_hidden()
    assert asked == []
    assert chat.kept() == {}


def test_the_draft_of_a_customer_who_signed_out_is_not_shown_to_the_next(visitor):
    chat = visitor(ticket="The box was crushed")
    chat.text.press_sequentially("My account number is")
    chat.page.reload()
    expect(chat.button).to_be_visible()
    chat.page.evaluate("Villy.logout()")
    expect(chat.open().text).to_have_value("")


def test_a_late_load_does_not_interrupt_a_guest_who_types_an_address(visitor):
    chat = visitor()
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    held = []
    chat.page.context.route("**/widget/conversation*", lambda route: held.append(route))
    chat.page.reload()
    chat.button.click()
    chat.frame.get_by_role("button", name="Talk to a person").click()
    name = chat.frame.get_by_role("textbox", name="Name")
    name.fill("Ravi")
    while not held:
        chat.page.wait_for_timeout(50)
    held.pop().continue_()
    expect(chat.log).to_contain_text("Package damaged")
    expect(name).to_have_value("Ravi")
    expect(name).to_be_visible()
