"""What Villy can answer with: a wording, an article, products, an order, the way to a human."""

from dataclasses import dataclass, field
from typing import Any

from chatbot import wording
from chatbot.models import Article, Chat, Product
from chatbot.sources import orders
from chatbot.sources import products as catalogue
from supportdesk import money
from tickets.models import Category, Order, Priority

from .message import ACT, CLEAR, Heard


@dataclass
class Reply:
    """What Villy answers. `category` and `priority` are set once an issue is seen."""

    text: str
    intent: str
    confidence: float = 1.0
    offer_agent: bool = False
    category: str | None = None
    priority: str | None = None
    suggestions: list[str] = field(default_factory=list)
    products: list[dict] = field(default_factory=list)
    order: dict | None = None
    # Where the answer comes from: [{"type": "article" | "product" | "order", "id", "title"}]
    sources: list[dict] = field(default_factory=list)

    # --- For us only
    # The name of the rule that answered
    rule: str = ""
    # What the source says, when it is an article: an LLM may say it in other words
    passage: str = ""
    # What the message said of the answer before it: that it helped, or that it did not
    helped: bool | None = None

    @property
    def asks_help(self) -> bool:
        """Whether to ask "Did this help?": of every answer that has a source."""
        return bool(self.sources)

    def as_dict(self) -> dict:
        """The reply as the API gives it."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": round(self.confidence, 3),
            "offerAgent": self.offer_agent,
            "category": self.category,
            "priority": self.priority,
            "suggestions": self.suggestions,
            "products": self.products,
            "order": self.order,
            "sources": self.sources,
            "asksHelp": self.asks_help,
        }


def text_reply(
    key: str, heard: Heard, intent: str = "", *, sure: float | None = None, **words: Any
) -> Reply:
    """Nothing but words: the line of `replies.yaml`, in the language of the message."""
    confidence = heard.confidence if sure is None else sure
    return Reply(wording.say(key, heard.language, **words), intent or heard.intent, confidence)


def offer(chat: Chat, heard: Heard, key: str, category: str, priority: str) -> Reply:
    """Something humane, and the way to Customer Care; with the order that it is likely about."""
    reply = text_reply(key if wording.has(key) else "human", heard)
    if heard.reason == "human":
        reply.intent = "talk_to_human"
    reply.offer_agent, reply.category, reply.priority = True, category, priority
    if order := orders.about(chat, chat.person, heard.text, category):
        reply.order = orders.as_card(order) if category in orders.ABOUT_AN_ORDER else None
    reply.suggestions = heard.near(ACT)[:1]
    return reply


def of_order(chat: Chat, order: Order, heard: Heard) -> Reply:
    """How an order stands. One that is late brings the offer of a human."""
    chat.memory["order"] = str(order.pk)
    state = orders.state_in_words(order, heard.language)
    sure = 1.0 if heard.order else None
    reply = text_reply("order_found", heard, "order_status", sure=sure, number=order.number, state=state)
    reply.order = orders.as_card(order)
    reply.sources = [{"type": "order", "id": str(order.pk), "title": order.number}]
    reply.suggestions = orders.others_under_way(chat, order) + chips(heard, "problem", "returns")
    if orders.is_late(order):
        reply.offer_agent, reply.category, reply.priority = True, Category.DELIVERY, Priority.HIGH
    return reply


def of_article(article: Article, heard: Heard, sure: float) -> Reply:
    body = article.body_in(heard.language)
    return Reply(
        body,
        heard.intent,
        max(heard.confidence, sure),
        category=article.category,
        sources=[{"type": "article", "id": str(article.pk), "title": article.title}],
        suggestions=[title for title in heard.near(ACT) if title != article.title],
        passage=body,
    )


def of_products(products: list[Product], heard: Heard, detail: str = "") -> Reply:
    """Cards of products; of one alone also what it costs, or the detail that was asked for."""
    if len(products) == 1:
        reply = Reply(_about_one(products[0], heard.language, detail), "product_query", heard.confidence)
    else:
        reply = text_reply("products_found", heard, "product_query")
    reply.products = [catalogue.as_card(product) for product in products]
    reply.sources = [
        {"type": "product", "id": card["id"], "title": card["name"]} for card in reply.products
    ]
    if detail:
        # "Is it vegan?": the list of what is in it, and what we wrote about that
        reply.suggestions = heard.near(CLEAR)[:1]
    return reply


def popular(key: str, heard: Heard) -> Reply:
    """What people like, when nothing was named or found."""
    reply = text_reply(key, heard, "product_query")
    reply.products = [catalogue.as_card(product) for product in catalogue.popular()]
    reply.suggestions = chips(heard, "order", "returns", "human")
    return reply


def chips(heard: Heard, *keys: str) -> list[str]:
    """Suggestions to tap: those of the keys, or the usual ones."""
    return wording.chips(heard.language, *keys)


def _about_one(product: Product, language: str, detail: str) -> str:
    if detail:
        return f"{product.name}: {detail}"
    return wording.say(
        "product_found",
        language,
        name=product.name,
        price=money.formatted(product.price, product.currency, language),
        unit=product.unit,
        stock=_stock(product, language),
    )


def _stock(product: Product, language: str) -> str:
    if not product.is_in_stock:
        return wording.say("out_of_stock", language)
    if product.stock is not None and product.stock <= catalogue.LOW_STOCK:
        return wording.say("few_left", language, count=product.stock)
    return wording.say("in_stock", language)
