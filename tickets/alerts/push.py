"""Web push: encrypted for one browser (RFC 8291), signed by the desk (VAPID, RFC 8292), sent through the guard.

The address of a subscription was named by a browser, so it is called like a webhook's: never into
private networks. `http_ece` encrypts; pywebpush around it would send by itself, past that guard.
"""

import base64
import hashlib
import json
import os
import time
from functools import lru_cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import IntegrityError, transaction

from supportdesk.http import outbound
from supportdesk.storage import secret_box
from tickets.models import Person, PushKey, PushSubscription

CURVE = ec.SECP256R1()
SIGNED_FOR_SECONDS = 12 * 3600
# A push service keeps it so long for a browser that is away
KEPT_SECONDS = 4 * 3600
LONGEST_ENDPOINT = 1000
# The push service forgot the browser
GONE = {404, 410}


class BadSubscription(ValueError):
    """The browser's subscription is invalid; the message says why."""


class PushFailed(Exception):
    """The push service did not take it."""


class Gone(PushFailed):
    """The browser no longer takes pushes; its subscription was removed."""


# --- The desk's key ------------------------------------------------------------


def private_key() -> ec.EllipticCurvePrivateKey:
    """Return the desk's key: VAPID_PRIVATE_KEY, or the one that the first caller made."""
    return _loaded(settings.VAPID_PRIVATE_KEY or secret_box.opened(_stored()))


def public_key() -> str:
    """Return what browsers subscribe with (`applicationServerKey`, base64url)."""
    return _public(private_key())


def _stored() -> str:
    row = PushKey.objects.filter(pk=1).first()
    if not row:
        made = ec.generate_private_key(CURVE).private_numbers().private_value
        sealed = secret_box.sealed(encoded(made.to_bytes(32, "big")))
        try:
            with transaction.atomic():
                row = PushKey.objects.create(private=sealed)
        except IntegrityError:
            row = PushKey.objects.get(pk=1)
    return row.private


@lru_cache(maxsize=4)
def _loaded(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), CURVE)


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# --- Subscriptions ---------------------------------------------------------------


def subscribe(person: Person, sent: object, browser: str = "") -> PushSubscription:
    """Keep what `PushSubscription.toJSON()` of a browser says. Raise BadSubscription.

    A browser is one person's: who signs in there last is told.
    """
    endpoint, p256dh, auth = _checked(sent)
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    subscription, _ = PushSubscription.objects.update_or_create(
        digest=digest,
        defaults={
            "person": person,
            "endpoint": endpoint,
            "p256dh": p256dh,
            "auth": auth,
            "browser": browser[:200],
        },
    )
    return subscription


def unsubscribe(person: Person, endpoint: str) -> None:
    """Remove the subscription of a browser."""
    PushSubscription.objects.filter(
        person=person, digest=hashlib.sha256(str(endpoint).encode()).hexdigest()
    ).delete()


def _checked(sent: object) -> tuple[str, str, str]:
    keys = sent.get("keys") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(keys, dict):
        raise BadSubscription("This is no push subscription.")
    endpoint, p256dh, auth = sent.get("endpoint"), keys.get("p256dh"), keys.get("auth")
    if not (isinstance(endpoint, str) and isinstance(p256dh, str) and isinstance(auth, str)):
        raise BadSubscription("A push subscription has endpoint, keys.p256dh and keys.auth.")
    schemes = ("https", "http") if settings.WEBHOOK_PRIVATE else ("https",)
    try:
        parts = urlsplit(endpoint)
        is_address = parts.scheme in schemes and bool(parts.hostname) and len(endpoint) <= LONGEST_ENDPOINT
    except ValueError:
        is_address = False
    if not is_address or not endpoint.isprintable():
        raise BadSubscription("The endpoint is not an https:// address.")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(p256dh))
        is_key = len(decoded(auth)) == 16
    except ValueError:
        is_key = False
    if not is_key:
        raise BadSubscription("The keys of the subscription are not valid.")
    return endpoint, p256dh, auth


# --- Sending ---------------------------------------------------------------------


def send(subscription: PushSubscription, payload: dict, *, topic: str = "", urgent: bool = False) -> None:
    """Push to one browser. Raise Gone when it takes none any more, PushFailed otherwise.

    Of two pushes with one `topic` a browser that was away gets the newer one.
    """
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high" if urgent else "normal",
        "Authorization": _authorization(subscription.endpoint),
    }
    if topic:
        headers["Topic"] = topic
    try:
        answer = outbound.call(
            "POST", subscription.endpoint, headers=headers, body=encrypted(subscription, payload)
        )
    except outbound.CallFailed as reason:
        raise PushFailed(str(reason)) from reason
    if answer.status in GONE:
        subscription.delete()
        raise Gone(str(answer.status))
    if not 200 <= answer.status < 300:
        raise PushFailed(f"status {answer.status}")


def encrypted(subscription: PushSubscription, payload: dict) -> bytes:
    # Loaded when a browser is first told something: most commands tell none
    import http_ece

    return http_ece.encrypt(
        json.dumps(payload, ensure_ascii=False).encode(),
        salt=os.urandom(16),
        private_key=ec.generate_private_key(CURVE),
        dh=decoded(subscription.p256dh),
        auth_secret=decoded(subscription.auth),
        version="aes128gcm",
    )


def _authorization(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR_SECONDS,
        "sub": f"mailto:{settings.EMAIL_REPLY_TO}",
    }
    key = private_key()
    return f"vapid t={jwt.encode(claims, key, 'ES256')}, k={_public(key)}"
