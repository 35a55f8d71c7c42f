"""The verbs of the desk. Page, API, admin and bot all change tickets through these.

Every verb takes the ticket as its caller read it, does all or nothing, leaves an
event row for each change, and announces it to the live streams. What may not be
done is an exception with a sentence: `IllegalMove`, `StaleReply`, `Mismatch`.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError
from django.db.models import QuerySet

from supportdesk.transactions import TRIES, Outrun, all_or_nothing, hold, is_part, pause, whole

from . import clock, live, sla, wording
from .journal import Entry, create, verb
from .masking import masked
from .models import Category, Message, Order, Person, Sender, Status, Ticket, TicketEvent
from .uploads import StoredPicture

# The one table of what a status may become. A closed ticket stays closed: what comes
# after it is a new ticket that is linked to it.
TRANSITIONS = {
    Status.OPEN: {Status.IN_PROGRESS, Status.CLOSED},
    Status.IN_PROGRESS: {Status.RESOLVED, Status.CLOSED},
    Status.RESOLVED: {Status.IN_PROGRESS, Status.CLOSED},
    Status.CLOSED: set(),
}

ENDS = {Status.RESOLVED, Status.CLOSED}

MAX_TEXT = 4000


class Refused(Exception):
    """The desk does not do this; the message is a sentence for the person who asked."""


class IllegalMove(Refused):
    """The transition table has no such step, or somebody else took one first."""


class Mismatch(Refused):
    """This clientId was used before, for something else."""


class StaleReply(Refused):
    """The customer wrote something that this reply has not seen; `missed` holds it."""

    def __init__(self, ticket: Ticket, missed: list[Message]):
        super().__init__("The customer wrote again. Your reply was not sent; please look first.")
        self.ticket = ticket
        self.missed = missed


def allowed_moves(ticket: Ticket) -> list[Status]:
    """The statuses that the ticket may have next, in the order of its life."""
    return [status for status in Status if status in TRANSITIONS[ticket.status]]


# --- Opening -----------------------------------------------------------------


def open_ticket(
    requester: Person,
    text: str,
    *,
    category: str = Category.OTHER,
    priority: str | None = None,
    subject: str = "",
    order: Order | None = None,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
    once: str | None = None,
    previous: Ticket | None = None,
    language: str = "",
    handover: dict | None = None,
) -> Ticket:
    """Open a ticket with the customer's words (or picture) as its first message.

    The same `client_id` from the same requester returns the ticket that it
    opened before; so does `once`, our own word for it where the client gave none.
    `handover` is stored as it is, see `chatbot.handover`.
    """
    key = client_id or once
    if seen := _opened_before(requester, key, text, picture):
        return seen
    priority = priority or sla.DEFAULT_PRIORITY[category]
    for attempt in range(TRIES):
        now = clock.now()
        ticket = Ticket(
            number=secrets.randbelow(90_000_000) + 10_000_000,
            requester=requester,
            requester_name=str(requester),
            requester_email=requester.email,
            requester_phone=requester.phone,
            order=order,
            order_number=order.number if order else "",
            priority=priority,
            category=category,
            subject=masked(subject or _first_line(text) or "Picture")[:140],
            created_at=now,
            updated_at=now,
            first_response_due_at=sla.first_response_due(priority, now),
            answer_check_at=sla.first_response_due(priority, now),
            client_id=key,
            previous=previous,
            language=language,
            handover=handover or {},
        )
        try:
            with all_or_nothing():
                entry = Entry(ticket, by=requester)
                entry.record("status", "", Status.OPEN)
                _said(entry, Sender.CUSTOMER, text, picture, client_id)
                entry.say(Sender.SYSTEM, wording.connected(priority), unread=False)
                if previous:
                    entry.say(Sender.SYSTEM, wording.continued(previous.number), unread=False)
                create(ticket, entry)
            ticket.is_new = True
            return ticket
        except IntegrityError as reason:
            if is_part():
                raise Outrun from reason
            # The same request arrived twice at once, or the number is taken. Where no transaction takes
            # the messages back, we do
            Message.objects.filter(ticket=ticket.pk).delete()
            if seen := _opened_before(requester, key, text, picture):
                return seen
            pause(attempt)
    raise Outrun


def _opened_before(requester: Person, key: str | None, text, picture) -> Ticket | None:
    """Return the ticket that this key opened before; raise Mismatch if it said something else."""
    if not key:
        return None
    opened = Ticket.objects.filter(requester=requester, client_id=key).first()
    if opened:
        _same(opened.messages.get(seq=1), text, picture, requester)
    return opened


# --- Talking -----------------------------------------------------------------


def customer_says(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
) -> Message:
    """Add the customer's message and return it.

    It reopens a resolved ticket. A closed one stays closed: the message opens a
    new ticket that is linked to it (or goes to the one that was opened before).
    """
    while True:
        if ticket.is_over:
            if seen := _said_before(ticket, text, picture, by, client_id):
                return seen
            return _say_in_following(ticket, text, by=by, picture=picture, client_id=client_id)
        try:
            return _customer_says(ticket, text, by, picture, client_id)
        except ClosedMeanwhile:
            ticket.refresh_from_db()


class ClosedMeanwhile(Exception):
    """The ticket was closed while the customer's message was on its way."""


