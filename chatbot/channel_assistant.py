"""Villy on the channels that show no cards: what he says there is text that stands alone, with choices to tap."""

from supportdesk import money
from tickets.channels.assistant import Answer, Choice
from tickets.models import Person

from . import conversations, handover
from .models import ChatMessage
from .nlu import classifier

WANTS_A_PERSON = "talk_to_human"
MOST_PRODUCTS = 8
PERSON = {"en": "Talk to a person", "hinglish": "Kisi se baat karein", "hi": "किसी से बात करें"}
# What the button says for the customer: it has to be understood as asking for a person
ASK_FOR_A_PERSON = {
    "en": "I want to talk to a person",
    "hinglish": "mujhe customer care se baat karni hai",
    "hi": "मुझे कस्टमर केयर से बात करनी है",
}


class Villy:
    """What `tickets.channels` needs of Villy."""

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
        return Answer(text=plain(line), choices=_choices(line, language), key=client_id)


def plain(line: ChatMessage) -> str:
    """The answer with its cards in words."""
    reply = line.reply
    parts = [line.text]
    if products := reply.get("products"):
        parts.append("\n".join(f"• {_product(product)}" for product in products[:MOST_PRODUCTS]))
    if order := reply.get("order"):
        parts.append(_order(order))
    return "\n\n".join(part for part in parts if part)


def _product(product: dict) -> str:
    price = money.formatted(product["price"], product.get("currency"))
    unit = f" / {product['unit']}" if product.get("unit") else ""
    return f"{product['name']}: {price}{unit}"


def _order(order: dict) -> str:
    items = [f"{item['quantity']} x {item['name']}" for item in order.get("items", [])]
    tracking = " ".join(filter(None, (order.get("carrier"), order.get("trackingNumber"))))
    lines = [
        f"{order['number']}: {order.get('statusText', '')}",
        *items,
        tracking,
        order.get("trackingUrl") or "",
    ]
    return "\n".join(filter(None, lines))


def _choices(line: ChatMessage, language: str) -> list[Choice]:
    choices = [Choice(text, text) for text in line.reply.get("suggestions", [])[:2]]
    return [
        *choices,
        Choice(PERSON.get(language, PERSON["en"]), ASK_FOR_A_PERSON.get(language, ASK_FOR_A_PERSON["en"])),
    ]
