"""What a message that follows asks: how much, when, for a child, a person. Learnt from `data/asked/*.txt`.

The rules look for words; this reads the same features as the classifier (sounds, pieces, concepts), so a wording that
no rule has ("bche ko chata du") is understood too. Standard library alone, like `classifier`.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from . import classifier
from .softmax import Softmax

FOLDER = Path(__file__).resolve().parent.parent / "data" / "asked"
MODEL_FILE = FOLDER.parent / "asked.model"
NOTHING = "nothing"
# A message of more words is a story, and the lines are short
MOST_WORDS = 12


class Asked(NamedTuple):
    """A kind of question (a file name of FOLDER) and its calibrated probability, 0 to 1."""

    what: str
    sure: float


# What is hardly asked of the kind of thing that the talk is about counts for so much less
HARDLY = 0.3


def asked(text: str, hardly: frozenset[str] = frozenset()) -> Asked:
    """Return what a message asks; NOTHING for a name, a detail, a story or what it cannot tell.

    `hardly` are names of FOLDER that are seldom asked in this talk: "kitne din" of a jar is how long it keeps.
    """
    return _model().asked(text, hardly)


@cache
def _model() -> "Model":
    return Model(MODEL_FILE.read_bytes())


class Model(Softmax):
    """The weights of what a message asks: a softmax over the names of FOLDER."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self.asked = lru_cache(512)(self.asked)  # type: ignore[method-assign]

    def asked(self, text: str, hardly: frozenset[str] = frozenset()) -> Asked:
        if len(text.split()) > MOST_WORDS:
            return Asked(NOTHING, 1.0)
        told = self.chances(classifier.model().read(text).found)
        chances = [
            each * HARDLY if kind in hardly else each for kind, each in zip(self.kinds, told, strict=True)
        ]
        best = max(range(len(chances)), key=chances.__getitem__)
        return Asked(self.kinds[best], chances[best] / sum(chances))


def lines(folder: Path = FOLDER) -> list[tuple[str, str]]:
    """Return every line of the files with the name of its file, in a fixed order."""
    return [
        (line, path.stem)
        for path in sorted(folder.glob("*.txt"))
        for line in map(str.strip, path.read_text(encoding="utf-8").splitlines())
        if line and not line.startswith("#")
    ]


def digest() -> str:
    """Return a fingerprint of the lines: a model of others is stale."""
    said = "\n".join(f"{kind}\t{line}" for line, kind in lines())
    return hashlib.sha256(said.encode()).hexdigest()[:16]
