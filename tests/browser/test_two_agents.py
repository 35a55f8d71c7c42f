"""Two agents and one ticket: they see each other, and neither answers past the customer."""

import pytest
from playwright.sync_api import expect

from .pages import Dashboard

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")


def test_agents_see_who_else_has_the_ticket_open_until_they_leave(agent, visitor):
    chat = visitor(ticket="The lid is loose")
    asha = Dashboard(agent(at=chat.ticket))
    expect(asha.page.get_by_text("is here too")).to_have_count(0)
    rohan = Dashboard(agent("agent2@demo.test", at=chat.ticket))
    expect(rohan.page.get_by_text("Asha Nair is here too")).to_be_visible()
    expect(asha.page.get_by_text("Rohan Mehta is here too")).to_be_visible()

    asha.page.get_by_role("combobox", name="Priority").select_option("low")
    expect(asha.toast).to_contain_text("Saved.")
    expect(rohan.page.get_by_role("combobox", name="Priority")).to_have_value("low")
    expect(asha.page.get_by_text("Rohan Mehta is here too")).to_be_visible()

    rohan.rows.nth(3).click()
    expect(asha.page.get_by_text("is here too")).to_have_count(0)
    rohan.goto(chat.ticket)
    expect(asha.page.get_by_text("Rohan Mehta is here too")).to_be_visible()
    rohan.page.close(run_before_unload=True)
    expect(asha.page.get_by_text("is here too")).to_have_count(0)
    expect(chat.frame.locator("body")).not_to_contain_text("is here too")


def test_a_reply_that_has_not_seen_the_newest_message_stays_in_the_box(agent, visitor):
    chat = visitor(ticket="The lid is loose")
    asha = Dashboard(agent(at=chat.ticket))
    # The customer's words are on their way to this page when the agent presses Enter
    held = []
    asha.page.route("**/messages?after=*", lambda route: held.append(route))
    with asha.page.expect_request("**/messages?after=*"):
        chat.say("Sorry, it is the jar and not the lid")
    asha.reply("A new lid is on its way")

    expect(asha.page.get_by_role("alert").filter(has_text="The customer wrote again")).to_be_visible()
    expect(asha.log).to_contain_text("it is the jar and not the lid")
    expect(asha.text).to_have_value("A new lid is on its way")
    expect(asha.log).not_to_contain_text("A new lid is on its way")
    expect(chat.log).not_to_contain_text("A new lid is on its way")

    for route in held:
        route.continue_()
    asha.page.unroute("**/messages?after=*")
    asha.reply("A new jar is on its way")
    expect(chat.bubbles("agent")).to_have_count(1)
    expect(chat.bubbles("agent")).to_contain_text("A new jar is on its way")


def test_an_agents_change_shows_at_a_colleague_and_keeps_an_open_box(agent, asked):
    ticket = asked("The lid is loose")
    asha = Dashboard(agent(at=ticket))
    rohan = Dashboard(agent("agent2@demo.test", at=ticket))
    status = rohan.page.get_by_role("combobox", name="Status")
    status.focus()
    status.evaluate("box => { box.same = true; }")
    asha.page.get_by_role("button", name="Take").click()
    expect(rohan.log).to_contain_text("Asha Nair from Customer Care is helping you now.")
    expect(status).to_be_focused()
    expect(status).to_have_js_property("same", True)
    rohan.text.focus()
    expect(status).to_have_value("in-progress")
    expect(rohan.page.locator(f"#ticket-{ticket}")).to_contain_text("Assigned to Asha Nair")
    expect(asha.page.get_by_role("heading", level=1)).to_be_focused()


def test_an_agent_who_goes_away_gives_back_what_waits_before_the_colleague_s_eyes(agent, asked):
    ticket = asked("The lid is loose")
    asha = Dashboard(agent(at=ticket))
    rohan = Dashboard(agent("agent2@demo.test", at=ticket))
    asha.page.get_by_role("combobox", name="Assigned to").select_option(label="Asha Nair")
    assigned = rohan.page.get_by_role("combobox", name="Assigned to")
    expect(assigned.locator("option:checked")).to_have_text("Asha Nair")
    here = asha.page.get_by_role("combobox", name="Your availability")
    expect(here).to_have_value("online")

    here.select_option("away")
    expect(asha.toast.last).to_contain_text("You are away.")
    expect(assigned.locator("option:checked")).to_have_text("Unassigned")
    expect(rohan.page.locator("#ticket-head optgroup[label=Away]").first).to_contain_text("Asha Nair")

    # A key on the page does not end an absence that was chosen; the box does
    asha.page.keyboard.press("Shift")
    asha.page.reload()
    expect(here).to_have_value("away")
    here.select_option("online")
    expect(asha.toast.last).to_contain_text("You are online.")
