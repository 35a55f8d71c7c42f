"""The interface of reply suggestions; the implementation registers itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..models import Message, Ticket


@dataclass(frozen=True)
class SuggestedReply:
    """Words for the agent to read, change and send; `sources` are the titles of what says so."""

    text: str
    sources: tuple[str, ...]


class Unavailable(Exception):
    """No reply can be suggested now; the message says why, to the agent."""


# Takes the ticket and its newest messages, oldest first and without the team's notes; raises Unavailable
Suggest = Callable[[Ticket, Sequence[Message]], SuggestedReply]

_suggest: Suggest | None = None


def register(suggest: Suggest) -> None:
    global _suggest
    _suggest = suggest


def get() -> Suggest | None:
    """Return what suggests replies; None where nothing is registered."""
    return _suggest
