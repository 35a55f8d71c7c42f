"""Rules about products: facts, follow-ups, comparisons, sums, lists by what is in them."""

import re
from decimal import Decimal
from typing import Any

from chatbot import wording
from chatbot.sources import products as catalogue
from supportdesk import money
from tickets.models import Category, Priority

from ..models import Chat, Product
from ..nlu.cues import phrases, plain
from ..sources import delivery_areas, product_facts
from ..sources.product_facts import CONTAINED, PRICE, STOCK
from . import answers
from .about_delivery import OWN_ORDER
from .answers import Reply
from .message import ACT, CLEAR, VERY_CLEAR, Heard

MOST_TOLD = 4

# --- Which products ----------------------------------------------------------------

FOLLOWS = re.compile(
    r"^\W*(?:(?:and|aur|or|ya|what about|how about|and what about|also|same for|or what about|to|toh|phir|then|acha|accha|ok|okay|और|या|तो)\b[\s,]*)+|(?:\b(?:one|wala|wali|vala|vali|wale|ka|ki|ke|bhi|too|also|as well|instead)|(?<![\w\u0900-\u097F])(?:वाला|वाली|वाले|का|की|के|भी))\W*$",
    re.IGNORECASE,
)
THIS = phrases(
    "it",
    "its",
    "this",
    "that",
    "these",
    "those",
    "they",
    "them",
    "iska",
    "iski",
    "iske",
    "isme",
    "ismein",
    "is me",
    "usme",
    "usmein",
    "uska",
    "uski",
    "uske",
    "yeh",
    "ye",
    "wo",
    "woh",
    "isko",
    "isse",
    "इसका",
    "इसकी",
    "इसके",
    "इसमें",
    "उसका",
    "उसमें",
    "यह",
    "ये",
    "वो",
    "inka",
    "inki",
    "inme",
    "in dono",
    "dono",
    "both",
    "दोनों",
    "the same",
    "of them",
    "inme se",
    "inmein",
)
FIRST_OF = ((phrases("first", "1st", "pehla", "pehli", "pehle wal[aei]", "पहला", "पहली"), 0), (phrases("second", "2nd", "dusr[aei]", "doosr[aei]", "दूसर[ाी]", "the other", "other one"), 1), (phrases("third", "3rd", "teesr[aei]", "तीसर[ाी]"), 2), (phrases("last one", "aakhri", "last wal[aei]"), -1))  # fmt: skip


def spoken_of(heard: Heard) -> list[Product]:
    """Return the products that the last answer was about, as they are now."""
    topic = heard.topic
    ids = (
        topic.get("ids", []) if topic.get("kind") == "product" else [pk for pk, _ in topic.get("items", [])]
    )
    return catalogue.by_ids(ids)


def meant(heard: Heard) -> tuple[list[Product], bool]:
    """Return the products that a message is about, and whether it names them itself.

    "The masala one" after Classic Makhana is Masala Makhana, not the garam masala.
    """
    before = spoken_of(heard)
    follows = bool(FOLLOWS.search(plain(heard.text)))
    if before and (named := catalogue.named_beside(heard.text, before, follows)):
        return named, True
    found = heard.found
    if before and heard.aspect in IN_NAMES and THIS.search(plain(heard.text)):
        # "Is it without oil?" names no oil of ours
        return before, False
    if found.products and (not found.is_vague or not before):
        return list(found.products), True
    said = plain(heard.text)
    if len(before) > 1:
        for pattern, place in FIRST_OF:
            if pattern.search(said):
                return before[place : place + 1 or None], True
    return before, False


