"""What a message says before it says what it is about: "Regarding my order no. 407-12345: ". Pure."""

import re

_WORDS = (
    "subject", "complaint", "hello", "hi", "dear", "sir", "madam", "team", "please", "i'm", "i", "am", "writing", "contacting",
    "you", "to", "complain", "inquire", "enquire", "report", "express", "with", "in", "regards?", "reference", "regarding",
    "concerning", "re", "about", "for", "from", "of", "this", "is", "the", "my", "our", "an?", "issue", "problem", "query",
)  # fmt: skip
_NUMBER = r"(?:[A-Z]{1,5}[-#]?)?\d[\dA-Z]*(?:[-/][\dA-Z]+)*"
# Possessive: a long row of such words is read once
LEAD = re.compile(
    rf"\W*+(?:(?:{'|'.join(_WORDS)})\b\W*+){{0,12}}+order\b\s*(?:(?:id|no|nos|number|num|ref|reference)\b)?[\s.:#-]*"
    rf"(?:(?:is|was)\b[\s:]*)?[#(]*{_NUMBER}\)?[\s.,:;–-]*",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d]+")
# With fewer words left, the order is what the message is about
FEWEST = 3


def without_order(text: str) -> str:
    """Return the message without the order number that it begins with, where more is said after it.

    "Order no. 555-666: the item arrived damaged" is about the damage; the number in front says "where is it" to
    a classifier of words.
    """
    lead = LEAD.match(text)
    if not lead:
        return text
    rest = text[lead.end() :]
    return rest if len(WORD.findall(rest)) >= FEWEST else text
