"""What changes by itself and is good to eat: honey that has set, lumps in jaggery powder, ghee in grains."""

import re
from collections.abc import Iterable

from chatbot.models import Article, Chat, Product
from chatbot.nlu.cues.issue_cues import QUESTION
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue
from chatbot.sources.product_kinds import kind_of

from ... import answers
from ...answers import Reply
from ...message import CLEAR, ParsedMessage
from ...reading import passages, troubles
from ...resolving.references import spoken_of
from ..orders import which_order
from .follow_ups import WHY
from .named_rules import WHAT_TO_DO

ARTICLE = "natural-changes"
CHANGES = phrases(
    r"jam(?:a|i|ta|ti|e| ga\w+| gy\w+| jat\w+| jay\w*| chuk\w*| kar)?", r"grain\w*", r"da+n[ae]dar", r"(?:safed |white )?da+n[ae]", r"cr[yi]st[ae]l\w*", "solid", r"solidif\w*", "cloudy", r"dhundh?la", r"lumps?", r"lumpy", r"clump\w*", r"melt\w*", r"pighal\w*", r"(?:gaa?nth|ganth|gathan|gaath|gath)(?:e|ein|en)?", r"sak?ht", r"(?:thos|kadak) (?:ho|hai|h)(?: \w+)?",
    r"(?:has|have|had|is|are|got|gone|went|became|become|turned|ho ga\w+|ho gy\w+)(?: (?:all|very|so|too|like|become|gone|rock|completely|a bit))* (?:set|hard(?! to)|thick|stiff|rock)", r"hard ho (?:ga\w+|gy\w+|chuk\w*)", r"hardened", r"separat(?:ed|ing)",
    "पिघल\\S*", "जम(?:ा|ी|े| (?:गय\\S*|गई|गए|जात\\S*|चुक\\S*|कर))?", "दानेदार", "दाने", "गांठ\\S*", "सख्त", "ठोस", "कड़ा (?:हो|है)",
)  # fmt: skip
# Then something is wrong, or the money is wanted, whatever the goods look like
ODD = phrases(
    "black", "green", "blue", r"kaal[aei]", r"kal[aei] (?:da+n\w*|dhab\w*|rang)", r"har[aei] (?:rang|da+n\w*)", r"neel[aei]", r"fung\w*", r"mou?ld\w*", r"pha+phu+nd\w*", "sour", r"khatt[aei]", "bitter", r"kadw[aei]", r"foam\w*", r"froth\w*", r"jha+g", r"bubbl\w*", r"ferment\w*", r"(?:rang|colou?r) (?:badal|chang)\w*", "taste", "swad",
    "काल[ाेी]", "हर[ाेी]", "नील[ाेी]", "फफूंद", "खट्ट[ाेी]", "कड़व[ाेी]", "झाग", "स्वाद",
)  # fmt: skip
IS_WRONG = (troubles.BROKEN, troubles.SMELLS, troubles.FOREIGN, troubles.EXPIRED, ODD)
WISHES = (which_order.REFUND, which_order.RETURNS, which_order.EXCHANGES)
MOST_WORDS = 14


def _is_told_of_a_trouble(said: str) -> bool:
    return any(cue.search(said) for cue in (*IS_WRONG, *WISHES))


