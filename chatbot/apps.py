from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    name = "chatbot"
    verbose_name = "Villy"

    def ready(self):
        from supportdesk import checks  # noqa: F401 (registers itself)
        from tickets.privacy.personal_data import PROVIDERS

        from .personal_data import Chats
        from .shop_data import register_kinds

        PROVIDERS.append(Chats())
        register_kinds()
