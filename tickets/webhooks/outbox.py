"""From what happened to what is told: activities become deliveries, each once."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q

from supportdesk.db import clock
from tickets import live
from tickets.models import Delivery, EventType, InboxEvent, Message, Ticket, TicketEvent, Webhook

from . import payloads

logger = logging.getLogger(__name__)

BATCH = 200
# An activity bears the time of its commit, the history that of its beginning
WRITTEN_WITHIN = timedelta(minutes=1)
# So many deliveries come of one activity at most, as far as their order goes
PLACES = 1000
RATING = {"rating", "rating_comment"}


def begin(webhook: Webhook) -> None:
    """Have a new webhook begin with what happens from now on."""
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    webhook.position = (newest.position or 0) if newest else 0


def collect() -> bool:
    """Make deliveries of what happened since the last look; return whether more is waiting."""
    webhooks = list(Webhook.objects.filter(is_active=True))
    if not webhooks:
        return False
    more = live.assign_sequence()
    return any(list(map(_collect_for, webhooks))) or more


def _collect_for(webhook: Webhook) -> bool:
    new = InboxEvent.objects.filter(position__gt=webhook.position).order_by("position")
    activities = list(new[:BATCH])
    if not activities:
        return False
    # Never empty: these rows have a position
    last = activities[-1].position or 0
    since_it_exists = [activity for activity in activities if activity.at >= webhook.created_at]
    made = [each for each in _told(since_it_exists, webhook) if each.type in webhook.events]
    for number, delivery in enumerate(made):
        delivery.place = last * PLACES + number
    with transaction.atomic():
        _insert(made)
        # Another process may have made the same ones: their keys are the same, too
        Webhook.objects.filter(pk=webhook.pk, position=webhook.position).update(position=last)
    return len(activities) == BATCH


def _insert(deliveries: list[Delivery]) -> None:
    if connection.features.supports_ignore_conflicts:
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        return
    known = set(
        Delivery.objects.filter(pk__in=[each.pk for each in deliveries]).values_list("pk", flat=True)
    )
    for delivery in deliveries:
        if delivery.pk not in known:
            with suppress(IntegrityError):
                delivery.save(force_insert=True)


# --- What happened -----------------------------------------------------------


def _told(activities: list[InboxEvent], webhook: Webhook) -> Iterator[Delivery]:
    """Yield what these activities are worth telling, in order for each ticket."""
    if not activities:
        return
    now = clock.now()
    tickets = Ticket.objects.in_bulk({activity.ticket_id for activity in activities})
    messages = _messages(activities)
    changes = _changes(activities, tickets, max(webhook.created_at, activities[0].at - WRITTEN_WITHIN))
    for ticket in tickets.values():
        try:
            happened = [
                *_of_messages(ticket, messages[ticket.pk]),
                *_of_changes(ticket, changes[ticket.pk]),
            ]
        except DatabaseError:
            # Tried again with the next look
            raise
        except Exception:  # one ticket that cannot be told must not hold up the others
            logger.exception("webhooks: what happened on ticket %s is not told", ticket.pk)
            continue
        for at, _, type, key, data in sorted(happened, key=lambda each: each[:2]):
            yield Delivery(
                id=uuid.uuid5(webhook.pk, f"{type}:{key}"),
                webhook=webhook,
                ticket_id=ticket.pk,
                type=type,
                body=payloads.body(type, at, data),
                created_at=now,
                due_at=now,
            )


def _messages(activities: list[InboxEvent]) -> dict[uuid.UUID, list[Message]]:
    """Return the messages that the activities speak of, by ticket."""
    seqs = defaultdict(set)
    for activity in activities:
        if activity.seq is not None:
            seqs[activity.ticket_id].add(activity.seq)
    found = defaultdict(list)
    if seqs:
        wanted = Q()
        for ticket, theirs in seqs.items():
            wanted |= Q(ticket_id=ticket, seq__in=sorted(theirs))
        for message in Message.objects.filter(wanted).order_by("seq"):
            found[message.ticket_id].append(message)
    return found


def _changes(activities, tickets, since: datetime) -> dict[uuid.UUID, list[list[TicketEvent]]]:
    """Return the history of the tickets since then, what changed together in one list, by ticket."""
    events = TicketEvent.objects.filter(ticket_id__in=list(tickets), at__gte=since).order_by("at", "id")
    together: dict[tuple, list[TicketEvent]] = defaultdict(list)
    for event in events:
        together[event.ticket_id, event.at].append(event)
    found = defaultdict(list)
    for (ticket, _), group in together.items():
        # How the ticket began is told by ticket.created
        if not any(event.field == "status" and not event.old for event in group):
            found[ticket].append(group)
    return found


def _of_messages(ticket: Ticket, messages: list[Message]) -> Iterator[tuple]:
    for message in messages:
        if message.seq == 1:
            yield message.created_at, 0, EventType.TICKET_CREATED, ticket.pk, payloads.of_ticket(ticket)
        data = payloads.of_message(message, ticket)
        yield message.created_at, message.seq, EventType.MESSAGE_CREATED, message.pk, data


def _of_changes(ticket: Ticket, groups: list[list[TicketEvent]]) -> Iterator[tuple]:
    last = 2**31
    for group in groups:
        at, key = group[0].at, f"{ticket.pk}:{group[0].pk}"
        changed = [event for event in group if event.field not in RATING]
        if changed:
            yield at, last, EventType.TICKET_UPDATED, key, payloads.of_change(ticket, changed)
        if len(changed) < len(group):
            yield at, last + 1, EventType.TICKET_RATED, key, payloads.of_rating(ticket)
