"""Pictures: chosen, pasted or dropped; refused with a sentence when they are none."""

import base64

import pytest
from playwright.sync_api import expect

from .pages import Dashboard, picture

GIVE = """(node, [kind, name, type, data, padding]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes, new Uint8Array(padding)], name, { type }));
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
        : new DragEvent(kind, { ...options, dataTransfer: transfer });
    return !node.dispatchEvent(event);
}"""


def give(box, kind: str, file: dict, padding: int = 0) -> bool:
    """Paste or drop a file on a text box, made `padding` bytes longer; say whether the page took it."""
    data = base64.b64encode(file["buffer"]).decode()
    return box.evaluate(GIVE, [kind, file["name"], file["mimeType"], data, padding])


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_on_both_sides(visitor, agent, kind):
    chat = visitor(ticket="The box was crushed")
    dashboard = Dashboard(agent(at=chat.ticket))
    for box, send, there in (
        (chat.text, chat.send, dashboard.log),
        (dashboard.text, dashboard.send, chat.log),
    ):
        assert give(box, kind, picture())
        send.click()
        image = there.get_by_role("img", name="Picture from").last
        expect(image).to_be_in_viewport()
        expect(image).to_have_js_property("naturalWidth", 320)


def test_before_customer_care_is_there_no_picture_is_taken(visitor):
    chat = visitor()
    assert not give(chat.text, "paste", picture())
    expect(chat.frame.get_by_role("img", name="The picture that you attached")).to_have_count(0)


ZIP = {"name": "list.zip", "mimeType": "application/zip", "buffer": b"PK\3\4"}
SVG = {
    "name": "drawing.png",
    "mimeType": "image/png",
    "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}


@pytest.mark.parametrize(
    ("file", "padding", "why"),
    [
        (ZIP, 0, "Only pictures (JPEG, PNG, WebP, GIF), PDF, video and audio can be sent."),
        # One that the browser can read is made smaller instead
        (SVG, 5 * 1024 * 1024, "is larger than 5 MB. Please choose a smaller one."),
        (SVG, 0, "cannot be read as a picture."),
        (SVG, 200, "could not be read as a picture"),
    ],
    ids=["another kind", "too large", "no picture at all", "what only the desk can tell"],
)
def test_a_file_that_is_no_picture_is_refused_and_the_text_stays(visitor, file, padding, why):
    chat = visitor(ticket="The box was crushed")
    chat.text.fill("Look at this")
    give(chat.text, "paste", file, padding)
    if padding == 200:
        chat.send.click()
    expect(chat.frame.get_by_role("alert").filter(has_text=why)).to_be_visible()
    expect(chat.text).to_have_value("Look at this")
    expect(chat.bubbles("customer")).to_have_count(1)


# --- A chat that is drawn again meanwhile


def attach(chat, words: str) -> None:
    with chat.page.expect_file_chooser() as chooser:
        chat.attach.click()
    chooser.value.set_files(picture())
    expect(chat.frame.get_by_role("img", name="The picture that you attached")).to_be_visible()
    chat.text.press_sequentially(words)


def call_back(chat) -> None:
    chat.choose("Call me back")
    form = chat.frame.locator("[data-callback]")
    form.locator("[name=phone]").fill("+91 98765 43210")
    form.locator(".primary").click()
    expect(chat.log).to_contain_text("Callback requested")


def go_home_and_back(chat) -> None:
    chat.frame.locator("[data-back]").click()
    chat.frame.locator("[data-go]").first.click()
    expect(chat.log).to_contain_text("The box was crushed")


@pytest.mark.parametrize("draw_again", [call_back, go_home_and_back])
def test_a_picture_that_is_on_its_way_arrives_once_and_its_words_are_not_given_back(
    visitor, desk, draw_again
):
    chat = visitor(ticket="The box was crushed")
    held, released = [], []
    chat.page.route(
        "**/widget/messages",
        lambda route: (
            held.append(route) if route.request.method == "POST" and not released else route.continue_()
        ),
    )
    attach(chat, "This is how it came")
    chat.send.click()
    while not held:
        chat.page.wait_for_timeout(50)
    draw_again(chat)
    expect(chat.log.locator("[data-pending]")).to_contain_text("This is how it came")
    expect(chat.text).to_have_value("")
    released.append(True)
    [route] = held
    route.continue_()
    expect(
        chat.log.locator("[data-seq]", has_text="This is how it came").get_by_role("img")
    ).to_be_visible()
    expect(chat.log.locator("[data-pending]")).to_have_count(0)
    expect(chat.text).to_have_value("")
    messages = desk.as_agent().get(f"/api/support/admin/{chat.ticket}").json()["messages"]
    assert [each["message"] for each in messages if each["image"]] == ["This is how it came"]


def test_a_picture_that_is_attached_stays_when_the_chat_is_drawn_again(visitor):
    chat = visitor(ticket="The box was crushed")
    attach(chat, "This is how")
    call_back(chat)
    expect(chat.frame.get_by_role("img", name="The picture that you attached")).to_be_visible()
    expect(chat.text).to_have_value("This is how")
    chat.send.click()
    expect(chat.log.locator("[data-seq]", has_text="This is how").get_by_role("img")).to_be_visible()


def test_an_agents_attachment_waits_while_another_ticket_is_open(asked, agent):
    tickets = [asked(f"The {part} of the tiffin is missing") for part in ("lid", "spoon")]
    # A list of these two, however many tickets the desk has
    page = agent(at=f"/support/{tickets[0]}/?q=tiffin")
    dashboard = Dashboard(page)
    assert give(dashboard.text, "paste", picture())
    expect(page.get_by_role("img", name="The picture that you attached")).to_be_visible()
    for ticket in (tickets[1], tickets[0]):
        page.locator(f'[data-ticket="{ticket}"] .row-link').first.click()
        expect(page.locator(f'[data-conversation][data-ticket="{ticket}"]')).to_be_visible()
    expect(page.get_by_role("img", name="The picture that you attached")).to_be_visible()
