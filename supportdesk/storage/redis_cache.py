"""The cache in Redis, which the desk does without while Redis is away."""

import logging
import time

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

ANSWERS_WITHIN_SECONDS = 0.2
PAUSE_SECONDS = 2


def patient(name: str, without):
    """Wrap a method of the cache: while Redis is away it returns `without(arguments)`, at once."""
    method = getattr(RedisCache, name)

    def call(self, *args, **options):
        if time.monotonic() >= self.away_until:
            try:
                return method(self, *args, **options)
            except redis.RedisError as reason:
                self.mark_away(reason)
        return without(*args, **options)

    return call


class PatientRedisCache(RedisCache):
    """Redis, or while it does not answer: a cache that remembers nothing."""

    # Of all the threads; a cache object is made for each
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

    get = patient("get", lambda key, default=None, version=None: default)
    add = patient("add", lambda *args, **options: True)
    set = patient("set", lambda *args, **options: None)
    touch = patient("touch", lambda *args, **options: False)
    delete = patient("delete", lambda *args, **options: False)
    has_key = patient("has_key", lambda *args, **options: False)
    get_many = patient("get_many", lambda *args, **options: {})
    set_many = patient("set_many", lambda data, *args, **options: list(data))
    delete_many = patient("delete_many", lambda *args, **options: None)
    # Of a counter that is not there Django says so
    incr = patient("incr", lambda key, delta=1, version=None: delta)
    clear = patient("clear", lambda: False)
