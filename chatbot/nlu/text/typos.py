# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Words that rules look for, typed with a letter too few or too many: "sugr", "diabtic", "recievd", "chlega"."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz import fuzz

from .features import sound

KEYS = (
    "sugar diabetic diabetes anything something delivery delivered received damaged missing expired payment invoice allergy allergic pregnant "
    "pregnancy gluten ingredients available subscription exchange replacement refund return address complaint discount coupon account "
    "password cancelled tracking courier pincode vegetarian makhana walnuts cashews turmeric jaggery peanut "
    "preservative preservatives organic storage quantity garlic expiry weight"
).split()
# Words too short to be told by their sound: "prise" and "praise" sound alike
SPELT = {
    "prise": "price", "prize": "price", "pric": "price", "prce": "price", "priice": "price", "pricee": "price", "stok": "stock", "stck": "stock", "stoc": "stock", "charg": "charges", "chrg": "charges", "chrgs": "charges", "chargs": "charges", "chrge": "charge",
    "shlf": "shelf", "shelv": "shelf", "expry": "expiry", "exipry": "expiry", "expirey": "expiry", "exprd": "expired", "weigt": "weight", "wieght": "weight", "weght": "weight", "spcy": "spicy", "spicey": "spicy", "vegn": "vegan", "chep": "cheap", "chepaer": "cheaper", "cheper": "cheaper",
    "othr": "other", "whch": "which", "wich": "which", "diffrence": "difference", "diffrnce": "difference", "diference": "difference", "kitn": "kitna", "kitney": "kitne", "kitnay": "kitne", "kitnaa": "kitna", "ktni": "kitni", "compair": "compare", "betr": "better", "bettr": "better",
}  # fmt: skip
# Words of their own that look like one of these
OTHERS = set(
    "sagar saga cashew walnut peanuts deliver refunded refine refined carrier addresses returns makhani allergen makhane accent pant".split()
)
# How many of a hundred letters have to be the same: "galat" sounds like "gluten", and is another word
ALIKE = 75
# So many letters may be missing, or be too many
MOST_LETTERS, LEAST_LENGTH = 2, 4
_BY_SOUND = {sound(key): key for key in KEYS}


@lru_cache(4_096)
def respelt(word: str) -> str:
    """Return the key word that this one is a misspelling of, its full form where vowels are missing, or the word.

    A key word has to sound alike, to begin with the same letter and to have most of its letters.
    """
    small = word.casefold()
    if not (small.isascii() and small.isalpha()):
        return word
    if len(small) >= LEAST_LENGTH and small not in OTHERS:
        if small in SPELT:
            return SPELT[small]
        key = _BY_SOUND.get(sound(small), "")
        alike = key and key[0] == small[0] and abs(len(key) - len(small)) <= MOST_LETTERS
        if alike and fuzz.ratio(small, key) >= ALIKE:
            return key
    return with_its_vowels(small) or word


# --- Typed without vowels: "chlega", "rkhna", "pese" ---------------------------------------------

WORDS_FILE = Path(__file__).resolve().parent.parent.parent / "data" / "words.txt"
LEAST_LETTERS = 3
# A full form is a word of the corpus, and so much more usual than what was typed
LEAST_USUAL, MORE_USUAL = 8, 8
# Words of their own that lack a vowel of another one
WHOLE = set("hmm com pic pics sare bro pin gin sms gst pan gel fat pet bed set".split())
VOWELS = "aeiouy"
DOUBLED = re.compile(r"(.)\1+")


def with_its_vowels(word: str) -> str:
    """Return the usual word that this one is, typed without some of its vowels; "" where there is none."""
    if len(word) < LEAST_LETTERS or word in WHOLE:
        return ""
    counts, by_consonants = _usual_words()
    typed, least = _one_spelling(word), MORE_USUAL * counts.get(word, 1)
    for full in by_consonants.get(_consonants(typed), ()):
        if counts[full] < least:
            break
        if len(full) > len(word) and _is_within(typed, _one_spelling(full)):
            return full
    return ""


@cache
def _usual_words() -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return how often each word of the corpus is in it, and its usual words by consonants, the commonest first."""
    lines = WORDS_FILE.read_text(encoding="utf-8").splitlines()
    counts = {word: int(count) for word, count in (line.split() for line in lines)}
    by_consonants: dict[str, list[str]] = defaultdict(list)
    for word in sorted(counts, key=lambda each: (-counts[each], each)):
        if counts[word] >= LEAST_USUAL:
            by_consonants[_consonants(_one_spelling(word))].append(word)
    return counts, by_consonants


@lru_cache(8_192)
def _one_spelling(word: str) -> str:
    return DOUBLED.sub(r"\1", word.replace("ai", "e").replace("au", "o"))


def _consonants(spelling: str) -> str:
    return spelling[0] + "".join(letter for letter in spelling[1:] if letter not in VOWELS)


def _is_within(short: str, full: str) -> bool:
    """Return whether all letters of the short form stand in the full one, in their order."""
    letters = iter(full)
    return all(letter in letters for letter in short)


def words_file(texts: Iterable[str]) -> str:
    """Return the contents of WORDS_FILE for these texts: each word that is in two of them, with its count."""
    counts: dict[str, int] = defaultdict(int)
    for text in texts:
        for word in LATIN.findall(text.casefold()):
            counts[word] += 1
    usual = sorted(word for word, count in counts.items() if count > 1)
    return "".join(f"{word} {counts[word]}\n" for word in usual)


LATIN = re.compile(rf"(?<![\w\u0900-\u097F])[a-z]{{{LEAST_LETTERS},}}(?![\w\u0900-\u097F])")
