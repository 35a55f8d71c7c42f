"""Read the quantities that a message asks for: "2 classic and one honey", "aadha kilo"."""

import re
from math import ceil

from chatbot.models import Product
from chatbot.nlu.cues.turn_cues import phrases, plain
from chatbot.sources import products as catalogue

from ..message import ParsedMessage
from .references import spoken_of

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "dozen": 12,
    "ek": 1, "do": 2, "teen": 3, "tin": 3, "char": 4, "chaar": 4, "panch": 5, "paanch": 5, "chhe": 6, "che": 6, "saat": 7, "aath": 8, "nau": 9, "das": 10,
    "एक": 1, "दो": 2, "तीन": 3, "चार": 4, "पांच": 5, "छह": 6, "सात": 7, "आठ": 8, "नौ": 9, "दस": 10, "single": 1, "double": 2, "dono": 1, "couple": 2,
}  # fmt: skip
ITEM_BREAK = re.compile(
    r"\s*(?:,|\+|&|\band\b|\baur\b|\bplus\b|\bwith\b|\bke saath\b|\bor\b|और|व)\s*", re.IGNORECASE
)
COUNT = re.compile(
    r"(?<![\w₹.])(\d{1,3})\s*(?:x|×|nos?|pcs?|pieces?|packs?|packets?|pkts?|pouch(?:es)?|jars?|bottles?|box(?:es)?|पैकेट|डिब्बे|units?)?(?!\s*(?:(?:gm?s?|grams?|kgs?|kilo|ml|l|ltrs?|litres?|rs|rupees|rupaye|days?|din|months?|percent|min|hours?)\b|₹|%))(?![\w.])",
    re.IGNORECASE,
)
DELIVERED = phrases("delivery", "shipping", "dilivery", "डिलीवरी", "delivered", "courier")


WRAPPED = phrases(r"gift wrap\w*", "गिफ्ट रैप\\S*")
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


# "500 se upar jayega kya" is no five hundred of anything
PRICE_LIMIT = re.compile(
    r"(?:₹|rs\.? ?)?\d{2,6}\s*(?:₹|rs|rupees|rupaye)?\s*(?:se (?:upar|zyada|jyada|kam|neeche)|tak|के ऊपर|से (?:ऊपर|ज्यादा|कम))|(?:above|over|under|below|more than|less than)\s*(?:₹|rs\.? ?)?\d{2,6}",
    re.IGNORECASE,
)
A_WEIGHT = re.compile(
    r"(?<![\w.])(\d{1,3}(?:\.\d)?|(?:half|aadha|adha|आधा|pav|paav|ek|do|teen|char|paanch|panch|das|one|two|three|four|five|ten|एक|दो|तीन|चार|पांच|दस)(?=\s))\s*(kgs?|kilos?|k\.g|किलो|l|ltrs?|lit(?:re|er)s?|लीटर|grams?|gms?|gm|g|ग्राम|ml)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)
# "3 of it", "iske do": of what was shown
OF_IT = phrases(
    r"(?:\d{1,2}|one|two|three|ek|do|teen) of (?:it|that|this|them|those|these|the same|that one)",
    r"(?:is|us|in|un)k[aei] (?:\d{1,2}|ek|do|teen)(?: .{0,10})?",
)
# "2 le lu", beside "aur ek garam masala"
TAKES = phrases(
    r"(?:\d{1,2}|ek|do|teen|one|two|three) (?:le|lu|lun|lunga|lungi|lena|chahiye|de|do|dena)(?: (?:lu|lun|do|hai))?"
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


def packs_of(text: str, product: Product) -> int:
    """Return how many packs a weight is: "5 kilo" of a 1 kg pack is 5; 0 where no weight is said."""
    said, unit = A_WEIGHT.search(text), A_WEIGHT.search(product.unit or "")
    if not said or not unit:
        return 0
    return min(999, ceil(_small(said[1], said[2]) / _small(unit[1], unit[2])))


def counted(parsed: ParsedMessage) -> list[tuple[Product, int]]:
    """Return the products of a message with how many of each: "2 classic and one honey"."""
    return counted_in(parsed.text, spoken_of(parsed))


def pieces_of(text: str) -> list[str]:
    """Return the parts of a basket in words, one product each: "2 ghee 3 honey and a tea"."""
    # "With gift wrap" is how it is packed, and no box
    said = WRAPPED.sub(" ", plain(text))
    pieces = [piece for piece in ITEM_BREAK.split(said) if piece.strip()]
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
        takes_it = beside and TAKES.fullmatch(piece.strip())
        if not product and len(before) == 1 and (OF_IT.search(piece) or takes_it):
            product = before[0]
        if product and product not in [each for each, _ in found]:
            found.append((product, packs_of(piece, product) or count_in(piece)))
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
    """Return whether a text says how many, in digits or in words."""
    said = NO_TWO.sub(" ", piece.casefold()).split()
    return bool(COUNT.search(piece)) or any(word in NUMBERS for word in said)
