"""Cautions that come before any other answer: food that is not fit, a person who is unwell."""

from chatbot import wording
from tickets.models import Priority

from ...answers import Reply
from ...message import ParsedMessage
from ...reading import troubles


def warn(parsed: ParsedMessage, issue: dict, reply: Reply) -> None:
    """Say first that food that is not fit is not to be eaten; a person who is unwell makes it urgent."""
    if issue.get("intent") != "item_problem":
        return
    before = " ".join([issue.get("words", ""), *issue.get("details", [])[:-1]])
    if troubles.feels_unwell(parsed.text, before):
        issue["priority"] = reply.priority = Priority.URGENT
        reply.text = f"{wording.say('do_not_eat', parsed.language)} {reply.text}"
    elif caution := troubles.caution(parsed.text, parsed.language, before):
        reply.text = f"{caution} {reply.text}"
