"""Runs the rules: what happened on the desk, or a time that has passed, applies macros.

The worker reads the desk's activities in their one order (`RuleCursor`). Each rule has one row for each
event (`RuleRun`, a unique key), which is inserted before the macro is applied: a rule runs at least
once, and its steps may be repeated by a process that completes what another began. What a rule
causes is an event like any other; a chain that comes back to a rule of its own is stopped and named.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from supportdesk.http.outages import is_outage
from tickets import live, workflow
from tickets.models import (
    CHANGES,
    TIMED,
    InboxEvent,
    Lane,
    Message,
    Person,
    Role,
    Rule,
    RuleCursor,
    RuleEvent,
    RuleRun,
    RunState,
    Sender,
    Status,
    Ticket,
    TicketEvent,
)

from .conditions import unmet

logger = logging.getLogger(__name__)

# Who does what rules do: no sign-in, no assignee (like the person of a service key)
AUTOMATION = uuid.uuid5(uuid.NAMESPACE_URL, "supportdesk:rules")
AUTOMATION_NAME = "Automation"
BATCH = 200
# An activity bears the time of its commit, the history that of its beginning
WRITTEN_WITHIN = timedelta(minutes=1)
LONGEST_CHAIN = 10
# Of one rule on one ticket; beyond that something else repeats it, such as another system's webhook
MOST_AN_HOUR = 20
# Runs of a ticket among which the cause of an event is looked for
RECENT = 50
RUNS_KEPT = timedelta(days=30)
UNMATCHED_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Happened:
    """One event on a ticket: what, its key, what was written, and by whom."""

    event: str
    ticket: Ticket
    key: str
    at: datetime
    text: str = ""
    actor_id: uuid.UUID | None = None
    # Of a change: the field of the history, and its new value
    field: str = ""
    new: str = ""

    @property
    def is_outdated(self) -> bool:
        """Return whether the field was changed again since; then the later event counts."""
        if not self.field:
            return False
        value = ", ".join(self.ticket.tags) if self.field == "tags" else getattr(self.ticket, self.field)
        return str(value) != self.new


def automation() -> Person:
    """Return the person in whose name rules act."""
    person = Person.objects.filter(pk=AUTOMATION).first()
    if person:
        return person
    person = Person(pk=AUTOMATION, role=Role.SERVICE, name=AUTOMATION_NAME)
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        return Person.objects.get(pk=AUTOMATION)
    return person


def begin(rule: Rule) -> None:
    """Have a rule begin with what happens from now on."""
    rule.since = timezone.now()
    rule.looked_until = rule.since - timedelta(minutes=rule.after_minutes) if rule.after_minutes else None
    others = Rule.objects.filter(is_active=True).exclude(event__in=TIMED).exclude(pk=rule.pk)
    if rule.event not in TIMED and not others.exists():
        # Nothing was read while no rule asked for it
        RuleCursor.objects.update_or_create(pk=1, defaults={"position": _newest_position()})


def _newest_position() -> int:
    while live.assign_sequence():
        pass
    newest = InboxEvent.objects.exclude(position=None).order_by("-position").first()
    return (newest.position or 0) if newest else 0


# --- What happened -----------------------------------------------------------


def are_active(now: datetime) -> bool:
    """Return whether there is any rule to run."""
    return Rule.objects.filter(is_active=True).exists()


def run_for_events() -> bool:
    """Run the rules for what happened since the last look; return whether more is waiting."""
    rules = list(
        Rule.objects.filter(is_active=True).exclude(event__in=TIMED).select_related("macro__assignee")
    )
    if not rules:
        return False
    more = live.assign_sequence()
    cursor, _made = RuleCursor.objects.get_or_create(pk=1)
    new = InboxEvent.objects.filter(position__gt=cursor.position).order_by("position")
    activities = list(new[:BATCH])
    if not activities:
        return more
    by_event = defaultdict(list)
    for rule in rules:
        by_event[rule.event].append(rule)
    caused = False
    for happened in _happened(activities):
        for rule in by_event[happened.event]:
            row = run(rule, happened) if happened.at >= rule.since else None
            caused |= bool(row and row.caused)
    # Another worker that read the same found each run there
    RuleCursor.objects.filter(pk=1, position=cursor.position).update(position=activities[-1].position)
    return more or caused or len(activities) == BATCH


def _happened(activities: list[InboxEvent]) -> Iterator[Happened]:
    """Yield the events of these activities, in order for each ticket."""
    tickets = Ticket.objects.defer("handover").in_bulk({row.ticket_id for row in activities})
    seqs = defaultdict(set)
    for row in activities:
        if row.seq is not None:
            seqs[row.ticket_id].add(row.seq)
    found: list[Happened] = []
    said = Message.objects.filter(
        ticket_id__in=list(seqs), seq__in={seq for each in seqs.values() for seq in each}, internal=False
    )
    for message in said.exclude(sender=Sender.SYSTEM):
        if message.ticket_id in tickets and message.seq in seqs[message.ticket_id]:
            found.append(_of_message(message, tickets[message.ticket_id]))
    since = activities[0].at - WRITTEN_WITHIN
    history = TicketEvent.objects.filter(
        ticket_id__in=list(tickets), at__gte=since, field__in=list(CHANGES)
    )
    for event in history:
        # How a ticket began is its opening, and a rating that was removed is none
        if not (event.field == "status" and not event.old) and (event.new or event.field != "rating"):
            ticket = tickets[event.ticket_id]
            beside = (ticket.preview, event.actor_id, event.field, event.new)
            found.append(Happened(CHANGES[event.field], ticket, f"change:{event.pk}", event.at, *beside))
    return iter(sorted(found, key=lambda each: each.at))


def _of_message(message: Message, ticket: Ticket) -> Happened:
    if message.seq == 1:
        event = RuleEvent.CREATED
    else:
        event = RuleEvent.CUSTOMER_WROTE if message.sender == Sender.CUSTOMER else RuleEvent.AGENT_REPLIED
    key = _key_of_message(message)
    return Happened(event, ticket, key, message.created_at, message.text, message.author_id)


def _key_of_message(message: Message) -> str:
    return f"message:{message.ticket_id}:{message.seq}"


# --- Time that has passed ----------------------------------------------------


def run_timed(now: datetime) -> bool:
    """Run the rules whose time has come on some tickets; return whether more is waiting."""
    rules = Rule.objects.filter(is_active=True, event__in=TIMED).select_related("macro__assignee")
    more = [_run_timed(rule, now) for rule in rules]
    return any(more)


def _run_timed(rule: Rule, now: datetime) -> bool:
    until = now - timedelta(minutes=rule.after_minutes or 1)
    start = rule.looked_until or until
    rows, anchor = timed_tickets(rule.event)
    due = (
        rows.filter(**{f"{anchor}__gt": start, f"{anchor}__lte": until}).defer("handover").order_by(anchor)
    )
    if rule.event == RuleEvent.RESOLVED:
        # The index is that of updated_at, which is never earlier
        due = due.filter(updated_at__gt=start)
    tickets = list(due[:BATCH])
    for ticket in tickets:
        since = getattr(ticket, anchor)
        key = f"{rule.event}:{ticket.pk}:{since.isoformat()}"
        run(rule, Happened(rule.event, ticket, key, now, ticket.preview))
    is_full = len(tickets) == BATCH
    reached = max(start, getattr(tickets[-1], anchor) if is_full else until)
    Rule.objects.filter(pk=rule.pk, looked_until=rule.looked_until).update(looked_until=reached)
    return is_full


def timed_tickets(event: str) -> tuple:
    """Return the tickets on which this time runs, and the field that says since when."""
    tickets = Ticket.objects.all()
    match event:
        case RuleEvent.WAITING:
            return tickets.filter(is_waiting=True), "waiting_since"
        case RuleEvent.SILENT:
            answered = tickets.filter(lane=Lane.OPEN, is_waiting=False, status=Status.IN_PROGRESS)
            return answered, "clocks_paused_at"
        case RuleEvent.RESOLVED:
            return tickets.filter(lane=Lane.DONE, status=Status.RESOLVED), "resolved_at"
    return tickets.filter(lane__in=(Lane.OPEN, Lane.SNOOZED)), "created_at"


# --- One rule, one event -----------------------------------------------------


def run(rule: Rule, happened: Happened) -> RuleRun | None:
    """Run a rule for an event unless it ran for it before; return the run, None for one that was there."""
    row = RuleRun.objects.filter(rule=rule, event_key=happened.key).first()
    if row and row.state != RunState.RUNNING:
        return None
    if not row:
        row = RuleRun(rule=rule, ticket=happened.ticket, event_key=happened.key, at=timezone.now())
        row.chain = _chain(happened)
        # Read again after each run: what an earlier rule did counts for the later ones
        if happened.is_outdated or _is_unmet(rule, row, happened):
            row.state = RunState.FAILED if row.detail else RunState.NO_MATCH
        elif loop := _loop(rule, row, happened.ticket):
            row.state, row.detail = RunState.LOOP, loop
            logger.warning("rule %s on ticket %s: %s", rule.name, happened.ticket.pk, loop)
        if not _insert(row) or row.state != RunState.RUNNING:
            return row
    _apply(rule, row, happened.ticket)
    return row


def _is_unmet(rule: Rule, row: RuleRun, happened: Happened) -> bool:
    """Return whether the conditions do not hold; those that cannot be read stop no other rule."""
    try:
        return bool(unmet(rule.conditions, happened.ticket, happened.text, row.at))
    except (AttributeError, KeyError, TypeError, ValueError) as reason:
        logger.exception("the conditions of rule %s cannot be read", rule.name)
        row.detail = type(reason).__name__
        return True


def _insert(row: RuleRun) -> bool:
    """Take the right to this run; False when another worker has it."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _apply(rule: Rule, row: RuleRun, ticket: Ticket) -> None:
    try:
        ticket.refresh_from_db()
        key = f"rule-{row.pk.hex}"
        reply, done = workflow.apply_automatically(ticket, rule.macro, by=automation(), key=key)
    except workflow.Refused as reason:
        row.state, row.detail = RunState.REFUSED, str(reason)[:400]
    except Exception as reason:
        if is_outage(reason):
            # The next run of the worker completes it
            raise
        logger.exception("rule %s failed on ticket %s", rule.name, ticket.pk)
        row.state, row.detail = RunState.FAILED, type(reason).__name__
    else:
        row.state = RunState.DONE
        row.caused = [f"change:{event.pk}" for event in done.events]
        if reply:
            row.caused.append(_key_of_message(reply))
    changed = {name: getattr(row, name) for name in ("state", "detail", "caused")}
    RuleRun.objects.filter(pk=row.pk, state=RunState.RUNNING).update(**changed)


