"""Following a ticket: its followers are alerted as if it were theirs."""

from django.db import IntegrityError, transaction

from tickets.models import Follower, Person, Ticket


def followers(ticket: Ticket) -> list[Follower]:
    """Return who follows the ticket, the first one first."""
    return list(Follower.objects.filter(ticket=ticket))


def follow(ticket: Ticket, person: Person) -> bool:
    """Have the person follow the ticket; return False if they did already."""
    if Follower.objects.filter(ticket=ticket, person=person).exists():
        return False
    try:
        with transaction.atomic():
            Follower.objects.create(ticket=ticket, person=person, name=str(person))
    except IntegrityError:
        return False
    return True


def unfollow(ticket: Ticket, person: Person) -> bool:
    """End it; return False if the person did not follow the ticket."""
    return Follower.objects.filter(ticket=ticket, person=person).delete()[0] > 0


def move(ticket: Ticket, into: Ticket) -> None:
    """Have those who follow a ticket that is merged follow the one that stays."""
    for each in Follower.objects.filter(ticket=ticket).select_related("person"):
        follow(into, each.person)
