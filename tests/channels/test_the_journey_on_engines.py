"""The journey over all channels on each engine: the process dies within every write, and the sender tries again.

`test_the_journey.py` kills real servers on SQLite; here a write ends where the process dies, as quick as other tests.
"""

import json
import re
from datetime import timedelta
from email import message_from_bytes, policy
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.channels.assertions import assert_it_is_whole
from tests.channels.raw_emails import raw_email
from tests.channels.test_killed_at_each_step import KEY, Killed, desk, dies, goes_on  # noqa: F401 (fixtures)
from tests.channels.whatsapp_calls import call, message, signed
from tickets import live
from tickets.channels import outbox
from tickets.models import Outgoing, Ticket

pytestmark = [pytest.mark.engines, pytest.mark.django_db]

ADDRESS = "priya.mail@example.com"


class Journey:
    """Steps that die once each, and are tried again by who did them."""

    def __init__(self, dies, folder, after: bool):  # noqa: F811
        self.dies, self.folder, self.after = dies, folder, after

    def step(self, act, owner=live, name="announce"):
        """Do this; the process dies at the named call, and the one who was told nothing does it again."""
        self.dies(owner, name, after=self.after)
        with pytest.raises(Killed):
            act()
        return act()

    def sent(self) -> None:
        """Let what is due leave; the process dies when a channel has taken it over, or just before."""
        self.dies(outbox, "_claim", after=self.after)
        with pytest.raises(Killed):
            outbox.deliver_due(timezone.now() + timedelta(seconds=30))
        goes_on()

    def email_with(self, text: str):
        mails = [
            message_from_bytes(file.read_bytes(), policy=policy.default) for file in self.folder.iterdir()
        ]
        [found] = [mail for mail in mails if text in mail.get_body(("plain",)).get_content()]
        return found

    def email_in(self, raw: bytes) -> None:
        self.step(lambda: Client().post(f"/hooks/email/{KEY}", raw, content_type="message/rfc822"))
        goes_on()

    def whatsapp(self, text: str) -> None:
        body = call([message("text", text)])
        self.step(lambda: signed(body))
        goes_on()


@pytest.mark.parametrize("after", [False, True], ids=["before the news", "after the news"])
def test_one_customer_has_one_history_over_all_channels(api, asha, dies, desk, cloud, settings, after):  # noqa: F811
    settings.WHATSAPP_NUMBER = "911140000000"
    journey = Journey(dies, desk, after)
    guest = factories.guest("Priya Sharma", ADDRESS)
    customer, agent = api(guest), api(asha)

    # The widget: a guest asks for a person
    opening = {"message": "The box was crushed", "clientId": "w-1"}
    opened = journey.step(lambda: customer.post("/api/support/create", opening, format="json"))
    ticket = opened.json()["id"]
    path = f"/api/support/admin/{ticket}"

    def reply(text: str, client_id: str) -> None:
        words = {"message": text, "clientId": client_id}
        answer = journey.step(lambda: agent.post(f"{path}/reply", words, format="json"))
        assert answer.status_code in (200, 201), answer.content

    # Answered in the chat; the customer asks for a copy by mail and answers that from the mail client
    reply("Which jar was it?", "a-1")
    assert customer.post(f"/api/support/{ticket}/transcript").status_code == 204
    journey.sent()
    asked = journey.email_with("Which jar was it?")
    journey.email_in(
        raw_email(
            "The small one.\n\nOn Sun, 29 Nov 2026, Village Pantry wrote:\n> Which jar was it?\n",
            sender=f"Priya Sharma <{ADDRESS}>",
            to=asked["Reply-To"],
            subject="Re: your conversation",
            message_id="<answer@mail.example>",
        )
    )

    # The reply is sent by e-mail now, with the link to WhatsApp
    reply("A new one is packed.", "a-2")
    journey.sent()
    packed = journey.email_with("A new one is packed.").get_body(("plain",)).get_content()
    link = re.search(r"https://wa\.me/\d+\?text=(\S+)", packed)[1]
    signed(call([message("text", unquote(link))]))
    goes_on()
    journey.whatsapp("Please ring twice")

    # Answered over WhatsApp, and resolved
    reply("We will.", "a-3")
    journey.sent()
    solved = {"status": "resolved", "resolution": "Sent again."}
    journey.dies(live, "announce", after=after)
    with pytest.raises(Killed):
        agent.patch(path, solved, format="json")
    if Ticket.objects.get(pk=ticket).status != "resolved":
        assert agent.patch(path, solved, format="json").status_code == 200
    journey.sent()

    # Rated from the e-mail
    conversation = re.search(r"/c/[\w-]+/", packed)[0]
    rated = journey.step(lambda: Client().post(f"{conversation}rating", {"rating": "5"}))
    assert rated.status_code in (303, 409)

    whole = agent.get(path).json()
    assert_it_is_whole(whole)
    assert Ticket.objects.get().rating == 5
    for text in ("We will.", "Sent again."):
        assert json.dumps(cloud.sent).count(text) == 1, text
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"sent"}
    # One history, for the guest of the widget as well
    assert [row["id"] for row in customer.get("/api/support/").json()["results"]] == [ticket]
    assert Ticket.objects.count() == 1
