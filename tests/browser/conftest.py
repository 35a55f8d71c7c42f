"""A real desk and a real browser."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import jwt
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.desk import Desk

from .pages import Chat
from .site import Site

# Chromium without windows: a third of the work
SHELL = "chromium-headless-shell"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIGNING_KEY = "only-this-shop-knows-" + "k" * 30
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# The newest first: most tests are about one that they have just made
ALL_TICKETS = "/support/?view=all"
expect.set_options(timeout=45_000)


@pytest.fixture(scope="package")
def desk(shop_data) -> Iterator[Desk]:
    """The demo shop's desk, one for all browser tests."""
    desk = Desk(shop_data(), WIDGET_SIGNING_KEY=SIGNING_KEY)
    # Tickets of the demo become overdue as time passes, which rings and shows a toast in the middle of some test
    desk.sql("UPDATE tickets_ticket SET answer_check_at = NULL")
    desk.start()
    yield desk
    desk.stop()


def browser_path(*names: str) -> str:
    """The Chromium or Chrome of this machine, or the first of these names that it has."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, (*names, *NAMES))), MAC)


@contextmanager
def launched(playwright: Playwright, path: str) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.chromium.launch(executable_path=path, args=flags) as browser:
        yield browser


# Not for the session: while Playwright runs, Django refuses the database to tests that need it
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright) -> Iterator[Browser]:
    with launched(playwright, browser_path(SHELL)) as browser:
        yield browser


def breaks_policy(said: str) -> bool:
    """Our pages obey their Content-Security-Policy; who may frame them is tested by being refused."""
    return "Content Security Policy" in said and "frame-ancestors" not in said


@contextmanager
def windows(browser: Browser, url: str, milliseconds: int = 30_000) -> Iterator[Callable[..., Page]]:
    """Give what opens a page in a new context at this address; at the end errors in any of them fail."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def new(**options) -> Page:
        # The desk's service worker takes a page over a moment after it was loaded, and what the page asks for from
        # then on is hidden from `page.route`: a test that holds a request back would now and then hold nothing
        defaults = {"base_url": url, "service_workers": "block"}
        context = browser.new_context(**defaults | options)
        context.set_default_timeout(milliseconds)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on(
            "console", lambda message: errors.append(message.text) if breaks_policy(message.text) else None
        )
        context.on("dialog", lambda dialog: errors.append(f"a dialog: {dialog.message}"))
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def person(browser, desk) -> Iterator[Callable[..., Page]]:
    """`person()` opens a browser of its own: a new context at the desk's address. Errors in a page fail."""
    with windows(browser, desk.url) as new:
        yield new


@pytest.fixture
def site(desk) -> Iterator[Site]:
    """A site that is not the desk's, which embeds the widget."""
    site = Site(desk.url)
    yield site
    site.close()


@pytest.fixture
def signed():
    """`signed(sub)` is an identity as the shop's backend vouches for it; with another key, a forged one."""

    def sign(sub: str, key: str = SIGNING_KEY, **claims) -> str:
        return jwt.encode({"sub": sub, "exp": int(time.time()) + 300} | claims, key, algorithm="HS256")

    return sign


@pytest.fixture(scope="package")
def sessions() -> dict:
    """Signed-in browsers' cookies: e-mail -> storage state. Signing in is slow on purpose."""
    return {}


@pytest.fixture
def agent(person, sessions):
    """`agent()` is the dashboard of a signed-in agent, with all tickets, or at an address or a ticket.

    With `at=""` the page is empty, for a test that has to set it up first. `fresh` signs in again, for a
    test that signs out.
    """

    def sign_in(email="agent@demo.test", fresh=False, at=ALL_TICKETS, **options) -> Page:
        if fresh or email not in sessions:
            page = person()
            page.goto("/support/login/")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill("demo-agent")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("list", name="Tickets")).to_be_visible()
            cookies = page.context.storage_state()
            page.context.close()
            if not fresh:
                sessions[email] = cookies
        page = person(storage_state=cookies if fresh else sessions[email], **options)
        # To go to the list first and on from there is a second page: .4 s of processor
        if at:
            page.goto(at if at.startswith("/") else f"/support/{at}/")
            # Beside an open ticket a phone has no room to show it
            expect(page.get_by_text("Live", exact=True)).to_be_attached()
        return page

    return sign_in


@pytest.fixture
def asked(desk):
    """`asked(text)` is the id of a guest's ticket, made without a browser: for tests of the agents' side."""
    return lambda text, name="Ravi": guest_with_ticket(desk, text, name)[0]


def guest_with_ticket(desk: Desk, text: str, name: str) -> tuple[str, dict]:
    """Return the ticket's id, and the guest's tokens."""
    guest = desk.api().post("/api/auth/guest", json={"name": name, "email": "ravi@example.com"}).json()
    bearer = {"Authorization": f"Bearer {guest['access']}"}
    made = desk.api().post("/api/support/create", json={"message": text}, headers=bearer)
    return made.raise_for_status().json()["id"], {key: guest[key] for key in ("access", "refresh")}


@pytest.fixture
def visitor(person, desk):
    """`visitor()` is the chat of a visitor of the shop's page; with `ticket`, one who is with Customer Care."""

    def arrive(ticket: str = "", name: str = "Ravi", **options) -> Chat:
        page = person(**options)
        page.goto("/")
        chat = Chat(page)
        if ticket:
            chat.ticket, tokens = guest_with_ticket(desk, ticket, name)
            chat.keep({"identity": tokens})
        chat.open()
        if ticket:
            expect(chat.bubbles("system").first).to_be_visible()
        return chat

    return arrive
