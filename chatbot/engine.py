"""Villy's policy: from what a customer typed to what he says. Read it top to bottom.

`answer(chat, text)` asks the RULES below in their order; the first that has
something to say is the answer. The way to a human never depends on a rule: the
widget offers it at every moment.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from tickets import sla
from tickets.models import Category, Order, Priority

from . import catalogue, handoff, intents, knowledge, orders, proofs, replies, retrieval
from . import text as words
from .models import Article, Chat, Product

# Calibrated confidence: from here on act, from here on ask, below say "I don't know"
ACT = 0.55
ASK = 0.35
# An article surer than this beats a doubtful issue, a named product or a doubtful "out of scope"
CLEAR = 0.75
# Of a message that is half names, and needs a surer article to be about something else
HALF, VERY_CLEAR = 0.5, 0.9
# Turns without a "that helped" after which a person is offered unasked
LONG_TALK = 5
# An article that is worth showing when none is sure
NEAR = 0.2
# A message so short may mean an order by its bare number, and keeps the language of the chat
FEW_WORDS = 2

SMALL_TALK = {"greeting": "greeting", "thanks_bye": "thanks", "feedback": "feedback"}
# Whatever else the words say, a ticket about this is at least about ...
AT_ONCE = {"safety": Category.PRODUCT_ISSUE, "fraud": Category.PAYMENT, "legal": Category.FEEDBACK}


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


@dataclass
class Heard:
    """One message, understood as far as words alone allow; the rest is looked up once a rule asks."""

    text: str
    language: str
    # Why a person is needed whatever else is meant: human, safety, fraud, legal, anger or ""
    reason: str
    intent: str
    confidence: float
    is_issue: bool
    category: str
    priority: str
    # The person's own order, named by its number
    order: Order | None
    # What Villy asked last, if it was a question: {"about": "issue" | "help", ...}
    asked: dict
    library: knowledge.Library

    @cached_property
    def passages(self) -> list[knowledge.Passage]:
        """The nearest articles, the best first."""
        return self.library.near(self.text)

    @cached_property
    def found(self) -> catalogue.Found:
        return catalogue.look_up(self.text)

    @property
    def article_score(self) -> float:
        return self.passages[0].score if self.passages else 0.0

    @property
    def is_short(self) -> bool:
        return len(self.text.split()) <= FEW_WORDS


def answer(chat: Chat, text: str) -> Reply:
    """Return Villy's answer and update `chat.memory` and `chat.language`; the caller stores both."""
    heard = _listen(chat, text)
    chat.language = heard.language
    for rule in RULES:
        if reply := rule(chat, heard):
            break
    reply.rule = rule.__name__
    _remember(chat.memory, heard, reply)
    _count_turn(chat.memory, heard, reply)
    return reply


def _listen(chat: Chat, text: str) -> Heard:
    plain = _without_tags(text)
    understood = intents.classify(plain)
    library = knowledge.library()
    return Heard(
        text=plain,
        language=_language(chat, plain, library),
        reason=handoff.reason(plain),
        intent=understood["intent"],
        confidence=understood["confidence"],
        is_issue=understood["is_issue"],
        category=understood["category"],
        priority=understood["priority"],
        order=orders.mentioned(chat, plain),
        asked=chat.memory.pop("asked", {}),
        library=library,
    )


# --- The rules, in their order -----------------------------------------------
# At once: what needs no understanding


def a_code(chat: Chat, heard: Heard) -> Reply | None:
    """The code that we sent to the contact of an order, typed by whoever wants to hear about it."""
    if not proofs.looks_like_a_code(heard.text) or not (code := proofs.pending(chat)):
        return None
    if proofs.check(code, heard.text):
        return _order_card(chat, code.order, heard)
    if code.proven_at:
        return None
    key = "code_wrong" if code.tries_left else "code_over"
    reply = Reply(replies.say(key, heard.language, left=code.tries_left), "order_status")
    if not code.tries_left:
        reply.offer_agent, reply.category, reply.priority = True, Category.ORDER, Priority.MEDIUM
    return reply


