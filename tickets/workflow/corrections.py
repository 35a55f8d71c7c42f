"""What an agent corrects on a ticket, and when it rests: order, subject, contact, tags, snooze, spam."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from tickets.clocks import running as clocks
from tickets.clocks.lanes import SETTLED
from tickets.models import Order, Person, Status, Ticket

from . import waiting, wording
from .change_set import ChangeSet, atomic_on_ticket
from .messages import replies
from .status import IllegalMove, Refused
from .tags import replace as replace_tags

LONGEST_SNOOZE = timedelta(days=366)
# The fields of `correct` that are columns of the ticket, each with an event of its name
PLAIN = ("subject", "requester_name", "requester_email", "requester_phone")


@atomic_on_ticket
def correct(ticket: Ticket, *, by: Person, **wanted: Any) -> None:
    """Change any of subject, requester_name, requester_email, requester_phone, order, and the tags. Raise Refused.

    `order` is an Order of this customer, or None. `tags` are the names of all tags; `add_tags` and `remove_tags`
    leave the others, also those that a colleague adds in the same moment.
    """
    change_set = ChangeSet(ticket, by=by)
    change_set.set(**{name: wanted[name] for name in PLAIN if name in wanted})
    if "order" in wanted:
        _set_order(change_set, wanted["order"])
    if wanted.keys() & {"tags", "add_tags", "remove_tags"}:
        removed = wanted.get("remove_tags", ())
        kept = [tag for tag in wanted.get("tags", ticket.tags) if tag not in removed]
        replace_tags(change_set, [*kept, *wanted.get("add_tags", ())])
    change_set.write()


def _set_order(change_set: ChangeSet, order: Order | None) -> None:
    ticket = change_set.ticket
    if order and order.customer_id != ticket.requester_id:
        raise Refused(gettext("This order belongs to another customer."))
    if ticket.order_id == (order and order.pk):
        return
    change_set.set(order_number=order.number if order else "")
    change_set.set_silently(order=order)


@atomic_on_ticket
def snooze(ticket: Ticket, until: datetime | None, *, by: Person) -> None:
    """Let the ticket rest until a time, or wake it (None). Raise Refused, IllegalMove."""
    change_set = ChangeSet(ticket, by=by)
    if until is None:
        wake_in(change_set)
        change_set.write()
        return
    if ticket.status in SETTLED:
        raise IllegalMove(gettext("Only an open ticket can be snoozed."))
    if until <= change_set.now:
        raise Refused(gettext("Snooze until a time in the future."))
    if until > change_set.now + LONGEST_SNOOZE:
        raise Refused(gettext("Snooze for at most a year."))
    was_awake = not ticket.snoozed_until
    change_set.set(snoozed_until=until)
    if was_awake:
        waiting.apply_event(change_set, clocks.snoozed)
        change_set.set_silently(answer_check_at=None)
    change_set.write()


def wake_in(change_set: ChangeSet) -> None:
    """Add to the change set that the ticket is awake; nothing if it is."""
    if change_set.ticket.snoozed_until:
        change_set.set(snoozed_until=None)
        waiting.apply_event(change_set, clocks.woken)


@atomic_on_ticket
def wake_on_time(ticket: Ticket, now: datetime) -> None:
    """Wake a ticket whose time has come; nothing if it was snoozed again meanwhile."""
    if ticket.snoozed_until and ticket.snoozed_until <= now:
        change_set = ChangeSet(ticket)
        wake_in(change_set)
        change_set.write()


@atomic_on_ticket
def needs_no_answer(ticket: Ticket, *, by: Person) -> None:
    """Stop the response clock: the last message ("ok, thanks") needs no answer."""
    if not ticket.waiting_since:
        return
    change_set = ChangeSet(ticket, by=by)
    change_set.add_event("needs_answer", True, False)
    waiting.apply_event(change_set, clocks.needs_no_answer)
    change_set.write()


@atomic_on_ticket
def mark_spam(ticket: Ticket, is_spam: bool, *, by: Person) -> None:
    """Move the ticket to the view of spam, or back. There it has no deadlines and sends no e-mails."""
    change_set = ChangeSet(ticket, by=by)
    if change_set.set(is_spam=is_spam):
        change_set.set_silently(answer_check_at=None if is_spam else ticket.next_response_due_at)
    change_set.write()


# --- The customer's silence --------------------------------------------------


@atomic_on_ticket
def nudge(ticket: Ticket, *, before: datetime) -> None:
    """Ask a silent customer whether there is anything else. Raise IllegalMove if they wrote since."""
    _still_silent(ticket, before)
    change_set = ChangeSet(ticket)
    change_set.set_silently(nudged_at=change_set.now)
    change_set.add_event("nudge", "", "sent")
    asked = change_set.say(wording.nudged)
    if ticket.reply_by and not replies.why_not(ticket):
        # Who writes by mail or WhatsApp never looks into the chat
        replies.queue_reply(ticket, asked)
        change_set.set_silently(mailed_to_requester=asked.seq)
    change_set.write()


@atomic_on_ticket
def resolve_silent(ticket: Ticket, *, before: datetime) -> None:
    """Resolve a ticket whose customer was reminded and stayed silent. Raise IllegalMove if they wrote since."""
    _still_silent(ticket, before)
    if not ticket.nudged_at or ticket.nudged_at > before:
        raise IllegalMove(gettext("The customer was not reminded yet."))
    change_set = ChangeSet(ticket)
    change_set.set(status=Status.RESOLVED)
    change_set.set_silently(resolved_at=change_set.now, nudged_at=None)
    waiting.apply_event(change_set, clocks.settled)
    asked = change_set.say(wording.resolved_in_silence)
    if ticket.reply_by and not replies.why_not(ticket):
        replies.queue_reply(ticket, asked, kind="resolved")
        change_set.set_silently(mailed_to_requester=asked.seq)
    change_set.write()


def _still_silent(ticket: Ticket, before: datetime) -> None:
    is_silent = (
        ticket.status == Status.IN_PROGRESS and not ticket.waiting_since and not ticket.snoozed_until
    )
    if not is_silent or not ticket.clocks_paused_at or ticket.clocks_paused_at > before:
        raise IllegalMove(gettext("There is a new message in this conversation."))