@verb
def _customer_says(ticket, text, by, picture, client_id) -> Message:
    if _is_second_try(ticket) and (seen := _said_before(ticket, text, picture, by, client_id)):
        return seen
    if ticket.is_over:
        raise ClosedMeanwhile
    entry = Entry(ticket, by=by)
    message = _said(entry, Sender.CUSTOMER, text, picture, client_id)
    if ticket.status == Status.RESOLVED:
        _reopen(entry)
    entry.write()
    return message


def _say_in_following(ticket, text, *, by, picture, client_id) -> Message:
    said = client_id and Message.objects.filter(ticket__previous=ticket, client_id=client_id).first()
    if said:
        return _same(said, text, picture, by)
    following, is_opened = _following(ticket, text, picture=picture, client_id=client_id)
    if not is_opened:
        return customer_says(following, text, by=by, picture=picture, client_id=client_id)
    message = following.messages.get(seq=1)
    message.is_new = following.is_new
    return message


@whole
def _following(ticket, text, **words) -> tuple[Ticket, bool]:
    """Return the ticket that goes on where this one ended, and whether it was opened with this text."""
    # Of two messages at once the second waits here, and goes to the ticket that the first opened
    hold(Ticket.objects.filter(pk=ticket.pk))
    following = ticket.following.exclude(status=Status.CLOSED).first()
    if following:
        return following, False
    opened = open_ticket(
        ticket.requester,
        text,
        category=ticket.category,
        order=ticket.order,
        subject=ticket.subject,
        previous=ticket,
        language=ticket.language,
        **words,
    )
    return opened, True


@verb
def agent_replies(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
    last_seq: int | None = None,
) -> Message:
    """Add the agent's reply and return it. Replying to an open ticket takes it.

    `last_seq` is the newest message that the agent had on the screen. Raise
    StaleReply when the customer has written since, IllegalMove on a closed ticket.
    """
    is_stale = last_seq is not None and ticket.last_customer_seq > last_seq
    looks_first = _is_second_try(ticket) or ticket.is_over or is_stale
    if looks_first and (seen := _said_before(ticket, text, picture, by, client_id)):
        return seen
    if ticket.is_over:
        raise IllegalMove("This ticket is closed. A new message of the customer opens a new one.")
    if is_stale:
        raise StaleReply(ticket, list(ticket.messages.filter(seq__gt=last_seq, internal=False)))
    entry = Entry(ticket, by=by)
    if ticket.status == Status.OPEN:
        _take(entry, ticket.assignee or by)
    elif not ticket.assignee_id:
        _assign(entry, by)
    if not ticket.first_responded_at:
        entry.stamp(first_responded_at=entry.now)
    message = _said(entry, Sender.AGENT, text, picture, client_id)
    entry.write()
    return message


