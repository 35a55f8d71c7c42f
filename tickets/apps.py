from django.apps import AppConfig

from supportdesk import money
from supportdesk.http import multipart


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = "Support desk"

    def ready(self):
        from . import channels
        from .shop.customers import Customers
        from .shop.orders import Orders
        from .shop.registry import register
        from .team import settings

        multipart.install()
        channels.load()
        money.set_shop_currency(lambda: settings.current().currency)
        register(Customers())
        register(Orders())
