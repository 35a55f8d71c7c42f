"""Villy on the channels that show no cards: what he says there is text that stands alone, with choices to tap."""

from tickets.channels.assistant import Answer, Choice
from tickets.models import Person

from .. import conversations, handover
from ..dialogue.plain_text import plain_text
from ..models import Chat, ChatMessage
from ..nlu import classifier

WANTS_A_PERSON = "talk_to_human"
PERSON = {"en": "Talk to a person", "hinglish": "Kisi se baat karein", "hi": "किसी से बात करें"}
# What the button says for the customer: it has to be understood as asking for a person
ASK_FOR_A_PERSON = {
    "en": "I want to talk to a person",
    "hinglish": "mujhe customer care se baat karni hai",
    "hi": "मुझे कस्टमर केयर से बात करनी है",
}


class Villy:
    """Villy as the assistant of `tickets.channels`."""

    def understand(self, text: str) -> dict:
        understood = classifier.classify(text)
        category = understood["category"]
        return {
            "category": category,
            "priority": handover.priority_of(text, category, understood, {}),
            "language": classifier.language_of(text),
        }

    def answer(self, person: Person, text: str, *, client_id: str, channel: str) -> Answer:
        try:
            line = conversations.ask(person, text, client_id=client_id)
        except conversations.HandedOver as handed:
            return Answer(ticket=handed.ticket, key=client_id)
        if line.reply.get("intent") == WANTS_A_PERSON and line.reply.get("offerAgent"):
            return Answer(ticket=handover.open_ticket(person, channel=channel), key=client_id)
        language = line.chat.language
        return Answer(
            text=plain_text(line.reply, line.text), choices=_choices(line, language), key=client_id
        )

    def move(self, old: Person, new: Person) -> None:
        Chat.objects.filter(person=old).update(person=new)


def _choices(line: ChatMessage, language: str) -> list[Choice]:
    choices = [Choice(text, text) for text in line.reply.get("suggestions", [])[:2]]
    return [
        *choices,
        Choice(PERSON.get(language, PERSON["en"]), ASK_FOR_A_PERSON.get(language, ASK_FOR_A_PERSON["en"])),
    ]
