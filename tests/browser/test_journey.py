"""The whole journey, both sides of the desk in their own browsers: from the bubble to the closed ticket."""

import re

import pytest
from playwright.sync_api import expect

from .pages import FRAME, TYPE, Chat, Dashboard, picture

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

COUNT_CHIMES = """
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        const { dataset } = document.documentElement;
        dataset.chimes = 1 + Number(dataset.chimes || 0);
        return start.apply(this, at);
    };
"""


def test_from_the_chat_bubble_to_the_closed_ticket_and_on(person, agent, desk):
    waited_before = desk.as_agent().get("/api/support/admin/").json()["counts"]["needs-answer"]
    shop = person()
    a_shop_page_that_waits(shop)
    chat = Chat(shop)
    villy_greets_and_answers(chat)

    asha = agent()
    asha.add_init_script(COUNT_CHIMES)
    # Every ticket, the newest first: this one is followed through all of its states
    asha.goto("/support/?view=all")
    dashboard = Dashboard(asha)
    expect(dashboard.live).to_be_visible()
    asha.evaluate("window.neverReloaded = true")
    # Browsers play no sound before the first tap on the page
    total = asha.get_by_role("status", name="Total:")
    total.click()
    total_before = int(re.search(r"\d+", total.inner_text())[0])
    first = dashboard.rows.first.inner_text()

    villy_connects(chat)
    assert dashboard_shows_it_at_once(dashboard, total_before, waited_before) != first
    a_picture_goes_with_words(chat)
    the_agent_opens_and_takes_it(chat, dashboard)
    they_talk(chat, dashboard)
    a_note_stays_inside(chat, dashboard)
    a_call_is_asked_for_and_done(chat, dashboard)
    not_solved_at_first(chat, dashboard)
    everything_is_still_there(chat, dashboard, person)
    solved_closed_and_rated(chat, dashboard)
    the_next_message_opens_a_linked_ticket(chat, dashboard)
    assert asha.evaluate("window.neverReloaded") is True


def a_shop_page_that_waits(shop):
    loaded = []
    shop.on("request", lambda request: loaded.append(request.url))
    shop.goto("/", wait_until="networkidle")
    expect(shop.get_by_role("button", name="Chat with Villy")).to_have_attribute("aria-expanded", "false")
    assert [url for url in loaded if "/widget" in url or "/api" in url] == [shop.url + "widget.js"]
    assert not [url for url in loaded if re.search(r"js/(widget|conversation|net)\.", url)]
    assert shop.locator(FRAME).count() == 0
    assert shop.context.cookies() == []
    assert shop.evaluate("Object.keys(localStorage)") == []


def villy_greets_and_answers(chat):
    made = []
    chat.page.on("request", lambda request: made.append(request.method) if "/api/" in request.url else None)
    chat.open()
    expect(chat.button).to_have_attribute("aria-expanded", "true")
    expect(chat.frame.get_by_role("heading", name="Villy - AI Assistant")).to_be_visible()
    expect(chat.frame.get_by_role("button", name="Close chat")).to_be_visible()
    expect(chat.bubbles("ai")).to_contain_text("Hi! I'm Villy. How can I help you today?")
    assert chat.frame.locator(".chips button").count() >= 3
    assert made == [], "looking on makes no visitor before the first word"

    chat.press("How do returns work?")
    answer = chat.bubbles("ai").last
    expect(answer).to_contain_text(re.compile("return", re.IGNORECASE))
    expect(answer.locator(".attached")).not_to_be_empty()
    expect(answer).to_contain_text("Did this help?")

    chat.say("Show me makhana")
    cards = chat.log.get_by_role("list").get_by_role("listitem").filter(has_text="₹")
    expect(cards).to_have_count(3)
    for name, price in (("Peri Peri", "₹299"), ("Classic", "₹249"), ("Masala", "₹249")):
        expect(cards.filter(has_text=name)).to_contain_text(price)
    expect(chat.attach).to_have_count(0)
    expect(chat.connect).to_be_hidden()

    chat.say("Package damaged")
    expect(chat.bubbles("ai").last).to_contain_text("sorry")
    expect(chat.connect).to_be_visible()


def villy_connects(chat):
    chat.connect.click()
    name = chat.frame.get_by_role("textbox", name="Name")
    expect(name).to_be_focused()
    name.fill("Ravi Menon")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("ravi.menon@example.com")
    chat.press("Connect")
    expect(chat.bubbles("system")).to_contain_text(
        "Connected to Customer Care. An agent will help you shortly. We aim to answer within 15 minutes."
    )
    expect(chat.frame.locator("[data-subtitle]")).to_contain_text("Customer Care · replies in about")
    expect(chat.bubbles("customer").filter(has_text="Package damaged")).to_have_count(1)
    expect(chat.attach).to_be_visible()


