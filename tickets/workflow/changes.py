"""Several verbs on one ticket, all of them or none; the same on many tickets."""

import logging
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext

from tickets.clocks.lanes import SETTLED
from tickets.models import Person, Ticket

from . import undo
from .callbacks import complete_callback
from .change_set import atomic_on_ticket
from .corrections import correct, mark_spam, snooze
from .custom_fields import set_custom_fields
from .status import Refused
from .transitions import assign_unless_conflict, move_unless_conflict, note_resolution, triage

logger = logging.getLogger(__name__)

CORRECTIONS = (
    "subject", "requester_name", "requester_email", "requester_phone", "order", "tags", "add_tags", "remove_tags",
)  # fmt: skip


def change(ticket: Ticket, *, by: Person, **wanted: Any) -> undo.Recording:
    """Do several verbs, the step of the workflow last: all of them, or none. Raise Refused.

    `wanted` holds any of priority, category, assignee, callback_completed, resolution, status,
    snoozed_until, is_spam, custom_fields, and what `correct` takes. Return what can be undone.
    """
    return _change(ticket, wanted, by, ticket.assignee_id, ticket.last_customer_seq)


@atomic_on_ticket
def _change(
    ticket: Ticket,
    wanted: dict[str, Any],
    by: Person,
    assignee_read: uuid.UUID | None,
    customer_seq_read: int,
) -> undo.Recording:
    status, resolution = wanted.get("status"), wanted.get("resolution", "")
    with undo.recorded(ticket, by) as recording:
        if corrections := {name: wanted[name] for name in CORRECTIONS if name in wanted}:
            correct(ticket, by=by, **corrections)
        if "priority" in wanted or "category" in wanted:
            triage(ticket, by=by, priority=wanted.get("priority"), category=wanted.get("category"))
        if "custom_fields" in wanted:
            set_custom_fields(ticket, wanted["custom_fields"], by=by)
        if "assignee" in wanted:
            assign_unless_conflict(ticket, wanted["assignee"], by, assignee_read)
        if "callback_completed" in wanted:
            complete_callback(ticket, by=by, completed=wanted["callback_completed"])
        if "resolution" in wanted and not (resolution and status in SETTLED):
            note_resolution(ticket, resolution, by=by)
        if "is_spam" in wanted:
            mark_spam(ticket, wanted["is_spam"], by=by)
        if "snoozed_until" in wanted:
            snooze(ticket, wanted["snoozed_until"], by=by)
        if status:
            move_unless_conflict(ticket, status, by, resolution, customer_seq_read)
    return recording


def change_many(
    tickets: Iterable[Ticket], do: Callable[[Ticket], Any]
) -> tuple[list[Ticket], list[tuple[Ticket, str]]]:
    """Call `do(ticket)` for each: `(done, skipped)`, skipped as pairs of ticket and reason.

    A ticket that fails for whatever reason stops no other.
    """
    done, skipped = [], []
    for ticket in tickets:
        try:
            do(ticket)
            done.append(ticket)
        except Refused as reason:
            skipped.append((ticket, str(reason)))
        except Exception:
            logger.exception("ticket %s could not be changed with others", ticket.pk)
            skipped.append(
                (
                    ticket,
                    (
                        gettext("Ticket #%(number)s could not be changed. Please try it alone.")
                        % {"number": ticket.number}
                    ),
                )
            )
    return done, skipped
