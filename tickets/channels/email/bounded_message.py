"""Parse e-mails with bounds on their headers and parts.

Inbound e-mail is untrusted. The standard library reads parameters, encoded words and lists of
addresses in quadratic time: 500 kB of `; ` in one Content-Type took 20 s of CPU, and an
e-mail of 25 MB may have two hundred such parts.
"""

import email
from email.message import Message

from tickets.interfaces.channel_interface import Unreadable

MAX_PARTS = 200
# Each relay adds some; the longest header blocks of real mail systems have about a hundred
MOST_HEADERS = 500
# Lists of addresses and References are long now and then
LONGEST = 64 * 1024
SHORTER = {"content-type": 8192, "content-disposition": 8192, "subject": 4096}
# A file name in pieces (RFC 2231) has one for each 70 bytes or so
MOST_PARAMETERS = 60
WITH_PARAMETERS = {"content-type", "content-disposition", "content-transfer-encoding"}


class BoundedPart(Message):
    """An e-mail, or a part of one, that keeps a bounded number of headers and a bounded length of each."""

    def set_raw(self, name, value):
        if len(self._headers) >= MOST_HEADERS:
            return
        kind = name.lower()
        if isinstance(value, str):
            value = value[: SHORTER.get(kind, LONGEST)]
            if kind in WITH_PARAMETERS and value.count(";") > MOST_PARAMETERS:
                value = ";".join(value.split(";", MOST_PARAMETERS)[:MOST_PARAMETERS])
        super().set_raw(name, value)


def parse(raw: bytes) -> Message:
    """Return the e-mail as the standard library parses it. Raise Unreadable for one of too many parts."""
    made = 0

    def part(**options) -> BoundedPart:
        nonlocal made
        made += 1
        # The parser calls the factory once more, to see which arguments it takes
        if made > MAX_PARTS + 1:
            raise Unreadable(f"This e-mail has more than {MAX_PARTS} parts.")
        return BoundedPart(**options)

    return email.message_from_bytes(raw, part)
