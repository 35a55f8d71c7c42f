"""How often a person may do something: counted for the person and for the address, by all processes together.

Fixed windows. A use is taken before the work is done, so that a hundred at once get no
further than one after the other. What is left stands in Redis, or else in the database; names
and addresses are in neither, only digests of them.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, wraps

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from supportdesk.db import clock
from supportdesk.http.client_address import address_of, network_of
from supportdesk.http.too_many import TooMany
from supportdesk.observability import security_events
from supportdesk.storage import keys
from tickets.models import RateLimitCounter

logger = logging.getLogger(__name__)

PERSON, ADDRESS, ACCOUNT, ACCOUNT_AND_ADDRESS = "person", "address", "account", "account and address"
MINUTE, TEN_MINUTES, HOUR = 60, 600, 3600

# How often, in how many seconds, for whom. What a person does is far below; behind one address
# there may be an office, or a town on mobile phones. The same table is in docs/configuration.md.
LIMITS = {
    "sign in": [
        (10, TEN_MINUTES, ACCOUNT_AND_ADDRESS),
        (100, HOUR, ACCOUNT),
        (200, TEN_MINUTES, ADDRESS),
    ],
    # A code has six digits: a person who knows the password gets ten tries in ten minutes
    "second factor": [(10, TEN_MINUTES, ACCOUNT), (50, HOUR, ACCOUNT), (200, TEN_MINUTES, ADDRESS)],
    "reset a password": [(5, HOUR, ACCOUNT), (50, HOUR, ADDRESS)],
    "register": [(20, HOUR, ADDRESS)],
    "rate an article": [(30, HOUR, ADDRESS)],
    "begin a chat": [(100, TEN_MINUTES, ADDRESS)],
    "identify": [(300, TEN_MINUTES, ADDRESS)],
    "refresh": [(300, TEN_MINUTES, ADDRESS)],
    "ask Villy": [(60, MINUTE, PERSON), (600, HOUR, PERSON), (600, MINUTE, ADDRESS)],
    "get a code": [(20, HOUR, PERSON), (60, HOUR, ADDRESS)],
    "enter a code": [(30, HOUR, PERSON), (90, HOUR, ADDRESS)],
    "write": [(60, MINUTE, PERSON), (600, MINUTE, ADDRESS)],
    "reply": [(120, MINUTE, PERSON)],
    # Each may hold a thread for seconds, and costs the shop money
    "suggest a reply": [(20, MINUTE, PERSON), (200, HOUR, PERSON)],
    "open a ticket": [(20, HOUR, PERSON), (200, HOUR, ADDRESS)],
    "upload": [(30, TEN_MINUTES, PERSON), (300, TEN_MINUTES, ADDRESS)],
    "export": [(30, TEN_MINUTES, PERSON)],
    # A service key is a person of its own here
    "shop call": [(1200, MINUTE, PERSON)],
    "shop batch": [(60, MINUTE, PERSON)],
}

REDIS_ANSWERS_WITHIN_SECONDS = 0.2
REDIS_PAUSE_SECONDS = 2
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Window:
    """A piece of time in which a person may do something `times` times."""

    key: str
    times: int
    ends_at: int


def consume(request, *scopes: str, account: str = "") -> None:
    """Take one use each of what this request is about to do. Raise TooMany if there is none left.

    `account` is the e-mail of the sign-in.
    """
    if not settings.RATE_LIMITS:
        return
    at = timestamp()
    windows = {window.key: window for use in scopes for window in _windows(use, request, account, at)}
    exhausted = [window for window in windows.values() if window.key in _used_up]
    if windows and not exhausted:
        exhausted = _taken(windows)
        _remember(exhausted, at)
    if exhausted:
        security_events.record(security_events.RATE_LIMITED, request, detail=", ".join(scopes))
        raise TooMany(max(1, max(window.ends_at for window in exhausted) - at))


def give_back(request, *scopes: str, account: str = "") -> None:
    """Return the uses that `consume` took: what was done was not one of those that are limited."""
    if not settings.RATE_LIMITS:
        return
    at = timestamp()
    windows = {window.key: window for use in scopes for window in _windows(use, request, account, at)}
    for key in windows:
        _used_up.pop(key, None)
    counter = _counter(settings.REDIS_URL) if settings.REDIS_URL else None
    if counter and not counter.is_resting:
        with suppress(counter.failures):
            counter.give_back(windows.values())
        return
    for window in windows.values():
        RateLimitCounter.objects.filter(pk=window.key, left__lt=window.times).update(left=F("left") + 1)


def limited(*scopes: str):
    """Make a view take one use each before it does anything."""

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            consume(request, *scopes)
            return view(request, *args, **kwargs)

        return checked

    return decorate


def words(use: str, data: dict) -> tuple[str, ...]:
    """Return the rate limit uses of a message: one, and an upload's if it has a picture or files."""
    return (use, "upload") if data["image"] or data.get("file") else (use,)


def timestamp() -> int:
    """Return the seconds since 1970, on the clock that all processes share."""
    return int(clock.now().timestamp())


# --- Whose windows -----------------------------------------------------------


def _windows(use: str, request, account: str, at: int) -> Iterable[Window]:
    whose = _whose(request, account)
    for times, seconds, kind in LIMITS[use]:
        if kind in whose:
            number = at // seconds
            key = _digest(f"{use}|{seconds}|{number}|{kind}|{whose[kind]}")
            yield Window(key, times, (number + 1) * seconds)


