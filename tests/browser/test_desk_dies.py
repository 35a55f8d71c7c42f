"""The desk dies while a question is on its way to Villy: the words are kept, and asked once."""

import pytest
from playwright.sync_api import expect

from tests.desk import Desk

from .pages import Chat
from .test_resilience import SAY

pytestmark = pytest.mark.second_try(reason="several browser windows and a desk share the cores")


@pytest.fixture
def own_desk(shop_data):
    """A desk that this test alone may kill."""
    desk = Desk(shop_data()).start()
    yield desk
    desk.stop()


@pytest.mark.parametrize(
    ("comes_back_by", "arrived"),
    [
        pytest.param("Try again", True, id="Try again, answered before"),
        pytest.param("a reload", False, id="a reload, never there"),
        pytest.param("Try again", False, id="Try again, never there", marks=pytest.mark.extended),
        pytest.param("a reload", True, id="a reload, answered before", marks=pytest.mark.extended),
    ],
)
def test_words_to_villy_survive_the_death_of_the_desk_and_are_asked_once(
    person, own_desk, arrived, comes_back_by
):
    desk = own_desk
    page = person(base_url=desk.url)
    page.goto("/")
    chat = Chat(page).open()

    def die(route):
        if arrived:
            route.fetch()
        desk.kill()
        route.abort()

    page.route(SAY, die, times=1)
    chat.say("how do i return a pack")
    question = chat.bubbles("customer").filter(has_text="how do i return a pack")
    expect(question).to_contain_text("Not sent.")
    expect(chat.frame.get_by_role("button", name="Try again")).to_be_visible()
    # Tried while the desk is still away, it stays
    chat.press("Try again")
    expect(question).to_contain_text("Not sent.")
    chat.text.press_sequentially("And the")

    desk.start()
    if comes_back_by == "Try again":
        chat.press("Try again")
    else:
        chat.again()
    expect(chat.frame.get_by_role("button", name="Try again")).to_have_count(0)
    expect(question).to_have_count(1)
    expect(chat.bubbles("ai").last).to_contain_text("Sealed packs can go back")
    expect(chat.text).to_have_value("And the")
    bearer = {"Authorization": f"Bearer {chat.kept()['identity']['access']}"}
    said = desk.api().get("/api/chat/", headers=bearer).json()["messages"]
    assert [line["sender"] for line in said] == ["customer", "ai"]
    # Nothing waits in the outbox to be sent another time
    assert not chat.kept().get("outbox:conversation")
    expect(chat.again().bubbles("customer")).to_have_count(1)
