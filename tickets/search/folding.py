"""A pattern by which a database finds a name as the desk's search does: Łukasz by "Lukasz", D’Souza by "dsouza"."""

import re
import unicodedata
from functools import cache

from django.db.models import Q

from .words import APOSTROPHE, JOINERS, LEFT_OUT, folded

# Where letters stand that have a plainer form: Latin, Greek, Cyrillic, Hebrew, Arabic, the scripts of India
SCRIPTS = (range(0xC0, 0x588), range(0x590, 0x6FF), range(0x900, 0xD80), range(0x1E00, 0x2000))
# Some servers of MongoDB's protocol take patterns of 1,000 characters. A shorter one finds more, never less
LONGEST = 900
# Between two letters of a name: accents of their own, joiners, apostrophes
BETWEEN_LATIN = f"[\u0300-\u036f{JOINERS}'{''.join(map(chr, APOSTROPHE))}]*"
# An anusvara stands for a nasal before a consonant, see `words.NASAL`
NASALS = {"ं": "[ङञणनम]\u094d", "ં": "[ઙઞણનમ]\u0acd"}
# What need not be typed: those joiners, an apostrophe within a name
UNTYPED = re.compile(rf"[{JOINERS}]|(?<=\w)'(?=\w)")
BETWEEN = f"{LEFT_OUT.pattern[:-1]}{BETWEEN_LATIN[1:]}"


def holds(field: str, text: str) -> Q:
    """Return the condition that the field has this text in it, as it is or as it is folded."""
    return Q(**{f"{field}__icontains": text}) | Q(**{f"{field}__iregex": pattern(text)})


def typed(text: str) -> str:
    """Return the text as people type it: without case, accents, joiners, and apostrophes within a name."""
    return UNTYPED.sub("", folded(text)) or text


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"


def pattern(text: str) -> str:
    """Return the pattern for `iregex` that finds this text with or without accents, whatever the case."""
    wanted = typed(text)
    found = ""
    at = 0
    while at < len(wanted):
        letters = wanted[at : at + 2]
        if joined := _letters().get(letters, "") if len(letters) == 2 else "":
            piece = f"(?:{_one(letters[0])}{_one(letters[1])}|[{joined}])"
        else:
            letters = letters[0]
            piece = _one(letters)
        if len(found) + len(piece) > LONGEST:
            break
        found += piece
        at += len(letters)
    return found


def _one(letter: str) -> str:
    if not _is_letter(letter):
        return re.escape(letter)
    others = _letters().get(letter, "")
    same = f"[{letter}{others}]" if others else letter
    if letter in NASALS:
        same = f"(?:{same}|{NASALS[letter]})"
    return same + (BETWEEN_LATIN if letter < "\u0590" else BETWEEN)


@cache
def _letters() -> dict[str, str]:
    """Return, by what they are folded to, the letters as the inside of a character class."""
    signs: dict[str, list[int]] = {}
    for code in (code for each in SCRIPTS for code in each):
        plain = folded(chr(code))
        if plain != chr(code) and 0 < len(plain) <= 2 and all(map(_is_letter, plain)):
            signs.setdefault(plain, []).append(code)
    return {plain: _ranges(codes) for plain, codes in signs.items()}


def _ranges(codes: list[int]) -> str:
    pieces: list[list[int]] = []
    for code in codes:
        if pieces and code == pieces[-1][1] + 1:
            pieces[-1][1] = code
        else:
            pieces.append([code, code])
    return "".join(
        chr(first)
        if first == last
        else f"{chr(first)}-{chr(last)}"
        if last > first + 1
        else chr(first) + chr(last)
        for first, last in pieces
    )
