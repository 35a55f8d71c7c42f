"""Measures and details of the screens: what the design asks for in pixels, empty and full lists, small promises."""

import itertools
import re
import time

import pytest
from playwright.sync_api import Page, expect

from .pages import Dashboard, place_of
from .test_accessibility import STILL, axe_is_content


def height(locator) -> float:
    return place_of(locator)["height"]


@pytest.fixture(scope="module")
def hundred(desk) -> None:
    """A hundred people who wait."""
    guest = desk.as_guest("Hundred Customer", "hundred@example.com")
    for number in range(100):
        guest.post(
            "/api/support/create", json={"message": f"Jar {number} is broken", "category": "order"}
        ).raise_for_status()


HUNDRED = "/support/?view=all&q=Hundred"

# --- Measures ----------------------------------------------------------------


def test_rows_header_tabs_and_composer_have_the_measures_of_the_design(agent, hundred):
    dashboard = Dashboard(agent(viewport={"width": 1440, "height": 900}))
    page = dashboard.page
    page.goto(HUNDRED)
    rows = page.locator(".row")
    expect(rows.nth(12)).to_be_attached()
    # In one go: a row that changes meanwhile is another element
    heights = (
        "[...document.querySelectorAll('.row')].slice(0, 5).map(row => row.getBoundingClientRect().height)"
    )
    assert {round(each) for each in page.evaluate(heights)} == {68}
    avatar = (
        "(box => [box.width, box.height])(document.querySelector('.row .avatar').getBoundingClientRect())"
    )
    assert page.evaluate(avatar) == [32, 32]
    assert round(height(page.locator(".view").first)) == 36
    pane = place_of(page.locator("#tickets"))
    assert pane["height"] // 68 >= 10, "rows in view"

    rows.first.locator(".row-link").click()
    expect(page.locator("#ticket-head h1")).to_be_visible()
    assert height(dashboard.head) <= 65
    assert height(page.locator("form.composer")) <= 64
    assert {round(height(pill)) for pill in page.locator(".ticket-head .pill:visible").all()} == {28}
    assert round(place_of(page.locator("#details"))["width"]) == 300
    one_line = page.locator('.log .bubble[data-sender="customer"]').last
    assert height(one_line) <= 37


@pytest.mark.parametrize("width", [1440, 1024])
def test_the_header_of_a_late_urgent_ticket_is_as_low(agent, width):
    dashboard = Dashboard(agent(viewport={"width": width, "height": 900}))
    page = dashboard.page
    page.goto("/support/?view=open&priority=urgent")
    page.locator(".row-link").first.click()
    expect(page.locator("#ticket-head .due.big")).to_be_visible()
    assert height(dashboard.head) <= 65
    # Each control whole, none behind another
    name, pills = place_of(page.locator("#ticket-head h1")), place_of(page.locator(".pills"))
    assert name["y"] + name["height"] <= pills["y"] + 1
    assert pills["x"] + pills["width"] <= width


def test_a_row_with_the_sign_of_its_channel_is_as_high_as_the_others(agent, desk):
    caller = {"customer": {"name": "Meera Caller", "phone": "9811122233"}, "message": "Where is my parcel?"}
    desk.as_agent().post("/api/support/admin/create", json=caller).raise_for_status()
    page = agent(at="/support/?view=all&q=Meera+Caller", viewport={"width": 1440, "height": 900})
    row = page.locator(".row", has=page.locator(".row-channel"))
    expect(row).to_have_count(1)
    assert round(height(row)) == 68


# It may go between a look at it and a click on it
PRESSED_UNTIL_HIDDEN = """() => {
    const more = document.querySelector(".views-more");
    if (more.checkVisibility()) more.click();
    return !more.checkVisibility();
}"""


def test_views_that_do_not_fit_are_a_button_away(agent):
    page = agent(at="/support/", viewport={"width": 1440, "height": 900})
    more, done = (
        page.get_by_role("button", name="More views"),
        page.get_by_role("link", name=re.compile("^Done")),
    )
    expect(more).to_be_visible()
    page.wait_for_function(PRESSED_UNTIL_HIDDEN, polling=200)
    expect(more).to_be_hidden()
    expect(done).to_be_in_viewport()
    # A page that opens with a view to the right shows its tab
    page.goto("/support/?view=done")
    expect(done).to_be_in_viewport()