def dashboard_shows_it_at_once(dashboard, total, waited) -> str:
    row = dashboard.rows.first
    for words in ("Ravi Menon", "Package damaged", "Product issue", "Open", "High", "unread", "now"):
        expect(row).to_contain_text(words)
    expect(row.locator("[data-waited]")).to_have_text(re.compile(r"^(now|1 min)$"))
    expect(dashboard.page.get_by_role("status", name=f"Total: {total + 1} tickets")).to_be_visible()
    expect(dashboard.views.get_by_role("link", name=f"Needs an answer {waited + 1}")).to_be_visible()
    expect(dashboard.page).to_have_title(re.compile(r"^\(\d+\) Tickets · Customer Support Dashboard$"))
    expect(dashboard.page.locator("html")).to_have_attribute("data-chimes", "2")
    return row.inner_text()


def a_picture_goes_with_words(chat):
    chat.frame.locator("input[type=file]").set_input_files(picture())
    preview = chat.frame.get_by_role("img", name="The picture that you attached")
    expect(preview).to_be_visible()
    chat.press("Remove picture")
    expect(preview).to_have_count(0)

    chat.frame.locator("input[type=file]").set_input_files(picture(side=700, noisy=True))
    expect(preview).to_be_visible()
    slowly = chat.page.context.new_cdp_session(chat.page)
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
    slowly.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": 400_000})
    chat.say("It looked like this")
    expect(chat.log.get_by_role("progressbar", name="Upload")).to_be_visible()
    expect(chat.bubbles("customer").last).to_have_attribute("data-pending", "")
    slowly.send("Network.emulateNetworkConditions", {**limits, "uploadThroughput": -1})
    sent = chat.bubbles("customer").filter(has_text="It looked like this")
    expect(sent).to_contain_text("Sent")
    it_is_drawn(sent.get_by_role("img", name="Picture from Ravi Menon"))


def it_is_drawn(image):
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    expect(image).not_to_have_js_property("naturalWidth", 0)


def the_agent_opens_and_takes_it(chat, dashboard):
    page = dashboard.open("Ravi Menon").page
    expect(page).to_have_title(re.compile("Ravi Menon · Customer Support Dashboard$"))
    for words in ("Show me makhana", "Here is what we have", "Package damaged", "It looked like this"):
        expect(dashboard.log).to_contain_text(words)
    it_is_drawn(dashboard.log.get_by_role("img", name="Picture from Ravi Menon"))
    expect(dashboard.rows.first).not_to_contain_text("unread")
    expect(page.get_by_role("link", name="Email")).to_have_attribute(
        "href", re.compile("mailto:ravi.menon@example.com")
    )
    expect(chat.bubbles("customer").filter(has_text="It looked like this")).to_contain_text("Read")
    page.get_by_role("button", name="Take").click()
    expect(dashboard.toast.filter(has_text="The ticket is yours.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Status")).to_have_value("in-progress")
    assert (
        page.get_by_role("combobox", name="Assigned to").evaluate("box => box.selectedOptions[0].text")
        == "Asha Nair"
    )
    expect(chat.bubbles("system").last).to_contain_text("Asha Nair from Customer Care is helping you now.")
    expect(chat.frame.get_by_role("heading", name="Asha Nair", level=1)).to_be_visible()
    expect(chat.frame.get_by_text(re.compile("^Customer Care · replies in about"))).to_be_visible()


def they_talk(chat, dashboard):
    dashboard.text.press_sequentially("Hello Ravi,")
    expect(chat.frame.get_by_text("Asha Nair is typing")).to_be_visible()
    dashboard.text.press("Shift+Enter")
    dashboard.text.press_sequentially("a new box is packed.")
    dashboard.page.locator("input[type=file]").set_input_files(picture("new.jpg"))
    dashboard.send.click()
    reply = chat.bubbles("agent").filter(has_text="a new box is packed.")
    expect(reply).to_be_visible()
    expect(chat.frame.get_by_text("Asha Nair is typing")).to_be_hidden()
    it_is_drawn(reply.get_by_role("img", name="Picture from Asha Nair"))
    expect(dashboard.log.locator('[data-sender="agent"]').last).to_contain_text("Read")

    reply.get_by_role("link").first.click()
    full = chat.frame.get_by_role("dialog").get_by_role("img")
    it_is_drawn(full)
    chat.press("Close picture")

    chat.text.press_sequentially("Thank you")
    expect(dashboard.page.get_by_text("Ravi Menon is typing")).to_be_visible()
    chat.text.press("Enter")
    expect(dashboard.log.locator('[data-sender="customer"]').last).to_contain_text("Thank you")