def a_person_at_once(chat: Chat, heard: Heard) -> Reply | None:
    """A direct request for a human; words of safety, fraud or the law."""
    if heard.reason not in ("human", *AT_ONCE):
        return None
    known = chat.memory.get("issue", {})
    says_what = heard.is_issue and heard.intent != "talk_to_human"
    if heard.reason == "human":
        category = heard.category if says_what else known.get("category", Category.OTHER)
        priority = heard.priority if says_what else known.get("priority", Priority.MEDIUM)
    else:
        category = heard.category if says_what else known.get("category", AT_ONCE[heard.reason])
        priority = Priority.URGENT
    return _offer(chat, heard, heard.reason, category, priority)


def a_tapped_suggestion(chat: Chat, heard: Heard) -> Reply | None:
    """The title of an article, or "Something is wrong with my order": we wrote it, so we know it."""
    article = heard.library.titled(heard.text)
    if article and heard.intent != "order_status":
        return _article(article, heard, 1.0)
    if not replies.is_chip("problem", heard.text):
        return None
    return Reply(
        replies.say("what_happened", heard.language),
        "complaint",
        suggestions=_chips(heard, "damaged", "missing", "late", "refund", "human"),
    )


def what_they_say_to_our_question(chat: Chat, heard: Heard) -> Reply | None:
    """ "Is something wrong?" - "yes". "Did this help?" - "no"."""
    said = handoff.verdict(heard.text)
    if heard.asked.get("about") == "issue":
        if said == "no":
            return Reply(replies.say("nod", heard.language), "thanks_bye", suggestions=_chips(heard))
        if said == "yes" or (handoff.begins_with_yes(heard.text) and not heard.is_issue):
            asked = heard.asked
            heard.intent, heard.is_issue = asked["intent"], True
            return _offer(chat, heard, asked["intent"], asked["category"], asked["priority"])
    if heard.asked.get("about") == "help" and said:
        return _after_help(chat, heard, said == "yes")
    return None


def _after_help(chat: Chat, heard: Heard, helped: bool) -> Reply:
    if helped:
        return Reply(
            replies.say("helped", heard.language), "thanks_bye", suggestions=_chips(heard), helped=True
        )
    known = chat.memory.get("issue", {})
    return Reply(
        replies.say("not_helped", heard.language),
        "talk_to_human",
        offer_agent=True,
        category=known.get("category", Category.OTHER),
        priority=known.get("priority", Priority.MEDIUM),
        helped=False,
    )


def no_words(chat: Chat, heard: Heard) -> Reply | None:
    """Nothing but emoji, stops or tags."""
    if any(character.isalnum() for character in heard.text):
        return None
    return Reply(replies.say("no_words", heard.language), "greeting", suggestions=_chips(heard))


# What is wrong


def an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Something is wrong that a person has to put right. What is urgent is not the time to be sure."""
    if heard.is_issue and (heard.confidence >= ACT or _is_pressing(heard)):
        return _offer(chat, heard, heard.intent, heard.category, heard.priority)
    return None


def _is_pressing(heard: Heard) -> bool:
    """Urgent, angry, or trouble of one kind or another: which it is may be open."""
    is_trouble = heard.intent in intents.TROUBLE and heard.priority == Priority.HIGH
    return is_trouble or heard.priority == Priority.URGENT or bool(heard.reason)


def anger(chat: Chat, heard: Heard) -> Reply | None:
    """Anger without a question that could be answered."""
    asks = heard.intent not in (*SMALL_TALK, "complaint", "out_of_scope") and heard.confidence >= ACT
    if heard.reason != "anger" or asks:
        return None
    known = chat.memory.get("issue", {})
    return _offer(
        chat,
        heard,
        "angry",
        known.get("category", Category.FEEDBACK),
        known.get("priority", Priority.MEDIUM),
    )


# Numbers and names: the order, the catalogue


def an_order_to_prove(chat: Chat, heard: Heard) -> Reply | None:
    """An order number that is not known to be theirs. What is said is the same for every number."""
    numbers = [] if heard.order else orders.numbers_in(heard.text)
    if not numbers:
        return None
    if chat.person.is_guest:
        proofs.begin(chat, numbers)
        return Reply(replies.say("code_sent", heard.language, number=numbers[0]), "order_status")
    return Reply(
        replies.say("order_not_yours", heard.language, number=numbers[0]),
        "order_status",
        offer_agent=True,
        category=Category.ORDER,
        priority=Priority.MEDIUM,
    )


def a_bare_name(chat: Chat, heard: Heard) -> Reply | None:
    """Nothing but products' names: that needs the catalogue, not the classifier."""
    found = heard.found
    if found.share < 1 or (found.is_vague and heard.intent != "product_query"):
        return None
    return _products(found.products, heard)


