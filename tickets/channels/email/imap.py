"""The mailbox that the worker polls: `EMAIL_IN_URL=imaps://user:password@host/INBOX`.

E-mails are fetched by UID, after the last one that was stored. The only change to the mailbox: an e-mail
is flagged as seen once it is stored here. The first poll fetches unseen e-mails only, so that years of old
mail open no tickets. An e-mail that cannot be parsed is quarantined, and the ones behind it arrive.
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
# E-mails per run
BATCH = 25
# Unseen e-mails that the first poll fetches
FIRST_BATCH = 200
# An e-mail that failed in so many runs, while others arrived, is given up and stays in the mailbox
MOST_TRIES = 20
NAME = "imap"


class RawMessage(MailMessage):
    """The bytes of an e-mail. The library's class parses it at once, without bounds on its headers."""

    def __init__(self, fetch_data: list):
        self.raw, self._raw_uid_data, self._raw_flag_data = self._get_message_data_parts(fetch_data)


class TlsMailBox(MailBox):
    email_message_class = RawMessage


class PlainMailBox(MailBoxUnencrypted):
    email_message_class = RawMessage


def poll(now: datetime) -> bool:
    """Fetch new e-mails; return whether more are waiting. Raise the errors of imaplib and of the network."""
    if not settings.EMAIL_IN_URL:
        return False
    with _mailbox(settings.EMAIL_IN_URL) as box:
        validity = _validity(box)
        place = state.remembered(NAME)
        if place.get("validity") != validity:
            return _first_poll(box, validity)
        # "5:*" always includes the newest e-mail, even if its UID is 4
        new = [uid for uid in _uids(box, f"UID {place['uid'] + 1}:*") if uid > place["uid"]]
        _fetch_all(box, new[:BATCH], place)
    return len(new) > BATCH


def _first_poll(box, validity: str) -> bool:
    """Fetch unseen e-mails, and remember the newest UID."""
    newest = max(_uids(box, "ALL"), default=0)
    place = {"validity": validity, "uid": 0}
    _fetch_all(box, [uid for uid in _uids(box, "UNSEEN")[-FIRST_BATCH:] if uid <= newest], place)
    state.remember(NAME, place | {"uid": newest})
    return False


def _fetch_all(box, uids: list[int], place: dict) -> None:
    """Fetch these e-mails and those that failed before; keep `place`, which is remembered, up to date.

    An e-mail that fails does not stop the ones behind it. If all of them fail the fault is the server's:
    raise its error, and count no failed try.
    """
    before = place.get("failed", {})
    failed: dict[str, int] = dict(before)
    reason: Exception | None = None
    taken = False
    for uid in [*map(int, before), *uids]:
        try:
            _fetch(box, uid)
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
    """Return the UIDVALIDITY of the folder; a new value invalidates all UIDs (RFC 9051, 2.3.1.1)."""
    said = box.client.untagged_responses.get("UIDVALIDITY") or [b"0"]
    return (said[-1] or b"0").decode("ascii", "replace")


def _fetch(box, uid: int) -> None:
    """Store and process one e-mail; it stays in the mailbox, flagged as seen."""
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
