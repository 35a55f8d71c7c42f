"""Rules about sums: several products, how many of each, and what their delivery adds."""

import re
from decimal import Decimal
from math import ceil

from chatbot import wording
from chatbot.sources import products as catalogue
from supportdesk import money

from ...models import Chat, Product
from ...nlu.cues import phrases, plain
from ...sources import delivery_areas
from .. import answers, subjects
from ..answers import Reply
from ..message import Heard
from ..readings import CHANGES_A_SUM, MOST_WORDS_OF_A_CHANGE
from .about_delivery import OWN_ORDER
from .about_products import FOLLOWS, spoken_of

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12,
    "ek": 1, "do": 2, "teen": 3, "tin": 3, "char": 4, "chaar": 4, "panch": 5, "paanch": 5, "chhe": 6, "che": 6, "saat": 7, "aath": 8, "nau": 9, "das": 10,
    "एक": 1, "दो": 2, "तीन": 3, "चार": 4, "पांच": 5, "छह": 6, "सात": 7, "आठ": 8, "नौ": 9, "दस": 10, "single": 1, "double": 2, "dono": 1, "couple": 2,
}  # fmt: skip
SUM = phrases(
    r"(?:le|lu|loon|lun|lunga|lungi|lena) (?:lu|lun|loon|ho)? ?(?:to|toh)", r"if i (?:take|buy|order|get)(?: .{0,25})?", r"total(?:ly)?", "sum", "altogether", "in all", "all together", "together", r"bill(?: amount)?(?: kitna)?", r"kitna (?:hoga|hua|banega|ho jayega|padega|lagega|total|bill|dena|pay|ayega|aayega)(?: .{0,15})?", r"kitne (?:ka|ke|ki|me|mein) (?:padega|padenge|hoga|honge|aayega|ayega|milega|milenge)", r"kitne (?:honge|hue|lagenge|dene)(?: .{0,12})?",
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


# "500 se upar jayega kya" is no five hundred of anything
PRICE_LIMIT = re.compile(
    r"(?:₹|rs\.? ?)?\d{2,6}\s*(?:₹|rs|rupees|rupaye)?\s*(?:se (?:upar|zyada|jyada|kam|neeche)|tak|के ऊपर|से (?:ऊपर|ज्यादा|कम))|(?:above|over|under|below|more than|less than)\s*(?:₹|rs\.? ?)?\d{2,6}",
    re.IGNORECASE,
)
A_WEIGHT = re.compile(
    r"(?<![\w.])(\d{1,3}(?:\.\d)?|(?:half|aadha|adha|आधा|pav|paav|ek|do|teen|char|paanch|panch|das|one|two|three|four|five|ten|एक|दो|तीन|चार|पांच|दस)(?=\s))\s*(kgs?|kilos?|k\.g|किलो|l|ltrs?|lit(?:re|er)s?|लीटर|grams?|gms?|gm|g|ग्राम|ml)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)
FEW_WORDS_OF_A_PIECE = 3
HALVES = {"आधा": 0.5, "pav": 0.25, "paav": 0.25, "half": 0.5, "aadha": 0.5, "adha": 0.5}
IN_SMALL = {"k": 1000, "क": 1000, "l": 1000, "ल": 1000, "g": 1, "ग": 1, "m": 1}


def _small(number: str, unit: str) -> float:
    amount = (
        float(number)
        if number[0].isdigit()
        else HALVES.get(number.casefold()) or NUMBERS[number.casefold()]
    )
    return amount * IN_SMALL[unit[0].casefold()]


def in_small(weight: re.Match) -> float:
    """Return a weight or volume that A_WEIGHT found, in grams or millilitres."""
    return _small(weight[1], weight[2])


def _packs(text: str, product: Product) -> int:
    """Return how many packs a weight is: "5 kilo" of a 1 kg pack is 5; 0 where no weight is said."""
    said, unit = A_WEIGHT.search(text), A_WEIGHT.search(product.unit or "")
    if not said or not unit:
        return 0
    return min(999, ceil(_small(said[1], said[2]) / _small(unit[1], unit[2])))


def counted(heard: Heard) -> list[tuple[Product, int]]:
    """Return the products of a message with how many of each: "2 classic and one honey"."""
    return counted_in(heard.text, spoken_of(heard))


def pieces_of(text: str) -> list[str]:
    """Return the parts of a basket in words, one product each: "2 ghee 3 honey and a tea"."""
    pieces = [piece for piece in ITEM_BREAK.split(plain(text)) if piece.strip()]
    # A piece may hold two counts without a comma between
    return [each for piece in pieces for each in _by_counts(piece)]


def counted_in(text: str, before: list[Product]) -> list[tuple[Product, int]]:
    """Return the products of a text with how many of each; `before` are those spoken of already."""
    pieces = pieces_of(text)
    found: list[tuple[Product, int]] = []
    near = list(before)
    pieces = [PRICE_LIMIT.sub(" ", piece) for piece in pieces]
    for piece in sorted(pieces, key=lambda piece: catalogue.look_up(piece).is_vague):
        near += [product for product, _ in found]
        product = _one(piece, near)
        beside = [each for each in pieces if each != piece and says_a_count(each)]
        if (
            not product
            and len(before) == 1
            and beside
            and PACKS.search(piece)
            and len(piece.split()) <= FEW_WORDS_OF_A_PIECE
        ):
            # "Two bottles" of what was shown, beside "and one ghee"
            product = before[0]
        if product and product not in [each for each, _ in found]:
            found.append((product, _packs(piece, product) or count_in(piece)))
    order = {product.pk: _place(product, pieces) for product, _ in found}
    return sorted(found, key=lambda item: order[item[0].pk])


def _by_counts(piece: str) -> list[str]:
    counts = list(COUNT.finditer(piece)) or list(A_WEIGHT.finditer(piece))
    starts = [match.start() for match in counts]
    if len(starts) < 2:
        return [piece]
    starts[0] = 0
    return [piece[start:end] for start, end in zip(starts, [*starts[1:], len(piece)], strict=True)]


def _one(piece: str, near: list[Product]) -> Product | None:
    found = catalogue.look_up(piece)
    if found.is_vague and DELIVERED.search(piece):
        # "Is delivery free": no "oil free" anything
        return None
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


# "do you have", "bata do": no number
NO_TWO = re.compile(
    r"\bdo (?=you|u|they|we|i|not|it|the)\b|\b(?:kar|de|bata|bhej|jod|dal|daal|le|dikha|likh|baat kara|number|phone|rate|price|ka|please) do\b"
)


def count_in(piece: str) -> int:
    """Return how many a text asks for; 1 where it says no number."""
    if found := COUNT.search(piece):
        return max(1, min(int(found[1]), 999))
    said = NO_TWO.sub(" ", piece.casefold()).split()
    return next((NUMBERS[word] for word in said if word in NUMBERS), 1)


def says_a_count(piece: str) -> bool:
    """Whether a text says how many, in digits or in words."""
    said = NO_TWO.sub(" ", piece.casefold()).split()
    return bool(COUNT.search(piece)) or any(word in NUMBERS for word in said)


def a_sum(chat: Chat, heard: Heard) -> Reply | None:
    """ "Ek classic aur ek peri peri, total kitna hoga delivery ke saath": added up, with the delivery rule."""
    said = plain(heard.text)
    is_trouble = heard.is_issue and not (heard.intent == "product_query" and spoken_of(heard))
    if is_trouble or OWN_ORDER.search(said):
        return None
    if changed := _changed_sum(heard, said):
        return changed
    if _is_a_list(said) and len(items := counted(heard)) > 1:
        return summed(heard, items)
    so_many_of_it = COUNT.search(said) and THE_CHEAPER.search(said)
    if not (SUM.search(said) or DELIVERED.search(said) or so_many_of_it):
        return None
    if len(said.split()) <= 9 and (one := _the_cheaper(heard, said)):
        return summed(heard, [(one, count_in(said))])
    items = counted(heard)
    if not SUM.search(said) and len(items) < 2:
        return None
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
    before = spoken_of(heard)
    if not items and len(before) == 1 and COUNT.search(said) and PACKS.search(said):
        # "4 pack ka total"
        return summed(heard, [(before[0], count_in(said))])
    if not items and BOTH.search(OF_ONE.sub(" ", said)) and len(both := last_two(heard)) == 2:
        return summed(heard, [(product, 1) for product in both])
    if not items and len(before) == 1 and (packs := _packs(said, before[0])):
        return summed(heard, [(before[0], packs)])
    if (
        not items
        and len(before) == 1
        and DELIVERED.search(said)
        and SUM.search(said)
        and len(said.split()) <= 7
    ):
        # "Kitne ka padega delivery milake", of the one that was shown
        return summed(heard, [(before[0], 1)])
    if not items and (count := _only_a_count(said)) and (before := spoken_of(heard)[:1]):
        return summed(heard, [(before[0], count)])
    if not items or not (several or DELIVERED.search(said)):
        return None
    return summed(heard, items)


A_COUNT = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
A_LIST = re.compile(
    rf"\W*(?:i (?:want|need|'?ll take) |give me |mujhe |chahiye )?{A_COUNT} (?!you|u )\S+.*(?:,|\+|&|\band\b|\baur\b|और)\s*{A_COUNT} \S+",
    re.IGNORECASE,
)


def _is_a_list(said: str) -> bool:
    """ "Two honey and one ghee": a basket in words."""
    return len(said.split()) <= 12 and bool(A_LIST.match(said))


LESS = phrases(
    "remove", "without", r"hata\w*", "minus", "drop", "except", r"(?:nahi|nahin) chahiye", "हटा\\S*"
)
MORE = phrases("add", "plus", r"jod\w*", "also", "bhi", "और", "जोड़\\S*")


SO_MANY = phrases(
    rf"(?:only|just|sirf|bas|instead|make (?:it|that)|केवल|सिर्फ) {A_COUNT}",
    rf"{A_COUNT} (?:hi|ही)",
    rf"{A_COUNT} .{{2,20}} (?:instead|only|hi|kar do|kar dijiye)",
)


def _changed_sum(heard: Heard, said: str) -> Reply | None:
    """ "Remove ghee", "add one honey" after a sum: the sum again, with it or without."""
    one_more = not heard.found.products and MORE.search(said) and says_a_count(said)
    if len(said.split()) > MOST_WORDS_OF_A_CHANGE or not (heard.found.products or one_more):
        return None
    summed_up = heard.topic.get("items") or (
        heard.chat.memory.get("sum") if heard.topic.get("kind") in ("article", "delivery") else None
    )
    if summed_up:
        kept = dict(summed_up)
        items = [(product, kept[str(product.pk)]) for product in catalogue.by_ids(list(kept))]
    elif len(before := spoken_of(heard)) == 1 and CHANGES_A_SUM.search(said):
        # "Aur ek honey bhi add karo" after one product that was shown
        items = [(before[0], 1)]
    else:
        return None
    if one_more:
        # "Aur 1 jod do" of the one thing that was added up
        return summed(heard, [(items[0][0], items[0][1] + count_in(said))]) if len(items) == 1 else None
    named = counted(heard)
    so_many: dict[Product, int] = dict(named)
    if SO_MANY.search(said) and set(so_many) <= {product for product, _ in items}:
        # "And if i take only one banana chips": so many of it, and the rest as it was
        return summed(heard, list((dict(items) | so_many).items()))
    if LESS.search(said):
        gone = {product.pk for product, _ in named}
        rest = [(product, count) for product, count in items if product.pk not in gone]
        return summed(heard, rest) if rest and len(rest) < len(items) else None
    if MORE.search(said) and named:
        added = {product.pk: count for product, count in named}
        both = [(product, count + added.pop(product.pk, 0)) for product, count in items]
        return summed(heard, both + [(product, count) for product, count in named if product.pk in added])
    return None


def _the_cheaper(heard: Heard, said: str) -> Product | None:
    """ "2 of the cheaper one" after a comparison."""
    before = spoken_of(heard)
    if len(before) < 2 or not THE_CHEAPER.search(said):
        return None
    choose = max if THE_DEARER.search(said) else min
    return choose(before, key=lambda product: product.price)


THE_DEARER = phrases("expensive", "costl\\w+", "mehn?g[aei]", "dearer", "महंगा")
THE_CHEAPER = phrases(
    r"(?:the )?(?:cheap\w*|expensive|costl\w+|dearer)(?: one| wala)?",
    r"(?:sast[aei]|mehn?g[aei]) (?:wal[aei]|one)",
    "सस्ता वाला",
    "महंगा वाला",
)
# "Ek packet kitne ka padega delivery milake" is of one
OF_ONE = phrases(
    r"(?:ek|one|1|single|एक) (?:packet|pack|bottle|jar|box|पैकेट).*",
    r"(?:delivery|shipping) (?:ke saath |charge |charges )?(?:milake|mila ke|milakar|mila kar|together)",
)
BOTH = phrases(
    "both", "dono", "दोनों", "the two", "these two", "all of them", "sab", "in dono", "together", "milake", "total",
)  # fmt: skip


def last_two(heard: Heard) -> list[Product]:
    """Return the last two products that were spoken of, in the order in which they were."""
    shown = spoken_of(heard)
    if len(shown) == 2:
        return shown
    recent, listed = heard.chat.memory.get("recent", [])[-2:], heard.chat.memory.get("listed", [])
    # "Both" of a list of two of which one was spoken of
    both = listed if len(listed) == 2 and recent and recent[-1] in listed else recent
    return catalogue.by_ids(both)


PACKS = phrases(
    "agar",
    r"packets?",
    r"pkts?",
    r"pcs?",
    r"packs?",
    r"bottles?",
    r"jars?",
    "पैकेट",
    "पैक",
    "बोतल",
    "डिब्ब\\S*",
)


def _only_a_count(said: str) -> int:
    count = count_in(said)
    return count if count > 1 and len(said.split()) <= 8 else 0


def more_of_it(chat: Chat, heard: Heard) -> Reply | None:
    """ "And if I take 2?" after a product: what two cost."""
    said = plain(heard.text)
    # After an article the product of before is still meant: "half kg lena hai"
    before = spoken_of(heard)[:1] or catalogue.by_ids(chat.memory.get("recent", [])[-1:])
    follows = len(said.split()) <= 7 and (
        FOLLOWS.search(said)
        or re.search(
            r"\b(?:if i (?:take|buy|order)|for|loon|lu|lun|le|lunga|lena|packs?|packets?|pieces?)\b",
            said,
            re.IGNORECASE,
        )
    )
    if before and len(said.split()) <= 5 and not heard.is_issue and (packs := _packs(said, before[0])):
        # "500 gram" sounds like "garam"
        named = catalogue.look_up(A_WEIGHT.sub(" ", said)).products
        return None if named and named[0].pk != before[0].pk else summed(heard, [(before[0], packs)])
    if not before or not follows or heard.found.products or heard.is_issue or heard.numbers:
        return None
    count = _only_a_count(said)
    return (
        summed(heard, [(before[0], count)])
        if (count > 1 and COUNT.search(said)) or (count > 1 and PACKS.search(said))
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
    if charge is None or area is None:
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
    coupons = heard.library.by_slug.get("coupons")
    if coupons and subjects.SUBJECTS["coupon"].named.search(plain(heard.text)):
        reply.text += " " + coupons.body_in(heard.language)
    answers.show(reply, [product for product, _ in items])
    reply.topic = {"kind": "sum", "items": [[str(product.pk), count] for product, count in items]}
    reply.is_sure = True
    return reply
