"""Scores of lines by models that have not seen them. Needs `requirements-train.txt`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chatbot.nlu.text import features as words

from .intents import FOLDS, fold_of
from .vocabulary import LEAST_LINES, matrix, vocabulary


def out_of_fold(
    groups: list[str],
    labels: list[int],
    found: list[dict],
    fitted: Callable[[Any, list[int]], Any],
    blocks: Sequence[str] = words.BLOCKS,
    least: Mapping[str, int] = LEAST_LINES,
) -> np.ndarray:
    """Return for each line a score of every label, by a model that was `fitted` without the fold of its group."""
    folds = np.array([fold_of(group) for group in groups])
    scores = np.full((len(groups), max(labels) + 1), -30.0)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = vocabulary([found[i] for i in inside], blocks, least)
        fit = fitted(matrix([found[i] for i in inside], known), [labels[i] for i in inside])
        told = fit.decision_function(matrix([found[i] for i in outside], known))
        scores[np.ix_(outside, fit.classes_)] = told
    return scores
