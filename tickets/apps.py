from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Support desk"

    def ready(self):
        from . import channels

        # Models of a room of its own, until models.py is a package
        from .team import settings  # noqa: F401

        channels.load()
