"""Training Villy: from the corpus to a file of bytes that `intents` reads.

Needs `requirements-train.txt`; nothing that answers a customer imports this.
Linear heads over the features of `text`, fitted by scikit-learn, calibrated on
folds that the weights did not see, and packed to one byte a weight.
"""

import hashlib
from collections import Counter
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from chatbot.nlu import classifier, corpus
from chatbot.nlu.corpus import INTENTS, Example
from chatbot.nlu.text import features as words

from .packing import packed, rounded
from .vocabulary import Heads, SecondOpinion, Vocabulary, counted_rarity, matrix, vocabulary

VERSION = 1
CALIBRATED = ("temperature", "issue", "beyond", "urgent")
FOLDS = 5
# Strength of the fit (the inverse of the penalty), found on the dev split by hand.
STRENGTH = 4.0
# The second opinion: plain words and letters, no gloss. Halved or doubled, it scores within .003
PLAIN_STRENGTH = 8.0
PLAIN_LEAST_LINES = {"plain_words": 2, "plain_pieces": 3}
PLAIN_FOLD = 0  # its temperature is fitted on one fold: five would take five minutes more
# A missed issue costs a customer, a false one costs an agent a glance.
ISSUE_THRESHOLD = 0.4
# Money that is gone and a door that stays shut: there a missed issue costs most, and a false one no more
ISSUE_THRESHOLDS = {"payment_problem": 0.15, "account_problem": 0.15}
URGENT_THRESHOLD = 0.75
URGENT_WITH_HARM = 0.15


# --- Heads -------------------------------------------------------------------------------


def fit_heads(rows: csr_matrix, examples: list[Example]) -> Heads:
    """Fit the intents as one softmax, and the other heads each on its own."""
    latin = np.array([example.language != "hi" for example in examples])
    says = weights_of(examples)
    fits = [
        _fit(rows, [INTENTS.index(example.intent) for example in examples], says),
        _fit(rows, [example.is_issue for example in examples], says),
        _fit(rows, [example.intent == "out_of_scope" for example in examples], says),
        _fit(rows, [example.priority == "urgent" for example in examples], says, balanced=True),
        _fit(
            rows[latin],
            [e.language == "hinglish" for e in examples if e.language != "hi"],
            None if says is None else says[latin],
        ),
    ]
    return Heads(np.vstack([fit.coef_ for fit in fits]).T, np.concatenate([fit.intercept_ for fit in fits]))


def weights_of(examples: list[Example]) -> np.ndarray | None:
    """Return how much each example counts for; None where all count the same, so that their fit stays as it is."""
    says = np.array([example.weight for example in examples])
    return None if (says == 1.0).all() else says


def _fit(
    rows: csr_matrix,
    labels: list,
    says: np.ndarray | None = None,
    balanced: bool = False,
    strength: float = STRENGTH,
) -> LogisticRegression:
    weights = "balanced" if balanced else None
    fit = LogisticRegression(C=strength, max_iter=600, tol=1e-3, class_weight=weights)
    return fit.fit(rows, labels, sample_weight=says)


# --- Packing ---------------------------------------------------------------------------------


def train(examples: list[Example], facts: dict | None = None, calibrated: dict | None = None) -> bytes:
    """Return a packed model of the examples; the same examples give the same bytes.

    `calibrated` are the facts of a model whose temperatures and thresholds are taken over: that is quick, and
    good enough where only some lines differ.

    What may differ elsewhere: another processor, or another version of numpy or
    scikit-learn, rounds the fit differently and now and then moves a weight by one step.
    """
    examples = sorted(examples, key=lambda example: (example.intent, example.text))
    featured = [words.features(example.text) for example in examples]
    known = vocabulary(featured)
    heads = fit_heads(matrix(featured, known), examples)
    if calibrated:
        plain = second_opinion(examples, featured, calibrated["plain"]["temperature"])
        found = {name: calibrated[name] for name in CALIBRATED}
    else:
        plain, found = second_opinion(examples, featured), calibration(examples, featured)
    return packed(known, heads, found | (facts or {}), plain)


# --- The second opinion: plain words and letters ----------------------------------------------


