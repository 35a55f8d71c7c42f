"""Evaluate a model on examples that it was not trained on. Needs `requirements-train.txt`."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from chatbot.nlu import classifier, corpus
from chatbot.nlu.corpus import INTENTS, Example

from .intents import FOLDS, fold_of, train


@dataclass
class Judged:
    """A model's predictions for examples that it was not trained on."""

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


def teaching_curve(
    examples: list[Example],
    own: list[Example],
    facts: dict,
    elsewhere: list[Example],
    counts: Any = (0, 10, 25, 50, 100),
    weight: float = corpus.TAUGHT_WEIGHT,
) -> list[tuple]:
    """Return (messages taught, scores on the shop's others, scores elsewhere) as a shop teaches its own messages.

    Half of `own`, by hash, may be taught and the other half is judged: no message is in both. `facts` are of the
    model in use; `elsewhere` are messages of other shops, which are to suffer nothing.
    """
    theirs = sorted(own, key=lambda e: hashlib.sha256(b"teach " + e.text.encode()).digest())
    judged_on, to_teach = theirs[: len(theirs) // 2], theirs[len(theirs) // 2 :]
    kept = {" ".join(e.text.casefold().split()) for e in judged_on}
    to_teach = [e for e in to_teach if " ".join(e.text.casefold().split()) not in kept]
    points = []
    for count in sorted({min(count, len(to_teach)) for count in counts}):
        taught = [replace(example, weight=weight) for example in to_teach[:count]]
        data = train([*examples, *taught], facts, calibrated=facts)
        points.append((count, scores(judge(data, judged_on)), scores(judge(data, elsewhere))))
    return points


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
