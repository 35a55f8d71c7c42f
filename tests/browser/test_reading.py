"""What is read, and when: days, news below the fold, the place in the list, words that waited for a sign-in."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from .pages import Dashboard

MESSAGES = 60
# Each day of the shown conversation has some of them, whatever the reader's time zone
FIRST_AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
APART = timedelta(hours=3)
# In the order of the page: "== " and a day's heading, or the reader's day of a message
DAYS = """[...document.querySelectorAll('[role=log] .day, [role=log] .bubble[data-seq]')].map((each) =>
    each.matches('.day') ? '== ' + each.innerText.trim() : new Date(each.querySelector('time').dateTime)
        .toLocaleDateString('en-GB', {weekday: 'short', day: 'numeric', month: 'short'}).replace(',', ''))"""


@pytest.fixture
def long_talk(desk) -> str:
    """The id of a ticket of sixty messages, three hours from each to the next."""
    guest = desk.as_guest("Long Talk", "long@example.com")
    made = guest.post("/api/support/create", json={"message": "Line 1"}).raise_for_status().json()
    for number in range(2, MESSAGES):
        guest.post(
            f"/api/support/{made['id']}/message", json={"message": f"Line {number}"}
        ).raise_for_status()
    key = made["id"].replace("-", "")
    for [seq] in desk.sql("SELECT seq FROM tickets_message WHERE ticket_id = ?", key):
        at = (FIRST_AT + seq * APART).strftime("%Y-%m-%d %H:%M:%S")
        desk.sql("UPDATE tickets_message SET created_at = ? WHERE ticket_id = ? AND seq = ?", at, key, seq)
    return made["id"]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Asia/Tokyo"])
def test_each_of_the_readers_days_stands_once_over_its_messages(agent, long_talk, zone):
    page = agent(at=long_talk, timezone_id=zone, locale="en-GB")
    shown = page.locator('[role="log"] .bubble[data-seq]')
    # A page of messages comes when the reader goes up
    while shown.count() < MESSAGES:
        before = shown.count()
        page.locator("[data-older]").first.click()
        expect(shown).not_to_have_count(before)
    heading, headings = "", []
    for each in page.evaluate(DAYS):
        if each.startswith("== "):
            heading = each.removeprefix("== ")
            headings.append(heading)
        else:
            assert each == heading
    assert len(headings) == len(set(headings)) >= 8


def test_news_below_what_is_read_are_counted_and_stay_unread(agent, desk, visitor):
    chat = visitor(ticket="Line 1")
    for number in range(2, 30):
        chat.say(f"Line {number}")
    expect(chat.bubbles("customer")).to_have_count(29)
    page = agent(at=chat.ticket)
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Line 29")

    def unread() -> int:
        key = chat.ticket.replace("-", "")
        return desk.sql("SELECT unread_by_agents FROM tickets_ticket WHERE id = ?", key)[0][0]

    log.evaluate("log => { log.scrollTop = 0; }")
    chat.say("And another thing")
    news = page.get_by_role("button", name="1 new")
    expect(news).to_be_visible()
    assert unread() == 1
    news.click()
    expect(log.get_by_text("And another thing")).to_be_in_viewport()
    expect(news).to_be_hidden()
    for _ in range(100):
        if not unread():
            break
        page.wait_for_timeout(100)
    assert unread() == 0


# More than a page of the list
WAITING = 60


@pytest.fixture(scope="module")
def many_waiting(desk) -> None:
    guest = desk.as_guest("Many Waiting", "many@example.com")
    for number in range(WAITING):
        ticket = {"message": f"Lid {number} is loose", "category": "order"}
        guest.post("/api/support/create", json=ticket).raise_for_status()


def on_a_phone(agent) -> tuple[Page, Dashboard]:
    page = agent(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto("/support/?view=all&q=Many")
    rows = page.locator(".row")
    expect(rows.nth(20)).to_be_attached()
    while (before := rows.count()) < WAITING:
        page.locator("#tickets").evaluate("list => { list.scrollTop = list.scrollHeight; }")
        expect(rows).not_to_have_count(before)
    return page, Dashboard(page)


@pytest.mark.parametrize("way", ["the header's", "the browser's"])
def test_both_ways_back_from_a_ticket_keep_the_place_in_the_list(agent, many_waiting, way):
    page, dashboard = on_a_phone(agent)
    number = page.locator(".row").nth(WAITING - 5).get_attribute("data-number")
    place = page.locator(f'.row[data-number="{number}"]')
    # In one go: a row that changes meanwhile is another element
    place.evaluate("row => row.scrollIntoView()")
    place.get_by_role("link").tap()
    expect(dashboard.log).to_be_visible()
    if way == "the browser's":
        page.go_back()
    else:
        page.get_by_role("link", name="Back").tap()
    expect(dashboard.list).to_be_visible()
    expect(place).to_be_in_viewport()


# What the tab keeps until the agent has signed in again
UNSENT = "Object.entries(sessionStorage).find(([key]) => key.startsWith('unsent:'))?.[1]"


def test_words_that_met_the_end_of_a_session_are_sent_once_after_signing_in_again(agent, visitor):
    chat = visitor(ticket="Where is my parcel?")
    page = agent(fresh=True, at=chat.ticket)
    dashboard = Dashboard(page)
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Notes about this customer").fill("Calls after six")
    dashboard.reply("It left this morning.")
    ended = page.get_by_role("dialog", name="Your session has ended")
    expect(ended).to_be_visible()
    # The notes are sent as their box is left
    page.wait_for_function(f"{UNSENT}?.includes('Calls after six')")

    tab = page.context.new_page()
    tab.goto("/support/login/")
    tab.get_by_label("E-mail").fill("agent@demo.test")
    tab.get_by_label("Password").fill("demo-agent")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("list", name="Tickets")).to_be_visible()
    tab.close()
    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(ended).to_be_hidden()
    expect(chat.bubbles("agent")).to_contain_text("It left this morning.")
    assert chat.bubbles("agent").count() == 1
    # The page that loads sends what waits, and keeps it until it is there
    page.wait_for_function(f"{UNSENT} === '[]'")
    page.reload()
    expect(page.get_by_label("Notes about this customer")).to_have_value("Calls after six")


def test_closed_tickets_stand_in_done_alone(agent, desk):
    """Neither in the default list nor among the open ones of the agent who solved it."""
    guest, api = desk.as_guest("Over Done", "over@example.com"), desk.as_agent()
    made = guest.post("/api/support/create", json={"message": "Lid"}).raise_for_status().json()["id"]
    me = api.get("/api/auth/me").raise_for_status().json()["id"]
    page = agent()

    def change(**fields) -> None:
        api.patch(f"/api/support/admin/{made}", json=fields).raise_for_status()

    def stands_in(*views: str) -> None:
        for view in ("needs-answer", "mine", "open", "done"):
            page.goto(f"/support/?view={view}&q=Over")
            expect(page.locator(".row")).to_have_count(int(view in views))
            expect(page.locator("#total")).to_contain_text(f"Total: {int(view in views)} ticket")

    change(assignedAgent=me, status="in-progress")
    stands_in("needs-answer", "mine", "open")
    change(status="resolved", resolution="A new lid is on its way.")
    stands_in("done")
    change(status="closed")
    stands_in("done")
