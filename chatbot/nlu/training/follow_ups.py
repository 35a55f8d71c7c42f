"""Training what a message that follows asks: from `data/asked/*.txt` to a file of bytes that `asked` reads.

Needs `requirements-train.txt`; nothing that answers a customer imports this.
"""

import hashlib
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from chatbot.nlu import asked, corpus
from chatbot.nlu.text import features

from .folds import out_of_fold
from .packing import packed
from .vocabulary import Heads, matrix, vocabulary

# Strength of the fit (the inverse of the penalty), found on the folds
STRENGTH = 8.0
# Short lines of the intents' corpus that ask nothing of a subject: one in so many of these files
ASK_NOTHING = ("greeting", "thanks_bye", "feedback", "complaint", "item_problem", "account_problem")
ONE_IN, SHORT = 6, 7


class Line(NamedTuple):
    text: str
    kind: str


def lines() -> list[Line]:
    """Return the lines to train on: those of the files, and short lines of the corpus that ask nothing."""
    own = [Line(*each) for each in asked.lines()]
    known = {line.text.casefold() for line in own}
    more = [
        Line(each.text, asked.NOTHING)
        for each in corpus.load()
        if each.intent in ASK_NOTHING
        and len(each.text.split()) <= SHORT
        and "?" not in each.text
        and hashlib.sha256(each.text.encode()).digest()[1] % ONE_IN == 0
        and each.text.casefold() not in known
    ]
    return own + more


def train(rows: list[Line]) -> bytes:
    """Return a packed model of the lines; the same lines give the same bytes."""
    kinds = sorted({line.kind for line in rows})
    found = [features.features(line.text) for line in rows]
    known = vocabulary(found)
    truth = [kinds.index(line.kind) for line in rows]
    fit = _fit(matrix(found, known), truth)
    heads = Heads(fit.coef_.T, fit.intercept_)
    scores = out_of_fold([line.text for line in rows], truth, found, _fit)
    heat = temperature(scores, truth)
    facts = {"kinds": kinds, "temperature": heat, "digest": asked.digest()}
    return packed(known, heads, facts | {"right": _share_right(scores, rows, kinds)})


def _fit(rows: Any, labels: list[int]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=400, tol=1e-3).fit(rows, labels)


def _share_right(scores: np.ndarray, rows: list[Line], kinds: list[str]) -> dict[str, float]:
    """Return the share of lines that are read right, by a model that has not seen them, for each kind and all."""
    right = np.array(
        [kinds[best] == line.kind for best, line in zip(scores.argmax(axis=1), rows, strict=True)]
    )
    by_kind = {
        kind: round(float(right[[i for i, line in enumerate(rows) if line.kind == kind]].mean()), 2)
        for kind in kinds
    }
    return by_kind | {"all": round(float(right.mean()), 3)}


def temperature(scores: np.ndarray, labels: list[int]) -> float:
    """Return what scores are divided by, so that their softmax is as sure as it is right."""
    truth = np.array(labels)

    def surprise(heat: float) -> float:
        values = scores / heat
        values = values - values.max(axis=1, keepdims=True)
        logs = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
        return -float(logs[np.arange(len(truth)), truth].mean())

    return round(float(minimize_scalar(surprise, bounds=(0.2, 3), method="bounded").x), 4)
