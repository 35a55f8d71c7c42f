"""The first half hour of docs/deploy.md: from an empty directory, with DEBUG off and nothing but the documented variables."""

import os
import re
import shutil
import time
from email import message_from_bytes, policy

import httpx
import jwt
import pytest
from aiosmtpd.controller import Controller
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests import forks
from tests.desk import Desk, free_port
from tests.engines.servers import Mongo, Postgres, running

from .conftest import SIGNING_KEY, windows
from .pages import Chat, Dashboard
from .site import Site

pytestmark = [
    pytest.mark.second_try(reason="a new desk, three browser windows and a mail server share the cores"),
    pytest.mark.timeout(600),
]

OWNER, AGENT = "owner@shop.example", "asha@shop.example"
PASSWORD = "correct-horse-battery"
PROBLEM, ANSWER = "My honey arrived broken", "Sorry! A new jar leaves today."


class MailServer:
    """A mail server on this machine; keeps the e-mails that it takes."""

    def __init__(self):
        self.emails = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, server, session, envelope):
        self.emails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def email_to(self, address: str, seconds: float = 60) -> str:
        """Return the text of the last e-mail to this address; wait until there is one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for email in reversed(self.emails):
                if address in email["To"]:
                    return email.get_body(("plain",)).get_content()
            time.sleep(0.2)
        raise AssertionError(f"no e-mail to {address}")


@pytest.fixture
def mail_server():
    server = MailServer()
    yield server
    server.controller.stop()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.extended),
        pytest.param("mongodb", marks=pytest.mark.extended),
    ]
)
def database_url(request, tmp_path):
    """A database of this walk's own."""
    if request.param == "sqlite":
        yield "sqlite:"
        return
    with running({"postgresql": Postgres, "mongodb": Mongo}[request.param]) as server:
        yield server.database("desk")


@pytest.fixture
def new_desk(tmp_path, mail_server, database_url):
    """A desk in an empty directory, given what docs/deploy.md names and nothing of this process's environment."""
    desk = Desk(tmp_path / "data")
    desk.environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "off",
        "SECRET_KEY": "of-this-walk-only-" + "k" * 40,
        "WIDGET_SIGNING_KEY": SIGNING_KEY,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "WIDGET_ORIGINS": "http://localhost:*",
        "DATA_DIR": str(desk.data_dir),
        "DATABASE_URL": database_url,
        "PUBLIC_URL": desk.url + "/",
        "PORT": str(desk.port),
        "HTTPS": "off",
        # Trying codes again and again is no attack here
        "RATE_LIMITS": "off",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_server.controller.port),
        "MAIL_FROM": "Support <support@shop.example>",
    }
    yield desk
    desk.stop()


@pytest.fixture
def window(browser, new_desk):
    """`window()` is a browser of its own; what breaks the page's policy fails."""
    with windows(browser, new_desk.url, 30_000) as new:
        yield new


def manage(desk: Desk, *arguments, **variables: str) -> str:
    done = forks.run(arguments, env=desk.environment | variables)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def code(secret: str) -> str:
    """Return what an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def access_token(caller: httpx.Client, given: dict, secret: str) -> str:
    """Sign in with the app's code; one that was used once is refused until the app shows the next."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        answer = caller.post("/api/auth/token", json=given | {"code": code(secret)})
        if answer.status_code == 200:
            return answer.json()["access"]
        assert answer.json()["code"] == "second_factor_wrong", answer.text
        time.sleep(1)
    raise AssertionError("no code of the app was taken")


def adds_an_app(page: Page) -> str:
    """Add an authenticator app on the page of the own account; return its key."""
    page.get_by_role("link", name="Add an app").click()
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator("ul.codes li").first).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    return secret


def signs_in(page: Page, address: str, path: str) -> None:
    page.goto(path)
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def ticked(page: Page) -> set[str]:
    """Return the steps that the checklist of the admin's first page shows as done."""
    page.goto("/admin/")
    return {each.inner_text() for each in page.locator("li[data-done=yes]").all()}


def the_preview_follows_the_form(page: Page, name: str) -> None:
    """Before anything is saved the chat is shown as it will be, and a colour that is hard to read is said to be."""
    preview = page.get_by_role("complementary", name="Preview of the chat")
    expect(preview).to_contain_text(name)
    colour = page.locator("[name=colour]")
    stored = colour.input_value()
    colour.fill("#eeeeee")
    expect(preview).to_contain_text("too low")
    colour.fill(stored)
    expect(preview).to_contain_text("easy to read")


