"""Which tickets an agent sees: all of them, or those of their own teams; and what else they may do."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from .models import InboxEvent, PermissionSet, Person, TeamCategory, TeamMember, Ticket


@dataclass(frozen=True)
class Visibility:
    """The tickets of an agent who is limited to their own teams."""

    person: uuid.UUID
    categories: tuple[str, ...] = ()

    def allows(self, ticket: Ticket) -> bool:
        """Return whether the agent sees this ticket."""
        return self.allows_values(ticket.category, ticket.assignee_id)

    def allows_values(self, category: str | None, assignee_id: uuid.UUID | str | None) -> bool:
        """Return whether the agent sees a ticket of this category and assignee."""
        return category in self.categories or str(assignee_id or "") == str(self.person)

    def allowed_before(self, event: InboxEvent) -> bool:
        """Return whether the agent saw the ticket before this change of its category or assignee."""
        if event.category_before is None:
            return False
        return self.allows_values(event.category_before, event.assignee_before)

    def among(self, tickets: QuerySet) -> QuerySet:
        """Return those of the tickets that the agent sees."""
        return tickets.filter(Q(category__in=self.categories) | Q(assignee_id=self.person))


def visibility_of(person: Person) -> Visibility | None:
    """Return what the agent is limited to; None for one who sees every ticket. Read once for each `person`."""
    if not person.permission_set_id:
        return None
    if "visibility" not in person.__dict__:
        person.__dict__["visibility"] = visibilities([person])[person.pk]
    return person.__dict__["visibility"]


def visibilities(people: Iterable[Person]) -> dict[uuid.UUID, Visibility | None]:
    """Return what each of these people is limited to, as it is now; three queries, none without permission sets."""
    people = list(people)
    found: dict[uuid.UUID, Visibility | None] = {person.pk: None for person in people}
    sets = {person.permission_set_id for person in people if person.permission_set_id}
    if not sets:
        return found
    narrow = set(PermissionSet.objects.filter(pk__in=sets, own_team_only=True).values_list("pk", flat=True))
    limited = [person.pk for person in people if person.permission_set_id in narrow]
    teams, members = defaultdict(set), TeamMember.objects.filter(person_id__in=limited)
    for person, team in members.values_list("person_id", "team_id"):
        teams[team].add(person)
    categories = defaultdict(list)
    for category, team in TeamCategory.objects.filter(team_id__in=list(teams)).values_list(
        "category", "team_id"
    ):
        for person in teams[team]:
            categories[person].append(category)
    return found | {pk: Visibility(pk, tuple(sorted(categories[pk]))) for pk in limited}


def visible_tickets(person: Person) -> QuerySet[Ticket]:
    """Return the tickets that this agent sees, without their hand-over packets."""
    tickets = Ticket.objects.defer("handover")
    limits = visibility_of(person)
    return limits.among(tickets) if limits else tickets


def may(person: Person, what: str) -> bool:
    """Return whether the permission set allows this: "export", "erase", "change_settings"."""
    return not person.permission_set_id or getattr(person.permission_set, f"may_{what}")


def require(person: Person, what: str) -> None:
    """Raise PermissionDenied unless the permission set allows this."""
    if not may(person, what):
        raise PermissionDenied(_("Your permission set does not allow this."))
