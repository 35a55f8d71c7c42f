"""How the numbers of a shop's orders look that are no plain "VP-10234": "VP-5cbbe6", "2026/11/77", "T-5cbb-9"."""

import re
from functools import lru_cache
from itertools import takewhile

PLAIN = re.compile(r"[^\W\d]*[-#]?\d+")
# A word that may be such a number: it has a digit, and something that is none
MIXED = re.compile(r"(?<![\w/-])(?=[\w/-]*\d)(?=[\w/-]*[^\W\d]|\d+[/_-])[\w/-]{3,32}(?![\w/-])")


@lru_cache(maxsize=8)
def pattern_like(number: str) -> re.Pattern | None:
    """Return what finds numbers of the same form as this one; None for a plain one or one without digits.

    The letters it begins with, the separators and the lengths stay; a last run of digits counts up.
    """
    if PLAIN.fullmatch(number) or not any(map(str.isdigit, number)):
        return None
    letters = "".join(takewhile(str.isalpha, number))
    # Without letters of its own only digits tell "5cbbe6-1" from "deluxe-1"
    word = r"[^\W_]" if letters else r"(?=[^\W_]*\d)[^\W_]"
    pattern = re.escape(letters)
    parts = re.findall(r"[^\W_]+|[-_/]", number[len(letters) :])
    for place, part in enumerate(parts):
        if part in "-_/":
            pattern += re.escape(part)
        elif part.isdigit():
            pattern += r"\d+" if place == len(parts) - 1 else rf"\d{{{len(part)}}}"
        else:
            pattern += rf"{word}{{{len(part)}}}"
    return re.compile(rf"(?<![\w/-]){pattern}(?![\w/-])", re.IGNORECASE)


def find(text: str, number: str) -> str:
    """Return the first number of the form of this one in a text, "" for none."""
    pattern = pattern_like(number)
    words = (found[0] for found in pattern.finditer(text)) if pattern else ()
    return next((word for word in words if any(map(str.isdigit, word))), "")
