"""Villy's policy: from what a customer typed to what he says. Read it top to bottom.

`answer(chat, text)` asks the rules below in their order; the first that has
something to say is the answer. The way to a human never depends on a rule: the
widget offers it at every moment.
"""

from dataclasses import dataclass, field

from tickets import sla
from tickets.models import Category, Order

from . import catalogue, handoff, intents, knowledge, orders, proofs, replies
from .models import Chat

# Calibrated confidence: from here on act, from here on ask, below say "I don't know"
ACT = 0.55
ASK = 0.35
# Turns without a "that helped" after which a person is offered unasked
LONG_TALK = 5
# An article that is worth showing when none is sure
NEAR = 0.12

SMALL_TALK = {"greeting": "greeting", "thanks_bye": "thanks", "feedback": "feedback"}


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
    # Whether to ask "Did this help?"
    asks_help: bool = False

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


@dataclass
class Heard:
    """One message, understood as far as words alone allow."""

    text: str
    language: str
    reason: str
    intent: str
    confidence: float
    is_issue: bool
    category: str
    priority: str
    order: Order | None
    # The nearest articles, the best first
    passages: list[knowledge.Passage]

    @property
    def article_score(self) -> float:
        return self.passages[0].score if self.passages else 0.0


def answer(chat: Chat, text: str) -> Reply:
    """Return Villy's answer and update `chat.memory` and `chat.language`; the caller stores both."""
    heard = _listen(chat, text)
    chat.language = heard.language
    memory = chat.memory
    memory["turns"] = memory.get("turns", 0) + 1
    reply = next(filter(None, (rule(chat, heard) for rule in RULES)))
    _remember(memory, heard, reply)
    if memory["turns"] >= LONG_TALK and not reply.offer_agent and heard.intent not in SMALL_TALK:
        reply.offer_agent = True
        reply.text += " " + replies.say("long_talk", heard.language)
    return reply


def _listen(chat: Chat, text: str) -> Heard:
    understood = intents.classify(text)
    language = intents.language_of(text)
    return Heard(
        text=text,
        language=chat.language if _says_nothing_about_language(text) else language,
        reason=handoff.reason(text),
        intent=understood["intent"],
        confidence=understood["confidence"],
        is_issue=understood["is_issue"],
        category=understood["category"],
        priority=understood["priority"],
        order=orders.mentioned(chat, text),
        passages=knowledge.look_up(text),
    )


# --- The rules, in their order -----------------------------------------------


def a_person_at_once(chat: Chat, heard: Heard) -> Reply | None:
    """A direct request for a human; words of safety, fraud or the law."""
    if heard.reason not in ("human", "safety", "fraud", "legal"):
        return None
    urgent = heard.reason != "human"
    known = chat.memory.get("issue", {})
    return _offer(
        chat,
        heard,
        heard.reason,
        category=heard.category if heard.is_issue else known.get("category", heard.category),
        priority="urgent" if urgent else known.get("priority", heard.priority),
    )


def an_answer_to_our_question(chat: Chat, heard: Heard) -> Reply | None:
    """ "Is something wrong?" - "yes"."""
    asked = chat.memory.pop("asked", None)
    if not asked or not (verdict := _yes_or_no(heard.text)):
        return None
    if verdict == "yes":
        heard.category, heard.priority, heard.is_issue = asked["category"], asked["priority"], True
        return _offer(chat, heard, asked["intent"])
    return Reply(replies.say("thanks", heard.language), "thanks_bye", suggestions=_chips(heard))


def an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Something is wrong that a person has to put right."""
    if heard.reason == "anger" and (heard.is_issue or heard.intent == "complaint"):
        return _offer(chat, heard, heard.intent if heard.is_issue else "angry")
    # What is urgent is not the time to be sure
    if heard.is_issue and (heard.confidence >= ACT or heard.priority == "urgent"):
        return _offer(chat, heard, heard.intent)
    return None


def their_order(chat: Chat, heard: Heard) -> Reply | None:
    """Where is my order: from the caller's own orders only."""
    asked = heard.intent == "order_status" and heard.confidence >= max(ASK, min(0.9, heard.article_score))
    if not heard.order and not asked:
        return None
    order = heard.order or orders.latest(chat)
    if not order:
        key = "order_sign_in" if chat.person.is_guest else "order_none"
        return Reply(replies.say(key, heard.language), "order_status", heard.confidence)
    return _order_card(order, heard)


