"""A morning at the desk, by keyboard alone. It reads like the agent's diary."""

import pytest
from playwright.sync_api import Page, expect

from .pages import Dashboard, place_of

CANNED = {
    "shortcut": "sorry",
    "title": "Apology",
    "text": {"en": "Dear {{customer.firstName}}, we are sorry. {{agent.name}}"},
}


@pytest.fixture
def three_customers(desk) -> list[str]:
    """Three people who wait, the urgent one last."""
    names = ["Tara Menon", "Uma Reddy", "Veer Singh"]
    for name, priority in zip(names, ("medium", "medium", "urgent"), strict=True):
        guest = desk.as_guest(name, f"{name.split()[0].lower()}@example.com")
        ticket = {"message": f"This is {name}. The lid is loose", "priority": priority, "category": "order"}
        guest.post("/api/support/create", json=ticket).raise_for_status()
    return names


@pytest.fixture
def page(agent) -> Page:
    return agent()


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_an_agent_works_through_tickets_by_keyboard_alone(page, desk, three_customers):
    desk.as_agent().post("/api/canned/", json=CANNED)
    keys, dashboard = page.keyboard, Dashboard(page)

    # Good morning. Who waits for an answer? The urgent ones stand on top.
    keys.press("1")
    expect(dashboard.views.get_by_role("link", name="Needs an answer")).to_have_attribute(
        "aria-current", "page"
    )
    expect(dashboard.row("Veer Singh")).to_contain_text("Urgent")

    # I look for Veer and open him.
    keys.press("/")
    keys.type("from:Veer")
    expect(dashboard.rows).to_have_count(1)
    keys.press("Escape")
    keys.press("j")
    heading(page, "Veer Singh")

    # He is mine.
    keys.press("a")
    expect(page.get_by_role("combobox", name="Assigned to")).to_have_value(
        page.evaluate("document.body.dataset.meId")
    )

    # I begin with the apology that I always send: "/", two letters, Enter.
    keys.press("r")
    expect(dashboard.text).to_be_focused()
    keys.type("/so")
    expect(page.get_by_role("listbox", name="Canned replies").get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    expect(dashboard.text).to_have_value("Dear Veer, we are sorry. Asha Nair")
    keys.press("Enter")
    expect(dashboard.log.locator('[data-sender="agent"]').last).to_contain_text("Dear Veer, we are sorry.")

    expect(page.get_by_text("Reply sent.")).to_be_visible()

    # That was too early: I take it back, and the words are in the box again.
    page.get_by_role("button", name="Undo").press("Enter")
    expect(dashboard.text).to_have_value("Dear Veer, we are sorry. Asha Nair")
    expect(dashboard.log).to_contain_text("Message withdrawn")
    expect(dashboard.text).to_be_focused()
    keys.type("!")
    keys.press("Enter")
    expect(dashboard.log.locator('[data-sender="agent"]').last).to_contain_text("Asha Nair!")
    keys.press("Escape")

    # A note for the colleagues, and a tag.
    keys.press("n")
    keys.type("Third lid this week")
    keys.press("Enter")
    expect(dashboard.log.locator("[data-internal]")).to_contain_text("Third lid this week")
    keys.press("Escape")
    keys.press("t")
    keys.type("lids")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Tags: lids")).to_be_visible()

    # Solved. "e", a word to the customer, and done.
    keys.press("Escape")
    page.get_by_role("heading", level=1).focus()
    keys.press("e")
    keys.type("A new lid is on its way.")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(dashboard.head).to_have_attribute("data-status", "resolved")
    expect(dashboard.log.locator("[data-resolution]")).to_contain_text("A new lid is on its way.")

    # Tara can wait until tomorrow; the palette knows how.
    page.goto("/support/?q=from:Tara")
    expect(dashboard.live).to_be_visible()
    keys.press("j")
    heading(page, "Tara Menon")
    keys.press("Control+k")
    commands = page.get_by_role("dialog", name="Commands")
    expect(commands).to_be_visible()
    keys.type("snooze")
    keys.press("Enter")
    expect(page.get_by_role("button", name="1 hour")).to_be_focused()
    keys.press("Enter")
    expect(dashboard.head).to_have_attribute("data-snoozed", "yes")

    # Both of the others get a priority at once: "x" for each, then the bar.
    page.goto("/support/?view=all&q=lid loose&category=order")
    expect(dashboard.live).to_be_visible()
    page.get_by_role("button", name="Select all").press("Enter")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("combobox", name="Set priority").select_option("high")
    expect(page.get_by_text("3 tickets changed.")).to_be_visible()
    keys.press("Control+z")
    expect(page.get_by_text("3 tickets changed back.")).to_be_visible()

    # Where did they go? Snoozed has Tara, Done has Veer.
    page.get_by_role("heading", level=1).focus()
    keys.press("5")
    expect(dashboard.row("Tara Menon")).to_be_visible()
    keys.press("6")
    expect(dashboard.row("Veer Singh")).to_be_visible()

    # And which keys were there again?
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Snooze")
    keys.press("Escape")


FORTY = 40


@pytest.fixture
def forty_customers(desk) -> None:
    """Forty people with one question each."""
    guest = desk.as_guest("Forty Lids", "forty@example.com")
    for number in range(FORTY):
        ticket = {"message": f"Question {number} about my lids", "category": "order"}
        guest.post("/api/support/create", json=ticket).raise_for_status()


@pytest.mark.extended
def test_an_agent_answers_forty_tickets_by_keyboard_alone(page, desk, forty_customers):
    keys, dashboard = page.keyboard, Dashboard(page)

    # The whole pile. Each of them gets an answer of its own and leaves the view, and none of them gets two.
    page.goto("/support/?view=needs-answer&q=from:Forty")
    expect(dashboard.live).to_be_visible()
    for _ in range(FORTY):
        before = page.url
        keys.press("j")
        page.wait_for_url(lambda url, before=before: url != before)
        heading(page, "Forty Lids")
        keys.press("r")
        expect(dashboard.text).to_be_focused()
        question = dashboard.log.locator('[data-sender="customer"] .text').last.inner_text()
        answer = f"Answer {question.split()[1]}"
        keys.type(answer)
        keys.press("Enter")
        expect(dashboard.log.locator('[data-sender="agent"][data-seq]').last).to_contain_text(answer)
        keys.press("Escape")

    agent = desk.as_agent()
    rows, cursor = [], ""
    while True:
        found = agent.get("/api/support/admin/", params={"q": "Forty", "cursor": cursor}).json()
        rows += found["results"]
        if not (cursor := found["next"] or ""):
            break
    answered = set()
    for row in rows:
        messages = agent.get(f"/api/support/admin/{row['id']}").json()["messages"]
        [question] = [each["message"] for each in messages if each["sender"] == "customer"]
        [answer] = [each["message"] for each in messages if each["sender"] == "agent"]
        assert answer == f"Answer {question.split()[1]}"
        answered.add(answer)
    assert len(answered) == FORTY


def test_a_reply_after_the_session_ended_keeps_its_text_and_asks_to_sign_in(agent, asked):
    page = agent(fresh=True, at=asked("Where is my parcel?"))
    dashboard = Dashboard(page)
    page.context.clear_cookies(name="sessionid")
    dashboard.text.fill("A long and careful answer.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    assert "careful" in page.evaluate("JSON.stringify(localStorage)")
    expect(page.locator("#viewers input")).to_have_count(0)
    expect(dashboard.row("Ravi").first).to_be_attached()


@pytest.mark.parametrize(
    ("name", "path", "value"), [("Priority", "triage", "urgent"), ("Assigned to", "assign", "")]
)
def test_a_box_shows_what_is_stored_when_its_change_was_refused(agent, asked, name, path, value):
    page = agent(at=asked("box"))
    box = page.get_by_role("combobox", name=name)
    before = box.input_value()
    page.route(f"**/{path}", lambda route: route.fulfill(status=503, body="away"))
    box.select_option(value or box.evaluate("(box) => [...box.options].at(-1).value"))
    expect(page.locator(".toast")).to_contain_text("That did not work.")
    expect(box).to_have_value(before)


def test_with_the_keyboard_of_a_phone_open_name_status_and_composer_are_whole(agent, asked):
    ticket = asked("The box was crushed", name="Harleen Kaur")
    page = agent(at=ticket, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    dashboard = Dashboard(page)
    for width, height in ((390, 464), (360, 352)):
        page.set_viewport_size({"width": width, "height": height})
        for shown in (
            page.get_by_role("heading", level=1),
            page.locator(".ticket-sub"),
            dashboard.text,
            dashboard.send,
        ):
            expect(shown).to_be_in_viewport(ratio=1)
        assert page.evaluate(
            "(name) => name.scrollWidth <= name.clientWidth", page.locator("h1").element_handle()
        )
        assert place_of(dashboard.log)["height"] >= 120
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("Mera packet phata hua tha, paise wapas kab milenge?", "Maaf kijiye"),
        ("The lid is loose", "We are sorry"),
    ],
    ids=["hinglish", "english"],
)
def test_a_canned_reply_stands_in_the_tickets_language_first(page, desk, asked, offered):
    reply = {
        "shortcut": f"lang-{offered.split()[0].lower()}",
        "title": "Apology in two languages",
        "text": {
            "en": "We are sorry, {{customer.firstName}}.",
            "hinglish": "Maaf kijiye, {{customer.firstName}}.",
        },
    }
    desk.as_agent().post("/api/canned/", json=reply).raise_for_status()
    guest = desk.as_guest("Wasim Khan", "wasim@example.com")
    guest.post("/api/chat/message", json={"message": asked}).raise_for_status()
    ticket = guest.post("/api/support/create", json={"message": asked}).json()["id"]
    dashboard = Dashboard(page)
    dashboard.goto(ticket)
    dashboard.text.click()
    # Found although a sign of it is left out
    page.keyboard.type(f"/{reply['shortcut'].replace('-', '')}")
    option = page.get_by_role("listbox", name="Canned replies").get_by_role("option")
    expect(option).to_contain_text(f"{offered}, Wasim.")
    page.keyboard.press("Enter")
    expect(dashboard.text).to_have_value(f"{offered}, Wasim.")
