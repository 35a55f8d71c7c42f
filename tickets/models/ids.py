"""Primary keys: random, or random in the order of their making."""

import secrets
import time
import uuid

from django.db import models


def random_id() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


def in_order() -> uuid.UUID:
    """Return a key that is greater than those made in earlier milliseconds (a UUID of version 7, RFC 9562).

    A random key lands on another page of its index each time: on a desk of a million tickets
    every message then wrote pages all over the file, and the more of them the larger it was.
    """
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | secrets.randbits(80)
    number &= ~(0xF << 76 | 0x3 << 62)
    return uuid.UUID(int=number | 0x7 << 76 | 0x2 << 62)


def id_in_order() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=in_order, editable=False)
