"""From the chat with Villy to a ticket: the customer never has to say it twice."""

import uuid

from tickets import sla, workflow
from tickets.models import Category, Order, Person, Priority, Ticket
from tickets.uploads import StoredPicture

from . import chats, intents, orders
from .models import Chat, ChatMessage

TRANSCRIPT_LINES = 200
SUMMARY_LINES = 3
SUMMARY_LENGTH = 400
# What is about an order, so that the latest one is a good guess
ABOUT_AN_ORDER = {
    Category.PRODUCT_ISSUE, Category.DELIVERY, Category.PAYMENT, Category.REFUND, Category.ORDER,
}  # fmt: skip


def open_ticket(
    person: Person,
    text: str = "",
    *,
    category: str = "",
    priority: str = "",
    order: Order | None = None,
    picture: StoredPicture | None = None,
    client_id: str | None = None,
) -> Ticket:
    """Open a ticket for the person; their chat with Villy goes along and is over with it.

    What is not said is taken from what Villy understood: the words, the category,
    the priority, the order. The same `client_id` returns the ticket it opened before.
    """
    chat = chats.current_chat(person)
    lines = list(chat.messages.order_by("-seq")[:TRANSCRIPT_LINES])[::-1] if chat else []
    issue = (chat.memory.get("issue") if chat else None) or {}
    words = text or issue.get("words") or _last_words(lines)
    understood = intents.classify(words)
    category = category or issue.get("category") or understood["category"]
    ticket = workflow.open_ticket(
        person,
        words,
        category=category,
        priority=priority or issue.get("priority") or _priority(category, understood),
        order=order or _order(person, chat, words, category),
        picture=picture,
        client_id=client_id or _hand_over_id(chat),
        language=chat.language if chat else intents.language_of(words),
        handover=_packet(chat, lines, issue, quoted=not text),
    )
    if chat:
        Chat.objects.filter(pk=chat.pk, ticket=None).update(ticket=ticket)
    return ticket


def _hand_over_id(chat: Chat | None) -> str:
    """One chat makes one ticket, however often the button is pressed."""
    return f"chat-{chat.pk}" if chat else f"none-{uuid.uuid4()}"


def _packet(chat: Chat | None, lines: list[ChatMessage], issue: dict, *, quoted: bool) -> dict:
    """What the agent's view opens on. `quoted`: the first message repeats words of the transcript."""
    if not lines:
        return {}
    return {
        "transcript": [
            {
                "sender": line.sender,
                "message": line.text,
                "timestamp": line.created_at.isoformat(),
                **_cards(line),
            }
            for line in lines
        ],
        "quoted": quoted,
        "why": issue.get("why", ""),
        "intent": issue.get("intent", ""),
        "words": issue.get("words", ""),
        "summary": _summary(lines),
        "language": chat.language,
        "articles": _articles(lines),
    }


def _summary(lines: list[ChatMessage]) -> str:
    """The customer's own sentences that say most: the issues among them, else the longest."""
    said = [line.text.strip() for line in lines if line.sender == "customer"]
    issues = [text for text in said if intents.classify(text)["is_issue"]]
    chosen = set(sorted(issues or said, key=len, reverse=True)[:SUMMARY_LINES])
    return " · ".join(dict.fromkeys(text for text in said if text in chosen))[:SUMMARY_LENGTH]


def _articles(lines: list[ChatMessage]) -> list[dict]:
    """What Villy showed, and what the customer said of it: [{"title", "helped"}]."""
    return [
        {"title": source["title"], "helped": line.helped}
        for line in lines
        for source in line.reply.get("sources", [])
        if source["type"] == "article"
    ]


def _cards(line: ChatMessage) -> dict:
    return {key: line.reply[key] for key in ("products", "order", "sources") if line.reply.get(key)}


def _priority(category: str, understood: dict) -> str:
    """The category's floor; what was said may only raise it."""
    ranks = list(Priority.values)
    return max(sla.DEFAULT_PRIORITY[category], understood["priority"], key=ranks.index)


def _order(person: Person, chat: Chat | None, words: str, category: str) -> Order | None:
    """The order it is about: named in the chat, named now, or else the latest if it is about one."""
    named = chat.memory.get("order") if chat else None
    # Whoever got the agent to hear about this order has proven that it is theirs, see `orders`
    if named and (order := Order.objects.filter(pk=named).first()):
        return order
    if order := orders.named(orders.own(person), words):
        return order
    return orders.own(person).first() if category in ABOUT_AN_ORDER else None


def _last_words(lines: list[ChatMessage]) -> str:
    said = [line.text for line in lines if line.sender == "customer"]
    return said[-1] if said else "I would like to talk to a person."
