# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""One message, understood as far as its words allow."""

import re
from dataclasses import dataclass
from functools import cached_property

from chatbot.models import Article, Chat
from chatbot.nlu import asked, classifier
from chatbot.nlu.cues import trigger_phrases, turn_cues
from chatbot.nlu.text import features as words
from chatbot.sources import articles, orders, product_facts, products
from chatbot.sources.product_kinds import kind_of
from tickets.models import Order

from .reading import readings, subjects, talk, troubles
from .reading.language import answered_in
from .reading.readings import ACT as ACT
from .reading.readings import ASK as ASK
from .reading.readings import CLEAR as CLEAR
from .state import GRAVE

# ... and surer than this a message that is half names of products
VERY_CLEAR = 0.9
# An article that is worth naming when none is sure
NEAR = 0.2
# ... and one that is likely, where the message names its subject
LIKELY = 0.3
# A question so short that names one of these asks about it
FEW_OF_A_SUBJECT = 6
PLAIN_SUBJECTS = {"ways to pay", "coupon", "invoice", "subscription", "abroad"}
# From this chance on a learnt reading counts; of the lines that it is so sure of, see the model card
SURELY_READ, HARDLY_A_DOUBT = 0.6, 0.85
# Of a longer list, a question names what it is about
MOST_SPOKEN_OF = 2
# What it reads, as the rules about products and those about a subject name it
OF_A_PRODUCT = {
    "price": "price", "stock": "stock", "ingredients": "ingredients", "shelf_life": "shelf_life", "storage": "storage", "origin": "origin", "size": "size",
    "taste": "taste", "spice": "spice", "usage": "usage", "nutrition": "nutrition", "purity": "purity",
}  # fmt: skip
OF_A_SUBJECT = {
    "cost": "cost", "price": "cost", "days": "days", "hour": "hour", "limit": "limit", "times": "times", "where": "where", "by_what": "by what", "opened": "opened",
    "send_back": "send back", "choice": "choice", "deadline": "deadline", "refused": "refused", "again": "again",
}  # fmt: skip
# What is hardly asked while goods are spoken of, and what only then
NOT_OF_GOODS = frozenset(OF_A_SUBJECT) - {"price", "cost", "limit"} | {
    "paid",
    "in_the_order",
    "courier",
    "how_the_order_stands",
}
OF_GOODS_ALONE = frozenset(OF_A_PRODUCT) - {"price"}
# A message so short may mean an order by its bare number
FEW_WORDS = 2


