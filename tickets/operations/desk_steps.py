"""What the desk does by itself for its agents: wakes tickets, sends planned replies, follows up on silence.

One item that fails stops no other: it is logged, and tried again in the next run.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from tickets import workflow
from tickets.models import Lane, ScheduledReply, Status, Ticket
from tickets.settings.in_force import current

from .jobs import BATCH, step

logger = logging.getLogger(__name__)


def _snoozed(now: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(snoozed_until__lte=now)


def _planned(now: datetime) -> QuerySet[ScheduledReply]:
    return ScheduledReply.objects.filter(send_at__lte=now)


@step("wake", every=timedelta(seconds=5), has_work=lambda now: _snoozed(now).exists())
def wake_snoozed(now: datetime, since: datetime) -> bool:
    """Bring back the tickets whose time has come."""
    due = _snoozed(now).defer("handover").order_by("snoozed_until")
    return _each(due[:BATCH], lambda ticket: workflow.wake_on_time(ticket, now))


@step("planned-replies", every=timedelta(seconds=5), has_work=lambda now: _planned(now).exists())
def send_planned_replies(now: datetime, since: datetime) -> bool:
    """Send the replies whose time has come."""
    due = _planned(now).select_related("ticket", "author")
    return _each(due.order_by("send_at")[:BATCH], workflow.send_planned)


@step("silence", every=timedelta(minutes=10))
def follow_up(now: datetime, since: datetime) -> bool:
    """Remind customers who have not answered, and resolve their tickets when they stay silent."""
    shop = current()
    after, resolve_after = shop.nudge_after, shop.resolve_after
    if not after:
        return False
    silent = Ticket.objects.defer("handover").filter(
        lane=Lane.OPEN, is_waiting=False, status=Status.IN_PROGRESS, clocks_paused_at__lte=now - after
    )
    more = False
    if resolve_after:
        before = now - resolve_after
        reminded = silent.filter(nudged_at__lte=before).order_by("nudged_at")
        more = _each(reminded[:BATCH], lambda ticket: workflow.resolve_silent(ticket, before=before))
    forgotten = silent.filter(nudged_at=None).order_by("clocks_paused_at")
    return _each(forgotten[:BATCH], lambda ticket: workflow.nudge(ticket, before=now - after)) or more


def _each(rows: Iterable, do: Callable) -> bool:
    """Do it to each row; return whether more are waiting."""
    rows = list(rows)
    failed = 0
    for row in rows:
        try:
            do(row)
        except workflow.Refused:
            # Something else happened to it meanwhile
            continue
        except Exception:
            failed += 1
            logger.exception("%s %s failed; it is tried again", type(row).__name__, row.pk)
    return len(rows) == BATCH and failed < BATCH
