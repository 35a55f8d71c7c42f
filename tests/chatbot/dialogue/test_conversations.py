"""How well Villy holds a conversation: the files `data/conversations*.txt`, turn by turn.

They are measured as a whole: a share of right answers for first turns and for later ones, and no harm at
all (a `never:` that was said, a promise). `-s` shows each answer that is not right.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chatbot import conversations
from chatbot.demo import loader
from tests import factories
from tickets.models import Person

FOLDER = Path(__file__).parent.parent / "data"
FILES = (
    "conversations.txt",
    "conversations_more.txt",
    "conversations_phone.txt",
    "conversations_batches.txt",
    "conversations_long.txt",
    "conversations_subjects.txt",
    "conversations_flows.txt",
    "conversations_asked.txt",
)
# Reached on 30 November 2026, less some answers each
FIRST_TURNS, LATER_TURNS = 0.97, 0.96
CUSTOMER = "customer@demo.test"
# A sentence that says that something will be done: only a verb may say so, and Villy has none
PROMISE = re.compile(
    r"\bI(?:'ll| will) (?:cancel|refund|change|add|pass|tell|ask|return|book|place)\b|kar dunga\b|karunga\b|कर दूँगा",
    re.I,
)


@dataclass
class Turn:
    text: str
    wanted: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Talk:
    who: str
    kind: str
    turns: list[Turn] = field(default_factory=list)


def read(text: str) -> list[Talk]:
    """Return the conversations of a file in the form that its head describes."""
    talks: list[Talk] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("=="):
            who, _, kind = line[2:].partition(":")
            talks.append(Talk(who.strip(), kind.strip()))
        elif line.startswith(">"):
            talks[-1].turns.append(Turn(line[1:].strip()))
        elif line and not line.startswith("#"):
            key, _, value = line.partition(":")
            talks[-1].turns[-1].wanted.append((key.strip(), value.strip()))
    return talks


def wrong(answer, wanted: list[tuple[str, str]]) -> list[str]:
    """Return what is not as it should be; a harm begins with "harm"."""
    reply, said = answer.reply, answer.text.casefold()
    found = []
    for key, value in wanted:
        options = [each.strip().casefold() for each in value.split("|")]
        number = reply["order"]["number"] if reply["order"] else "none"
        products = {card["name"] for card in reply["products"]}
        right = {
            "says": lambda: any(each in said for each in options),  # noqa: B023
            "all": lambda: all(each.strip() in said for each in value.casefold().split("&")),  # noqa: B023
            "never": lambda: not any(each in said for each in options),  # noqa: B023
            "order": lambda: number == value,  # noqa: B023
            "offers": lambda: reply["offerAgent"] == (value == "yes"),  # noqa: B023
            "rule": lambda: answer.rule in options,  # noqa: B023
            "category": lambda: reply["category"] == value,  # noqa: B023
            "priority": lambda: reply["priority"] == value,  # noqa: B023
            "lang": lambda: answer.chat.language == value,  # noqa: B023
            "products": lambda: products == {each.strip() for each in value.split(",")},  # noqa: B023
        }[key]()
        if not right:
            found.append(f"harm: {value}" if key == "never" else f"{key}: {value}")
    if PROMISE.search(answer.text):
        found.append("harm: a promise")
    return found


@pytest.fixture
def shop(db):
    loader._products()
    loader._articles()
    loader._delivery_areas()
    loader._orders(loader._people())


def measured(talks: list[Talk]) -> dict[str, list]:
    """Play them; return what was not right by "first" and "later", each as (right, said)."""
    scores: dict[str, list] = {"first": [], "later": []}
    for talk in talks:
        person = Person.objects.get(login_email=CUSTOMER) if talk.who == "customer" else factories.guest()
        if talk.who == "customer":
            person.chats.all().delete()
        for place, turn in enumerate(talk.turns):
            answer = conversations.ask(person, turn.text)
            reasons = wrong(answer, turn.wanted)
            scores["later" if place else "first"].append(reasons)
            if reasons:
                print(f"\n{talk.kind}\n  > {turn.text}\n  {answer.text}\n  [{answer.rule}] NOT {reasons}")
    return scores


@pytest.mark.long
def test_most_answers_are_right_and_none_does_harm(shop):
    talks = [talk for name in FILES for talk in read((FOLDER / name).read_text(encoding="utf-8"))]
    assert len(talks) >= 360
    scores = measured(talks)
    right = {name: sum(not each for each in turns) / len(turns) for name, turns in scores.items()}
    harms = [
        reason
        for turns in scores.values()
        for reasons in turns
        for reason in reasons
        if reason.startswith("harm")
    ]
    print({name: f"{share:.3f} of {len(scores[name])}" for name, share in right.items()}, "harms:", harms)
    assert harms == []
    assert right["first"] >= FIRST_TURNS
    assert right["later"] >= LATER_TURNS
