"""A desk whose requests are late, lost or refused: words stay, nothing is done twice, and no ticket shows another's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from .pages import Dashboard

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")

PROXY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
AWAY = "We could not be reached. Please try again."
FAILED = "That did not work. Please try again."


class Held:
    """Holds each POST to an address until it is let go; `count` is how many came."""

    def __init__(self, page: Page, address: str):
        self.page, self.held, self.is_over, self.count = page, [], False, 0
        page.route(address, self.take)

    def take(self, route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        self.count += 1
        if self.is_over:
            return route.continue_()
        self.held.append(route)

    def wait(self) -> None:
        for _ in range(200):
            if self.held:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("no request came")

    def end(self, how: Callable[[Route], None] = lambda route: route.continue_()) -> None:
        self.is_over = True
        for route in self.held:
            how(route)


def answers(page: Page, address: str, how: Callable[[Route], None]) -> None:
    page.route(address, lambda route: how(route) if route.request.method == "POST" else route.continue_())


def broken(route: Route) -> None:
    route.fulfill(status=500, body=PROXY, content_type="text/html")


def lost(route: Route) -> None:
    """The desk does it, and its answer does not arrive."""
    route.fetch()
    route.abort()


@pytest.fixture
def asha(agent) -> Dashboard:
    return Dashboard(agent())


@pytest.fixture
def ticket(desk):
    def create(name: str) -> str:
        client = desk.as_guest(name, f"{name.lower()}@example.com")
        made = client.post("/api/support/create", json={"message": "The lid is loose"})
        return made.raise_for_status().json()["id"]

    return create


def stored_ticket(desk, ticket: str) -> dict:
    return desk.as_agent().get(f"/api/support/admin/{ticket}").raise_for_status().json()


def open_two(dashboard: Dashboard, ticket) -> tuple[str, str]:
    """Open the ticket of Kamala, with that of Bina one click away."""
    bina, kamala = ticket("Bina"), ticket("Kamala")
    dashboard.page.goto(f"/support/{kamala}/?view=all")
    expect(dashboard.live).to_be_visible()
    return kamala, bina


def go_to_bina(dashboard: Dashboard, bina: str) -> None:
    dashboard.page.locator(f"#ticket-{bina} .row-link").click()
    expect(dashboard.head).to_have_attribute("data-ticket", bina)


def test_a_late_undo_does_not_put_one_tickets_header_on_another(asha, ticket, desk):
    kamala, bina = open_two(asha, ticket)
    priority = stored_ticket(desk, kamala)["priority"]
    asha.page.get_by_role("combobox", name="Priority").select_option("low")
    expect(asha.toast.last).to_contain_text("Saved.")
    go_to_bina(asha, bina)
    asha.page.get_by_role("button", name="Undo").click()
    expect(asha.toast.last).to_contain_text("Undone.")
    assert stored_ticket(desk, kamala)["priority"] == priority
    expect(asha.head).to_have_attribute("data-ticket", bina)
    expect(asha.page.get_by_role("heading", level=1)).to_have_text("Bina")


def test_a_late_answer_names_its_own_ticket_and_changes_no_other(asha, ticket, desk):
    kamala, bina = open_two(asha, ticket)
    for how, said in [
        (lambda route: route.continue_(), "Kamala: Saved."),
        (lambda route: route.abort(), f"Kamala: {AWAY}"),
        (broken, f"Kamala: {FAILED}"),
    ]:
        held = Held(asha.page, "**/triage")
        asha.page.get_by_role("combobox", name="Priority").select_option("low")
        held.wait()
        go_to_bina(asha, bina)
        held.end(how)
        expect(asha.toast.last).to_contain_text(said)
        expect(asha.head).to_have_attribute("data-ticket", bina)
        asha.page.goto(f"/support/{kamala}/?view=all")


def test_a_command_that_fails_says_so(asha, ticket):
    asha.goto(ticket("Kamala"))
    for how, said in [(lambda route: route.abort(), AWAY), (broken, FAILED)]:
        answers(asha.page, "**/change", how)
        asha.page.keyboard.press("Control+k")
        asha.page.keyboard.type("Priority: Low")
        asha.page.keyboard.press("Enter")
        expect(asha.toast.last).to_contain_text(said)


def test_an_unsent_reply_is_reported_on_another_ticket_and_sent_once_online(asha, ticket, desk):
    kamala, bina = open_two(asha, ticket)
    held = Held(asha.page, "**/reply")
    asha.reply("A new lid is on its way")
    held.wait()
    go_to_bina(asha, bina)
    held.end(lambda route: route.abort())
    expect(asha.toast.last).to_contain_text("Kamala: Not sent. You seem to be offline.")
    with asha.page.expect_response(f"**/{kamala}/reply"):
        asha.page.evaluate("dispatchEvent(new Event('online'))")
    said = [
        each["message"] for each in stored_ticket(desk, kamala)["messages"] if each["sender"] == "agent"
    ]
    assert said == ["A new lid is on its way"]


def test_a_reply_refused_behind_another_ticket_is_reported_and_kept_as_a_draft(asha, ticket):
    kamala, bina = open_two(asha, ticket)
    held = Held(asha.page, "**/reply")
    asha.reply("A new lid is on its way")
    held.wait()
    go_to_bina(asha, bina)
    held.end(lambda route: route.fulfill(status=409, body="This ticket is closed."))
    expect(asha.toast.last).to_contain_text("Kamala: This ticket is closed.")
    asha.toast.last.get_by_role("link", name="Open the ticket").click()
    expect(asha.head).to_have_attribute("data-ticket", kamala)
    expect(asha.text).to_have_value("A new lid is on its way")


def test_a_page_that_opens_says_that_another_ticket_holds_words_that_are_not_sent(asha, ticket, desk):
    kamala, bina = open_two(asha, ticket)
    answers(asha.page, "**/reply", lambda route: route.abort())
    asha.reply("A new lid is on its way")
    expect(asha.log).to_contain_text("Not sent.")
    asha.page.unroute_all(behavior="ignoreErrors")
    asha.goto(bina)
    expect(asha.toast.last).to_contain_text("A message that you wrote is not sent yet.")
    asha.toast.last.get_by_role("link", name="Open the ticket").click()
    expect(asha.head).to_have_attribute("data-ticket", kamala)
    expect(asha.log.locator("[data-seq]", has_text="A new lid is on its way")).to_have_count(1)


def test_text_in_a_dialog_of_the_ticket_survives_every_failure(asha, ticket, desk):
    kamala = ticket("Kamala")
    asha.goto(kamala)
    asha.page.get_by_role("button", name="Take").click()
    asha.page.get_by_role("button", name="Resolve", exact=True).click()
    dialog = asha.page.get_by_role("dialog")
    words = dialog.get_by_role("textbox", name="Resolution")
    words.fill("A long and careful resolution")
    for how, said in [(lambda route: route.abort(), AWAY), (broken, FAILED)]:
        answers(asha.page, "**/move", how)
        dialog.get_by_role("button", name="Resolve").click()
        expect(dialog.get_by_role("alert")).to_have_text(said)
        expect(words).to_have_value("A long and careful resolution")
    asha.page.unroute_all(behavior="ignoreErrors")
    # Put away, and a colleague changes the ticket meanwhile
    asha.page.keyboard.press("Escape")
    rohan = desk.api("agent2@demo.test", "demo-agent")
    rohan.patch(f"/api/support/admin/{kamala}", json={"priority": "urgent"}).raise_for_status()
    expect(asha.page.get_by_role("combobox", name="Priority")).to_have_value("urgent")
    asha.page.get_by_role("button", name="Resolve", exact=True).click()
    expect(words).to_have_value("A long and careful resolution")
    # The step is no longer possible
    rohan.patch(f"/api/support/admin/{kamala}", json={"status": "closed"}).raise_for_status()
    dialog.get_by_role("button", name="Resolve").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is closed and cannot become resolved.")
    expect(words).to_have_value("A long and careful resolution")


def test_resolve_pressed_twice_is_asked_once(asha, ticket):
    asha.goto(ticket("Kamala"))
    asha.page.get_by_role("button", name="Take").click()
    asha.page.get_by_role("button", name="Resolve", exact=True).click()
    held = Held(asha.page, "**/move")
    button = asha.page.get_by_role("dialog").get_by_role("button", name="Resolve")
    button.click()
    held.wait()
    button.click()
    held.end()
    expect(asha.head).to_have_attribute("data-status", "resolved")
    expect(asha.page.get_by_role("dialog")).to_have_count(0)
    assert held.count == 1


def test_a_planned_reply_is_stored_once_on_its_ticket_and_keeps_newer_text(asha, ticket):
    _, bina = open_two(asha, ticket)

    def plan() -> None:
        asha.page.get_by_role("button", name="Schedule this reply").click()
        asha.page.get_by_role("button", name="In 1 hour").click()

    planned = asha.page.locator(".scheduled")
    asha.text.fill("It leaves tomorrow.")
    held = Held(asha.page, "**/later")
    plan()
    held.wait()
    plan()
    asha.text.press_sequentially(" And this is for now.")
    held.end()
    expect(planned).to_have_count(1)
    expect(asha.text).to_have_value("And this is for now.")
    assert held.count == 1

    asha.page.unroute_all(behavior="ignoreErrors")
    asha.text.fill("It arrives on Friday.")
    answers(asha.page, "**/later", lost)
    plan()
    expect(asha.page.get_by_role("alert").filter(has_text="The reply is still here.")).to_be_visible()
    asha.page.unroute_all(behavior="ignoreErrors")
    plan()
    expect(asha.text).to_have_value("")
    expect(planned).to_have_count(2)

    asha.text.fill("It is Kamala's.")
    held = Held(asha.page, "**/later")
    plan()
    held.wait()
    go_to_bina(asha, bina)
    held.end()
    expect(asha.toast.last).to_contain_text("The reply is sent later.")
    expect(planned).to_have_count(0)
    # A note is for the team: it has no hour at which the customer gets it
    asha.write("Private note")
    expect(asha.page.get_by_role("button", name="Schedule this reply")).to_be_hidden()


def test_a_second_tag_by_enter_leaves_the_first_and_one_that_failed_is_still_typed(asha, ticket, desk):
    kamala = ticket("Kamala")
    asha.goto(kamala)
    box = asha.page.locator("#tags-box [name=add]")
    for tag in ("first", "second"):
        asha.page.keyboard.press("t")
        box.fill(tag)
        box.press("Enter")
        expect(asha.toast.last).to_contain_text(f"Tagged “{tag}”.")
    assert stored_ticket(desk, kamala)["tags"] == ["first", "second"]
    answers(asha.page, "**/tags", broken)
    asha.page.keyboard.press("t")
    box.fill("third")
    box.press("Enter")
    expect(asha.toast.last).to_contain_text(FAILED)
    expect(box).to_have_value("third")


def test_two_agents_who_correct_different_fields_of_a_contact_keep_both(asha, ticket, desk):
    kamala = ticket("Kamala")
    asha.goto(kamala)
    asha.page.get_by_role("button", name="Correct the contact").click()
    dialog = asha.page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill("A jar whose lid is loose")
    rohan = desk.api("agent2@demo.test", "demo-agent")
    rohan.patch(f"/api/support/admin/{kamala}", json={"userEmail": "new@example.com"}).raise_for_status()
    dialog.get_by_role("button", name="Save").click()
    expect(asha.toast.last).to_contain_text("Saved.")
    stored = stored_ticket(desk, kamala)
    assert (stored["subject"], stored["userEmail"]) == ("A jar whose lid is loose", "new@example.com")


def test_notes_about_a_customer_that_were_not_stored_are_there_again_and_sent(asha, ticket):
    kamala, bina = open_two(asha, ticket)
    notes = asha.page.get_by_role("textbox", name="Notes about this customer")
    answers(asha.page, "**/notes", broken)
    notes.fill("Rings in the evening")
    asha.page.get_by_role("heading", level=1).click()
    expect(asha.toast.last).to_contain_text(FAILED)
    go_to_bina(asha, bina)
    asha.page.unroute_all(behavior="ignoreErrors")
    with asha.page.expect_response("**/notes") as stored:
        asha.page.locator(f"#ticket-{kamala} .row-link").click()
    assert stored.value.ok
    expect(notes).to_have_value("Rings in the evening")
    asha.page.wait_for_function("!Object.keys(localStorage).some((key) => key.includes(':notes:'))")
    asha.goto(kamala)
    expect(notes).to_have_value("Rings in the evening")


def test_a_bulk_change_that_failed_keeps_its_tag_and_its_choice(asha, ticket):
    open_two(asha, ticket)
    asha.page.locator(".row-check").first.check()
    tag = asha.page.get_by_role("combobox", name="Add tag to selected")
    for how, said in [(lambda route: route.abort(), AWAY), (broken, FAILED)]:
        answers(asha.page, "**/bulk", how)
        if not tag.input_value():
            tag.fill("festival")
        tag.press("Enter")
        expect(asha.toast.last).to_contain_text(said)
        expect(tag).to_have_value("festival")
        expect(asha.page.locator(".row-check:checked")).to_have_count(1)


def test_a_conversation_for_a_caller_is_made_once_however_often_it_is_sent(asha, desk):
    asha.page.keyboard.press("Control+k")
    asha.page.keyboard.type("New conversation")
    asha.page.keyboard.press("Enter")
    dialog = asha.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Lalita Twice")
    dialog.get_by_label("Phone").fill("+91 98450 11223")
    dialog.get_by_label("What is it about?").fill("The lid is loose")
    create = dialog.get_by_role("button", name="Create")
    answers(asha.page, "**/support/new", lost)
    create.click()
    expect(dialog.get_by_role("alert")).to_have_text(AWAY)
    asha.page.unroute_all(behavior="ignoreErrors")
    held = Held(asha.page, "**/support/new")
    create.click()
    held.wait()
    create.click()
    held.end()
    expect(asha.page.get_by_role("heading", level=1, name="Lalita Twice")).to_be_visible()
    assert held.count == 1
    found = desk.as_agent().get("/api/support/admin/").json()["results"]
    assert [each["userName"] for each in found].count("Lalita Twice") == 1


def test_a_page_from_before_another_sign_in_says_what_to_do_and_keeps_the_reply(agent, ticket):
    asha = Dashboard(agent(fresh=True, at=ticket("Kamala")))
    answers(asha.page, "**/reply", lambda route: route.fulfill(status=403, body=PROXY))
    asha.reply("A new lid is on its way")
    refused = asha.page.get_by_role("alert").filter(
        has_text="You have signed in again since this page was loaded."
    )
    expect(refused).to_be_visible()
    expect(asha.text).to_have_value("A new lid is on its way")
    asha.page.reload()
    expect(asha.text).to_have_value("A new lid is on its way")


def test_a_page_removes_what_no_page_reads_and_drafts_that_the_server_has(asha, ticket):
    kamala, bina = open_two(asha, ticket)
    with asha.page.expect_response(f"**/{kamala}/draft"):
        asha.text.fill("Kept by the server")
    asha.page.wait_for_function(
        "id => Object.entries(localStorage).some(([key]) => key.includes(`draft-saved:${id}`))", arg=kamala
    )
    asha.page.evaluate(
        """id => {
            localStorage.setItem("draft:0000", "of an older version");
            localStorage.setItem(`${document.body.dataset.meId}:draft:${id}`, "Typed without a network");
        }""",
        bina,
    )
    asha.page.goto("/support/?view=all")
    expect(asha.live).to_be_visible()
    kept = asha.page.evaluate("Object.keys(localStorage).filter(key => key.includes('draft'))")
    assert [key.split(":", 1)[1] for key in kept] == [f"draft:{bina}"]
    asha.goto(kamala)
    expect(asha.text).to_have_value("Kept by the server")
    asha.goto(bina)
    expect(asha.text).to_have_value("Typed without a network")
