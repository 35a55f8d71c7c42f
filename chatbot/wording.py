"""Villy's wording, from `data/replies.yaml`. Pure: no request, no database."""

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

FILE = Path(__file__).parent / "data" / "replies.yaml"
LANGUAGES = ("en", "hinglish", "hi")
# In C it takes a tenth of the time: 11 ms, not 126. A PyYAML without libyaml has the other alone
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 - both are safe loaders


@cache
def _wording() -> dict[str, dict[str, str]]:
    return read_yaml(FILE)


def say(key: str, language: str = "en", **words) -> str:
    """Return a line in this language (one of LANGUAGES; English for any other)."""
    line = _wording()[key]
    return (line.get(language) or line["en"]).format(**words)


def gaps(line: str) -> set[str]:
    """Return the names of the words that are filled in."""
    return {name for _, name, _, _ in Formatter().parse(line) if name}


def has(key: str) -> bool:
    return key in _wording()


def is_chip(key: str, text: str) -> bool:
    """Return whether the text is this suggestion, in any language: the customer tapped it."""
    return text.strip() in {say(f"chip_{key}", language) for language in LANGUAGES}


def chips(language: str = "en", *keys: str) -> list[str]:
    """Return the suggestions to tap: those of the keys, or the usual ones."""
    return [say(f"chip_{key}", language) for key in keys or ("products", "order", "returns", "problem")]
