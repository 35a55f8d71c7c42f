"""The writing side: what happened gets its place in the one order of the desk."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from supportdesk.db.compiled_queries import insert
from tickets.models import InboxEvent, Ticket

from .bus import bus

# Ahead of this, a reader is sent what there is and asks again
BATCH = 200


def announce(ticket: Ticket, seqs: Iterable[int] = (), before: dict[str, Any] | None = None) -> None:
    """Tell the streams that the ticket changed (and which messages are new), once it is committed.

    `before` holds the changed fields as they were: agents who are limited to their teams may lose the ticket.
    """
    activities = [
        InboxEvent(ticket=ticket, seq=seq, position=_position(place))
        for place, seq in enumerate(list(seqs) or [None], 1)
    ]
    if before and ("category" in before or "assignee_id" in before):
        activities[0].category_before = before.get("category", ticket.category)
        activities[0].assignee_before = before.get("assignee_id", ticket.assignee_id)
    insert(activities)
    call = {"ticket": str(ticket.pk), "activities": [str(row.pk) for row in activities]}
    transaction.on_commit(lambda: bus.publish(call))


def signal(ticket: Ticket, event: str, **data: Any) -> None:
    """Pass on something that is true only now (typing, presence). It is not stored."""
    assignee = ticket.assignee_id and str(ticket.assignee_id)
    # By these an agent's stream knows whether that agent sees the ticket
    about = {"category": ticket.category, "assignee": assignee}
    bus.publish({"ticket": str(ticket.pk), "event": event, "data": data} | about)


@cache
def _position(place: int) -> RawSQL | None:
    """The position of a new activity, the first or second or ... of its transaction."""
    if not assigns_sequence_on_write():
        return None
    return RawSQL("(SELECT COALESCE(MAX(position), 0) + %s FROM tickets_activity)", [place])


def assigns_sequence_on_write() -> bool:
    """Return whether what happens has its position from the beginning.

    On SQLite one transaction writes at a time, so that writers number it in the order in which it becomes
    visible, and readers are spared a question and a transaction of their own.
    """
    return connection.vendor == "sqlite"


def _unnumbered() -> QuerySet[InboxEvent]:
    return InboxEvent.objects.filter(position=None)


def has_unnumbered(now: datetime) -> bool:
    """Return whether some activities have no position yet."""
    return _unnumbered().exists()


def assign_sequence() -> bool:
    """Give activities that have none their position in the one order of the desk; say if more wait.

    Writers who can see the last position do it themselves (SQLite). Elsewhere it is
    done by readers, in one transaction on a unique key: of two that try, one wins
    and the other reads what it wrote. Positions have no gaps and become visible in
    their order, which a sequence that writers draw from does not promise.
    """
    new = list(_unnumbered().order_by("at")[:BATCH])
    if not new:
        return False
    more = len(new) == BATCH
    if more:
        # A clock that was set back must not put a message into an earlier batch than the one before it
        tickets, taken = {row.ticket_id for row in new}, {row.pk for row in new}
        theirs = _unnumbered().filter(ticket_id__in=tickets)
        new += [row for row in theirs if row.pk not in taken]
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    position = (newest and newest.position) or 0
    try:
        with transaction.atomic():
            for row in _in_order(new):
                position += 1
                if not InboxEvent.objects.filter(pk=row.pk, position=None).update(position=position):
                    break
    except IntegrityError:
        # The other reader's numbers are there now
        pass
    return more


def _in_order(activities: list[InboxEvent]) -> list[InboxEvent]:
    """Keep the messages of a ticket in the order of their seq, whatever the clock did meanwhile."""
    seqs: dict[uuid.UUID, list[InboxEvent]] = {}
    for row in activities:
        if row.seq is not None:
            seqs.setdefault(row.ticket_id, []).append(row)
    by_seq = {ticket: iter(sorted(rows, key=lambda row: row.seq or 0)) for ticket, rows in seqs.items()}
    return [row if row.seq is None else next(by_seq[row.ticket_id]) for row in activities]
