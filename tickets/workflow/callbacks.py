"""What the customer was promised: an answer in time, and a call."""

from supportdesk.db.transactions import atomic_with_retry
from tickets import live
from tickets.models import Person, Sender, Ticket, TicketEvent
from tickets.privacy.masking import masked

from . import clock, wording
from .change_set import ChangeSet, atomic_on_ticket
from .status import IllegalMove, Refused

# --- Answering in time -------------------------------------------------------

OVERDUE = "overdue"


@atomic_with_retry
def check_answer(ticket: Ticket) -> bool:
    """Look, at the time the answer was due, whether there is one; if not, say so in history and inbox.

    Return whether this call found it overdue: of two at once, one does.
    """
    row = Ticket.objects.filter(pk=ticket.pk, answer_check_at=ticket.answer_check_at)
    if not ticket.awaits_first_response:
        row.update(answer_check_at=None)
        return False
    if not row.filter(first_responded_at=None, status=ticket.status).update(answer_check_at=None):
        return False
    TicketEvent.objects.create(ticket=ticket, field="first_response", new=OVERDUE, at=clock.now())
    live.announce(ticket)
    return True


# --- Calling back ------------------------------------------------------------


@atomic_on_ticket
def request_callback(ticket: Ticket, *, by: Person, phone: str = "", note: str = "") -> None:
    """The customer asks to be called. Raise IllegalMove on a closed ticket, Refused without a number."""
    if ticket.is_over:
        raise IllegalMove("This conversation is closed. Write again and we will call you.")
    phone = phone or ticket.requester_phone
    if not phone:
        raise Refused("Please tell us the number to call.")
    change_set = ChangeSet(ticket, by=by)
    if note and masked(note) != ticket.callback_note:
        change_set.set_silently(callback_note=note)
    # Asking twice for the same call is asking once
    if change_set.set(callback_requested=True, callback_completed=False, requester_phone=phone):
        change_set.add_message(Sender.SYSTEM, wording.callback_requested(phone), unread=False)
    change_set.write()


@atomic_on_ticket
def complete_callback(ticket: Ticket, *, by: Person, completed: bool = True) -> None:
    """Tick the call back off (or on again). Raise IllegalMove if none was asked for."""
    if not ticket.callback_requested:
        raise IllegalMove("No callback was requested.")
    change_set = ChangeSet(ticket, by=by)
    if change_set.set(callback_completed=completed) and completed:
        change_set.add_message(Sender.SYSTEM, wording.callback_completed(), unread=False)
    change_set.write()
