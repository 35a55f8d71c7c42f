"""The admin of what Villy knows and says.

articles  articles of the help centre and of Villy, with their versions
content   products, and a look at the chats
teaching  questions that Villy did not know, examples, figures
"""

from . import articles, content, teaching

__all__ = ["articles", "content", "teaching"]
