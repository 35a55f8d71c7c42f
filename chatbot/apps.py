from django.apps import AppConfig


class ChatbotConfig(AppConfig):
    name = "chatbot"
    verbose_name = "Villy"

    def ready(self):
        from supportdesk.serving import lifecycle
        from tickets.channels import assistant
        from tickets.interfaces.suggested_replies import register as register_suggestions
        from tickets.operations import checklist
        from tickets.privacy.personal_data import PROVIDERS
        from tickets.reports import figures
        from tickets.shop.people import MOVERS

        from . import (
            chats,
            text_fields,  # noqa: F401 (declares them)
        )
        from .demo import checks  # noqa: F401 (registers itself)
        from .helpcentre import publishing  # noqa: F401 (registers its job)
        from .hooks.channel_assistant import Villy
        from .hooks.first_steps import article_step, products_step
        from .hooks.personal_data import Chats
        from .hooks.shop_data import register_kinds
        from .hooks.warm_up import warm_up
        from .learning.share import share
        from .llm.reply_suggestions import suggest

        lifecycle.before_start.append(warm_up)
        PROVIDERS.append(Chats())
        figures.assistant_share = share
        assistant.register(Villy())
        register_suggestions(suggest)
        register_kinds()
        MOVERS.append(chats.move)
        checklist.register(products_step)
        checklist.register(article_step)
