"""Rules about several products: comparisons, and lists by what is in them."""

import re

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import PRICE, STOCK
from chatbot.sources.product_kinds import kind_of
from supportdesk import money

from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from ...resolving.counting import counted
from ...resolving.references import spoken_of
from .about_products import (
    ALLERGENS,
    CHEAPER,
    FOLLOWS,
    FREE_OF,
    IN_NAMES,
    MOST_TOLD,
    THIS,
    fact_line,
    not_known,
)
from .sums.how_many import BOTH, last_two

# --- Comparing ----------------------------------------------------------------------------------

COMPARES = phrases(r"(?:isse|usse|is se|us se)", r"than (?:this|that|it|these)", r"(?:ke|k) (?:muqable|mukable|muqabale|comparison)(?: .{0,10})?", "compared (?:to|with)",r"se (?:zyada |jyada |kam |bhi )?(?:strong|achh?a|achh?i|behtar|better|sast[aei]|mehn?g[aei]|te+kh[aie]|tikh[aie]|healthy|halk[aei]|tasty|meeth[aei])(?: .{0,8})?", r"(?:strong|cheap|health|spic|tast|light|mild)\w*er than", r"(?:stronger|better|more \w+|less \w+) than",r"(?:sabse |inme se |teeno me )+(?:sast|mehn?g)\w+", "cheapest", "सबसे सस्त\\S*", r"diff(?:eren\w+|s)?", "compare\\w*", "comparison", "vs", "versus", r"(?:which|konsa|kaunsa|kaun ?sa|konsi|kaunsi|kon ?sa|कौन ?सा|कौन ?सी)(?: (?:one|is|of|wala|wali|jyada|zyada|he|are|has|se|me|mein|in|dono|them|these|product))*(?: .{0,30})?", "better", "behtar", "achh?a kaun", r"fark|farak|antar|अंतर|फर्क|फ़र्क", r"\w+er than", r"or\b.{0,25}\b(?:better|good|cheaper)", "zyada (?:accha|teekha|sasta)", r"(?:sast[aei]|mehn?g[aei]|costl\w+|teekha|accha|achha) (?:ka?un|kon|kons[aei]|ka?un ?s[aei]|which)(?: .{0,8})?", r"(?:dono|in dono|inme|teeno)(?: me(?:in)?)?(?: se)? (?:.{0,10})?(?:sast|mehn?g|accha|achha|behtar|zyada|jyada|kam|teekh|better)\w*", "(?:last|keep|stay)s? longer", r"(?:zyada|jyada) (?:din|time|der)(?: tak)?(?: .{0,12})?", r"(?:me|mein|में) (?:se )?(?:zyada |jyada |kam |sabse )?(?:sast|mehn?g|accha|achha|behtar|teekh|better|सस्त|महंग|अच्छ)\S*(?: (?:kya|kaun|kons[aei]|hai|kaun ?s[aei]|क्या|कौन).{0,8})?", "costlier", "(?:which|that)(?: one)? (?:last|keep|cost)s?(?: .{0,12})?", "दोनों में (?:.{0,10})?(?:सस्त|महंग|अच्छ|बेहतर|ज्यादा|कम)\\S*", "cheaper", "cheapest one", "spicier", "healthier", "hotter", "sweeter", "compared to", "se (?:better|accha|sasta|mehnga)")  # fmt: skip
SPICIER = phrases(
    "spic\\w+", "te+kh[aie]\\w*", "tikh[aie]\\w*", "hot\\w*", "mirch\\w*", "तीखा", "mild\\w*", "less spicy"
)
BETTER = phrases(
    "better", "best", "health\\w+", "ac+h+[aei]", "behtar", "good", "बेहतर", "अच्छा", "recommend", "sehat\\w*"
)