# --- Sums ------------------------------------------------------------------------------

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12,
    "ek": 1, "do": 2, "teen": 3, "tin": 3, "char": 4, "chaar": 4, "panch": 5, "paanch": 5, "chhe": 6, "che": 6, "saat": 7, "aath": 8, "nau": 9, "das": 10,
    "एक": 1, "दो": 2, "तीन": 3, "चार": 4, "पांच": 5, "छह": 6, "सात": 7, "आठ": 8, "नौ": 9, "दस": 10, "single": 1, "double": 2, "dono": 1, "couple": 2,
}  # fmt: skip
SUM = phrases(
    r"total(?:ly)?", "sum", "altogether", "in all", "all together", "together", r"bill(?: amount)?(?: kitna)?", r"kitna (?:hoga|hua|banega|ho jayega|padega|lagega|total|bill|dena|pay|ayega|aayega)(?: .{0,15})?", r"kitne (?:ka|ke|ki|me|mein) (?:padega|padenge|hoga|honge|aayega|ayega|milega|milenge)", r"kitne (?:honge|hue|lagenge|dene)(?: .{0,12})?",
    r"how much (?:will|would|for|do i|is|are|does|shall|should)(?: .{0,60})?", r"mila ?(?:ke|kar)", "milake", "grand total", r"(?:with|including|incl) (?:delivery|shipping)", r"delivery (?:ke )?sa(?:a)?th", r"delivery mila\w*", "कुल", "टोटल", "मिलाकर", "कितना होगा", "कितना पड़ेगा", "कितने का पड़ेगा", "cost of", "price (?:of|for)", r"final (?:amount|price)", r"what(?:'?s| is| will be| would be)? (?:the )?(?:cost|price|total|amount)(?: .{0,60})?", "amount", "kitne\\W*$", "kitna\\W*$", r"kitne (?:ka|ke|ki)", "कितने (?:का|के|की)(?: .{0,10})?", "how much",
)  # fmt: skip
ITEM_BREAK = re.compile(
    r"\s*(?:,|\+|&|\band\b|\baur\b|\bplus\b|\bwith\b|\bke saath\b|\bor\b|और|व)\s*", re.IGNORECASE
)
COUNT = re.compile(
    r"(?<![\w₹.])(\d{1,3})\s*(?:x|×|nos?|pcs?|pieces?|packs?|packets?|pkts?|pouch(?:es)?|jars?|bottles?|box(?:es)?|पैकेट|डिब्बे|units?)?(?!\s*(?:(?:gm?s?|grams?|kgs?|kilo|ml|l|ltrs?|litres?|rs|rupees|rupaye|days?|din|months?|percent|min|hours?)\b|₹|%))(?![\w.])",
    re.IGNORECASE,
)
DELIVERED = phrases("delivery", "shipping", "dilivery", "डिलीवरी", "delivered", "courier")


def counted(heard: Heard) -> list[tuple[Product, int]]:
    """Return the products of a message with how many of each: "2 classic and one honey"."""
    pieces = [piece for piece in ITEM_BREAK.split(plain(heard.text)) if piece.strip()]
    # A piece may hold two counts without a comma between: "2 ghee 3 honey"
    pieces = [each for piece in pieces for each in _by_counts(piece)]
    before = spoken_of(heard)
    found: list[tuple[Product, int]] = []
    near = list(before)
    for piece in sorted(pieces, key=lambda piece: catalogue.look_up(piece).is_vague):
        near += [product for product, _ in found]
        product = _one(piece, near)
        if product and product not in [each for each, _ in found]:
            found.append((product, _count(piece)))
    order = {product.pk: _place(product, pieces) for product, _ in found}
    return sorted(found, key=lambda item: order[item[0].pk])


def _by_counts(piece: str) -> list[str]:
    starts = [match.start() for match in COUNT.finditer(piece)]
    if len(starts) < 2:
        return [piece]
    starts[0] = 0
    return [piece[start:end] for start, end in zip(starts, [*starts[1:], len(piece)], strict=True)]


def _one(piece: str, near: list[Product]) -> Product | None:
    found = catalogue.look_up(piece)
    if (
        near
        and (named := catalogue.named_beside(piece, near))
        and (found.is_vague or not found.products or len(found.products) > 1)
    ):
        return named[0]
    return found.products[0] if found.products else None


def _place(product: Product, pieces: list[str]) -> int:
    words = {word.casefold() for name in product.names for word in name.split()}
    return next(
        (place for place, piece in enumerate(pieces) if words & set(piece.casefold().split())), len(pieces)
    )


def _count(piece: str) -> int:
    if found := COUNT.search(piece):
        return max(1, min(int(found[1]), 999))
    return next((NUMBERS[word] for word in piece.casefold().split() if word in NUMBERS), 1)


