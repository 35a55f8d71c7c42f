from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from tickets.channels import outbox

KEY = "hook-key-1234"


@pytest.fixture
def hook(db, settings):
    """`hook(raw)` delivers a letter as a mail server does, and returns the status that is answered."""
    settings.EMAIL_HOOK_KEY = KEY
    client = Client()

    def deliver(raw: bytes) -> str:
        response = client.post(f"/hooks/email/{KEY}", raw, content_type="message/rfc822")
        assert response.status_code == 200, response.content
        return response.json()["status"]

    return deliver


@pytest.fixture
def posted():
    """`posted(seconds)` sends what is due by then and returns all letters that have left."""

    def send(seconds: float = 10) -> list:
        while outbox.deliver_due(timezone.now() + timedelta(seconds=seconds)):
            pass
        return mail.outbox

    return send
