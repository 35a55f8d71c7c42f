"""Who has seen what."""

from typing import Any

from django.db.models import QuerySet

from supportdesk.db.transactions import atomic_with_retry
from tickets import live
from tickets.models import Message, Sender, Ticket


def mark_read(ticket: Ticket, *, by_agents: bool, up_to: int) -> None:
    """Remember that one side has seen the conversation up to this seq."""
    side = "agents" if by_agents else "requester"
    mark, unread = f"read_by_{side}", f"unread_by_{side}"
    up_to = min(up_to, ticket.last_seq)
    if getattr(ticket, mark) < up_to or getattr(ticket, unread):
        _mark_read(ticket, mark, unread, by_agents, up_to)


@atomic_with_retry
def _mark_read(ticket: Ticket, mark: Any, unread: Any, by_agents: Any, up_to: Any) -> None:
    row = Ticket.objects.filter(pk=ticket.pk)
    row.filter(**{f"{mark}__lt": up_to}).update(**{mark: up_to})
    # Nothing unread is left, unless something has come since
    if not row.filter(last_seq__lte=up_to).update(**{unread: 0}):
        now = row.get()
        left = min(getattr(now, unread), _news(now, by_agents, getattr(now, mark)).count())
        row.filter(last_seq=now.last_seq).update(**{unread: left})
    live.announce(ticket)


def _news(ticket: Ticket, for_agents: bool, after: int) -> QuerySet[Message]:
    """Return the messages after a seq that one side has to read; notes do not count."""
    public = ticket.messages.filter(internal=False, seq__gt=after)
    if for_agents:
        return public.filter(sender=Sender.CUSTOMER)
    return public.exclude(sender=Sender.CUSTOMER)