def a_sum(chat: Chat, heard: Heard) -> Reply | None:
    """ "Ek classic aur ek peri peri, total kitna hoga delivery ke saath": added up, with the delivery rule."""
    said = plain(heard.text)
    if heard.is_issue or not SUM.search(said) or OWN_ORDER.search(said):
        return None
    items = counted(heard)
    if heard.topic.get("kind") == "sum" and items and FOLLOWS.search(said):
        return summed(heard, items)
    several = len(items) > 1 or sum(count for _, count in items) > 1
    if heard.topic.get("kind") == "sum" and not items:
        kept = dict(heard.topic["items"])
        items = [(product, kept[str(product.pk)]) for product in spoken_of(heard)]
        return (
            summed(heard, items)
            if items and (DELIVERED.search(said) or SUM.search(said)) and len(said.split()) <= 6
            else None
        )
    if not items and BOTH.search(said) and len(both := _last_two(heard)) == 2:
        return summed(heard, [(product, 1) for product in both])
    if not items and (count := _only_a_count(said)) and (before := spoken_of(heard)[:1]):
        return summed(heard, [(before[0], count)])
    if not items or not (several or DELIVERED.search(said)):
        return None
    return summed(heard, items)


BOTH = phrases(
    "both",
    "dono",
    "दोनों",
    "the two",
    "these two",
    "all of them",
    "sab",
    "in dono",
    "together",
    "milake",
    "total",
)


def _last_two(heard: Heard) -> list[Product]:
    """Return the last two products that were spoken of, in the order in which they were."""
    return catalogue.by_ids(heard.chat.memory.get("recent", [])[-2:])


def _only_a_count(said: str) -> int:
    count = _count(said)
    return count if count > 1 and len(said.split()) <= 8 else 0


def more_of_it(chat: Chat, heard: Heard) -> Reply | None:
    """ "And if I take 2?" after a product: what two cost."""
    said = plain(heard.text)
    before = spoken_of(heard)[:1]
    follows = len(said.split()) <= 7 and (
        FOLLOWS.search(said)
        or re.search(
            r"\b(?:if i (?:take|buy|order)|for|loon|lu|lun|le|lunga|lena|packs?|packets?|pieces?)\b",
            said,
            re.IGNORECASE,
        )
    )
    if not before or not follows or heard.found.products or heard.is_issue or heard.numbers:
        return None
    count = _only_a_count(said)
    return (
        summed(heard, [(before[0], count)])
        if (count > 1 and COUNT.search(said)) or (count > 1 and "agar" in said)
        else None
    )


def summed(heard: Heard, items: list[tuple[Product, int]]) -> Reply:
    """Return the sum of these products with what their delivery costs."""
    goods = sum((product.price * count for product, count in items), Decimal(0))
    lines = " + ".join(
        f"{count} × {product.name} {money.formatted(product.price * count)}" for product, count in items
    )
    reply = answers.text_reply(
        "sum_lines", heard, "product_query", sure=0.9, lines=lines, total=money.formatted(goods)
    )
    charge, area = delivery_areas.delivery_charge(goods), delivery_areas.general_area()
    if charge is None:
        charges = heard.library.by_slug.get("shipping-charges")
        reply.text += " " + (
            charges.body_in(heard.language) if charges else wording.say("sum_no_rule", heard.language)
        )
    elif charge:
        said = {
            "charge": money.formatted(charge),
            "all": money.formatted(goods + charge),
            "free": money.formatted(area.free_from or 0),
        }
        reply.text += " " + wording.say(
            "sum_delivery" if area.free_from else "sum_delivery_always", heard.language, **said
        )
    else:
        reply.text += " " + wording.say(
            "sum_free",
            heard.language,
            free=money.formatted(area.free_from or 0),
            total=money.formatted(goods),
        )
    sold_out = [product.name for product, _ in items if not product.is_in_stock]
    if sold_out:
        reply.text += " " + wording.say("sum_sold_out", heard.language, names=", ".join(sold_out))
    answers.show(reply, [product for product, _ in items])
    reply.topic = {"kind": "sum", "items": [[str(product.pk), count] for product, count in items]}
    reply.is_sure = True
    return reply


# --- Facts -----------------------------------------------------------------------------------


