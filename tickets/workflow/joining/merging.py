"""Two tickets of one customer become one: the messages move and get new numbers; it can be undone.

The ticket that goes keeps its row and its history and points to the one that stays; every call on it is
answered from there (see `tickets.access`).
"""

from django.db.models import Max
from django.utils.translation import gettext

from supportdesk.db.transactions import atomic_with_retry, lock_rows
from tickets import live, search
from tickets.collaboration import drafts, followers, mentions
from tickets.models import Message, Person, ScheduledReply, Sender, Status, Ticket, TicketEvent

from .. import waiting
from ..change_set import ChangeSet, preview_of
from ..status import IllegalMove


def merge(ticket: Ticket, into: Ticket, *, by: Person) -> Ticket:
    """Move the messages of `ticket` into `into` and return it; again does nothing. Raise IllegalMove."""
    if ticket.pk == into.pk:
        raise IllegalMove(gettext("A ticket cannot be merged into itself."))
    if ticket.requester_id != into.requester_id:
        raise IllegalMove(gettext("Both tickets have to be of the same customer."))
    stays = _merge(ticket, into, by)
    for each in (stays, ticket):
        search.renew(each)
    return stays


@atomic_with_retry
def _merge(ticket: Ticket, into: Ticket, by: Person) -> Ticket:
    lock_rows(Ticket.objects.filter(pk__in=[ticket.pk, into.pk]))
    for each in (ticket, into):
        each.refresh_from_db()
    # Sent again: the answer to the first call was lost
    if ticket.merged_into_id == into.pk:
        return into
    for each in (ticket, into):
        if each.merged_into_id:
            raise IllegalMove(gettext("Ticket #%(number)s was merged already.") % {"number": each.number})
    was_mailed = _all_mailed(ticket) and _all_mailed(into)
    moved = _move(ticket, into)
    mentions.move(moved, into)
    followers.move(ticket, into)
    drafts.move(ticket, into)
    plans = ScheduledReply.objects.filter(ticket=ticket).update(ticket=into)
    gone = ChangeSet(ticket, by=by)
    if ticket.status != Status.CLOSED:
        gone.set(status=Status.CLOSED)
    gone.add_event("merged_into", "", into.number)
    gone.set_silently(merged_into=into, closed_at=ticket.closed_at or gone.now, snoozed_until=None)
    gone.set_silently(has_scheduled=False)
    gone.write()

    stays = ChangeSet(into, by=by)
    stays.set_silently(has_scheduled=into.has_scheduled or plans > 0)
    stays.set_silently(last_seq=into.last_seq + len(moved))
    if was_mailed:
        # They have new numbers: mark them, or an e-mail would repeat them
        stays.set_silently(mailed_to_requester=into.last_seq)
    stays.add_event("merged", "", ticket.number)
    stays.set_silently(**_wait_of_both(ticket, into))
    recount(stays, was_read=_all_read(ticket) and _all_read(into))
    stays.add_message(
        Sender.SYSTEM, f"Ticket #{ticket.number} was merged into this one.", internal=True, unread=False
    )
    stays.write()
    live.announce(into, [message.seq for message in moved])
    return into


def _move(ticket: Ticket, into: Ticket) -> list[Message]:
    moved = list(ticket.messages.order_by("seq"))
    taken = set(into.messages.exclude(client_id=None).values_list("client_id", flat=True))
    for place, message in enumerate(moved, into.last_seq + 1):
        message.origin_id, message.origin_seq = ticket.pk, message.seq
        message.ticket, message.seq = into, place
        if message.withdraws:
            message.withdraws += into.last_seq
        if message.client_id in taken:
            message.client_id = None
    fields = ["ticket", "seq", "origin_id", "origin_seq", "client_id", "withdraws"]
    Message.objects.bulk_update(moved, fields, batch_size=200)
    return moved


def _wait_of_both(ticket: Ticket, into: Ticket) -> dict:
    """The customer waits in the ticket that stays since the earlier of both."""
    if not ticket.waiting_since or into.status in waiting.SETTLED:
        return {}
    if into.waiting_since and into.waiting_since <= ticket.waiting_since:
        return {}
    return {
        "waiting_since": ticket.waiting_since,
        "next_response_due_at": ticket.next_response_due_at,
        "answer_check_at": ticket.answer_check_at,
        "clocks_paused_at": None,
    }


def _all_mailed(ticket: Ticket) -> bool:
    """Return whether the customer has read all replies, or got them by e-mail."""
    known = max(ticket.read_by_requester, ticket.mailed_to_requester)
    return not ticket.messages.filter(sender=Sender.AGENT, internal=False, seq__gt=known).exists()


def _all_read(ticket: Ticket) -> bool:
    return not (ticket.unread_by_agents or ticket.unread_by_requester)


def unmerge(ticket: Ticket, *, by: Person) -> None:
    """Move the messages back that came from this ticket; again does nothing. Raise IllegalMove if it was not merged."""
    into = _unmerge(ticket, by)
    for each in (into, ticket):
        search.renew(each)


