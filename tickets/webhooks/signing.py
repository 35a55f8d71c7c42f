"""Secrets and signatures as Standard Webhooks (https://www.standardwebhooks.com) have them."""

import base64
import binascii
import secrets
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook as Signer

PREFIX = "whsec_"
BYTES = range(24, 65)


def new_secret() -> str:
    """Return a signing secret: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Return whether this is a signing secret of 24 to 64 bytes."""
    if not text.startswith(PREFIX):
        return False
    try:
        return len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) in BYTES
    except (binascii.Error, ValueError):
        return False


def headers(secret: str, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the three headers of a message sent at this time."""
    at = at.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign(message_id, at, body),
    }