def what_was_shown(chat: Chat, heard: Heard) -> Reply | None:
    """ "And the price?", "is it vegan?": the product that was shown last."""
    shown = chat.memory.get("product")
    means_another = heard.intent not in ("product_query", "out_of_scope") and heard.confidence >= ACT
    if not shown or heard.found.products or means_another or not catalogue.is_about_one(heard.text):
        return None
    product = Product.objects.filter(pk=shown, is_active=True).first()
    return product and _products([product], heard, catalogue.detail(heard.text, product))


def another_script(chat: Chat, heard: Heard) -> Reply | None:
    """A language that Villy cannot read: who can help is a person."""
    if not _has_letters(heard.text) or knowledge.can_read(heard.text):
        return None
    return Reply(
        replies.say("another_language", heard.language),
        "unknown",
        heard.confidence,
        offer_agent=True,
        category=Category.OTHER,
        priority=Priority.MEDIUM,
    )


def their_order(chat: Chat, heard: Heard) -> Reply | None:
    """Where is my order: from the caller's own orders only."""
    asks = heard.intent == "order_status" and heard.confidence >= max(ASK, min(0.9, heard.article_score))
    names = heard.order and (heard.is_short or heard.intent == "order_status" or not _knows(heard, ACT))
    if heard.is_issue or not (asks or names):
        return None
    if order := heard.order or orders.latest(chat):
        return _order_card(chat, order, heard)
    key = "order_sign_in" if chat.person.is_guest else "order_none"
    return Reply(
        replies.say(key, heard.language),
        "order_status",
        heard.confidence,
        suggestions=_chips(heard, "human"),
    )


# Questions, by how sure we are of the answer


def small_talk(chat: Chat, heard: Heard) -> Reply | None:
    key = "nod" if _is_nod(heard.text) else SMALL_TALK.get(heard.intent)
    if not key or (key != "nod" and heard.confidence < ACT):
        return None
    intent = "thanks_bye" if key == "nod" else heard.intent
    return Reply(replies.say(key, heard.language), intent, heard.confidence, suggestions=_chips(heard))


def products_by_name(chat: Chat, heard: Heard) -> Reply | None:
    """A product among other words; a clear article comes first, unless the message is mostly names."""
    if heard.intent != "product_query" and (heard.is_issue or heard.confidence >= ACT):
        return None
    products, share = heard.found.products, heard.found.share
    if not products or (not share and heard.intent != "product_query"):
        return None
    if len(products) == 1 and (detail := catalogue.detail(heard.text, products[0])):
        return _products(products, heard, detail)
    if _knows(heard, CLEAR if share < HALF else VERY_CLEAR):
        return None
    return _products(products, heard)


def the_whole_shelf(chat: Chat, heard: Heard) -> Reply | None:
    """ "What do you sell?" """
    if heard.is_issue or not catalogue.asks_for_everything(heard.text):
        return None
    return _popular("products_popular", heard)


