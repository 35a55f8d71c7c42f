"""Encrypt secrets for the database with a key derived from SECRET_KEY."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from . import keys


class Unreadable(Exception):
    """It was encrypted with another SECRET_KEY; the message is a sentence for staff."""


def sealed(secret: str) -> str:
    """Return the secret as it may be stored."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode() if secret else ""


def opened(stored: str) -> str:
    """Return the secret that was stored. Raise Unreadable."""
    if not stored:
        return ""
    try:
        return _box(settings.SECRET_KEY).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise Unreadable(
            "SECRET_KEY has changed since this secret was stored. Please enter it again."
        ) from None


@cache
def _box(secret_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(keys.derived(secret_key, "secrets"))))
