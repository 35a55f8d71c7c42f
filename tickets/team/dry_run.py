"""What a rule would have done on the newest tickets; nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tickets import workflow
from tickets.models import (
    CHANGES,
    TIMED,
    Macro,
    Message,
    Person,
    Rule,
    RuleEvent,
    Sender,
    Ticket,
    TicketEvent,
)

from .conditions import unmet
from .rules import timed_tickets

TICKETS = 100


@dataclass(frozen=True)
class Outcome:
    """One ticket: whether the rule would have run, and what it would have done or why not."""

    ticket: Ticket
    runs: bool
    said: str


def outcomes(rule: Rule, by: Person) -> list[Outcome]:
    """Return what the rule would have done on the newest tickets, as they are now."""
    newest = Ticket.objects.defer("handover").select_related("order").order_by("-created_at", "-id")
    tickets = list(newest[:TICKETS])
    texts = _texts(rule, tickets)
    return list(_outcomes(rule, tickets, texts, by))


def _outcomes(rule: Rule, tickets: list[Ticket], texts: dict, by: Person) -> Iterator[Outcome]:
    now, steps = timezone.now(), in_words(rule.macro)
    for ticket in tickets:
        if ticket.pk not in texts:
            yield Outcome(ticket, False, _("It did not happen."))
        elif reason := unmet(rule.conditions, ticket, texts[ticket.pk], now):
            yield Outcome(ticket, False, _("No: %s.") % reason)
        else:
            try:
                workflow.check_macro(ticket, rule.macro, by=by, is_automatic=True)
            except workflow.Refused as refusal:
                yield Outcome(ticket, False, _("Refused. %s") % refusal)
            else:
                yield Outcome(ticket, True, steps)


def _texts(rule: Rule, tickets: list[Ticket]) -> dict:
    """Return the text of the event by ticket, for those on which the event happened."""
    ids = [ticket.pk for ticket in tickets]
    if rule.event in TIMED:
        rows, anchor = timed_tickets(rule.event)
        until = timezone.now() - timedelta(minutes=rule.after_minutes or 1)
        due = set(rows.filter(pk__in=ids, **{f"{anchor}__lte": until}).values_list("pk", flat=True))
        return {ticket.pk: ticket.preview for ticket in tickets if ticket.pk in due}
    if rule.event in (RuleEvent.CREATED, RuleEvent.CUSTOMER_WROTE, RuleEvent.AGENT_REPLIED):
        said = Message.objects.filter(ticket_id__in=ids, internal=False)
        if rule.event == RuleEvent.CREATED:
            said = said.filter(seq=1)
        else:
            sender = Sender.CUSTOMER if rule.event == RuleEvent.CUSTOMER_WROTE else Sender.AGENT
            said = said.filter(seq__gt=1, sender=sender)
        # The newest of each ticket comes last
        return dict(said.order_by("seq").values_list("ticket_id", "text"))
    [field] = [field for field, event in CHANGES.items() if event == rule.event]
    history = TicketEvent.objects.filter(ticket_id__in=ids, field=field)
    if field == "status":
        history = history.exclude(old="")
    changed = set(history.values_list("ticket_id", flat=True))
    return {ticket.pk: ticket.preview for ticket in tickets if ticket.pk in changed}


def in_words(macro: Macro) -> str:
    """Return the steps of a macro as a line."""
    steps = []
    if macro.texts:
        steps.append(_("reply"))
    if macro.note:
        steps.append(_("private note"))
    for name in ("priority", "category", "status"):
        if getattr(macro, name):
            steps.append(f"{name} → {getattr(macro, f'get_{name}_display')()}")
    if macro.tags:
        steps.append(f"tags + {macro.tags}")
    if macro.assignee:
        steps.append(f"assigned to {macro.assignee}")
    if macro.resolution:
        steps.append(_("resolution"))
    return ", ".join(steps)
