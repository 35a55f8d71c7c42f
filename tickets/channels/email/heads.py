"""Letters with bounds on their heads and parts, set before anything reads them.

Anybody may send a letter. The standard library reads parameters, encoded words and lists of
addresses in quadratic time: 500 kB of `; ` in one Content-Type took 20 s of processor, and a
letter of 25 MB may have two hundred such parts.
"""

import email
from email.message import Message

from tickets.channel_interface import Unreadable

MAX_PARTS = 200
# A program that passes a letter on adds some; the largest that mail systems write have about a hundred
MOST_HEADERS = 500
# Lists of addresses and References are long now and then
LONGEST = 64 * 1024
SHORTER = {"content-type": 8192, "content-disposition": 8192, "subject": 4096}
# A file name in pieces (RFC 2231) has one for each 70 bytes or so
MOST_PARAMETERS = 60
WITH_PARAMETERS = {"content-type", "content-disposition", "content-transfer-encoding"}


class BoundedPart(Message):
    """A part of a letter, or the letter, that keeps only so many headers, and so much of each."""

    def set_raw(self, name, value):
        if len(self._headers) >= MOST_HEADERS:
            return
        kind = name.lower()
        if isinstance(value, str):
            value = value[: SHORTER.get(kind, LONGEST)]
            if kind in WITH_PARAMETERS and value.count(";") > MOST_PARAMETERS:
                value = ";".join(value.split(";", MOST_PARAMETERS)[:MOST_PARAMETERS])
        super().set_raw(name, value)


def parsed(raw: bytes) -> Message:
    """Return the letter as the standard library reads it. Raise Unreadable for one of too many parts."""
    made = 0

    def part(**options) -> BoundedPart:
        nonlocal made
        made += 1
        # The reader makes one to look at how it is made
        if made > MAX_PARTS + 1:
            raise Unreadable(f"This e-mail has more than {MAX_PARTS} parts.")
        return BoundedPart(**options)

    return email.message_from_bytes(raw, part)
