"""Find the shop's products by name, misspelt name, category, price or stock."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Q
from rapidfuzz import fuzz, process

from chatbot.models import Product
from chatbot.nlu.text import features as words
from supportdesk import money

from . import articles
from .fresh_products import fresh
from .price_words import price_named as price_named
from .price_words import within_a_price
from .product_words import GENERIC, PUTS, SHOPPING
from .table_cache import CachedFromTable

SHOWN = 4
MOST_LIKELY = 10
LOW_STOCK = 5
# A customer's essay names no more products after these many words
LONGEST = 40

# Below this (of 100) a misspelling is rather another word; short words are too alike: cod is not cold
ALIKE = 84
LEAST_LETTERS = 5
# The same sound in another spelling or script: makana, makhaana, मखाना
SOUNDS_ALIKE = 0.95
# ... and looks alike in Latin letters: "charge" sounds like "Coorg" and is none
LOOKS_ALIKE = 70
# A word that stands in many names says less
GENERIC_SAY = 0.3
# Half a name is better than nothing: the score of a product of which a share of one name was said
HALF_SAID, FULLY_SAID = 0.6, 0.4
# "oil" is rather something of the category Oils than coconut-oil chips
OF_THE_KIND = 1.2
# As good as the best: shown beside it
AS_GOOD = 0.85
# So much of its name was said that a second product is meant as well: "honey or jaggery"
NAMED_TOO = 0.75

CHEAPEST = re.compile(r"\b(?:cheap(?:est)?|sast[aie]|lowest price|kam daam)\b|सस्ता|सस्ती|सस्ते", re.IGNORECASE)
# Asks for everything and names nothing
WHOLE_SHELF = re.compile(
    r"\b(?:what (?:all )?(?:do|can) (?:you|u|i) (?:sell|have|buy)|your products|all products|product list|menu|catalog(?:ue)?"
    r"|best ?sell(?:er|ers|ing)|sabse (?:ach+h?a|best|famous)|most popular|(?:what|kya)(?:'s| is)? (?:good|best|popular|famous|accha|achha)(?: here| hai| in your shop)?\b|recommend (?:me )?(?:something|anything)|best (?:product|item)s?|kya kya (?:milta|hai|bechte|milega)|kya bechte|products? dikhao|saman dikhao)\b"
    r"|\bkya (?:milta|bechte|bikta|rakhte) (?:hai|h|ho|hain)(?: aap\w*| yaha\w*| idhar| bhai| ke| par| pe)*\W*$"
    r"|क्या क्या मिलता|क्या बेचते|क्या-क्या मिलता|सामान दिखा|प्रोडक्ट दिखा",
    re.IGNORECASE,
)
# Words with which a customer asks for something to buy
WANTS = re.compile(
    r"\b(?:sell|have|available|stock|buy|price|rate|mrp|cost|show|need|want|looking for|chahiye|milega|milegi|bechte|dikhao"
    r"|kitne ka|kitne ki|daam|lena)\b|बेचते|मिलेगा|मिलेगी|चाहिए|दिखाओ|दिखाइए|कीमत|दाम|कितने का",
    re.IGNORECASE,
)
# What may be asked about one product, and the field that answers it
DETAILS = {
    "ingredients": re.compile(
        r"ingredient|contain|made of|made from|vegan|gluten|jain|allerg|sugar free|kya dala|kisse bana|samagri"
        r"|onion|garlic|pyaaz|pyaz|lehsun|preservative|सामग्री|किससे बना|क्या डाला|प्याज|लहसुन",
        re.IGNORECASE,
    ),
    "shelf_life": re.compile(
        r"shelf|expir|best before|kab tak chal|kitne din chal|kharab ho|how long (?:does|do|will|can) .*(?:last|keep|stay|good)"
        r"|एक्सपायर|कितने दिन चल|कब तक चल",
        re.IGNORECASE,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    products: list[Product]
    # How much of the message is their names (0 to 1), words that only ask to buy set aside
    share: float = 0.0
    # Whether only words were said that stand in many names: "box", "masala"
    is_vague: bool = False


# --- Asked from outside ------------------------------------------------------


def look_up(text: str) -> Found:
    """Find the products that a message names (or whose price it asks for), the best first, at most SHOWN."""
    said = _content_words(text)
    within, cheapest = within_a_price(text), CHEAPEST.search(text)
    if not (said or within or cheapest):
        return Found([])
    shelf = _shelf()
    ids, share = shelf.named(tuple(said))
    if not ids and (within or cheapest):
        ids = shelf.by_price()
    if within:
        # What is named and is not at this price is still what was asked for
        ids = [pk for pk in ids if within(shelf.prices[pk])] or (ids if share else [])
    if cheapest:
        ids = sorted(ids, key=shelf.prices.__getitem__)
    shown = sorted(fresh(ids[: 10 * SHOWN]), key=lambda product: not product.is_in_stock)[:SHOWN]
    return Found(shown, share, is_vague=not set(said) - GENERIC)


def all_named(text: str) -> list[Product]:
    """Return every product that a message names, or that is at its price, the best first: the list without its limit."""
    within, shelf = within_a_price(text), _shelf()
    ids = list(shelf.named(tuple(_content_words(text)))[0]) or (shelf.by_price() if within else [])
    rows = {product.pk: product for product in shelf.rows}
    return [rows[pk] for pk in ids if not within or within(shelf.prices[pk])]


def names_a_price(text: str) -> bool:
    """ "Under 200", "300 se kam"."""
    return within_a_price(text) is not None


def categories() -> list[str]:
    """Return the categories that the shop sells in, in the order of its products."""
    return list(dict.fromkeys(filter(None, (product.category for product in _shelf().rows))))


def asks_for_everything(text: str) -> bool:
    """ "What do you sell?" """
    return bool(WHOLE_SHELF.search(text))


def asks_to_buy(text: str) -> bool:
    """ "Do you have bicycles?": asks for something, and names what we may not have."""
    return bool(WANTS.search(text)) and bool(_content_words(text))


def is_about_one(text: str) -> bool:
    """ "And the price?", "is it vegan?": asks something of a product that it does not name."""
    asks_for_detail = any(asked.search(text) for asked in DETAILS.values())
    return asks_for_detail or (bool(WANTS.search(text)) and not _content_words(text))


def detail(text: str, product: Product) -> str:
    """Return what the message asks about this product (ingredients, shelf life), or ""."""
    wanted = next((name for name, asked in DETAILS.items() if asked.search(text)), None)
    return getattr(product, wanted) if wanted else ""


def by_ids(ids: list[str]) -> list[Product]:
    """Return these products as they are now, in the given order; what is no longer sold is left out."""
    return fresh(ids[:SHOWN])


def likely_in(text: str) -> list[str]:
    """Return the ids of the products that a text may name: to read them in one query."""
    said = _content_words(text)
    return [str(pk) for pk in _shelf().named(tuple(said))[0][:MOST_LIKELY]] if said else []


def on_sale() -> list[Product]:
    """Return every product on sale, as the shelf knows it: not older than a second."""
    return _shelf().rows


def named_beside(text: str, near: list[Product], follows: bool = False) -> list[Product]:
    """Return the products that a text names among those of the same kind as `near`, the best first.

    "The masala one" beside Classic Makhana is Masala Makhana. Empty where the text names none of
    the kind, or names something of another kind more plainly.
    """
    shelf, said = _shelf(), _content_words(text)
    kinds = {product.category for product in near if product.category}
    found = shelf._by_name(said) if said else {}
    beside = {pk: named for pk, named in found.items() if shelf.categories[pk] in kinds}
    if not beside:
        return []
    best = max(named.score for named in beside.values())
    # A follow-up stays with what was spoken of, unless it names another thing far more plainly
    elsewhere = max((named.score for pk, named in found.items() if pk not in beside), default=0.0)
    only_generic = not set(said) - GENERIC
    if elsewhere > best * (2.5 if only_generic or follows else 1.0):
        return []
    ids = [pk for pk, named in beside.items() if named.score >= AS_GOOD * best]
    # A word of the kind ("makhana") names all of it
    return (
        fresh(ids)
        if len(ids) < len([pk for pk in shelf.products if shelf.categories[pk] in kinds]) or len(ids) == 1
        else []
    )


def popular(limit: int = 3) -> list[Product]:
    """Something to show when nothing was found: what there is most of."""
    available = Q(stock__gt=0) | Q(stock=None)
    return list(Product.objects.filter(available, is_active=True).order_by("-stock", "name")[:limit])


def as_card(product: Product) -> dict:
    """A product as replies carry it: {id, sku, name, price, unit, stock, image, imageUrl, description}."""
    return {
        "id": str(product.pk),
        "sku": product.sku,
        "name": product.name,
        "price": float(product.price),
        "currency": product.currency or money.shop_currency(),
        "unit": product.unit,
        "stock": product.stock,
        "description": product.description,
        "image": product.image,
        "imageUrl": product.image_url,
    }


# --- The shelf: names, ready to be searched ----------------------------------


@dataclass
class Named:
    """A product's match in a message: its words, how well they match, and how much of the name they cover."""

    score: float = 0.0
    words: dict[str, float] = field(default_factory=dict)
    name_said: float = 0.0


