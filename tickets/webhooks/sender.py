"""Sending what is due: at least once, in order per ticket, retried with backoff for a day."""

import logging
import math
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import close_old_connections
from django.db.models import Min, QuerySet

from supportdesk.db import clock
from supportdesk.http import outbound
from supportdesk.serving.polling import PollingThread
from supportdesk.storage import secret_box
from tickets.models import Delivery, DeliveryState, EventType, Webhook

from . import outbox, payloads, signing

logger = logging.getLogger(__name__)

# After each failure, in seconds; tried for a day
BACKOFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 28800)
TRIED_FOR = timedelta(hours=24)
# A worker that dies while sending holds the delivery up so long
LEASE = timedelta(minutes=2)
BATCH = 100
# One endpoint in one round: others have their turn
MOST_A_ROUND = 25
# How far to look for what may be sent behind what may not yet
MOST_PAGES = 50
PAUSE_SECONDS, IDLE_SECONDS = 1, 5
GONE = 410
TEST = "webhook.test"


def deliver_due(now: datetime | None = None) -> bool:
    """Send what is due; return whether anything was sent."""
    now = now or clock.now()
    # Each endpoint by itself: a thousand deliveries to one that is down leave the others their place
    groups = [due for webhook in Webhook.objects.filter(is_active=True) if (due := _due(webhook, now))]
    if len(groups) <= 1:
        return any(list(map(_deliver_to_one, groups)))
    with ThreadPoolExecutor(max_workers=min(4, len(groups)), thread_name_prefix="webhooks") as pool:
        return any(list(pool.map(_in_thread, groups)))


def _due(webhook: Webhook, now: datetime) -> list[Delivery]:
    """Return what may be sent to this endpoint, but for what waits behind a delivery that is tried again later."""
    waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    due = waiting.filter(due_at__lte=now).order_by("due_at", "place")
    found: list[Delivery] = []
    for page in range(MOST_PAGES):
        rows = list(due[page * BATCH : (page + 1) * BATCH])
        held = _held(waiting.filter(due_at__gt=now), rows)
        found += [row for row in rows if row.place < held.get(row.ticket_id, math.inf)]
        if len(rows) < BATCH or len(found) >= MOST_A_ROUND:
            break
    for delivery in found:
        delivery.webhook = webhook
    return found


def _held(later: QuerySet[Delivery], rows: list[Delivery]) -> dict[uuid.UUID | None, int]:
    """Return by ticket the place of the first delivery that is tried again later."""
    tickets = {row.ticket_id for row in rows if row.ticket_id}
    if not tickets:
        return {}
    return dict(later.filter(ticket_id__in=tickets).values_list("ticket_id").annotate(Min("place")))


def _in_thread(deliveries: list[Delivery]) -> bool:
    try:
        return _deliver_to_one(deliveries)
    finally:
        close_old_connections()


def _deliver_to_one(deliveries: list[Delivery]) -> bool:
    """Send to one endpoint what may be sent now, and no more once it does not answer."""
    sent = False
    for delivery in sorted(deliveries, key=lambda each: each.place)[:MOST_A_ROUND]:
        if not _is_first(delivery) or not _lease(delivery):
            continue
        sent = True
        try:
            answered = attempt(delivery)
        except Exception:  # one bad delivery must not hold up the others
            logger.exception("webhooks: delivery %s failed", delivery.pk)
            _record(delivery, {"status": None, "ms": 0, "error": "internal error"})
            continue
        if not answered:
            break
    return sent


def _is_first(delivery: Delivery) -> bool:
    """Return whether nothing else of its ticket waits before it."""
    before = Delivery.objects.filter(
        ticket_id=delivery.ticket_id,
        state=DeliveryState.WAITING,
        place__lt=delivery.place,
        webhook_id=delivery.webhook_id,
    )
    return delivery.ticket_id is None or not before.exists()


def _lease(delivery: Delivery) -> bool:
    """Take a delivery, so that no other process sends it meanwhile."""
    until = clock.now() + LEASE
    mine = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, due_at=delivery.due_at)
    return mine.update(due_at=until) == 1


def attempt(delivery: Delivery) -> bool:
    """Send a delivery once and log it; say whether the endpoint answered at all."""
    began = time.monotonic()
    result: dict = {"status": None, "error": ""}
    try:
        secret = secret_box.opened(delivery.webhook.secret)
        signed = signing.headers(secret, message_id(delivery), clock.now(), delivery.body)
        answer = outbound.call(
            "POST",
            delivery.webhook.url,
            headers=signed | {"Content-Type": "application/json"},
            body=delivery.body.encode(),
        )
        result["status"] = answer.status
        if 300 <= answer.status < 400:
            result["error"] = "It redirects; enter the address that it leads to."
    except (outbound.CallFailed, secret_box.Unreadable) as reason:
        result["error"] = str(reason)
    _record(delivery, result | {"ms": round((time.monotonic() - began) * 1000)})
    return result["status"] is not None


def message_id(delivery: Delivery) -> str:
    """Return the `webhook-id`: the same at each attempt, so that the receiver knows what it has seen."""
    return f"msg_{delivery.pk.hex}"


def _record(delivery: Delivery, result: dict) -> None:
    """Log the attempt, and decide what comes next."""
    now = clock.now()
    delivery.attempts = [*delivery.attempts, {"at": now.isoformat(timespec="milliseconds")} | result]
    status = result["status"]
    changes = {"attempts": delivery.attempts}
    ends_at = delivery.created_at + TRIED_FOR
    if status is not None and 200 <= status < 300:
        changes |= {"state": DeliveryState.DELIVERED, "ended_at": now}
    elif status == GONE or now >= ends_at or delivery.type == TEST:
        changes |= {"state": DeliveryState.FAILED, "ended_at": now}
    else:
        seconds = BACKOFF[min(len(delivery.attempts), len(BACKOFF)) - 1]
        wait = timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311
        changes |= {"due_at": min(now + wait, ends_at)}
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(**changes)
    for name, value in changes.items():
        setattr(delivery, name, value)
    if status == GONE:
        Webhook.objects.filter(pk=delivery.webhook_id).update(
            is_active=False, stopped_because="The receiver answered 410: it wants no more."
        )


def send_test(webhook: Webhook) -> Delivery:
    """Send a test message now and return its delivery, with the attempt."""
    now = clock.now()
    delivery = Delivery.objects.create(
        webhook=webhook,
        place=0,
        type=TEST,
        body=payloads.body(
            TEST, now, {"message": "A test from supportdesk.", "events": list(EventType.values)}
        ),
        due_at=now + LEASE,
    )
    attempt(delivery)
    return delivery


def run_once() -> bool:
    """Collect what happened and send what is due; return whether there may be more."""
    more = outbox.collect()
    return deliver_due() or more


def look() -> float:
    """Do a part of what is due and return the seconds until the next look."""
    if not Webhook.objects.filter(is_active=True).exists():
        return IDLE_SECONDS
    return 0 if run_once() else PAUSE_SECONDS


def sender() -> PollingThread:
    """Return what tells the webhooks, in a thread of its own: an endpoint may be slow."""
    return PollingThread("webhooks", look, first_pause=IDLE_SECONDS, after_failure=IDLE_SECONDS)
