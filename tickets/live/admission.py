"""How many live streams a person and an address may hold open; the bound holds with RATE_LIMITS off, too.

Counted in this process. With several of them each takes its share, so that together they stay
within the bound: kernels spread connections evenly enough.
"""

from collections import Counter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from supportdesk.http.client_address import network_of

# A person with many tabs of many tickets; tabs of one browser share a stream
PER_PERSON = 200
# Offices and mobile networks share an address; a stream takes some 30 KB and a file
PER_ADDRESS = 5_000
RETRY_AFTER_SECONDS = 30


class TooManyStreams(APIException):
    status_code = 429
    default_code = "too_many_streams"

    def __init__(self) -> None:
        super().__init__(_("Too many live connections are open. Please close some of them."))


_open: Counter[str] = Counter()


class Slot:
    """One open stream of a person at an address; released when its stream ends, or is never begun."""

    def __init__(self, person_id: Any, address: str):
        bounds = {f"person:{person_id}": PER_PERSON, f"address:{network_of(address)}": PER_ADDRESS}
        self.keys: list[str] = []
        for key, bound in bounds.items():
            if _open[key] >= max(1, bound // settings.WORKERS):
                raise TooManyStreams
        for key in bounds:
            _open[key] += 1
            self.keys.append(key)

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        keys, self.keys = self.keys, []
        for key in keys:
            _open[key] -= 1
            if _open[key] <= 0:
                del _open[key]

    # A client that leaves before the first byte never runs the stream's `finally`
    __del__ = release


async def held(slot: Slot, chunks: Any) -> Any:
    """Yield the chunks of a stream and release its slot when they end."""
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        await chunks.aclose()
        slot.release()
