"""A suggested reply on the agent's screen: it comes into the box, beside what was typed, and never into another ticket's."""

import json
import threading

import pytest
from playwright.sync_api import expect

from tests.chatbot.servers import JsonServer, completion
from tests.desk import Desk

from .conftest import windows
from .pages import Dashboard

REPLY = "You can return sealed packs within 7 days of delivery."


class Model(JsonServer):
    """An endpoint that answers once it may."""

    def __init__(self):
        self.may = threading.Event()
        self.may.set()
        super().__init__(self.said)

    def said(self, body) -> tuple[int, bytes]:
        self.may.wait(60)
        return completion(json.dumps({"reply": REPLY}))


@pytest.fixture(scope="module")
def model():
    with Model() as model:
        yield model
        model.may.set()


@pytest.fixture(scope="module")
def desk_with_model(shop_data, model):
    desk = Desk(
        shop_data(),
        LLM_BASE_URL=model.url,
        LLM_MODEL="tiny",
        LLM_API_KEY="key-1",
        LLM_SUGGESTED_REPLIES="on",
    ).start()
    yield desk
    desk.stop()


@pytest.fixture
def dashboard(browser, desk_with_model):
    guest = desk_with_model.as_guest("Ravi Kumar", "ravi@example.com")
    for words in ("how do i return a pack", "what is your return policy for oil"):
        guest.post("/api/support/create", json={"message": words, "category": "order"}).raise_for_status()
    with windows(browser, desk_with_model.url) as new:
        page = new(viewport={"width": 1440, "height": 900})
        page.goto("/support/login/")
        page.get_by_label("E-mail").fill("agent@demo.test")
        page.get_by_label("Password").fill("demo-agent")
        page.get_by_role("button", name="Sign in").click()
        page.goto("/support/?view=all&q=Ravi")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        yield Dashboard(page)


def test_a_suggestion_stands_below_what_was_typed_and_says_where_it_is_from(dashboard):
    page = dashboard.page
    page.locator(".row-link").first.click()
    box = page.get_by_label("Type your reply...")
    box.fill("Hello Ravi,")
    page.get_by_role("button", name="Suggest a reply").click()
    expect(box).to_have_value(f"Hello Ravi,\n\n{REPLY}")
    expect(page.locator("[data-refusal]")).to_contain_text("Please check it before you send it.")
    assert page.locator(".log .bubble[data-sender=agent]").count() == 0


def test_a_suggestion_that_comes_late_is_not_put_into_another_ticket(dashboard, model):
    page = dashboard.page
    first, second = page.locator(".row-link").nth(0), page.locator(".row-link").nth(1)
    first.click()
    box = page.get_by_label("Type your reply...")
    expect(box).to_be_visible()
    box.fill("")
    model.may.clear()
    with page.expect_request("**/suggestion") as asked:
        page.keyboard.press("Escape")
        page.keyboard.press("g")
    expect(page.locator("[data-suggest]")).to_have_attribute("aria-busy", "true")
    second.click()
    expect(page.locator("[data-suggest]")).not_to_have_attribute("aria-busy", "true")
    box.fill("For the second one")
    with page.expect_event("requestfinished", lambda request: request == asked.value):
        model.may.set()
    page.evaluate("new Promise(done => setTimeout(done))")
    expect(box).to_have_value("For the second one")


def test_no_suggestion_is_put_into_a_note_and_a_server_that_is_away_takes_nothing(dashboard, model):
    page = dashboard.page
    page.locator(".row-link").first.click()
    box = page.get_by_label("Type your reply...")
    box.fill("")
    model.may.clear()
    with page.expect_request("**/suggestion"):
        page.get_by_role("button", name="Suggest a reply").click()
    box.press("Escape")
    page.keyboard.press("n")
    box.fill("Ask the warehouse")
    model.may.set()
    expect(page.get_by_text("the suggested reply was left out")).to_be_visible()
    expect(box).to_have_value("Ask the warehouse")
    box.fill("")

    page.route("**/suggestion", lambda route: route.abort())
    box.press("Escape")
    page.keyboard.press("r")
    box.fill("My own words")
    box.press("End")
    box.press_sequentially(" /sugg")
    page.get_by_role("option", name="Suggest a reply").click()
    expect(page.get_by_text("We could not be reached. Please write the reply yourself.")).to_be_visible()
    expect(box).to_have_value("My own words ")
