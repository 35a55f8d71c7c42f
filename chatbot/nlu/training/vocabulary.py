"""Features counted: which are known, how telling each is, a row of numbers a text. Needs `requirements-train.txt`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from chatbot.nlu.text import features as words

# The say of each block of features, found on the dev split by hand; half or double moves the scores little
SAY = {
    "words": 1.0,
    "pairs": 1.6,
    "pieces": 1.2,
    "sounds": 0.7,
    "concepts": 1.5,
    "concept_pairs": 1.3,
    "shape": 0.5,
    "context": 1.0,
    "crossed": 1.0,
}
# Of these each feature counts by itself, and none by how rare it is
EACH_BY_ITSELF = ("shape", "context")
# What occurs in one line only would be learnt by heart.
LEAST_LINES = {"pairs": 2, "pieces": 2, "concept_pairs": 2}
# Features that the model never saw make a message longer, at half weight.
UNSEEN = 0.5


@dataclass
class Vocabulary:
    """The known features of each block with their weight by rarity (`idf`)."""

    index: dict[str, dict[str, int]]
    rarity: dict[str, np.ndarray]


def vocabulary(
    featured: list[dict[str, set[str]]],
    blocks: Sequence[str] = words.BLOCKS,
    least: Mapping[str, int] = LEAST_LINES,
) -> Vocabulary:
    """Count every feature of these blocks and keep those that occur in at least so many lines."""
    index, rarity = {}, {}
    for block in blocks:
        lines = Counter(name for found in featured for name in found[block])
        names = sorted(n for n, count in lines.items() if count >= least.get(block, 1))
        index[block] = {name: column for column, name in enumerate(names)}
        rarity[block] = np.array([counted_rarity(lines[name], len(featured), block) for name in names])
    return Vocabulary(index, rarity)


def counted_rarity(lines: int, total: int, block: str) -> float:
    return 1.0 if block in EACH_BY_ITSELF else log((1 + total) / (1 + lines)) + 1


def matrix(featured: list[dict[str, set[str]]], known: Vocabulary) -> csr_matrix:
    """Return one row a text: for each block a vector of at most the length SAY."""
    return hstack([_block_matrix(featured, known, block) for block in known.index]).tocsr()


def _block_matrix(featured: Any, known: Vocabulary, block: str) -> csr_matrix:
    index, rarity = known.index[block], known.rarity[block]
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for found in featured:
        mine = sorted(index[name] for name in found[block] if name in index)
        length = _length(rarity, mine, len(found[block]), block)
        columns.extend(mine)
        values.extend(rarity[mine] * SAY[block] / length)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(featured), len(index)))


def _length(rarity: np.ndarray, mine: list[int], found: int, block: str) -> float:
    if block in EACH_BY_ITSELF:
        return 1.0
    squares = float((rarity[mine] ** 2).sum())
    return (squares + (found - len(mine)) * unseen_square(rarity)) ** 0.5 or 1.0


def unseen_square(rarity: np.ndarray) -> float:
    return UNSEEN * float(rarity.max()) ** 2


# --- Heads


@dataclass
class Heads:
    """Weights and bias of each column of `intents.COLUMNS` but the last."""

    weights: np.ndarray  # features x columns
    biases: np.ndarray  # columns


@dataclass
class SecondOpinion:
    known: Vocabulary
    heads: Heads
    temperature: float