@verb
def add_note(
    ticket: Ticket,
    text: str,
    *,
    by: Person,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
) -> Message:
    """Add a private note, which the customer never sees; allowed in every status."""
    if _is_second_try(ticket) and (
        seen := _said_before(ticket, text, picture, by, client_id, internal=True)
    ):
        return seen
    entry = Entry(ticket, by=by)
    message = _said(entry, Sender.AGENT, text, picture, client_id, internal=True)
    entry.write()
    return message


def _said(entry: Entry, sender: Sender, text, picture, client_id, *, internal=False) -> Message:
    return entry.say(
        sender,
        text,
        internal=internal,
        picture=picture,
        client_id=client_id,
        fingerprint=_fingerprint(text, picture),
        author=entry.by,
        sender_name=str(entry.by),
    )


def _is_second_try(ticket: Ticket) -> bool:
    """Whether it is time to look if this was said before.

    Nearly everything is said once, so the first try does not look: the unique key refuses what was said
    before, and the verb begins anew. In a transaction of MongoDB it could not.
    """
    return ticket.was_outrun or is_part()


def _said_before(ticket, text, picture, by, client_id, *, internal=False) -> Message | None:
    """Return the message that this client_id made before; raise Mismatch if it said something else."""
    if not client_id:
        return None
    seen = ticket.messages.filter(client_id=client_id).first()
    return seen and _same(seen, text, picture, by, internal)


def _same(seen: Message, text, picture, by, internal=False) -> Message:
    """Return the message if it is what is being said again; raise Mismatch otherwise."""
    said = (seen.author_id, seen.internal, seen.fingerprint)
    if said != (by.pk, internal, _fingerprint(text, picture)):
        raise Mismatch("This clientId belongs to another message.")
    return seen


def _fingerprint(text: str, picture: StoredPicture | None) -> str:
    # Of the text as it is stored: the sum of a card number would tell the number
    return hashlib.sha256(f"{masked(text)}\0{picture.digest if picture else ''}".encode()).hexdigest()


# --- Moving ------------------------------------------------------------------


def move(ticket: Ticket, new_status: str, *, by: Person, resolution: str = "") -> None:
    """Change the ticket's status.

    Raise IllegalMove when the table above does not allow the step, when somebody
    else moved the ticket first, or when the customer writes while it is resolved or closed.
    """
    _move_unless_outrun(ticket, new_status, by, resolution, ticket.last_customer_seq)


@verb
def _move_unless_outrun(ticket, new_status, by, resolution, customer_seq_read) -> None:
    entry = Entry(ticket, by=by)
    if new_status == Status.IN_PROGRESS and ticket.status == Status.OPEN:
        _take(entry, ticket.assignee or by)
    elif new_status == Status.IN_PROGRESS:
        _reopen(entry)
    else:
        _move(entry, new_status)
        if ticket.last_customer_seq != customer_seq_read:
            raise IllegalMove("The customer wrote again just now. Please look first.")
        if resolution:
            entry.set(resolution=resolution)
        if new_status == Status.RESOLVED:
            entry.stamp(resolved_at=entry.now)
            entry.say(Sender.SYSTEM, wording.resolved(ticket.resolution))
        else:
            entry.stamp(closed_at=entry.now)
            entry.say(Sender.SYSTEM, wording.closed())
    entry.write()


def take(ticket: Ticket, *, by: Person) -> None:
    """Make the ticket this agent's: assigned, and in progress if it was open."""
    if ticket.status == Status.OPEN:
        _begin(ticket, by)
    else:
        assign(ticket, by, by=by)


@verb
def _begin(ticket: Ticket, agent: Person) -> None:
    entry = Entry(ticket, by=agent)
    _take(entry, agent)
    entry.write()