def perhaps_an_issue(chat: Chat, heard: Heard) -> Reply | None:
    """Not sure enough to act: ask, and keep the button in reach."""
    if not heard.is_issue or _knows(heard, CLEAR):
        return None
    chat.memory["asked"] = {
        "about": "issue",
        "intent": heard.intent,
        "category": heard.category,
        "priority": heard.priority,
    }
    return Reply(
        replies.say("ask_issue", heard.language),
        heard.intent,
        heard.confidence,
        offer_agent=True,
        category=heard.category,
        priority=heard.priority,
    )


def an_article(chat: Chat, heard: Heard) -> Reply | None:
    """A question that the shop has answered before; an article that did not help is not shown again."""
    least = ACT
    if heard.intent == "out_of_scope":
        if heard.confidence >= ACT:
            return None
        least = CLEAR
    refused = chat.memory.get("refused", [])
    fitting = [p for p in heard.passages if p.score >= least and str(p.article.pk) not in refused]
    return _article(fitting[0].article, heard, fitting[0].score) if fitting else None


def nothing_of_that_name(chat: Chat, heard: Heard) -> Reply | None:
    """ "Do you have bicycles?" """
    if heard.intent != "product_query" or heard.confidence < ASK or _knows(heard, ACT):
        return None
    if not catalogue.asks_to_buy(heard.text):
        return None
    return _popular("products_none", heard)


def beyond_the_shop(chat: Chat, heard: Heard) -> Reply | None:
    if heard.intent != "out_of_scope" or heard.confidence < ACT or not _has_letters(heard.text):
        return None
    return Reply(
        replies.say("out_of_scope", heard.language),
        heard.intent,
        heard.confidence,
        suggestions=_chips(heard),
    )


def perhaps_an_article(chat: Chat, heard: Heard) -> Reply | None:
    """Likely, not sure: say so, and keep the others and a person in reach."""
    if not _knows(heard, retrieval.THRESHOLD) or heard.intent == "out_of_scope" or heard.confidence < ASK:
        return None
    if str(heard.passages[0].article.pk) in chat.memory.get("refused", []):
        return None
    reply = _article(heard.passages[0].article, heard, heard.article_score)
    reply.text = f"{replies.say('perhaps_article', heard.language)} {reply.text}"
    reply.suggestions = _near(heard)[1:] + _chips(heard, "human")
    return reply


def i_do_not_know(chat: Chat, heard: Heard) -> Reply:
    """The nearest articles and a human; misunderstood twice, the human comes first."""
    misses = chat.memory["misses"] = chat.memory.get("misses", 0) + 1
    key = "unknown_again" if misses > 1 else "unknown" if _near(heard) else "unknown_alone"
    return Reply(
        replies.say(key, heard.language),
        "unknown",
        heard.confidence,
        offer_agent=True,
        category=heard.category if heard.is_issue else Category.OTHER,
        priority=heard.priority if heard.is_issue else sla.DEFAULT_PRIORITY[Category.OTHER],
        suggestions=_near(heard),
    )


RULES = (
    a_code,
    a_person_at_once,
    a_tapped_suggestion,
    what_they_say_to_our_question,
    no_words,
    an_issue,
    anger,
    an_order_to_prove,
    a_bare_name,
    what_was_shown,
    another_script,
    their_order,
    small_talk,
    products_by_name,
    the_whole_shelf,
    perhaps_an_issue,
    an_article,
    nothing_of_that_name,
    beyond_the_shop,
    perhaps_an_article,
    i_do_not_know,
)


# --- What the rules share ----------------------------------------------------


def _offer(chat: Chat, heard: Heard, key: str, category: str, priority: str) -> Reply:
    """Something humane, and the way to Customer Care; with the order that it is likely about."""
    order = orders.about(chat, chat.person, heard.text, category)
    return Reply(
        replies.say(key if replies.has(key) else "human", heard.language),
        heard.intent if heard.reason != "human" else "talk_to_human",
        heard.confidence,
        offer_agent=True,
        category=category,
        priority=priority,
        order=orders.as_card(order) if order and category in orders.ABOUT_AN_ORDER else None,
        suggestions=[p.article.title for p in heard.passages[:1] if p.score >= ACT],
    )