def second_opinion(
    examples: list[Example], featured: list[dict], heat: float | None = None
) -> SecondOpinion:
    """Fit the intents, and the heads for issues and for what is beyond the shop, on plain features."""
    heat = heat or _plain_temperature(examples, featured)
    known = plain_vocabulary(featured)
    return SecondOpinion(known, _plain_heads(featured, known, examples), heat)


def _plain_temperature(examples: list[Example], featured: list[dict]) -> float:
    inside = [i for i, example in enumerate(examples) if fold_of(example.text) != PLAIN_FOLD]
    outside = [i for i, example in enumerate(examples) if fold_of(example.text) == PLAIN_FOLD]
    if not inside or not outside:
        return 1.0
    known = plain_vocabulary([featured[i] for i in inside])
    heads = _plain_heads(
        [featured[i] for i in inside], known, [examples[i] for i in inside], only_intents=True
    )
    totals = plain_matrix([featured[i] for i in outside], known) @ heads.weights + heads.biases
    scores = [dict(zip(classifier.COLUMNS, map(float, row), strict=False)) for row in totals]
    return _temperature(scores, [examples[i] for i in outside])


def _plain_features(found: dict) -> dict[str, list[str]]:
    pieces = [piece for word in found["typed"] for piece in words.plain_pieces(word)]
    return {"plain_words": sorted(found["plain_words"]), "plain_pieces": pieces}


def plain_vocabulary(featured: list[dict]) -> Vocabulary:
    index: dict[str, dict[str, int]] = {}
    rarity: dict[str, np.ndarray] = {}
    plain = [_plain_features(found) for found in featured]
    for block in words.PLAIN_BLOCKS:
        lines = Counter(name for found in plain for name in set(found[block]))
        names = sorted(n for n, count in lines.items() if count >= PLAIN_LEAST_LINES[block])
        index[block] = {name: column for column, name in enumerate(names)}
        rarity[block] = np.array([counted_rarity(lines[name], len(featured), block) for name in names])
    return Vocabulary(index, rarity)


def plain_matrix(featured: list[dict], known: Vocabulary) -> csr_matrix:
    """Return one row a text: for each block a vector of length 1; a piece counts as often as it is there."""
    plain = [_plain_features(found) for found in featured]
    return hstack([_plain_block(plain, known, block) for block in words.PLAIN_BLOCKS]).tocsr()


def _plain_block(plain: list[dict], known: Vocabulary, block: str) -> csr_matrix:
    index, rarity = known.index[block], known.rarity[block]
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for found in plain:
        mine = sorted(index[name] for name in found[block] if name in index)
        length = float((rarity[mine] ** 2).sum()) ** 0.5 or 1.0
        columns.extend(mine)
        values.extend(rarity[mine] / length)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(plain), len(index)))


def _plain_heads(
    featured: Any, known: Vocabulary, examples: list[Example], only_intents: bool = False
) -> Heads:
    rows = plain_matrix(featured, known)
    weights = np.zeros((rows.shape[1], len(classifier.COLUMNS) - 1))
    biases = np.zeros(weights.shape[1])
    labels = {"intents": [INTENTS.index(example.intent) for example in examples]}
    if not only_intents:
        labels["issue"] = [example.is_issue for example in examples]
        labels["beyond"] = [example.intent == "out_of_scope" for example in examples]
    for name, truth in labels.items():
        fit = _fit(rows, truth, weights_of(examples), strength=PLAIN_STRENGTH)
        start = 0 if name == "intents" else classifier.COLUMNS.index(name)
        end = start + len(fit.intercept_)
        weights[:, start:end], biases[start:end] = fit.coef_.T, fit.intercept_
    return Heads(weights, biases)


# --- Calibration: on folds that the weights did not see ----------------------------------------


def calibration(examples: list[Example], featured: list[dict]) -> dict:
    """Return temperature, small regressions and thresholds, from out-of-fold scores."""
    unseen = out_of_fold(examples, featured)
    heat = _temperature(unseen, examples)
    chances = [_chances(scores, heat) for scores in unseen]
    rates = _issue_rates(examples)
    return {
        "temperature": heat,
        "issue": _issue_fit(unseen, chances, rates, examples),
        "beyond": _beyond_fit(unseen, chances, examples),
        "urgent": {"threshold": URGENT_THRESHOLD, "with_harm": URGENT_WITH_HARM},
    }


