"""The page behind the link in an e-mail: one conversation, in any browser."""

import itertools
import re
import time

import pytest
from playwright.sync_api import Page, expect

from .test_accessibility import STILL, axe_is_content


def link_of(desk, guest, ticket, address) -> str:
    """Request a transcript, and return the link in its e-mail."""
    guest.post(f"/api/support/{ticket}/transcript").raise_for_status()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for email in (desk.data_dir / "mail").glob("**/*"):
            text = email.read_text().replace("=\n", "") if email.is_file() else ""
            if address in text and (found := re.search(r"/c/[\w-]+/", text)):
                return found[0]
        time.sleep(0.2)
    raise AssertionError("no e-mail was sent")


@pytest.fixture
def linked(desk) -> tuple[str, str]:
    # A ticket per test: e-mails of earlier tests are still on disk
    address = f"linked-{next(READERS)}@example.com"
    guest = desk.as_guest("Linked Reader", address)
    ticket = guest.post("/api/support/create", json={"message": "The box was crushed"}).json()["id"]
    return ticket, link_of(desk, guest, ticket, address)


READERS = itertools.count(1)


def test_pasted_and_dropped_files_join_the_form_of_the_link_and_cells_are_text(person, linked):
    _, path = linked
    page = person()
    page.goto(path)
    words = page.get_by_role("textbox", name="Type a message...")
    words.fill("Both sides")
    assert not page.evaluate(GIVEN, ["paste", "VP-1\t2", ["image.png"]]), "cells of a spreadsheet"
    for kind, names in (("dragover", ["a.png"]), ("drop", ["a.png", "bill.pdf"]), ("paste", ["b.png"])):
        assert page.evaluate(GIVEN, [kind, "", names]), kind
    chosen = "[...document.querySelectorAll('input[type=file]')].map((each) => [...each.files].map((file) => file.name))"
    assert page.evaluate(chosen) == [["a.png", "b.png"], ["bill.pdf"]]
    page.get_by_role("button", name="Send", exact=True).click()
    mine = page.locator(".bubble[data-sender=customer]")
    expect(mine).to_have_count(3)
    expect(mine.nth(1)).to_contain_text("Both sides")
    expect(mine.nth(1)).to_contain_text("bill.pdf")
    expect(mine.nth(2).get_by_role("img")).to_be_visible()


GIVEN = """([kind, text, names]) => {
    const given = new DataTransfer();
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
    if (text) given.setData("text/plain", text);
    for (const name of names) {
        const isPdf = name.endsWith(".pdf");
        given.items.add(new File([isPdf ? "%PDF-1.7" : bytes], name, { type: isPdf ? "application/pdf" : "image/png" }));
    }
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent(kind, { ...options, clipboardData: given })
        : new DragEvent(kind, { ...options, dataTransfer: given });
    return !document.querySelector("h1").dispatchEvent(event);
}"""


def test_the_page_behind_the_link_has_the_readers_days_and_nothing_for_axe(person, desk, linked):
    ticket, path = linked
    # 20:00 in London is the next day in India, where the desk is
    desk.sql(
        "UPDATE tickets_message SET created_at = '2026-11-24 20:00:00' WHERE ticket_id = ?",
        ticket.replace("-", ""),
    )
    page = person(timezone_id="Europe/London", locale="en-GB", **STILL)
    page.goto(path)
    expect(page.locator(".day")).to_have_text(re.compile("Tue 24 Nov|Tue, 24 Nov"))
    expect(page.locator(".bubble .when time").first).to_have_text(re.compile("20:00"))
    axe_is_content(page, state="the conversation behind a link")

    agent = desk.as_agent()
    agent.post(f"/api/support/admin/{ticket}/reply", json={"message": "A new one is on its way"})
    expect(page.locator('.bubble[data-sender="agent"]')).to_contain_text("A new one is on its way")
    agent.patch(f"/api/support/admin/{ticket}", json={"status": "resolved", "resolution": "Sent again."})
    expect(page.get_by_role("group", name="How did we do?")).to_be_visible()
    axe_is_content(page, state="the conversation behind a link, to be rated")
    page.get_by_role("radio", name="5 stars").check(force=True)
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("You gave 5 of 5 stars.")).to_be_visible()
    axe_is_content(page, state="the conversation behind a link, rated")


def test_a_refusal_on_the_page_behind_a_link_keeps_the_words(person, linked):
    page: Page = person(**STILL)
    page.goto(linked[1])
    page.get_by_role("textbox", name="Type a message...").fill(" ")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Write something or attach a picture.")
    axe_is_content(page, state="the conversation behind a link, refused")


ENDED = """<section data-ended data-number="{}"><p role="alert">This link has ended.</p>
  <form method="post" action="renew"><button>E-mail me a new link</button></form></section>"""


def test_words_and_files_over_a_link_that_has_ended_go_on_to_the_new_links_page(person, linked):
    _, path = linked
    old = person()
    old.goto(path)
    ended = ENDED.format(old.locator("[data-link]").get_attribute("data-number"))
    posted = []
    old.route("**/messages*", lambda route: route.fulfill(status=404, body=ended, content_type="text/html"))
    old.on("request", lambda request: request.method == "POST" and posted.append(request.url))
    old.get_by_role("textbox", name="Type a message...").fill("The lid, from above")
    assert old.evaluate(GIVEN, ["paste", "", ["lid.png"]])
    posted.clear()
    old.get_by_role("button", name="Send", exact=True).click()
    expect(old.get_by_role("alert")).to_have_text("This link has ended.")
    assert not [url for url in posted if url.endswith("/c/" + path.split("/")[2] + "/")]
    new = old.context.new_page()
    new.goto(path)
    expect(new.get_by_role("textbox", name="Type a message...")).to_have_value("The lid, from above")
    # What the desk does not take now stays in the form, files as well
    new.route(
        "**" + path, lambda route: route.fulfill(status=503, body='<p role="alert">Busy.</p>'), times=1
    )
    new.get_by_role("button", name="Send", exact=True).click()
    expect(new.get_by_role("alert")).to_have_text("Busy.")
    new.get_by_role("button", name="Send", exact=True).click()
    mine = new.locator(".bubble[data-sender=customer]").last
    expect(mine).to_contain_text("The lid, from above")
    expect(mine.get_by_role("img")).to_be_visible()
    expect(new.get_by_role("textbox", name="Type a message...")).to_have_value("")