def test_an_empty_view_stays_when_a_ticket_is_opened(agent, asked):
    dashboard = Dashboard(agent(at="/support/?view=snoozed"))
    snoozed = dashboard.views.get_by_role("link", name="Snoozed")
    expect(snoozed).to_have_attribute("aria-current", "page")
    with dashboard.page.expect_response(re.compile(r"/row\?view=snoozed")):
        asked("The lid is loose")
    # What it asked for next would be there with the answer to this
    with dashboard.page.expect_response(re.compile(r"/row\?")):
        asked("The lid is loose as well")
    expect(snoozed).to_have_attribute("aria-current", "page")
    expect(dashboard.page).to_have_url(re.compile(r"view=snoozed"))


def test_of_two_views_chosen_at_once_the_last_is_shown(agent):
    dashboard = Dashboard(agent())
    page, views = dashboard.page, dashboard.views
    # Its answer does not come before the other's
    page.route(re.compile(r"/rows\?.*view=snoozed"), lambda route: None)
    # Listened for from the beginning: a listener that begins with the click came too late for its request
    page.on("request", lambda request: None)
    page.on("requestfailed", lambda request: None)
    views.get_by_role("link", name="Snoozed").click()
    with page.expect_event("requestfailed", lambda request: "view=snoozed" in request.url):
        views.get_by_role("link", name="Done").click()
    expect(views.get_by_role("link", name="Done")).to_have_attribute("aria-current", "page")


def test_of_two_tickets_opened_at_once_the_last_is_shown(agent, hundred):
    dashboard = Dashboard(agent())
    page, links = dashboard.page, dashboard.page.locator(".row-link")
    page.goto(HUNDRED)
    first, second = (links.nth(place).get_attribute("href").partition("?")[0] for place in (0, 1))
    page.route(re.compile(re.escape(first)), lambda route: None)
    with page.expect_request(re.compile(re.escape(first))):
        links.nth(0).click()
    with page.expect_event("requestfailed", lambda request: first in request.url):
        links.nth(1).click()
    expect(page).to_have_url(re.compile(re.escape(second)))
    expect(page.locator("#ticket-head")).to_be_visible()


def test_a_list_of_a_hundred_and_one_of_nothing_fit_the_window(agent, hundred, tmp_path):
    page = agent(at=HUNDRED, viewport={"width": 1440, "height": 900})
    expect(page.locator(".row").nth(20)).to_be_attached()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    expect(page.get_by_role("status", name=re.compile("Total: 100 tickets"))).to_be_visible()
    page.screenshot(path=tmp_path / "hundred.png")
    page.goto("/support/?view=all&q=nothing-has-these-words")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.screenshot(path=tmp_path / "nothing.png")


@pytest.mark.parametrize("width", [1024, 1440])
def test_the_total_is_whole_beside_the_other_views(agent, hundred, width):
    page = agent(at=HUNDRED, viewport={"width": width, "height": 800})
    total = page.get_by_role("status", name="Total: 100 tickets")
    expect(total).to_be_visible()
    select_all = page.get_by_role("button", name="Select all", exact=True)
    expect(select_all).to_be_visible()
    assert total.evaluate("(each) => each.scrollWidth <= each.clientWidth")
    select_all.click()
    expect(page.get_by_role("button", name="Select none", exact=True)).to_be_visible()


def test_on_a_dark_phone_with_its_keyboard_open_the_ticket_is_whole(agent, hundred, tmp_path):
    page = agent(
        viewport={"width": 390, "height": 464}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    page.goto(HUNDRED)
    page.locator(".row-link").first.click()
    dashboard = Dashboard(page)
    dashboard.text.focus()
    for shown in (page.get_by_role("heading", level=1), dashboard.text, dashboard.send):
        expect(shown).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=tmp_path / "dark-phone.png")


# --- What waits for me -------------------------------------------------------