def out_of_fold(examples: list[Example], featured: list[dict]) -> list[dict[str, float]]:
    """Return for each example the scores of a model that was trained without its fold."""
    folds = np.array([fold_of(example.text) for example in examples])
    scores: list[dict[str, float]] = [{}] * len(examples)
    for fold in range(FOLDS):
        inside = [i for i in range(len(examples)) if folds[i] != fold]
        known = vocabulary([featured[i] for i in inside])
        heads = fit_heads(matrix([featured[i] for i in inside], known), [examples[i] for i in inside])
        outside = np.flatnonzero(folds == fold)
        totals = matrix([featured[i] for i in outside], known) @ heads.weights + heads.biases
        for i, row in zip(outside, totals, strict=True):
            scores[i] = _named(row, featured[i], known)
    return scores


def _named(row: np.ndarray, found: dict[str, set[str]], known: Vocabulary) -> dict[str, float]:
    seen = found["pieces"]
    unknown = sum(name not in known.index["pieces"] for name in seen) / len(seen) if seen else 1.0
    named = dict(zip(classifier.COLUMNS, map(float, row), strict=False))
    return named | {"unknown": unknown}


def fold_of(text: str) -> int:
    """Return the fold of a text by its hash, so that it never moves."""
    return hashlib.sha256(b"fold " + text.casefold().encode()).digest()[0] % FOLDS


def _chances(scores: dict[str, float], heat: float) -> dict[str, float]:
    values = np.array([scores[intent] for intent in INTENTS]) / heat
    weights = np.exp(values - values.max())
    return dict(zip(INTENTS, (weights / weights.sum()).tolist(), strict=True))


def _temperature(unseen: list[dict], examples: list[Example]) -> float:
    def surprise(heat: float) -> float:
        told = [_chances(s, heat)[e.intent] for s, e in zip(unseen, examples, strict=True)]
        return -float(np.log(np.maximum(told, 1e-9)).mean())

    return round(float(minimize_scalar(surprise, bounds=(0.3, 3), method="bounded").x), 4)


def _issue_rates(examples: list[Example]) -> dict[str, float]:
    total: Counter[str] = Counter()
    issues: Counter[str] = Counter()
    for example in examples:
        total[example.intent] += 1
        issues[example.intent] += example.is_issue
    return {intent: round((issues[intent] + 1) / (total[intent] + 2), 4) for intent in INTENTS}


def _issue_fit(unseen: Any, chances: Any, rates: Any, examples: Any) -> dict:
    truth = np.array([example.is_issue for example in examples])
    by_intent = [sum(c[i] * rates[i] for i in INTENTS) for c in chances]
    odds = map(classifier.log_odds, by_intent)
    signs = np.array([(s["issue"], o, 1.0) for s, o in zip(unseen, odds, strict=True)])
    weights = _small_fit(signs, truth)
    return {
        "weights": rounded(weights),
        "rates": rates,
        "threshold": ISSUE_THRESHOLD,
        "by_intent": ISSUE_THRESHOLDS,
    }


def _beyond_fit(unseen: Any, chances: Any, examples: Any) -> dict:
    signs = np.array([classifier.beyond_signs(s, c) for s, c in zip(unseen, chances, strict=True)])
    truth = np.array([example.intent == "out_of_scope" for example in examples])
    return {"weights": rounded(_small_fit(signs, truth))}


def _small_fit(signs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return LogisticRegression(C=10, fit_intercept=False, max_iter=500).fit(signs, truth).coef_[0]


# --- What the file was made of ---------------------------------------------------------------------


def gloss_digest() -> str:
    """Return a fingerprint of the gloss: the model is only good with the gloss it was trained with."""
    return hashlib.sha256(words.GLOSS_FILE.read_bytes()).hexdigest()[:16]


def facts_of(date: str, taught: int = 0) -> dict:
    """Return the header of a model: when its corpus last changed, and which corpus that was.

    `taught` examples of a desk's admin come on top of the files and are only counted.
    """
    files = corpus.load()
    return {
        "version": VERSION,
        "date": date,
        "corpus": corpus.digest(files),
        "gloss": gloss_digest(),
        "lines": len(files),
        "taught": taught,
    }
