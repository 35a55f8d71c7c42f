"""Both sides of the desk without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from .pages import TYPE, Chat, Dashboard, picture

# A control has a visible focus if it, or what stands for it beside it, draws an outline
VISIBLE_FOCUS = """() => {
    const focused = document.activeElement;
    const draws = (node) => node && getComputedStyle(node).outlineStyle !== 'none' && parseFloat(getComputedStyle(node).outlineWidth) >= 2;
    return draws(focused) || draws(focused.nextElementSibling);
}"""
NAME = """() => {
    const { activeElement: node } = document;
    return node.getAttribute('aria-label') || node.labels?.[0]?.innerText || node.textContent.trim();
}"""


def tab_stops(page: Page, where, *, until: str, key="Tab") -> list[str]:
    """Press Tab until the control named `until` has the focus; return the names on the way."""
    names = []
    for _ in range(60):
        page.keyboard.press(key)
        names.append(re.sub(r"\s+", " ", where.evaluate(NAME)).strip())
        assert where.evaluate(VISIBLE_FOCUS), f"{names[-1]} has no visible focus"
        if names[-1] == until:
            return names
    raise AssertionError(f"{until} was not reached: {names}")


@pytest.fixture
def dashboard(agent) -> Dashboard:
    return Dashboard(agent())


def test_j_and_k_walk_through_the_list_and_the_slash_searches(dashboard):
    page = dashboard.page
    names = [dashboard.rows.nth(place).locator("strong").inner_text() for place in range(2)]
    heading = page.get_by_role("heading", level=1)
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        expect(dashboard.rows.nth(place)).to_have_attribute("aria-current", "true")
        expect(dashboard.list.locator("[aria-current=true]")).to_have_count(1)
        expect(heading).to_have_text(names[place])

    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search tickets")
    expect(search).to_be_focused()
    page.keyboard.type("jerky /?")
    expect(search).to_have_value("jerky /?")
    expect(heading).to_have_text(names[0])
    expect(page.get_by_text("Nothing matches “jerky /?”.")).to_be_visible()
    expect(page.get_by_role("status", name="Total: 0 tickets")).to_be_visible()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()


def test_r_replies_n_notes_enter_sends_shift_enter_breaks_and_escape_leaves(agent, visitor):
    chat = visitor(ticket="The lid is loose")
    page = agent(at=chat.ticket)
    dashboard = Dashboard(page)
    page.keyboard.press("r")
    expect(dashboard.text).to_be_focused()
    page.keyboard.type("Dear Ravi,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("jump for joy?")
    page.keyboard.press("Escape")
    expect(dashboard.text).not_to_be_focused()
    expect(dashboard.text).to_have_value("Dear Ravi,\njump for joy?")
    page.keyboard.press("n")
    expect(page.get_by_placeholder("Only your team sees this note...")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(chat.bubbles("agent")).to_contain_text("Dear Ravi,\njump for joy?", use_inner_text=True)
    expect(dashboard.text).to_have_value("")
    page.keyboard.press("Enter")
    expect(dashboard.log.locator('[data-sender="agent"]')).to_have_count(1)


def test_dialogs_open_by_key_close_by_escape_and_give_the_focus_back(agent, asked):
    page = agent(at=asked("The lid is loose"))
    dashboard = Dashboard(page)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    opener = page.get_by_role("button", name="Keyboard shortcuts")
    opener.press("Enter")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    page.get_by_role("button", name="Take").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    resolve = page.get_by_role("button", name="Resolve", exact=True)
    resolution = page.get_by_role("textbox", name="Resolution")
    resolve.press("Enter")
    expect(resolution).to_be_focused()
    page.keyboard.press("Escape")
    expect(resolve).to_be_focused()
    status = page.get_by_role("combobox", name="Status")
    status.focus()
    status.select_option("resolved")
    expect(resolution).to_be_focused()
    expect(page.get_by_role("dialog", name="How was it solved?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(status).to_be_focused()
    expect(status).to_have_value("in-progress")
    status.select_option("closed")
    expect(dashboard.head).to_have_attribute("data-status", "closed")
    expect(status).to_be_disabled()


def test_tab_goes_through_the_desk_in_its_order_with_a_focus_that_shows(agent, asked):
    page = agent(at=asked("The lid is loose"))
    dashboard = Dashboard(page)
    stops = tab_stops(page, page, until="Filter")
    assert stops == [
        "Skip to the conversation",
        "Customer Support Dashboard",
        "New conversation",
        "Figures",
        "Edit canned replies",
        "Keyboard shortcuts",
        "Your availability",
        "Sound",
        "Your account",
        "Sign out",
        "Search tickets",
        "Filter",
    ]
    first = dashboard.rows.first
    number = dashboard.list.locator(".row").first.get_attribute("data-number")
    stops = tab_stops(page, page, until=f"Select ticket {number}")
    assert [re.sub(r" [\d,+]+$", "", name) for name in stops[:6]] == [
        "Needs an answer", "Mine", "Unassigned", "All open", "Snoozed", "Done",
    ]  # fmt: skip
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.get_by_role("link", name="Skip to the conversation").press("Enter")
    stops = tab_stops(page, page, until="Send")
    wanted = [
        "Status",
        "Priority",
        "Category",
        "Assigned to",
        "Email",
        "Snooze",
        "More",
        "Take",
        "Conversation",
        "Type your reply...",
        "Attach image",
        "Send",
    ]
    assert [name for name in stops if name in wanted] == wanted


def test_the_whole_way_to_customer_care_goes_by_keyboard(person, desk):
    page = person()
    page.goto("/")
    chat = Chat(page)
    keys = page.keyboard
    expect(chat.button).to_be_visible()
    keys.press("Shift+Tab")
    expect(chat.button).to_be_focused()
    keys.press("Enter")
    expect(chat.text).to_be_focused()
    keys.press("Escape")
    expect(chat.button).to_be_focused()
    expect(chat.button).to_have_attribute("aria-expanded", "false")
    keys.press("Space")
    expect(chat.text).to_be_focused()
    frame = chat.document()
    stops = tab_stops(page, frame, until="Talk to a person", key="Shift+Tab")
    assert stops[-4:] == ["Conversation", "Close chat", "More", "Talk to a person"]
    assert "Show me makhana" in stops
    tab_stops(page, frame, until=TYPE)

    keys.type("Package damaged")
    keys.press("Shift+Enter")
    keys.type("badly")
    keys.press("Enter")
    expect(chat.bubbles("customer")).to_contain_text("Package damaged\nbadly", use_inner_text=True)
    expect(chat.connect).to_be_visible()
    keys.press("Shift+Tab")
    expect(chat.connect).to_be_focused()
    keys.press("Enter")
    expect(chat.frame.get_by_role("textbox", name="Name")).to_be_focused()
    assert tab_stops(page, frame, until="Not now") == ["Email or phone", "Not now"]
    keys.press("Enter")
    expect(chat.connect).to_be_focused()
    keys.press("Enter")
    keys.type("Ravi")
    keys.press("Tab")
    keys.type("1")
    keys.press("Enter")
    expect(
        chat.frame.get_by_role("alert").filter(has_text=re.compile("phone|number", re.I))
    ).to_be_visible()
    keys.press("Control+a")
    keys.type("ravi@example.com")
    keys.press("Enter")
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    expect(chat.text).to_be_focused()

    keys.press("Shift+Tab")
    expect(chat.frame.get_by_role("button", name="Attach file")).to_be_focused()
    keys.press("Shift+Tab")
    expect(chat.attach).to_be_focused()
    with page.expect_file_chooser() as chooser:
        chat.attach.press("Enter")
    chooser.value.set_files(picture())
    expect(chat.text).to_be_focused()
    tab_stops(page, frame, until="Remove picture", key="Shift+Tab")
    keys.press("Enter")
    expect(chat.text).to_be_focused()

    ticket = desk.as_agent().get("/api/support/admin/").json()["results"][0]["id"]
    for status in ("in-progress", "resolved"):
        desk.as_agent().patch(f"/api/support/admin/{ticket}", json={"status": status})
    solved = chat.frame.get_by_role("button", name="Yes, solved")
    expect(solved).to_be_visible()
    tab_stops(page, frame, until="Yes, solved", key="Shift+Tab")
    keys.press("Enter")
    expect(chat.frame.get_by_role("group", name="Rating")).to_be_visible()
    tab_stops(page, frame, until="5 stars", key="Shift+Tab")
    keys.press("Space")
    assert tab_stops(page, frame, until="Send rating") == ["Anything to add?", "Send rating"]
    keys.press("Enter")
    expect(chat.frame.get_by_text("Thank you for your rating.")).to_be_visible()
    assert desk.as_agent().get(f"/api/support/admin/{ticket}").json()["status"] == "closed"
