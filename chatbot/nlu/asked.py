"""What a message that follows asks: how much, when, for a child, a person. Learnt from `data/asked/*.txt`.

The rules look for words; this reads the same features as the classifier (sounds, pieces, concepts), so a wording that
no rule has ("bche ko chata du") is understood too. Standard library alone, like `classifier`.
"""

import hashlib
import json
import struct
from functools import cache, lru_cache
from math import exp, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from . import classifier

FOLDER = Path(__file__).resolve().parent.parent / "data" / "asked"
MODEL_FILE = FOLDER.parent / "asked.model"
NOTHING = "nothing"
# A message of more words is a story, and the lines are short
MOST_WORDS = 12


class Asked(NamedTuple):
    """What is asked, one of the names of the files of FOLDER, and how surely (0 to 1, calibrated)."""

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


class Model:
    """The weights of one trained file: a softmax over the names of FOLDER. `facts` is its header."""

    def __init__(self, data: bytes):
        """Read what `training.follow_ups.packed` wrote."""
        start = len(classifier.MAGIC) + 4
        header_end = start + int.from_bytes(data[len(classifier.MAGIC) : start], "little")
        self.facts = json.loads(data[start:header_end])
        self.kinds: list[str] = self.facts["kinds"]
        # The last column is the squared length of a feature
        self._fields = struct.Struct(f"<{len(self.kinds) + 1}I")
        names_end = header_end + self.facts["names_size"]
        names = data[header_end:names_end].decode().split("\n")
        wide = bytearray(4 * (len(data) - names_end))
        wide[::4] = data[names_end:]
        size = self._fields.size
        rows = (int.from_bytes(wide[at : at + size], "little") for at in range(0, len(wide), size))
        self.rows = dict(zip(names, rows, strict=True))
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

    def chances(self, found: dict[str, set[str]]) -> list[float]:
        """Return the calibrated chance of each kind, in the order of `kinds`."""
        totals = list(self.facts["biases"])
        for block in self.facts["blocks"]:
            self._add(totals, block, found[block["name"]])
        top, heat = max(totals), self.facts["temperature"]
        weights = [exp((total - top) / heat) for total in totals]
        whole = sum(weights)
        return [weight / whole for weight in weights]

    def _add(self, totals: list[float], block: dict[str, Any], names: set[str]) -> None:
        known = [self.rows[name] for name in names if name in self.rows]
        if not known:
            return
        zero = classifier.ZERO * len(known)
        sums = [
            each - zero for each in self._fields.unpack(sum(known).to_bytes(self._fields.size, "little"))
        ]
        length = 1.0
        if block["normed"]:
            squares = sums[-1] * block["scales"][-1]
            length = sqrt(squares + (len(names) - len(known)) * block["unseen"]) or 1.0
        for column, scale in enumerate(block["scales"][:-1]):
            totals[column] += sums[column] * scale / length


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
