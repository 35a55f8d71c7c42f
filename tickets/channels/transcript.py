"""A copy of the conversation by e-mail, for the customer who asks for one."""

from django.utils import timezone

from tickets.models import ChannelName, Ticket

from . import outbox


def send(ticket: Ticket) -> bool:
    """Queue the copy; False without an address. Asked twice within an hour about the same words, it leaves once."""
    address = ticket.requester_email.strip().lower()
    if not address:
        return False
    hour = timezone.now().strftime("%Y%m%d%H")
    outbox.queue(
        f"transcript-{ticket.pk.hex}-{ticket.last_seq}-{hour}",
        ChannelName.EMAIL,
        "transcript",
        ticket=ticket,
        person_id=ticket.requester_id,
        address=address,
    )
    return True
