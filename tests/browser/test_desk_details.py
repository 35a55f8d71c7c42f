"""Measures and details of the screens: what the design asks for in pixels, empty and full lists, small promises."""

import re

import pytest
from playwright.sync_api import expect

from .pages import Dashboard, place_of


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


def test_the_last_of_two_views_chosen_at_once_is_shown(agent):
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


def test_the_last_of_two_tickets_opened_at_once_is_shown(agent, hundred):
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


def test_snoozing_counts_by_the_desks_clock_when_the_computer_is_two_hours_ahead(agent, asked, desk):
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
