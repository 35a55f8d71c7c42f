"""Operators of the search box: `from: order: tag: before: is:` beside words. Pure, without Django.

    parse('from:"Priya Sharma" tag:vip is:unread broken lid', states={"unread"})
    -> Parsed(words='broken lid', sender='Priya Sharma', tags=('vip',), states=('unread',))

What is no operator stays a word, so that a search never fails.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import NotRequired, TypedDict

OPERATOR = re.compile(r'(?<!\S)(from|order|tag|before|is):(?:"([^"]*)"|(\S+))', re.IGNORECASE)


@dataclass(frozen=True)
class Parsed:
    words: str = ""
    sender: str = ""
    order_number: str = ""
    tags: tuple[str, ...] = ()
    before: date | None = None
    states: tuple[str, ...] = ()


class _Found(TypedDict):
    """The operators of a search while it is read."""

    tags: list[str]
    states: list[str]
    sender: NotRequired[str]
    order_number: NotRequired[str]
    before: NotRequired[date]


def parse(text: str, states: Container[str] = ()) -> Parsed:
    """Return the words and the operators of a search; `states` are what `is:` knows."""
    found: _Found = {"tags": [], "states": []}
    words, end = [], 0
    for match in OPERATOR.finditer(text):
        name, value = match[1].lower(), (match[2] if match[2] is not None else match[3]).strip()
        if not value or not _take(found, name, value, states):
            continue
        words.append(text[end : match.start()])
        end = match.end()
    words.append(text[end:])
    return Parsed(
        words=" ".join(" ".join(words).split()),
        sender=found.get("sender", ""),
        order_number=found.get("order_number", ""),
        tags=tuple(found["tags"]),
        before=found.get("before"),
        states=tuple(found["states"]),
    )


def _take(found: _Found, name: str, value: str, states: Container[str]) -> bool:
    """Keep the value of an operator; say whether it is one."""
    if name == "from":
        found["sender"] = value
    elif name == "order":
        found["order_number"] = value.upper()
    elif name == "tag":
        found["tags"].append(value)
    elif name == "before":
        try:
            found["before"] = date.fromisoformat(value)
        except ValueError:
            return False
    else:
        if value.lower() not in states:
            return False
        found["states"].append(value.lower())
    return True
