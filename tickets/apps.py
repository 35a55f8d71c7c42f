from functools import partial
from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from supportdesk import money
from supportdesk.http import multipart


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Support desk"

    def ready(self):
        """Register with the framework what it must not know by name (see docs/architecture.md)."""
        from supportdesk import (
            checks,  # noqa: F401 (registers itself)
            templating,
        )
        from supportdesk.db.clock import ClockWatch
        from supportdesk.observability import health, metrics, sentry
        from supportdesk.serving import lifecycle

        from . import channels
        from .live.broker import broker
        from .live.bus import bus
        from .operations import counts
        from .operations.metrics import gauges
        from .operations.worker import Worker
        from .reports import rollup  # noqa: F401 (registers its job)
        from .settings import in_force
        from .shop.customers import Customers
        from .shop.orders import Orders
        from .shop.registry import register

        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN)
        if not settings.DEBUG:
            # Who develops waits for the start more often than for a page's first view
            lifecycle.before_start.append(partial(templating.compile_ahead, "tickets/"))
        watch = ClockWatch()
        lifecycle.before_start.append(watch.look)
        lifecycle.on_start.append(watch.start)
        worker = Worker()
        if settings.BACKGROUND_WORK:
            lifecycle.on_start.append(worker.start)
        lifecycle.on_stop += [watch.stop, worker.stop, broker.close]
        lifecycle.on_stopped.append(worker.join)
        metrics.collectors.append(gauges)
        health.optional_parts["redis"] = bus.health
        multipart.install()
        metrics.collectors.append(counts.durable)
        metrics.store.increment = counts.increment
        channels.load()
        from .operations import desk_steps, team_steps  # noqa: F401 (register their steps)

        import_module("tickets.shop.personal_data")
        import_module("tickets.custom_fields.values")
        templating.set_shop_name_source(lambda: in_force.current().shop_name)
        money.set_shop_currency(lambda: in_force.current().currency)
        register(Customers())
        register(Orders())
