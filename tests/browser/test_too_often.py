"""When the desk says "too often": the widget says it in words, waits, and sends by itself."""

import pytest
from playwright.sync_api import expect

from .pages import Dashboard

# Long enough to be seen on a machine that is busy with something else
REFUSAL = {"detail": "Too many attempts. Please try again in 6 seconds.", "code": "too_many"}


def too_often(route):
    route.fulfill(status=429, headers={"Retry-After": "6"}, json=REFUSAL)


@pytest.mark.parametrize("refused", ["**/widget/messages", "**/api/auth/visitor"])
def test_a_message_that_came_too_often_says_so_and_goes_out_once_it_may(refused, visitor):
    chat = visitor()
    chat.page.context.route(refused, too_often, times=1)
    chat.say("Show me makhana")
    waiting = chat.bubbles("customer").last
    expect(waiting).to_contain_text(
        "Too many attempts. Please try again in 6 seconds. We'll send it automatically."
    )
    expect(chat.bubbles("customer").last).not_to_contain_text("Too many attempts")
    expect(chat.log.locator(".bubble[data-seq]", has_text="Show me makhana")).to_have_count(1)
    expect(chat.bubbles("ai").last).to_contain_text("akhana")


def test_an_agents_reply_that_came_too_often_is_not_lost_either(visitor, agent):
    chat = visitor(ticket="The box was crushed")
    dashboard = Dashboard(agent(at=chat.ticket))
    dashboard.page.route("**/support/*/reply", too_often, times=1)
    dashboard.reply("Let me look")
    expect(dashboard.log).to_contain_text("Too many attempts")
    expect(chat.bubbles("agent")).to_contain_text("Let me look")
    expect(dashboard.log).not_to_contain_text("Too many attempts")
