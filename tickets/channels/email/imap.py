"""The mailbox that the worker polls: `EMAIL_IN_URL=imaps://user:password@host/INBOX`.

Letters are read by their UID, from behind the last one that was stored. Nothing changes in the mailbox
but that a letter counts as seen once it is stored here. At the first contact only what is unseen is
taken: years of old mail open no tickets. A letter that cannot be read is put aside, the ones behind it arrive.
"""

import imaplib
import logging
import ssl
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags

from supportdesk.env import is_loopback
from supportdesk.http.outages import is_outage

from ...models import ChannelName
from .. import inbox, state
from . import parsing

logger = logging.getLogger(__name__)

SECONDS = 8
EVERY = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=5)
# What one run takes on; the rest is there at the next one
BATCH = 25
# Of what waits at the first contact
FIRST_BATCH = 200
# After so many runs in which others arrived, a letter that does not is left in the mailbox
MOST_TRIES = 20
NAME = "imap"


class RawMessage(MailMessage):
    """The bytes of a letter. The library's class parses it at once, without bounds on its head."""

    def __init__(self, fetch_data: list):
        self.raw, self._raw_uid_data, self._raw_flag_data = self._get_message_data_parts(fetch_data)


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
        _take_all(box, new[:BATCH], place)
    return len(new) > BATCH


def _first_contact(box, validity: str) -> bool:
    """Take what is unseen, and remember where the mailbox ends."""
    newest = max(_uids(box, "ALL"), default=0)
    place = {"validity": validity, "uid": 0}
    _take_all(box, [uid for uid in _uids(box, "UNSEEN")[-FIRST_BATCH:] if uid <= newest], place)
    state.remember(NAME, place | {"uid": newest})
    return False


def _take_all(box, uids: list[int], place: dict) -> None:
    """Take these letters and those that failed before; keep `place`, which is remembered, up to date.

    A letter that fails stops none behind it. Where all of them fail the server has a problem and not the
    letters: raise what it said, and count nothing.
    """
    before = place.get("failed", {})
    failed: dict[str, int] = dict(before)
    reason: Exception | None = None
    taken = False
    for uid in [*map(int, before), *uids]:
        try:
            _take(box, uid)
        except (OSError, imaplib.IMAP4.abort):
            raise
        except Exception as failure:
            if is_outage(failure):
                raise
            logger.warning(
                "the e-mail with the UID %d could not be taken (%s)", uid, type(failure).__name__
            )
            reason, failed[str(uid)] = failure, before.get(str(uid), 0) + 1
        else:
            taken = True
            failed.pop(str(uid), None)
            place |= {"uid": max(uid, place["uid"]), "failed": dict(failed)}
            state.remember(NAME, place)
    if reason and not taken:
        raise reason
    for given_up in [uid for uid, tries in failed.items() if tries >= MOST_TRIES]:
        logger.error(
            "the e-mail with the UID %s stays in the mailbox: %d tries failed",
            given_up,
            failed.pop(given_up),
        )
    if reason:
        place |= {"uid": max([place["uid"], *uids]), "failed": failed}
        state.remember(NAME, place)


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
    host = parts.hostname or ""
    mailbox: BaseMailBox
    if parts.scheme == "imaps":
        # On this machine there is no attacker in between, and no name that a certificate could be for
        context = (
            ssl._create_unverified_context()  # noqa: S323
            if is_loopback(host)
            else ssl.create_default_context()
        )
        mailbox = TlsMailBox(host, parts.port or 993, timeout=SECONDS, ssl_context=context)
    else:
        mailbox = PlainMailBox(host, parts.port or 143, timeout=SECONDS)
    with mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""), folder) as box:
        yield box
