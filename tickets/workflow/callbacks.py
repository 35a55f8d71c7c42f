"""What the customer was promised: an answer in time, and a call."""

from datetime import datetime

from django.utils.translation import gettext

from supportdesk.db.transactions import atomic_with_retry
from tickets import live
from tickets.models import Person, Ticket, TicketEvent
from tickets.privacy.masking import masked

from . import clock, wording
from .change_set import ChangeSet, atomic_on_ticket
from .status import IllegalMove, Refused

# --- Answering in time -------------------------------------------------------

OVERDUE, DUE_SOON = "overdue", "due soon"


@atomic_with_retry
def check_answer(ticket: Ticket, now: datetime | None = None) -> bool:
    """Look whether the customer has an answer: first to warn the assignee, then when it is overdue.

    Both are said in the history, and to the agents who have the desk open: the warning to the
    assignee, the breach to the team. Return whether this call found it overdue: of two at once, one does.
    """
    row = Ticket.objects.filter(pk=ticket.pk, answer_check_at=ticket.answer_check_at)
    if not ticket.is_awaited:
        row.update(answer_check_at=None)
        return False
    due_at = ticket.next_response_due_at
    now = now or clock.now()
    is_overdue = due_at is not None and now >= due_at
    still = row.filter(next_response_due_at=due_at, status=ticket.status)
    if not still.update(answer_check_at=None if is_overdue else due_at):
        return False
    field = "next_response" if ticket.first_responded_at else "first_response"
    TicketEvent.objects.create(ticket=ticket, field=field, new=OVERDUE if is_overdue else DUE_SOON, at=now)
    live.announce(ticket)
    _alert(ticket, is_overdue)
    return is_overdue


def _alert(ticket: Ticket, is_overdue: bool) -> None:
    if is_overdue:
        text, to = f"{ticket.requester_name} has waited too long for an answer.", ""
    else:
        text, to = f"{ticket.requester_name} needs an answer soon.", str(ticket.assignee_id or "")
    kind = "breach" if is_overdue else "warning"
    live.signal(ticket, "alert", kind=kind, to=to, text=f"#{ticket.number}: {text}")


# --- Calling back ------------------------------------------------------------


@atomic_on_ticket
def request_callback(ticket: Ticket, *, by: Person, phone: str = "", note: str = "") -> None:
    """The customer asks to be called. Raise IllegalMove on a closed ticket, Refused without a number."""
    if ticket.is_over:
        raise IllegalMove(gettext("This conversation is closed. Write again and we will call you."))
    phone = phone or ticket.requester_phone
    if not phone:
        raise Refused(gettext("Please tell us the number to call."))
    change_set = ChangeSet(ticket, by=by)
    if note and masked(note) != ticket.callback_note:
        change_set.set_silently(callback_note=note)
    # Asking twice for the same call is asking once
    if change_set.set(callback_requested=True, callback_completed=False, requester_phone=phone):
        change_set.say(wording.callback_requested, phone, unread=False)
    change_set.write()


@atomic_on_ticket
def complete_callback(ticket: Ticket, *, by: Person, completed: bool = True) -> None:
    """Tick the call back off (or on again). Raise IllegalMove if none was asked for."""
    if not ticket.callback_requested:
        raise IllegalMove(gettext("No callback was requested."))
    change_set = ChangeSet(ticket, by=by)
    if change_set.set(callback_completed=completed) and completed:
        change_set.say(wording.callback_completed, unread=False)
    change_set.write()
