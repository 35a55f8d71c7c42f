"""Words that go straight to a person, from `data/handoff.txt`. Pure: no request, no database."""

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "handoff.txt"


def reason(text: str) -> str:
    """Say why this message should reach a person at once: human, safety, fraud, legal, anger or ""."""
    for name, pattern in _patterns().items():
        if pattern.search(text):
            return name
    return "anger" if _shouts(text) else ""


@cache
def _patterns() -> dict[str, re.Pattern]:
    phrases: dict[str, list[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("["):
            section = phrases.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.append(line)
    order = ("safety", "fraud", "legal", "human", "anger")
    return {name: _whole_words(phrases[name]) for name in order}


def _whole_words(phrases: list[str]) -> re.Pattern:
    words = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases)
    # \b breaks inside Devanagari at vowel signs, which are marks and no letters
    edge = r"[\w\u0900-\u097F]"
    return re.compile(rf"(?<!{edge})(?:{words})(?!{edge})", re.IGNORECASE)


def _shouts(text: str) -> bool:
    """Four words and more in capitals with an exclamation: somebody has had enough."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) >= 4 and "!" in text and sum(word.isupper() for word in words) >= 0.8 * len(words)
