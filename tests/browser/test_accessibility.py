"""axe finds nothing: every page, in the states that people meet, light and dark."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .pages import Chat, Dashboard, picture, place_of
from .test_layout import PHONE, fits_a_phone

# Without the tags, axe leaves out the newest rules (the size of targets among them)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# Only these look at colours
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# A hidden page draws no frames, and waits in vain for the end of what moves on it
SETTLED = """async () => {
    const frame = () => Promise.race([new Promise(requestAnimationFrame), new Promise((done) => setTimeout(done, 50))]);
    const moves = () => document.getAnimations().some((each) => each.effect.getTiming().iterations === 1);
    const until = Date.now() + 3000;
    do { await frame(); await frame(); } while (moves() && Date.now() < until);
}"""
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
STILL = {"reduced_motion": "reduce"}
# Half a megabyte to send and to compile: once a document
AXE, AXE_IN_PLACE = Axe(), Axe("null")
# As a language would that is written so: a conversation has a direction of its own
FROM_THE_RIGHT = (
    "document.querySelectorAll('html, [dir]:not([dir=auto])').forEach((node) => { node.dir = 'rtl'; })"
)


def axe_is_content(page: Page, where=None, *, state: str) -> None:
    """Run every rule on the page, or on a frame of it, and those about colours in light and in dark."""
    document = where or page
    # As the page is, and then the other: once a state, not twice, all colours change
    schemes = ["dark", "light"] if document.evaluate(IS_DARK) else ["light", "dark"]
    for scheme, rules in zip(schemes, (TAGS, OF_COLOURS), strict=True):
        page.emulate_media(color_scheme=scheme)
        document.evaluate(SETTLED)
        # Playwright keeps frames in lists of their own: axe looks into each by itself
        options = {"runOnly": rules, "iframes": False, "resultTypes": ["violations"]}
        axe = AXE_IN_PLACE if document.evaluate("'axe' in window") else AXE
        found = axe.run(document, options=options)
        assert found.violations_count == 0, f"{state}, {scheme}: {found.generate_report()}"


def test_the_shop_its_dialog_and_the_pages_of_the_desk_that_need_no_sign_in(person):
    page = person(**STILL)
    page.goto("/")
    expect(page.get_by_role("button", name="Chat with Villy")).to_be_visible()
    axe_is_content(page, state="the shop")
    page.get_by_role("button", name="Sign in").click()
    axe_is_content(page, state="signing in to the shop")
    page.goto("/support/login/")
    # For a reader who wants less motion no element takes its colours later than the one that it is in
    assert page.evaluate("getComputedStyle(document.body).transitionProperty") == "none"
    axe_is_content(page, state="the login")
    page.get_by_label("E-mail").fill("unknown@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe_is_content(page, state="the login, refused")
    page.goto("/nowhere")
    axe_is_content(page, state="a page that is not there")
    page.goto("/widget/frame?host=https://not.allowed")
    axe_is_content(page, state="a site that is not allowed")


def test_the_chat_in_every_state(visitor, desk):
    chat = visitor(**STILL)
    page, frame = chat.page, chat.document()

    def check(state: str):
        axe_is_content(page, frame, state=f"the chat: {state}")

    check("just opened")
    axe_is_content(page, state="the shop with the chat open")
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Did this help?")
    chat.say("How do returns work?")
    expect(chat.bubbles("ai")).to_have_count(3)
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    check("Villy has answered")
    chat.connect.click()
    check("the contact form")
    chat.frame.get_by_role("textbox", name="Name").fill("Ravi")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("1")
    chat.press("Connect")
    expect(chat.frame.get_by_role("alert")).to_be_visible()
    check("the contact form, refused")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("ravi@example.com")
    chat.press("Connect")
    expect(chat.attach).to_be_visible()
    chat.frame.locator("input[type=file]").set_input_files(picture())
    chat.choose("Call me back")
    check("a picture to send, and the form for a call")
    chat.say("See here")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    page.context.set_offline(True)
    chat.say("And here")
    expect(chat.frame.get_by_role("button", name="Try again")).to_be_visible()
    expect(chat.offline).to_be_visible()
    check("offline, with a message that failed")
    page.context.set_offline(False)
    expect(chat.bubbles("customer").last).to_contain_text("Sent")

    agent = desk.as_agent()
    ticket = f"/api/support/admin/{agent.get('/api/support/admin/').json()['results'][0]['id']}"
    agent.post(f"{ticket}/reply", json={"message": "See https://example.com/lids"})
    expect(chat.bubbles("agent")).to_be_visible()
    check("with an agent")
    chat.log.get_by_role("img", name="Picture from Ravi").click()
    expect(chat.frame.get_by_role("dialog")).to_be_visible()
    check("a picture at full size")
    chat.press("Close picture")
    agent.patch(ticket, json={"status": "resolved", "resolution": "A new lid is on its way."})
    expect(chat.frame.get_by_role("button", name="Yes, solved")).to_be_visible()
    check("resolved")
    chat.press("Yes, solved")
    expect(chat.frame.get_by_role("group", name="Rating")).to_be_visible()
    check("closed, to be rated")
    chat.press("5 stars")
    expect(chat.frame.get_by_role("textbox", name="Anything to add?")).to_be_visible()
    check("closed, with stars chosen")
    chat.press("Send rating")
    expect(chat.frame.get_by_text("Thank you for your rating.")).to_be_visible()
    check("closed and rated")


def test_the_dashboard_and_a_ticket_with_everything_in_it(agent, visitor, desk):
    chat = visitor(ticket="The box was crushed")
    chat.frame.locator("input[type=file]").set_input_files(picture())
    chat.say("See here")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    chat.choose("Call me back")
    chat.frame.get_by_role("textbox", name="Phone").fill("+91 90000 07777")
    chat.press("Request a call")

    dashboard = Dashboard(agent(**STILL))
    page = dashboard.page
    axe_is_content(page, state="the dashboard")
    page.get_by_role("searchbox").fill("zzzz")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    axe_is_content(page, state="a search that finds nothing")

    desk.as_agent().post(
        f"/api/support/admin/{chat.ticket}/reply", json={"message": "Careful", "internal": True}
    )
    desk.as_agent().post(f"/api/support/admin/{chat.ticket}/reply", json={"message": "I am looking"})
    rohan = Dashboard(agent("agent2@demo.test", at=chat.ticket))
    # Beside the tickets of this test: those of the demo have been looked at above
    page.goto(f"/support/{chat.ticket}/?view=all&q=crushed")
    expect(page.get_by_text("Rohan Mehta is here too")).to_be_visible()
    page.get_by_text("History", exact=True).click()
    dashboard.write("Private note")
    page.locator("input[type=file]").set_input_files(picture())
    axe_is_content(page, state="a ticket")
    rohan.reply("The truck was late")
    expect(dashboard.log).to_contain_text("The truck was late")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    axe_is_content(page, state="the keys")
    page.keyboard.press("Escape")
    with macros(desk):
        dashboard.more("Apply a macro…")
        offered = page.get_by_role("dialog", name="Apply a macro")
        expect(offered.get_by_role("button", name="Possible")).to_be_enabled()
        expect(offered.get_by_role("button", name="Refused")).to_be_disabled()
        axe_is_content(page, state="the macros")
        page.keyboard.press("Escape")
    dashboard.more("Apply a macro…")
    expect(offered).to_contain_text("Your team has no macros yet.")
    axe_is_content(page, state="no macros")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Resolve", exact=True).click()
    axe_is_content(page, state="resolving")
    page.get_by_role("textbox", name="Resolution").fill("A new one is on its way.")
    page.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(dashboard.toast.first).to_be_visible()
    axe_is_content(page, state="a toast")
    dashboard.more("Close Ticket")
    expect(dashboard.head).to_have_attribute("data-status", "closed")
    axe_is_content(page, state="a closed ticket")

    # A ticket from the demo with the whole story: an order, Villy's chat, a picture, a due time that has passed
    page.goto("/support/?view=needs-answer")
    dashboard.list.locator(".row-link").last.click()
    expect(dashboard.log).to_be_visible()
    axe_is_content(page, state="a ticket of the demo")


@contextmanager
def macros(desk) -> Iterator[None]:
    """Two macros of the desk: one that is possible on any ticket in progress, one that is not."""
    made = (("Possible", "in-progress", "high"), ("Refused", "open", ""))
    for name, status, priority in made:
        values = {
            "id": uuid.uuid4().hex, "name": name, "texts": '{"en": "Hello {{customer.firstName}}"}', "note": "Called",
            "status": status, "priority": priority, "category": "", "resolution": "", "tags": "vip, refund",
            "assigns_me": True, "is_active": True, "uses": 0, "updated_at": "2026-11-29 12:00:00",
        }  # fmt: skip
        marks = ", ".join("?" * len(values))
        desk.sql(f"INSERT INTO tickets_macro ({', '.join(values)}) VALUES ({marks})", *values.values())  # noqa: S608
    try:
        yield
    finally:
        desk.sql("DELETE FROM tickets_macro WHERE name IN ('Possible', 'Refused')")


def a_customer_of_many_years(desk, conversations: int) -> dict:
    """Tokens of a customer with so many conversations; all but the last are copies, made in the database."""
    guest = desk.api()
    tokens = guest.post("/api/auth/guest", json={"name": "Meena", "email": "meena@example.com"}).json()
    guest.headers["Authorization"] = f"Bearer {tokens['access']}"
    made = guest.post("/api/support/create", json={"message": "The lid of the ghee jar was loose"})
    ticket = made.raise_for_status().json()["id"].replace("-", "")
    columns = [name for _, name, *_ in desk.sql("pragma table_info(tickets_ticket)")]
    [row] = desk.sql("select * from tickets_ticket where id = ?", ticket)
    insert = f"insert into tickets_ticket values ({', '.join('?' for _ in columns)})"  # noqa: S608
    before = dict(zip(columns, row, strict=True))
    for number in range(1, conversations):
        at = f"2025-01-{number % 28 + 1:02} 10:{number % 60:02}:00"
        copy = {
            "id": uuid.uuid4().hex,
            "number": before["number"] + number,
            "client_id": None,
            "status": "closed",
        }
        desk.sql(insert, *(before | copy | {"closed_at": at, "updated_at": at}).values())
    return {key: tokens[key] for key in ("access", "refresh")}


def test_a_hundred_past_conversations_and_a_page_from_right_to_left(person, desk):
    identity = a_customer_of_many_years(desk, 100)
    page = person(**PHONE, **STILL)
    page.goto("/")
    chat = Chat(page)
    chat.keep({"identity": identity})
    page.reload()
    chat.open()
    chat.press("Back to all conversations")
    past = chat.frame.get_by_role("list", name="Past conversations").get_by_role("button")
    more = chat.frame.get_by_role("button", name="Earlier conversations")
    expect(past).to_have_count(19)
    for number in (39, 59, 79, 99):
        more.click()
        expect(past).to_have_count(number)
        # The keyboard goes on where the list was
        expect(past.nth(number - 20)).to_be_focused()
    expect(more).to_have_count(0)
    frame = chat.document()
    axe_is_content(page, frame, state="a hundred conversations")

    # As a language would that is written so; its box and its arrows change sides
    for document in (page.main_frame, frame):
        document.evaluate(FROM_THE_RIGHT)
    fits_a_phone(page, frame)
    axe_is_content(page, frame, state="from right to left")
    chat.frame.get_by_role("list", name="Your last conversation").get_by_role("button").click()
    expect(chat.bubbles("customer").first).to_contain_text("The lid of the ghee jar")
    frame.evaluate(FROM_THE_RIGHT)
    fits_a_phone(page, frame)
    axe_is_content(page, frame, state="a conversation from right to left")
    back = place_of(chat.frame.get_by_role("button", name="Back to all conversations"))
    close = place_of(chat.frame.get_by_role("button", name="Close chat"))
    assert back["x"] > close["x"]
    log, said = place_of(chat.log), place_of(chat.bubbles("customer").first)
    assert said["x"] - log["x"] < log["width"] / 4