def a_comparison(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Which is cheaper, classic or peri peri?": both, side by side, from what is known."""
    if parsed.names_what_is_in_it:
        return None
    said = plain(parsed.text)
    if parsed.is_issue:
        return None
    if one_more := _one_more(parsed, said):
        # "Aur groundnut oil?" after ghee and mustard oil: what was asked of the two
        return compared(parsed, one_more[:MOST_TOLD], plain(chat.memory.get("last", "")))
    chosen = _named_by_turns(said)
    if not COMPARES.search(said) and not (len(chosen) > 1 and CHOOSES.search(said)):
        return None
    products = chosen if len(chosen) > 1 else _compared(parsed)
    if len(products) < 2:
        return None
    return compared(parsed, products[:MOST_TOLD], said)


# "Ghee ya mustard oil": between these words stands one product each
OR = re.compile(r"\s*(?:\bor\b|\bya\b|\bvs\b\.?|\bversus\b|(?<!\S)या(?!\S)|/)\s*", re.IGNORECASE)
# What it is for names no product of ours: "sabji ke liye"
PURPOSE = phrases(
    r"(?:for|to) (?:my |the |a |making |daily )*\w+(?: \w+)?", r"\w+ (?:me|mein) (?:dal|daal|use)\w*(?: .{0,10})?", r"(?:\w+ )?\w+ (?:ke|k) liye", "\\S+ के लिए"
)  # fmt: skip
CHOOSES = phrases(
    r"ke liye", "for", r"(?:kya|kaun|kon|which|what)(?:sa|si|se)?(?: .{0,12})? (?:accha|achha|acha|achhi|sahi|theek|thik|best|good|better|behtar|suit\w*|chalega|rahega|lena|lu|lun|use)", r"(?:should|shall|can) (?:i|we) (?:buy|take|use|get|order|prefer)", "better", "best", "prefer", "recommend", r"suggest\w*",
    r"sast[aei]", r"mehn?g[aei]", r"costl\w+", "expensive", r"cheap\w*", r"health\w*", r"tast\w*", r"spic\w*", r"te?ekh[aei]", "last", r"longer", "stronger", "के लिए", "अच्छ[ाे]", "बेहतर", "सस्त[ाे]", "कौन ?सा",
)  # fmt: skip
BESIDE = re.compile(r"\s*(?:,|;|\?|:|\band\b|\baur\b|और|\bbetween\b)\s*", re.IGNORECASE)


def _named_by_turns(said: str) -> list[Product]:
    """Return the products on both sides of "or": "which lasts longer, ghee or mustard oil"; [] without it."""
    if not OR.search(said):
        return []
    sides = OR.split(said)
    # Of the first side its end, of the last one its beginning
    sides = [BESIDE.split(sides[0])[-1], *sides[1:-1], BESIDE.split(sides[-1])[0]]
    named = [catalogue.look_up(PURPOSE.sub(" ", side)) for side in sides]
    if not all(each.products and each.share for each in named):
        return []
    kinds = {kind_of(each.products[0]) for each in named if len(each.products) == 1}
    found: list[Product] = []
    for each in named:
        # "Groundnut or mustard oil": the oil; "two oils": both
        alike = [product for product in each.products if kind_of(product) in kinds] or list(each.products)
        few = alike[:1] if len(alike) > MOST_OF_A_KIND else alike
        found += [product for product in few if product not in found]
    return found


MOST_OF_A_KIND = 2
MOST_WORDS_OF_ONE_MORE = 5


def _one_more(parsed: ParsedMessage, said: str) -> list[Product]:
    """Return what was compared and the one that is named now: "aur groundnut oil?"; [] for any other message."""
    if parsed.topic.get("kind") != "product" or parsed.topic.get("compared") is None:
        return []
    before = spoken_of(parsed)
    named = catalogue.named_beside(parsed.text, before, True) or list(parsed.found.products)
    if (
        len(said.split()) > MOST_WORDS_OF_ONE_MORE
        or not FOLLOWS.search(said)
        or parsed.aspect not in IN_NAMES | {""}
        or not named
        or named[0] in before
    ):
        return []
    return [*before, named[0]]


ALL_SHOWN = phrases(
    r"te+no(?:n)?",
    "all three",
    "inme(?: se)?",
    "in me(?: se)?",
    "of (?:these|them|those)",
    "among (?:these|them)",
    "dono",
    "तीनों",
    "इनमें",
    "दोनों",
)


FOR_A_PURPOSE = phrases(
    r"(?:which|konsa|kaunsa|kaun ?sa|kon ?sa|kaunsi|konsi|कौन ?सा|कौन ?सी)(?: .{0,20})? (?:for|ke liye|के लिए)(?: .{0,25})?",
    r"(?:for|ke liye|के लिए)(?: .{0,15})? (?:which|konsa|kaunsa|kaun ?sa|kon ?sa|कौन ?सा|better|best)(?: .{0,15})?",
)


def _compared(parsed: ParsedMessage) -> list[Product]:
    before = spoken_of(parsed)
    listed = parsed.chat.memory.get("listed", [])
    among = listed and before and all(str(each.pk) in listed for each in before)
    if among and FOR_A_PURPOSE.search(plain(parsed.text)) and len(parsed.found.products) != 1:
        # "Kaunsa achaar ke liye theek rahega": of the oils that were shown, and no pickle
        return catalogue.by_ids(listed)
    if len(before) > 1 and ALL_SHOWN.search(plain(parsed.text)):
        return before
    if len(before) > 1 and parsed.aspect in IN_NAMES | {"palm_oil"} and len(parsed.text.split()) <= 6:
        # "Konsa jyada teekha hai" asks of those shown, and names no chilli
        return before
    named = [product for product, _ in counted(parsed)]
    if len(named) > 1:
        return named
    named = named or list(parsed.found.products)
    if len(before) > 1 and not parsed.found.share and len(parsed.text.split()) <= 6:
        # "Sabse sasta?": of those shown, not of the whole shop
        return before
    if len(parsed.found.products) > 1:
        return list(parsed.found.products)
    if before and named and named[0] not in before:
        return [*before[:1], *named]
    if not named and BOTH.search(plain(parsed.text)) and len(both := last_two(parsed)) == 2:
        return both
    if len(before) > 1 and (THIS.search(plain(parsed.text)) or len(parsed.text.split()) <= 6):
        return before
    return named


def _asked_of(products: list[Product], said: str) -> str:
    """Return the aspect that is asked of them, and none that only names one: "groundnut" is no allergen here."""
    names = " ".join(product.name for product in products)
    asked = product_facts.all_asked_about(said)
    return next((each for each in asked if not product_facts.ASPECTS[each].search(names)), "")


NEVER_GUESSED = ("nutrition", "certificate", "organic", "salt", "caffeine", "fasting")


def compared(parsed: ParsedMessage, products: list[Product], said: str) -> Reply:
    language = parsed.language
    wanted = _asked_of(products, said)
    if wanted in NEVER_GUESSED and not any(product_facts.fact(product, wanted) for product in products):
        # "Which has more protein" of two of which neither says it
        return not_known(parsed, products, [wanted])
    lines = [_compared_line(parsed, product, said, wanted) for product in products]
    reply = Reply("", "product_query", max(parsed.confidence, 0.8))
    head, chosen = "", None
    unknown = [
        product for product in products if _is_fact(wanted) and not product_facts.fact(product, wanted)
    ]
    if unknown and len(unknown) == len(products):
        return not_known(parsed, products, [wanted])
    if HEALTHY.search(said) and not wanted:
        # What is good for the health is not written anywhere, and no matter of taste
        head = wording.say("compare_health", language)
    elif CHEAPER.search(said) or product_facts.PLAIN_PRICE.search(said):
        low, high = (choose(products, key=lambda product: product.price) for choose in (min, max))
        same = low.price == high.price
        chosen = None if same else high if DEARER.search(said) else low
        head = wording.say(
            "compare_same_price" if same else "compare_price",
            language,
            low=low.name,
            price=money.formatted(low.price),
            high=high.name,
            more=money.formatted(high.price),
        )
    elif BETTER.search(said) and not SPICIER.search(said) and not product_facts.asked_about(said):
        head = wording.say("compare_taste", language)
    reply.text = "\n".join(filter(None, [head, *lines]))
    aspect = PRICE if CHEAPER.search(said) else wanted
    answers.show(reply, products, aspect=aspect or "compare")
    reply.topic = (reply.topic or {}) | {"compared": True}
    if chosen:
        reply.topic["chosen"] = str(chosen.pk)
    reply.is_sure = True
    return reply


DEARER = phrases("expensive", r"costl\w+", r"mehn?g[aei]", "dearer", "pricier", "महंग[ाेी]")
HEALTHY = phrases(
    r"health\w*",
    r"sehat\w*",
    "immunity",
    "skin",
    "hair",
    "digestion",
    "heart",
    "bp",
    "gym",
    "diet",
    "fit",
    "सेहत",
    "स्वास्थ्य",
)


def _is_fact(aspect: str) -> bool:
    return aspect not in ("", PRICE, STOCK, "taste", "usage", "making")


def _compared_line(parsed: ParsedMessage, product: Product, said: str, asked: str) -> str:
    aspect = "spice" if SPICIER.search(said) else asked
    fact = aspect not in ("", PRICE, STOCK) and product_facts.fact(product, aspect)
    if aspect == STOCK or (fact and fact.verdict is not None):
        return f"• {fact_line(parsed, product, aspect)}"
    words = (fact and fact.words) or (product_facts.SENTENCE.findall(product.description or "") or [""])[
        0
    ].strip()
    level = product_facts.fact(product, "spice") if not fact else None
    # "Hot" and "medium" is what two snacks differ in
    heat = f", {level.words}" if level and len(level.words) <= LONGEST_LEVEL else ""
    contents = f" ({product.ingredients.rstrip('.')})" if product.ingredients and not fact else ""
    return f"• {product.name}, {money.formatted(product.price)} / {product.unit}{heat}: {words}{contents}"


LONGEST_LEVEL = 24


# --- Lists by what is in them ------------------------------------------------------------------------

WANTS_A_LIST = phrases(
    "kuch",
    "koi",
    "anything",
    "something",
    "any",
    "some",
    "which",
    "what",
    "kya kya",
    r"kya (?:mil\w*|hai|h|bechte|rakhte)",
    r"kya (?:le|lu|kha|khila|de|du|milega)\w*",
    "kaun ?s[aei]",
    "kon ?s[aei]",
    "options?",
    "products?",
    "items?",
    "snacks?",
    "show",
    "list",
    "dikhao",
    "do you have",
    "do u have",
    "have you",
    "hai kya",
    "milega",
    "chahiye",
    "कुछ",
    "कोई",
    "क्या",
    "चाहिए",
    "दिखाओ",
    "want",
    "need",
    "looking for",
    "suggest",
    "batao",
    "without",
    "bina",
    "बिना",
)
LISTED = {
    "jain": True,
    "vegan": True,
    "gluten": False,
    "sugar": False,
    "onion_garlic": False,
    "milk": False,
    "peanut": False,
    "nuts": False,
    "soy": False,
    "egg": False,
    "palm_oil": False,
    "preservatives": False,
    "caffeine": False,
}


# So many names are told as what does not fit
MOST_UNFIT = 2


def a_list_by_contents(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Jain snacks kya hai", "without onion garlic", "sugar free kuch hai": what its ingredients allow."""
    said = plain(parsed.text)
    if (
        (parsed.is_issue and parsed.confidence >= ACT)
        or parsed.aspect not in LISTED
        or not WANTS_A_LIST.search(said)
    ):
        return None
    if LISTED[parsed.aspect] is False and not FREE_OF.search(said):
        return None
    # The oils that the shop sells are not meant by "no palm oil"
    named = [] if parsed.aspect == "palm_oil" else parsed.found.products
    if len(named) == 1 and not parsed.found.is_vague and not _is_of_a_kind(parsed, named[0]):
        return None
    # "Without onion garlic" after a list: of those, where some of them fit
    before = [] if named or len(said.split()) > 5 else spoken_of(parsed)
    reply = listed(parsed, parsed.aspect, list(named) or before)
    if reply and named and len(named) <= MOST_UNFIT and not fitting(parsed.aspect, named):
        # "Something sweet without nuts": what is named has them, and the list is of other things
        what = wording.say(f"aspect_{parsed.aspect}", parsed.language)
        names = ", ".join(product.name for product in named)
        # "Vegan" is what they are not, "peanut" what they have
        key = "not_so_listed_instead" if LISTED[parsed.aspect] else "listed_instead"
        unfit = wording.say(key, parsed.language, names=names, what=what)
        unfit = f"{unfit[0].upper()}{unfit[1:]}"
        reply.text = f"{unfit} {reply.text}"
    return reply


def _is_of_a_kind(parsed: ParsedMessage, product: Product) -> bool:
    return parsed.aspect in ("sugar", "peanut", "nuts", "milk", "mustard")


def fitting(aspect: str, among: list[Product]) -> list[Product]:
    """Return the products on sale whose ingredients allow it, those in stock first."""
    facts = [(product, product_facts.fact(product, aspect)) for product in among]
    wanted = LISTED[aspect]
    return sorted(
        (p for p, fact in facts if fact and fact.verdict is wanted), key=lambda p: not p.is_in_stock
    )


def listed(parsed: ParsedMessage, aspect: str, among: list[Product]) -> Reply | None:
    kept = fitting(aspect, among) if len(among) > 1 else []
    fit = kept or fitting(aspect, catalogue.on_sale())
    caution = parsed.library.by_slug.get("allergens") if aspect in ALLERGENS else None
    if caution:
        # What the shop's own words on allergens name comes first: ragi and millet, and no oil
        fit = sorted(fit, key=lambda product: not _is_named_in(caution.body, product))
    products = fit[:MOST_TOLD]
    if not products:
        return None
    what = wording.say(f"free_{aspect}", parsed.language)
    reply = answers.text_reply(
        "listed", parsed, "product_query", sure=0.8, what=what, names=", ".join(p.name for p in products)
    )
    answers.show(reply, products, aspect=aspect)
    if caution:
        # No list of what is "free of" something without what the packing room handles
        reply.text = f"{reply.text} {caution.body_in(parsed.language)}"
    reply.suggestions = parsed.near(ACT)[:1]
    reply.is_sure = True
    return reply


def _is_named_in(text: str, product: Product) -> bool:
    """Return whether a text has all words of one of the product's names; oils never count."""
    said = set(words_of(plain(text)))
    return any(set(words_of(name)) <= said for name in product.names if name) and kind_of(product) != "oil"


def the_whole_shelf(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "What do you sell?" """
    if parsed.is_issue or not catalogue.asks_for_everything(parsed.text):
        return None
    return answers.popular("products_popular", parsed)
