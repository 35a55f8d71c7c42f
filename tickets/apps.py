from django.apps import AppConfig

from supportdesk import money


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Support desk"

    def ready(self):
        from . import channels

        # Models of a room of its own, until models.py is a package
        from .shop import models as shop  # noqa: F401
        from .shop.customers import Customers
        from .shop.orders import Orders
        from .shop.registry import register
        from .team import settings
        from .webhooks import models as webhooks  # noqa: F401

        channels.load()
        money.set_shop_currency(lambda: settings.current().currency)
        register(Customers())
        register(Orders())
