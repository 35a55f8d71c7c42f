from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    name = "chatbot"
    verbose_name = "Villy"

    def ready(self):
        from supportdesk import checks  # noqa: F401 (registers itself)
        from tickets.channels import assistant
        from tickets.people import KEEPERS

        from .channel_assistant import Villy
        from .people import Chats

        KEEPERS.append(Chats())
        assistant.register(Villy())