def a_fact(chat: Chat, heard: Heard) -> Reply | None:
    """What is asked of a product, named now or spoken of before; the same question of another product."""
    if heard.is_issue and heard.intent not in ("product_query", "out_of_scope") and heard.confidence >= ACT:
        return None
    products, named = meant(heard)
    if not products:
        return None
    asked = product_facts.all_asked_about(heard.text)
    said = plain(heard.text)
    same = heard.topic.get("aspect") if heard.topic.get("kind") == "product" else ""
    if (
        named
        and same
        and (not asked or (set(asked) <= IN_NAMES and FOLLOWS.search(said) and len(said.split()) <= 5))
        and _only_names(heard, said)
    ):
        # "And the masala one?": the question that was asked of the other
        asked = [same]
    if not asked or (not named and not _means_what_was_shown(heard, said, asked)):
        return None
    if named and heard.knows(VERY_CLEAR) and not heard.found.products[:1]:
        return None
    if PRICE in asked and CHEAPER.search(said):
        products = sorted(products, key=lambda product: product.price)
    return told(chat, heard, products[:MOST_TOLD], asked[:2])


# Words of names as well: "the spicy one", "the peanut one"
IN_NAMES = {"spice", "oil", "milk", "peanut", "mustard", "sugar", "salt", "raw"}


def _only_names(heard: Heard, said: str) -> bool:
    return bool(FOLLOWS.search(said)) or heard.found.share >= 0.99


def _means_what_was_shown(heard: Heard, said: str, asked: list[str]) -> bool:
    """Whether a question without a product is about the one shown last, and not about the shop."""
    words = said.split()
    if heard.topic.get("kind") not in ("product", "sum") or len(words) > 9:
        return False
    if THIS.search(said) or len(words) <= 4:
        return not ABOUT_THE_SHOP.search(said)
    return (
        not heard.knows(CLEAR)
        and not ABOUT_THE_SHOP.search(said)
        and heard.intent in ("product_query", "out_of_scope")
    )


ABOUT_THE_SHOP = phrases("delivery", "deliver", "shipping", "dilivery", "cod", "return", "refund", "exchange", "coupon", "discount", "order", "डिलीवरी", "pincode", "pin", "payment", "upi", "emi", "gst", "invoice", "courier", "cash", "offer", "offers", "gift wrap", "all (?:your )?products?", "everything", "any of your", "in your shop", "your products?", "cancel", "subscription")  # fmt: skip


def told(chat: Chat, heard: Heard, products: list[Product], asked: list[str]) -> Reply:
    """Return these facts of these products, one line each; what is not known is said so."""
    lines, unknown = [], []
    for product in products:
        for aspect in asked:
            line = _fact_line(heard, product, aspect)
            lines.append(line) if line else unknown.append((product, aspect))
    if unknown and not lines:
        return _not_known(heard, [product for product, _ in unknown][:1], asked)
    reply = Reply("\n".join(dict.fromkeys(lines)), "product_query", max(heard.confidence, 0.8))
    reply.flow = ""
    if unknown:
        names = ", ".join(dict.fromkeys(product.name for product, _ in unknown))
        reply.text += "\n" + wording.say("fact_unknown_rest", heard.language, name=names)
    answers.show(reply, products, aspect=asked[0])
    if asked[0] in ALLERGENS and (article := heard.library.by_slug.get("allergens")):
        reply.suggestions = [article.title]
    elif heard.near(CLEAR):
        reply.suggestions = heard.near(CLEAR)[:1]
    reply.is_sure = True
    return reply


ALLERGENS = ("peanut", "nuts", "milk", "gluten", "soy", "sesame", "mustard", "egg")


def _fact_line(heard: Heard, product: Product, aspect: str) -> str:
    language = heard.language
    if aspect in (PRICE, STOCK):
        return answers.price_line(product, language)
    fact = product_facts.fact(product, aspect)
    if not fact:
        return ""
    if fact.verdict is None:
        return wording.say("fact", language, name=product.name, fact=fact.words)
    if aspect in CONTAINED:
        return _contained_line(product, aspect, fact, language, heard.text)
    key = "fact_yes" if fact.verdict else "fact_no"
    if fact.inferred and fact.verdict:
        key = "fact_yes_by_ingredients"
    what = wording.say(f"aspect_{aspect}", language) if wording.has(f"aspect_{aspect}") else aspect
    return (
        wording.say(key, language, name=product.name, fact=fact.words, what=what).strip().removesuffix(":")
    )


