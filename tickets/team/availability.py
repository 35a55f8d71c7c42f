"""Which agents take tickets now: online and away, chosen by hand, or by inactivity and business hours.

Each change is a conditional update of the agent's row. Times are the server's: a browser only
reports that there was activity, never when. Going away gives back what waits; the worker
finishes that for a process that died in between.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from supportdesk.db import clock
from supportdesk.db.transactions import WriteConflict
from tickets import workflow
from tickets.models import Availability, AwayReason, Person, TicketEvent
from tickets.settings.in_force import CurrentSettings, current
from tickets.workflow import IllegalMove

from . import assignment


class Name(models.TextChoices):
    """An agent's status, by its names on pages and in the API."""

    ONLINE = "online", _("Online")
    AWAY = "away", _("Away")


ONLINE, AWAY = Name.ONLINE, Name.AWAY
NAMES = Name.values

# Activity is stored no more often than this
SEEN_EVERY = timedelta(seconds=30)
# Conditional updates that lose are repeated so often
TRIES = 20
BATCH = 200


def name_of(row: Availability | None) -> str:
    """Return what the agent is; without a row they were never at the desk."""
    return ONLINE if row and not row.is_away else AWAY


def report_activity(person: Person) -> Availability:
    """Note that the agent is active now; it ends an absence that the agent did not choose."""
    for _attempt in range(TRIES):
        row, now = _row_of(person), clock.now()
        if _may_return(row, now):
            if _change(row, now, is_away=False, reason=""):
                return _row_of(person)
            continue
        if row.is_away or abs(now - row.seen_at) < SEEN_EVERY:
            return row
        if Availability.objects.filter(pk=row.pk, is_away=False).update(seen_at=now):
            return row
    return row


def _may_return(row: Availability, now: datetime) -> bool:
    if not row.is_away or row.reason == AwayReason.HAND:
        return False
    return row.reason != AwayReason.HOURS or current().is_open(now)


def go_online(person: Person) -> Availability:
    """Make the agent available, whatever they were."""
    for _attempt in range(TRIES):
        row, now = _row_of(person), clock.now()
        if not row.is_away or _change(row, now, is_away=False, reason=""):
            return _row_of(person)
    raise WriteConflict


def go_away(person: Person, *, by: Person | None = None) -> int:
    """Make the agent unavailable by choice, and give back what waits; return how many tickets."""
    for _attempt in range(TRIES):
        row = _row_of(person)
        is_chosen = row.is_away and row.reason == AwayReason.HAND
        change = {"is_away": True, "reason": AwayReason.HAND, "has_given_back": False}
        if is_chosen or _change(row, clock.now(), **change):
            return give_back(person, by=by or person)
    raise WriteConflict


def give_back(person: Person, *, by: Person | None = None) -> int:
    """Unassign what waits for an agent who is away, and note that it is done; return how many tickets."""
    row = Availability.objects.filter(pk=person.pk, is_away=True, has_given_back=False).first()
    if not row:
        return 0
    # No process that chose this agent a moment ago assigns a ticket any more
    row = assignment.settle(row)
    released = workflow.release_waiting(person, by=by)
    Availability.objects.filter(pk=row.pk, version=row.version).update(has_given_back=True)
    return released


def _change(row: Availability, now: datetime, **changes) -> bool:
    """Change the row unless another process did since it was read."""
    same = Availability.objects.filter(pk=row.pk, version=row.version, seen_at=row.seen_at)
    changed = same.update(version=F("version") + 1, changed_at=now, seen_at=now, **changes)
    if changed:
        cache.delete("colleagues")
    return bool(changed)


def _row_of(person: Person) -> Availability:
    """Return the agent's row; the first sign of activity makes one."""
    row = Availability.objects.filter(pk=person.pk).first()
    if row:
        return row
    with suppress(IntegrityError), transaction.atomic():
        Availability.objects.create(person=person)
    return Availability.objects.get(pk=person.pk)


# --- What the worker does ----------------------------------------------------


def is_kept(now: datetime) -> bool:
    """Return whether any agent has told or shown that they are there."""
    return Availability.objects.exists()


def set_inactive_agents_away(now: datetime) -> int:
    """Make agents away who are inactive, and all of them when the desk has closed; return how many."""
    rules = current()
    sent = 0
    if rules.away_after:
        inactive = Availability.objects.filter(is_away=False, seen_at__lte=now - rules.away_after)
        sent += _send(inactive[:BATCH], AwayReason.INACTIVE, now)
    if rules.away_outside_hours and not rules.is_open(now):
        online = Availability.objects.filter(is_away=False)[:BATCH]
        sent += _send((row for row in online if _was_open_since(row, rules, now)), AwayReason.HOURS, now)
    return sent


def _was_open_since(row: Availability, rules: CurrentSettings, now: datetime) -> bool:
    """Return whether the desk has been open since the agent came online."""
    opening = rules.next_opening(row.changed_at)
    return opening is not None and opening <= now


def _send(rows: Iterable[Availability], reason: str, now: datetime) -> int:
    # A sign of activity since the row was read makes the update miss
    return sum(_change(row, now, is_away=True, reason=reason, has_given_back=False) for row in rows)


def give_back_all() -> int:
    """Unassign what waits for agents who are away; return how many tickets.

    Also what a customer wrote since the agent went away; not what was assigned to them since
    then, which a colleague did on purpose.
    """
    away = Availability.objects.filter(is_away=True).select_related("person")
    released, since = 0, {}
    for row in away[:BATCH]:
        if not row.has_given_back:
            released += give_back(row.person)
        since[row.pk] = row.changed_at
    waiting = list(workflow.waiting_of(since).defer("handover").order_by("attention_rank")[:BATCH])
    assigned = TicketEvent.objects.filter(
        ticket_id__in=[each.pk for each in waiting], field="assignee_name"
    )
    assigned_at = dict(assigned.order_by("at").values_list("ticket_id", "at"))
    for ticket in waiting:
        if ticket.pk in assigned_at and assigned_at[ticket.pk] > since[ticket.assignee_id]:
            continue
        with suppress(IllegalMove):
            workflow.release_if_waiting(ticket, ticket.assignee_id, None)
            released += 1
    return released
