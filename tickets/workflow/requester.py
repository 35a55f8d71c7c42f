"""Whose ticket it is: a guest's ticket becomes that of the customer whom the shop has identified."""

from ..models import Message, Person, Ticket
from .change_set import ChangeSet, atomic_on_ticket


def change_requester(ticket: Ticket, person: Person, *, by: Person) -> None:
    """Make the ticket this person's, with an event row; contact details that they have replace the guest's.

    What the guest wrote becomes the person's own, so that repeating a message under its `client_id`
    still finds it.
    """
    guest_id, client_id = ticket.requester_id, ticket.client_id
    if client_id and Ticket.objects.filter(requester=person, client_id=client_id).exists():
        # The person has opened a ticket under the same client_id: both stay
        client_id = f"moved-{ticket.pk}"
    _change_requester(ticket, person, by, client_id)
    Message.objects.filter(ticket=ticket.pk, author=guest_id).update(author=person)


@atomic_on_ticket
def _change_requester(ticket: Ticket, person: Person, by: Person, client_id: str | None) -> None:
    if ticket.requester_id == person.pk:
        return
    change_set = ChangeSet(ticket, by=by)
    change_set.read["requester_id"] = ticket.requester_id
    change_set.add_event("requester", ticket.requester_name, str(person))
    change_set.set_silently(
        requester=person,
        requester_name=person.name or ticket.requester_name,
        requester_email=person.email or ticket.requester_email,
        requester_phone=person.phone or ticket.requester_phone,
        client_id=client_id,
    )
    change_set.write()