def _whose(request, account: str) -> dict[str, str]:
    """Whom a request counts for, by kind."""
    whose = {}
    if address := network_of(address_of(request)):
        whose[ADDRESS] = address
    person = getattr(request, "user", None)
    if person is not None and person.is_authenticated:
        whose[PERSON] = str(person.pk)
    if account:
        whose[ACCOUNT] = account.strip().lower()
        whose[ACCOUNT_AND_ADDRESS] = f"{whose[ACCOUNT]}|{address}"
    return whose


def _digest(text: str) -> str:
    return hmac.new(_digest_key(), text.encode(), hashlib.sha256).hexdigest()[:40]


@cache
def _digest_key() -> bytes:
    return keys.derived(settings.SECRET_KEY, "limits").encode()


# --- Taking ------------------------------------------------------------------

# Windows that this process found used up: further tries cost nothing more
_used_up: dict[str, int] = {}


def _remember(exhausted: list[Window], at: int) -> None:
    if len(_used_up) >= MOST_REMEMBERED:
        _used_up.clear()
    for key in [key for key, ends_at in list(_used_up.items()) if ends_at <= at]:
        _used_up.pop(key, None)
    _used_up.update({window.key: window.ends_at for window in exhausted})


def _taken(windows: dict[str, Window]) -> list[Window]:
    """Take one use of each window; return those that have none left, if one had none."""
    counter = _counter(settings.REDIS_URL) if settings.REDIS_URL else None
    if counter and not counter.is_resting:
        try:
            return counter.count(windows.values())
        except counter.failures as reason:
            counter.rest(reason)
    return _taken_from_database(windows)


def _taken_from_database(windows: dict[str, Window]) -> list[Window]:
    """One UPDATE as a rule; more when a window begins or is used up."""
    if connection.vendor == "mongodb":
        # An update of two documents is two updates: of many at once some would take the last use of the
        # one, others that of the other, and neither would get through
        return _taken_one_by_one(windows)
    rows = RateLimitCounter.objects.filter(pk__in=list(windows))
    if _took_one_of_each(rows, len(windows)):
        return []
    used_up = [windows[key] for key in rows.filter(left=0).values_list("pk", flat=True)]
    return used_up or _taken_one_by_one(windows)


def _took_one_of_each(rows: QuerySet[RateLimitCounter], number: int) -> bool:
    """Take one use of each of the rows, of which there should be so many, or of none."""
    with transaction.atomic():
        if _are_all_held(rows, number) and _take_of(rows) == number:
            return True
        transaction.set_rollback(True)
    return False


def _are_all_held(rows: QuerySet[RateLimitCounter], number: int) -> bool:
    """Lock the rows in one order, so that two requests that want the same ones never wait for each other.

    A row that another process begins between the lock and the update would be taken out of that order: with
    one missing, nothing is updated.
    """
    if not connection.features.has_select_for_update:
        return True
    return len(rows.select_for_update().order_by("pk").values_list("pk")) == number


def _taken_one_by_one(windows: dict[str, Window]) -> list[Window]:
    """One window after the other, begun if need be, and no more once one is used up."""
    for window in windows.values():
        row = RateLimitCounter.objects.filter(pk=window.key)
        if not _take_of(row):
            _begin([window])
            if not _take_of(row):
                return [window]
    return []


def _take_of(rows: QuerySet[RateLimitCounter]) -> int:
    """Take one use where there is one, and say where how often: the condition of the update decides."""
    return rows.filter(left__gt=0).update(left=F("left") - 1)


def _begin(windows: list[Window]) -> None:
    """Write the rows of new windows; another request may do so at the same time."""
    rows = [
        RateLimitCounter(
            key=window.key, left=window.times, ends_at=datetime.fromtimestamp(window.ends_at, UTC)
        )
        for window in windows
    ]
    if connection.features.supports_ignore_conflicts:
        RateLimitCounter.objects.bulk_create(rows, ignore_conflicts=True)
        return
    for row in rows:
        with suppress(IntegrityError):
            row.save(force_insert=True)


class RedisCounter:
    """Counts in Redis; while it is away the database does."""

    def __init__(self, url: str):
        # Where there is none it need not be loaded, see `bus`
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.failures = redis.RedisError
        self.resting_until = 0.0
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=REDIS_ANSWERS_WITHIN_SECONDS,
            socket_connect_timeout=REDIS_ANSWERS_WITHIN_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    @property
    def is_resting(self) -> bool:
        return time.monotonic() < self.resting_until

    def rest(self, reason: Exception) -> None:
        self.resting_until = time.monotonic() + REDIS_PAUSE_SECONDS
        logger.warning("limits: Redis is away (%s), the database counts", type(reason).__name__)

    def give_back(self, windows: Iterable[Window]) -> None:
        """Count one use less of each window."""
        with self.client.pipeline(transaction=False) as pipe:
            for window in windows:
                pipe.decr(f"limit:{window.key}")
                pipe.expire(f"limit:{window.key}", max(1, window.ends_at - timestamp()))
            pipe.execute()

    def count(self, windows: Iterable[Window]) -> list[Window]:
        """Count one use of each window; return those that are used up."""
        windows = list(windows)
        with self.client.pipeline(transaction=False) as pipe:
            for window in windows:
                pipe.set(f"limit:{window.key}", 0, ex=max(1, window.ends_at - timestamp()), nx=True)
                pipe.incr(f"limit:{window.key}")
            counts = pipe.execute()[1::2]
        return [window for window, count in zip(windows, counts, strict=True) if count > window.times]


@cache
def _counter(url: str) -> RedisCounter:
    return RedisCounter(url)
