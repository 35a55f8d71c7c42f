"""The widget on another site, where browsers let a frame store nothing."""

import pytest
from playwright.sync_api import expect

from .conftest import browser_path, launched
from .pages import FRAME, Chat, picture, place_of

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

TRY_TO_STORE = """() => {
    const store = (where) => { try { where().setItem("a", "b"); return "stored"; } catch (error) { return error.name; } };
    document.cookie = "third=party";
    return [store(() => localStorage), store(() => sessionStorage), document.cookie];
}"""

# Rules that real shops have, and worse
HOSTILE = """<style>
    * { display: none !important; visibility: hidden !important; opacity: 0 !important; transform: scale(0) !important; }
    html, head, body, h1, p, body > button { display: block !important; visibility: visible !important;
        opacity: 1 !important; transform: none !important; }
    div { position: static !important; z-index: -1 !important; width: 0 !important; height: 0 !important;
        pointer-events: none !important; overflow: hidden !important; }
    iframe { width: 10px !important; height: 10px !important; }
    button { position: static !important; width: 1px !important; font-size: 99px !important; all: initial !important; }
</style>"""


@pytest.fixture(scope="module")
def browser(playwright):
    """A whole Chromium: its headless shell lets the frame of another site store what it likes."""
    with launched(playwright, browser_path()) as browser:
        yield browser


@pytest.fixture
def shop(person, site):
    """`shop()` is the chat, still closed, on a page of the other site."""

    def go(page_html: str | None = None, **options) -> Chat:
        if page_html is not None:
            site.pages["/"] = page_html
        page = person(**options)
        page.goto(site.url())
        return Chat(page)

    return go


def test_everything_works_where_the_frame_may_store_nothing(shop, desk):
    chat = shop().open()
    assert chat.document().evaluate(TRY_TO_STORE) == ["SecurityError", "SecurityError", ""]

    chat.say("Package damaged")
    chat.connect.click()
    chat.frame.get_by_role("textbox", name="Name").fill("Ravi Menon")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("+91 90000 07777")
    chat.press("Connect")
    expect(chat.bubbles("system")).to_contain_text("Connected to Customer Care")
    ticket = desk.as_agent().get("/api/support/admin/").json()["results"][0]
    assert ticket["userPhone"] == "+91 90000 07777"
    desk.as_agent().post(f"/api/support/admin/{ticket['id']}/reply", json={"message": "Hello Ravi"})
    expect(chat.bubbles("agent")).to_contain_text("Hello Ravi")

    chat.frame.locator("input[type=file]").set_input_files(picture())
    chat.say("See here")

    chat.again()
    expect(chat.log).to_contain_text("Package damaged")
    expect(chat.log.get_by_role("img", name="Picture from Ravi Menon")).to_have_js_property(
        "naturalWidth", 320
    )
    expect(chat.bubbles("agent")).to_contain_text("Hello Ravi")
    assert chat.page.context.cookies() == []