def _order_card(chat: Chat, order: Order, heard: Heard) -> Reply:
    chat.memory["order"] = str(order.pk)
    state = orders.state_in_words(order, heard.language)
    late = orders.is_late(order)
    others = orders.others_under_way(chat, order)
    return Reply(
        replies.say("order_found", heard.language, number=order.number, state=state),
        "order_status",
        1.0 if heard.order else heard.confidence,
        offer_agent=late,
        category=Category.DELIVERY if late else None,
        priority=Priority.HIGH if late else None,
        order=orders.as_card(order),
        sources=[{"type": "order", "id": str(order.pk), "title": order.number}],
        suggestions=others + _chips(heard, "problem", "returns"),
    )


def _article(article: Article, heard: Heard, sure: float) -> Reply:
    body = article.body_in(heard.language)
    return Reply(
        body,
        heard.intent,
        max(heard.confidence, sure),
        category=article.category,
        sources=[{"type": "article", "id": str(article.pk), "title": article.title}],
        suggestions=[t for t in _near(heard, ACT) if t != article.title],
        passage=body,
    )


def _products(products, heard: Heard, detail: str = "") -> Reply:
    cards = [catalogue.as_card(product) for product in products]
    alone = len(products) == 1
    text = (
        _about_one(products[0], heard, detail) if alone else replies.say("products_found", heard.language)
    )
    return Reply(
        text,
        "product_query",
        heard.confidence,
        products=cards,
        sources=[{"type": "product", "id": card["id"], "title": card["name"]} for card in cards],
        # "Is it vegan?": the list of what is in it, and what we wrote about that
        suggestions=_near(heard, CLEAR)[:1] if detail else [],
    )


def _about_one(product, heard: Heard, detail: str) -> str:
    if detail:
        return f"{product.name}: {detail}"
    return replies.say(
        "product_found",
        heard.language,
        name=product.name,
        price=f"{product.price:,.0f}",
        unit=product.unit,
        stock=_stock(product, heard.language),
    )


def _stock(product, language: str) -> str:
    if not product.stock:
        return replies.say("out_of_stock", language)
    if product.stock <= catalogue.LOW_STOCK:
        return replies.say("few_left", language, count=product.stock)
    return replies.say("in_stock", language)


def _popular(key: str, heard: Heard) -> Reply:
    return Reply(
        replies.say(key, heard.language),
        "product_query",
        heard.confidence,
        products=[catalogue.as_card(product) for product in catalogue.popular()],
        suggestions=_chips(heard, "order", "returns", "human"),
    )


def _knows(heard: Heard, least: float) -> bool:
    return heard.article_score >= least


def _near(heard: Heard, least: float = NEAR) -> list[str]:
    """The titles of the nearest articles."""
    return [passage.article.title for passage in heard.passages if passage.score >= least]


def _chips(heard: Heard, *keys: str) -> list[str]:
    return replies.chips(heard.language, *keys)


# --- What is remembered from turn to turn ------------------------------------


def _count_turn(memory: dict, heard: Heard, reply: Reply) -> None:
    """Offer a person after a long talk, and say so once; a "that helped" begins the count anew."""
    if heard.intent == "thanks_bye":
        memory["turns"] = 0
    if reply.intent in SMALL_TALK:
        return
    memory["turns"] = memory.get("turns", 0) + 1
    if reply.offer_agent:
        return
    if heard.reason == "anger" or memory["turns"] >= LONG_TALK:
        reply.offer_agent = True
    if memory["turns"] == LONG_TALK:
        reply.text += " " + replies.say("long_talk", heard.language)