@atomic_with_retry
def _unmerge(ticket: Ticket, by: Person) -> Ticket:
    ticket.refresh_from_db()
    if not ticket.merged_into_id:
        if into := _separated_before(ticket, by):
            return into
        raise IllegalMove(gettext("Ticket #%(number)s was not merged.") % {"number": ticket.number})
    into = Ticket.objects.get(pk=ticket.merged_into_id)
    lock_rows(Ticket.objects.filter(pk__in=[ticket.pk, into.pk]))
    into.refresh_from_db()
    moved = list(Message.objects.filter(ticket=into, origin_id=ticket.pk))
    if not moved:
        # Its only message went back where it was split off from
        raise IllegalMove(
            gettext("Ticket #%(number)s has no messages that could come back.") % {"number": ticket.number}
        )
    for message in moved:
        seq = message.origin_seq or message.seq
        if message.withdraws:
            message.withdraws -= message.seq - seq
        message.ticket, message.seq = ticket, seq
        message.origin_id = message.origin_seq = None
    Message.objects.bulk_update(
        moved, ["ticket", "seq", "origin_id", "origin_seq", "withdraws"], batch_size=200
    )
    mentions.move(moved, ticket)
    stays = ChangeSet(into, by=by)
    stays.add_event("unmerged", ticket.number, "")
    stays.set_silently(**wait_by_messages(into))
    recount(stays, was_read=False)
    stays.add_message(
        Sender.SYSTEM, f"Ticket #{ticket.number} is separate again.", internal=True, unread=False
    )
    stays.write()

    back = ChangeSet(ticket, by=by)
    status = _status_before(ticket)
    back.set_silently(merged_into=None, closed_at=ticket.closed_at if status == Status.CLOSED else None)
    back.set(status=status)
    back.add_event("merged_into", into.number, "")
    if status not in waiting.SETTLED:
        back.set_silently(**wait_by_messages(ticket))
    back.write()
    live.announce(ticket, [message.seq for message in moved])
    return into


def was_just_undone(ticket: Ticket, field: str, other: Ticket, by: Person) -> bool:
    """Return whether the last event of this name is this agent's undo for the other ticket."""
    event = TicketEvent.objects.filter(ticket=ticket, field=field).order_by("-at", "-pk").first()
    return bool(event and (event.actor_id, event.old, event.new) == (by.pk, str(other.number), ""))


def _separated_before(ticket: Ticket, by: Person) -> Ticket | None:
    """Return the ticket that this agent has just taken this one out of: the answer may have been lost."""
    event = TicketEvent.objects.filter(ticket=ticket, field="merged_into").order_by("-at", "-pk").first()
    if not event or event.actor_id != by.pk or event.new:
        return None
    return Ticket.objects.filter(number=int(event.old)).first()


def _status_before(ticket: Ticket) -> str:
    events = TicketEvent.objects.filter(ticket=ticket, field__in=("status", "merged_into")).order_by("-at")[
        :2
    ]
    for event in events:
        if event.field == "status" and event.new == Status.CLOSED:
            return event.old or Status.OPEN
    return ticket.status


def wait_by_messages(ticket: Ticket) -> dict:
    """Return whether the customer waits, from the messages that the ticket has now."""
    public = ticket.messages.filter(internal=False, withdrawn_at=None)
    answered = public.filter(sender=Sender.AGENT).aggregate(last=Max("seq"))["last"] or 0
    asked = public.filter(sender=Sender.CUSTOMER, seq__gt=answered).order_by("seq").first()
    if not asked or ticket.status in waiting.SETTLED:
        return {"waiting_since": None, "next_response_due_at": None, "answer_check_at": None}
    return waiting.since(ticket, asked.created_at)


def recount(change_set: ChangeSet, *, was_read: bool) -> None:
    """Make the counters and the preview say what the messages say."""
    ticket = change_set.ticket
    public = ticket.messages.filter(internal=False)
    customers = public.filter(sender=Sender.CUSTOMER)
    changes = {"last_customer_seq": customers.aggregate(last=Max("seq"))["last"] or 0}
    if was_read:
        changes |= {"read_by_agents": ticket.last_seq, "read_by_requester": ticket.last_seq}
    read_by_agents = changes.get("read_by_agents", ticket.read_by_agents)
    read_by_requester = changes.get("read_by_requester", ticket.read_by_requester)
    changes["unread_by_agents"] = customers.filter(seq__gt=read_by_agents).count()
    news = public.filter(seq__gt=read_by_requester, withdrawn_at=None, is_news=True)
    changes["unread_by_requester"] = news.exclude(sender=Sender.CUSTOMER).count()
    spoken = (
        public.filter(withdrawn_at=None)
        .exclude(sender=Sender.SYSTEM)
        .order_by("-created_at", "-seq")
        .first()
    )
    if spoken:
        changes |= preview_of(spoken)
    change_set.set_silently(**changes)
