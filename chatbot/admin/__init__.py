"""The admin of what Villy knows and says.

content   products, articles, and a look at the chats
teaching  questions that Villy did not know, examples, figures
"""

from . import content, teaching

__all__ = ["content", "teaching"]
