"""The secrets that the desk makes for itself."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SHORTEST_KEY = 32
WELL_KNOWN = ("django-insecure-", "tests-only-", "changeme", "change-me", "secret")
ADVICE = (
    f"use at least {SHORTEST_KEY} random characters, such as the output of "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
)


def weakness(key: str) -> str:
    """Return what makes a key that was set weak; "" if nothing does, or none is set."""
    if key and len(key) < SHORTEST_KEY:
        return f"only {len(key)} characters long"
    return "a well-known text" if key.lower().startswith(WELL_KNOWN) else ""


def kept_in(path: Path) -> str:
    """Return the secret kept in this file; the first caller makes it (mode 0600)."""
    if not path.exists():
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            # A link appears whole or not at all: of two processes that start at once, one wins
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    path.chmod(0o600)
    return path.read_text().strip()


def derived(secret: str, purpose: str) -> str:
    """Return a key for one purpose (64 hex digits) from which the secret cannot be told."""
    return hmac.new(secret.encode(), f"supportdesk:{purpose}".encode(), hashlib.sha256).hexdigest()
