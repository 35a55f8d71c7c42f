"""The list of tickets: filtered, searched, alive."""

import re

import pytest
from playwright.sync_api import expect

from .pages import Dashboard


@pytest.fixture
def dashboard(agent) -> Dashboard:
    return Dashboard(agent())


def test_filter_and_search_narrow_the_list_and_stay_with_the_links(dashboard, visitor):
    visitor(ticket="A jar of saffron honey came without its spoon", name="Zubin Mistry")
    page = dashboard.page
    dashboard.page.get_by_role("combobox", name="Filter").select_option(label="Open")
    expect(page.get_by_text("Status: Open")).to_be_visible()
    expect(dashboard.rows.filter(has_text="Closed")).to_have_count(0)
    page.get_by_role("searchbox", name="Search tickets").fill("zubin")
    expect(dashboard.rows).to_have_count(1)
    expect(page.get_by_role("status", name="Total: 1 ticket", exact=True)).to_be_visible()
    dashboard.open("Zubin Mistry")
    assert {"status=open", "q=zubin"} == set(page.url.partition("?")[2].split("&"))
    page.reload()
    expect(dashboard.rows).to_have_count(1)
    expect(page.get_by_text("Status: Open")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Zubin Mistry")).to_be_visible()

    # A ticket that is not open any more leaves the list of open ones when the agent moves on
    page.get_by_role("button", name="Take").click()
    expect(dashboard.head).to_have_attribute("data-status", "in-progress")
    expect(dashboard.list.locator(".row[data-gone]")).to_have_count(1)
    page.get_by_role("link", name="Remove filter Status: Open").click()
    expect(dashboard.rows).to_have_count(1)
    expect(dashboard.rows).to_contain_text("In progress")


def test_filter_and_search_survive_a_reload_and_lead_back_from_a_ticket(agent, visitor):
    chat = visitor(ticket="A jar of saffron honey came without its lid", name="Zarine Mistry")
    page = agent(viewport={"width": 390, "height": 740})
    page.get_by_role("searchbox", name="Search tickets").fill("zarine")
    dashboard = Dashboard(page)
    expect(dashboard.rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/support/\?q=zarine$"))
    page.reload()
    expect(dashboard.rows).to_have_count(1)
    dashboard.open("Zarine Mistry")
    chat.say("And it leaks")
    expect(dashboard.log.locator(".bubble[data-seq]", has_text="And it leaks")).to_have_count(1)
    page.get_by_role("button", name="Take").click()
    expect(dashboard.head).to_have_attribute("data-status", "in-progress")
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile(r"/support/\?q=zarine$"))


def test_an_open_ticket_shows_how_it_ended_and_takes_no_reply_any_more(agent, visitor):
    chat = visitor(ticket="The box was crushed")
    dashboard = Dashboard(agent(at=chat.ticket))
    dashboard.reply("A new one is on its way")
    expect(dashboard.head).to_have_attribute("data-status", "in-progress")
    dashboard.resolve("A new one was sent")
    expect(dashboard.page.locator("#outcome")).to_contain_text("A new one was sent")
    chat.press("Yes, solved")
    expect(dashboard.head).to_have_attribute("data-status", "closed")
    expect(dashboard.page.get_by_role("radio", name="Reply")).to_be_disabled()
    expect(dashboard.page.get_by_role("radio", name="Private note")).to_be_checked()
    chat.rate(4)
    expect(dashboard.page.get_by_role("img", name="4 of 5")).to_be_visible()


def test_more_tickets_come_while_scrolling(dashboard, desk):
    first_page = dashboard.rows.count()
    total = int(re.search(r"\d+", dashboard.page.get_by_role("status", name="Total:").inner_text())[0])
    assert first_page < total
    # Something happens to a ticket that is not loaded yet: it comes up, and was counted before
    last = desk.as_agent().get("/api/support/admin/", params={"status": "closed"}).json()["results"][-1]
    desk.as_agent().post(
        f"/api/support/admin/{last['id']}/reply", json={"message": "Well", "internal": True}
    )
    expect(dashboard.rows.first).to_contain_text(last["userName"])
    expect(dashboard.page.get_by_role("status", name=f"Total: {total} tickets")).to_be_visible()
    rows = dashboard.list.locator(".row")
    while (loaded := rows.count()) < total:
        dashboard.list.get_by_role("link", name="More tickets").scroll_into_view_if_needed()
        expect(rows).not_to_have_count(loaded)
    expect(rows).to_have_count(total)


def test_reading_a_ticket_leaves_it_in_its_place_and_news_bring_it_to_the_top(dashboard, visitor):
    older = visitor(ticket="The box was crushed", name="Older Customer")
    visitor(ticket="The lid is loose", name="Newer Customer")
    expect(dashboard.rows.nth(1)).to_contain_text("Older Customer")
    expect(dashboard.page).to_have_title(re.compile(r"^\(\d+\) Tickets · Customer Support Dashboard$"))
    dashboard.open("Older Customer")
    expect(dashboard.rows.nth(1)).not_to_contain_text("unread")
    expect(dashboard.page).to_have_title(re.compile("Older Customer · Customer Support Dashboard$"))
    expect(dashboard.rows.nth(1)).to_contain_text("Older Customer")
    older.say("And the jar is broken")
    expect(dashboard.rows.first).to_contain_text("Older Customer")
    expect(dashboard.rows.first).not_to_contain_text("unread")


def test_the_time_that_a_customer_waits_turns_amber_and_red_by_itself(agent, asked):
    page = agent(at="")
    page.clock.install()
    dashboard = Dashboard(page).goto(asked("The box was crushed"))
    due = dashboard.head.locator("[data-due]")
    expect(due).to_have_text(re.compile(r"Waiting (now|1 min)"))
    expect(due).to_have_attribute("data-sla", "ok")
    page.clock.fast_forward("08:00")
    expect(due).to_have_text(re.compile(r"Waiting [89] min"))
    expect(due).to_have_attribute("data-sla", "soon")
    page.clock.fast_forward("08:00")
    expect(due).to_have_text(re.compile(r"Waiting 1[67] min"))
    expect(due).to_have_attribute("data-sla", "breached")
    dashboard.reply("Sorry for the wait")
    expect(due).to_have_count(0)


def test_a_time_is_relative_and_whole_when_the_mouse_is_over_it(dashboard):
    age = dashboard.rows.first.locator("time")
    expect(age).to_have_text(re.compile(r"^(now|\d+ (min|h|d))$"))
    expect(age).to_have_attribute("title", re.compile(r"20\d\d.*\d:\d\d"))


def test_an_unanswered_ticket_opens_on_what_villy_understood_and_later_at_its_end(visitor, agent):
    chat = visitor()
    chat.say("Package damaged")
    chat.connect.click()
    chat.frame.get_by_role("textbox", name="Name").fill("Packet Reader")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("packet@example.com")
    chat.press("Connect")
    expect(chat.bubbles("system")).to_be_visible()

    dashboard = Dashboard(agent(viewport={"width": 1200, "height": 560})).open("Packet Reader")
    packet = dashboard.log.get_by_text("What Villy understood")
    expect(packet).to_be_in_viewport()
    dashboard.reply("Let me look")
    expect(dashboard.log.get_by_text("Let me look")).to_be_in_viewport()
    expect(dashboard.log.locator(".bubble[data-seq]", has_text="Let me look")).to_have_count(1)
    dashboard.page.reload()
    expect(dashboard.log.get_by_text("Let me look")).to_be_in_viewport()
    expect(packet).not_to_be_in_viewport()


def test_the_order_and_the_history_are_one_tap_away_on_a_small_screen(visitor, agent):
    visitor(ticket="The box was crushed", name="Small Screen")
    page = Dashboard(agent(viewport={"width": 390, "height": 844})).open("Small Screen").page
    story = page.get_by_role("complementary", name="Details")
    expect(story).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Customer, orders and history").click()
    expect(story.get_by_text("Small Screen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(story).to_be_hidden()
