"""Letters and times of the shop's zone, for the tests of settings."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core import mail
from django.utils import timezone

from tickets.channels import outbox, transcript

KOLKATA = ZoneInfo("Asia/Kolkata")


def letter_of(ticket) -> str:
    """Return a copy of the conversation by letter, as text."""
    transcript.send(ticket)
    while outbox.deliver_due(timezone.now() + timedelta(seconds=10)):
        pass
    return mail.outbox[-1].body


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)
