"""One customer over all channels, with the server killed at each step: nothing lost, nothing doubled, one history.

The widget's guest asks for a person, answers from a mail client, goes on from WhatsApp by the link in the e-mail, is
resolved, and rates from the e-mail.
"""

import json
import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from urllib.parse import unquote

import httpx
import pytest

from tests.channels.assertions import assert_it_is_whole
from tests.channels.cloud_api import PHONE_ID, TOKEN, CloudApi
from tests.channels.raw_emails import raw_email
from tests.channels.whatsapp_calls import SECRET, call, message, signature_of
from tests.desk import NO_TLS, Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.second_try(reason="a desk that is killed six times shares the cores"),
]

KEY, ADDRESS = "hook-key-1234", "priya.mail@example.com"
NUMBER = "911140000000"


class Journey:
    """A desk that dies after each step, and what its customer and its agent have in hand."""

    def __init__(self, desk: Desk, cloud: CloudApi):
        self.desk, self.cloud = desk, cloud
        desk.environment |= {
            "EMAIL_HOOK_KEY": KEY,
            "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_VERIFY_TOKEN": "verify-me",
            "WHATSAPP_TOKEN": TOKEN,
            "WHATSAPP_PHONE_ID": PHONE_ID,
            "WHATSAPP_API_URL": cloud.url,
            "WHATSAPP_NUMBER": NUMBER,
            "MAIL_FROM": "support@desk.example",
        }
        desk.start()

    def dies(self) -> None:
        self.desk.kill()
        self.desk.start()

    def sends(self, path: str, body: bytes, kind: str, **headers: str) -> None:
        """Deliver what a mail server or Meta delivers; told nothing, it delivers it again. The desk dies after it."""
        headers = {"Content-Type": kind, **headers}
        httpx.post(
            self.desk.url + path, content=body, headers=headers, timeout=30, verify=NO_TLS
        ).raise_for_status()
        self.dies()
        httpx.post(
            self.desk.url + path, content=body, headers=headers, timeout=30, verify=NO_TLS
        ).raise_for_status()

    def whatsapp(self, text: str) -> None:
        body = call([message("text", text)])
        self.sends(
            "/hooks/whatsapp/", body, "application/json", **{"X-Hub-Signature-256": signature_of(body)}
        )

    def emails(self) -> list:
        found = sorted((self.desk.data_dir / "mail").glob("**/*.*"), key=lambda path: path.stat().st_mtime)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]

    def email_with(self, text: str):
        return self.until(
            lambda: next((each for each in self.emails() if text in body_of(each)), None),
            f"an e-mail: {text}",
        )

    @staticmethod
    def until(ask: Callable, what: str, seconds: float = 90):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (found := ask()) is not None:
                return found
            time.sleep(0.2)
        raise AssertionError(f"there was not in {seconds} s {what}")


def body_of(mail) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part else ""


@pytest.fixture
def journey(data_dir):
    with CloudApi() as cloud:
        desk = Desk(data_dir)
        try:
            yield Journey(desk, cloud)
        finally:
            desk.kill()


@pytest.mark.extended
def test_from_the_widget_to_a_mail_client_to_whatsapp_to_a_rating_in_one_history(journey):
    desk = journey.desk

    # The widget: a guest asks for a person
    guest = desk.as_guest("Priya Sharma", ADDRESS)
    opening = {"message": "The box was crushed", "clientId": "w-1"}
    ticket = guest.post("/api/support/create", json=opening).raise_for_status().json()["id"]
    journey.dies()
    assert guest.post("/api/support/create", json=opening).json()["id"] == ticket

    # The agent answers; the customer asks for a copy by mail and answers that from the mail client
    asked = {"message": "Which jar was it?", "clientId": "a-1"}
    path = f"/api/support/admin/{ticket}"
    desk.as_agent().post(f"{path}/reply", json=asked).raise_for_status()
    guest.post(f"/api/support/{ticket}/transcript").raise_for_status()
    journey.dies()
    desk.as_agent().post(f"{path}/reply", json=asked).raise_for_status()
    sent = journey.email_with("Which jar was it?")
    answer = raw_email(
        "The small one.\n\nOn Sun, 29 Nov 2026, Village Pantry wrote:\n> Which jar was it?\n",
        sender=f"Priya Sharma <{ADDRESS}>",
        to=sent["Reply-To"],
        subject="Re: your conversation",
        message_id="<answer@mail.example>",
    )
    journey.sends(f"/hooks/email/{KEY}", answer, "message/rfc822")

    # The reply is sent by e-mail now, with the link to WhatsApp
    desk.as_agent().post(f"{path}/reply", json={"message": "A new one is packed.", "clientId": "a-2"})
    journey.dies()
    sent = journey.email_with("A new one is packed.")
    link = re.search(r"https://wa\.me/\d+\?text=(\S+)", body_of(sent))[1]
    journey.whatsapp(unquote(link))
    journey.whatsapp("Please ring twice")

    # Answered over WhatsApp, and resolved
    desk.as_agent().post(
        f"{path}/reply", json={"message": "We will.", "clientId": "a-3"}
    ).raise_for_status()
    journey.dies()
    said = journey.until(lambda: whatsapp_texts(journey.cloud, "We will."), "the reply over WhatsApp")
    assert len(said) == 1
    desk.as_agent().patch(path, json={"status": "resolved", "resolution": "Sent again."}).raise_for_status()
    journey.dies()
    journey.until(lambda: whatsapp_texts(journey.cloud, "Sent again."), "the resolution over WhatsApp")

    # Rated from the e-mail
    conversation = re.search(r"/c/[\w-]+/", body_of(sent))[0]
    rated = httpx.post(f"{desk.url}{conversation}rating", data={"rating": "5"}, timeout=30, verify=NO_TLS)
    assert rated.status_code == 303
    journey.dies()

    whole = desk.as_agent().get(path).raise_for_status().json()
    assert_it_is_whole(whole)
    [(rating,)] = desk.sql("SELECT rating FROM tickets_ticket WHERE id = ?", ticket.replace("-", ""))
    assert rating == 5
    # The customer has one history, in the widget as well
    assert [row["id"] for row in guest.get("/api/support/").json()["results"]] == [ticket]
    assert json.dumps(whole).count("The small one.") >= 1


def whatsapp_texts(cloud: CloudApi, text: str) -> list[dict] | None:
    return [each for each in cloud.sent if text in json.dumps(each)] or None