def assign(ticket: Ticket, agent: Person | None, *, by: Person) -> None:
    """Give the ticket to an agent, or to nobody. Raise IllegalMove if somebody else was first."""
    _assign_unless_outrun(ticket, agent, by, ticket.assignee_id)


@verb
def _assign_unless_outrun(ticket, agent, by, assignee_read) -> None:
    if ticket.assignee_id != assignee_read:
        raise IllegalMove("Somebody else assigned this ticket first.")
    entry = Entry(ticket, by=by)
    _assign(entry, agent)
    entry.write()


@verb
def triage(ticket: Ticket, *, by: Person, priority: str | None = None, category: str | None = None) -> None:
    """Correct the priority or the category. An unanswered ticket gets the new priority's due time."""
    entry = Entry(ticket, by=by)
    if category:
        entry.set(category=category)
    if priority and entry.set(priority=priority) and not ticket.first_responded_at:
        due = sla.first_response_due(priority, ticket.created_at)
        entry.stamp(first_response_due_at=due, answer_check_at=due)
    entry.write()


@verb
def note_resolution(ticket: Ticket, resolution: str, *, by: Person) -> None:
    """Record how it was solved, without moving the ticket."""
    entry = Entry(ticket, by=by)
    entry.set(resolution=resolution)
    entry.write()


@verb
def confirm(ticket: Ticket, *, by: Person, rating: int | None = None, comment: str = "") -> None:
    """It is solved, says the customer: close, and keep the rating. Raise IllegalMove unless resolved."""
    if ticket.status != Status.RESOLVED:
        raise IllegalMove("Only a resolved conversation can be confirmed.")
    entry = Entry(ticket, by=by)
    _move(entry, Status.CLOSED)
    entry.stamp(closed_at=entry.now)
    if rating:
        entry.set(rating=rating)
    if comment:
        entry.set(rating_comment=comment)
    entry.say(Sender.SYSTEM, wording.confirmed(), unread=False)
    entry.write()


@verb
def rate(ticket: Ticket, rating: int, *, by: Person, comment: str = "") -> None:
    """Keep the customer's rating of a closed ticket."""
    if ticket.status != Status.CLOSED:
        raise IllegalMove("A conversation is rated once it is closed.")
    entry = Entry(ticket, by=by)
    entry.set(rating=rating, **({"rating_comment": comment} if comment else {}))
    entry.write()


@verb
def reopen(ticket: Ticket, *, by: Person) -> None:
    """It was not solved after all. Raise IllegalMove unless resolved."""
    if ticket.status != Status.RESOLVED:
        raise IllegalMove("Only a resolved conversation can be opened again.")
    entry = Entry(ticket, by=by)
    _reopen(entry)
    entry.write()


@verb
def close_by_itself(ticket: Ticket, *, untouched_since: datetime) -> None:
    """Close a resolved ticket for the desk itself. Raise IllegalMove if something has happened to it since."""
    if ticket.status != Status.RESOLVED or ticket.updated_at > untouched_since:
        raise IllegalMove("Somebody came back to this conversation.")
    entry = Entry(ticket)
    _move(entry, Status.CLOSED)
    entry.stamp(closed_at=entry.now)
    entry.say(Sender.SYSTEM, wording.closed(), unread=False)
    entry.write()


def change(ticket: Ticket, *, by: Person, **wanted) -> None:
    """Do several verbs, the step of the workflow last: all of them, or none. Raise Refused.

    `wanted` holds any of priority, category, assignee, callback_completed, resolution, status.
    """
    _change_unless_outrun(ticket, wanted, by, ticket.assignee_id, ticket.last_customer_seq)


