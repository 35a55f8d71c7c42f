"""What the customer was promised: an answer in time, and a call."""

from supportdesk.transactions import whole

from .. import clock, live, wording
from ..journal import Entry, verb
from ..masking import masked
from ..models import Person, Sender, Ticket, TicketEvent
from .steps import IllegalMove, Refused

# --- Answering in time -------------------------------------------------------

OVERDUE = "overdue"


@whole
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


@verb
def request_callback(ticket: Ticket, *, by: Person, phone: str = "", note: str = "") -> None:
    """The customer asks to be called. Raise IllegalMove on a closed ticket, Refused without a number."""
    if ticket.is_over:
        raise IllegalMove("This conversation is closed. Write again and we will call you.")
    phone = phone or ticket.requester_phone
    if not phone:
        raise Refused("Please tell us the number to call.")
    entry = Entry(ticket, by=by)
    if note and masked(note) != ticket.callback_note:
        entry.stamp(callback_note=note)
    # Asking twice for the same call is asking once
    if entry.set(callback_requested=True, callback_completed=False, requester_phone=phone):
        entry.say(Sender.SYSTEM, wording.callback_requested(phone), unread=False)
    entry.write()


@verb
def complete_callback(ticket: Ticket, *, by: Person, completed: bool = True) -> None:
    """Tick the call back off (or on again). Raise IllegalMove if none was asked for."""
    if not ticket.callback_requested:
        raise IllegalMove("Nobody asked to be called back.")
    entry = Entry(ticket, by=by)
    if entry.set(callback_completed=completed) and completed:
        entry.say(Sender.SYSTEM, wording.callback_completed(), unread=False)
    entry.write()
