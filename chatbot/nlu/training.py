"""Training Villy: from the corpus to a file of bytes that `intents` reads.

Needs `requirements-train.txt`; nothing that answers a customer imports this.
Linear heads over the features of `text`, fitted by scikit-learn, calibrated on
folds that the weights did not see, and packed to one byte a weight.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from . import classifier, corpus
from . import features as words
from .corpus import INTENTS, Example

VERSION = 1
FOLDS = 5
# Strength of the fit (the inverse of the penalty), and the say of each block of features.
# Found on the dev split by hand; neither moves the scores much between half and double.
STRENGTH = 4.0
SAY = {
    "words": 1.0,
    "pairs": 1.6,
    "pieces": 1.2,
    "sounds": 0.7,
    "concepts": 1.5,
    "concept_pairs": 1.3,
    "shape": 0.5,
}
# What occurs in one line only would be learnt by heart.
LEAST_LINES = {"pairs": 2, "pieces": 2, "concept_pairs": 2}
# The second opinion: plain words and letters, no gloss. Halved or doubled, it scores within .003
PLAIN_STRENGTH = 8.0
PLAIN_LEAST_LINES = {"plain_words": 2, "plain_pieces": 3}
PLAIN_FOLD = 0  # its temperature is fitted on one fold: five would take five minutes more
# Features that the model never saw make a message longer, at half weight.
UNSEEN = 0.5
# A missed issue costs a customer, a false one costs an agent a glance.
ISSUE_THRESHOLD = 0.4
URGENT_THRESHOLD = 0.75
URGENT_WITH_HARM = 0.15


# --- Counting ----------------------------------------------------------------------


@dataclass
class Vocabulary:
    """The known features of each block with their weight by rarity (`idf`)."""

    index: dict[str, dict[str, int]]
    rarity: dict[str, np.ndarray]


def vocabulary(featured: list[dict[str, set[str]]]) -> Vocabulary:
    """Count every feature and keep those that occur often enough."""
    index, rarity = {}, {}
    for block in words.BLOCKS:
        lines = Counter(name for found in featured for name in found[block])
        names = sorted(n for n, count in lines.items() if count >= LEAST_LINES.get(block, 1))
        index[block] = {name: column for column, name in enumerate(names)}
        rarity[block] = np.array([_rarity(lines[name], len(featured), block) for name in names])
    return Vocabulary(index, rarity)


def _rarity(lines: int, total: int, block: str) -> float:
    return 1.0 if block == "shape" else log((1 + total) / (1 + lines)) + 1


def matrix(featured: list[dict[str, set[str]]], known: Vocabulary) -> csr_matrix:
    """Return one row a text: for each block a vector of at most the length SAY."""
    return hstack([_block_matrix(featured, known, block) for block in words.BLOCKS]).tocsr()


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
    if block == "shape":
        return 1.0
    squares = float((rarity[mine] ** 2).sum())
    return (squares + (found - len(mine)) * unseen_square(rarity)) ** 0.5 or 1.0


def unseen_square(rarity: np.ndarray) -> float:
    return UNSEEN * float(rarity.max()) ** 2


# --- Heads -------------------------------------------------------------------------------


@dataclass
class Heads:
    """Weights and bias of each column of `intents.COLUMNS` but the last."""

    weights: np.ndarray  # features x columns
    biases: np.ndarray  # columns


def fit_heads(rows: csr_matrix, examples: list[Example]) -> Heads:
    """Fit the intents as one softmax, and the other heads each on its own."""
    latin = np.array([example.language != "hi" for example in examples])
    fits = [
        _fit(rows, [INTENTS.index(example.intent) for example in examples]),
        _fit(rows, [example.is_issue for example in examples]),
        _fit(rows, [example.intent == "out_of_scope" for example in examples]),
        _fit(rows, [example.priority == "urgent" for example in examples], balanced=True),
        _fit(rows[latin], [e.language == "hinglish" for e in examples if e.language != "hi"]),
    ]
    return Heads(np.vstack([fit.coef_ for fit in fits]).T, np.concatenate([fit.intercept_ for fit in fits]))


def _fit(
    rows: csr_matrix, labels: list, balanced: bool = False, strength: float = STRENGTH
) -> LogisticRegression:
    weights = "balanced" if balanced else None
    fit = LogisticRegression(C=strength, max_iter=600, tol=1e-3, class_weight=weights)
    return fit.fit(rows, labels)


# --- Packing ---------------------------------------------------------------------------------


def train(examples: list[Example], facts: dict | None = None) -> bytes:
    """Return a packed model of the examples; the same examples give the same bytes.

    What may differ elsewhere: another processor, or another version of numpy or
    scikit-learn, rounds the fit differently and now and then moves a weight by one step.
    """
    examples = sorted(examples, key=lambda example: (example.intent, example.text))
    featured = [words.features(example.text) for example in examples]
    known = vocabulary(featured)
    heads = fit_heads(matrix(featured, known), examples)
    plain = second_opinion(examples, featured)
    return packed(known, heads, calibration(examples, featured) | (facts or {}), plain)


def packed(known: Vocabulary, heads: Heads, facts: dict, plain: "SecondOpinion | None" = None) -> bytes:
    """Return the bytes of a model: magic, size of the header, header, names, one byte a weight."""
    blocks, names, body = _packed_blocks(words.BLOCKS, known, heads)
    header = facts | {"blocks": blocks, "biases": _rounded(heads.biases)}
    if plain:
        more, plain_names, plain_body = _packed_blocks(words.PLAIN_BLOCKS, plain.known, plain.heads)
        header["plain"] = {
            "blocks": more,
            "biases": _rounded(plain.heads.biases),
            "temperature": plain.temperature,
        }
        names, body = names + plain_names, body + plain_body
    listed = "\n".join(names).encode()
    header["names_size"] = len(listed)
    head = json.dumps(header, sort_keys=True).encode()
    size = len(head).to_bytes(4, "little")
    return b"".join([classifier.MAGIC, size, head, listed, *body])


def _packed_blocks(
    which: Any, known: Vocabulary, heads: Heads
) -> tuple[list[dict], list[str], list[bytes]]:
    blocks: list[dict] = []
    names: list[str] = []
    body: list[bytes] = []
    start = 0
    for block in which:
        end = start + len(known.index[block])
        facts_of_block, weights = _packed_block(heads.weights[start:end], known, block)
        blocks.append(facts_of_block)
        names.extend(known.index[block])
        body.append(weights)
        start = end
    return blocks, names, body


def _packed_block(weights: np.ndarray, known: Vocabulary, block: str) -> tuple[dict, bytes]:
    rarity = known.rarity[block]
    full = np.column_stack([weights * rarity[:, None] * SAY.get(block, 1.0), rarity**2])
    scales = np.abs(full).max(axis=0, initial=0.0) / 127
    scales[scales == 0] = 1.0
    whole = np.rint(full / scales).astype(int) + classifier.ZERO
    facts = {
        "name": block,
        "normed": block != "shape",
        "unseen": round(unseen_square(rarity), 5),
        "scales": [float(f"{scale:.6g}") for scale in scales],
    }
    return facts, whole.astype(np.uint8).tobytes()


# --- The second opinion: plain words and letters ----------------------------------------------


@dataclass
class SecondOpinion:
    known: Vocabulary
    heads: Heads
    temperature: float


def second_opinion(examples: list[Example], featured: list[dict]) -> SecondOpinion:
    """Fit the intents, and the heads for issues and for what is beyond the shop, on plain features."""
    inside = [i for i, example in enumerate(examples) if fold_of(example.text) != PLAIN_FOLD]
    outside = [i for i, example in enumerate(examples) if fold_of(example.text) == PLAIN_FOLD]
    heat = 1.0
    if inside and outside:
        known = plain_vocabulary([featured[i] for i in inside])
        heads = _plain_heads(
            [featured[i] for i in inside], known, [examples[i] for i in inside], only_intents=True
        )
        totals = plain_matrix([featured[i] for i in outside], known) @ heads.weights + heads.biases
        scores = [dict(zip(classifier.COLUMNS, map(float, row), strict=False)) for row in totals]
        heat = _temperature(scores, [examples[i] for i in outside])
    known = plain_vocabulary(featured)
    return SecondOpinion(known, _plain_heads(featured, known, examples), heat)


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
        rarity[block] = np.array([_rarity(lines[name], len(featured), block) for name in names])
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
        fit = _fit(rows, truth, strength=PLAIN_STRENGTH)
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
    return {"weights": _rounded(weights), "rates": rates, "threshold": ISSUE_THRESHOLD}


def _beyond_fit(unseen: Any, chances: Any, examples: Any) -> dict:
    signs = np.array([classifier.beyond_signs(s, c) for s, c in zip(unseen, chances, strict=True)])
    truth = np.array([example.intent == "out_of_scope" for example in examples])
    return {"weights": _rounded(_small_fit(signs, truth))}


def _small_fit(signs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return LogisticRegression(C=10, fit_intercept=False, max_iter=500).fit(signs, truth).coef_[0]


def _rounded(weights: np.ndarray) -> list[float]:
    return [round(float(weight), 5) for weight in weights]


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


# --- Judging ---------------------------------------------------------------------------------------


@dataclass
class Judged:
    """What a model said of examples that it was not trained on."""

    examples: list[Example]
    told: list[dict]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return (right intent, told intent) of each example."""
        told = zip(self.examples, self.told, strict=True)
        return [(example.intent, said["intent"]) for example, said in told]

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(self.examples + other.examples, self.told + other.told)


