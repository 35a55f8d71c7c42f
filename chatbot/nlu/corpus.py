"""The corpus: what customers type, and what they mean by it.

One text file an intent under `data/corpus/`, written and corrected by hand.
A heading in square brackets says the language, whether an agent has to act,
and, where it differs from the usual, the priority:

    [hinglish issue urgent]
    namkeen me blade ka tukda nikla
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "corpus"

LANGUAGES = ("en", "hinglish", "hi")
KINDS = ("issue", "question")
PRIORITIES = ("urgent", "high", "medium", "low")
INTENTS = (
    "greeting",
    "product_query",
    "order_status",
    "delivery_delay",
    "item_problem",
    "refund_return",
    "payment_problem",
    "cancel_order",
    "change_address",
    "account_problem",
    "talk_to_human",
    "complaint",
    "feedback",
    "thanks_bye",
    "out_of_scope",
)


class CorpusError(ValueError):
    """A line that cannot be read; the message starts with `file:line`."""


@dataclass(frozen=True)
class Example:
    """One utterance with its labels. `priority` None means the usual one of its intent.

    `weight` is how many lines it counts for in training.
    """

    text: str
    intent: str
    language: str
    is_issue: bool
    priority: str | None = None
    weight: float = 1.0


# What a shop taught is written as its own customers write: a line of it counts for five of ours. Of 1 and 5,
# chosen with `train_villy --curve`; see the model card
TAUGHT_WEIGHT = 5.0


def load(extra: Iterable[Example] = (), folder: Path = FOLDER) -> list[Example]:
    """Return every example of the files, in a fixed order, then `extra` ones.

    `extra` are examples taught elsewhere, such as in the admin. A text that is
    there already (spaces and case aside) is skipped, so teaching it twice, or
    teaching what the files say, changes nothing. Raise CorpusError when a file
    is missing or has a line that cannot be read.
    """
    examples: dict[str, Example] = {}
    for intent in INTENTS:
        for example in read(folder / f"{intent}.txt"):
            examples.setdefault(_key(example), example)
    for example in sorted(extra, key=_line):
        examples.setdefault(_key(example), example)
    return list(examples.values())


def read(path: Path) -> Iterator[Example]:
    """Yield the examples of one file; its name is their intent."""
    if not path.exists():
        raise CorpusError(f"{path.name}:0: there is no such file in {path.parent.name}/")
    heading = None
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(map(str.strip, lines), start=1):
        where = f"{path.name}:{number}"
        if not line or line == "#" or line.startswith("# "):
            continue
        if _is_heading(line):
            heading = _heading(line, where)
        elif heading is None:
            raise CorpusError(f"{where}: text before the first heading, such as [en issue]")
        else:
            language, kind, priority = heading
            yield Example(line, path.stem, language, kind == "issue", priority)


def digest(examples: Iterable[Example]) -> str:
    """Return a fingerprint that changes whenever a text or a label does."""
    lines = sorted(_line(example) for example in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def in_dev_split(text: str) -> bool:
    """Say whether a text is kept out of training when the model is judged.

    The text alone decides, so a line never moves when others are written:
    one in eight, by the hash of its letters.
    """
    letters = "".join(filter(str.isalnum, text.casefold()))
    return hashlib.sha256(letters.encode()).digest()[0] % 8 == 0


def _is_heading(line: str) -> bool:
    return line.startswith("[") and line.endswith("]")


def _heading(line: str, where: str) -> tuple[str, str, str | None]:
    words = line[1:-1].split()
    language, kind = [*words, "", ""][:2]
    priority = words[2] if len(words) > 2 else None
    fits = len(words) in (2, 3) and language in LANGUAGES and kind in KINDS
    if not fits or (priority is not None and priority not in PRIORITIES):
        raise CorpusError(
            f"{where}: {line} is not a heading; write [language kind] or [language kind "
            f"priority] with {'|'.join(LANGUAGES)}, {'|'.join(KINDS)}, {'|'.join(PRIORITIES)}"
        )
    return language, kind, priority


def _key(example: Example) -> str:
    return " ".join(example.text.casefold().split())


def _line(example: Example) -> str:
    kind = "issue" if example.is_issue else "question"
    labels = [example.intent, example.language, kind, example.priority or "usual"]
    return "\t".join([*labels, example.text])
