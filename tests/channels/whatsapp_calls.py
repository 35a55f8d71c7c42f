"""What Meta calls the desk with: messages and statuses, signed."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.channels.cloud_api import PHONE_ID
from tickets.channels import outbox

SECRET, VERIFY = "app-secret-123", "verify-me"
RAVI = "919812345678"


def signature_of(body: bytes, secret=SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def signed(body: bytes, secret=SECRET):
    return Client().post(
        "/hooks/whatsapp/",
        body,
        content_type="application/json",
        headers={"X-Hub-Signature-256": signature_of(body, secret)},
    )


def call(messages=(), statuses=(), name="Ravi") -> bytes:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "911140000000", "phone_number_id": PHONE_ID},
        "contacts": [{"profile": {"name": name}, "wa_id": RAVI}],
    }
    value |= {"messages": list(messages)} if messages else {}
    value |= {"statuses": list(statuses)} if statuses else {}
    entry = {"id": "1020", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


counter = iter(range(1, 100_000))


def message(kind="text", content=None, *, id=None, sender=RAVI, age=0) -> dict:
    content = {"body": content} if kind == "text" and isinstance(content, str) else content
    return {
        "from": sender,
        "id": id or f"wamid.in-{next(counter)}",
        "timestamp": str(int(time.time()) - age),
        "type": kind,
        kind: content,
    }


def says(text, **more):
    assert signed(call([message("text", text, **more)])).status_code == 200


def send_all(seconds=10):
    while outbox.deliver_due(timezone.now() + timedelta(seconds=seconds)):
        pass