def judge(data: bytes, examples: list[Example]) -> Judged:
    """Ask a packed model about examples, through the very door that customers use."""
    model = classifier.Model(data)
    return Judged(examples, [model.classify(example.text) for example in examples])


def judge_dev(examples: list[Example]) -> Judged:
    """Train without the dev split and judge on it."""
    inside = [example for example in examples if not corpus.in_dev_split(example.text)]
    return judge(train(inside), [e for e in examples if corpus.in_dev_split(e.text)])


def judge_folds(examples: list[Example]) -> Judged:
    """Judge every example by a model that was trained without its fold."""
    judged = Judged([], [])
    for fold in range(FOLDS):
        inside = [example for example in examples if fold_of(example.text) != fold]
        outside = [example for example in examples if fold_of(example.text) == fold]
        judged += judge(train(inside), outside)
    return judged


def learning_curve(examples: list[Example], shares: Any = (0.125, 0.25, 0.5, 1.0)) -> list[tuple]:
    """Return (lines trained on, scores on the dev split) for growing shares of the corpus."""
    dev = [example for example in examples if corpus.in_dev_split(example.text)]
    rest = [example for example in examples if not corpus.in_dev_split(example.text)]
    rest.sort(key=lambda e: hashlib.sha256(b"curve " + e.text.encode()).digest())
    parts = [rest[: round(share * len(rest))] for share in shares]
    return [(len(part), scores(judge(train(part), dev))) for part in parts]


