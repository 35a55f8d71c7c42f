"""A real desk and a real browser."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.desk import Desk

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def desk(tmp_path_factory) -> Iterator[Desk]:
    """The demo shop's desk, one for all browser tests."""
    desk = Desk(tmp_path_factory.mktemp("desk")).start()
    yield desk
    desk.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), MAC)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def person(browser, desk) -> Iterator:
    """`person()` opens a browser of its own: a new context at the desk's address. Errors in a page fail."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def new(**options) -> Page:
        context = browser.new_context(base_url=desk.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def agent(person):
    """`agent()` is the dashboard of a signed-in agent."""

    def sign_in(email="agent@demo.test", password="demo-agent", **options) -> Page:
        page = person(**options)
        page.goto("/support/login/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("list", name="Tickets")).to_be_visible()
        return page

    return sign_in