def _chain(happened: Happened) -> list[str]:
    """Return the rules that led to this event, the first one first."""
    if happened.actor_id != AUTOMATION:
        return []
    recent = RuleRun.objects.filter(ticket=happened.ticket, state=RunState.DONE).order_by("-at", "-id")
    for cause in recent[:RECENT]:
        if happened.key in cause.caused:
            return [*cause.chain, str(cause.rule_id)]
    return []


def _loop(rule: Rule, row: RuleRun, ticket: Ticket) -> str:
    """Return a sentence that names the loop that this run would go on with; "" for none."""
    if str(rule.pk) in row.chain or len(row.chain) >= LONGEST_CHAIN:
        names = {str(each.pk): each.name for each in Rule.objects.filter(pk__in=row.chain)}
        around = [names.get(key, "?") for key in row.chain] + [rule.name]
        return (_("Stopped a loop: %s.") % " → ".join(around))[:400]
    recent = RuleRun.objects.filter(rule=rule, ticket=ticket, at__gt=row.at - timedelta(hours=1))
    if recent.exclude(state=RunState.NO_MATCH).count() >= MOST_AN_HOUR:
        return _("Stopped: it ran %d times on this ticket within an hour.") % MOST_AN_HOUR
    return ""


def forget(now: datetime) -> tuple[QuerySet, QuerySet]:
    """Return the runs that have served their time."""
    old = RuleRun.objects.filter(at__lt=now - RUNS_KEPT)
    unmatched = RuleRun.objects.filter(state=RunState.NO_MATCH, at__lt=now - UNMATCHED_KEPT)
    return unmatched, old
