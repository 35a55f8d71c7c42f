"""A photo of each item that a claim is about: asked for by name, ticked once it has arrived."""

from playwright.sync_api import expect

from .pages import Chat, Dashboard, picture
from .test_identity import sign_in_to_the_shop

GHEE, PAPAD = "Gir Cow Bilona Ghee", "Moong Papad"


def test_each_item_of_a_claim_gets_its_photo(person, agent):
    page = person(viewport={"width": 390, "height": 844})
    sign_in_to_the_shop(page)
    chat = Chat(page).open()
    chat.say("ghee and papad both broken in VP-10264")
    expect(chat.bubbles("ai").last).to_contain_text(PAPAD)
    chat.press("Connect to Customer Care")
    row = chat.frame.get_by_role("group", name="Photos of the items")
    expect(row.get_by_role("button")).to_have_count(2)

    # Changed their mind: the next picture is of the other item
    with page.expect_file_chooser():
        row.get_by_role("button", name=GHEE).click()
    chat.text.fill("It leaks")
    with page.expect_file_chooser() as chosen:
        row.get_by_role("button", name=PAPAD).click()
    chosen.value.set_files([picture()])
    expect(chat.text).to_have_value(f"It leaks\n{PAPAD}")
    chat.text.press("Enter")
    expect(row.locator("[data-done]")).to_have_text([PAPAD])

    # What is stored is what is ticked, also after a reload
    page.reload()
    chat.open()
    expect(row.locator("[data-done]")).to_have_text([PAPAD])
    with page.expect_file_chooser() as chosen:
        row.get_by_role("button", name=GHEE).click()
    chosen.value.set_files([picture()])
    chat.text.press("Enter")
    expect(row).to_be_hidden()

    ticket = chat.document().locator("[data-conversation]").get_attribute("data-ticket")
    dashboard = Dashboard(agent(at=ticket))
    for name in (PAPAD, GHEE):
        told = dashboard.log.locator(".bubble").filter(
            has=dashboard.page.get_by_role("img", name="Picture from")
        )
        expect(told.filter(has_text=name)).to_have_count(1)
    # As it was for the other tests of this desk
    chat.choose("End chat")
    chat.press("Chat with Villy again")
    expect(chat.frame.get_by_role("heading", name="How can we help?")).to_be_visible()
