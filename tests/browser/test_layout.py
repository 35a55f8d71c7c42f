"""Nothing jumps, nothing is too small for a thumb, and nothing weighs more than it should."""

import json

import pytest
from playwright.sync_api import Page, expect

from .pages import FRAME, Chat, Dashboard, picture, place_of

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

WATCH_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts.push(
        [entry.value, entry.sources.map(({ node }) => (node?.outerHTML || node?.nodeName || '').slice(0, 120))]
    ))).observe({ type: 'layout-shift', buffered: true });
"""

# Controls that can be seen; a link in the middle of a sentence is as tall as its line, and may be (WCAG 2.5.8)
TOO_SMALL = """() => Array.from(document.querySelectorAll('a[href], button, select, textarea, input:not([type=file]), summary'))
    .map((node) => (node.matches('.mode input') ? node.closest('label') : node))
    .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest('.text, .skip'))
    .map((node) => ({ box: node.getBoundingClientRect(), name: node.getAttribute('aria-label') || node.textContent.trim() || node.name }))
    .filter(({ box }) => box.width && (Math.round(box.width) < 44 || Math.round(box.height) < 44))
    .map(({ box, name }) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""

OUT_OF_REACH = """() => Array.from(document.querySelectorAll('a[href], button, select, textarea')).flatMap((node) => {
    if (!node.checkVisibility({ visibilityProperty: true }) || node.closest('.skip') || node.disabled) return [];
    node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const box = node.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (top && (node.contains(top) || top.contains(node))) return [];
    return [`${node.outerHTML.slice(0, 120)} at ${box.x}, ${box.y} is behind ${top?.outerHTML.slice(0, 120)}`];
})"""


def shifts(where) -> list:
    return [entry for entry in where.evaluate("window.shifts") if entry[0] > 0.001]


def fits_a_phone(page: Page, where=None) -> None:
    where = where or page
    assert where.evaluate("document.documentElement.scrollWidth") <= 360
    for fault in (TOO_SMALL, OUT_OF_REACH):
        found = where.evaluate(fault)
        assert not found, found


def test_a_long_word_widens_no_box(visitor, agent):
    chat = visitor(ticket="The box was crushed", viewport={"width": 360, "height": 740})
    chat.text.fill("https://track.example/" + "x" * 220)
    frame = chat.document()
    assert frame.evaluate("document.documentElement.scrollWidth") <= 360
    chat.send.click(trial=True)
    chat.frame.get_by_role("button", name="Close chat").click(trial=True)
    dashboard = Dashboard(agent(at=chat.ticket))
    before = place_of(dashboard.page.locator("#pane"))
    dashboard.text.fill("https://track.example/" + "x" * 220)
    assert place_of(dashboard.page.locator("#pane")) == before
    dashboard.send.click(trial=True)


def test_on_its_side_a_phone_still_shows_the_form_and_the_conversation(visitor, agent, asked):
    side = {"viewport": {"width": 740, "height": 360}}
    chat = visitor(**side)
    chat.say("Package damaged")
    chat.connect.click()
    button = chat.frame.get_by_role("button", name="Connect", exact=True)
    expect(button).to_be_in_viewport(ratio=1)
    button.scroll_into_view_if_needed()
    button.click(trial=True)
    dashboard = Dashboard(agent(at=asked("The box was crushed"), **side))
    expect(dashboard.log).to_be_visible()
    assert place_of(dashboard.log)["height"] >= 120


def test_on_a_phone_the_story_opens_and_closes(asked, agent):
    page = agent(at=asked("The box was crushed"), viewport={"width": 390, "height": 740})
    story = page.get_by_role("complementary", name="Details")
    expect(story).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Customer, orders and history").click()
    expect(story).to_be_visible()
    page.get_by_role("button", name="Close the details").click()
    expect(story).to_be_hidden()


def test_nothing_moves_when_the_dashboard_and_a_ticket_open(agent, visitor):
    chat = visitor(ticket="The box was crushed")
    chat.frame.locator("input[type=file]").set_input_files(picture(side=900))
    chat.say("See here")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    page = agent(at="")
    page.add_init_script(WATCH_SHIFTS)
    dashboard = Dashboard(page)
    page.goto("/support/")
    expect(dashboard.live).to_be_visible()
    assert shifts(page) == []
    page.evaluate("window.shifts.length = 0")
    dashboard.goto(chat.ticket)
    image = dashboard.log.get_by_role("img", name="Picture from Ravi")
    expect(image).to_have_js_property("complete", True)
    expect(image).to_be_in_viewport()
    expect(dashboard.log.locator("[data-seq]").last).to_be_in_viewport(ratio=1)
    assert shifts(page) == []


def test_nothing_moves_when_the_chat_opens_nor_in_the_page_around_it(visitor):
    chat = visitor(ticket="The box was crushed")
    chat.frame.locator("input[type=file]").set_input_files(picture(side=900))
    chat.say("See here")
    expect(chat.bubbles("customer").last).to_contain_text("Sent")
    chat.page.add_init_script(WATCH_SHIFTS)
    chat.again()
    image = chat.log.get_by_role("img", name="Picture from Ravi")
    expect(image).to_have_js_property("complete", True)
    expect(chat.bubbles("customer").last).to_be_in_viewport(ratio=1)
    assert shifts(chat.page) == []


def test_the_newest_message_stays_visible_as_the_composer_grows_unless_scrolled_up(visitor):
    chat = visitor(ticket="The box was crushed\n" * 30)
    newest = chat.bubbles("system").last
    expect(newest).to_be_in_viewport(ratio=1)
    chat.choose("Call me back")
    expect(newest).to_be_in_viewport(ratio=1)
    chat.frame.locator("input[type=file]").set_input_files(picture())
    expect(newest).to_be_in_viewport(ratio=1)
    chat.log.evaluate("log => { log.scrollTop = 0; }")
    chat.press("Not now")
    chat.press("Remove picture")
    expect(newest).not_to_be_in_viewport()
    assert chat.log.evaluate("log => log.scrollTop") == 0


def test_the_shop_and_the_chat_fit_a_phone(visitor, desk):
    chat = visitor(**PHONE)
    box = place_of(chat.page.locator(FRAME))
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    frame = chat.document()
    fits_a_phone(chat.page, frame)
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Did this help?")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()
    fits_a_phone(chat.page, frame)
    chat.connect.tap()
    fits_a_phone(chat.page, frame)
    chat.frame.get_by_role("textbox", name="Name").fill("Ravi")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("ravi@example.com")
    chat.press("Connect")
    chat.frame.locator("input[type=file]").set_input_files(picture())
    chat.choose("Call me back")
    fits_a_phone(chat.page, frame)
    chat.press("Close chat")
    expect(chat.page.locator(FRAME)).to_be_hidden()
    fits_a_phone(chat.page)


def test_the_desk_fits_a_phone(agent, visitor):
    chat = visitor(
        ticket="The box was crushed, and what was in it has no lid any more, as you can see in the picture"
    )
    page = agent(fresh=True, **PHONE)
    dashboard = Dashboard(page)
    fits_a_phone(page)
    dashboard.rows.first.tap()
    expect(dashboard.log).to_be_visible()
    expect(dashboard.list).to_be_hidden()
    page.get_by_role("button", name="Take").tap()
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    page.locator("input[type=file]").set_input_files(picture())
    fits_a_phone(page)
    dashboard.reply("On its way")
    expect(chat.bubbles("agent")).to_contain_text("On its way")
    page.get_by_role("link", name="Back").tap()
    expect(dashboard.list).to_be_visible()
    dashboard.rows.first.tap()
    expect(dashboard.log).to_be_visible()
    page.go_back()
    expect(dashboard.list).to_be_visible()
    expect(dashboard.live).to_be_visible()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    fits_a_phone(page)


@pytest.fixture
def weighed():
    """`weighed(page)` lists what the page loads from now on: address -> bytes as they came over the wire."""

    def watch(page: Page) -> dict[str, int]:
        sizes = {}

        def finished(request):
            if "/files/" not in request.url:
                sizes[request.url] = request.sizes()["responseBodySize"]

        page.on("requestfinished", finished)
        return sizes

    return watch


def test_neither_the_loader_nor_the_chat_nor_the_dashboard_weighs_too_much(person, agent, desk, weighed):
    shop = person()
    loaded = weighed(shop)
    shop.goto("/", wait_until="networkidle")
    assert 0 < loaded[f"{desk.url}/widget.js"] <= 4 * 1024
    loaded.clear()
    chat = Chat(shop).open()
    shop.wait_for_load_state("networkidle", timeout=30_000)
    assert len(loaded) > 5
    assert sum(loaded.values()) <= 60 * 1024, json.dumps(loaded, indent=1)
    chat.button.click()

    # Signed in, and with nothing in the browser's cache
    fresh = person(storage_state=agent().context.storage_state())
    loaded = weighed(fresh)
    fresh.goto("/support/")
    expect(Dashboard(fresh).live).to_be_visible()
    # The page with its sheet, htmx and one script, without which it is not live
    assert len(loaded) >= 3
    assert sum(loaded.values()) <= 150 * 1024, json.dumps(loaded, indent=1)
