"""The name of 0.1 for `chatbot.sources.orders`, for scripts that import it; it goes with 0.3."""

from chatbot.sources.orders import *  # noqa: F403
