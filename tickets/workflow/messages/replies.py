"""Replies that leave by e-mail or WhatsApp: queued with their message, sent once they can no longer be undone."""

from datetime import timedelta

from supportdesk.db.compiled_queries import insert
from tickets.interfaces.channel_interface import CHANNELS
from tickets.models import ChannelName, Message, Outgoing, Ticket

from .. import clock

# A message can be withdrawn for 8 seconds; one more for a withdrawal that is being written
UNDO = timedelta(seconds=9)
OUTWARD = {ChannelName.EMAIL, ChannelName.WHATSAPP}


def reply_by(channel: str) -> str:
    """Return the channel over which answers to a message of this one leave; empty for the chat."""
    return channel if channel in OUTWARD else ""


def why_not(ticket: Ticket) -> str:
    """Return why a reply to this ticket could not leave; empty if it can, or if it stays in the chat."""
    channel = CHANNELS.get(ticket.reply_by)
    return channel.refuses(ticket) if channel else ""


def queue_reply(
    ticket: Ticket,
    message: Message,
    *,
    kind: str = "reply",
    channel: str = "",
    payload: dict | None = None,
) -> None:
    """Queue a message of the conversation, inside the caller's transaction; it leaves after the undo window."""
    row = Outgoing(
        key=f"{kind}-{message.pk}",
        channel=channel or ticket.reply_by,
        kind=kind,
        ticket=ticket,
        person_id=ticket.requester_id,
        message_id=message.pk,
        payload=payload or {},
        created_at=message.created_at,
        # Of the clock, not of the message: that may bear a later time than now
        due_at=clock.now() + UNDO,
    )
    insert([row])
