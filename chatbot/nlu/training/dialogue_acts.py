"""Training the dialogue acts: from `data/talks/*.txt` to a file of bytes that `nlu.dialogue_acts` reads.

Needs `requirements-train.txt`; nothing that answers a customer imports this.
"""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from chatbot.nlu import dialogue_acts
from chatbot.nlu.text import features as words

from .folds import out_of_fold
from .follow_ups import temperature
from .packing import packed
from .vocabulary import Heads, matrix, vocabulary

STRENGTH = 4.0
BLOCKS = (*words.BLOCKS, "context", "crossed")
# Talks repeat themselves more than the corpus does; what occurs less often doubles the file and reads no act better
LEAST = {"words": 2, "pairs": 3, "pieces": 3, "sounds": 2, "concept_pairs": 3, "context": 2, "crossed": 3}


def train(rows: list[dialogue_acts.Turn]) -> bytes:
    """Return a packed model of the turns; the same turns give the same bytes."""
    kinds = sorted({turn.act for turn in rows})
    found = [featured(turn) for turn in rows]
    known = vocabulary(found, BLOCKS, LEAST)
    truth = [kinds.index(turn.act) for turn in rows]
    fit = fitted(matrix(found, known), truth)
    heads = Heads(fit.coef_.T, fit.intercept_)
    scores = out_of_fold([turn.talk for turn in rows], truth, found, fitted, BLOCKS, LEAST)
    facts = {"kinds": kinds, "temperature": temperature(scores, truth), "digest": dialogue_acts.digest()}
    right = scores.argmax(axis=1) == np.array(truth)
    return packed(known, heads, facts | {"right": {"all": round(float(right.mean()), 3)}})


def featured(turn: dialogue_acts.Turn) -> dict[str, Any]:
    return words.features(turn.text) | dialogue_acts.of_the_talk(turn.text, turn.before)


def fitted(rows: Any, labels: list[int]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3).fit(rows, labels)