FREE_OF = phrases(r"\w+[ -]free", "free from", "without", "bina", "no", "nahi", "बिना", "फ्री", "rahit")


def _contained_line(product: Product, aspect: str, fact: Any, language: str, text: str) -> str:
    what = wording.say(f"aspect_{aspect}", language)
    key = (
        "contains"
        if fact.verdict
        else "contains_none"
        if aspect not in ALLERGENS
        else "contains_none_traces"
    )
    free = fact.verdict is False if FREE_OF.search(plain(text)) else None
    yes_no = "" if free is None else wording.say("yes" if free else "no", language) + " "
    if aspect in ALLERGENS and free:
        # Traces: no plain yes to "is it free of peanuts"
        yes_no = ""
    return yes_no + wording.say(key, language, name=product.name, what=what, fact=fact.words or what)


def _not_known(heard: Heard, products: list[Product], asked: list[str]) -> Reply:
    """The shop has not written it down: "I can't tell", and a person can. Never the price in its place."""
    reply = answers.text_reply("fact_unknown", heard, "product_query", name=products[0].name)
    answers.show(reply, products, aspect=asked[0])
    reply.products = []
    reply.offer_agent, reply.category, reply.priority = True, Category.OTHER, Priority.LOW
    reply.suggestions = heard.near(ACT)[:1]
    return reply


# --- Comparing ----------------------------------------------------------------------------------

COMPARES = phrases(r"differen\w+", "compare\\w*", "comparison", "vs", "versus", r"(?:which|konsa|kaunsa|kaun ?sa|konsi|kaunsi|kon ?sa|कौन ?सा|कौन ?सी)(?: (?:one|is|of|wala|wali|jyada|zyada|he|are|has|se|me|mein|in|dono|them|these|product))*(?: .{0,30})?", "better", "behtar", "achh?a kaun", r"fark|farak|antar|अंतर|फर्क|फ़र्क", r"\w+er than", r"or\b.{0,25}\b(?:better|good|cheaper)", "zyada (?:accha|teekha|sasta)", "cheaper", "cheapest one", "spicier", "healthier", "hotter", "sweeter", "compared to", "se (?:better|accha|sasta|mehnga)")  # fmt: skip
CHEAPER = phrases(
    "cheap\\w*",
    "sast[aei]",
    "less (?:price|costly|expensive)",
    "kam (?:daam|price|rate|paise)",
    "सस्ता",
    "सस्ती",
    "mehn?ga",
    "expensive",
    "costly",
    "budget",
    "महंगा",
)
SPICIER = phrases(
    "spic\\w+", "te+kh[aie]\\w*", "tikh[aie]\\w*", "hot\\w*", "mirch\\w*", "तीखा", "mild\\w*", "less spicy"
)
BETTER = phrases(
    "better", "best", "health\\w+", "achh?[aei]", "behtar", "good", "बेहतर", "अच्छा", "recommend", "sehat\\w*"
)


def a_comparison(chat: Chat, heard: Heard) -> Reply | None:
    """ "Which is cheaper, classic or peri peri?": both, side by side, from what is known."""
    said = plain(heard.text)
    if heard.is_issue or not COMPARES.search(said):
        return None
    products = _compared(heard)
    if len(products) < 2:
        return None
    return compared(heard, products[:MOST_TOLD], said)


def _compared(heard: Heard) -> list[Product]:
    before = spoken_of(heard)
    named = [product for product, _ in counted(heard)]
    if len(named) > 1:
        return named
    named = named or list(heard.found.products)
    if len(heard.found.products) > 1:
        return list(heard.found.products)
    if before and named and named[0] not in before:
        return [*before[:1], *named]
    if not named and BOTH.search(plain(heard.text)) and len(both := _last_two(heard)) == 2:
        return both
    if len(before) > 1 and (THIS.search(plain(heard.text)) or len(heard.text.split()) <= 6):
        return before
    return named


