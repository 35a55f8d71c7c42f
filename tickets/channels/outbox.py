"""The outbox: each row is written together with its cause, and sent after the undo window.

A row is taken by a conditional update with a lease, so any number of processes may send.
What goes to one customer leaves in its order. What fails is retried with backoff for a day;
what cannot arrive is failed, and the agents are told in the conversation.

Sending and writing that it was sent are two steps. A process that dies between them leaves a row
whose lease ends; it is sent again under the same Message-ID, or not at all where the other
side has confirmed it meanwhile (WhatsApp's statuses carry our id).
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from supportdesk.db import clock as shared_clock
from supportdesk.observability import metrics
from supportdesk.serving.polling import PollingThread
from tickets import live
from tickets.interfaces.channel_interface import CHANNELS, NotSent, TryLater
from tickets.workflow.change_set import ChangeSet, atomic_on_ticket

from ..models import Outgoing, OutgoingState, Sender, Ticket
from . import links

logger = logging.getLogger(__name__)

# Longer than one try may take: connecting, sending and waiting for the answer
LEASE = timedelta(seconds=45)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
# A status that confirms a try whose answer never came is mostly here by then
DOUBT = timedelta(seconds=25)
GIVE_UP_AFTER = timedelta(hours=24)
BATCH = 40
# How far to look for what may leave behind what may not yet
MOST_PAGES = 25
AT_ONCE = 8
# How often the sender looks by itself; `wake` makes it look now
PAUSE_SECONDS = 1.0
PAUSE_AFTER_FAILURE_SECONDS = 5.0

UNFINISHED = (OutgoingState.WAITING, OutgoingState.SENDING)
# --- Writing -----------------------------------------------------------------


def queue(key: str, channel: str, kind: str, **fields) -> Outgoing | None:
    """Queue something that leaves at once; return None if this key was queued before."""
    now = shared_clock.now()
    times = {"created_at": now, "due_at": now}
    try:
        with transaction.atomic():
            row = Outgoing.objects.create(key=key, channel=channel, kind=kind, **times | fields)
    except IntegrityError:
        return None
    transaction.on_commit(wake)
    return row


# --- Sending -----------------------------------------------------------------


def deliver_due(now: datetime | None = None) -> int:
    """Send what is due and what no other process is sending; return how many rows were tried."""
    now = now or shared_clock.now()
    # Asked every second, and mostly the answer is no
    if not Outgoing.objects.filter(state__in=UNFINISHED, due_at__lte=now).exists():
        return 0
    claimed = [row for row in _due(now) if _claim(row, now)]
    if not claimed:
        return 0
    prepared = [(row, send) for row in claimed if (send := _prepared(row, now))]
    if len(prepared) == 1:
        [(row, send)] = prepared
        _record(row, _tried(send), now)
    elif prepared:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="outbox") as pool:
            results = pool.map(_tried, [send for _, send in prepared])
            for (row, _), result in zip(prepared, results, strict=True):
                _record(row, result, now)
    return len(claimed)


def _due(now: datetime) -> list[Outgoing]:
    """The rows that are due, of each customer and channel only the oldest one that has not left.

    A row behind one that waits for a retry takes no place in the batch.
    """
    waiting = Q(state=OutgoingState.WAITING, due_at__lte=now)
    orphaned = Q(state=OutgoingState.SENDING, due_at__lte=now, leased_until__lte=now)
    due = Outgoing.objects.filter(waiting | orphaned).order_by("due_at", "id")
    found: list[Outgoing] = []
    for page in range(MOST_PAGES):
        rows = list(due[page * BATCH : (page + 1) * BATCH])
        found += _first_of_each(rows)
        if len(rows) < BATCH or len(found) >= BATCH:
            break
    return found[:BATCH]


def _first_of_each(rows: list[Outgoing]) -> list[Outgoing]:
    """The rows that are the oldest unfinished ones of their customer and channel."""
    people = {row.person_id for row in rows if row.person_id}
    unfinished = Outgoing.objects.filter(person_id__in=people, state__in=UNFINISHED).order_by("id")
    oldest: dict[tuple, int] = {}
    for id, person, channel in unfinished.values_list("id", "person_id", "channel") if people else ():
        oldest.setdefault((person, channel), id)
    return [row for row in rows if not row.person_id or oldest.get((row.person_id, row.channel)) == row.pk]


def _claim(row: Outgoing, now: datetime) -> bool:
    """Take the row for this process, unless another one did."""
    as_read = Outgoing.objects.filter(pk=row.pk, state=row.state, leased_until=row.leased_until)
    was_sending = row.state == OutgoingState.SENDING
    taken = {
        "state": OutgoingState.SENDING,
        "leased_until": now + LEASE,
        "tries": row.tries + 1,
        "in_doubt": row.in_doubt or was_sending,
    }
    if not as_read.update(**taken):
        return False
    for name, value in taken.items():
        setattr(row, name, value)
    return True


def _prepared(row: Outgoing, now: datetime):
    """Return what sends the row; one that cannot be prepared stops no other."""
    try:
        channel = CHANNELS.get(row.channel)
        if channel is None:
            raise NotSent(f"There is no channel {row.channel}.")
        return channel.prepare(row)
    except (NotSent, TryLater) as reason:
        _record(row, reason, now)
    except Exception as reason:
        logger.exception("an outgoing message could not be prepared (%s)", row.pk)
        _record(row, TryLater(type(reason).__name__), now)
    return None


def _tried(send) -> str | Exception:
    try:
        return send()
    except (NotSent, TryLater) as reason:
        return reason
    except Exception as reason:
        logger.exception("an outgoing message could not be sent")
        return TryLater(type(reason).__name__, in_doubt=True)


def _record(row: Outgoing, result: str | Exception, now: datetime) -> None:
    """Write how a try ended."""
    mine = Outgoing.objects.filter(pk=row.pk)
    held = mine.filter(state=OutgoingState.SENDING, leased_until=row.leased_until)
    # Later than the look that found it due, whatever this machine's clock says
    finished = max(shared_clock.now(), now)
    if isinstance(result, str):
        # A status may have come before the answer to our call did
        mine.filter(external_id="").update(external_id=result[:250])
        held.update(
            state=OutgoingState.SENT, sent_at=finished, leased_until=None, last_error="", **_spent(row)
        )
        metrics.MESSAGES_SENT.inc()
        _announce(row)
        return
    if isinstance(result, TryLater) and finished - row.created_at < GIVE_UP_AFTER:
        wait = min(FIRST_WAIT * 2 ** min(row.tries - 1, 12), LONGEST_WAIT)
        if result.in_doubt:
            wait = max(wait, DOUBT)
        if result.seconds is not None:
            wait = max(wait, timedelta(seconds=result.seconds))
        held.update(
            state=OutgoingState.WAITING,
            due_at=finished + wait,
            leased_until=None,
            in_doubt=row.in_doubt or result.in_doubt,
            last_error=str(result)[:250],
        )
        return
    tell = not isinstance(result, NotSent) or result.tell
    fail(row, str(result), state=OutgoingState.FAILED if tell else OutgoingState.CANCELLED, rows=held)


def _spent(row: Outgoing) -> dict:
    """A code is not kept longer than it takes to send it."""
    return {"payload": {}} if row.kind == "code" else {}


def fail(row: Outgoing, reason: str, *, state: str = OutgoingState.FAILED, rows=None) -> None:
    """End a row that will not arrive, and tell the agents in the conversation."""
    if rows is None:
        rows = Outgoing.objects.filter(pk=row.pk).exclude(state=state)
    if not rows.update(state=state, leased_until=None, last_error=reason[:250], **_spent(row)):
        return
    if state == OutgoingState.FAILED and row.ticket_id:
        add_system_note(
            links.surviving_ticket(Ticket.objects.get(pk=row.ticket_id)),
            f"A message was not delivered. {reason}",
        )


@atomic_on_ticket
def add_system_note(ticket: Ticket, text: str) -> None:
    """Add a private note from the system, for the agents."""
    change_set = ChangeSet(ticket)
    change_set.add_message(Sender.SYSTEM, text, internal=True)
    change_set.write()


def _announce(row: Outgoing) -> None:
    if row.ticket_id:
        live.announce(Ticket(pk=row.ticket_id))


# --- Told back ---------------------------------------------------------------

_STEPS = {
    OutgoingState.SENT: ("sent_at", (*UNFINISHED,)),
    OutgoingState.DELIVERED: ("delivered_at", (*UNFINISHED, OutgoingState.SENT)),
    OutgoingState.READ: ("read_at", (*UNFINISHED, OutgoingState.SENT, OutgoingState.DELIVERED)),
}


def confirmed(row: Outgoing, state: str, at: datetime) -> bool:
    """Note a status that the other side told; statuses come repeated and out of order, so only forward."""
    field, before = _STEPS[OutgoingState(state)]
    rows = Outgoing.objects.filter(pk=row.pk, state__in=before)
    if not rows.update(**{"state": state, field: at, "leased_until": None, "in_doubt": False}):
        return False
    _announce(row)
    return True


# --- The sender --------------------------------------------------------------

_woken = threading.Event()


def wake() -> None:
    """Have the sender of this process look now."""
    _woken.set()


def look() -> float:
    """Send a part of what is due and return the seconds until the next look."""
    return 0 if deliver_due() else PAUSE_SECONDS


def sender() -> PollingThread:
    """Return what sends, in a thread of its own: other background work may be slow."""
    return PollingThread(
        "outbox", look, first_pause=PAUSE_SECONDS, after_failure=PAUSE_AFTER_FAILURE_SECONDS, woken=_woken
    )
