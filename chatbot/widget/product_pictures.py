"""Products' pictures that lie with the shop: fetched by the desk and shown small, from its own address.

The frame's policy allows pictures of no other site, so that no other server learns who chats, and a page that
isolates itself (COEP) would not show them. The address comes from the shop's own data, and the call is guarded
like every other to an address that we did not choose.
"""

import threading
import time
from collections import OrderedDict

from supportdesk.http import outbound
from tickets.pictures import process
from tickets.pictures.cleaning import BadPicture

MOST_BYTES = 5 * 1024 * 1024
# In most shops a picture that changes has another address
KEPT_SECONDS, FAILURE_KEPT_SECONDS = 86_400, 600
# Of some 10 KB each, in every process
MOST_KEPT = 500
# Threads that wait for the shop's server at once; the others answer customers
AT_ONCE = 2

_kept: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()
_lock = threading.Lock()
_turns = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """Other pictures are being fetched; this one may be asked for again in a moment."""


def small(url: str) -> bytes | None:
    """Return the picture at this address as a small WebP; None when none can be had. Raise Busy."""
    found, picture = _look_up(url)
    if found:
        return picture
    if not _turns.acquire(blocking=False):
        raise Busy
    try:
        picture = _fetched(url)
    finally:
        _turns.release()
    with _lock:
        _kept[url] = (time.monotonic(), picture)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return picture


def _look_up(url: str) -> tuple[bool, bytes | None]:
    with _lock:
        at, picture = _kept.get(url, (0.0, None))
        lasts = FAILURE_KEPT_SECONDS if picture is None else KEPT_SECONDS
        return url in _kept and time.monotonic() - at < lasts, picture


def _fetched(url: str) -> bytes | None:
    try:
        answer = outbound.call("GET", url, redirects=True, most_bytes=MOST_BYTES + 1)
        if answer.status != 200 or len(answer.body) > MOST_BYTES:
            return None
        return process.clean(answer.body).thumbnail
    except process.Busy as reason:
        raise Busy from reason
    except (outbound.CallFailed, BadPicture):
        return None