def a_note_stays_inside(chat, dashboard):
    dashboard.note("He is a friend of the owner")
    note = dashboard.log.locator("[data-internal]").last
    expect(note).to_contain_text("Private note")
    dashboard.write("Reply")
    dashboard.reply("One more minute")
    expect(chat.bubbles("agent").last).to_contain_text("One more minute")
    expect(chat.log).not_to_contain_text("friend of the owner")


def a_call_is_asked_for_and_done(chat, dashboard):
    page = dashboard.page
    chat.choose("Call me back")
    chat.frame.get_by_role("textbox", name="Phone").fill("+91 90000 07777")
    when = chat.frame.get_by_role("combobox", name="When suits you?")
    time = when.locator("option").nth(1).inner_text()
    when.select_option(time)
    chat.press("Request a call")
    expect(chat.frame.get_by_text("We will call you on +91 90000 07777.")).to_be_visible()
    expect(dashboard.rows.first).to_contain_text("Call back wanted")
    expect(page.get_by_text(f"Wants a call: “{time}”")).to_be_visible()
    expect(page.get_by_role("link", name="Call", exact=True)).to_have_attribute("href", "tel:+919000007777")
    page.get_by_role("button", name="Called back").click()
    expect(page.get_by_text("Wants a call")).to_have_count(0)
    expect(dashboard.rows.first).not_to_contain_text("Call back wanted")
    expect(chat.frame.get_by_text("We will call you on")).to_have_count(0)


def not_solved_at_first(chat, dashboard):
    dashboard.resolve("A new box is on its way.")
    expect(chat.bubbles("agent").last).to_contain_text("A new box is on its way.")
    expect(dashboard.log.locator("[data-resolution]")).to_contain_text("A new box is on its way.")
    resolved = dashboard.toast.filter(has_text="Resolved")
    expect(resolved.get_by_role("button", name="Undo")).to_be_visible()
    expect(chat.bubbles("system").last).to_contain_text("Did that solve it?")
    chat.press("No, not yet")
    expect(dashboard.page.get_by_role("combobox", name="Status")).to_have_value("in-progress")
    expect(dashboard.rows.first).to_contain_text("In progress")
    expect(chat.frame.get_by_role("button", name="Yes, solved")).to_have_count(0)


def everything_is_still_there(chat, dashboard, person):
    def all_of_it(shown: Chat):
        for words in ("Show me makhana", "It looked like this", "a new box is packed.", "One more minute"):
            expect(shown.log).to_contain_text(words)
        expect(shown.log).not_to_contain_text("friend of the owner")
        it_is_drawn(shown.log.get_by_role("img", name="Picture from Asha Nair"))

    all_of_it(chat.again())
    second_tab = chat.page.context.new_page()
    second_tab.goto("/")
    all_of_it(Chat(second_tab).open())
    dashboard.reply("Can you see this in both tabs?")
    for shown in (chat, Chat(second_tab)):
        expect(shown.bubbles("agent").last).to_contain_text("both tabs")
    second_tab.close()

    restarted = person(storage_state=chat.page.context.storage_state())
    restarted.goto("/")
    all_of_it(Chat(restarted).open())
    restarted.close()


def solved_closed_and_rated(chat, dashboard):
    dashboard.resolve("The new box has arrived.")
    chat.press("Yes, solved")
    expect(chat.bubbles("system").last).to_contain_text("This conversation is closed.")
    expect(dashboard.page.get_by_role("combobox", name="Status")).to_have_value("closed")
    expect(dashboard.rows.first).to_contain_text("Closed")
    chat.rate(4, "Quick and kind")
    expect(chat.frame.get_by_role("img", name="You gave 4 of 5 stars")).to_be_visible()
    expect(chat.frame.get_by_text("Thank you for your rating.")).to_be_visible()


def the_next_message_opens_a_linked_ticket(chat, dashboard):
    number = re.search(r"\d{8}", dashboard.head.inner_text())[0]
    closed = dashboard.page.url
    chat.say("The lid of the new one is loose")
    expect(chat.log).to_contain_text(f"This continues ticket #{number}, which was closed.")
    for words in ("Ravi Menon", "Open", "1 unread"):
        expect(dashboard.rows.first).to_contain_text(words)
    dashboard.rows.first.click()
    expect(dashboard.log).to_contain_text("The lid of the new one is loose")
    expect(dashboard.log).to_contain_text(f"This continues ticket #{number}")
    assert dashboard.page.url != closed
    assert chat.frame.get_by_role("textbox", name=TYPE).input_value() == ""
