"""What an open page of the desk shows as a desktop notification, by the same choices as a push.

A browser without a push service, or whose agent subscribed no push, is told while the desk is open in a tab.
The page asks for each event that it hears while no tab is looked at; what the agent chose decides here.
"""

from datetime import datetime, timedelta

from tickets.collaboration import followers
from tickets.models import (
    AgentPreferences,
    Alert,
    AlertEvent,
    AlertScope,
    Lane,
    Mention,
    Person,
    Sender,
    Ticket,
    TicketEvent,
)

from . import preferences
from .sending import is_seen, payload_of

# An event is asked for at once; what is older was told, or is not news
JUST_NOW = timedelta(seconds=30)
QUIET_LANES = (Lane.SPAM, Lane.MERGED)


def notification(
    ticket: Ticket, person: Person, event: AlertEvent, seq: int, now: datetime
) -> dict[str, object] | None:
    """Return what to show ({title, body, url, tag, icon, urgent, key}); None when this agent does not want it."""
    chosen = preferences.preferences_for(person)
    if (
        ticket.lane in QUIET_LANES
        or preferences.is_muted(chosen, now)
        or preferences.quiet_until(chosen, now)
    ):
        return None
    found = _happened(ticket, person, event, seq, now)
    if not found or AgentPreferences.objects.filter(pk=person.pk, notifications=False).exists():
        return None
    key, near = found
    if not preferences.wants(chosen, event, near):
        return None
    alert = Alert(person=person, ticket=ticket, event=event, key=key, seq=seq or None, created_at=now)
    return None if is_seen(alert) else payload_of(alert) | {"key": key}


def _happened(
    ticket: Ticket, person: Person, event: AlertEvent, seq: int, now: datetime
) -> tuple[str, AlertScope] | None:
    """Return the key of what happened and how near it is to the person; None if it did not happen."""
    if event in (AlertEvent.NEW, AlertEvent.MESSAGE):
        message = ticket.messages.filter(seq=seq, sender=Sender.CUSTOMER, withdrawn_at=None).first()
        return (f"message:{message.pk}", _near(ticket, person)) if message else None
    if event == AlertEvent.MENTION:
        mention = Mention.objects.filter(ticket=ticket, person=person, at__gte=now - JUST_NOW).first()
        return (f"mention:{mention.message_id}", AlertScope.MINE) if mention else None
    if event == AlertEvent.ASSIGNED:
        newest = _newest(ticket, now, "assignee_name")
        by_another = newest and newest.actor_id != person.pk and ticket.assignee_id == person.pk
        return (f"assigned:{newest.pk}", AlertScope.MINE) if newest and by_another else None
    newest = _newest(ticket, now, "first_response", "next_response")
    is_theirs = newest and (newest.new == "overdue" or ticket.assignee_id == person.pk)
    return (f"due:{newest.pk}", _near(ticket, person)) if newest and is_theirs else None


def _newest(ticket: Ticket, now: datetime, *fields: str) -> TicketEvent | None:
    events = ticket.events.filter(field__in=fields, at__gte=now - JUST_NOW)
    return events.order_by("-at", "-id").first()


def _near(ticket: Ticket, person: Person) -> AlertScope:
    return preferences.concern(ticket, person.pk, {each.person_id for each in followers.followers(ticket)})
