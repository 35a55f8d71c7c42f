"""What the channels need of Villy, who registers himself: `tickets` does not know him."""

import logging
from dataclasses import dataclass, field
from typing import Protocol

from supportdesk.http.outages import is_outage

from ..models import Person, Ticket

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """Something to tap: what it says, and what is then said."""

    title: str
    says: str


@dataclass(frozen=True)
class Answer:
    """Villy's answer as plain text, or the ticket that the message was added to."""

    text: str = ""
    choices: list[Choice] = field(default_factory=list)
    ticket: Ticket | None = None
    key: str = ""


class Assistant(Protocol):
    def understand(self, text: str) -> dict:
        """Return category, priority and language of a message, as `workflow.open_ticket` takes them."""

    def answer(self, person: Person, text: str, *, client_id: str, channel: str) -> Answer:
        """Answer, or open a ticket at once when a person is asked for."""

    def move(self, old: Person, new: Person) -> None:
        """Make the chats of one person another one's: both are one."""


_assistant: Assistant | None = None


def register(assistant: Assistant) -> None:
    global _assistant
    _assistant = assistant


def get() -> Assistant | None:
    return _assistant


def understand(text: str) -> dict:
    """Return the assistant's reading of a message; empty if there is none or it fails."""
    try:
        return _assistant.understand(text) if _assistant else {}
    except Exception as reason:
        if is_outage(reason):
            raise
        logger.exception("a message was not understood; its ticket opens all the same")
        return {}


def answer(person: Person, text: str, *, client_id: str, channel: str) -> Answer | None:
    """Return Villy's answer; None without an assistant or when he fails, so that an agent answers."""
    try:
        return _assistant.answer(person, text, client_id=client_id, channel=channel) if _assistant else None
    except Exception as reason:
        if is_outage(reason):
            raise
        logger.exception("Villy could not answer, a person will")
        return None
