"""The name of 0.1 for `chatbot.learning.teaching`, for scripts that import it; it goes with 0.3."""

from chatbot.learning.teaching import *  # noqa: F403
