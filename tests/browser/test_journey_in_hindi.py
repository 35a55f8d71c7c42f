"""One customer, in Hindi, from the widget over e-mail to the rating: one ticket, although the server is killed at each step."""

import re
import time
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from tests.desk import Desk

from .conftest import SIGNING_KEY
from .pages import Chat

PROBLEM = "मेरा सामान टूटा हुआ आया है"
MORE = "डिब्बा भी फटा हुआ था"
ANSWER = "माफ़ कीजिए, नया डिब्बा आज भेज रहे हैं।"
BY_EMAIL = "धन्यवाद, मैं इंतज़ार करूँगी"
SOLVED = "नया डिब्बा भेज दिया गया है।"


@pytest.fixture
def own_desk(shop_data):
    """A desk of this test's own: it is killed again and again."""
    desk = Desk(shop_data(), WIDGET_SIGNING_KEY=SIGNING_KEY, UNREAD_MAIL_MINUTES="1").start()
    yield desk
    desk.stop()


@pytest.fixture
def restarted(own_desk):
    """`restarted()` kills the server without a warning and starts it again."""

    def again() -> None:
        own_desk.kill()
        own_desk.start()

    return again


def emails(desk: Desk, seconds: float = 0, *, least: int = 0) -> list:
    """Return the e-mails sent to the customer, oldest first; wait until there are `least`."""
    deadline = time.monotonic() + seconds
    while True:
        files = sorted(Path(desk.data_dir, "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        found = [each for each in found if "asha.devi@example.com" in str(each["To"])]
        if len(found) >= least or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def text_of(email) -> str:
    return email.get_body(("plain",)).get_content()


@pytest.mark.extended
@pytest.mark.slow
def test_one_ticket_from_the_widget_by_email_to_the_rating(own_desk, restarted, browser):
    options = {"base_url": own_desk.url, "locale": "hi-IN"}
    at_home = browser.new_context(**options)
    at_home.set_default_timeout(20_000)
    page = at_home.new_page()
    page.goto("/")
    chat = Chat(page).open()
    expect(chat.frame.get_by_role("heading", name="हम आपकी क्या मदद करें?")).to_be_visible()

    # With Villy; the server dies while the words are on their way
    says_while_it_dies(chat, PROBLEM, restarted)
    expect(chat.connect).to_be_visible(timeout=60_000)

    connects(chat, restarted)
    expect(chat.bubbles("system").first).to_contain_text("आप कस्टमर केयर से जुड़ गए हैं।")
    says_while_it_dies(chat, MORE, restarted)
    expect(chat.bubbles("customer").filter(has_text=MORE)).to_contain_text("भेज दिया गया")

    # The customer closes the chat, and the agent answers
    agent = own_desk.as_agent()
    [ticket] = [each for each in inbox(agent) if each["userName"] == "Asha Devi"]
    page.goto("about:blank")
    said = {"message": ANSWER, "clientId": "the-answer"}
    for _ in range(2):
        answered = agent.post(f"/api/support/admin/{ticket['id']}/reply", json=said)
        assert answered.status_code in (200, 201)
        restarted()

    # On another page of the shop: the badge, and no chat was loaded
    page.goto("/?page=another")
    expect(page.get_by_role("button", name="Chat with Villy, 1 unread")).to_be_visible()

    # The e-mail is sent once, although the server is killed while it is due
    own_desk.sql("UPDATE tickets_activity SET at = datetime(at, '-75 seconds')")
    [email] = emails(own_desk, 90, least=1)
    restarted()
    assert email["Subject"].endswith(f"ने आपको जवाब दिया है (टिकट #{ticket['number']})")
    assert ANSWER in text_of(email)
    link = re.search(r"http\S+/c/[\w-]+/", text_of(email))[0]

    # In another browser, without a sign-in
    elsewhere = browser.new_context(base_url=own_desk.url, locale="en-US").new_page()
    elsewhere.goto(link)
    expect(elsewhere.get_by_role("log")).to_contain_text(ANSWER)
    expect(elsewhere.get_by_text("आपका संदेश")).to_be_visible()
    once = elsewhere.locator("[name=clientId]").get_attribute("value")
    elsewhere.get_by_role("textbox", name="Type a message...").fill(BY_EMAIL)
    elsewhere.get_by_role("button", name="Send", exact=True).click()
    expect(elsewhere.get_by_role("log")).to_contain_text(BY_EMAIL)
    restarted()
    # As a browser does whose answer was lost
    elsewhere.request.post(link, form={"message": BY_EMAIL, "clientId": once})

    chat = Chat(page)
    page.reload()
    chat.button.click()
    expect(chat.bubbles("customer").filter(has_text=BY_EMAIL)).to_have_count(1, timeout=60_000)

    resolved = {"status": "resolved", "resolution": SOLVED}
    assert agent.patch(f"/api/support/admin/{ticket['id']}", json=resolved).status_code == 200
    restarted()
    elsewhere.goto(f"{link}?rating=5")
    expect(elsewhere.get_by_role("radio", name="5 स्टार")).to_be_checked()
    assert own_desk.as_agent().get(f"/api/support/admin/{ticket['id']}").json()["status"] == "resolved"
    elsewhere.get_by_role("button", name="रेटिंग भेजिए").click()
    expect(elsewhere.get_by_text("धन्यवाद। आपने 5 में से 5 स्टार दिए।")).to_be_visible()
    restarted()

    nothing_is_lost_or_doubled(own_desk, ticket)
    at_home.close()


def says_while_it_dies(chat: Chat, text: str, restarted) -> None:
    """Say it while the server dies; what was not sent is sent by the button beside it."""
    chat.say(text)
    restarted()
    bubble = chat.bubbles("customer").filter(has_text=text)
    expect(bubble).to_have_count(1)
    arrived = bubble.and_(chat.log.locator("[data-seq]"))
    again = bubble.get_by_role("button", name="फिर कोशिश कीजिए")
    expect(arrived.or_(again).first).to_be_visible(timeout=60_000)
    # Another try may send it just now, and the button goes
    with suppress(PlaywrightTimeout):
        again.click(timeout=3000)
    expect(arrived).to_have_count(1, timeout=60_000)


def connects(chat: Chat, restarted) -> None:
    """To Customer Care; the answer is lost, so the button is pressed once more."""
    chat.connect.click()
    chat.frame.get_by_role("textbox", name="नाम").fill("Asha Devi")
    chat.frame.get_by_role("textbox", name="ई-मेल या फ़ोन").fill("asha.devi@example.com")
    button = chat.frame.get_by_role("button", name="जुड़िए", exact=True)
    button.click(no_wait_after=True)
    restarted()
    if button.is_visible() and button.is_enabled():
        button.click()
    expect(chat.attach).to_be_visible(timeout=60_000)


def inbox(agent) -> list:
    return agent.get("/api/support/admin/?order=updated").json()["results"]


def nothing_is_lost_or_doubled(desk: Desk, ticket: dict) -> None:
    agent = desk.as_agent()
    assert [each["id"] for each in inbox(agent) if each["userName"] == "Asha Devi"] == [ticket["id"]]
    whole = agent.get(f"/api/support/admin/{ticket['id']}").json()
    assert whole["status"] == "closed"
    said = [each["message"] for each in whole["messages"] if each["sender"] != "system"]
    for words in (MORE, ANSWER, BY_EMAIL, SOLVED):
        assert said.count(words) == 1, words
    # What was said to Villy went along, once
    everything = [*said, *(line["message"] for line in whole["chat"])]
    assert PROBLEM in everything
    seqs = [each["seq"] for each in whole["messages"]]
    assert seqs == sorted(set(seqs))
    assert desk.sql("SELECT rating, language FROM tickets_ticket WHERE number = ?", ticket["number"]) == [
        (5, "hi")
    ]
    assert sum(ANSWER in text_of(email) for email in emails(desk)) == 1
