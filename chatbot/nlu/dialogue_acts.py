"""What a turn of a talk is for, its dialogue act, read with the turns before it. Learnt from `data/talks/*.txt`.

"Fee?" after a PIN code asks what the delivery costs, and after cash on delivery what that does. The rules look for words;
this weighs the words together with the act before, so a wording that no rule has is understood in its place as well.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from . import classifier
from .softmax import Softmax
from .text.features import tokens

FOLDER = Path(__file__).resolve().parent.parent / "data" / "talks"
MODEL_FILE = FOLDER.parent / "acts.model"
# Two acts in one message: the rules for several questions part them
SEVERAL = "several"
# A message of more words says itself what it is about
MOST_WORDS_OF_A_PIECE = 4
MOST_WORDS = 40


class Before(NamedTuple):
    """The talk so far: the acts of the last two turns, "" for none, and whether something is wrong that was told."""

    last: str = ""
    last_but_one: str = ""
    has_issue: bool = False


class Act(NamedTuple):
    """A dialogue act, `group.name`, and its chance (0 to 1, calibrated)."""

    name: str
    sure: float


def read(text: str, before: Before) -> dict[str, float]:
    """Return the chance of each dialogue act; {} for a story that is too long to be one, or words of no language."""
    reading = classifier.model().read(text)
    if len(text.split()) > MOST_WORDS or reading.scores["unknown"] > classifier.UNREADABLE:
        return {}
    model = _model()
    found = reading.found | of_the_talk(text, before)
    return dict(zip(model.kinds, model.chances(found), strict=True))


@cache
def _model() -> Softmax:
    return Softmax(MODEL_FILE.read_bytes())


def of_the_talk(text: str, before: Before) -> dict[str, set[str]]:
    """Return the features of the talk so far, alone and crossed with the words of a message."""
    group = group_of(before.last)
    context = {f"k:{before.last}", f"k:before:{before.last_but_one}", f"k:group:{group}"}
    if before.has_issue:
        context.add("k:issue")
    said = tokens(text)[:MOST_WORDS]
    crossed = {f"k:{group}|{word}" for word in said}
    if len(said) <= MOST_WORDS_OF_A_PIECE:
        crossed |= {f"k:{before.last}|{word}" for word in said}
    return {"context": context, "crossed": crossed}


def group_of(act: str) -> str:
    """Return the group of an act: "order" of "order.state"."""
    return act.partition(".")[0]


def after(before: Before, act: str) -> Before:
    """Return the talk so far once a turn had this act."""
    has_issue = act != "issue.drop" and (before.has_issue or (group_of(act) == "issue"))
    return Before(act, before.last, has_issue)


class Turn(NamedTuple):
    text: str
    act: str
    before: Before
    # The file and the place of its talk in it
    talk: str


def turns(folder: Path = FOLDER) -> Iterator[Turn]:
    """Return each turn of the talks of customers with its act, in a fixed order.

    Talks are parted by an empty line. A turn is `act TAB message`; `one + another` is a message with two acts.
    """
    for path in sorted(folder.glob("*.txt")):
        before, number = Before(), 0
        for line in path.read_text(encoding="utf-8").splitlines():
            act, _, text = line.partition("\t")
            if not line.strip():
                before, number = Before(), number + 1
            elif not line.startswith("#"):
                yield Turn(text.strip(), SEVERAL if "+" in act else act, before, f"{path.stem}:{number}")
                before = after(before, act.rpartition(" ")[2])


def digest() -> str:
    """Return a fingerprint of the talks: a model of others is stale."""
    said = "\n".join(f"{turn.talk}\t{turn.act}\t{turn.text}" for turn in turns())
    return hashlib.sha256(said.encode()).hexdigest()[:16]