def _order_card(order: Order, heard: Heard) -> Reply:
    state = orders.state_in_words(order, heard.language)
    return Reply(
        replies.say("order_found", heard.language, number=order.number, state=state),
        "order_status",
        heard.confidence,
        order=orders.as_card(order),
        sources=[{"type": "order", "id": str(order.pk), "title": order.number}],
        suggestions=_chips(heard, "problem", "returns"),
    )


def a_code(chat: Chat, heard: Heard) -> Reply | None:
    """The code that we sent to the contact of an order, typed by whoever wants to hear about it."""
    awaiting = proofs.awaited(chat)
    if not awaiting or not proofs.CODE.search(heard.text):
        return None
    if proofs.check(awaiting, heard.text):
        return _order_card(awaiting.order, heard)
    left = awaiting.tries_left
    return Reply(
        replies.say("code_wrong" if left else "code_over", heard.language, left=left),
        "order_status",
        offer_agent=not left,
        category=Category.ORDER,
        priority="medium",
    )


def an_order_to_prove(chat: Chat, heard: Heard) -> Reply | None:
    """An order number that is not known to be theirs: a code goes to its owner, whoever asks."""
    numbers = orders.numbers_in(heard.text)
    if not chat.person.is_guest or heard.order or not numbers or heard.is_issue:
        return None
    proofs.begin(chat, numbers[0])
    return Reply(replies.say("code_sent", heard.language, number=numbers[0]), "order_status")


def small_talk(chat: Chat, heard: Heard) -> Reply | None:
    key = "nod" if _is_nod(heard.text) else SMALL_TALK.get(heard.intent)
    if not key or (key != "nod" and heard.confidence < ACT):
        return None
    intent = "thanks_bye" if key == "nod" else heard.intent
    return Reply(replies.say(key, heard.language), intent, heard.confidence, suggestions=_chips(heard))


def products_by_name(chat: Chat, heard: Heard) -> Reply | None:
    """A product's name needs the catalogue, not the classifier."""
    if heard.is_issue or (heard.intent != "product_query" and heard.confidence >= ACT):
        return None
    found = catalogue.look_up(heard.text)
    if len(found.products) == 1 and (detail := catalogue.detail(heard.text, found.products[0])):
        return _products(found.products, heard, detail)
    # The more of the message is names, the surer an article has to be to come first
    beaten = heard.article_score >= (0.75 if found.share < 0.6 else 0.9) and found.share < 1
    if not found.products or beaten or (not found.share and heard.intent != "product_query"):
        return None
    return _products(found.products, heard)


def an_article(chat: Chat, heard: Heard) -> Reply | None:
    """A question that the shop has answered before."""
    if not heard.passages or not heard.passages[0].is_sure or heard.intent == "out_of_scope":
        return None
    article = heard.passages[0].article
    chat.memory.setdefault("articles", []).append(article.slug)
    return Reply(
        article.body_in(heard.language),
        heard.intent,
        heard.confidence,
        category=article.category,
        sources=[{"type": "article", "id": str(article.pk), "title": article.title}],
        suggestions=_nearest(heard)[1:],
        asks_help=True,
    )


def products_at_all(chat: Chat, heard: Heard) -> Reply | None:
    if heard.intent != "product_query" or heard.confidence < ACT:
        return None
    cards = [catalogue.as_card(product) for product in catalogue.popular()]
    return Reply(
        replies.say("products_none", heard.language),
        heard.intent,
        heard.confidence,
        products=cards,
        suggestions=_chips(heard),
    )


