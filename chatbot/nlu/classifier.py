"""What a message is about: intent, whether an agent has to act, priority, language.

No request, no database, no numpy: the trained weights are a file of bytes
(`data/villy.model`, written by `manage.py train_villy`), read on first need.

The weights of one feature for all heads lie side by side in one long integer,
32 bits each. To sum them over the features of a message is then one addition
a feature, which keeps a message far below a millisecond in plain Python.
"""

import json
import struct
from collections.abc import Iterable
from functools import cache, lru_cache
from math import exp, log, sqrt
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from .corpus import INTENTS
from .cues import lead, occasions
from .text import features as words

MODEL_FILE = Path(__file__).resolve().parent.parent / "data" / "villy.model"
MAGIC = b"VILLY1\n"

# One column a head, in this order; the last is no head but the squared length of the feature.
COLUMNS = (*INTENTS, "issue", "beyond", "urgent", "hinglish", "length")
FIELDS = struct.Struct(f"<{len(COLUMNS)}I")
ZERO = 128  # weights are bytes; this one means 0
HINDI_SHARE = 0.3  # of the letters; more of the script, and the text is Hindi
# From this share of pieces never seen on it is gibberish or another language, whatever a head may guess
UNREADABLE = 0.28
# Below this confidence the head that only knows "out of scope" may overrule the intent, from this chance on
DOUBTFUL, OVERRULES = 0.65, 0.3
# How much the intent, and each of the two heads, say about whether a person has to act
ISSUE_SAY = {"intent": 0.3, "head": 0.35, "plain": 0.35}

ASKED_FOR = {"g:invoice", "g:coupon", "g:cod", "g:policy"}

CATEGORIES = {
    "item_problem": "product-issue",
    "delivery_delay": "delivery",
    "change_address": "delivery",
    "order_status": "order",
    "cancel_order": "order",
    "payment_problem": "payment",
    "refund_return": "refund",
    "account_problem": "account",
    "complaint": "feedback",
    "feedback": "feedback",
}


# --- Asked from outside ----------------------------------------------------------


def classify(text: str) -> dict:
    """Return what a message is about.

    `intent` is one of corpus.INTENTS, `confidence` (0 to 1, calibrated) how sure
    that is, `is_issue` whether a person or a back-office action is needed,
    `oos_score` (0 to 1) how likely it is nothing for a shop, `priority` one of
    urgent, high, medium, low, and `category` that of the ticket it would become.
    """
    return model().classify(text)


def language_of(text: str) -> str:
    """Return "en", "hinglish" or "hi": the language to answer in."""
    return model().language_of(text)


