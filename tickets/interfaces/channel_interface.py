"""The interface of a channel, and the registry of channels."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from ..models import Incoming, Outgoing, Ticket

# Sends what was prepared and returns the other side's id of it; touches no database
Send = Callable[[], str]


class Unreadable(Exception):
    """The incoming message cannot be parsed; it is set aside with this reason."""


class NotForUs(Exception):
    """The incoming message is not a customer's (automatic reply, mailing list); the reason is stored."""


class NotSent(Exception):
    """It will not leave: withdrawn, no address, refused for good. `tell` is whether agents are told."""

    def __init__(self, reason: str, *, tell: bool = True):
        super().__init__(reason)
        self.tell = tell


class TryLater(Exception):
    """It did not leave this time. `in_doubt`: no answer came, so the other side may have it."""

    def __init__(self, reason: str, *, seconds: float | None = None, in_doubt: bool = False):
        super().__init__(reason)
        self.seconds = seconds
        self.in_doubt = in_doubt


class Channel(ABC):
    """One way to reach the desk."""

    name: str

    @abstractmethod
    def receive(self, incoming: Incoming) -> None:
        """Do with it what the chat would: the same verbs. Raise Unreadable or NotForUs."""

    def refuses(self, ticket: Ticket) -> str:
        """Return why an agent cannot write over this channel just now; empty if one can."""
        return ""

    @abstractmethod
    def prepare(self, row: Outgoing) -> Send:
        """Return what sends the row; the database is read here. Raise NotSent.

        The returned function raises NotSent or TryLater.
        """


CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> Channel:
    CHANNELS[channel.name] = channel
    return channel