def perhaps_an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Not sure enough to act: ask, and keep the button in reach."""
    if not heard.is_issue or heard.article_score >= 0.75:
        return None
    chat.memory["asked"] = {
        "intent": heard.intent, "category": heard.category, "priority": heard.priority,
    }  # fmt: skip
    return Reply(
        replies.say("ask_issue", heard.language),
        heard.intent,
        heard.confidence,
        offer_agent=True,
        category=heard.category,
        priority=heard.priority,
    )


def beyond_the_shop(chat: Chat, heard: Heard) -> Reply | None:
    if heard.intent != "out_of_scope" or heard.confidence < ACT:
        return None
    return Reply(
        replies.say("out_of_scope", heard.language),
        heard.intent,
        heard.confidence,
        suggestions=_chips(heard),
    )


def i_do_not_know(chat: Chat, heard: Heard) -> Reply:
    """The nearest articles and a human; misunderstood twice, the human comes first."""
    misses = chat.memory["misses"] = chat.memory.get("misses", 0) + 1
    return Reply(
        replies.say("unknown" if misses == 1 else "unknown_again", heard.language),
        "unknown",
        heard.confidence,
        offer_agent=True,
        category=heard.category if heard.is_issue else Category.OTHER,
        priority=heard.priority if heard.is_issue else sla.DEFAULT_PRIORITY[Category.OTHER],
        suggestions=[passage.article.title for passage in heard.passages if passage.score >= NEAR],
    )


RULES = (
    a_code,
    a_person_at_once,
    an_answer_to_our_question,
    an_issue,
    an_order_to_prove,
    their_order,
    small_talk,
    products_by_name,
    perhaps_an_issue,
    an_article,
    products_at_all,
    beyond_the_shop,
    i_do_not_know,
)


# --- What the rules share ----------------------------------------------------


def _offer(chat: Chat, heard: Heard, key: str, **triage) -> Reply:
    """Something humane, and the way to Customer Care; with the order that it is likely about."""
    order = heard.order or orders.latest(chat)
    return Reply(
        replies.say(key if replies.has(key) else "human", heard.language),
        heard.intent if heard.reason != "human" else "talk_to_human",
        heard.confidence,
        offer_agent=True,
        category=triage.get("category") or heard.category,
        priority=triage.get("priority") or heard.priority,
        order=orders.as_card(order) if order and key == "delivery_delay" else None,
        suggestions=_nearest(heard)[:1],
    )


def _nearest(heard: Heard) -> list[str]:
    """The titles of the articles that are sure to fit."""
    return [passage.article.title for passage in heard.passages if passage.is_sure]


def _products(products, heard: Heard, detail: str = "") -> Reply:
    cards = [catalogue.as_card(product) for product in products]
    if len(products) == 1:
        text = replies.say(
            "product_found",
            heard.language,
            name=products[0].name,
            price=f"{products[0].price:.0f}",
            unit=products[0].unit,
            stock=_stock(products[0], heard.language),
        )
        text = f"{products[0].name}: {detail}" if detail else text
    else:
        text = replies.say("products_found", heard.language)
    sources = [{"type": "product", "id": card["id"], "title": card["name"]} for card in cards]
    return Reply(text, "product_query", heard.confidence, products=cards, sources=sources, asks_help=True)


def _stock(product, language: str) -> str:
    if not product.stock:
        return replies.say("out_of_stock", language)
    if product.stock <= catalogue.LOW_STOCK:
        return replies.say("few_left", language, count=product.stock)
    return replies.say("in_stock", language)


def _remember(memory: dict, heard: Heard, reply: Reply) -> None:
    """Keep what a hand-over will need: the last issue in the customer's own words."""
    if reply.offer_agent and (heard.is_issue or heard.reason):
        known = memory.get("issue", {})
        about_it = heard.is_issue or heard.reason in ("safety", "fraud", "legal") or not known
        if about_it:
            memory["issue"] = {
                "category": reply.category,
                "priority": reply.priority,
                "intent": heard.intent,
                "words": heard.text,
                "why": heard.reason or heard.intent,
            }
    if heard.order:
        memory["order"] = str(heard.order.pk)
    if reply.intent != "unknown":
        memory["misses"] = 0


def _chips(heard: Heard, *keys: str) -> list[str]:
    return replies.chips(heard.language, *keys)


YES = {"yes", "y", "yeah", "yep", "haan", "han", "ha", "ji", "haanji", "हाँ", "हां", "जी", "sure"}
NO = {"no", "n", "nope", "nah", "nahi", "nahin", "नहीं", "ना"}
NODS = YES | NO | {"ok", "okay", "k", "kk", "hmm", "hm", "acha", "accha", "thik", "theek", "अच्छा", "ठीक"}


def _is_nod(text: str) -> bool:
    """ "ok", "theek hai", "hmm": said to a question that we did not ask."""
    words = text.lower().strip(" .!?").split()
    return 0 < len(words) <= 2 and words[0] in NODS and words[-1] in NODS | {"hai", "है", "bhai", "ji"}


def _yes_or_no(text: str) -> str:
    first = text.strip().lower().strip(".!").split()[:1]
    return "yes" if first and first[0] in YES else "no" if first and first[0] in NO else ""


def _says_nothing_about_language(text: str) -> bool:
    """A number or a bare "ok" is no reason to change the language."""
    return not any(len(word) > 2 and not any(c.isdigit() for c in word) for word in text.split())