def is_devanagari(text: str) -> bool:
    """Return whether a good part of a text is in the Hindi script."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum("\u0900" <= letter <= "\u097f" for letter in letters) > HINDI_SHARE * len(letters)


def hinglish_score(text: str) -> float:
    """Return how much a text in Latin letters is Hinglish: above 0 it is, below it is English."""
    return model().read(text).scores["hinglish"]


def explain(text: str, most: int = 8) -> list[tuple[str, float]]:
    """Return the features that spoke loudest for or against the intent, loudest first."""
    return model().explain(text)[:most]


def model() -> "Model":
    """Read the trained file once, on first need: a desk without chats never does."""
    # Of many who ask at once one reads it; in as many threads it would take as many times as long
    with _reading:
        return _model()


_reading = Lock()


@cache
def _model() -> "Model":
    return Model(MODEL_FILE.read_bytes())


# --- The model ----------------------------------------------------------------------


class Reading(NamedTuple):
    """One message as the model sees it: its features by block, and the raw score of every head.

    `scores` has one more entry, "unknown": the share of pieces of words never seen before.
    """

    found: dict[str, set[str]]
    scores: dict[str, float]
    # The second opinion: the heads over plain words and letters, by column; empty in an older file
    plain: dict[str, float]


class Model:
    """The weights of one trained file. `facts` is its header: dates, digests, scores."""

    def __init__(self, data: bytes):
        """Read what `training.packed` wrote; raise ValueError when it is something else."""
        if not data.startswith(MAGIC):
            raise ValueError("this is no model of Villy; run manage.py train_villy")
        start = len(MAGIC) + 4
        header_end = start + int.from_bytes(data[len(MAGIC) : start], "little")
        self.facts = json.loads(data[start:header_end])
        names_end = header_end + self.facts["names_size"]
        names = data[header_end:names_end].decode().split("\n")
        self.rows = dict(zip(names, _long_integers(data[names_end:]), strict=True))
        # The same words come again and again: "hi", "ok", "where is my order".
        self.read = lru_cache(512)(self.read)  # type: ignore[method-assign]
        self.pieces_of = lru_cache(4_000)(self.pieces_of)  # type: ignore[method-assign]

    def classify(self, text: str) -> dict:
        reading = self.read(lead.without_order(text))
        chances = self.chances(reading)
        intent = max(INTENTS, key=chances.__getitem__)
        issue = self.issue_chance(reading, chances)
        sure = chances[intent]
        if sure < DOUBTFUL and self.beyond_head(reading) > OVERRULES:
            intent = "out_of_scope"
        return {
            "intent": intent,
            "confidence": round(sure, 4),
            "is_issue": self.is_issue(reading, intent, issue),
            "oos_score": round(self.beyond_chance(reading, chances), 4),
            "priority": _in_time(text, intent, self.priority(reading, chances, intent, issue)),
            "category": CATEGORIES.get(intent, "other"),
        }

    def read(self, text: str) -> Reading:
        """Return the features of a text and what every head says to them."""
        found = words.features(text)
        totals = list(self.facts["biases"])
        for block in self.facts["blocks"]:
            sums, length = self._summed(block, found[block["name"]])
            totals = [
                total + each * scale / length
                for total, each, scale in zip(totals, sums, block["scales"], strict=False)
            ]
        scores = dict(zip(COLUMNS, totals, strict=False))
        plain = self._plain_scores(found) if "plain" in self.facts else {}
        return Reading(found, scores | {"unknown": self._unknown(found["pieces"])}, plain)

    def _plain_scores(self, found: dict) -> dict[str, float]:
        """Return what the heads over plain words and letters say."""
        facts = self.facts["plain"]
        totals = list(facts["biases"])
        by_words, by_pieces = facts["blocks"]
        known = [self.rows[name] for name in found["plain_words"] if name in self.rows]
        packed = [self.pieces_of(word) for word in found["typed"]]
        for block, total, count in (
            (by_words, sum(known), len(known)),
            (by_pieces, sum(each for each, _ in packed), sum(count for _, count in packed)),
        ):
            sums = [value - ZERO * count for value in _columns(total)]
            length = sqrt(max(sums[-1] * block["scales"][-1], 0.0)) or 1.0
            totals = [
                total + each * scale / length
                for total, each, scale in zip(totals, sums, block["scales"], strict=False)
            ]
        return dict(zip(COLUMNS, totals, strict=False))

    def pieces_of(self, word: str) -> tuple[int, int]:
        """Return the packed sum of the known pieces of a word, and how many there are."""
        known = [self.rows[piece] for piece in words.plain_pieces(word) if piece in self.rows]
        return sum(known), len(known)

    def chances(self, reading: Reading) -> dict[str, float]:
        """Return the calibrated probability of every intent: the mean of both opinions."""
        mine = _softmax(reading.scores, self.facts["temperature"])
        if not reading.plain:
            return mine
        plain = _softmax(reading.plain, self.facts["plain"]["temperature"])
        return {intent: (mine[intent] + plain[intent]) / 2 for intent in INTENTS}

    def issue_chance(self, reading: Reading, chances: dict[str, float]) -> float:
        """Return how likely an agent has to act: its own head, steadied by the intent; of gibberish, 0."""
        if reading.scores["unknown"] > UNREADABLE:
            return 0.0
        fit = self.facts["issue"]
        by_intent = sum(chances[intent] * fit["rates"][intent] for intent in INTENTS)
        if reading.plain:
            says = {"head": sigmoid(reading.scores["issue"]), "plain": sigmoid(reading.plain["issue"])}
            return sum(share * ({"intent": by_intent} | says)[name] for name, share in ISSUE_SAY.items())
        return sigmoid(dot(fit["weights"], (reading.scores["issue"], log_odds(by_intent), 1.0)))

    def is_issue(self, reading: Reading, intent: str, chance: float) -> bool:
        """Return whether a person has to act at this issue probability; the threshold depends on the intent.

        Papers and rules that are asked for, and what is denied, need as much as anywhere else.
        """
        limits, concepts = self.facts["issue"], reading.found["concepts"]
        limit = limits["threshold"]
        if not concepts & ASKED_FOR and not any(each.startswith("g:!") for each in concepts):
            limit = limits.get("by_intent", {}).get(intent, limit)
        return chance >= limit

    def beyond_chance(self, reading: Reading, chances: dict[str, float]) -> float:
        """Return how likely the message is nothing for the support of a shop."""
        if reading.plain:
            inside = max(chance for intent, chance in chances.items() if intent != "out_of_scope")
            return (self.beyond_head(reading) + chances["out_of_scope"] + 1 - inside) / 3
        return sigmoid(dot(self.facts["beyond"]["weights"], beyond_signs(reading.scores, chances)))

    def beyond_head(self, reading: Reading) -> float:
        """Return the mean of the two heads that know nothing but "out of scope"; 0 in an older file."""
        if not reading.plain:
            return 0.0
        return (sigmoid(reading.scores["beyond"]) + sigmoid(reading.plain["beyond"])) / 2

    def priority(self, reading: Reading, chances: dict, intent: str, issue: float) -> str:
        """Return the priority: the intent lays the floor, words only raise it."""
        concepts = reading.found["concepts"]
        limit = self.facts["urgent"]["with_harm" if HARM & concepts else "threshold"]
        is_issue = self.is_issue(reading, intent, issue)
        # "Will it burn my skin?" asks before buying; chest pain is nothing for a shop, yet urgent.
        if sigmoid(reading.scores["urgent"]) >= limit and (is_issue or intent != "product_query"):
            return "urgent"
        trouble = sum(chances[each] for each in TROUBLE)
        if is_issue:
            return raised(floor(intent, trouble, concepts), intent, concepts)
        # A doubtful question that may be trouble does not go to the end of the queue.
        return "medium" if issue >= DOUBT and trouble >= DOUBT else "low"

    def language_of(self, text: str) -> str:
        if is_devanagari(text):
            return "hi"
        return "hinglish" if self.read(text).scores["hinglish"] > 0 else "en"

    def explain(self, text: str) -> list[tuple[str, float]]:
        """Return the share of every known feature in the score of the best intent."""
        found, scores, _ = self.read(text)
        column = INTENTS.index(max(INTENTS, key=scores.__getitem__))
        shares = []
        for block in self.facts["blocks"]:
            _, length = self._summed(block, found[block["name"]])
            step = block["scales"][column] / length
            for name in found[block["name"]] & self.rows.keys():
                weight = _columns(self.rows[name])[column] - ZERO
                shares.append((name, round(weight * step, 3)))
        return sorted(shares, key=lambda share: (-abs(share[1]), share[0]))

    def _summed(self, block: dict, found: set[str]) -> tuple[list[int], float]:
        """Return the sums of the bytes of known features by column, and what to divide them by.

        Features never seen before make the divisor grow too: of what is mostly
        unknown the model speaks softly.
        """
        rows = self.rows
        known = [rows[name] for name in found if name in rows]
        zero = ZERO * len(known)
        sums = [value - zero for value in _columns(sum(known))]
        if not block["normed"]:
            return sums, 1.0
        squares = sums[-1] * block["scales"][-1]
        return sums, sqrt(squares + (len(found) - len(known)) * block["unseen"]) or 1.0

    def _unknown(self, pieces: set[str]) -> float:
        return 1 - len(pieces & self.rows.keys()) / len(pieces) if pieces else 1.0


def _softmax(scores: dict[str, float], heat: float) -> dict[str, float]:
    top = max(scores[intent] for intent in INTENTS)
    weights = {intent: exp((scores[intent] - top) / heat) for intent in INTENTS}
    total = sum(weights.values())
    return {intent: weight / total for intent, weight in weights.items()}


def _columns(packed: int) -> tuple[int, ...]:
    return FIELDS.unpack(packed.to_bytes(FIELDS.size, "little"))


def _long_integers(weights: bytes) -> Iterable[int]:
    """Spread rows of one byte a column to 32 bits a column, so that sums cannot spill over."""
    wide = bytearray(4 * len(weights))
    wide[::4] = weights
    for start in range(0, len(wide), FIELDS.size):
        yield int.from_bytes(wide[start : start + FIELDS.size], "little")


# --- Small sums -------------------------------------------------------------------------


def beyond_signs(scores: dict[str, float], chances: dict[str, float]) -> tuple[float, ...]:
    """Return what speaks for a message from outside the shop, for the last small regression."""
    beyond = chances["out_of_scope"]
    best_inside = max(chance for intent, chance in chances.items() if intent != "out_of_scope")
    return (scores["beyond"], log_odds(beyond), best_inside, scores["unknown"], 1.0)


def dot(one: Iterable[float], other: Iterable[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > -30 else 0.0


def log_odds(chance: float) -> float:
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    return log(chance / (1 - chance))


# --- Priority -----------------------------------------------------------------------------

TROUBLE = {"item_problem", "delivery_delay", "payment_problem", "refund_return"}
DOUBT = 0.08  # below this chance of trouble, a question is only a question
LIKELY = 0.35
# Words of harm need less of the urgent head's conviction, and make an issue high at least
HARM = {"g:danger", "g:injury", "g:sick", "g:wrong_medicine", "g:stolen", "g:legal"}


def floor(intent: str, trouble: float, concepts: set[str]) -> str:
    """Return the least priority of an issue: trouble is high, an exchange or a change medium.

    `trouble` is the chance of all intents in TROUBLE together: which of them it is may be open.
    """
    wants_swap = {"g:exchange", "g:return", "g:pickup"} & concepts
    if intent == "refund_return" and wants_swap and not {"g:refund", "g:money"} & concepts:
        return "medium"
    return "high" if trouble >= LIKELY else "medium"


def _in_time(text: str, intent: str, level: str) -> str:
    """Return the level for an order that is needed for an occasion: missing it is urgent, asking for it high."""
    if level == "urgent" or not occasions.cannot_wait(text, intent):
        return level
    return "urgent" if level == "high" else "high"


def raised(level: str, intent: str, concepts: set[str]) -> str:
    """Return the level after the words that may raise it; none lowers it."""
    money_gone = {"g:deducted", "g:twice"} & concepts and "g:!deducted" not in concepts
    if intent == "payment_problem" and money_gone:
        return "urgent"
    again = intent == "complaint" and "g:again" in concepts
    pressing = "g:urgent" in concepts or HARM & concepts or again
    return "high" if pressing and level == "medium" else level
