"""Who is at the other end: what the shop has signed counts, what a browser says of itself does not."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.desk import ROOT

from .pages import Chat

ORDERS = yaml.safe_load(Path(ROOT, "chatbot/data/demo/orders.yaml").read_text())


def sign_in_to_the_shop(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog", name="Sign in to")
    dialog.get_by_label("Email").fill("customer@demo.test")
    dialog.get_by_label("Password").fill("demo-customer")
    dialog.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Priya Sharma · Sign out")).to_be_visible()


@pytest.fixture
def on_site(person, site):
    """`on_site(token)` is an open chat on the other site, which has called `Villy.identify(token)`."""

    def arrive(token: str) -> Chat:
        page = person()
        page.goto(site.url())
        expect(Chat(page).button).to_be_visible()
        if token:
            page.evaluate("token => Villy.identify(token)", token)
        return Chat(page).open()

    return arrive


def test_only_the_signed_in_customer_sees_where_their_latest_order_is(person, visitor):
    own = sorted(
        (row for row in ORDERS if row["customer"] == "priya"), key=lambda row: row["placed_days_ago"]
    )
    newest = own[0]["number"]
    page = person()
    sign_in_to_the_shop(page)
    priya = Chat(page)
    with page.expect_response("**/api/auth/identify"):
        priya.open()
    # The home with her orders is read from its top
    expect(priya.log.locator(".opening-order").first).to_be_visible()
    expect(priya.frame.get_by_role("heading", name="How can we help?")).to_be_in_viewport()
    priya.say("where is my order")
    card = priya.log.locator(".card-order")
    expect(card).to_contain_text(newest)
    expect(card.locator(".order-state")).not_to_be_empty()
    expect(priya.bubbles("ai").last).to_contain_text(f"Here is your order {newest}")

    stranger = visitor()
    for question in ("where is my order", f"where is my order {newest}"):
        answers = stranger.bubbles("ai").count()
        stranger.say(question)
        expect(stranger.bubbles("ai")).to_have_count(answers + 1)
    expect(stranger.log.locator(".card-order")).to_have_count(0)

    # Signing out of the shop takes the customer out of the chat, in every tab
    second = page.context.new_page()
    second.goto("/")
    again = Chat(second).open()
    expect(again.log).to_contain_text(newest)
    page.get_by_role("button", name="Sign out").click()
    for shown in (priya, again):
        expect(shown.log).not_to_contain_text(newest)
        expect(shown.bubbles("ai")).to_have_count(1)
        assert "identity" not in shown.kept()


def test_a_signed_identity_has_its_history_on_every_site_and_in_every_browser(on_site, signed, person):
    first = on_site(signed("sub-1", name="Devi Rao", email="devi@example.com"))
    first.say("Package damaged")
    expect(first.connect).to_be_visible()
    first.connect.click()
    expect(first.bubbles("system")).to_contain_text("Connected to Customer Care")

    elsewhere = person()
    elsewhere.goto("/")
    expect(Chat(elsewhere).button).to_be_visible()
    elsewhere.evaluate("token => Villy.identify(token)", signed("sub-1"))
    expect(Chat(elsewhere).open().bubbles("system")).to_contain_text("Connected to Customer Care")
    other = on_site(signed("sub-2"))
    other.say("Show me makhana")
    expect(other.log).to_contain_text("Peri Peri Makhana")
    expect(other.log).not_to_contain_text("Package damaged")


def hold_identify(page: Page, site, token: str) -> tuple[Chat, Callable[[], None]]:
    """Return an open chat whose call of `Villy.identify` has not reached the desk yet, and what lets it."""
    held, released = [], []
    page.route("**/api/auth/identify", lambda route: route.continue_() if released else held.append(route))
    page.goto(site.url())
    expect(Chat(page).button).to_be_visible()
    page.evaluate("token => Villy.identify(token)", token)

    def release():
        released.append(True)
        for route in held:
            route.continue_()

    return Chat(page).open(), release


def test_the_first_words_wait_for_the_identity_that_is_on_its_way(site, signed, person):
    page = person()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    chat, release = hold_identify(page, site, signed("c-78", name="Devi Rao", email="devi@example.com"))
    chat.say("Package damaged")
    expect(chat.log.locator("[data-pending]")).to_contain_text("Package damaged")
    release()
    chat.connect.click()
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    expect(chat.log).to_contain_text("Package damaged")
    assert not [url for url in asked if url.endswith("/auth/visitor")]


def test_connect_before_a_late_identity_waits_for_it_and_keeps_the_words(site, signed, person):
    chat, release = hold_identify(person(), site, signed("c-79", name="Devika", email="devika@example.com"))
    chat.say("Package damaged")
    chat.connect.click()
    expect(chat.frame.get_by_role("textbox", name="Name")).to_be_focused()
    release()
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    expect(chat.log).to_contain_text("Package damaged")


def test_an_identity_that_comes_after_the_customer_signed_out_is_not_taken(site, signed, person):
    chat, release = hold_identify(person(), site, signed("c-80", name="Devika"))
    chat.page.evaluate("Villy.logout()")
    with chat.page.expect_response("**/api/auth/identify") as answer:
        release()
    assert answer.value.ok
    with chat.page.expect_response("**/api/auth/visitor"):
        chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")


def test_a_signed_in_customer_with_dead_tokens_finds_the_conversation(on_site, signed, desk):
    chat = on_site(signed("c-77", name="Devika", email="devika@example.com"))
    chat.say("Package damaged")
    chat.connect.click()
    expect(chat.bubbles("system").first).to_contain_text("Connected to Customer Care")
    desk.api().post("/api/auth/logout", json={"refresh": chat.kept()["identity"]["refresh"]})
    chat.page.reload()
    expect(chat.button).to_be_visible()
    chat.page.evaluate("token => Villy.identify(token)", signed("c-77", name="Devika"))
    chat.open()
    expect(chat.bubbles("system").first).to_contain_text("Connected to Customer Care")


def test_signing_out_ends_the_tokens(on_site, signed, desk):
    chat = on_site(signed("c-78", name="Devika", email="devika@example.com"))
    chat.say("hello")
    expect(chat.bubbles("ai").last).to_be_visible()
    refresh = {"refresh": chat.kept()["identity"]["refresh"]}
    with chat.page.expect_response("**/api/auth/logout"):
        chat.page.evaluate("Villy.logout()")
    assert desk.api().post("/api/auth/token/refresh", json=refresh).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [{"key": "not-the-shops-key-" + "k" * 30}, {"exp": 1_700_000_000}, {"exp": 4_000_000_000}],
    ids=["forged", "expired", "valid for too long"],
)
def test_an_identity_that_the_shop_did_not_sign_for_now_opens_nothing(on_site, signed, claims):
    real = on_site(signed("sub-3"))
    real.say("Package damaged")
    expect(real.connect).to_be_visible()

    pretender = on_site("")
    with pretender.page.expect_response("**/api/auth/identify") as answer:
        pretender.page.evaluate("token => Villy.identify(token)", signed("sub-3", **claims))
    assert answer.value.status == 401
    pretender.say("Show me makhana")
    expect(pretender.log).to_contain_text("Peri Peri Makhana")
    expect(pretender.log).not_to_contain_text("Package damaged")


def test_a_visitors_messages_come_along_when_they_sign_in_however_old(on_site, signed):
    chat = on_site("")
    chat.say("Package damaged")
    expect(chat.connect).to_have_attribute("data-reachable", "no")
    # By now the visitor's own token has run out
    chat.spoil_access_token()
    chat.page.reload()
    expect(chat.button).to_be_visible()
    chat.page.evaluate(
        "token => Villy.identify(token)", signed("sub-4", name="Devi", email="d@example.com")
    )
    chat.open()
    expect(chat.connect).to_have_attribute("data-reachable", "yes")
    expect(chat.log).to_contain_text("Package damaged")
    chat.connect.click()
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")


def test_a_customer_who_signs_in_right_after_another_signed_out_sees_only_their_own(on_site, signed):
    chat = on_site(signed("sub-5"))
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    chat.page.evaluate("token => { Villy.logout(); Villy.identify(token); }", signed("sub-6"))
    expect(chat.log).not_to_contain_text("Peri Peri")
    chat.page.wait_for_function("JSON.parse(localStorage.getItem('villy') || '{}').identity")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    expect(on_site(signed("sub-6")).log).to_contain_text("Package damaged")


def test_no_token_ever_stands_in_an_address_or_in_the_desks_log(on_site, signed, desk):
    chat = on_site(signed("sub-7", name="Devi Rao", email="devi@example.com"))
    asked = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    chat.connect.click()
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    chat.spoil_access_token()
    chat.again()
    chat.say("Are you there?")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    token = re.compile(r"eyJ[\w-]{10,}")
    assert any(url.endswith("/events") for url in asked)
    assert any(url.endswith("/token/refresh") for url in asked)
    assert [url for url in asked if token.search(url)] == []
    assert not token.search(desk.log.read_text())
