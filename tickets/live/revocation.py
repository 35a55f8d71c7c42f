"""Who may go on listening: asked again while a stream is open."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from tickets.models import Person, Ticket, TokenFamily
from tickets.visibility import Visibility, visibilities


# Two of one person may have come before and after a change: each is compared for itself
@dataclass(frozen=True, eq=False)
class Credentials:
    """A subscriber, the sign-in (a token family or a browser session), and the tickets it is limited to."""

    person: Person
    family: UUID | None = None
    session: str | None = None
    visible: Visibility | None = None
    # A customer's stream of one ticket is open while the ticket is theirs
    ticket: UUID | None = None


def revoked(credentials: set[Credentials]) -> set[Credentials]:
    """Return those of them who would not be let in again, or would see other tickets.

    Three queries, however many they are, one more with customers' streams, and three more when some have
    permission sets.
    """
    rows = Person.objects.filter(pk__in={each.person.pk for each in credentials})
    people = list(rows.only("is_active", "role", "password", "permission_set_id"))
    standing = {person.pk: _standing_of(person) for person in people}
    visible = visibilities(people)
    families = _still(TokenFamily.objects.filter(revoked_at=None), {each.family for each in credentials})
    sessions = _still(Session.objects.all(), {each.session for each in credentials})
    tickets = {each.ticket for each in credentials if each.ticket}
    owners: dict = (
        dict(Ticket.objects.filter(pk__in=tickets).values_list("pk", "requester_id")) if tickets else {}
    )
    return {
        each
        for each in credentials
        if standing.get(each.person.pk) != _standing_of(each.person)
        or visible[each.person.pk] != each.visible
        or each.family not in families
        or each.session not in sessions
        or (each.ticket and owners.get(each.ticket) != each.person.pk)
    }


def _standing_of(person: Person) -> tuple:
    return person.is_active, person.role, person.password, person.permission_set_id


def _still(rows: QuerySet, ids: set) -> set:
    """Return the ids that are among the rows; None stands for no row and is always there."""
    ids = ids - {None}
    return {None, *rows.filter(pk__in=ids).values_list("pk", flat=True)} if ids else {None}
