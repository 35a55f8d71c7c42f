"""The mailbox that the worker polls: `EMAIL_IN_URL=imaps://user:password@host/INBOX`.

Letters are read by their UID, from behind the last one that was stored. Nothing changes in the mailbox
but that a letter counts as seen once it is stored here. At the first contact only what is unseen is
taken: years of old mail open no tickets. A letter that cannot be read is put aside, the ones behind it arrive.
"""

import ssl
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags

from supportdesk.env import is_loopback

from ...models import ChannelName
from .. import inbox, state
from . import parsing

SECONDS = 8
EVERY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
# What one run takes on; the rest is there at the next one
BATCH = 25
# Of what waits at the first contact
FIRST_BATCH = 200
NAME = "imap"


class RawMessage(MailMessage):
    """A letter that keeps the bytes it was made of."""

    def __init__(self, fetch_data: list):
        super().__init__(fetch_data)
        self.raw = self._get_message_data_parts(fetch_data)[0]


class TlsMailBox(MailBox):
    email_message_class = RawMessage


class PlainMailBox(MailBoxUnencrypted):
    email_message_class = RawMessage


def poll(now: datetime) -> bool:
    """Fetch what is new; return whether more is waiting. Raise what a mail server may raise."""
    if not settings.EMAIL_IN_URL:
        return False
    with _mailbox(settings.EMAIL_IN_URL) as box:
        validity = _validity(box)
        place = state.remembered(NAME)
        if place.get("validity") != validity:
            return _first_contact(box, validity)
        # "5:*" is the newest letter, also where it has the UID 4
        new = [uid for uid in _uids(box, f"UID {place['uid'] + 1}:*") if uid > place["uid"]]
        for uid in new[:BATCH]:
            _take(box, uid)
            state.remember(NAME, {"validity": validity, "uid": uid})
    return len(new) > BATCH


def _first_contact(box, validity: str) -> bool:
    """Take what is unseen, and remember where the mailbox ends."""
    newest = max(_uids(box, "ALL"), default=0)
    for uid in _uids(box, "UNSEEN")[-FIRST_BATCH:]:
        if uid <= newest:
            _take(box, uid)
    state.remember(NAME, {"validity": validity, "uid": newest})
    return False


def _uids(box, criteria: str) -> list[int]:
    # Without a charset: not every server takes one for what is ASCII
    return sorted(int(uid) for uid in box.uids(criteria, charset=None))


def _validity(box) -> str:
    """What the folder said when it was opened; another number means other UIDs (RFC 9051, 2.3.1.1)."""
    said = box.client.untagged_responses.get("UIDVALIDITY") or [b"0"]
    return (said[-1] or b"0").decode("ascii", "replace")


def _take(box, uid: int) -> None:
    """Store one letter and do what it asks for; it stays in the mailbox, seen."""
    for mail in box.fetch(uid_list=[str(uid)], mark_seen=False):
        if mail.raw and (
            incoming := inbox.take_in(ChannelName.EMAIL, parsing.key_of(mail.raw), original=mail.raw)
        ):
            inbox.process(incoming)
    # Not box.flag(), which also expunges what others have marked as deleted
    box.client.uid("STORE", str(uid), "+FLAGS", rf"({MailMessageFlags.SEEN})")


@contextmanager
def _mailbox(url: str):
    """Sign in and open the folder."""
    parts = urlsplit(url)
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    options = {"host": parts.hostname, "timeout": SECONDS}
    if parts.scheme == "imaps":
        kind, options["port"] = TlsMailBox, parts.port or 993
        # On this machine there is no attacker in between, and no name that a certificate could be for
        options["ssl_context"] = (
            ssl._create_unverified_context()  # noqa: S323
            if is_loopback(parts.hostname)
            else ssl.create_default_context()
        )
    else:
        kind, options["port"] = PlainMailBox, parts.port or 143
    with kind(**options).login(unquote(parts.username or ""), unquote(parts.password or ""), folder) as box:
        yield box
