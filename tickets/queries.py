"""What the desk shows beside the list of tickets: people, conversations, orders."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from supportdesk.db import clock
from supportdesk.db.compiled_queries import compiled_query

from .models import (
    Availability,
    Message,
    Order,
    OrderItem,
    Person,
    Role,
    SavedView,
    ScheduledReply,
    Tag,
    Team,
    TeamCategory,
    TeamMember,
    Ticket,
    Viewer,
)
from .visibility import Visibility

MESSAGES_PAGE = 50
# More messages than a conversation has
NO_SEQ = 2**31 - 1
COLLEAGUES_KEPT_SECONDS = 10
# A tab says every 25 seconds that it still shows the ticket
VIEWER_FADES = timedelta(seconds=60)
# Beside an open ticket
ORDERS_SHOWN, EARLIER_SHOWN = 20, 6


# --- People ------------------------------------------------------------------


def agents() -> QuerySet[Person]:
    """Everybody a ticket can be assigned to."""
    working = Person.objects.filter(role__in=(Role.AGENT, Role.STAFF), is_active=True)
    return working.order_by("name").only("id", "name", "role", "is_active")


@dataclass(frozen=True)
class Colleague:
    id: uuid.UUID
    name: str
    availability: str = "away"


def colleagues() -> list[Colleague]:
    """The agents as every open ticket offers them: as they were within the last seconds."""
    return cache.get_or_set("colleagues", _colleagues, COLLEAGUES_KEPT_SECONDS) or []


def assignable(ticket: Ticket) -> list[Colleague]:
    """Return the agents that this ticket offers: also the one who has it and has left the shop."""
    working = colleagues()
    if ticket.assignee_id and ticket.assignee_id not in {agent.id for agent in working}:
        return [Colleague(ticket.assignee_id, ticket.assignee_name), *working]
    return working


def _colleagues() -> list[Colleague]:
    online = set(Availability.objects.filter(is_away=False).values_list("pk", flat=True))
    return [Colleague(each.pk, each.name, "online" if each.pk in online else "away") for each in agents()]


def availability_of(person: Person) -> str:
    """Return "online" or "away", as it was within the last seconds."""
    return next((each.availability for each in colleagues() if each.id == person.pk), "away")


@dataclass
class TeamShown:
    id: uuid.UUID
    name: str
    categories: list[str]
    members: list[uuid.UUID]


def teams() -> list[TeamShown]:
    """Return the teams with their categories and members."""
    found = {team.pk: TeamShown(team.pk, team.name, [], []) for team in Team.objects.all()}
    for category, team in TeamCategory.objects.order_by("category").values_list("category", "team_id"):
        found[team].categories.append(category)
    for person, team in TeamMember.objects.values_list("person_id", "team_id"):
        found[team].members.append(person)
    return list(found.values())


def other_viewers(ticket: Ticket, person: Person) -> QuerySet[Viewer]:
    """The agents who have the ticket open right now, without this one."""
    fresh = Viewer.objects.filter(ticket=ticket, seen_at__gt=clock.now() - VIEWER_FADES)
    return fresh.exclude(person=person).order_by("name")


# --- Conversations -----------------------------------------------------------


def conversation(ticket: Ticket, *, notes: bool) -> QuerySet[Message]:
    """The messages of a ticket; `notes` is for agents only."""
    messages = Message.objects.filter(ticket=ticket).order_by("seq")
    return messages if notes else messages.filter(internal=False)


def newest_messages(ticket: Ticket, *, notes: bool, before: int | None = None) -> list[Message]:
    """The last MESSAGES_PAGE messages (before a seq), oldest first."""
    return _messages(notes, MESSAGES_PAGE, backwards=True)(ticket.pk, before or NO_SEQ)[::-1]


def newer_messages(ticket: Ticket, seq: int, *, notes: bool, limit: int | None = None) -> list[Message]:
    """The messages after a seq, oldest first."""
    return _messages(notes, limit)(ticket.pk, seq)


def message_at(ticket_id: uuid.UUID, seq: int) -> Message | None:
    """Return the ticket's message with this seq, a note as well; None where there is none."""
    found = _messages(True, 1)(ticket_id, seq - 1)
    return found[0] if found and found[0].seq == seq else None


@lru_cache
def _messages(notes: bool, limit: int | None, backwards: bool = False) -> Callable[..., list[Message]]:
    """Return the query of at most `limit` messages after a seq, or backwards from before it."""

    def rows(ticket: Any, seq: Any) -> Any:
        messages = conversation(ticket, notes=notes)
        found = messages.filter(seq__lt=seq).order_by("-seq") if backwards else messages.filter(seq__gt=seq)
        return found[:limit]

    return compiled_query(rows)


def items_of(order_id: uuid.UUID) -> list[OrderItem]:
    return list(OrderItem.objects.filter(order_id=order_id))


def orders_of(person: Person) -> QuerySet[Order]:
    return Order.objects.filter(customer=person).order_by("-placed_at")


def orders_shown(person_id: uuid.UUID) -> list[Order]:
    """Return the customer's newest orders, as many as an open ticket shows."""
    return list(Order.objects.filter(customer_id=person_id).order_by("-placed_at")[:ORDERS_SHOWN])


def earlier_tickets(person_id: uuid.UUID, visible: Visibility | None = None) -> list[Ticket]:
    """Return the customer's newest tickets; one more than is shown, since the open one is among them."""
    shown = Ticket.objects.only("id", "number", "subject", "status", "updated_at", "rating")
    shown = visible.among(shown) if visible else shown
    found = shown.filter(requester_id=person_id).order_by("-updated_at", "-id")
    return list(found[: EARLIER_SHOWN + 1])


def scheduled_on(ticket_id: uuid.UUID) -> list[ScheduledReply]:
    """Return the replies that are sent later, the next one first."""
    return list(ScheduledReply.objects.filter(ticket_id=ticket_id).order_by("send_at"))


# --- What agents work with ---------------------------------------------------


@dataclass(frozen=True)
class TagShown:
    name: str
    colour: str


def tags() -> dict[str, TagShown]:
    """The tags by name, as they were within the last seconds."""
    return cache.get_or_set("tags", _tags, COLLEAGUES_KEPT_SECONDS) or {}


def _tags() -> dict[str, TagShown]:
    return {tag.name: TagShown(tag.name, tag.colour) for tag in Tag.objects.all()}


def saved_views(agent: Person) -> list[SavedView]:
    """The agent's own saved views, and then those that others share."""
    shared = cache.get_or_set("shared-views", _shared_views, COLLEAGUES_KEPT_SECONDS) or []
    own = list(SavedView.objects.filter(owner_id=agent.pk).order_by("name"))
    return own + [view for view in shared if view.owner_id != agent.pk]


def _shared_views() -> list[SavedView]:
    return list(SavedView.objects.filter(is_shared=True).order_by("name"))
