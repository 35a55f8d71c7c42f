"""Helpers for the tests of settings: the transcript e-mail, and times in the shop's time zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core import mail
from django.utils import timezone

from tickets.channels import outbox, transcript

KOLKATA = ZoneInfo("Asia/Kolkata")


def transcript_of(ticket) -> str:
    """Send the transcript of the conversation by e-mail; return its text."""
    transcript.send(ticket)
    while outbox.deliver_due(timezone.now() + timedelta(seconds=10)):
        pass
    return mail.outbox[-1].body


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KOLKATA)
