"""Metrics for Prometheus at /metrics: for this machine, or with METRICS_TOKEN.

Counters are of this process. With several processes behind one port they are kept in
PROMETHEUS_MULTIPROC_DIR (`serve --workers` sets it), and one answer speaks for all.
"""

import hmac
import os
from collections.abc import Callable, Iterable
from copy import copy

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    exposition,
    multiprocess,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from supportdesk.http.client_address import is_local

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Histogram(
    "desk_request_seconds",
    "How long answers took, by route; of streams until they began.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
STREAMS = Gauge("desk_open_streams", "Live streams that are open.", multiprocess_mode="livesum")
MESSAGES = Counter("desk_messages", "Messages written.", ["sender"])
SECURITY = Counter(
    "desk_security_events", "Failed sign-ins, 429, reused tokens, refused identities.", ["kind"]
)


class DurableCounter:
    """A counter of the background work, which runs in another process than the one that is asked."""

    def __init__(self, name: str, help: str, label: str = ""):
        self.name, self.help, self.label, self.value = name, help, label, ""
        durable.append(self)

    def labels(self, value: str) -> "DurableCounter":
        bound = copy(self)
        bound.value = value
        return bound

    def inc(self) -> None:
        store.increment(self.name, self.value)


class CountStore:
    """Keeps durable counters; the app that has a table for them sets this function in `ready()`."""

    increment: Callable[[str, str], None] = staticmethod(lambda name, label: None)


durable: list[DurableCounter] = []
store = CountStore()

OVERDUE = DurableCounter("desk_answers_overdue", "Tickets found to be without an answer in time.")
MESSAGES_SENT = DurableCounter("desk_letters", "Messages sent over e-mail and other channels.")
FAILURES = DurableCounter("desk_job_failures", "Runs and items of the background work that failed.", "job")


def observe(method: str, route: str, status: int, seconds: float) -> None:
    # A made-up value must not become a series of its own
    REQUESTS.labels(method if method in METHODS else "other", route, status).observe(seconds)


# Functions without arguments that return metric families, asked with each scrape; an app appends its
# own in `AppConfig.ready()`
collectors: list[Callable[[], Iterable[Metric]]] = []


class AppCollector(Collector):
    """Asks the apps for what they read from the database at the moment of a scrape."""

    def describe(self):
        return []

    def collect(self):
        for collect in collectors:
            yield from collect()


@require_safe
def view(request):
    """Everything, in Prometheus' text format."""
    if not _may_read(request):
        raise Http404
    encode, content_type = exposition.choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(_registry()), content_type=content_type)


def _may_read(request) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    return is_local(request)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(AppCollector())
    return registry
