"""The time that all servers of one database share: this machine's clock, corrected by the database's.

Two servers a minute apart would otherwise disagree about everything that ends within a minute: the grace
of a refresh token, the eight seconds of an undo, what a stream has already looked at. A served process
compares the clocks in a thread, so no request asks for it; SQLite's file is on this machine, and needs none of it.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connection
from django.utils import timezone

from .mongo.connection import mongo_connection

logger = logging.getLogger(__name__)

EVERY_SECONDS = 30
# Clocks that are set by the network agree far better than this; below it the machine's own is taken as it is
TOLERATED = timedelta(seconds=0.5)
# An answer that took longer says little about the moment at which it was given
SLOWEST_ANSWER = timedelta(seconds=2)

_offset = timedelta(0)


def now() -> datetime:
    """Return the time by the database's clock, as far as this process knows it."""
    return timezone.now() + _offset


def measure() -> None:
    """Compare this machine's clock with the database's, and go by the latter from now on."""
    began = timezone.now()
    told = _told_by_database()
    ended = timezone.now()
    if told is None or not timedelta(0) <= ended - began <= SLOWEST_ANSWER:
        return
    _go_by(told - (began + (ended - began) / 2))


def _go_by(offset: timedelta) -> None:
    global _offset
    offset = offset if abs(offset) > TOLERATED else timedelta(0)
    if abs(offset - _offset) > TOLERATED:
        logger.warning("this machine's clock is %.1f s off the database's", -offset.total_seconds())
    _offset = offset


def _told_by_database() -> datetime | None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    if connection.vendor == "mongodb":
        connection.ensure_connection()
        return mongo_connection.database.client.admin.command("hello")["localTime"].replace(tzinfo=UTC)
    return None


class ClockWatch:
    """Measures now and then in a thread of its own, until it is stopped."""

    def __init__(self):
        self.stopping = threading.Event()

    def start(self) -> None:
        if connection.vendor != "sqlite":
            threading.Thread(target=self.run, name="clock", daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()

    def run(self) -> None:
        while not self.stopping.wait(EVERY_SECONDS):
            self.look()
            close_old_connections()

    def look(self) -> None:
        """Compare once; a database that does not answer leaves things as they were."""
        try:
            measure()
        except Exception as reason:  # whatever the driver raises, the next look may find it well again
            logger.warning("clock: the database does not answer (%s)", type(reason).__name__)
