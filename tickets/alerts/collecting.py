"""From activities to alerts: who is to hear of what happened, each of it once."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q

from supportdesk.db import clock
from tickets import live
from tickets.models import (
    Alert,
    AlertCursor,
    AlertEvent,
    AlertPreferences,
    Follower,
    InboxEvent,
    Lane,
    Mention,
    Message,
    Person,
    PushSubscription,
    Role,
    Sender,
    Ticket,
    TicketEvent,
)
from tickets.visibility import Visibility, visibilities

from . import preferences

logger = logging.getLogger(__name__)

BATCH = 200
# An activity bears the time of its commit, the history that of its beginning
WRITTEN_WITHIN = timedelta(minutes=1)
DUE = ("first_response", "next_response")


@dataclass(frozen=True)
class Happening:
    """Something on a ticket. `to` limits it to one agent, `by` is the agent who did it."""

    ticket: Ticket
    event: AlertEvent
    key: str
    seq: int | None = None
    to: object = None
    by: object = None


class Listener(NamedTuple):
    """An agent's alert preferences, and the tickets visible to them (None: all)."""

    chosen: AlertPreferences
    limits: Visibility | None


def collect() -> bool:
    """Make alerts of what happened since the last look; return whether more is waiting."""
    cursor, is_first = _cursor()
    reachable = _reachable()
    if is_first or not reachable:
        _skip_to_the_end(cursor)
        return False
    more = live.assign_sequence()
    new = InboxEvent.objects.filter(position__gt=cursor.position).order_by("position")
    activities = list(new[:BATCH])
    if not activities:
        return more
    alerts = _made(activities, reachable)
    with transaction.atomic():
        _insert(alerts)
        # Another process may have made the same ones: their keys are the same, too
        AlertCursor.objects.filter(pk=cursor.pk, position=cursor.position).update(
            position=activities[-1].position
        )
    return more or len(activities) == BATCH


def _made(activities: list[InboxEvent], reachable: dict) -> list[Alert]:
    """Return the alerts of these activities; one that cannot be read costs no other its alert."""
    try:
        return list(_alerts(activities, reachable))
    except DatabaseError:
        # Tried again with the next look
        raise
    except Exception:
        logger.exception("alerts: activity %s could not be read", activities[0].pk)
    if len(activities) == 1:
        return []
    middle = len(activities) // 2
    return _made(activities[:middle], reachable) + _made(activities[middle:], reachable)


def _cursor() -> tuple[AlertCursor, bool]:
    cursor = AlertCursor.objects.filter(pk=1).first()
    if cursor:
        return cursor, False
    with suppress(IntegrityError), transaction.atomic():
        AlertCursor.objects.create(pk=1)
    return AlertCursor.objects.get(pk=1), True


def _skip_to_the_end(cursor: AlertCursor) -> None:
    """Begin with what happens from now on: no agent could have heard of the rest."""
    live.assign_sequence()
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    if newest and newest.position and newest.position > cursor.position:
        AlertCursor.objects.filter(pk=cursor.pk, position=cursor.position).update(position=newest.position)


def _reachable() -> dict:
    """Return the agents who can be told as Listeners, by id."""
    ids = set(PushSubscription.objects.values_list("person_id", flat=True))
    ids |= set(AlertPreferences.objects.filter(by_mail=True).values_list("pk", flat=True))
    if not ids:
        return {}
    working = list(Person.objects.filter(pk__in=ids, is_active=True, role__in=(Role.AGENT, Role.STAFF)))
    limits = visibilities(working)
    chosen = AlertPreferences.objects.in_bulk(list(ids))
    return {
        person.pk: Listener(chosen.get(person.pk) or AlertPreferences(person=person), limits[person.pk])
        for person in working
    }


def has_listeners() -> bool:
    """Return whether any agent wants alerts at all."""
    return PushSubscription.objects.exists() or AlertPreferences.objects.filter(by_mail=True).exists()


