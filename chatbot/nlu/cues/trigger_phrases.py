"""Words that need no classifier, from `data/handoff.txt`. Pure: no request, no database."""

import re
import unicodedata
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent.parent / "data" / "handoff.txt"
REASONS = ("safety", "fraud", "legal", "outage", "human", "anger")
# What may follow a yes or a no without making it a sentence: "no refund yet" is none
FILLERS = {
    "it", "is", "its", "was", "did", "does", "has", "hai", "ho", "thanks", "thank", "you", "thx", "sir", "madam",
    "bhai", "ji", "please", "plz", "ok", "है", "सर",
}  # fmt: skip


def reason(text: str) -> str:
    """Say why this message should reach a person: one of REASONS, or ""."""
    text = _normal(text)
    found = next((name for name in REASONS if _phrases()[name].search(text)), "")
    return found or ("anger" if _shouts(text) else "")


def verdict(text: str) -> str:
    """Return what a short answer to a question of ours says: "yes", "no" or ""."""
    words = re.findall(r"[^\s.,!?।]+", _normal(text).lower())
    if not words:
        return ""
    if len(words) <= 6 and _phrases()["not helped"].search(" ".join(words)):
        return "no"
    if len(words) <= 6 and _phrases()["helped"].search(" ".join(words)):
        return "yes"
    said = next((said for said in ("yes", "no") if _phrases()[said].fullmatch(words[0])), "")
    rest = (word for word in words[1:] if word not in FILLERS)
    return said if said and all(_phrases()[said].fullmatch(word) for word in rest) else ""


def begins_with_yes(text: str) -> bool:
    first = _normal(text).lower().split()[:1]
    return bool(first and _phrases()["yes"].fullmatch(first[0].strip(".,!")))


# What … stands for: "someone … otp" is "someone called me asking for that otp"
GAP = r"\s+(?:\S+\s+){0,5}?"


@cache
def _phrases() -> dict[str, re.Pattern]:
    phrases: dict[str, list[str]] = {}
    for line in _normal(FILE.read_text(encoding="utf-8")).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = phrases.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    return {name: _whole_words(lines) for name, lines in phrases.items()}


def _whole_words(phrases: list[str]) -> re.Pattern:
    # The longest first: of two phrases that begin alike the more telling one
    words = "|".join(
        re.escape(phrase).replace(r"\ …\ ", GAP).replace(r"\ ", r"\s+")
        for phrase in sorted(phrases, key=len, reverse=True)
    )
    # \b breaks inside Devanagari at vowel signs, which are marks and no letters
    edge = r"[\w\u0900-\u097F]"
    return re.compile(rf"(?<!{edge})(?:{words})(?!{edge})", re.IGNORECASE)


def _normal(text: str) -> str:
    """Return the text with one spelling of letters that have two, such as ड़."""
    return unicodedata.normalize("NFC", text)


def _shouts(text: str) -> bool:
    """Four words and more in capitals with an exclamation: the customer is annoyed."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) >= 4 and "!" in text and sum(word.isupper() for word in words) >= 0.8 * len(words)
