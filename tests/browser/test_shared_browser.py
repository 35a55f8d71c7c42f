"""One browser, two people after each other: the words of one are neither shown to the other nor sent in their name."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .pages import Chat, Dashboard

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

REPLY = "**/reply"
SAY = "**/widget/messages"
COMES_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def sign_in(page: Page, email: str) -> None:
    page.goto("/support/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("demo-agent")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("list", name="Tickets")).to_be_visible()


def written(desk, ticket: str) -> list[str]:
    messages = desk.as_agent().get(f"/api/support/admin/{ticket}").json()["messages"]
    return [message["message"] for message in messages if message["sender"] == "agent"]


def test_an_unsent_reply_in_a_shared_browser_waits_for_its_agent(asked, person, desk):
    ticket = asked("The box was crushed")
    page = person()
    sign_in(page, "agent@demo.test")
    dashboard = Dashboard(page).goto(ticket)
    for address in (REPLY, "**/draft"):
        page.route(address, lambda route: route.abort())
    dashboard.note("Between you and me")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    dashboard.text.press_sequentially("I think that")
    page.context.clear_cookies()
    page.goto("about:blank")
    page.unroute_all(behavior="ignoreErrors")

    sign_in(page, "agent2@demo.test")
    dashboard.goto(ticket)
    expect(dashboard.log).not_to_contain_text("Between you and me")
    expect(page.locator("[data-text]")).to_have_value("")
    assert written(desk, ticket) == []
    page.context.clear_cookies()

    sign_in(page, "agent@demo.test")
    dashboard.goto(ticket)
    expect(dashboard.log.locator("[data-seq]", has_text="Between you and me")).to_have_count(1)
    expect(page.locator("[data-text]")).to_have_value("I think that")
    assert written(desk, ticket) == ["Between you and me"]


# --- Customers


@pytest.fixture
def on_site(person, site, signed):
    """`on_site(sub)` is an open chat of this customer on a shop's page; without one, of a visitor."""

    def arrive(sub: str = "", page: Page | None = None) -> Chat:
        page = page or person()
        page.goto(site.url())
        expect(Chat(page).button).to_be_visible()
        if sub:
            page.evaluate(
                "token => Villy.identify(token)", signed(sub, name="Asha", email=f"{sub}@example.com")
            )
        chat = Chat(page).open()
        if sub:
            expect(chat.log).to_contain_text("Hi Asha")
        return chat

    return arrive


def sign_in_to_shop(page: Page, token: str, before: str = "") -> None:
    """Let the shop's page sign a customer in, and wait until the desk has done it."""
    with page.expect_response(lambda answer: answer.url.endswith("/auth/identify") and answer.ok):
        page.evaluate(f"token => {{ {before}; Villy.identify(token); }}", token)


def hold(page: Page, address: str) -> tuple[list, Callable[[str], None]]:
    """Return the requests to this address that have not reached the desk yet, and what lets them or ends them."""
    held, ended = [], []

    def release(how: str = "continue_") -> None:
        ended.append(how)
        for route in held:
            getattr(route, how)()

    page.route(address, lambda route: route.continue_() if ended else held.append(route))
    return held, release


def wait_for(page: Page, held: list) -> None:
    while not held:
        page.wait_for_timeout(50)


@pytest.mark.parametrize("end", ["continue_", "abort"], ids=["answered", "cut off"])
@pytest.mark.parametrize("before", ["Villy.logout()", ""], ids=["signed out", "not signed out"])
def test_unsent_messages_are_not_sent_by_the_next_customer_of_the_browser(on_site, signed, end, before):
    chat = on_site(f"first-{end[:3]}-{before[:3]}")
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    held, release = hold(chat.page, SAY)
    chat.say("My first secret")
    chat.say("My second secret")
    chat.text.press_sequentially("My third")
    wait_for(chat.page, held)
    sign_in_to_shop(chat.page, signed(f"next-{end}-{before}", name="Bela"), before)
    expect(chat.log).to_contain_text("Hi Bela")
    release(end)
    expect(chat.text).to_have_value("")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    expect(chat.log).not_to_contain_text("secret")
    chat.again()
    expect(chat.log).to_contain_text("Package damaged")
    expect(chat.log).not_to_contain_text("secret")
    assert set(chat.kept()) == {"identity", "owner"}


def test_a_draft_leaves_every_tab_with_the_customer_who_signs_out_in_one(on_site):
    chat = on_site("draft-1")
    other = on_site(page=chat.page.context.new_page())
    expect(other.log).to_contain_text("Hi Asha")
    other.text.press_sequentially("My account number is")
    chat.page.evaluate("Villy.logout()")
    expect(other.log).not_to_contain_text("Asha")
    expect(other.text).to_have_value("")
    chat.page.wait_for_function("(localStorage.getItem('villy') || '{}') === '{}'")


def test_an_answer_that_comes_after_the_customer_has_signed_out_is_not_shown(on_site):
    chat = on_site("late-1")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    answers = []
    chat.page.route("**/widget/connect*", lambda route: answers.append((route, route.fetch())))
    chat.connect.click()
    wait_for(chat.page, answers)
    chat.page.evaluate("Villy.logout()")
    expect(chat.log).not_to_contain_text("Package damaged")
    [(route, answer)] = answers
    route.fulfill(response=answer)
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    expect(chat.log).not_to_contain_text("Package damaged")


def test_signing_out_clears_the_screen_while_the_desk_is_unreachable(on_site):
    chat = on_site("away-1")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    chat.page.route("**/widget/**", lambda route: route.abort())
    chat.page.evaluate("Villy.logout()")
    expect(chat.log).not_to_contain_text("Package damaged")
    expect(chat.text).to_be_visible()


def test_the_first_words_of_a_visitor_who_signs_out_at_once_are_not_sent_afterwards(on_site):
    chat = on_site()
    held, release = hold(chat.page, "**/auth/visitor")
    asked = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.say("My secret")
    wait_for(chat.page, held)
    chat.page.evaluate("Villy.logout()")
    with chat.page.expect_response("**/auth/visitor"):
        release()
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    expect(chat.log).not_to_contain_text("My secret")
    assert len([url for url in asked if url.endswith("/widget/messages")]) == 1


def test_a_page_that_comes_back_as_it_was_left_shows_who_is_signed_in_now(on_site):
    chat = on_site("back-1")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    # On the page that was looked at in between
    chat.page.evaluate("localStorage.removeItem('villy')")
    chat.page.evaluate(COMES_BACK)
    expect(chat.log).not_to_contain_text("Package damaged")