@dataclass
class ParsedMessage:
    """A message with what was understood at once; articles and products are looked up when a rule asks."""

    # Without the small talk around it, where something else is left; `raw` is all of it
    text: str
    raw: str
    chat: Chat
    language: str
    # Why a person is needed whatever else is meant: see handoff.REASONS, or ""
    reason: str
    intent: str
    confidence: float
    is_issue: bool
    category: str
    priority: str
    # What Villy asked last, if it was a question: {"about": "issue" | "help", ...}
    asked: dict
    library: articles.Library

    @cached_property
    def known_orders(self) -> list[Order]:
        """The orders that this chat may talk about, the newest first."""
        return orders.recent(self.chat)

    @cached_property
    def order(self) -> Order | None:
        """The person's own order, named by its number."""
        text = turn_cues.without_denied_numbers(self.text)
        has_number = any(character.isdigit() for character in text)
        if not has_number:
            return None
        known = self.known_orders
        return orders.named(known, text) or orders.older_named(self.chat, known, text)

    @cached_property
    def numbers(self) -> list[str]:
        """The order number that the text surely means, see `orders.numbers_in`."""
        return orders.numbers_in(turn_cues.without_denied_numbers(self.text))

    @cached_property
    def reading(self) -> str:
        """Return what the classifier `nlu.asked` reads in a later message; "" for nothing or in doubt."""
        memory = self.chat.memory
        if (
            not memory.get("last")
            or self.reason in GRAVE
            or (memory.get("issue") or {}).get("why") in GRAVE
        ):
            return ""
        told = asked.asked(self.text, self._hardly_asked)
        return told.what if told.what != asked.NOTHING and told.sure >= SURELY_READ else ""

    def surely_reads(self, what: str) -> bool:
        """Return whether the learnt reader has hardly a doubt that this is asked."""
        return self.reading == what and asked.asked(self.text, self._hardly_asked).sure >= HARDLY_A_DOUBT

    @property
    def _hardly_asked(self) -> frozenset[str]:
        of_goods = self.topic.get("kind") in ("product", "sum", "health") and not self.chat.memory.get(
            "issue"
        )
        return NOT_OF_GOODS if of_goods else OF_GOODS_ALONE

    @cached_property
    def aspects(self) -> list[str]:
        """All that is asked of a product, by its words or, in a talk about products, by the learnt reader."""
        if found := product_facts.all_asked_about(self.text):
            return found
        of_goods = self.topic.get("kind") in ("product", "sum", "health") and not self.is_issue
        of_goods = of_goods and len(self.topic.get("ids", [])) <= MOST_SPOKEN_OF
        named = self.found.products and not self.names_what_is_in_it
        if not of_goods or named or subjects.named_in(turn_cues.plain(self.text)):
            # A name of a product sounds like what is asked: "the masala one"
            return []
        return [OF_A_PRODUCT[self.reading]] if self.reading in OF_A_PRODUCT else []

    @cached_property
    def names_what_is_in_it(self) -> bool:
        """Return whether the named products are ingredients of the current ones: "tel konsa" of a pickle."""
        ids = self.topic.get("ids", []) if self.topic.get("kind") == "product" else []
        if self.reading != "ingredients" or not self.found.products or not ids:
            return False
        shown = products.by_ids(ids)
        text = " ".join(each.ingredients or "" for each in shown).casefold()
        return all(each not in shown and kind_of(each) in text for each in self.found.products)

    @cached_property
    def aspect(self) -> str:
        """Return the aspect of a product that is asked, of `product_facts.ASPECTS`; "" for none."""
        return product_facts.asked_about(self.text) or next(iter(self.aspects), "")

    @cached_property
    def asked_of_the_subject(self) -> frozenset[str]:
        """Return the aspect asked of the current subject (`subjects.ASPECTS`), by words or by `nlu.asked`."""
        said = turn_cues.plain(self.text)
        if found := subjects.asked_in(said):
            return found
        if self.reading not in OF_A_SUBJECT or subjects.named_in(said) or products.names_a_price(said):
            return frozenset()
        return frozenset({OF_A_SUBJECT[self.reading]})

    @property
    def topic(self) -> dict:
        """Return the subject of the last answer."""
        return self.chat.memory.get("topic") or {}

    @cached_property
    def passages(self) -> list[articles.Passage]:
        """The nearest articles, the best first; one whose subject the message names is surer than its words alone."""
        found = self._of_the_fault(self.library.near(self.text, nearer=self._of_the_talk))
        named = subjects.named_in(turn_cues.plain(self.text))
        if found and len(named) == 1 and LIKELY <= found[0].score < ACT:
            about = subjects.SUBJECTS[next(iter(named))]
            if found[0].article.slug in about.articles:
                return [articles.Passage(found[0].article, ACT), *found[1:]]
        if (
            len(named) == 1
            and len(self.text.split()) <= FEW_OF_A_SUBJECT
            and (article := self.article_of(named))
            and (
                not found
                or (
                    found[0].score < VERY_CLEAR
                    and found[0].article.slug not in subjects.SUBJECTS[next(iter(named))].articles
                )
            )
        ):
            # "कैश में दे सकते हैं" names its subject plainly, whatever the words are near to
            return [articles.Passage(article, ACT), *found]
        return found

    def _of_the_fault(self, found: list[articles.Passage]) -> list[articles.Passage]:
        """Return the passages with the rule for what came broken or wrong in place of that for what is not wanted."""
        issue = self.chat.memory.get("issue") or {}
        key = subjects.of_the_issue(issue) if issue.get("intent") == "item_problem" else ""
        own = self.library.by_slug.get(subjects.SUBJECTS[key].articles[0]) if key else None
        if not own or key not in subjects.OWN_RULE_FIRST:
            return found
        put_right = [
            articles.Passage(own, each.score) if each.article.slug in subjects.NOT_WANTED else each
            for each in found
        ]
        return list({each.article.pk: each for each in reversed(put_right)}.values())[::-1]

    @property
    def _of_the_talk(self) -> dict[str, float]:
        """Evidence for the articles of the talk; none where the message names goods, an order or a subject of its own."""
        if self.intent == "order_status" or self.numbers or self.found.share or self.is_nod:
            return {}
        return talk.nearer(self.chat.memory, self.library.by_slug, turn_cues.plain(self.text))

    def article_of(self, named: frozenset[str]) -> Article | None:
        """Return what the shop wrote first about a subject that is asked about in so few words."""
        key = next(iter(named))
        return (
            self.library.by_slug.get(subjects.SUBJECTS[key].articles[0]) if key in PLAIN_SUBJECTS else None
        )

    @cached_property
    def found(self) -> products.Found:
        """The products that the message names."""
        return products.look_up(self.text)

    @property
    def article_score(self) -> float:
        return self.passages[0].score if self.passages else 0.0

    def is_about(self, category: str) -> bool:
        """Return whether the nearest article is of this category, or none is near."""
        return not self.passages or self.passages[0].article.category == category

    def knows(self, least: float) -> bool:
        """Return whether an article is at least so sure to be the answer."""
        return self.article_score >= least

    def near(self, least: float = NEAR) -> list[str]:
        """The titles, in the message's language, of the articles that are at least so sure."""
        return [
            passage.article.title_in(self.language) for passage in self.passages if passage.score >= least
        ]

    def surely(self, *wanted: str) -> bool:
        """Return whether it is one of these intents, surely enough to act."""
        return self.intent in wanted and self.confidence >= ACT

    @property
    def says_what_is_wrong(self) -> bool:
        """ "The box was torn" does, "connect me to somebody" does not."""
        return self.is_issue and self.intent != "talk_to_human"

    @property
    def is_short(self) -> bool:
        return len(self.text.split()) <= FEW_WORDS

    @property
    def has_letters(self) -> bool:
        return any(token[0].isalpha() for token in words.tokens(self.text))

    @property
    def is_nod(self) -> bool:
        """ "ok", "theek hai", "yes": said to a question that we did not ask."""
        said = self.text.lower().strip(" .!?").split()
        if not 0 < len(said) <= FEW_WORDS:
            return False
        return bool(trigger_phrases.verdict(self.text)) or (said[0] in NODS and said[-1] in NODS | ENDS)


