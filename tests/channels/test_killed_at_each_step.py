"""The desk is killed at each step of handling e-mail and restarted: each message is stored and sent once."""

import json
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.channels.raw_emails import raw_email
from tests.channels.whatsapp_calls import RAVI, call, message, signed
from tickets import workflow
from tickets.channels import inbox, outbox
from tickets.channels.email import channel as email
from tickets.channels.whatsapp import api
from tickets.models import Incoming, Message, Outgoing, OutgoingState, Sender, Ticket

pytestmark = [pytest.mark.all_engines, pytest.mark.django_db]

KEY = "hook-key-1234"


class Killed(BaseException):
    """The process is gone: nothing that runs in it catches this."""


@pytest.fixture
def dies(monkeypatch):
    """`dies(object, name, after)`: the next call of this function is the last thing that the process does."""

    def arrange(owner, name, *, after: bool):
        real = getattr(owner, name)

        def last(*args, **kwargs):
            monkeypatch.setattr(owner, name, real)
            if after:
                real(*args, **kwargs)
            raise Killed

        monkeypatch.setattr(owner, name, last)

    return arrange


@pytest.fixture
def desk(settings, tmp_path):
    """E-mails are files, as on a desk without a mail server."""
    settings.EMAIL_HOOK_KEY = KEY
    settings.EMAIL_BACKEND = "tickets.channels.email.on_disk.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def delivered(raw: bytes) -> None:
    """A mail server that got no answer sends the e-mail again."""
    for _ in range(2):
        try:
            Client().post(f"/hooks/email/{KEY}", raw, content_type="message/rfc822")
        except Killed:
            continue
        return


def goes_on(minutes=5):
    """The desk is started again, and its leases have ended."""
    inbox.retry_due(timezone.now() + timedelta(minutes=minutes))
    while outbox.deliver_due(timezone.now() + timedelta(minutes=minutes)):
        pass


def words() -> list[str]:
    said = Message.objects.filter(sender=Sender.CUSTOMER).order_by("ticket__created_at", "seq")
    return list(said.values_list("text", flat=True))


@pytest.mark.engines
@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (inbox.default_storage, "save", True),
        (Incoming, "save", False),
        (Incoming, "save", True),
        (inbox, "process", False),
        (inbox, "original", True),
        (workflow, "open_ticket", False),
        (workflow, "open_ticket", True),
        (inbox, "process", True),
    ],
)
def test_an_inbound_email(desk, dies, owner, name, after):
    dies(owner, name, after=after)
    delivered(raw_email("The box was crushed.", message_id="<one@mail.example>"))
    goes_on()
    assert words() == ["The box was crushed."]
    assert Ticket.objects.count() == 1
    assert Incoming.objects.get().state == "done"


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (outbox, "_claim", False),
        (outbox, "_claim", True),
        (email.Email, "prepare", True),
        (email, "_send", False),
        (email, "_send", True),
        (outbox, "_record", False),
        (outbox, "_record", True),
    ],
)
def test_an_outbound_email(desk, dies, asha, owner, name, after):
    delivered(raw_email("The box was crushed."))
    ticket = Ticket.objects.get()
    workflow.agent_replies(ticket, "Which jar was it?", by=asha)
    dies(owner, name, after=after)
    with pytest.raises(Killed):
        outbox.deliver_due(timezone.now() + timedelta(seconds=10))
    goes_on()
    [file] = desk.iterdir()
    assert file.read_text().count("Message-ID:") == 1
    assert "Which jar was it?" in file.read_text()
    assert Outgoing.objects.get().state == "sent"


def test_a_reply_that_was_not_committed_sends_no_email(desk, dies, asha, posted):
    delivered(raw_email("The box was crushed."))
    ticket = Ticket.objects.get()
    dies(workflow.messages.replies, "queue_reply", after=True)
    with pytest.raises(Killed):
        workflow.agent_replies(ticket, "Which jar was it?", by=asha)
    goes_on()
    assert not desk.exists() or not list(desk.iterdir())
    assert not Message.objects.filter(sender=Sender.AGENT).exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [
        (Incoming, "save", True),
        (inbox, "process", False),
        (workflow, "customer_says", False),
        (workflow, "customer_says", True),
        (inbox, "process", True),
    ],
)
def test_a_whatsapp_message_that_comes_in(cloud, dies, owner, name, after):
    signed(call([message("text", "I want to talk to a person")]))
    dies(owner, name, after=after)
    body = call([message("text", "It leaks", id="wamid.leaks")])
    for _ in range(2):
        try:
            signed(body)
        except Killed:
            continue
        break
    goes_on()
    assert Message.objects.filter(text="It leaks").count() == 1
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [(Incoming, "save", True), (outbox, "queue", False), (outbox, "queue", True), (inbox, "process", True)],
)
def test_villys_answer_is_given_once(cloud, dies, owner, name, after):
    dies(owner, name, after=after)
    body = call([message("text", "My honey jar arrived broken", id="wamid.jar")])
    for _ in range(2):
        try:
            signed(body)
        except Killed:
            continue
        break
    goes_on()
    assert len(cloud.sent) == 1


@pytest.mark.parametrize(
    ("owner", "name", "after"),
    [(outbox, "_claim", True), (api, "send", False), (api, "send", True), (outbox, "_record", True)],
)
def test_a_whatsapp_reply_that_leaves(cloud, dies, asha, owner, name, after):
    signed(call([message("text", "I want to talk to a person")]))
    goes_on()
    cloud.sent.clear()
    workflow.agent_replies(Ticket.objects.get(), "A new jar is on its way", by=asha)
    dies(owner, name, after=after)
    with pytest.raises(Killed):
        outbox.deliver_due(timezone.now() + timedelta(seconds=10))
    for body in list(cloud.sent):
        # WhatsApp tells what it has, with the id that we gave it
        told = {
            "id": "wamid.out-1",
            "status": "sent",
            "timestamp": str(int(time.time())),
            "recipient_id": RAVI,
        }
        signed(call(statuses=[told | {"biz_opaque_callback_data": body["biz_opaque_callback_data"]}]))
    goes_on()
    assert cloud.texts == ["A new jar is on its way"]
    assert json.dumps(cloud.sent).count("A new jar") == 1
    assert Outgoing.objects.get(kind="reply").state == OutgoingState.SENT
