"""The Redis cache backend; the desk works without a cache while Redis is unreachable."""

import logging
import time

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_SECONDS = 0.2
PAUSE_SECONDS = 2


def or_fallback(name: str, without):
    """Wrap a cache method: while Redis is unreachable it returns `without(arguments)` immediately."""
    method = getattr(RedisCache, name)

    def call(self, *args, **options):
        if time.monotonic() >= self.away_until:
            try:
                return method(self, *args, **options)
            except redis.RedisError as reason:
                self.mark_away(reason)
        return without(*args, **options)

    return call


class FaultTolerantRedisCache(RedisCache):
    """Django's Redis cache that behaves like an empty cache while Redis is unreachable."""

    # Shared by all threads: Django makes a cache object for each
    away_until = 0.0

    def __init__(self, server, params):
        options = {
            "socket_timeout": ANSWERS_WITHIN_SECONDS,
            "socket_connect_timeout": ANSWERS_WITHIN_SECONDS,
        }
        super().__init__(server, params | {"OPTIONS": options | params.get("OPTIONS", {})})

    @classmethod
    def mark_away(cls, reason: Exception) -> None:
        cls.away_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("cache: Redis is away (%s)", type(reason).__name__)

    get = or_fallback("get", lambda key, default=None, version=None: default)
    add = or_fallback("add", lambda *args, **options: True)
    set = or_fallback("set", lambda *args, **options: None)
    touch = or_fallback("touch", lambda *args, **options: False)
    delete = or_fallback("delete", lambda *args, **options: False)
    has_key = or_fallback("has_key", lambda *args, **options: False)
    get_many = or_fallback("get_many", lambda *args, **options: {})
    set_many = or_fallback("set_many", lambda data, *args, **options: list(data))
    delete_many = or_fallback("delete_many", lambda *args, **options: None)
    # Django raises ValueError when the key does not exist
    incr = or_fallback("incr", lambda key, delta=1, version=None: delta)
    clear = or_fallback("clear", lambda: False)