def compared(heard: Heard, products: list[Product], said: str) -> Reply:
    language = heard.language
    lines = [_compared_line(product, said) for product in products]
    reply = Reply("", "product_query", max(heard.confidence, 0.8))
    head = ""
    if CHEAPER.search(said):
        low, high = (choose(products, key=lambda product: product.price) for choose in (min, max))
        same = low.price == high.price
        head = wording.say(
            "compare_same_price" if same else "compare_price",
            language,
            low=low.name,
            price=money.formatted(low.price),
            high=high.name,
            more=money.formatted(high.price),
        )
    elif BETTER.search(said) and not SPICIER.search(said):
        head = wording.say("compare_taste", language)
    reply.text = "\n".join(filter(None, [head, *lines]))
    answers.show(reply, products, aspect="compare")
    reply.is_sure = True
    return reply


def _compared_line(product: Product, said: str) -> str:
    aspect = "spice" if SPICIER.search(said) else next(iter(product_facts.all_asked_about(said)), "")
    fact = aspect not in ("", PRICE, STOCK) and product_facts.fact(product, aspect)
    words = (fact and fact.words) or (product_facts.SENTENCE.findall(product.description or "") or [""])[
        0
    ].strip()
    contents = f" ({product.ingredients.rstrip('.')})" if product.ingredients and not fact else ""
    return f"• {product.name}, {money.formatted(product.price)} / {product.unit}: {words}{contents}"


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


def a_list_by_contents(chat: Chat, heard: Heard) -> Reply | None:
    """ "Jain snacks kya hai", "without onion garlic", "sugar free kuch hai": what its ingredients allow."""
    said = plain(heard.text)
    if (
        (heard.is_issue and heard.confidence >= ACT)
        or heard.aspect not in LISTED
        or not WANTS_A_LIST.search(said)
    ):
        return None
    if LISTED[heard.aspect] is False and not FREE_OF.search(said):
        return None
    named = heard.found.products
    if len(named) == 1 and not heard.found.is_vague and not _is_of_a_kind(heard, named[0]):
        return None
    return listed(heard, heard.aspect, list(named))


def _is_of_a_kind(heard: Heard, product: Product) -> bool:
    return heard.aspect in ("sugar", "peanut", "nuts", "milk", "mustard")


def fitting(aspect: str, among: list[Product]) -> list[Product]:
    """Return the products on sale whose ingredients allow it, those in stock first."""
    facts = [(product, product_facts.fact(product, aspect)) for product in among]
    wanted = LISTED[aspect]
    return sorted(
        (p for p, fact in facts if fact and fact.verdict is wanted), key=lambda p: not p.is_in_stock
    )


def listed(heard: Heard, aspect: str, among: list[Product]) -> Reply | None:
    kept = fitting(aspect, among) if len(among) > 1 else []
    products = (kept or fitting(aspect, catalogue.on_sale()))[:MOST_TOLD]
    if not products:
        return None
    what = wording.say(f"free_{aspect}", heard.language)
    reply = answers.text_reply(
        "listed", heard, "product_query", sure=0.8, what=what, names=", ".join(p.name for p in products)
    )
    answers.show(reply, products, aspect=aspect)
    reply.suggestions = heard.near(ACT)[:1]
    reply.is_sure = True
    return reply


# --- By name ----------------------------------------------------------------------------------------------


def a_bare_name(chat: Chat, heard: Heard) -> Reply | None:
    """Nothing but products' names: that needs the catalogue, not the classifier."""
    found = heard.found
    if found.share < 1 or (found.is_vague and heard.intent != "product_query"):
        return None
    products, named = meant(heard)
    shown = products if named and found.is_vague else found.products
    return answers.of_products(shown, heard)


def products_by_name(chat: Chat, heard: Heard) -> Reply | None:
    """A product among other words; a clear article comes first, unless the message is mostly names."""
    if heard.intent != "product_query" and (heard.is_issue or heard.confidence >= ACT):
        return None
    products, share = heard.found.products, heard.found.share
    if not products or (not share and heard.intent != "product_query"):
        return None
    if heard.knows(CLEAR if share < 0.5 else VERY_CLEAR):
        return None
    return answers.of_products(products, heard)


def the_whole_shelf(chat: Chat, heard: Heard) -> Reply | None:
    """ "What do you sell?" """
    if heard.is_issue or not catalogue.asks_for_everything(heard.text):
        return None
    return answers.popular("products_popular", heard)
