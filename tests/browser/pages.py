"""What a test can do on either side of the desk, by the names that the contract gives things."""

import json
from io import BytesIO

from PIL import Image
from playwright.sync_api import FloatRect, Frame, Locator, Page, expect

FRAME = 'iframe[title="Villy - AI Assistant"]'
TYPE = "Type a message..."
REPLY = "Type your reply..."


def place_of(locator: Locator) -> FloatRect:
    """Where an element stands; one that a change of its row has just replaced is looked for again."""
    for _ in range(100):
        if found := locator.bounding_box():
            return found
        locator.page.wait_for_timeout(100)
    raise AssertionError(f"{locator} is not shown")


def picture(name="box.jpg", side=320, noisy=False) -> dict:
    """A JPEG as a file chooser gives it; a noisy one is hundreds of kilobytes."""
    out = BytesIO()
    image = (
        Image.effect_noise((side, side), 90).convert("RGB")
        if noisy
        else Image.new("RGB", (side, side), "peru")
    )
    image.save(out, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Chat:
    """The widget on a page that embeds it."""

    def __init__(self, page: Page):
        self.page = page
        self.ticket = ""
        self.button = page.get_by_role("button", name="Chat with Villy")
        self.frame = page.frame_locator(FRAME)
        self.log = self.frame.get_by_role("log", name="Conversation")
        self.text = self.frame.get_by_role("textbox", name=TYPE)
        self.send = self.frame.get_by_role("button", name="Send")
        self.attach = self.frame.get_by_role("button", name="Attach image")
        self.connect = self.frame.get_by_role("button", name="Connect to Customer Care")
        self.offline = self.frame.get_by_text("You are offline")

    def open(self) -> "Chat":
        """Click the bubble and wait until the conversation lives."""
        self.button.click()
        expect(self.text).to_be_focused()
        return self

    def again(self) -> "Chat":
        """Load the page again and open the chat."""
        self.page.reload()
        return self.open()

    def say(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def bubbles(self, sender: str) -> Locator:
        return self.log.locator(f'[data-sender="{sender}"]')

    def press(self, name: str) -> None:
        self.frame.get_by_role("button", name=name, exact=True).click()

    def choose(self, name: str) -> None:
        """Choose an item of the "More" menu."""
        self.press("More")
        self.frame.get_by_role("menuitem", name=name).click()

    def rate(self, stars: int, words: str = "") -> None:
        rating = self.frame.get_by_role("group", name="Rating")
        rating.get_by_role("button", name=f"{stars} star").click()
        self.frame.get_by_role("textbox", name="Anything to add?").fill(words)
        self.press("Send rating")

    def document(self) -> Frame:
        return next(frame for frame in self.page.frames if "/widget/frame" in frame.url)

    # --- What the host page keeps for the frame

    def kept(self) -> dict:
        return json.loads(self.page.evaluate("localStorage.getItem('villy')") or "{}")

    def keep(self, kept: dict) -> None:
        self.page.evaluate("kept => localStorage.setItem('villy', JSON.stringify(kept))", kept)

    def spoil_access_token(self) -> str:
        """Make the kept access token one that the desk refuses; return the refresh token beside it."""
        kept = self.kept()
        head, body, _ = kept["identity"]["access"].split(".")
        kept["identity"]["access"] = f"{head}.{body}.{'A' * 43}"
        self.keep(kept)
        return kept["identity"]["refresh"]


class Dashboard:
    """The agents' desk."""

    def __init__(self, page: Page):
        self.page = page
        self.list = page.get_by_role("list", name="Tickets")
        self.rows = self.list.get_by_role("link")
        self.log = page.get_by_role("log", name="Conversation")
        self.text = page.get_by_role("textbox", name=REPLY)
        self.send = page.get_by_role("button", name="Send")
        self.head = page.locator("#ticket-head")
        self.toast = page.locator(".toast")
        self.live = page.get_by_text("Live", exact=True)
        self.views = page.get_by_role("navigation", name="Views")

    def more(self, name: str) -> None:
        """Press a button of the "More" menu."""
        self.page.get_by_role("button", name="More", exact=True).click()
        self.page.get_by_role("button", name=name, exact=True).click()

    def view(self, name: str) -> "Dashboard":
        link = self.views.get_by_role("link", name=name)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        return self

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)

    def open(self, name: str) -> "Dashboard":
        self.row(name).first.click()
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        return self

    def goto(self, ticket_id: str) -> "Dashboard":
        self.page.goto(f"/support/{ticket_id}/")
        expect(self.live).to_be_visible()
        return self

    def reply(self, text: str) -> None:
        self.text.fill(text)
        self.text.press("Enter")

    def write(self, kind: str) -> None:
        modes = self.page.get_by_role("group", name="Kind of message")
        modes.locator("label", has=self.page.get_by_role("radio", name=kind)).click()

    def note(self, text: str) -> None:
        self.write("Private note")
        self.reply(text)

    def resolve(self, resolution: str) -> None:
        self.page.get_by_role("button", name="Resolve", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Resolution").fill(resolution)
        dialog.get_by_role("button", name="Resolve").click()
        expect(self.head).to_have_attribute("data-status", "resolved")
