from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.channels.cloud_api import PHONE_ID, TOKEN, CloudApi
from tests.channels.whatsapp_calls import SECRET, VERIFY, says, send_all
from tickets.channels import outbox
from tickets.models import Ticket

KEY = "hook-key-1234"


@pytest.fixture
def hook(db, settings):
    """`hook(raw)` delivers an e-mail as a mail server does, and returns the status that is answered."""
    settings.EMAIL_HOOK_KEY = KEY
    client = Client()

    def deliver(raw: bytes) -> str:
        response = client.post(f"/hooks/email/{KEY}", raw, content_type="message/rfc822")
        assert response.status_code == 200, response.content
        return response.json()["status"]

    return deliver


@pytest.fixture
def posted():
    """`posted(seconds)` sends what is due by then and returns all e-mails that have left."""

    def send(seconds: float = 10) -> list:
        while outbox.deliver_due(timezone.now() + timedelta(seconds=seconds)):
            pass
        return mail.outbox

    return send


@pytest.fixture
def cloud(settings):
    settings.WHATSAPP_APP_SECRET, settings.WHATSAPP_VERIFY_TOKEN = SECRET, VERIFY
    settings.WHATSAPP_TOKEN, settings.WHATSAPP_PHONE_ID = TOKEN, PHONE_ID
    with CloudApi() as server:
        settings.WHATSAPP_API_URL = server.url
        yield server


@pytest.fixture
def on_ticket(cloud) -> Ticket:
    """Ravi has asked for a person."""
    says("My honey jar arrived broken")
    says("I want to talk to a person")
    send_all()
    cloud.sent.clear()
    return Ticket.objects.get()
