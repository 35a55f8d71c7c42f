# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""One message, understood as far as its words allow."""

import re
from dataclasses import dataclass
from functools import cached_property

from chatbot.models import Chat
from chatbot.nlu import classifier, cues, trigger_phrases
from chatbot.nlu import features as words
from chatbot.sources import articles, orders, product_facts, products
from tickets.models import Order
from tickets.team.settings import current

# Calibrated confidence: from here on act, from here on ask, below say "I don't know"
ACT = 0.55
ASK = 0.35
# An article surer than this beats a doubtful issue, a named product or a doubtful "out of scope"
CLEAR = 0.75
# ... and surer than this a message that is half names of products
VERY_CLEAR = 0.9
# An article that is worth naming when none is sure
NEAR = 0.2
# A message so short may mean an order by its bare number, and keeps the language of the chat
FEW_WORDS = 2


@dataclass
class Heard:
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
        has_number = any(character.isdigit() for character in self.text)
        return orders.named(self.known_orders, self.text) if has_number else None

    @cached_property
    def numbers(self) -> list[str]:
        """The order number that the text surely means, see `orders.numbers_in`."""
        return orders.numbers_in(self.text)

    @cached_property
    def aspect(self) -> str:
        """What is asked of a product: see `product_facts.ASPECTS`; "" for nothing."""
        return product_facts.asked_about(self.text)

    @property
    def topic(self) -> dict:
        """What the last answer was about."""
        return self.chat.memory.get("topic") or {}

    @cached_property
    def passages(self) -> list[articles.Passage]:
        """The nearest articles, the best first."""
        return self.library.near(self.text)

    @cached_property
    def found(self) -> products.Found:
        """The products that the message names."""
        return products.look_up(self.text)

    @property
    def article_score(self) -> float:
        return self.passages[0].score if self.passages else 0.0

    def is_about(self, category: str) -> bool:
        """Whether the nearest article is of this category, or none is near."""
        return not self.passages or self.passages[0].article.category == category

    def knows(self, least: float) -> bool:
        """Whether an article is at least so sure to be the answer."""
        return self.article_score >= least

    def near(self, least: float = NEAR) -> list[str]:
        """The titles of the articles that are at least so sure."""
        return [passage.article.title for passage in self.passages if passage.score >= least]

    def surely(self, *wanted: str) -> bool:
        """Whether it is one of these intents, surely enough to act."""
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


def listen(chat: Chat, text: str, *, asked: dict | None = None, language: str = "") -> Heard:
    """Return what a message says; the question that Villy asked before is answered now or forgotten.

    `asked` and `language` are given for a part of a message, or for a question that is answered again.
    """
    raw = _without_tags(text)
    library = articles.library()
    plain = raw if library.titled(raw) else cues.content(raw)
    understood = classifier.classify(plain)
    if asks_how_it_stands(plain):
        understood |= {"intent": "order_status", "is_issue": False, "category": "order", "priority": "low"}
        understood["confidence"] = max(understood["confidence"], ACT)
    if _goes_on_about_products(chat, plain, understood) or _names_no_trouble(chat, plain, understood):
        # "N the foxtail one" after a product: nothing says that anything is wrong
        understood |= {"intent": "product_query", "is_issue": False, "category": "other", "priority": "low"}
    if chat.memory.get("topic") and only_points(plain):
        # "Aur dusra?": what it asks stands in the answer before, and nothing is wrong
        understood |= {
            "intent": "product_query",
            "confidence": 0.0,
            "is_issue": False,
            "category": "other",
            "priority": "low",
        }
    return Heard(
        text=plain,
        raw=raw,
        chat=chat,
        language=language or _language(chat, raw, library),
        reason=trigger_phrases.reason(raw) or ("anger" if cues.mood(raw) == "angry" else ""),
        intent=understood["intent"],
        confidence=understood["confidence"],
        is_issue=understood["is_issue"],
        category=understood["category"],
        priority=understood["priority"],
        asked=chat.memory.pop("asked", {}) if asked is None else asked,
        library=library,
    )


# "Is 10264 delivered?" asks; "it is not delivered" complains
STANDS = cues.phrases(
    r"(?:is|was|has|have|did|are|kya|क्या)\b.{0,45}\b(?:delivered|shipped|dispatched|despatched|out for delivery|reached|packed|arrived)(?: yet| now| or not| already| today)?",
    r"can (?:i|we) get (?:it|my order|the order|my parcel|the parcel)(?: .{0,30})?",
    r"(?:will|would|shall) (?:it|my order|the order|the parcel|my parcel|order|they) (?:come|arrive|reach|be delivered|get delivered|deliver)(?: .{0,25})?",
    r"(?:kya )?.{0,30}(?:deliver|ship|dispatch|pack|despatch) (?:hua|ho gaya|ho chuka|hui)(?: kya| hai kya| hai| ya nahi| ki nahi)", r"(?:nikla|nikal gaya|pahuncha|pahunch gaya) (?:kya|hai kya|ya nahi)", r"(?:kab|when) .{0,20}(?:deliver\w*|ship\w*|aaya|aayi|pahunch\w*|mila|arrive\w*|reach\w*|came|come)(?: hua| hui| tha| thi| hoga| kiya| gaya)?",
    r"कब .{0,20}(?:मिला|मिली|आया|आई|पहुंचा|पहुंची|डिलीवर)(?: हुआ| हुई| था| थी| गया)?",
)  # fmt: skip
DENIES = cues.phrases(
    "not", "never", r"\w+n'?t", r"nahi+n?(?! *$)", "nhi", "still", "wrong", "late", "but", "lekin", "par", "magar", "damaged", "broken", "missing", "open", "someone", "says?", "showing", "shows?", "marked", "neighbou?r", "नहीं", "गलत",
)  # fmt: skip


