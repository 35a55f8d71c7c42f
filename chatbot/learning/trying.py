"""Try Villy before publishing: a conversation is played as a customer would have it, and nothing of it is stored.

A script is text: lines that begin with ">" are typed, the lines below say what has to come back.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from chatbot.dialogue import policy
from chatbot.dialogue.answers import Reply
from chatbot.models import Chat, TestConversation
from chatbot.sources import articles
from tickets.models import Person, Role

MOST_TURNS = 30


class BadScript(ValueError):
    """A script that cannot be read; the message names the line."""


@dataclass
class Turn:
    """One thing that is typed, what has to come back, and what did."""

    said: str
    wanted: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    rule: str = ""
    order: str = ""
    offers: bool = False
    wrong: list[str] = field(default_factory=list)
    # The answer of the run before, where it was another one
    before: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "said": self.said,
            "answer": self.answer,
            "rule": self.rule,
            "order": self.order,
            "wrong": self.wrong,
        }


# --- Reading a script --------------------------------------------------------


def read(script: str) -> list[Turn]:
    """Return the turns of a script. Raise BadScript."""
    turns: list[Turn] = []
    for number, line in enumerate(script.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(">"):
            turns.append(Turn(line[1:].strip()))
            continue
        key, colon, value = line.partition(":")
        key = key.strip().lower()
        if not colon or key not in CHECKS:
            known = ", ".join(CHECKS)
            raise BadScript(
                f'Line {number}: begin with ">" for what is typed, or with one of {known} and a colon.'
            )
        if not turns:
            raise BadScript(
                f'Line {number}: what has to come back stands below a line that begins with ">".'
            )
        turns[-1].wanted.append((key, value.strip()))
    if not turns:
        raise BadScript('Write at least one line that begins with ">".')
    if len(turns) > MOST_TURNS:
        raise BadScript(f"At most {MOST_TURNS} lines can be typed in one conversation.")
    if empty := next((turn for turn in turns if not turn.said), None):
        raise BadScript(f'Line {turns.index(empty) + 1} that begins with ">" is empty.')
    return turns


def _says(reply: Reply, chat: Chat, value: str) -> bool:
    return any(each.strip().casefold() in reply.text.casefold() for each in value.split("|"))


CHECKS: dict[str, Callable[[Reply, Chat, str], bool]] = {
    "says": _says,
    "never": lambda reply, chat, value: not _says(reply, chat, value),
    "order": lambda reply, chat, value: (
        (reply.order["number"] if reply.order else "none").casefold() == value.casefold()
    ),
    "offers": lambda reply, chat, value: reply.offer_agent == (value.casefold() == "yes"),
    "source": lambda reply, chat, value: (
        value.casefold() in [each["title"].casefold() for each in reply.sources]
    ),
    "language": lambda reply, chat, value: chat.language == value.casefold(),
}


# --- Playing it --------------------------------------------------------------


def person_of(customer: str) -> Person:
    """Return the customer with this e-mail, or a guest who is stored nowhere. Raise BadScript for an unknown one."""
    if not customer:
        return Person(name="Visitor")
    found = Person.objects.filter(role=Role.CUSTOMER, login_email=customer.strip().lower()).first()
    if not found:
        raise BadScript(f"No customer signs in with {customer}.")
    return found


def play(script: str, customer: str = "", *, drafts: bool = False) -> list[Turn]:
    """Play a script and return its turns with what came back. Raise BadScript.

    The chat is never saved: no customer and no figure sees it, and no code is sent.
    """
    turns, chat = read(script), Chat(person=person_of(customer))
    chat.is_a_try = True  # type: ignore[attr-defined]
    with articles.with_drafts() if drafts else nullcontext():
        for turn in turns:
            reply = policy.answer(chat, turn.said)
            turn.answer, turn.rule, turn.offers = reply.text, reply.rule, reply.offer_agent
            turn.order = reply.order["number"] if reply.order else ""
            turn.wrong = [
                f"{key}: {value}" for key, value in turn.wanted if not CHECKS[key](reply, chat, value)
            ]
    return turns


@dataclass
class Run:
    """The result of one conversation, compared with its expectations and with the previous run."""

    conversation: TestConversation
    turns: list[Turn] = field(default_factory=list)
    fault: str = ""

    @property
    def is_right(self) -> bool:
        return not self.fault and not any(turn.wrong for turn in self.turns)

    @property
    def changed(self) -> int:
        return sum(bool(turn.before) for turn in self.turns)


def run_all(*, drafts: bool, keep: bool = True) -> list[Run]:
    """Play every conversation of the shop; keep what came back unless it was a try of drafts.

    One that cannot be played is told as such and stops no other.
    """
    runs = []
    for conversation in TestConversation.objects.all():
        run = Run(conversation)
        runs.append(run)
        try:
            run.turns = play(conversation.script, conversation.customer, drafts=drafts)
        except Exception as reason:
            run.fault = str(reason) or type(reason).__name__
            continue
        _compare(run.turns, conversation.last_run)
        if keep and not drafts:
            conversation.last_run, conversation.ran_at = (
                [turn.as_dict() for turn in run.turns],
                timezone.now(),
            )
            conversation.save(update_fields=["last_run", "ran_at"])
    return runs


def _compare(turns: list[Turn], before: list[dict]) -> None:
    """Note on each turn what was answered before, where the same words got another answer."""
    for turn, was in zip(turns, before, strict=False):
        if was.get("said") == turn.said and was.get("answer") != turn.answer:
            turn.before = was.get("answer", "")