NODS = set(
    "fine alright great cool right sure nice perfect done ok okay k kk hmm hm acha accha achha sorry thik theek अच्छा ठीक".split()
)
ENDS = {"hai", "है", "bhai", "ji"}


def parse(chat: Chat, text: str, *, asked: dict | None = None, language: str = "") -> ParsedMessage:
    """Return what a message says; the question that Villy asked before is answered now or forgotten.

    `asked` and `language` are given for a part of a message, or for a question that is answered again.
    """
    raw = _without_tags(text)
    library = articles.library()
    plain = raw if library.titled(raw) else turn_cues.content(raw)
    understood = readings.corrected(chat, plain, classifier.classify(plain))
    return ParsedMessage(
        text=plain,
        raw=raw,
        chat=chat,
        language=language or answered_in(chat, raw, library),
        reason=_reason(raw),
        intent=understood["intent"],
        confidence=understood["confidence"],
        is_issue=understood["is_issue"],
        category=understood["category"],
        priority=understood["priority"],
        asked=chat.memory.pop("asked", {}) if asked is None else asked,
        library=library,
    )


def _reason(raw: str) -> str:
    """Return why a person is needed at once: what the phrases say, a person who is unwell after eating, a mood."""
    found = trigger_phrases.reason(raw)
    if found in ("", "anger") and (troubles.unwell_after_eating(raw) or troubles.injured(raw)):
        return "safety"
    return found or ("anger" if turn_cues.mood(raw) == "angry" else "")


TAG = re.compile(r"<[^<>]{1,200}>")


def _without_tags(text: str) -> str:
    """Return the text as a reader would see it if its tags were markup."""
    return TAG.sub(" ", text).strip() if "<" in text else text.strip()