def test_the_chat_works_until_reload_when_the_host_page_has_no_storage(shop):
    chat = shop()
    chat.page.add_init_script(
        "if (self === top) delete self.localStorage; "
        "Object.defineProperty(self, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    chat.page.reload()
    chat.open()
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    chat.say("Package damaged")
    expect(chat.connect).to_be_visible()


def test_no_style_of_the_host_page_breaks_it(shop, site):
    chat = shop(site.page(head=HOSTILE))
    expect(chat.button).to_be_visible()
    size = chat.page.viewport_size
    box = place_of(chat.button)
    assert (box["width"], box["height"]) == (60, 60)
    assert size["width"] - box["x"] - 60 == size["height"] - box["y"] - 60 == 20
    chat.open()
    frame = place_of(chat.page.locator(FRAME))
    assert frame["width"] == 400
    assert frame["height"] >= 600
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")


def test_the_host_page_is_left_as_it_was(shop, site):
    note = """<script>window.globalsBefore = new Set(Object.keys(window));</script>
        <style>h1 { color: rgb(1, 2, 3); }</style>"""
    chat = shop(site.page(head=note))
    look = """() => JSON.stringify([...document.querySelectorAll('html, body, body *')].map((node) =>
        [node.tagName, node.getAttribute('style'), ...getComputedStyle(node)].concat(
        [...getComputedStyle(node)].map((name) => getComputedStyle(node).getPropertyValue(name)))).slice(0, 5))"""
    expect(chat.button).to_be_visible()
    before = chat.page.evaluate(look)
    chat.open()
    assert chat.page.evaluate(look) == before
    added = chat.page.evaluate("Object.keys(window).filter((name) => !window.globalsBefore.has(name))")
    assert [name for name in added if name != "globalsBefore"] == ["Villy"]
    assert chat.page.evaluate("[document.styleSheets.length, document.adoptedStyleSheets.length]") == [1, 0]
    assert chat.page.evaluate("document.documentElement.lastElementChild.outerHTML") == "<div></div>"


def test_the_page_drives_it_and_hears_from_it(shop, site, desk):
    listen = """<script>
        window.heard = [];
        addEventListener("load", () => {
            for (const name of ["ready", "opened", "closed", "unread", "ticket"])
                Villy.on(name, (detail) => heard.push(name === "ticket" ? [name, detail.status] : [name, detail ?? null]));
        });
    </script>"""
    chat = shop(site.page(head=listen))
    page = chat.page
    frame = page.locator(FRAME)
    page.wait_for_function("heard.length === 1")
    page.evaluate("Villy.open(); Villy.open()")
    expect(chat.text).to_be_focused()
    page.evaluate("Villy.toggle()")
    expect(frame).to_be_hidden()
    expect(chat.button).to_be_focused()
    page.evaluate("Villy.toggle()")
    expect(frame).to_be_visible()
    page.evaluate("Villy.close()")
    assert page.evaluate("heard") == [
        ["ready", None],
        ["opened", None],
        ["closed", None],
        ["opened", None],
        ["closed", None],
    ]

    page.evaluate("heard.length = 0")
    chat.open()
    chat.say("Package damaged")
    chat.connect.click()
    chat.frame.get_by_role("textbox", name="Name").fill("Ravi")
    chat.frame.get_by_role("textbox", name="Email or phone").fill("ravi@example.com")
    chat.press("Connect")
    page.wait_for_function("heard.some(([name, status]) => name === 'ticket' && status === 'open')")
    chat.press("Close chat")
    expect(chat.button).to_be_focused()
    ticket = desk.as_agent().get("/api/support/admin/").json()["results"][0]["id"]
    for words in ("Hello", "Are you there?"):
        desk.as_agent().post(f"/api/support/admin/{ticket}/reply", json={"message": words})
    # Between two of them there may be news of the ticket, and soon after the last
    unread = "heard.filter(([name]) => name === 'unread').at(-1)?.[1]"
    page.wait_for_function(f"{unread} === 2")
    expect(chat.button).to_contain_text("2")
    chat.button.click()
    page.wait_for_function(f"{unread} === 0")
    expect(chat.button).to_have_text("")
    assert page.evaluate("heard.filter(([name]) => name === 'ticket').at(-1)[1]") == "in-progress"

    # An open chat in a hidden tab counts too
    look = "on => { Object.defineProperty(document, 'hidden', { value: !on, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }"
    chat.document().evaluate(look, False)
    desk.as_agent().post(f"/api/support/admin/{ticket}/reply", json={"message": "Still there?"})
    expect(chat.button).to_have_text("1")
    chat.document().evaluate(look, True)
    expect(chat.button).to_have_text("")


# --- Who may not


def test_a_site_that_is_not_allowed_cannot_frame_it(shop, site, person):
    stranger = person()
    stranger.goto(site.url("evil.localhost"))
    button = stranger.get_by_role("button", name="Chat with Villy")
    button.click()
    expect(stranger.get_by_text("We can't open the chat right now.")).to_be_visible()
    expect(stranger.locator(FRAME)).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")

    # It may lie about its name: the browser knows better
    for path in (f"/widget/frame?host={site.url(path='')}", "/support/login/", "/"):
        site.pages["/liar"] = f'<iframe src="{site.desk_url}{path}"></iframe>'
        for host, seen in (("evil.localhost", False), ("localhost", path.startswith("/widget"))):
            liar = person()
            liar.goto(site.url(host, "/liar"))
            inside = liar.frame_locator("iframe").get_by_role("heading").first
            expect(inside).to_be_visible(visible=seen)


def test_messages_of_others_change_nothing(shop, site):
    speak = """<script>
        var claims = [{ type: "unread", value: 7 }, { type: "store", key: "identity", value: { access: "x.e30.x", refresh: "x.e30.x" } },
            { type: "close" }, { type: "logout" }, { type: "identity", value: null }, { type: "hello", stored: {}, open: true }];
        var say = (to) => claims.forEach((claim) => to.postMessage({ villy: 1, ...claim }, "*"));
    </script>"""
    site.pages["/foreign"] = f"<!doctype html>{speak}<script>say(parent)</script>"
    chat = shop(site.page()).open()
    page = chat.page
    chat.say("Show me makhana")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    kept = chat.kept()

    # To the host page: from itself, and from a frame of another origin
    page.evaluate(
        "address => { const frame = document.createElement('iframe'); frame.src = address; document.body.append(frame); }",
        site.url("other.localhost", "/foreign"),
    )
    page.frame_locator("iframe[src$=foreign]").locator("body").wait_for(state="attached")
    # To the chat: with the right origin, but not from the page that embeds it
    page.evaluate(
        """html => {
        const inner = document.createElement('iframe');
        inner.srcdoc = html;
        document.body.append(inner);
        return new Promise((done) => { inner.onload = () => {
            const chat = document.documentElement.lastElementChild.shadowRoot.querySelector('iframe').contentWindow;
            inner.contentWindow.say(window);
            inner.contentWindow.say(chat);
            setTimeout(done, 200);
        }; });
    }""",
        speak,
    )
    expect(chat.button).to_have_text("")
    expect(chat.button).to_have_attribute("aria-expanded", "true")
    expect(chat.log).to_contain_text("Peri Peri Makhana")
    assert chat.kept() == kept
    chat.say("Thank you")
    expect(chat.bubbles("ai")).to_have_count(3)
