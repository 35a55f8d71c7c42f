from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    name = "chatbot"
    verbose_name = "Villy"

    def ready(self):
        from tickets.people import KEEPERS

        from .people import Chats

        KEEPERS.append(Chats())
