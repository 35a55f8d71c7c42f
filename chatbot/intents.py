"""The classifier's public name: `chatbot.intents:classify`."""

from chatbot.nlu.classifier import classify

__all__ = ["classify"]