def _insert(alerts: list[Alert]) -> None:
    if not alerts:
        return
    if connection.features.supports_ignore_conflicts:
        Alert.objects.bulk_create(alerts, ignore_conflicts=True)
        return
    for alert in alerts:
        if not Alert.objects.filter(person=alert.person_id, key=alert.key).exists():
            with suppress(IntegrityError):
                alert.save(force_insert=True)


# --- What happened, and whom it concerns -----------------------------------------


def _alerts(activities: list[InboxEvent], reachable: dict) -> Iterator[Alert]:
    now = clock.now()
    ids = {activity.ticket_id for activity in activities}
    quiet = (Lane.SPAM, Lane.MERGED)
    tickets = {
        ticket.pk: ticket
        for ticket in Ticket.objects.defer("handover").filter(pk__in=ids)
        if ticket.lane not in quiet
    }
    following = defaultdict(set)
    for ticket_id, person_id in Follower.objects.filter(ticket__in=list(tickets)).values_list(
        "ticket_id", "person_id"
    ):
        following[ticket_id].add(person_id)
    happened = [*_in_messages(activities, tickets), *_in_history(activities, tickets)]
    for each in happened:
        for person_id, (chosen, limits) in reachable.items():
            if each.by == person_id or (each.to and each.to != person_id):
                continue
            if limits and not limits.allows(each.ticket):
                continue
            near = preferences.concern(each.ticket, person_id, following[each.ticket.pk])
            if each.to:
                near = preferences.AlertScope.MINE
            if preferences.wants(chosen, each.event, near):
                yield Alert(
                    person_id=person_id,
                    ticket=each.ticket,
                    event=each.event,
                    key=each.key,
                    seq=each.seq,
                    created_at=now,
                    due_at=now,
                )


def _in_messages(activities: list[InboxEvent], tickets: dict) -> Iterator[Happening]:
    wanted = Q()
    for activity in activities:
        if activity.seq is not None and activity.ticket_id in tickets:
            wanted |= Q(ticket_id=activity.ticket_id, seq=activity.seq)
    if not wanted:
        return
    messages = list(Message.objects.filter(wanted, withdrawn_at=None, withdraws=None))
    notes = [message.pk for message in messages if message.internal]
    mentions = defaultdict(list)
    for mention in Mention.objects.filter(message__in=notes) if notes else ():
        mentions[mention.message_id].append(mention)
    for message in messages:
        ticket = tickets[message.ticket_id]
        if message.sender == Sender.CUSTOMER and not message.origin_id:
            event = AlertEvent.NEW if message.seq == 1 else AlertEvent.MESSAGE
            yield Happening(ticket, event, f"message:{message.pk}", message.seq)
        for mention in mentions[message.pk]:
            yield Happening(
                ticket,
                AlertEvent.MENTION,
                f"mention:{message.pk}",
                message.seq,
                to=mention.person_id,
                by=message.author_id,
            )


def _in_history(activities: list[InboxEvent], tickets: dict) -> Iterator[Happening]:
    since = activities[0].at - WRITTEN_WITHIN
    events = TicketEvent.objects.filter(
        ticket_id__in=list(tickets), field__in=(*DUE, "assignee_name"), at__gte=since
    )
    newest: dict = {}
    for event in events.order_by("at", "id"):
        if event.field in DUE:
            yield _due(tickets[event.ticket_id], event)
        else:
            newest[event.ticket_id] = event
    for event in newest.values():
        ticket = tickets[event.ticket_id]
        # Who takes a ticket knows it
        if ticket.assignee_id and event.new and event.actor_id != ticket.assignee_id:
            key = f"assigned:{event.pk}"
            yield Happening(ticket, AlertEvent.ASSIGNED, key, to=ticket.assignee_id, by=event.actor_id)


def _due(ticket: Ticket, event: TicketEvent) -> Happening:
    # The warning is the assignee's, the breach the team's
    is_warning = event.new != "overdue"
    to = ticket.assignee_id if is_warning else None
    return Happening(ticket, AlertEvent.OVERDUE, f"due:{event.pk}", to=to)