@verb
def _change_unless_outrun(ticket, wanted, by, assignee_read, customer_seq_read) -> None:
    status, resolution = wanted.get("status"), wanted.get("resolution", "")
    if "priority" in wanted or "category" in wanted:
        triage(ticket, by=by, priority=wanted.get("priority"), category=wanted.get("category"))
    if "assignee" in wanted:
        _assign_unless_outrun(ticket, wanted["assignee"], by, assignee_read)
    if "callback_completed" in wanted:
        complete_callback(ticket, by=by, completed=wanted["callback_completed"])
    if "resolution" in wanted and not (resolution and status in ENDS):
        note_resolution(ticket, resolution, by=by)
    if status:
        _move_unless_outrun(ticket, status, by, resolution, customer_seq_read)


def move_many(tickets: Iterable[Ticket], change, **arguments) -> tuple[list[Ticket], list[tuple]]:
    """Do one verb to many tickets: `(done, skipped)`, skipped as pairs of ticket and reason."""
    done, skipped = [], []
    for ticket in tickets:
        try:
            change(ticket, **arguments)
            done.append(ticket)
        except Refused as reason:
            skipped.append((ticket, str(reason)))
    return done, skipped


def _move(entry: Entry, new_status: str) -> None:
    old_status = entry.ticket.status
    if new_status == old_status:
        raise IllegalMove(f"Ticket #{entry.ticket.number} is {Status(old_status).label.lower()} already.")
    if new_status not in TRANSITIONS[old_status]:
        raise IllegalMove(
            f"Ticket #{entry.ticket.number} is {Status(old_status).label.lower()} "
            f"and cannot become {Status(new_status).label.lower()}."
        )
    entry.set(status=new_status)


def _take(entry: Entry, agent: Person) -> None:
    _move(entry, Status.IN_PROGRESS)
    _assign(entry, agent)
    entry.say(Sender.SYSTEM, wording.joined(str(agent)), unread=False)


def _assign(entry: Entry, agent: Person | None) -> None:
    ticket = entry.ticket
    if ticket.assignee_id == (agent and agent.pk):
        return
    # Two agents may have one name
    entry.read["assignee_id"] = ticket.assignee_id
    entry.record("assignee_name", ticket.assignee_name, str(agent or ""))
    entry.stamp(assignee=agent, assignee_name=str(agent or ""))


def _reopen(entry: Entry) -> None:
    _move(entry, Status.IN_PROGRESS)
    entry.stamp(resolved_at=None)
    said = wording.taken_up_again if entry.by.is_agent else wording.reopened
    entry.say(Sender.SYSTEM, said(str(entry.by)), unread=False)


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


# --- Reading -----------------------------------------------------------------


def mark_read(ticket: Ticket, *, by_agents: bool, up_to: int) -> None:
    """Remember that one side has seen the conversation up to this seq."""
    side = "agents" if by_agents else "requester"
    mark, unread = f"read_by_{side}", f"unread_by_{side}"
    up_to = min(up_to, ticket.last_seq)
    if getattr(ticket, mark) < up_to or getattr(ticket, unread):
        _mark_read(ticket, mark, unread, by_agents, up_to)


@whole
def _mark_read(ticket, mark, unread, by_agents, up_to) -> None:
    row = Ticket.objects.filter(pk=ticket.pk)
    row.filter(**{f"{mark}__lt": up_to}).update(**{mark: up_to})
    # Nothing unread is left, unless something has come since
    if not row.filter(last_seq__lte=up_to).update(**{unread: 0}):
        now = row.get()
        left = min(getattr(now, unread), _news(now, by_agents, getattr(now, mark)).count())
        row.filter(last_seq=now.last_seq).update(**{unread: left})
    live.announce(ticket)


def _news(ticket: Ticket, for_agents: bool, after: int) -> QuerySet[Message]:
    """What one side has to read after a seq; a note is news to nobody."""
    public = ticket.messages.filter(internal=False, seq__gt=after)
    if for_agents:
        return public.filter(sender=Sender.CUSTOMER)
    return public.exclude(sender=Sender.CUSTOMER)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()