def _remember(memory: dict, heard: Heard, reply: Reply) -> None:
    """Keep what the next turn or a hand-over needs."""
    if reply.asks_help:
        memory["asked"] = {"about": "help"}
    if reply.intent != "unknown":
        memory["misses"] = 0
    if reply.helped is not None:
        learn_of_help(memory, memory.get("sources", []), reply.helped)
    memory["sources"] = reply.sources
    if heard.order:
        memory["order"] = str(heard.order.pk)
    if reply.products:
        memory["product"] = reply.products[0]["id"] if len(reply.products) == 1 else None
    if reply.offer_agent and reply.helped is None:
        _remember_issue(memory, heard, reply)


def learn_of_help(memory: dict, sources: list[dict], helped: bool) -> None:
    """Take a "Did this help?" to heart: yes begins the count of turns anew, no puts the article aside."""
    if helped:
        memory["turns"] = 0
        return
    refused = [source["id"] for source in sources if source["type"] == "article"]
    memory["refused"] = sorted({*memory.get("refused", []), *refused})


def _remember_issue(memory: dict, heard: Heard, reply: Reply) -> None:
    """Keep the last issue in the customer's own words. Its priority never falls within a chat."""
    known = memory.get("issue")
    if known:
        reply.priority = _higher(known["priority"], reply.priority)
    says_what = heard.is_issue and heard.intent != "talk_to_human"
    is_grave = known and known["why"] in AT_ONCE
    if known and (is_grave or not says_what) and heard.reason not in AT_ONCE:
        # "Connect me" leaves what it is about as it was, and nothing comes before glass in the food
        known["priority"] = reply.priority
        return
    memory["issue"] = {
        "category": reply.category,
        "priority": reply.priority,
        "intent": reply.intent,
        # A code says nothing, and is nobody's to read
        "words": "" if reply.rule == "a_code" else heard.text,
        "why": heard.reason or reply.intent,
    }


def amended(memory: dict, reply: Reply, text: str, is_issue: bool, priority: str | None) -> Reply:
    """Add what a second opinion saw: it may raise issue and priority, and lower neither."""
    if is_issue and not reply.offer_agent:
        reply.offer_agent = True
        reply.priority = _higher(reply.priority or Priority.LOW, sla.DEFAULT_PRIORITY[reply.category])
        memory.setdefault(
            "issue",
            {"category": reply.category, "intent": reply.intent, "words": text, "why": reply.intent}
            | {"priority": reply.priority},
        )
    if reply.offer_agent and priority in Priority.values:
        reply.priority = _higher(reply.priority or Priority.LOW, priority)
        if "issue" in memory:
            memory["issue"]["priority"] = _higher(memory["issue"]["priority"], priority)
    return reply


def _higher(one: str, other: str) -> str:
    return max(one, other, key=list(Priority.values).index)


# --- Small readings of a text ------------------------------------------------

NODS = {
    "ok",
    "okay",
    "k",
    "kk",
    "hmm",
    "hm",
    "acha",
    "accha",
    "achha",
    "thik",
    "theek",
    "अच्छा",
    "ठीक",
    "👍",
}
TAG = re.compile(r"<[^<>]{1,200}>")


def _without_tags(text: str) -> str:
    """Return the text as a reader would see it if its tags were markup."""
    return TAG.sub(" ", text).strip() if "<" in text else text.strip()


def _is_nod(text: str) -> bool:
    """ "ok", "theek hai", "yes": said to a question that we did not ask."""
    said = text.lower().strip(" .!?").split()
    if handoff.verdict(text) and len(said) <= FEW_WORDS:
        return True
    return 0 < len(said) <= FEW_WORDS and said[0] in NODS and said[-1] in NODS | {"hai", "है", "bhai", "ji"}


def _has_letters(text: str) -> bool:
    return any(token[0].isalpha() for token in words.tokens(text))


def _language(chat: Chat, text: str, library: knowledge.Library) -> str:
    """The language to answer in: of the message, or of the chat where the message says nothing about it."""
    said = [word for word in text.split() if sum(map(str.isalpha, word)) > 2]
    if not said or library.titled(text):
        return chat.language
    language = intents.language_of(text)
    # "refund?" is said in every language
    return chat.language if language == "en" and len(said) <= FEW_WORDS else language
