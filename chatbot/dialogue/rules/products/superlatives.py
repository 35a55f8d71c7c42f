# ruff: noqa: SIM905 (a line of words reads better than a column of quotes)
"""Rules about the one of a set that is most so: the cheapest, the hottest, what keeps longest."""

import re
from collections.abc import Callable

from chatbot import wording
from chatbot.models import Chat, Product
from chatbot.nlu.cues.turn_cues import phrases, plain, words_of
from chatbot.sources import product_facts
from chatbot.sources import products as catalogue
from chatbot.sources.product_text import EVERYDAY
from supportdesk import money

from ... import answers
from ...answers import Reply
from ...message import ACT, ParsedMessage
from ...resolving.counting import COUNT, PACKS, count_in
from ...resolving.references import spoken_of
from .about_products import ABOUT_THE_SHOP
from .heat import heat_of
from .sums.sum_lines import summed

MOST_WORDS = 10
MOST_SHOWN = 3
# "Sabse kam teekha" before "sabse teekha", as the narrower
MOST = {
    "mildest": phrases(
        "least (?:spicy|hot)", "mildest", r"(?:sabse |sab ?se )(?:kam|halk[aei])(?: (?:te+kh[aie]|tikh[aie]|mirch\w*|spicy))", r"kam (?:te+kh[aie]|tikh[aie]) wal[aei]", "the milder(?: one)?", "सबसे कम तीख[ाेी]",
    ),
    "hottest": phrases(
        "hottest", "spiciest", "most (?:spicy|hot)", r"(?:sabse|sab ?se) (?:zyada |jyada |jada )?(?:te+kh[aie]|tikh[aie]|mirch\w*|spicy|hot|chatpat[aei])", r"(?:zyada|jyada) (?:te+kh[aie]|tikh[aie]|spicy) wal[aei]", "the (?:spicier|hotter)(?: one)?", "सबसे (?:ज्यादा )?तीख[ाेी]",
    ),
    "longest": phrases(
        r"(?:lasts?|keeps?|stays?)(?: good| fresh)? (?:the )?longest", "longest (?:shelf ?life|lasting|expiry|life)", r"(?:sabse|sab ?se) (?:zyada|jyada|lamb[aei]) (?:din|time|der|dino|chal\w*|tik\w*|expiry)(?: tak)?(?: chal\w*| tik\w*)?", "सबसे (?:ज्यादा|लंब[ाेी]) (?:दिन|समय|चल\\S*)(?: तक)?(?: चल\\S*)?",
    ),
    "cheapest": phrases(
        "cheapest", "least expensive", "lowest(?: price| cost)?", r"(?:sabse|sab ?se) (?:sast[aei]|kam (?:daam|dam|price|rate|paise|kimat|keemat))(?: (?:ka|ki|me|wal[aei]))*", "(?:the )?cheaper (?:one|wal[aei])", r"sast[aei] wal[aei]", "सबसे (?:सस्त[ाेी]|कम (?:दाम|कीमत))", "सस्त[ाेी] वाल[ाेी]",
    ),
    "dearest": phrases(
        "most expensive", "costliest", "priciest", "dearest", "highest(?: price| cost)?", r"(?:sabse|sab ?se) (?:mehn?g[aei]|mahn?g[aei]|me?hen?g[aei]|costly|expensive|zyada (?:daam|price|rate))", "(?:the )?(?:costlier|pricier|more expensive|expensive) (?:one|wal[aei])", r"(?:mehn?g[aei]|mahn?g[aei]|mehen?g[aei]) wal[aei]", "सबसे महंग[ाेी]", "महंग[ाेी] वाल[ाेी]",
    ),
}  # fmt: skip
OF_PRICE = ("cheapest", "dearest")
# Words that ask the whole shop
OF_ALL = set(
    "product products item items cheez cheezein saman saaman shop store dukan dukaan thing website site".split()
)
IN_MONTHS = re.compile(r"(\d{1,2})\s*(month|week|day|year)", re.IGNORECASE)
DAYS = {"month": 30, "week": 7, "day": 1, "year": 365}


