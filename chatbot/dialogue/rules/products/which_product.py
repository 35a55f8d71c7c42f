"""Rules about which product is meant: which of a kind ("pickle"), which pack ("1kg wala hai?"), how many packs."""

import re

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue
from chatbot.sources.product_facts import PRICE
from chatbot.sources.product_kinds import kind_of
from supportdesk import money
from tickets.privacy.masking import masked

from ... import answers
from ...answers import Reply
from ...message import ParsedMessage
from ...resolving import counting
from ...resolving.references import spoken_of
from ..orders import which_order
from . import product_lists
from .about_products import MOST_TOLD
from .sums import product_sums

# --- Which of a kind -------------------------------------------------------------------------

MOST_CHIPS = 3
MOST_WORDS_OF_A_WISH = 10
# All of them are asked about, or what there is
OF_ALL = phrases(
    "which", "what", "all", "both", "dono", "kitn[ei] (?:tarah|type|kism)\\S*", "types?", "kinds?", "flavou?rs?", "varieties", "variety", "options?", "kaun ?s[aei]", "kons[aei]", "kya kya", "aur kya", "show", "dikha\\w*", "list", "any", "koi", "kuch", "difference", "compare\\w*", "vs", "better", "cheap\\w*", "sast[aei]", "do you have", "do you sell", "is there", "hai kya",
    "कौन ?स[ाेी]", "कितने तरह", "दिखा\\S*", "दोनों", "कोई", "कुछ", "क्या",
)  # fmt: skip
WANTS_SOME = phrases(
    "chahiye", "lena(?: hai)?", "want", "need", "order(?: karna| karni)?", "buy", "mangwa\\w*", "manga\\w*", "le (?:lu|lun|loon|lunga|lungi)", "(?:de|bhej|dila) (?:do|dijiye|dena)", "i'?ll (?:take|have)", "give me", "चाहिए", "लेना", "दे दो",
)  # fmt: skip


