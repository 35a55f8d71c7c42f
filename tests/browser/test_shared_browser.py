"""One browser, two people after each other: the words of one are neither shown to the other nor sent in their name."""

import pytest
from playwright.sync_api import Page, expect

from .pages import Dashboard

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

REPLY = "**/reply"


def sign_in(page: Page, email: str) -> None:
    page.goto("/support/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("demo-agent")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("list", name="Tickets")).to_be_visible()


def written(desk, ticket: str) -> list[str]:
    messages = desk.as_agent().get(f"/api/support/admin/{ticket}").json()["messages"]
    return [message["message"] for message in messages if message["sender"] == "agent"]


def test_what_an_agent_could_not_send_waits_for_that_agent_in_a_browser_that_colleagues_use(
    visitor, person, desk
):
    chat = visitor(ticket="The box was crushed")
    page = person()
    sign_in(page, "agent@demo.test")
    dashboard = Dashboard(page).goto(chat.ticket)
    for address in (REPLY, "**/draft"):
        page.route(address, lambda route: route.abort())
    dashboard.note("Between you and me")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    dashboard.text.press_sequentially("I think that")
    page.context.clear_cookies()
    page.goto("about:blank")
    page.unroute_all()

    sign_in(page, "agent2@demo.test")
    dashboard.goto(chat.ticket)
    expect(dashboard.log).not_to_contain_text("Between you and me")
    expect(page.locator("[data-text]")).to_have_value("")
    assert written(desk, chat.ticket) == []
    page.context.clear_cookies()

    sign_in(page, "agent@demo.test")
    dashboard.goto(chat.ticket)
    expect(dashboard.log.locator("[data-seq]", has_text="Between you and me")).to_have_count(1)
    expect(page.locator("[data-text]")).to_have_value("I think that")
    assert written(desk, chat.ticket) == ["Between you and me"]
