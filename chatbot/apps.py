from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    name = "chatbot"
    verbose_name = "Villy"

    def ready(self):
        from supportdesk import checks  # noqa: F401 (registers itself)
        from tickets.people import KEEPERS

        from .people import Chats
        from .shop_data import register_kinds

        KEEPERS.append(Chats())
        register_kinds()