def which_of_a_kind(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Pickle", "2 pickle kitne ka" where there are several: one question with chips, never twice the same."""
    said, found = plain(parsed.text), parsed.found
    if (
        parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or len(said.split()) > MOST_WORDS_OF_A_WISH
        or not (products := _of_one_kind(parsed, said))
        or OF_ALL.search(said)
        or catalogue.names_a_price(parsed.text)
        or parsed.topic.get("kind") == "order"
        # "Makhana?" after how long another keeps: of all of them
        or (parsed.topic.get("kind") == "product" and parsed.topic.get("aspect") in OF_EACH)
    ):
        return None
    is_bare = found.share >= 1 and not parsed.aspect
    counts = parsed.aspect in ("", PRICE) and counting.says_a_count(said)
    if not (is_bare or counts or WANTS_SOME.search(said)):
        return None
    key = "kind:" + "|".join(sorted(str(product.pk) for product in products))
    if key in chat.memory.get("clarified", []):
        return None
    chat.memory.setdefault("clarified", []).append(key)
    reply = answers.of_products(products, parsed)
    reply.text = f"{reply.text} {wording.say('which_of_a_kind', parsed.language)}"
    reply.suggestions = [product.name for product in products[:MOST_CHIPS]]
    reply.asks = {
        "about": "product",
        "said": masked(parsed.text)[:LONGEST_WISH],
        "options": reply.suggestions,
    }
    return reply


LONGEST_WISH = 200


OF_EACH = {"shelf_life", "storage", "origin"}


def _of_one_kind(parsed: ParsedMessage, said: str) -> list[Product]:
    """Return the products of one kind that a message, or one part of a basket in words, may mean; [] for a plain one."""
    pieces = counting.pieces_of(parsed.text)
    if len(pieces) == 1:
        return list(parsed.found.products) if _are_of_one_kind(parsed.found.products) else []
    if not counting.says_a_count(said):
        return []
    # "2 pickle aur 1 honey"; "ek classic aur ek peri peri" names each plainly
    named = (list(catalogue.look_up(piece).products) for piece in pieces)
    return next((products for products in named if _are_of_one_kind(products)), [])


def _are_of_one_kind(products: list[Product]) -> bool:
    return len(products) > 1 and len({(product.category, kind_of(product)) for product in products}) == 1


def the_product_that_was_asked_for(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Mango", "the second" after "which one do you mean?": what was asked, of that one."""
    options, said = parsed.asked.get("options") or [], plain(parsed.text)
    if parsed.asked.get("about") != "product" or len(said.split()) > FEW_WORDS_OF_A_CHOICE or parsed.aspect:
        return None
    place = next((place for cue, place in which_order.PLACES if cue.search(said)), None)
    named = [product for product in parsed.found.products if product.name in options]
    if place is not None and place < len(options) and not named:
        named = [each for each in catalogue.look_up(options[place]).products if each.name == options[place]]
    if len(named) != 1:
        return None
    wish = parsed.asked.get("said", "")
    if not counting.says_a_count(plain(wish)):
        return answers.of_products(named, parsed)
    items = [
        (named[0], count) if product.name in options else (product, count)
        for product, count in counting.counted_in(wish, [])
    ]
    return product_sums.summed(parsed, items or [(named[0], counting.count_in(plain(wish)))])


FEW_WORDS_OF_A_CHOICE = 5


# --- Which pack ------------------------------------------------------------------------------

# Whether there is such a pack; "1 kg chahiye" and "1 kg kitne ka" ask what so much of it costs
IS_THERE = phrases(
    r"(?:hai|h|aata|aati|ata|ati|milta|milti|milega|milegi|hota|hoti|rakhte)(?: (?:hai|h|ho|kya|na|nahi|aapke paas))*\W*$",
    r"(?:do|does|is|are|have|got|any)(?: .{0,30})?",
    r"(?:come|comes|available|there)(?: .{0,15})?",
    "(?:है|आता|आती|मिलता|मिलेगा|मिलेगी)(?: (?:है|क्या))*\\W*$",
)
NO_PACK = phrases(
    r"kitn\w+", "total", "price", "rate", "cost", "how much", "lena", "lunga", "lungi", "le lu", "loon", "chahiye", "want", "need", "take", "order", "bhej\\w*", "कितन\\S*", "चाहिए", "लेना",
)  # fmt: skip
MOST_WORDS = 9


def another_size(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "1kg wala hai?": the sizes that there are, and no sum of two small packs."""
    said = plain(parsed.text)
    weight = counting.A_WEIGHT.search(said) or _bare_weight(parsed, said)
    if (
        not weight
        or parsed.is_issue
        or parsed.numbers
        or parsed.reason
        or len(said.split()) > MOST_WORDS
        or not (IS_THERE.search(said) or said.endswith("?"))
        or NO_PACK.search(said)
        or product_lists.COMPARES.search(said)
    ):
        return None
    products = _of_which(chat, parsed, counting.A_WEIGHT.sub(" ", said))
    if not products:
        return None
    lines = [_size_line(parsed, product, weight) for product in products[:MOST_TOLD]]
    reply = Reply("\n".join(lines), "product_query", max(parsed.confidence, 0.8))
    answers.show(reply, products[:MOST_TOLD], aspect="size")
    reply.is_sure = True
    return reply


A_NUMBER = re.compile(r"(?<![\w₹.])\d{2,4}(?![\w%.])")


def _bare_weight(parsed: ParsedMessage, said: str) -> re.Match[str] | None:
    """ "250 hi aata hai?" of what was shown: its weight without the unit."""
    shown = spoken_of(parsed)[:1] if parsed.topic.get("kind") in ("product", "sum") else []
    unit, number = (
        counting.A_WEIGHT.search(shown[0].unit or "") if shown else None,
        A_NUMBER.search(said),
    )
    if not unit or not number or catalogue.names_a_price(said) or len(said.split()) > FEW_WORDS_OF_A_CHOICE:
        return None
    return counting.A_WEIGHT.search(f"{number[0]} {unit[2]}")


def _of_which(chat: Chat, parsed: ParsedMessage, rest: str) -> list[Product]:
    """Return the products that are named beside the weight, or else those spoken of; after an article the last one."""
    named = catalogue.look_up(rest)
    if named.products and not named.is_vague:
        return list(named.products)
    return spoken_of(parsed) or catalogue.by_ids(chat.memory.get("recent", [])[-1:])


def _size_line(parsed: ParsedMessage, product: Product, weight: re.Match[str]) -> str:
    unit = counting.A_WEIGHT.search(product.unit or "")
    same = unit and counting.in_small(unit) == counting.in_small(weight)
    price = money.formatted(product.price, product.currency, parsed.language)
    return wording.say(
        "size_there" if same else "size_only",
        parsed.language,
        name=product.name,
        unit=product.unit,
        price=price,
    )


# "Green tea hai?": a kind of what the shop sells
OF_A_KIND = re.compile(
    r"^\W*(?:(?:and|aur|ok|do you|do u|have|sell|keep|any|koi|aapke paas|is there|kya)\s+)*(?P<kind>[a-z]{3,12})\s+(?P<name>[a-z]{3,12})(?P<asks>(?:\s+(?:bhi|available|milegi?|milega|milta|rakhte|hai|h|hain|ho|kya|there))*)\W*$",
    re.IGNORECASE,
)
ASKS_FOR_SOME = phrases(
    "do you",
    "do u",
    "have",
    "any",
    "koi",
    "hai",
    "available",
    "milega",
    "milegi",
    "milta",
    "is there",
    "rakhte",
)
# What says nothing of the kind
NO_KIND = set(
    "kaise kese kab kahan ghar any koi have sell keep does there not no with good best fresh pure original asli nakli acha accha achha achhi desi natural organic real healthy your aapka aapki the this that these those more other also bhi small big chhota bada sirf only same and some new naya loose branded cheap sasta sasti mehnga wala wali aapke kitna kitne which what kaunsa konsa price free without bina how much sell have want need sab sabse kuch mujhe muje".split()  # noqa: SIM905
)


def not_of_that_kind(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Green tea hai?" where there is another tea: that there is none, and what there is."""
    found = OF_A_KIND.match(plain(parsed.text))
    if (
        not found
        or parsed.is_issue
        or parsed.reason
        or parsed.numbers
        or not ASKS_FOR_SOME.search(parsed.text)
    ):
        return None
    kind, named = found["kind"].casefold(), catalogue.look_up(found["name"])
    if (
        not 0 < len(named.products) <= MOST_TOLD
        or named.is_vague
        or named.share < 1
        or kind in NO_KIND
        or parsed.topic.get("kind") == "order"
        or product_facts.asked_about(kind)
        or counting.says_a_count(kind)
        or catalogue.look_up(kind).products
        or any(kind in _all_words(product) for product in named.products)
    ):
        return None
    reply = answers.of_products(list(named.products), parsed)
    said = f"{found['kind']} {found['name']}"
    reply.text = f"{wording.say('not_of_that_kind', parsed.language, said=said)} {reply.text}"
    return reply


def _all_words(product: Product) -> str:
    facts = " ".join(map(str, product_facts.facts_of(product).values()))
    return f"{product.name} {product.also_called} {product.description} {product.ingredients} {product.category} {facts}".casefold()


def some_packs(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Chai ki price batao do packet ki": what so many of it cost."""
    said = plain(parsed.text)
    if parsed.is_issue or parsed.aspect != PRICE or not counting.PACKS.search(said):
        return None
    before = spoken_of(parsed)
    items = counting.counted(parsed) or [(product, 1) for product in before if len(before) == 1]
    if len(items) != 1 or (parsed.found.products and parsed.found.is_vague):
        return None
    count = max(items[0][1], counting.count_in(said))
    return product_sums.summed(parsed, [(items[0][0], count)]) if count > 1 else None


def the_price_of_nothing(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Price?" of nothing: asked back, with some to tap."""
    said = plain(parsed.text)
    if (
        parsed.aspect != PRICE
        or len(said.split()) > 2
        or parsed.found.products
        or spoken_of(parsed)
        or parsed.topic.get("kind") == "order"
    ):
        return None
    reply = answers.popular("which_product", parsed)
    reply.suggestions = [card["name"] for card in reply.products]
    return reply