class Shelf:
    """The words of all names, each with the products that it stands for; `_shelf()` returns it as it is now."""

    def __init__(self, products: Iterable[Product]):
        self.products = [product.pk for product in products]
        self.rows = list(products)
        self.prices = {product.pk: product.price for product in products}
        self.categories = {product.pk: product.category for product in products}
        # Each name as (its product, the weights of its words); for each word the names that have it
        self.names: list[tuple[object, dict[str, float]]] = []
        self.postings: dict[str, list[int]] = defaultdict(list)
        self.kinds: dict[str, set] = defaultdict(set)
        for product in products:
            self._post(product)
        known = {*self.postings, *self.kinds}
        self.by_sound: dict[str, list[str]] = defaultdict(list)
        for word in sorted(known):
            if len(words.sound(word)) >= 3:
                self.by_sound[words.sound(word)].append(word)
        self.long_words = sorted(word for word in known if len(word) >= LEAST_LETTERS)
        # The same words come again and again, and an answer asks several times for those of its message
        self.meant = lru_cache(2_000)(self._meant)
        self.named = lru_cache(500)(self._named)

    def _post(self, product: Product) -> None:
        for name in product.names:
            parts = {part: GENERIC_SAY if part in GENERIC else 1.0 for part in _parts(name)}
            for part in parts:
                self.postings[part].append(len(self.names))
            self.names.append((product.pk, parts))
        for part in _parts(product.category):
            self.kinds[part].add(product.pk)

    def by_price(self) -> list:
        """Return every product, the cheapest first."""
        return sorted(self.products, key=self.prices.__getitem__)

    def _named(self, said: tuple[str, ...]) -> tuple[tuple, float]:
        """Return the products that these words name, the best first, and the share of words that do."""
        found = self._by_name(said) or self._by_kind(said)
        if len(found) == 1 and all(word in self.kinds and word.endswith("s") for word in said):
            # "Spices" is a shelf, though one product is a "spice mix"
            found = self._by_kind(said)
        if not found:
            return (), 0.0
        chosen, explained = _chosen(found)
        return tuple(chosen), len(explained) / len(said)

    def _meant(self, word: str) -> dict[str, float]:
        """Return the known words that this one is or may be a misspelling of, with how likely (0 to 1)."""
        alike = {same: 1.0 for same in (word, word + "s", word.removesuffix("s")) if self.knows(same)}
        if not alike and word in articles.library().ordinary_words:
            return {}
        if len(words.latin(word)) >= 4 and len(words.sound(word)) >= 3:
            sounding = (other for other in self.by_sound[words.sound(word)] if _alike(word, other))
            alike |= dict.fromkeys(sounding, SOUNDS_ALIKE)
        if not alike and len(word) >= LEAST_LETTERS:
            close = process.extract(word, self.long_words, scorer=fuzz.ratio, score_cutoff=ALIKE)
            alike = {other: score / 100 for other, score, _ in close}
        return alike

    def knows(self, word: str) -> bool:
        return word in self.postings or word in self.kinds

    def _by_name(self, said: Sequence[str]) -> dict[object, Named]:
        found: dict[object, Named] = defaultdict(Named)
        names: dict[int, float] = defaultdict(float)
        for word in said:
            for part, likely in self.meant(word).items():
                for number in self.postings.get(part, ()):
                    product, parts = self.names[number]
                    seen = found[product].words
                    seen[word] = max(seen.get(word, 0.0), likely * parts[part])
                    names[number] += likely * parts[part]
        for number, weight in names.items():
            product, parts = self.names[number]
            share = min(1.0, weight / sum(parts.values()))
            found[product].name_said = max(found[product].name_said, share)
        return self._scored(found, said)

    def _by_kind(self, said: Sequence[str]) -> dict[object, Named]:
        found: dict[object, Named] = defaultdict(Named)
        for word in said:
            for part, likely in self.meant(word).items():
                for product in self.kinds.get(part, ()):
                    found[product].words[word] = likely
        return self._scored(found, said)

    def _scored(self, found: dict[object, Named], said: Sequence[str]) -> dict[object, Named]:
        kinds = set().union(*(self.kinds.get(part, ()) for word in said for part in self.meant(word)), ())
        # A name of which only generic words were said was not said, unless there are no others
        if set(said) - GENERIC:
            found = {pk: named for pk, named in found.items() if named.words.keys() - GENERIC}
        for product, named in found.items():
            named.score = sum(named.words.values()) * (HALF_SAID + FULLY_SAID * named.name_said)
            named.score *= OF_THE_KIND if product in kinds else 1.0
        return found


