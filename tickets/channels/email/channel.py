"""E-mail as a channel."""

import re
import smtplib
from email.errors import MessageError

from django.core.mail import EmailMessage, get_connection

from tickets.interfaces.channel_interface import Channel, NotSent, Send, TryLater, register

from ...models import ChannelName, Incoming, Message, Outgoing, Sender, Ticket
from .. import links
from ..withdrawals import is_withdrawn
from . import bounces, composing, incoming

# A mailbox that is full may be emptied; an address that does not exist will not come to be
FIRST_FINAL_CODE = 500
FULL_MAILBOX = {452, 552, 422}
# RFC 3463: what is wrong with the address (5.1.x), or with its mailbox but for a full one (5.2.x). A server that
# finds out only after DATA says so there; any other 5xx at DATA is about the e-mail, the sender or the server
REFUSES_RECIPIENT = re.compile(r"\b5\.(?:1\.[0-6]|1\.10|2\.1)\b")


class Email(Channel):
    name = ChannelName.EMAIL

    def receive(self, row: Incoming) -> None:
        incoming.receive(row)

    def prepare(self, row: Outgoing) -> Send:
        if row.kind == "code":
            id = composing.message_id(row)
            email = composing.compose_code(row)
            return lambda: _send(email, id)
        if row.ticket_id is None:
            raise NotSent("This e-mail belongs to no ticket.")
        ticket = Ticket.objects.select_related("requester").get(pk=row.ticket_id)
        messages = _messages(row, ticket)
        if not messages:
            raise NotSent("There is nothing left to send.", tell=False)
        address = (row.address or ticket.requester_email).strip().lower()
        if not address:
            raise NotSent("The customer has no e-mail address.")
        if reason := bounces.why_not(address, row.kind):
            raise NotSent(reason, tell=row.kind == "reply")
        if row.address != address:
            Outgoing.objects.filter(pk=row.pk).update(address=address)
            row.address = address
        # Known before it leaves: a bounce may be here before the connection is closed
        id = composing.message_id(row)
        Outgoing.objects.filter(pk=row.pk, external_id="").update(external_id=id)
        email = composing.compose(row, ticket, messages)
        return lambda: _send(email, id)


def _messages(row: Outgoing, ticket: Ticket) -> list[Message]:
    """Return the messages that the e-mail shows, read now: a withdrawn message is never sent."""
    # A merge moves the messages to another ticket; the e-mail stays in the thread that it answers
    there = links.surviving_ticket(ticket)
    if row.message_id:
        found = Message.objects.filter(pk=row.message_id, ticket=there)
    elif row.kind == "unread":
        # What the customer has read meanwhile is left out
        first = max(row.payload["after"], ticket.read_by_requester)
        found = Message.objects.filter(
            ticket=ticket, seq__gt=first, seq__lte=row.payload["upto"], internal=False
        )
        found = found.filter(
            sender__in=(
                Sender.AGENT,
                *((Sender.SYSTEM,) if row.payload.get("system") or row.payload.get("stars") else ()),
            )
        )
    else:
        found = Message.objects.filter(ticket=there, internal=False)
    messages = found.order_by("seq")[: composing.MOST_LINES]
    return [message for message in messages if not is_withdrawn(message)]


def _send(email: EmailMessage, id: str) -> str:
    try:
        get_connection().send_messages([email])
    except smtplib.SMTPRecipientsRefused as reason:
        codes = {code for code, _ in reason.recipients.values()}
        said = "; ".join(_text(text) for _, text in reason.recipients.values())
        if codes and all(code >= FIRST_FINAL_CODE and code not in FULL_MAILBOX for code in codes):
            raise NotSent(f"The mail server refused the address: {said}") from reason
        raise TryLater(f"The mail server refused it for now: {said}") from reason
    except smtplib.SMTPResponseException as reason:
        said = f"{reason.smtp_code} {_text(reason.smtp_error)}"
        if isinstance(reason, smtplib.SMTPDataError) and _refuses_recipient(reason.smtp_code, said):
            raise NotSent(f"The mail server refused the address: {said}") from reason
        raise TryLater(f"The mail server: {said}") from reason
    except (smtplib.SMTPServerDisconnected, TimeoutError) as reason:
        raise TryLater("The mail server did not answer.", in_doubt=True) from reason
    except (OSError, smtplib.SMTPException) as reason:
        raise TryLater(f"The mail server cannot be reached ({type(reason).__name__}).") from reason
    except (ValueError, MessageError) as reason:
        # An invalid address or header
        raise NotSent(f"This e-mail cannot be written ({type(reason).__name__}).") from reason
    return id


def _refuses_recipient(code: int, said: str) -> bool:
    return code >= FIRST_FINAL_CODE and code not in FULL_MAILBOX and bool(REFUSES_RECIPIENT.search(said))


def _text(said) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:120]


register(Email())
