"""The widget in pages that change, restrict or lack something, and in many tabs at once."""

import pytest
from playwright.sync_api import Page, expect

from .pages import FRAME, Chat, place_of

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

OLD_BROWSER = """
    delete AbortSignal.any;
    delete window.BroadcastChannel;
    Object.defineProperty(navigator, "locks", { value: undefined });
    window.CSSStyleSheet = function () { throw new TypeError("Illegal constructor"); };
    delete window.createImageBitmap;
"""
SWAP = """() => {
    const next = document.createElement("body");
    next.innerHTML = "<h1>Next page</h1>";
    document.body.replaceWith(next);
}"""
RUN_AGAIN = """(src) => new Promise((done) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: done }));
})"""
IN_SHADOW = """(src) => new Promise((done, failed) => {
    const host = document.body.appendChild(document.createElement("shop-footer"));
    const tag = Object.assign(document.createElement("script"), { src, onload: done, onerror: failed });
    host.attachShadow({ mode: "closed" }).append(tag);
})"""
AS_MODULE = """(src) => new Promise((done, failed) => {
    const tag = Object.assign(document.createElement("script"), { src, onload: done, onerror: failed });
    tag.type = "module";
    document.head.append(tag);
})"""
LARGE = """async ([width, height]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").fillRect(0, 0, width / 2, height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const data = new DataTransfer();
    data.items.add(new File([blob], "large.png", { type: "image/png" }));
    const input = document.querySelector("[data-file]");
    input.files = data.files;
    input.dispatchEvent(new Event("change"));
}"""
PASTE = """([text, names]) => {
    const box = document.querySelector("[data-text]");
    const data = new DataTransfer();
    const png = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0));
    if (text) data.setData("text/plain", text);
    for (const name of names) data.items.add(new File([png], name, { type: "image/png" }));
    return !box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def reply(desk, ticket: str, text: str) -> None:
    answer = desk.as_agent().post(f"/api/support/admin/{ticket}/reply", json={"message": text})
    answer.raise_for_status()


def streams_of(page: Page) -> list[str]:
    """The streams that a page opens; polls are none."""
    opened = []
    page.on(
        "request",
        lambda request: (
            opened.append(request.url) if request.url.endswith(("/events", "/support/events")) else None
        ),
    )
    return opened


# --- Pages that change ---------------------------------------------------------


def test_the_button_survives_a_replaced_body_and_a_second_run_of_the_tag(person, site):
    page = person()
    page.goto(site.url())
    chat = Chat(page)
    expect(chat.button).to_be_visible()
    page.evaluate(SWAP)
    expect(chat.button).to_have_count(1)
    page.evaluate(RUN_AGAIN, f"{site.desk_url}/widget.js")
    page.evaluate("document.body.innerHTML = ''")
    expect(chat.button).to_have_count(1)
    page.evaluate("Villy.open()")
    expect(chat.text).to_be_focused()
    chat.say("Show me makhana")
    page.evaluate(SWAP)
    expect(chat.log).to_contain_text("Peri Peri Makhana")


@pytest.mark.parametrize("run", [IN_SHADOW, AS_MODULE], ids=["a shadow root", "a module"])
def test_the_tag_works_where_a_script_does_not_know_its_tag(run, person, site):
    site.pages["/"] = "<!doctype html><title>A shop</title><h1>A shop</h1>"
    page = person()
    page.goto(site.url())
    page.evaluate(run, f"{site.desk_url}/widget.js")
    Chat(page).open().say("Show me makhana")
    expect(Chat(page).log).to_contain_text("Peri Peri Makhana")
    assert (
        page.evaluate(
            "document.documentElement.lastElementChild.shadowRoot.querySelectorAll('button').length"
        )
        == 1
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Security-Policy": "require-trusted-types-for 'script'; trusted-types 'none'"},
        {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"},
    ],
    ids=["Trusted Types", "COEP"],
)
def test_the_chat_opens_in_a_page_that_is_strict(headers, person, site):
    site.headers = headers
    page = person()
    page.goto(site.url())
    Chat(page).open().say("Show me makhana")
    expect(Chat(page).log).to_contain_text("Peri Peri Makhana")


def test_a_browser_that_lacks_what_is_new_has_a_chat_that_works(person, site, desk):
    page = person()
    page.add_init_script(OLD_BROWSER)
    page.goto(site.url())
    chat = Chat(page).open()
    chat.say("Package damaged")
    chat.connect.click()
    chat.frame.get_by_role("textbox", name="Name").fill("Old Phone")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("old@example.com")
    chat.press("Connect")
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    ticket = desk.as_agent().get("/api/support/admin/?q=Old+Phone").json()["results"][0]["id"]
    reply(desk, ticket, "Hello")
    expect(chat.bubbles("agent")).to_contain_text("Hello")


def test_the_button_is_in_its_corner_on_a_page_from_right_to_left_and_not_on_paper(person, site):
    site.pages["/"] = site.page().replace('<html lang="en">', '<html lang="ar" dir="rtl">')
    page = person(viewport={"width": 360, "height": 640})
    page.goto(site.url())
    chat = Chat(page)
    box = place_of(chat.button)
    assert (box["x"], box["y"]) == (360 - 80, 640 - 80)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.emulate_media(media="print")
    expect(chat.button).to_be_hidden()


# --- Many tabs -----------------------------------------------------------------


def test_tabs_share_one_stream_and_what_is_read_in_one_is_read_in_all(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    tabs, opened = [chat], [streams_of(chat.page)]
    for _ in range(2):
        page = chat.page.context.new_page()
        opened.append(streams_of(page))
        page.goto("/")
        tabs.append(Chat(page).open())
    reply(desk, chat.ticket, "Seen everywhere")
    for tab in tabs:
        expect(tab.bubbles("agent")).to_contain_text("Seen everywhere")
    assert sum(len(urls) for urls in opened) == 0, "the first tab had its stream already"
    for tab in tabs:
        tab.press("Close chat")
    reply(desk, chat.ticket, "Not looked at")
    for tab in tabs:
        expect(tab.page.get_by_role("button", name="Chat with Villy, 1 unread")).to_be_visible()
    tabs[1].button.click()
    for tab in tabs:
        expect(tab.page.get_by_role("button", name="Chat with Villy", exact=True)).to_be_visible()
    # The tab that leads goes; another takes over
    tabs[2].button.click()
    chat.page.close()
    reply(desk, chat.ticket, "And goes on")
    expect(tabs[2].bubbles("agent").last).to_contain_text("And goes on")


def test_a_buffered_stream_is_replaced_by_polling_without_an_offline_notice(visitor, desk):
    chat = visitor()
    chat.page.context.route("**/events", lambda route: None)
    guest = desk.api().post("/api/auth/guest", json={"name": "Held", "email": "held@example.com"}).json()
    bearer = {"Authorization": f"Bearer {guest['access']}"}
    ticket = desk.api().post("/api/support/create", json={"message": "Hello?"}, headers=bearer).json()["id"]
    chat.keep({"identity": {key: guest[key] for key in ("access", "refresh")}})
    chat.page.reload()
    chat.button.click()
    expect(chat.bubbles("system").first).to_be_visible()
    reply(desk, ticket, "We send a new one")
    expect(chat.bubbles("agent")).to_contain_text("We send a new one", timeout=30_000)
    expect(chat.offline).to_be_hidden()


def test_the_number_is_right_on_the_next_page_and_other_visitors_cause_no_request(visitor, person, desk):
    chat = visitor(ticket="The box was crushed")
    expect(chat.attach).to_be_visible()
    chat.page.goto("about:blank")
    reply(desk, chat.ticket, "Are you there?")
    chat.page.goto("/")
    expect(chat.page.get_by_role("button", name="Chat with Villy, 1 unread")).to_be_visible()
    expect(chat.page.locator(FRAME)).to_have_count(0)

    stranger, asked = person(), []
    stranger.on("request", lambda request: asked.append(request.url) if "/widget/" in request.url else None)
    stranger.goto("/", wait_until="networkidle")
    assert asked == []


# --- Identity ------------------------------------------------------------------


def test_a_renewal_whose_answer_is_lost_costs_no_conversation(visitor):
    chat = visitor(ticket="The box was crushed")
    chat.spoil_access_token()

    def lose(route):
        route.fetch()
        route.abort()

    chat.page.context.route("**/api/auth/token/refresh", lose, times=1)
    chat.page.reload()
    chat.button.click()
    expect(chat.log).to_contain_text("The box was crushed", timeout=20_000)
    chat.page.reload()
    chat.open()
    expect(chat.log).to_contain_text("The box was crushed")


def test_a_guest_keeps_their_ticket_on_sign_in_and_leaves_as_a_new_guest(visitor, signed, desk):
    chat = visitor(ticket="The box was crushed")
    with chat.page.expect_response("**/widget/conversation*"):
        chat.page.evaluate("token => Villy.identify(token)", signed("moving", name="Devi Rao"))
    expect(chat.log).to_contain_text("The box was crushed")
    reply(desk, chat.ticket, "Hello Devi")
    expect(chat.bubbles("agent")).to_contain_text("Hello Devi")
    assert desk.as_agent().get(f"/api/support/admin/{chat.ticket}").json()["userName"] == "Devi Rao"
    chat.page.evaluate("Villy.logout()")
    expect(chat.log).not_to_contain_text("The box was crushed")
    assert "identity" not in chat.kept()


# --- Pictures ------------------------------------------------------------------


def test_a_large_picture_is_made_smaller_and_a_long_screenshot_stays_readable(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    for size, sent in (([4000, 3000], (2560, 1920)), ([900, 6000], (900, 6000))):
        chat.document().evaluate(LARGE, size)
        chat.say("Look")
        image = chat.bubbles("customer").last.get_by_role("img")
        expect(image).to_be_visible()
        with chat.page.expect_response("**/files/*") as answer:
            chat.bubbles("customer").last.get_by_role("link").first.click()
        shown = chat.frame.get_by_role("dialog").get_by_role("img")
        expect(shown).to_have_js_property("naturalWidth", sent[0])
        expect(shown).to_have_js_property("naturalHeight", sent[1])
        assert answer.value.ok
        chat.press("Close picture")


def test_cells_are_pasted_as_text_copied_files_as_pictures_and_each_of_them_is_sent(visitor, desk):
    chat = visitor(ticket="The box was crushed")
    frame = chat.document()
    preview = chat.frame.locator("[data-preview]")
    assert frame.evaluate(PASTE, ["VP-10234\t2\t499", ["image.png"]]) is False
    expect(preview).to_be_hidden()
    assert frame.evaluate(PASTE, ["one.png\ntwo.png", ["one.png", "two.png"]]) is True
    expect(preview).to_contain_text("one.png")
    expect(preview).to_contain_text("two.png")
    chat.say("Both")
    expect(chat.log.get_by_role("img")).to_have_count(2)
    stored = desk.as_agent().get(f"/api/support/admin/{chat.ticket}").json()["messages"]
    assert [bool(message["image"]) for message in stored if message["sender"] == "customer"] == [
        False,
        True,
        True,
    ]
