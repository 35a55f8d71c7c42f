"""Talks with Villy, for tests that look at one answer of them."""

from chatbot import conversations
from chatbot.models import ChatMessage


def answer_to(person, *texts: str) -> ChatMessage:
    """Return the last answer of a talk."""
    return [conversations.ask(person, text) for text in texts][-1]


def said(person, *texts: str) -> tuple[ChatMessage, dict]:
    """Return the last answer of a talk, and what is kept of it."""
    answer = answer_to(person, *texts)
    return answer, answer.chat.memory
