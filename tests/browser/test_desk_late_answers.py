"""Dialogs of the desk whose answers are late or lost: the agent stays where they are, and what they see is stored."""

import pytest
from playwright.sync_api import expect

from .pages import Dashboard, picture
from .test_desk_failures import AWAY, Held, answers, asha, go_to_bina, lost, stored_ticket, ticket  # noqa: F401

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")


LOST = lambda route: route.abort()  # noqa: E731
DONE = lambda route: route.continue_()  # noqa: E731


def open_dialog(dashboard: Dashboard, command: str):
    dashboard.page.keyboard.press("Control+k")
    dashboard.page.keyboard.type(command)
    dashboard.page.keyboard.press("Enter")
    return dashboard.page.get_by_role("dialog")


def test_a_merge_that_is_answered_late_leaves_the_agent_on_the_ticket_that_is_open(asha, ticket, desk):  # noqa: F811
    guest, bina = desk.as_guest("Kamala", "kamala.twice@example.com"), ticket("Bina")
    kamala, again = (
        guest.post("/api/support/create", json={"message": f"Lid {number}"}).json()["id"]
        for number in range(2)
    )
    asha.page.goto(f"/support/{kamala}/?view=all")
    expect(asha.live).to_be_visible()
    page = asha.page
    for how in (LOST, DONE):
        dialog = open_dialog(asha, "Merge into")
        dialog.get_by_label("Ticket number").fill(str(stored_ticket(desk, again)["number"]))
        held = Held(page, "**/merge")
        dialog.get_by_role("button", name="Merge").click()
        held.wait()
        page.keyboard.press("Escape")
        go_to_bina(asha, bina)
        asha.text.fill("Half a sentence")
        held.end(how)
        expect(asha.toast.last).to_contain_text("Kamala: ")
        expect(asha.head).to_have_attribute("data-ticket", bina)
        expect(asha.text).to_have_value("Half a sentence")
        if how is DONE:
            break
        expect(asha.toast.last).to_contain_text(AWAY)
        page.unroute_all(behavior="ignoreErrors")
        page.goto(f"/support/{kamala}/?view=all")
    expect(asha.toast.last.get_by_role("link", name="Open")).to_have_attribute("href", f"/support/{again}/")


def test_a_form_filled_for_the_next_caller_stays_when_the_first_answer_comes(asha, desk):  # noqa: F811
    page = asha.page
    dialog = open_dialog(asha, "New conversation")

    def fill(name: str) -> None:
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Phone").fill("+91 98450 11224")
        dialog.get_by_label("What is it about?").fill("The lid is loose")

    fill("Lalita Late")
    held = Held(page, "**/support/new")
    dialog.get_by_role("button", name="Create").click()
    held.wait()
    page.keyboard.press("Escape")
    open_dialog(asha, "New conversation")
    fill("Meena Next")
    page.keyboard.press("Escape")
    held.end()
    expect(asha.toast.last.get_by_role("link", name="Open")).to_be_visible()
    open_dialog(asha, "New conversation")
    expect(dialog.get_by_label("Name")).to_have_value("Meena Next")


def test_an_availability_that_was_not_stored_is_not_shown(asha):  # noqa: F811
    box = asha.page.get_by_role("combobox", name="Your availability")
    expect(box).to_have_value("online")
    for address in ("**/availability", "**/active"):
        answers(asha.page, address, lambda route: route.abort())
    box.select_option("away")
    expect(box).to_have_value("online")
    expect(asha.page.locator(".availability-box")).to_have_attribute("data-state", "online")
    # The desk has done it, and its answer was lost. The box shows the choice at once, so the failure is waited for
    asha.page.unroute_all(behavior="ignoreErrors")
    answers(asha.page, "**/availability", lost)
    with asha.page.expect_event("requestfailed", lambda request: request.url.endswith("/availability")):
        box.select_option("away")
    expect(box).to_have_value("away")
    asha.page.unroute_all(behavior="ignoreErrors")
    # The next test needs an agent who is there: stored, and not only shown
    box.select_option("online")
    expect(asha.toast.last).to_contain_text("You are online.")
    expect(box).to_have_value("online")


def test_a_reply_that_is_refused_has_its_picture_attached_again(asha, ticket, desk):  # noqa: F811
    kamala = ticket("Kamala")
    asha.goto(kamala)
    attached = asha.page.locator("[data-preview]")
    asha.page.locator("input[type=file]").set_input_files(picture("lid.jpg"))
    asha.text.fill("A new lid, as in the picture")
    answers(
        asha.page, "**/reply", lambda route: route.fulfill(status=409, body="The customer wrote again.")
    )
    asha.page.get_by_role("button", name="Send", exact=True).click()
    expect(asha.page.get_by_role("alert").filter(has_text="The customer wrote again.")).to_be_visible()
    expect(asha.text).to_have_value("A new lid, as in the picture")
    expect(attached).to_contain_text("lid.jpg")
    asha.page.unroute_all(behavior="ignoreErrors")
    asha.page.get_by_role("button", name="Send", exact=True).click()
    expect(
        asha.log.locator("[data-seq]", has_text="A new lid, as in the picture").get_by_role("img")
    ).to_be_visible()
    # The picture itself is refused: it does not come again
    asha.page.locator("input[type=file]").set_input_files(picture("bad.jpg"))
    answers(asha.page, "**/reply", lambda route: route.fulfill(status=400, body="This is not a picture."))
    asha.page.get_by_role("button", name="Send", exact=True).click()
    expect(asha.page.get_by_role("alert").filter(has_text="This is not a picture.")).to_be_visible()
    expect(attached).to_be_hidden()