def _alike(word: str, other: str) -> bool:
    return word != other and fuzz.ratio(words.latin(word), words.latin(other)) >= LOOKS_ALIKE


def _chosen(found: dict[object, Named]) -> tuple[list, set[str]]:
    """Return the products meant, and the words that mean them.

    The best, those that the same words name as well ("makhana"), and what the
    words that are left name almost wholly ("honey or jaggery").
    """
    chosen: list[object] = []
    explained: set[str] = set()
    leads: dict[frozenset[str], float] = {}
    for product, named in sorted(found.items(), key=lambda item: -item[1].score):
        mine = frozenset(named.words)
        if mine in leads:
            if named.score >= AS_GOOD * leads[mine]:
                chosen.append(product)
        elif not leads or (mine - explained and named.name_said >= NAMED_TOO):
            leads[mine] = named.score
            chosen.append(product)
            explained |= mine
    return chosen, explained


_shelf = CachedFromTable(Product, Shelf).get


# --- Words and prices --------------------------------------------------------


def _parts(name: str) -> set[str]:
    """Return the words of a name that are long enough to mean something."""
    return {part for part in _words(name) if len(part) >= 3 or (not part.isascii() and len(part) == 2)}


A_WEIGHT = re.compile(
    r"(?<![\d.])\d{1,4}(?:\.\d{1,2})?\s*(?:gms?|grams?|g|kgs?|kilos?|ml|l|ltrs?|lit(?:er|re)s?|ग्राम|किलो|लीटर)(?![\w\u0900-\u097F])",
    re.IGNORECASE,
)


def _content_words(text: str) -> list[str]:
    # "250 gram" sounds like "garam" and names nothing
    text = PUTS.sub(" ", A_WEIGHT.sub(" ", text))
    said = (word for word in _words(text) if not word[0].isdigit() and word not in SHOPPING)
    return list(dict.fromkeys(said))[:LONGEST]


def _words(text: str) -> list[str]:
    return [token for token in words.tokens(text) if token[0].isalnum()]
