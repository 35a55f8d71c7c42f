"""What the channels need of Villy, who registers himself: `tickets` does not know him."""

from dataclasses import dataclass, field
from typing import Protocol

from ..models import Person, Ticket


@dataclass(frozen=True)
class Choice:
    """Something to tap: what it says, and what is then said."""

    title: str
    says: str


@dataclass(frozen=True)
class Answer:
    """What Villy says, as text that stands alone; or the ticket that the words went to."""

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
    """What is known of a message; nothing without an assistant."""
    return _assistant.understand(text) if _assistant else {}