def test_from_an_empty_directory_to_a_desk_that_a_shop_can_use(new_desk, mail_server, window, tmp_path):
    # 1. Start it; 2. make yourself staff
    new_desk.start(240)
    manage(
        new_desk, "createsuperuser", "--noinput", "--login_email", OWNER, "--name", "Meera Shah",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )  # fmt: skip
    owner = window()
    signs_in(owner, OWNER, "/admin/")
    expect(owner.get_by_role("heading", name="First steps: 0 of 7 done")).to_be_visible()

    # 3. Settings, without a restart in force
    owner.get_by_role("link", name="Shop name and business hours are set").click()
    owner.get_by_label("Shop name:").fill("Meera's Pantry")
    the_preview_follows_the_form(owner, "Meera's Pantry")
    owner.get_by_label("Monday:").fill("09:30-18:00")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.locator(".errornote")).to_have_count(0)
    visitor = window()
    visitor.goto("/")
    expect(visitor.get_by_role("heading", name="Meera's Pantry")).to_be_visible()

    # 4. Mail
    owner.goto("/admin/")
    owner.get_by_role("link", name="Mail works").click()
    owner.get_by_role("button", name="Send").click()
    expect(owner.get_by_text(f"The mail server took the e-mail to {OWNER}")).to_be_visible()
    assert "Meera's Pantry" in mail_server.email_to(OWNER)

    # 5. Second factor, then of all agents
    owner.goto("/support/account/")
    adds_an_app(owner)
    owner.goto("/admin/tickets/desksettings/1/change/")
    owner.get_by_label("Second factor").select_option("everyone")
    owner.get_by_role("button", name="Save", exact=True).click()

    # 6. An agent
    owner.goto("/admin/tickets/person/add/")
    owner.get_by_label("Name:").fill("Asha Nair")
    owner.get_by_label("Role:").select_option("agent")
    owner.get_by_label("Sign-in e-mail:").fill(AGENT)
    expect(owner.get_by_role("radio", name="No password")).to_be_checked()
    owner.get_by_role("button", name="Save", exact=True).click()
    link = re.search(r"http\S+/password/reset/\S+", mail_server.email_to(AGENT))[0]
    asha = window(viewport={"width": 1440, "height": 900})
    asha.goto(link)
    asha.get_by_label("New password", exact=True).fill(PASSWORD)
    asha.get_by_label("New password again").fill(PASSWORD)
    asha.get_by_role("button", name="Save the password").click()
    signs_in(asha, AGENT, "/support/")
    expect(asha.get_by_text("Your shop requires a second factor.")).to_be_visible()
    ashas_key = adds_an_app(asha)
    asha.goto("/support/")
    expect(Dashboard(asha).live).to_be_visible()

    # 7. The tag on a page of another origin, with an identity that the shop signs
    site = Site(new_desk.url)
    try:
        claims = {
            "sub": "7",
            "name": "Priya Sharma",
            "email": "priya@shop.example",
            "exp": int(time.time()) + 300,
        }
        customer = window()
        customer.goto(site.url())
        chat = Chat(customer)
        expect(chat.button).to_be_visible()
        customer.evaluate("jwt => Villy.identify(jwt)", jwt.encode(claims, SIGNING_KEY, algorithm="HS256"))
        chat.open()
        chat.say(PROBLEM)
        chat.connect.click()
        expect(chat.attach).to_be_visible(timeout=60_000)
        row = Dashboard(asha).rows.first
        expect(row).to_contain_text("Priya Sharma", timeout=60_000)
        row.click()
        Dashboard(asha).text.fill(ANSWER)
        Dashboard(asha).send.click()
        expect(chat.bubbles("agent").filter(has_text=ANSWER)).to_have_count(1, timeout=60_000)
    finally:
        site.close()
    done = ticked(owner)
    for step in (
        "Shop name and business hours are set",
        "An agent is invited",
        "Mail works",
        "The chat was opened on",
    ):
        assert any(step in each for each in done), (step, done)

    # 8. A backup, restored into an empty directory
    elsewhere = tmp_path / "elsewhere"
    if new_desk.environment["DATABASE_URL"] == "sqlite:":
        file = tmp_path / "backups" / "desk.zip"
        file.parent.mkdir()
        manage(new_desk, "backup", file)
        new_desk.stop()
        new_desk.environment["DATA_DIR"] = str(elsewhere)
        assert "Restored" in manage(new_desk, "restore", file)
    else:
        # A server's own tool backs it up; the desk itself moves to a file, with its key
        new_desk.stop()
        shutil.copytree(new_desk.data_dir, elsewhere)
        new_desk.environment["DATA_DIR"] = str(elsewhere)
        copy = f"sqlite:///{elsewhere}/copy.sqlite3"
        assert "same checksum" in manage(new_desk, "copydesk", "--to", copy)
        new_desk.environment["DATABASE_URL"] = copy
    new_desk.start(240)
    given = {"email": AGENT, "password": PASSWORD}
    assert new_desk.api().post("/api/auth/token", json=given).json()["code"] == "second_factor_required"
    caller = new_desk.api()
    caller.headers["Authorization"] = f"Bearer {access_token(caller, given, ashas_key)}"
    [ticket] = caller.get("/api/support/admin/").json()["results"]
    whole = caller.get(f"/api/support/admin/{ticket['id']}").json()
    assert whole["userName"] == "Priya Sharma"
    assert ANSWER in [each["message"] for each in whole["messages"]]
