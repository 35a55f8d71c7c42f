from django.apps import AppConfig

from supportdesk.http import multipart
from supportdesk.observability import metrics


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Support desk"

    def ready(self):
        from . import channels

        multipart.install()
        # Models of a room of its own, until models.py is a package
        from .operations import counts
        from .team import settings  # noqa: F401

        metrics.store.increment, metrics.store.read = counts.increment, counts.read
        channels.load()
