"""Counters of the background work, kept in the database for whichever process is asked at /metrics."""

import logging
from collections.abc import Iterator

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from supportdesk.observability import metrics
from tickets.models import MetricCount

logger = logging.getLogger(__name__)


def increment(name: str, label: str) -> None:
    """Count one; a count that cannot be written is lost rather than the work that it is about."""
    key = f"{name}|{label}"
    try:
        with transaction.atomic():
            row = MetricCount.objects.filter(key=key)
            if row.update(value=F("value") + 1):
                return
        with transaction.atomic():
            MetricCount.objects.create(key=key, value=1)
    except IntegrityError:
        # Another process wrote the first one at the same moment
        MetricCount.objects.filter(key=key).update(value=F("value") + 1)
    except DatabaseError as reason:
        logger.warning("a count was not kept (%s)", type(reason).__name__)


def read() -> dict[tuple[str, str], int]:
    """Return every count: {(name, label): value}."""
    rows = MetricCount.objects.values_list("key", "value")
    found = {}
    for key, value in rows:
        name, _, label = key.partition("|")
        found[name, label] = value
    return found


def durable() -> Iterator[Metric]:
    """Yield every durable counter as Prometheus reads it."""
    found = read()
    for counter in metrics.durable:
        names = [counter.label] if counter.label else []
        family = CounterMetricFamily(counter.name, counter.help, labels=names)
        counts = {label: value for (name, label), value in found.items() if name == counter.name}
        if not names:
            counts.setdefault("", 0)
        for label, value in counts.items():
            family.add_metric([label] if names else [], value)
        yield family
