"""Which article answers a question. Pure: documents in, numbers out, no database.

Three likenesses are added as they are, never stretched to fit each other: pieces
of words (typos), the sounds of words (spelling, script), and concepts of the gloss
(other languages). All are cosines, so a question unlike everything stays near zero.
What few articles mention weighs more than what all do, however often it is said in one.
The intents of question and article must agree as well.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import exp, hypot, log, sqrt
from operator import mul
from typing import Any, NamedTuple

from . import classifier
from .text import features as words

# Below this chance of being the right article, say "I don't know that yet".
THRESHOLD = 0.4

# How much each likeness says, found on the demo shop's articles, each variant asked in turn.
SAY = {"pieces": 0.35, "sounds": 0.35, "concepts": 0.3}
UNSEEN = 0.5  # features of no article make a question longer, at half weight
BODY_SAY = 0.6  # a body mentions many things that it does not answer
BEST_SAY = 0.3  # of the one closest variant, beside what all variants say together
INTENT_SAY = 0.2
SAMPLE = 6  # variants a document whose intent is asked: enough to know, quick to build
# A question's evidence to the chance that the article is right, fitted on the same questions.
SLOPE, MIDDLE = 19.0, 0.39


class Document(NamedTuple):
    """An article: `variants` are other ways to ask what it answers, in any language."""

    id: str
    title: str
    body: str
    variants: tuple[str, ...] = ()


class Index:
    """Documents, ready to be searched. Rebuild it when one of them changes."""

    def __init__(self, documents: Iterable[Document]):
        self.documents = list(documents)
        grouped = [[_grouped(words.likeness_features(t)) for t in _texts(d)] for d in self.documents]
        self.rarity = _rarity(grouped)
        self.unseen = {block: max(of.values(), default=1.0) ** 2 for block, of in self.rarity.items()}
        self.spans, self.postings = self._post(grouped)
        # In the order of the model's intents, as the chances of a question come
        self.intents = [list(_mean_chances(document).values()) for document in self.documents]
        # As the model's readings: the same questions come again and again, and so do the parts of one
        self.evidence = lru_cache(512)(self.evidence)  # type: ignore[method-assign]

    def search(
        self, text: str, k: int = 3, nearer: Mapping[str, float] | None = None
    ) -> list[tuple[str, float]]:
        """Return the `k` nearest documents, best first, with the chance (0 to 1) that each is right.

        `nearer` is evidence beside the words, by id: what the talk is about. The caller refuses to answer below THRESHOLD.
        """
        evidence = self.evidence(text)
        if nearer:
            evidence = [
                each + nearer.get(document.id, 0.0)
                for each, document in zip(evidence, self.documents, strict=True)
            ]
        best = sorted(range(len(evidence)), key=lambda number: -evidence[number])[:k]
        return [(self.documents[n].id, round(chance(evidence[n]), 4)) for n in best]

    def evidence(self, text: str, leave_out: int | None = None) -> list[float]:
        """Return the evidence for each document; `leave_out` is a text to forget, for measuring."""
        reading = classifier.model().read(text)
        likeness = self._likeness(_grouped(reading.found))
        asked = list(classifier.model().chances(reading).values())
        if leave_out is not None:
            likeness[leave_out] = 0.0
        return [
            _together(likeness[start:end]) + _agreement(asked, chances)
            for (start, end), chances in zip(self.spans, self.intents, strict=True)
        ]

    def _likeness(self, found: dict[str, set[str]]) -> list[float]:
        """Return for each text of each document the weighted sum of the three cosines."""
        likeness = [0.0] * self.spans[-1][1] if self.spans else []
        for feature, weight in self._weighted(found, UNSEEN):
            if feature in self.postings:
                for number, share in zip(*self.postings[feature], strict=True):
                    likeness[number] += weight * share
        return likeness

    def _post(self, grouped: list[list[dict]]) -> tuple[list[tuple[int, int]], dict]:
        """Return where each document's texts stand, and for each feature the texts that have it."""
        # Two arrays each: thousands of postings are read a question, and objects lie scattered in memory
        postings: dict[str, tuple[array, array]] = defaultdict(lambda: (array("L"), array("d")))
        spans, number = [], 0
        for texts in grouped:
            spans.append((number, number + len(texts)))
            for place, found in enumerate(texts):
                # The last text is the body
                say = BODY_SAY if place == len(texts) - 1 else 1.0
                for feature, weight in self._weighted(found):
                    numbers, shares = postings[feature]
                    numbers.append(number)
                    shares.append(weight * say)
                number += 1
        return spans, dict(postings)

    def _weighted(self, found: dict[str, set[str]], unseen: float = 0.0) -> Any:
        """Yield the known features of a text with their weight in its vectors.

        Each vector is as long as the root of its SAY, so that a product of two is worth SAY.
        """
        for block, names in found.items():
            rarity = self.rarity[block]
            known = [(name, rarity[name]) for name in names if name in rarity]
            squares = sum([weight * weight for _, weight in known])
            squares += unseen * (len(names) - len(known)) * self.unseen[block]
            scale = sqrt(SAY[block] / squares) if squares else 0.0
            for name, weight in known:
                yield name, weight * scale


def chance(evidence: float) -> float:
    """Return the chance that a document with this much evidence is the right one."""
    return 1 / (1 + exp(-SLOPE * (evidence - MIDDLE)))


def _texts(document: Document) -> tuple[str, ...]:
    return (*document.variants, document.title, document.body)


def _grouped(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return a text's features in the three groups of SAY."""
    return {
        # Of three and four letters: two are in everything, five add only time
        "pieces": {piece for piece in found["pieces"] if 5 <= len(piece) <= 6},
        # Numbers and words of other scripts have no sound and stand for themselves
        "sounds": found["sounds"] | {word for word in found["words"] if not words.sound(word[2:])},
        "concepts": found["concepts"],
    }


def _rarity(grouped: list[list[dict[str, set[str]]]]) -> dict[str, dict[str, float]]:
    """Return by group how telling each feature is: the fewer articles have it, the more."""
    rarity = {}
    for block in SAY:
        counts = Counter(n for texts in grouped for n in set().union(*(found[block] for found in texts)))
        rarity[block] = {n: log((1 + len(grouped)) / (1 + c)) + 0.5 for n, c in counts.items()}
    return rarity


def _together(likenesses: list[float]) -> float:
    """Return what all texts of a document say together; the closest one speaks twice."""
    return hypot(*likenesses) / sqrt(len(likenesses)) + BEST_SAY * max(likenesses)


def _mean_chances(document: Document) -> dict[str, float]:
    """Return what a document is about: its title and a few of its variants, spread over the list."""
    step = max(1, len(document.variants) // SAMPLE)
    model = classifier.model()
    told = [model.chances(model.read(t)) for t in (document.title, *document.variants[::step])]
    return {name: sum(each[name] for each in told) / len(told) for name in told[0]}


def _agreement(asked: list[float], answered: list[float]) -> float:
    return INTENT_SAY * sqrt(sum(map(mul, asked, answered)))
