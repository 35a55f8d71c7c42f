"""Service keys: made once, stored as a hash, found again by it."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from supportdesk.db.transactions import atomic_with_retry
from tickets.models import Scope, ServiceKey

from ..models import Person, Role

# So that a key is recognised where it does not belong, by people and by secret scanners
PREFIX = "sdk_"
# The last use is shown to the minute: not every call writes a row
SEEN_EVERY = timedelta(minutes=1)


def looks_like_key(raw: str) -> bool:
    return raw.startswith(PREFIX)


@atomic_with_retry
def create(name: str, scopes: Iterable[str]) -> tuple[ServiceKey, str]:
    """Make a key; return its row and the key itself, which cannot be read again later."""
    raw = PREFIX + secrets.token_urlsafe(32)
    person = Person(role=Role.SERVICE, name=name)
    person.set_unusable_password()
    person.save()
    key = ServiceKey.objects.create(
        name=name,
        digest=_digest(raw),
        hint=raw[:8],
        scopes=[scope for scope in Scope.values if scope in set(scopes)],
        person=person,
    )
    return key, raw


def revoke(key: ServiceKey) -> None:
    """End the key: the next call with it is refused."""
    ServiceKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
    Person.objects.filter(pk=key.person_id).update(is_active=False)


def find(raw: str) -> ServiceKey | None:
    """Return the key with its person if it is in force, and note that it was used."""
    digest = _digest(raw)
    key = ServiceKey.objects.select_related("person").filter(digest=digest).first()
    if not key or key.revoked_at or not constant_time_compare(key.digest, digest):
        return None
    _note_use(key)
    return key


def _note_use(key: ServiceKey) -> None:
    now = timezone.now()
    before = now - SEEN_EVERY
    if key.last_used_at is None or not before < key.last_used_at <= now:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=before) | Q(last_used_at__gt=now)
        ServiceKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