def the_most_of_them(chat: Chat, parsed: ParsedMessage) -> Reply | None:
    """ "Sabse teekha", "the cheaper one" of those spoken of: one product, and by what it is that."""
    # As it was typed: a price that a list was asked for at may have been written out beside it
    said = plain(parsed.raw)
    key = next((key for key, cue in MOST.items() if cue.search(said)), "")
    if (
        not key
        or len(said.split()) > MOST_WORDS
        or chat.memory.get("issue")
        or parsed.reason
        or parsed.numbers
        or (parsed.is_issue and parsed.confidence >= ACT and parsed.intent != "product_query")
        or ABOUT_THE_SHOP.search(said)
        or catalogue.names_a_price(said)
    ):
        return None
    among = _among(chat, parsed, MOST[key].sub(" ", said), key)
    ranked = {product.pk: rank for product in among if (rank := RANKS[key](product)) is not None}
    if len(ranked) < 2:
        return None
    best = max(ranked.values())
    winners = [product for product in among if ranked.get(product.pk) == best][:MOST_SHOWN]
    if COUNT.search(said) or PACKS.search(said):
        # "Sasta wala 3 bottle": the sum of that one
        return summed(parsed, [(winners[0], count_in(said))]) if len(among) <= MOST_OF_A_SET else None
    reply = Reply(_line(parsed, key, winners), "product_query", max(parsed.confidence, 0.9))
    answers.show(reply, winners, aspect=ASPECTS[key])
    if len(among) <= MOST_OF_A_SET:
        # "Aur dusra?", "dono": of these, and not of the whole shop
        chat.memory["listed"] = chat.memory["among"] = [str(product.pk) for product in among]
        reply.topic = (reply.topic or {}) | {"among": chat.memory["among"]}
    reply.is_sure = True
    return reply


MOST_OF_A_SET = 6
ASPECTS = {
    "cheapest": "price",
    "dearest": "price",
    "hottest": "spice",
    "mildest": "spice",
    "longest": "shelf_life",
}


def _among(chat: Chat, parsed: ParsedMessage, rest: str, key: str) -> list[Product]:
    """Return the products that it is the most of: those of the named kind, those spoken of, or the whole shop."""
    said = [word for word in words_of(PACKS.sub(" ", rest)) if not word.isdigit()]
    whole = bool(set(said) & OF_ALL)
    besides = [word for word in said if word not in EVERYDAY | OF_ALL]
    named = catalogue.look_up(rest)
    if besides:
        return catalogue.all_named(rest) if named.share and len(named.products) > 1 else []
    on_sale = {str(product.pk): product for product in catalogue.on_sale()}
    if not whole and parsed.topic.get("kind") in ("product", "sum", "health", "article"):
        shown = [str(product.pk) for product in spoken_of(parsed)]
        listed = list(chat.memory.get("among", []) or chat.memory.get("listed", []))
        ids = shown if len(shown) > 1 else listed if set(shown) <= set(listed) else []
        if len(ids) > 1:
            return [on_sale[pk] for pk in ids if pk in on_sale]
        # "Sabse sasta" after the one namkeen: of its shelf
        shelf = on_sale[shown[0]].category if len(shown) == 1 and shown[0] in on_sale else ""
        of_the_shelf = [product for product in on_sale.values() if shelf and product.category == shelf]
        if len(of_the_shelf) > 1:
            return of_the_shelf
    return list(on_sale.values()) if whole or key in OF_PRICE else []


def _price(product: Product) -> float:
    return float(product.price)


def _heat(product: Product) -> float | None:
    fact = product_facts.fact(product, "spice")
    written = fact.words.casefold() if fact and len(fact.words) < LONGEST_LEVEL else ""
    return float(heat_of(written)) if written else None


# A level is a word or two, and a sentence of the description none
LONGEST_LEVEL = 30


def _keeps(product: Product) -> float | None:
    found = IN_MONTHS.search(product.shelf_life or "")
    return float(int(found[1]) * DAYS[found[2].casefold()]) if found else None


def _less(rank: Callable[[Product], float | None]) -> Callable[[Product], float | None]:
    def ranked(product: Product) -> float | None:
        value = rank(product)
        return None if value is None else -value

    return ranked


RANKS: dict[str, Callable[[Product], float | None]] = {
    "cheapest": _less(_price),
    "dearest": _price,
    "hottest": _heat,
    "mildest": _less(_heat),
    "longest": _keeps,
}


def _line(parsed: ParsedMessage, key: str, winners: list[Product]) -> str:
    values = ", ".join(f"{product.name} ({_value(parsed, key, product)})" for product in winners)
    line = f"{wording.say(f'most_{key}', parsed.language)}: {values}."
    if sold_out := [product.name for product in winners if not product.is_in_stock]:
        line = f"{line} {wording.say('sum_sold_out', parsed.language, names=', '.join(sold_out))}"
    return line


def _value(parsed: ParsedMessage, key: str, product: Product) -> str:
    price = f"{money.formatted(product.price, product.currency, parsed.language)} / {product.unit}"
    if key in OF_PRICE:
        return price
    fact = product_facts.fact(product, ASPECTS[key])
    return f"{fact.words}, {price}" if fact else price
