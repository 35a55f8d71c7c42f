"""The number on the chat button of every page of the shop, and the token that reads it and nothing else."""

from uuid import UUID

from django.core import signing

from tickets.models import Person, Status, Ticket

SALT = "unread"
# As long as a sign-in of the widget lasts without being used
DAYS = 30
MAX_LENGTH = 200
# More open conversations than anybody has
MOST = 50


def _open_tickets(person: UUID) -> list[Ticket]:
    tickets = Ticket.objects.filter(requester_id=person).exclude(status=Status.CLOSED)
    return list(tickets.only("id", "unread_by_requester", "requester")[:MOST])


def token_for(person: Person) -> str:
    """Return a token that `read` takes."""
    return signing.dumps(person.pk.hex, salt=SALT)


def read(token: str) -> tuple[int, bool] | None:
    """Return how many messages the person has not read, and whether a conversation is open; None for a bad token."""
    try:
        person = UUID(signing.loads(token, salt=SALT, max_age=DAYS * 86400))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    tickets = _open_tickets(person)
    return sum(ticket.unread_by_requester for ticket in tickets), bool(tickets)