def has_set(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Shahad jam gaya, nakli hai?", "lumps in the jaggery": what the shop wrote about it, and no sorry."""
    article, said = parsed.library.by_slug.get(ARTICLE), plain(parsed.text)
    shown = list(parsed.found.products) if parsed.found.share else spoken_of(parsed)
    if (
        not article
        or len(shown) != 1
        or not CHANGES.search(said)
        or len(said.split()) > MOST_WORDS
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or _is_told_of_a_trouble(said)
        or not _speaks_of(article, shown[0])
        or not (QUESTION.search(said) or parsed.is_issue or TELLS_IT.search(said))
    ):
        return None
    return answers.of_article(article, parsed, CLEAR)


LEAST_ALONE, LEAST_WITH_NAME = 0.2, 0.55


def is_it_natural(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Has crystals, is it fake?" of the honey: what the shop wrote about such changes, before any sorry."""
    article, said = parsed.library.by_slug.get(ARTICLE), plain(parsed.text)
    shown = spoken_of(parsed) or list(parsed.found.products)
    if (
        not article
        or len(shown) != 1
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.aspect
        or (parsed.intent != "item_problem" and not CHANGES.search(said))
        or not (QUESTION.search(said) or WHY.search(said))
    ):
        return None
    alone = next((each.score for each in parsed.passages if each.article.pk == article.pk), 0.0)
    together = parsed.library.near(f"{shown[0].name} {said}", 1)
    if alone < LEAST_ALONE or not together or together[0].article.pk != article.pk:
        return None
    return answers.of_article(article, parsed, CLEAR) if together[0].score >= LEAST_WITH_NAME else None


# "Honey jam gaya hai" tells it without a question
TELLS_IT = phrases(
    r"(?:ga\w+|gy\w+|hai|h|has|have|is|are|came|aa\w*|pad\w*|in (?:it|the|my)(?: \w+)*|kya)",
    "(?:गय\\S*|गई|गए|है|हैं|पड़\\S*|आ\\S*)",
    "lumps? in(?: .{0,30})?",
)
FAKE = phrases(
    "nakli", "naqli", "fake", r"asl[ie]", "pure", "genuine", "original", r"adulterat\w*", r"mila+wat\w*", r"(?:chee?ni|sugar|shakkar)(?: .{0,12})?", "shudh", "natural", "normal", "नकली", "असली", "शुद्ध", "मिलावट\\S*", "चीनी",
)  # fmt: skip
EATS = phrases(
    "eat\\w*", "safe", "edible", r"kha(?:a|ne|na|o|u|un)?(?: sakt\w+| skt\w+)?", r"kha?ra+b", "spoil\\w*", "bad", "theek hai", "thik hai", "use", "खा(?:ना|ने)?(?: सक\\S*)?", "खराब", "सुरक्षित", "ठीक है",
)  # fmt: skip
HOW = phrases(
    "how", "kaise", "kese", r"ni[ck]al\w*", r"(?:theek|thik|fix|melt|liquid|soft|patla|pighla\w*)(?: .{0,12})?", r"pighal\w*", "dissolve", "कैसे", "निकाल\\S*", "पिघला\\S*", "ठीक कर\\S*",
)  # fmt: skip
# With the name that "it" stands for
MOST_OF_A_FOLLOW_UP = 11


def asked_on(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Nakli to nahi", "kaise nikalu", "can I eat it" after that rule: what it says of the product spoken of."""
    article, said = parsed.library.by_slug.get(ARTICLE), plain(parsed.text)
    if not article or parsed.topic.get("aspect") != ARTICLE:
        return None
    before = catalogue.by_ids(chat.memory.get("recent", [])[-1:])
    named = list(parsed.found.products) if parsed.found.share else []
    if (
        chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        # "Melt it" sounds like the malt of another product
        or (named and before and before[0] not in named and not CHANGES.search(said))
        or len(said.split()) > MOST_OF_A_FOLLOW_UP
        or _is_told_of_a_trouble(said)
    ):
        return None
    asks_how = HOW.search(said) or WHAT_TO_DO.fullmatch(said.strip(" ?.!"))
    if not (FAKE.search(said) or asks_how or EATS.search(said)):
        return None
    reply = answers.of_article(article, parsed, CLEAR)
    if before and not EATS.search(said):
        reply.text = own_part(article, before[0], parsed.language) or reply.text
        reply.passage = ""
    return reply


WORD = re.compile(r"[a-z]+")


def own_part(article: Article, product: Product, language: str) -> str:
    """Return the sentences about one product with those that go on about it; "" where none names it.

    They are found in the English text, whose words are those of the names, and told in the language of the talk.
    """
    in_english = passages.split(article.body_in("en"))
    told = passages.split(article.body_in(language))
    if len(told) != len(in_english):
        return ""
    own, others = _words_of([product]), _words_of(each for each in catalogue.on_sale() if each != product)
    chosen, goes_on = [], False
    for english, each in zip(in_english, told, strict=True):
        words = set(WORD.findall(english.casefold()))
        goes_on = bool(words & own) or (goes_on and not words & (others - own))
        chosen += [each] if goes_on else []
    return " ".join(chosen)


def _speaks_of(article: Article, product: Product) -> bool:
    """Return whether an article names a product, by a word that goods of no other kind have: "powder" is many things."""
    other = [each for each in catalogue.on_sale() if each.category != product.category]
    names = set(WORD.findall(product.name.casefold())) - _words_of(other)
    return bool(names & set(WORD.findall(article.body_in("en").casefold())))


def _words_of(products: Iterable[Product]) -> set[str]:
    """Return by what products are called in a text: "honey", "jaggery", "powder"."""
    return {
        word
        for each in products
        for word in (kind_of(each), *WORD.findall(each.name.casefold())[-2:])
        if len(word) > 2
    }
