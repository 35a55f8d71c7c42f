"""Which letters a text needs for a pattern to match it: a look at a set in place of a search.

A message is searched for hundreds of phrases, and has a handful of them. Of each pattern we keep, worked out from its
parsed form, up to three letters in a row of every way in which it can match; a text that has none of them cannot
match. To look for them costs a tenth of a search that tries alternative after alternative at each letter.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import add
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# A longer text is searched at once: its letters would have most of what is needed
LONGEST = 400
# More ways than these to match are rather searched
MOST = 120
# How likely a message is to have one, two or three given letters in a row
LIKELY = {1: 0.5, 2: 0.12, 3: 0.02}
TOO_LIKELY = 0.9
# From the usual letter to the rare one
USUAL = " aeithonrskmdlcpuygbwvfjxqz"
# What `re.IGNORECASE` takes for a letter of the alphabet, beside the small and the capital one
SAME = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}

Needed = frozenset[str]


@lru_cache(1_024)
def letters_of(text: str) -> Needed:
    """Return every one, two and three letters in a row of a text, in small letters."""
    text = _small(text)
    pairs = list(map(add, text, text[1:]))
    return frozenset((*text, *pairs, *map(add, pairs, text[2:])))


def needed_by(pattern: str, flags: int = re.IGNORECASE) -> Needed | None:
    """Return letters of which a text has to have some to match; None where a search is as quick."""
    found = _of_all(parser.parse(pattern, flags))
    if not found or len(found) > MOST or _likely(found) > TOO_LIKELY:
        return None
    return frozenset(map(_rarest, found))


def guarded(search: Callable, needed: Needed, otherwise: Any) -> Callable:
    """Return `pattern.search` (or `findall`), which is only called where the text has what is needed."""

    def look(text: str, *where: int) -> Any:
        if len(text) <= LONGEST and needed.isdisjoint(letters_of(text)):
            return otherwise
        return search(text, *where)

    return look


def quick_search(pattern: re.Pattern) -> Callable[..., re.Match | None]:
    """Return the `search` of a pattern, guarded where that is quicker."""
    needed = needed_by(pattern.pattern, pattern.flags)
    return guarded(pattern.search, needed, None) if needed else pattern.search


def _small(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(SAME).lower()


def _likely(found: Iterable[str]) -> float:
    return sum(LIKELY[min(len(each), 3)] for each in found)


def _rarest(text: str) -> str:
    """Return three letters in a row of a text, the least usual ones."""
    rows = [text[start : start + 3] for start in range(max(1, len(text) - 2))]
    return max(rows, key=lambda row: sum(USUAL.index(c) if c in USUAL else len(USUAL) for c in row))


def _of_all(parts: Any) -> set[str]:
    """Return the texts of which one stands in whatever matches these parts, one after the other; empty for unknown."""
    candidates: list[set[str]] = []
    run = ""
    for kind, value in parts:
        if kind is op.LITERAL:
            run += _small(chr(value))
            continue
        repeated = kind in REPEATS and value[0] > 0
        if repeated and len(value[2]) == 1 and value[2][0][0] is op.LITERAL:
            # "so+": an s and an o, and an o before what follows
            letter = _small(chr(value[2][0][1]))
            candidates.append({run + letter})
            run = letter
            continue
        if kind in (op.ASSERT, op.ASSERT_NOT):
            # Stands beside the letters, not between them; what it looks at may be outside of the text searched
            continue
        candidates.append({run} if run else set())
        run = ""
        candidates.append(_of_one(kind, value))
    candidates.append({run} if run else set())
    return min(filter(None, candidates), key=_likely, default=set())


def _of_one(kind: Any, value: Any) -> set[str]:
    if kind is op.SUBPATTERN:
        return _of_all(value[3])
    if kind is op.ATOMIC_GROUP:
        return _of_all(value)
    if kind in REPEATS and value[0] > 0:
        return _of_all(value[2])
    if kind is op.BRANCH:
        ways = [_of_all(way) for way in value[1]]
        return set().union(*ways) if all(ways) else set()
    return set()
