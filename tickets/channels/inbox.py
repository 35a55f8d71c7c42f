"""The inbox: inbound messages are stored first, processed once, retried, and quarantined if unreadable.

A row is written before it is processed, so a crash leaves work for the worker and loses no message.
The workflow functions get the row's id as their idempotency key, so a repeat changes nothing.
"""

import logging
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from supportdesk.db import clock
from tickets.interfaces.channel_interface import CHANNELS, NotForUs, Unreadable

from ..models import Incoming, IncomingState

logger = logging.getLogger(__name__)

# Until then the process that stored the row works on it; afterwards the worker takes over
FIRST_TRY = timedelta(seconds=60)
MOST_TRIES = 6
BATCH = 50
# How long quarantined and ignored rows are kept for staff to look at
KEPT_ASIDE = timedelta(days=60)
# In the storage: files of earlier versions are there
FOLDER = "letters"


def take_in(
    channel: str, key: str, *, original: bytes | None = None, payload: dict | None = None
) -> Incoming | None:
    """Store an inbound message and return its row; None if the key is known (a duplicate)."""
    key = key[:250]
    if Incoming.objects.filter(channel=channel, key=key).exists():
        return None
    incoming = Incoming(channel=channel, key=key, payload=payload or {}, retry_at=clock.now() + FIRST_TRY)
    if original is not None:
        name = f"{FOLDER}/{incoming.pk.hex[-2:]}/{incoming.pk.hex}.eml"
        incoming.original = default_storage.save(name, ContentFile(original))
    try:
        with transaction.atomic():
            incoming.save(force_insert=True)
    except IntegrityError:
        discard(incoming)
        return None
    return incoming


def original(incoming: Incoming) -> bytes:
    """Return the raw bytes of the message."""
    with default_storage.open(incoming.original) as file:
        return file.read()


def discard(incoming: Incoming) -> None:
    """Delete the stored file; log a failure and go on."""
    _delete(incoming.original)


def _delete(name: str) -> None:
    try:
        if name:
            default_storage.delete(name)
    except Exception:
        # Each storage has errors of its own
        logger.exception("the file of an incoming e-mail could not be removed (%s)", name)


def process(incoming: Incoming) -> None:
    """Process the message and store the outcome; the worker retries one that failed."""
    try:
        CHANNELS[incoming.channel].receive(incoming)
        incoming.state, incoming.reason = IncomingState.DONE, ""
    except NotForUs as reason:
        incoming.state, incoming.reason = IncomingState.IGNORED, str(reason)
    except Unreadable as reason:
        incoming.state, incoming.reason = IncomingState.QUARANTINED, str(reason)
    except Exception as reason:
        logger.exception("an incoming message could not be processed (%s)", incoming.pk)
        incoming.tries += 1
        incoming.reason = type(reason).__name__
        if incoming.tries >= MOST_TRIES:
            incoming.state = IncomingState.QUARANTINED
    is_over = incoming.state != IncomingState.RECEIVED
    incoming.retry_at = None if is_over else clock.now() + timedelta(seconds=15 * 2**incoming.tries)
    incoming.reason = incoming.reason[:250]
    if incoming.state in (IncomingState.DONE, IncomingState.IGNORED):
        # What the database keeps is masked; the raw file may hold a card number
        raw, incoming.original = incoming.original, ""
        incoming.save()
        _delete(raw)
    else:
        incoming.save()


def _due(now: datetime) -> QuerySet[Incoming]:
    return Incoming.objects.filter(retry_at__lte=now)


def has_due(now: datetime) -> bool:
    """Return whether a row is due for a retry."""
    return _due(now).exists()


def retry_due(now: datetime) -> bool:
    """Process rows that a crash left behind or that failed before; return whether more are waiting."""
    due = list(_due(now).order_by("retry_at")[:BATCH])
    for incoming in due:
        mine = Incoming.objects.filter(pk=incoming.pk, retry_at=incoming.retry_at)
        if mine.update(retry_at=now + FIRST_TRY):
            process(incoming)
    return len(due) == BATCH


def forget_ignored(now: datetime) -> bool:
    """Delete a batch of ignored and quarantined rows older than KEPT_ASIDE; return whether more are left."""
    old = Incoming.objects.filter(
        state__in=(IncomingState.IGNORED, IncomingState.QUARANTINED), received_at__lt=now - KEPT_ASIDE
    )
    rows = list(old.order_by("-received_at").only("id", "original")[:BATCH])
    remove(rows)
    return len(rows) == BATCH


def remove(rows: list[Incoming]) -> None:
    """Delete the rows with their files."""
    for row in rows:
        discard(row)
    Incoming.objects.filter(pk__in=[row.pk for row in rows]).delete()


def reprocess(incoming: Incoming) -> None:
    """Process a quarantined message again."""
    incoming.state, incoming.tries = IncomingState.RECEIVED, 0
    process(incoming)
