"""Batches in which a failing row does not stop the others."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from supportdesk.http.outages import is_outage
from supportdesk.observability import metrics

logger = logging.getLogger(__name__)

# An item that failed is left out for a while, or a batch full of such items would never end
REST_SECONDS = 600
MOST_RESTING = 1000


class Batch:
    """Apply a function to many rows; rows that fail are logged, counted and skipped for a while."""

    def __init__(self, job: str):
        self.job = job
        self.resting: dict[Any, float] = {}

    def left_out(self) -> list:
        """Return the keys of the rows that failed a short while ago: the query leaves them out."""
        now = time.monotonic()
        self.resting = {key: until for key, until in self.resting.items() if until > now}
        return list(self.resting)

    def each(self, rows: Iterable, do: Callable, key: Callable = lambda row: row.pk) -> int:
        """Call `do(row)` for each row; return how many failed. A database that is away ends it."""
        failed = 0
        for row in rows:
            try:
                do(row)
            except Exception as reason:
                if is_outage(reason):
                    raise
                failed += 1
                metrics.FAILURES.labels(self.job).inc()
                logger.exception("the job %s could not do one of its items (%s)", self.job, key(row))
                if len(self.resting) < MOST_RESTING:
                    self.resting[key(row)] = time.monotonic() + REST_SECONDS
        return failed
