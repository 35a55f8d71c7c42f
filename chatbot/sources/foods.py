"""Ingredients and preparations of food, in customers' words: `data/foods.txt`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..nlu.cues.turn_cues import spelt

FILE = Path(__file__).resolve().parent.parent / "data" / "foods.txt"
CONTENTS, MADE = "[in the food]", "[how it is]"


@dataclass(frozen=True)
class Food:
    """One thing that a message names: its English names, and the words with which it was said."""

    names: tuple[str, ...]
    said: str
    # Whether it may be in the food, and is not only how the food is made
    is_content: bool

    def stands_in(self, text: str) -> bool:
        """Return whether an English text names it: "roasted" stands in "Not roasted", "sugar" not in "sugarcane"."""
        return any(_named(name).search(text) for name in self.names)


@dataclass(frozen=True)
class _Foods:
    pattern: re.Pattern[str]
    by_spelling: dict[str, tuple[tuple[str, ...], bool]]


@cache
def _foods() -> _Foods:
    by_spelling: dict[str, tuple[tuple[str, ...], bool]] = {}
    is_content = True
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            is_content = line.strip() == CONTENTS
        elif " = " in line and not line.startswith("#"):
            first, others = line.split(" = ", 1)
            names = tuple(name.strip() for name in first.split("|"))
            for each in (*names, *others.split(",")):
                by_spelling.setdefault(spelt(each.strip().casefold()), (names, is_content))
    longest_first = sorted(by_spelling, key=len, reverse=True)
    words = "|".join(map(re.escape, longest_first))
    pattern = re.compile(rf"(?<![\w\u0900-\u097F])(?:{words})(?:s|es)?(?![\w\u0900-\u097F])", re.IGNORECASE)
    return _Foods(pattern, by_spelling)


def named_in(text: str) -> list[Food]:
    """Return what a text names, in its order, the longest words first: "mustard oil" is no mustard."""
    return [_food(found) for found in _foods().pattern.finditer(spelt(text))]


def without(text: str) -> str:
    """Return a text without the words that name one."""
    return _foods().pattern.sub(" ", spelt(text))


def _food(found: re.Match[str]) -> Food:
    said = found[0].casefold()
    known = _foods().by_spelling
    key = next(each for each in (said, said.removesuffix("s"), said.removesuffix("es")) if each in known)
    names, is_content = known[key]
    return Food((*names, key) if key.isascii() else names, found[0], is_content)


@cache
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:un)?{re.escape(name)}(?:s|es|d|ed|y)?\b", re.IGNORECASE)