def scores(judged: Judged) -> dict[str, float]:
    """Return the figures that the model card shows, each from 0 to 1."""
    per_intent = f1_by_intent(judged)
    issue = _issue_scores(judged)
    return {
        "macro-F1": sum(per_intent.values()) / len(per_intent),
        "accuracy": _share(right == told for right, told in judged.pairs),
        "issue recall": issue[0],
        "issue precision": issue[1],
        "out of scope at 5% refused": _beyond_recall(judged),
        **{f"accuracy {name}": _accuracy_in(judged, name) for name in _languages(judged)},
        **_priority_scores(judged),
    }


def f1_by_intent(judged: Judged) -> dict[str, float]:
    """Return the F1 of each intent that is there."""
    right = Counter(pair[0] for pair in judged.pairs)
    told = Counter(pair[1] for pair in judged.pairs)
    hit = Counter(pair[0] for pair in judged.pairs if pair[0] == pair[1])
    return {name: 2 * hit[name] / (right[name] + told[name]) for name in INTENTS if right[name]}


def _issue_scores(judged: Judged) -> tuple[float, float]:
    pairs = [(e.is_issue, t["is_issue"]) for e, t in zip(judged.examples, judged.told, strict=True)]
    return _share(told for right, told in pairs if right), _share(r for r, told in pairs if told)


def _beyond_recall(judged: Judged, refused: float = 0.05) -> float:
    """Return the share of out-of-scope messages found when `refused` of the others are refused."""
    told = list(zip(judged.examples, judged.told, strict=True))
    inside = sorted((t["oos_score"] for e, t in told if e.intent != "out_of_scope"), reverse=True)
    if not inside:
        return 0.0
    limit = inside[int(refused * len(inside))]
    return _share(t["oos_score"] > limit for e, t in told if e.intent == "out_of_scope")


def _languages(judged: Judged) -> list[str]:
    there = {example.language for example in judged.examples}
    return [name for name in corpus.LANGUAGES if name in there]


def _accuracy_in(judged: Judged, language: str) -> float:
    told = zip(judged.examples, judged.told, strict=True)
    return _share(e.intent == t["intent"] for e, t in told if e.language == language)


def _priority_scores(judged: Judged) -> dict[str, float]:
    told = zip(judged.examples, judged.told, strict=True)
    pressing = [t["priority"] for e, t in told if usual_priority(e) in ("urgent", "high")]
    return {
        "urgent or high found": _share(priority in ("urgent", "high") for priority in pressing),
        "high taken for low": _share(priority == "low" for priority in pressing),
    }


def usual_priority(example: Example) -> str:
    """Return an example's priority: its own, or the usual one of its intent."""
    if example.priority or not example.is_issue:
        return example.priority or "low"
    return "high" if example.intent in classifier.TROUBLE else "medium"


def _share(truths: Any) -> float:
    truths = list(truths)
    return sum(map(bool, truths)) / len(truths) if truths else 0.0


def confusion(judged: Judged) -> dict[tuple[str, str], int]:
    """Return how often each right intent was told as which."""
    return dict(Counter(judged.pairs))


def reliability(judged: Judged, bins: int = 10) -> list[tuple[float, float, int]]:
    """Return for each band of confidence: mean confidence, share right, how many."""
    bands: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for example, told in zip(judged.examples, judged.told, strict=True):
        band = min(bins - 1, int(told["confidence"] * bins))
        bands[band].append((told["confidence"], told["intent"] == example.intent))
    return [
        (sum(c for c, _ in band) / len(band), _share(right for _, right in band), len(band))
        for band in bands
        if band
    ]
