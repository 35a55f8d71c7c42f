# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""From what a customer typed to what the classifier counts. Pure functions, no model.

`features(text)` is the one door: training and answering walk through it alike.
"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

GLOSS_FILE = Path(__file__).resolve().parent.parent.parent / "data" / "gloss.txt"
# A customer's essay adds no meaning after this, only time on the processor.
LONGEST = 1200

# Indic scripts write vowels as marks that \w does not match: name the blocks, or words fall apart.
WORD = r"[^\W_][\w\u0900-\u0DFF]*"
TOKEN = re.compile(rf"{WORD}|[₹$#]|[.,;:!?।]|[\u2600-\u27BF\U0001F300-\U0001FAFF]")
STOPS = frozenset(".,;:!?।")
DEVANAGARI = re.compile("[\u0900-\u097f]")
NUKTA_JOINERS_QUOTES = re.compile("[\u093c\u200b-\u200f\ufe0f'’`]")
LONG_RUN = re.compile(r"([^\W\d])\1{2,}")
# "408-7893456-1234567" and "080-41234567" are one number; "5-6 days" and "72-60" are two
INSIDE_NUMBER = re.compile(r"(?<=\d\d)-(?=\d{4})")

# --- Words -------------------------------------------------------------------


# Several parts of an answer ask for the same message
@lru_cache(512)
def normalise(text: str) -> str:
    """Return the text in one spelling of its letters: lower case, no nukta, "sooo" as "soo"."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    text = NUKTA_JOINERS_QUOTES.sub("", text).replace("ँ", "ं")
    text = INSIDE_NUMBER.sub("", text)
    return LONG_RUN.sub(r"\1\1", text)


def tokens(text: str) -> list[str]:
    """Return the words, amounts and emoji of a text, and the stops between its clauses."""
    return list(_tokens(text))


@lru_cache(512)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(normalise(text)))


UNITS = (
    "kgs?|gms?|g|mg|ml|l|ltrs?|litres?|inch|inches|in|cm|mm|ft|feet|pcs?|pieces?|rs|k|days?|din|hrs?|"
    "months?|yrs?|years?|saal|st|nd|rd|th|am|pm|baje|x|m|xl|gb|mah|w|v|baar|bar|times?|star"
)
NUMBER_WITH_UNIT = re.compile(rf"\d+({UNITS})$")
DIMENSIONS = re.compile(r"\d+x\d+(x\d+)?$")


@lru_cache(20_000)
def shape(token: str) -> str:
    """Return a word as it is and anything with digits as its kind: `<pin>`, `<n>kg`, `<code>`.

    Which order number it is says nothing about what is wanted; that there is one does.
    """
    if token.isdigit():
        return _digits(len(token))
    if unit := NUMBER_WITH_UNIT.match(token):
        return f"<n>{unit[1]}"
    if DIMENSIONS.match(token):
        return "<dim>"
    return "<code>" if any(map(str.isdigit, token)) else token


def _digits(length: int) -> str:
    if length <= 3:
        return "<n>"
    return {4: "<n4>", 5: "<id>", 6: "<pin>"}.get(length, "<id>" if length < 10 else "<long>")


# --- Sounds: one skeleton for "नहीं", "nahin", "nhi" -------------------------------

VOWELS = dict(zip("अआइईउऊएऐओऔऑऋ", "a aa i i u u e ai o au o ri".split(), strict=True))
MATRAS = dict(zip("ािीुूेैोौॉृॅ", "a i i u u e ai o au o ri e".split(), strict=True))
CONSONANTS = dict(
    zip(
        "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहळञङ",
        ("k kh g gh ch chh j jh t th d dh n t th d dh n p f b bh m y r l v sh sh s h l n n").split(),
        strict=True,
    )
)
OTHERS = {"ं": "n", "ः": "h", "्": ""} | {chr(ord("०") + n): str(n) for n in range(10)}
PLAIN = VOWELS | MATRAS | OTHERS
# A consonant carries an "a" unless a vowel sign or a virama follows, or the word ends.
CARRIES_A = frozenset(CONSONANTS) | frozenset(VOWELS) | frozenset("ंः")


@lru_cache(20_000)
def latin(word: str) -> str:
    """Return a word in Latin letters, roughly as it is typed on a phone: "वापस" -> "vapas"."""
    if not DEVANAGARI.search(word):
        return word
    return "".join(map(_letter, word, word[1:] + " "))


def _letter(letter: str, following: str) -> str:
    if letter in CONSONANTS:
        return CONSONANTS[letter] + ("a" if following in CARRIES_A else "")
    return PLAIN.get(letter, letter)


SAME_SOUND = (
    ("ph", "f"), ("ck", "k"), ("w", "v"), ("z", "j"), ("q", "k"),
    ("x", "ks"), ("ch", "c"), ("sh", "s"), ("oo", "u"), ("ee", "i"),
)  # fmt: skip
ASPIRATED = re.compile(r"([bcdfgjkpt])h")
NASAL_END = re.compile(r"(?<=..[aeiou])n$")
INNER_VOWELS = re.compile(r"(?<!^)[aeiouy]")
DOUBLED = re.compile(r"(.)\1+")


@lru_cache(20_000)
def sound(word: str) -> str:
    """Return the skeleton that misspellings and scripts share: "delivry", "डिलीवरी" -> "dlvr".

    Empty for what is no word of Latin or Devanagari letters.
    """
    key = latin(word)
    if not (key.isascii() and key.isalpha()):
        return ""
    for written, heard in SAME_SOUND:
        key = key.replace(written, heard)
    key = NASAL_END.sub("", ASPIRATED.sub(r"\1", key))
    key = ("a" if key[0] in "aeiouy" else key[0]) + INNER_VOWELS.sub("", key)[1:]
    return DOUBLED.sub(r"\1", key)


# --- Concepts: the gloss ----------------------------------------------------------


class Gloss(NamedTuple):
    """`spellings` maps a word or phrase to its concepts, `longest` a first word to the length of
    the longest phrase that it opens, `words` are all words in it, `sounds` maps a skeleton to the
    one word that it can only be."""

    spellings: dict[str, tuple[str, ...]]
    longest: dict[str, int]
    words: frozenset[str]
    sounds: dict[str, str]


@cache
def gloss() -> Gloss:
    """Read the gloss file once, on first need."""
    spellings: dict[str, tuple[str, ...]] = {}
    for line in GLOSS_FILE.read_text(encoding="utf-8").splitlines():
        if " = " in line and not line.startswith("#"):
            concept, words = line.split(" = ", 1)
            for phrase in filter(None, map(_phrase, words.split(","))):
                spellings[phrase] = (*spellings.get(phrase, ()), concept.strip())
    all_words = frozenset(word for phrase in spellings for word in phrase.split())
    return Gloss(spellings, _longest(spellings), all_words, _unambiguous_sounds(spellings, all_words))


def _phrase(spelling: str) -> str:
    return " ".join(token for token in tokens(spelling) if token not in STOPS)


def _longest(spellings: Any) -> dict[str, int]:
    longest: dict[str, int] = {}
    for phrase in spellings:
        first, *rest = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(rest))
    return longest


def _unambiguous_sounds(spellings: Any, all_words: frozenset[str]) -> dict[str, str]:
    readings: dict[str, dict] = {}
    for word in sorted(all_words):
        # Short words sound like everything: "ka", "ki" and "ko" are all "k".
        if len(latin(word)) >= 4 and len(sound(word)) >= 3:
            meaning = tuple(sorted(set(spellings.get(word, (word,)))))
            readings.setdefault(sound(word), {}).setdefault(meaning, word)
    return {key: next(iter(m.values())) for key, m in readings.items() if len(m) == 1}


@lru_cache(20_000)
def respelt(token: str) -> str:
    """Return a token as the gloss spells it, where its sound leaves no doubt: "delivry" -> "delivery"."""
    if token in gloss().words or len(token) < 4 or not token.isalpha():
        return token
    return gloss().sounds.get(sound(token), token)


class Found(NamedTuple):
    """Concepts of the phrase of `length` tokens at `position`."""

    position: int
    length: int
    concepts: tuple[str, ...]


def find_concepts(all_tokens: list[str]) -> list[Found]:
    """Return the concepts at each token: of the longest phrase there, and of its first word."""
    spelt = list(map(respelt, all_tokens))
    found = []
    for position, word in enumerate(spelt):
        phrase = _longest_phrase(spelt, position)
        if phrase:
            found.append(phrase)
        if phrase and phrase.length > 1 and word in gloss().spellings:
            found.append(Found(position, 1, gloss().spellings[word]))
    return found


def _longest_phrase(spelt: list[str], position: int) -> Found | None:
    spellings = gloss().spellings
    most = min(gloss().longest.get(spelt[position], 0), len(spelt) - position)
    for length in range(most, 0, -1):
        phrase = " ".join(spelt[position : position + length])
        if phrase in spellings:
            return Found(position, length, spellings[phrase])
    return None


# --- Negation: "not damaged", "damaged nahi hai" -------------------------------------

NOT_THE_NEXT = frozenset(
    "not no nt never dont doesnt didnt dint isnt wasnt arent cant cannot couldnt wont without none "
    "neither hasnt havent mat bina".split()
)
NOT_THE_LAST = frozenset("nahi nahin nhi nhin nai nahee nathi mat नहीं नही नहि मत".split())
TURNS = frozenset("but bt par pr lekin magar just only bas sirf because पर लेकिन मगर बस सिर्फ".split())


def clause_numbers(words: list[str]) -> list[int]:
    """Return the number of the clause of each token; stops and words like "but" open a new one."""
    numbers, number = [], 0
    for word in words:
        number += word in STOPS or word in TURNS
        numbers.append(number)
    return numbers


def negated(words: list[str], clauses: list[int]) -> set[int]:
    """Return the positions that a negation in the same clause reaches.

    English denies the three words that follow, Hindi the two before and the one after.
    """
    reached = set()
    for position, word in enumerate(words):
        before, after = 0, 0
        if word in NOT_THE_LAST:
            before, after = 2, 1
        if word in NOT_THE_NEXT:
            after = 3
        for near in range(max(0, position - before), min(len(words), position + after + 1)):
            if near != position and clauses[near] == clauses[position]:
                reached.add(near)
    return reached


# --- Features -------------------------------------------------------------------------

# What a second opinion counts: words and letters as they were typed, no gloss, no sounds
PLAIN_BLOCKS = ("plain_words", "plain_pieces")
PLAIN_WORD = re.compile(r"[^\s.,;:!?।]+")
BLOCKS = ("words", "pairs", "pieces", "sounds", "concepts", "concept_pairs", "shape")


def features(text: str) -> dict[str, Any]:
    """Return the features of a text by block, in the order of BLOCKS, then what PLAIN_BLOCKS are made of:
    "plain_words", and "typed", the words of which `plain_pieces` gives the pieces.

    Their first letter keeps them apart: w:word, b:two words, c:piece of a word, s:sound,
    g:concept, g:!negated concept, p:two concepts, f:shape of the whole message, x:plain words, y:plain pieces.
    """
    normal = normalise(text)
    all_tokens = TOKEN.findall(normal)
    words = [shape(token) for token in all_tokens if token not in STOPS]
    found = find_concepts(all_tokens)
    clauses = clause_numbers(all_tokens)
    plain = PLAIN_WORD.findall(normal)
    return {
        "words": {"w:" + word for word in words},
        "pairs": {f"b:{one} {two}" for one, two in zip(["^", *words], [*words, "$"], strict=True)},
        "pieces": set().union(*map(pieces, words)),
        "sounds": {"s:" + sound(word) for word in words if sound(word)},
        "concepts": _concepts(found, negated(all_tokens, clauses)),
        "concept_pairs": _concept_pairs(found),
        "shape": _shape(text, words, several_clauses=bool(clauses) and clauses[-1] > 0),
        "plain_words": {"x:" + word for word in plain} | {f"x:{one} {two}" for one, two in pairwise(plain)},
        "typed": plain,
    }


@lru_cache(4_000)
def plain_pieces(word: str) -> tuple[str, ...]:
    """Return the pieces of 3 to 5 letters of a word as it was typed, with a blank at its ends."""
    marked = f" {word[:40]} "
    spans = ((start, size) for size in (3, 4, 5) for start in range(len(marked) - size + 1))
    return tuple("y:" + marked[start : start + size] for start, size in spans)


def likeness_features(text: str) -> dict[str, set[str]]:
    """Return only those features that tell how alike two texts are: a third of the work."""
    all_tokens = tokens(text)
    words = [shape(token) for token in all_tokens if token not in STOPS]
    denied = negated(all_tokens, clause_numbers(all_tokens))
    return {
        "words": {"w:" + word for word in words},
        "pieces": set().union(*map(pieces, words)),
        "sounds": {"s:" + sound(word) for word in words if sound(word)},
        "concepts": _concepts(find_concepts(all_tokens), denied),
    }


@lru_cache(4_000)
def pieces(word: str) -> tuple[str, ...]:
    """Return the pieces of 2 to 5 letters of a word with its ends marked, in Latin letters."""
    if word.startswith("<"):
        return ("c:" + word,)
    marked = f"<{latin(word)}>"
    spans = ((start, size) for size in (2, 3, 4, 5) for start in range(len(marked) - size + 1))
    return tuple("c:" + marked[start : start + size] for start, size in spans)


def _concepts(found: list[Found], denied: set[int]) -> set[str]:
    names = {"g:" + concept for item in found for concept in item.concepts}
    denials = {"g:!" + concept for item in found if item.position in denied for concept in item.concepts}
    return names | denials


def _concept_pairs(found: list[Found]) -> set[str]:
    line, end = ["^"], 0
    for item in found:
        if item.position >= end:
            line.append(item.concepts[0])
            end = item.position + item.length
    return {f"p:{one} {two}" for one, two in zip(line, [*line[1:], "$"], strict=True)}


LENGTHS = (1, 2, 3, 4, 6, 10, 16, 28)


def _shape(text: str, words: list[str], several_clauses: bool) -> set[str]:
    letters = [letter for letter in text[:LONGEST] if letter.isascii() and letter.isalpha()]
    shouts = len(letters) >= 6 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    length = next((limit for limit in LENGTHS if len(words) <= limit), 99)
    said = {
        "f:question": "?" in text,
        "f:exclamation": "!" in text,
        "f:capitals": shouts,
        "f:devanagari": bool(DEVANAGARI.search(text)),
        "f:clauses": several_clauses,
        f"f:length{length}": True,
    }
    kinds = {"f:" + word for word in words if word.startswith("<")}
    return kinds | {name for name, holds in said.items() if holds}


# --- Likeness --------------------------------------------------------------------------


def similarity(one: str, other: str) -> float:
    """Return how alike two short texts are, 0 to 1: the cosine of their pieces."""
    mine, theirs = (set().union(*map(pieces, _words(text))) for text in (one, other))
    return len(mine & theirs) / sqrt(len(mine) * len(theirs)) if mine and theirs else 0.0


def _words(text: str) -> list[str]:
    return [token for token in tokens(text) if token not in STOPS]
