"""The kinds of Villy's answers: a wording, an article, products, an order, the way to a human."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from chatbot import wording
from chatbot.models import Article, Chat, Product
from chatbot.nlu.cues.issue_cues import WAY_TO_PAY
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.nlu.text import features
from chatbot.sources import order_states, orders
from chatbot.sources import products as catalogue
from supportdesk import money
from tickets.clocks import promise
from tickets.models import Category, Order, Priority

from .message import ACT, CLEAR, ParsedMessage
from .reading import subjects, troubles
from .reading.readings import COUPON
from .state import GRAVE


@dataclass
class Reply:
    """Villy's answer. `category` and `priority` are set once an issue is recognised."""

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
    # Items of the order that something is wrong with, and what they cost, see dialogue.affected
    claim: dict | None = None

    # --- For us only
    # The name of the rule that answered
    rule: str = ""
    # What the source says, when it is an article: an LLM may say it in other words
    passage: str = ""
    # What the message said of the answer before it: that it helped, or that it did not
    helped: bool | None = None
    # What it is about, for the next turn: see dialogue.state.Topic
    topic: dict | None = None
    # The flow that answered, see dialogue.flows
    flow: str = ""
    # Our question that it ends with, see dialogue.state.Asked
    asks: dict | None = None
    # Whether a part of a message that is answered so is answered well
    is_sure: bool = False

    @property
    def asks_help(self) -> bool:
        """Return whether to ask "Did this help?": of every answer that has a source."""
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
            "claim": self.claim,
            "asksHelp": self.asks_help,
        }


def text_reply(
    key: str, parsed: ParsedMessage, intent: str = "", *, sure: float | None = None, **words: Any
) -> Reply:
    """Nothing but words: the line of `replies.yaml`, in the language of the message."""
    confidence = parsed.confidence if sure is None else sure
    return Reply(wording.say(key, parsed.language, **words), intent or parsed.intent, confidence)


WHERE = phrases(
    "where", "kahan", "kaha", "kidhar", "how", "kaise", "kisko", "kis ?ko", "whom", "कहां", "किसको", "कैसे"
)


def offer(chat: Chat, parsed: ParsedMessage, key: str, category: str, priority: str) -> Reply:
    """Something humane, and the way to Customer Care; with the order that it is likely about."""
    if key == "out_of_scope":
        # A customer who is angry or has lost money hears that a person helps, and not that it is beyond us
        key = "angry" if parsed.reason == "anger" else "complaint"
    reply = text_reply(key if wording.has(key) else "human", parsed)
    if parsed.reason == "human":
        reply.intent = "talk_to_human"
    reply.offer_agent, reply.category, reply.priority = True, category, priority
    if back := promise.back(timezone.now(), parsed.language):
        reply.text = f"{reply.text} {back}"
    if category in orders.ABOUT_AN_ORDER and (
        order := orders.about(chat, chat.person, parsed.text, category)
    ):
        reply.order = orders.as_card(order)
    reply.suggestions = parsed.near(ACT)[:1]
    if category == Category.PRODUCT_ISSUE and (caution := troubles.caution(parsed.text, parsed.language)):
        reply.text = f"{caution} {reply.text}"
    if parsed.intent == "payment_problem" and COUPON.search(plain(parsed.text)):
        # "Welcome10 nahi lag raha": first what it needs
        coupons = parsed.library.by_slug.get("coupons")
        return _with_the_rule(reply, parsed, coupons) if coupons else reply
    told_with_it = parsed.knows(CLEAR) and parsed.intent in ("payment_problem", "account_problem")
    # "Complaint kahan karu" asks, and the shop wrote where
    told_with_it = told_with_it or (
        parsed.knows(ACT) and parsed.intent == "complaint" and WHERE.search(plain(parsed.text)) is not None
    )
    if told_with_it and parsed.passages[0].article.category == category:
        # What the shop says of it, beside the way to a person
        return _with_the_rule(reply, parsed, parsed.passages[0].article)
    return reply


def _with_the_rule(reply: Reply, parsed: ParsedMessage, article: Article) -> Reply:
    reply.text = f"{article.body_in(parsed.language)} {wording.say('tap_for_a_person', parsed.language)}"
    reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
    reply.topic = {"kind": "article", "ids": [str(article.pk)], "aspect": article.slug}
    reply.suggestions = []
    return reply


def about_order(chat: Chat, reply: Reply, order: Order) -> Reply:
    """Make the order the one that the answer, and the next turns, are about."""
    chat.memory["order"] = str(order.pk)
    reply.order = orders.as_card(order)
    reply.topic = {"kind": "order", "ids": [str(order.pk)], "aspect": reply.flow or "where"}
    reply.sources = [*reply.sources, {"type": "order", "id": str(order.pk), "title": order.number}]
    return reply


def of_order(chat: Chat, order: Order, parsed: ParsedMessage) -> Reply:
    """Tell the state of an order; offer a human if it is late or its payment failed."""
    state = order_states.state_in_words(order, parsed.language)
    sure = 1.0 if parsed.order else None
    reply = text_reply("order_found", parsed, "order_status", sure=sure, number=order.number, state=state)
    about_order(chat, reply, order)
    reply.is_sure = True
    reply.suggestions = orders.others_under_way(parsed.known_orders, order) + chips(
        parsed, "problem", "returns"
    )
    if order_states.is_late(order):
        reply.offer_agent, reply.category, reply.priority = True, Category.DELIVERY, Priority.HIGH
    if order_states.is_unpaid(order):
        reply.offer_agent, reply.category, reply.priority = True, Category.PAYMENT, Priority.HIGH
    return reply


