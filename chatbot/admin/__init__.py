"""The admin of what Villy knows and says.

articles  articles of the help centre and of Villy, with their versions
content   products, and a look at the chats
teaching  questions that Villy did not know, examples, figures
trying    a chat against drafts, and the shop's own test conversations
"""

from . import articles, content, teaching, trying

__all__ = ["articles", "content", "teaching", "trying"]