def asks_how_it_stands(text: str) -> bool:
    """Whether a message only asks if an order has been delivered, shipped or packed."""
    said = cues.plain(text)
    said_without = re.sub(r"(?:ya|ki|or) (?:nahi|not)\W*$|yet\W*$", "", said, flags=re.IGNORECASE)
    return len(said.split()) <= 12 and bool(STANDS.search(said)) and not DENIES.search(said_without)


POINTING = set(
    "aur and or ya the one ones wo woh yeh ye this that it dusra doosra dusri doosri dusre doosre other second first pehla pehli pehle wala wali wale vala vali what how about to toh ok okay acha accha phir then also bhi और वाला वाली दूसरा दूसरी पहला पहली वो यह".split()
)


def only_points(text: str) -> bool:
    """Whether a message has no word of its own: "aur dusra?", "and the other one"."""
    said = cues.words_of(text)
    return bool(said) and all(word in POINTING for word in said)


# What a damaged, missing or wrong item is told with
TROUBLE_SIGNS = {
    f"g:{each}"
    for each in "damaged torn leak missing wrong spoiled expired fake insect empty defective less instead quality_bad used_item injury sick side_effect danger photo_differs problem received past still_not not_received stolen mistake twice packing old".split()
}
DOUBTFUL_TROUBLE = 0.8


def _names_no_trouble(chat: Chat, text: str, understood: dict) -> bool:
    """Whether "something is wrong with an item" is only guessed: "makhana wala nahi, garam" in a talk about products."""
    topic = chat.memory.get("topic") or {}
    return (
        understood["intent"] == "item_problem"
        and understood["confidence"] < DOUBTFUL_TROUBLE
        and topic.get("kind") in ("product", "sum", "article", "delivery")
        and not chat.memory.get("issue")
        and not classifier.model().read(text).found["concepts"] & TROUBLE_SIGNS
    )


GOES_ON = re.compile(
    r"^\W*(?:and|n|aur|or|ya|what about|how about|और)\b|\b(?:one|wal[aei]|वाल[ाी])\W*$", re.IGNORECASE
)
MOST_WORDS_OF_A_NAME = 5


def _goes_on_about_products(chat: Chat, text: str, understood: dict) -> bool:
    """Whether a doubtful "something is wrong" is rather the name of another product in a talk about products."""
    topic = chat.memory.get("topic") or {}
    return (
        understood["is_issue"]
        and understood["confidence"] < ACT
        and topic.get("kind") in ("product", "sum")
        and not chat.memory.get("issue")
        and len(text.split()) <= MOST_WORDS_OF_A_NAME
        and bool(GOES_ON.search(cues.plain(text)))
        and bool(products.look_up(text).products)
    )


TAG = re.compile(r"<[^<>]{1,200}>")


def _without_tags(text: str) -> str:
    """Return the text as a reader would see it if its tags were markup."""
    return TAG.sub(" ", text).strip() if "<" in text else text.strip()


SHORT = 5
MOSTLY_HINDI = re.compile(r"^[^A-Za-z]*[\u0904-\u0939][^A-Za-z]*$")
# Small words that are of one language only
HINGLISH = set(
    "aur ka ki ke kya hai bhi wala wali nahi kitna kitne kitni kab kahan mera meri mere mujhe chahiye mein batao milega karo kyu kyun kaise yeh woh chalega chalegi hoga hogi dono dusra doosra acha theek lelu dena lena kaunsa konsa isme usme iska uska sakte sakta sakti liye".split()
)
ENGLISH = set(
    "the is are my i you your what when where how which and of for with can do does it this that have was not to in on me we will much many any please no yes want need".split()
)


def _language(chat: Chat, text: str, library: articles.Library) -> str:
    """The language to answer in, of those that the shop offers."""
    return current().language(_language_said(chat, text, library))


def _language_said(chat: Chat, text: str, library: articles.Library) -> str:
    """The language that was asked for, that of the message, or of the chat where the message says nothing."""
    if wanted := chat.memory.get("language"):
        return wanted
    if MOSTLY_HINDI.search(text):
        # Vowel signs are no letters: "घी का जार" has no word of three
        return "hi"
    said = [word for word in text.split() if sum(map(str.isalpha, word)) > 2]
    if not said or library.titled(text):
        return chat.language
    language = classifier.language_of(text)
    words_said = {word.casefold() for word in cues.words_of(text)}
    if language == "en" and words_said & HINGLISH and not words_said & ENGLISH:
        # "aur masala makhana": the names are the same in both
        return "hinglish"
    if language == "en" and chat.language != "en" and len(said) <= SHORT and not words_said & ENGLISH:
        # "jaggery powder chalega?": names and one verb, in a chat that is not in English
        return chat.language
    # "refund?" is said in every language
    return chat.language if language == "en" and len(said) <= FEW_WORDS else language