def of_article(article: Article, parsed: ParsedMessage, sure: float) -> Reply:
    body = article.body_in(parsed.language)
    return Reply(
        body,
        parsed.intent,
        max(parsed.confidence, sure),
        category=article.category,
        sources=[{"type": "article", "id": str(article.pk), "title": article.title}],
        suggestions=[title for title in parsed.near(ACT) if title != article.title_in(parsed.language)],
        passage=body,
        topic={"kind": "article", "ids": [str(article.pk)], "aspect": article.slug},
        is_sure=sure >= ACT,
    )


A_LONG_NUMBER = re.compile(r"\d{5}")


def tell_the_rule(parsed: ParsedMessage, issue: dict, reply: Reply) -> None:
    """Tell after a detail what the shop wrote about it, where that is plain and was not told: "OTP nahi aa raha".

    Not after a choice ("no money, send the goods"): what is noted is all that there is to say.
    """
    if (
        not parsed.passages
        or "choice" in parsed.asked_of_the_subject
        or A_LONG_NUMBER.search(parsed.text)
        or WAY_TO_PAY.fullmatch(plain(parsed.text).strip(" .!"))
        or issue.get("why") in GRAVE
    ):
        return
    article, score = parsed.passages[0].article, parsed.passages[0].score
    of_it = article.slug in subjects.articles_of_the_issue(issue)
    of_its_kind = article.category == issue["category"] in OF_RULES and not issue.get("flow")
    if str(article.pk) in parsed.chat.memory.get("told", []) or _is_denied(article, parsed):
        return
    if (of_it and score >= ACT) or (of_its_kind and score >= CLEAR):
        reply.text = f"{reply.text} {article.body_in(parsed.language)}"
        reply.sources = [{"type": "article", "id": str(article.pk), "title": article.title}]
        reply.topic = {"kind": "article", "ids": [str(article.pk)], "aspect": article.slug}


OF_RULES = (Category.ACCOUNT, Category.PAYMENT)
A_DENIAL = re.compile(
    r"\S+ (?:nahin?|nhi|नहीं)(?!\w)|\b(?:not?|don'?t want) (?:the |a |my )?\S+", re.IGNORECASE
)


def _is_denied(article: Article, parsed: ParsedMessage) -> bool:
    """Return whether an article is about what a message says no to: "no money, send the goods"."""
    said = plain(parsed.text)
    denied = subjects.named_in(said) - subjects.named_in(A_DENIAL.sub(" ", said))
    return any(article.slug in subjects.SUBJECTS[key].articles for key in denied)


def shares_a_word(text: str, article: Article) -> bool:
    """Return whether an article or one of its other wordings shares a word with the text, in any spelling."""
    said = {features.sound(word) or word for word in features.tokens(text) if word[0].isalnum()}
    texts = (article.title, article.also_asked, *(article.body_in(code) for code in wording.LANGUAGES))
    return any((features.sound(word) or word) in said for each in texts for word in features.tokens(each))


def of_products(products: list[Product], parsed: ParsedMessage, detail: str = "") -> Reply:
    """Cards of products; of one alone also what it costs, or the detail that was asked for."""
    if len(products) == 1:
        reply = Reply(_about_one(products[0], parsed.language, detail), "product_query", parsed.confidence)
    else:
        reply = text_reply("products_found", parsed, "product_query")
        # Told as well as shown: a channel without cards, or a screen reader, has the words alone
        reply.text += (
            " "
            + ", ".join(
                f"{each.name} {money.formatted(each.price, each.currency, parsed.language)}"
                for each in products
            )
            + "."
        )
    show(reply, products)
    reply.is_sure = True
    if detail:
        # "Is it vegan?": the list of what is in it, and what we wrote about that
        reply.suggestions = parsed.near(CLEAR)[:1]
    return reply


def show(reply: Reply, products: list[Product], aspect: str = "price") -> None:
    """Put the cards of these products under the answer, and make them what the next turn is about."""
    reply.products = [catalogue.as_card(product) for product in products]
    reply.sources = [
        {"type": "product", "id": card["id"], "title": card["name"]} for card in reply.products
    ]
    reply.topic = {"kind": "product", "ids": [card["id"] for card in reply.products], "aspect": aspect}


def popular(key: str, parsed: ParsedMessage) -> Reply:
    """Show popular products when none was named or found."""
    reply = text_reply(key, parsed, "product_query")
    show(reply, catalogue.popular())
    reply.sources = []
    reply.suggestions = chips(parsed, "order", "returns", "human")
    return reply


def with_chips(reply: Reply, parsed: ParsedMessage, *keys: str) -> Reply:
    reply.suggestions = chips(parsed, *keys)
    return reply


def chips(parsed: ParsedMessage, *keys: str) -> list[str]:
    """Suggestions to tap: those of the keys, or the usual ones."""
    return wording.chips(parsed.language, *keys)


def _about_one(product: Product, language: str, detail: str) -> str:
    return f"{product.name}: {detail}" if detail else price_line(product, language)


def price_line(product: Product, language: str) -> str:
    """ "Classic Makhana is ₹249 for 100 g. It's in stock." """
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