def test_the_title_and_the_icon_count_what_waits_for_me(agent, desk):
    client = desk.as_agent()
    me = client.get("/api/auth/me").json()["id"]
    guest = desk.as_guest("Icon Counter", "icon@example.com")
    ticket = guest.post("/api/support/create", json={"message": "Where is it?"}).json()["id"]
    client.patch(f"/api/support/admin/{ticket}", json={"assignedAgent": me, "status": "in-progress"})
    # Other tests have given this agent tickets as well
    mine = {"view": "needs-answer", "assigned": "me"}
    number = len(client.get("/api/support/admin/", params=mine).json()["results"])
    page = agent()
    expect(page).to_have_title(re.compile(rf"^\({number}\) "))
    icon = page.locator("link[rel=icon]")
    assert f">{number}<" in page.evaluate(
        "decodeURIComponent(document.querySelector('link[rel=icon]').href)"
    )
    client.post(f"/api/support/admin/{ticket}/reply", json={"message": "On its way"})
    expected = f"({number - 1}) " if number > 1 else "Tickets"
    expect(page).to_have_title(re.compile("^" + re.escape(expected)))
    if number == 1:
        expect(icon).to_have_attribute("href", re.compile("icon"))


def test_a_saved_view_goes_with_one_press_of_its_button(agent):
    page = agent(at="/support/?priority=urgent&category=refund")
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Burning refunds")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    views = page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="Burning refunds")).to_be_attached()
    views.get_by_role("button", name="Delete view Burning refunds").click()
    expect(views.get_by_role("link", name="Burning refunds")).to_have_count(0)


# --- Clocks ------------------------------------------------------------------

TWO_HOURS_AHEAD = """const D = Date; window.Date = class extends D {
  constructor(...a) { a.length ? super(...a) : super(D.now() + 7200_000); } static now() { return D.now() + 7200_000; } };"""


def test_an_hour_of_snoozing_is_an_hour_of_the_desk_on_a_computer_that_is_two_hours_ahead(
    agent, asked, desk
):
    ticket = asked("Clock ahead")
    page = agent(at="")
    page.add_init_script(TWO_HOURS_AHEAD)
    Dashboard(page).goto(ticket)
    page.get_by_role("button", name="Snooze", exact=True).click()
    page.get_by_role("button", name="1 hour").click()
    expect(page.locator("#ticket-head")).to_have_attribute("data-snoozed", "yes")
    until = desk.as_agent().get(f"/api/support/admin/{ticket}").json()["snoozedUntil"]
    ahead = page.evaluate(f"(Date.parse('{until}') - (Date.now() - 7200_000)) / 60_000")
    assert 58 < ahead < 62


STALLS = """async (module) => {
    const made = [];
    window.XMLHttpRequest = class {
        upload = {}; open() {} setRequestHeader() {} send() { made.push(this); }
        abort() { this.aborted = true; this.onabort(); this.onloadend(); }
    };
    const { plainRequest: request } = await import(module);
    window.sent = request('/nowhere', { method: 'POST', body: 'x', onProgress() {} }).catch((reason) => String(reason));
    window.xhr = made[0];
}"""


def test_an_upload_that_progresses_is_not_given_up_and_one_that_stalls_is(person, desk):
    page = person()
    frame = page.request.get(f"/widget/frame?host={desk.url}").text()
    module = re.search(r"/static/js/net\.\w+\.js", frame)[0]
    # As the pages load it: with the hash of its content in its name
    page.goto("/support/login/")
    page.clock.install()
    page.evaluate(STALLS, module)
    for _ in range(6):
        page.clock.run_for(50_000)
        page.evaluate("xhr.upload.onprogress({ lengthComputable: true, loaded: 1, total: 9 })")
    assert not page.evaluate("Boolean(xhr.aborted)"), "five minutes, with progress"
    page.clock.run_for(61_000)
    assert page.evaluate("Boolean(xhr.aborted)")
    assert "offline" in page.evaluate("sent")


# --- The widget --------------------------------------------------------------


def test_a_call_that_cannot_be_requested_says_why_in_its_form(visitor):
    chat = visitor(ticket="Please call me")
    chat.choose("Call me back")
    form = chat.frame.locator("[data-callback]")
    form.get_by_role("textbox", name="Phone").fill("call me")
    form.get_by_role("button", name="Request a call").click()
    expect(form.get_by_role("alert")).to_have_text("This does not look like a phone number.")
    expect(form.get_by_role("textbox", name="Phone")).to_have_value("call me")


# --- The page behind the link in an e-mail -----------------------------------


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
