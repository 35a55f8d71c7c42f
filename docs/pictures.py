"""Take the pictures of README and docs again: `make pictures`. A real desk, a real browser, both sides of a conversation."""

import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.conftest import browser_path
from tests.desk import Desk

OUT = Path(__file__).parent / "img"
SCALE = 2
PAPER = "#ece7dc"
LANCZOS = Image.Resampling.LANCZOS
# What staff open to set the desk up, and down to which part of the page
ADMIN_PAGES = {
    "settings.png": ("/admin/tickets/desksettings/1/change/", 900),
    "shopify.png": ("/admin/tickets/shopconnection/shopify/change/", 900),
    "woocommerce.png": ("/admin/tickets/shopconnection/woocommerce/change/", 900),
    "service-key.png": ("/admin/tickets/servicekey/add/", 560),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # It migrates and loads the demo first
        desk = Desk(Path(folder)).start(300)
        browser = playwright.chromium.launch(
            executable_path=browser_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            agent = _page(browser, desk, 1280, 800)
            customer = _page(browser, desk, 390, 780)
            _talk(customer, agent)
            widget, dashboard = _shot(customer), _shot(agent)
            for name, picture in _of_the_admin(browser, desk):
                _saved(picture, name)
            _saved(_of_the_widget(browser, desk), "widget.png")
            _saved(_of_the_help_centre(browser, desk), "help.png")
        finally:
            browser.close()
            desk.stop()
    _saved(dashboard.resize((dashboard.width // SCALE, dashboard.height // SCALE), LANCZOS), "desk.png")
    _side_by_side(dashboard, widget).save(OUT / "supportdesk.png", optimize=True)


def _page(browser, desk: Desk, width: int, height: int, scale: int = SCALE) -> Page:
    context = browser.new_context(
        base_url=desk.url,
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        timezone_id="Asia/Kolkata",
        locale="en-IN",
    )
    return context.new_page()


def _talk(customer: Page, agent: Page) -> None:
    """A short conversation, from makhana to the agent's answer."""
    agent.goto("/support/login/")
    agent.get_by_label("E-mail").fill("agent@demo.test")
    agent.get_by_label("Password").fill("demo-agent")
    agent.get_by_role("button", name="Sign in").click()

    customer.goto("/")
    customer.get_by_role("button", name="Chat with Villy").click()
    villy = customer.frame_locator('iframe[title="Villy - AI Assistant"]')
    villy.get_by_role("textbox", name="Type a message...").fill("makhana ka packet phata hua aaya")
    villy.get_by_role("button", name="Send").click()
    villy.get_by_role("button", name="Connect to Customer Care").click()
    villy.get_by_label("Name").fill("Anita Rao")
    villy.get_by_label("Email or phone").fill("anita.rao@example.com")
    villy.get_by_role("button", name="Connect", exact=True).click()
    # In the language of the conversation
    villy.locator('[data-sender="system"]').first.wait_for()

    agent.get_by_role("list", name="Tickets").get_by_role("link", name="Anita Rao").first.click()
    reply = agent.get_by_role("textbox", name="Type your reply...")
    reply.fill("Hi Anita, sorry about that! A fresh packet goes out today, nothing to send back.")
    agent.get_by_role("button", name="Send").click()
    villy.get_by_text("A fresh packet goes out today").wait_for()
    villy.get_by_role("textbox", name="Type a message...").fill("thank you, that was quick")
    villy.get_by_role("button", name="Send").click()
    agent.get_by_role("log", name="Conversation").get_by_text("that was quick").wait_for()
    # What a toast covers is no part of the picture
    agent.wait_for_timeout(1500)
    expect(agent.locator(".toast")).to_have_count(0, timeout=30_000)


def _of_the_admin(browser, desk: Desk) -> Iterator[tuple[str, Image.Image]]:
    """The pages on which staff set the desk up."""
    page = _page(browser, desk, 1280, 900, scale=1)
    page.goto("/admin/login/")
    page.get_by_label("E-mail").fill("staff@demo.test")
    page.get_by_label("Password").fill("demo-staff")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1).first.wait_for()
    # It makes the rows of both shop systems
    page.goto("/admin/tickets/shopconnection/")
    for name, (address, height) in ADMIN_PAGES.items():
        page.set_viewport_size({"width": 1280, "height": height})
        page.goto(address, wait_until="networkidle")
        yield name, _shot(page)


def _of_the_widget(browser, desk: Desk) -> Image.Image:
    """A customer of the shop asks for products and for their order."""
    page = _page(browser, desk, 390, 780, scale=1)
    page.goto("/")
    page.get_by_role("button", name="Chat with Villy").click()
    villy = page.frame_locator('iframe[title="Villy - AI Assistant"]')
    villy.get_by_role("textbox", name="Type a message...").fill("Show me makhana")
    villy.get_by_role("button", name="Send").click()
    villy.get_by_text("Peri Peri Makhana").first.wait_for()
    page.wait_for_timeout(1000)
    return _shot(page)


def _of_the_help_centre(browser, desk: Desk) -> Image.Image:
    page = _page(browser, desk, 1024, 640, scale=1)
    page.goto("/help/", wait_until="networkidle")
    return _shot(page)


def _saved(picture: Image.Image, name: str) -> None:
    """Save it small: 256 colours are enough for a page."""
    picture.quantize(256, dither=Image.Dither.NONE).save(OUT / name, optimize=True)


def _shot(page: Page) -> Image.Image:
    # A toast hangs over what the picture shows; it would go by itself after some seconds
    page.evaluate(
        'document.querySelectorAll(".toasts").forEach((each) => { each.style.display = "none"; })'
    )
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _side_by_side(dashboard: Image.Image, widget: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (dashboard.width + 540 * SCALE, dashboard.height + 120 * SCALE), PAPER)
    _lay(sheet, dashboard, (60 * SCALE, 60 * SCALE))
    _lay(sheet, widget, (sheet.width - widget.width - 50 * SCALE, 70 * SCALE))
    return sheet.resize((sheet.width // SCALE, sheet.height // SCALE), LANCZOS)


def _lay(sheet: Image.Image, picture: Image.Image, at: tuple[int, int], radius: int = 16 * SCALE) -> None:
    """Lay a picture on the sheet with round corners and a soft shadow."""
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *picture.size), radius, fill=255)
    shadow = Image.new("L", sheet.size, 0)
    shadow.paste(mask.point(lambda value: value // 4), (at[0], at[1] + 10 * SCALE))
    sheet.paste("#2b2003", (0, 0), shadow.filter(ImageFilter.GaussianBlur(18 * SCALE)))
    sheet.paste(picture, at, mask)


if __name__ == "__main__":
    main()
