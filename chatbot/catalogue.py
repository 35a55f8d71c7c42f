"""What the shop sells, found by name, misspelt name, category, price or stock."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from .models import Product

# Below this a misspelling is rather another word
ALIKE = 84
SHOWN = 4
# Named as well as the best one
AS_GOOD = 0.9
EACH_WORD = 0.2
# A category names its products less surely than their own names do
KIND = 0.8
LOW_STOCK = 5

NUMBER = re.compile(r"(?:rs\.?|₹|inr)?\s*(\d{2,6})", re.IGNORECASE)
UNDER = re.compile(r"\b(under|below|less than|upto|up to|within|se kam|tak|ke andar)\b|से कम|तक", re.I)
OVER = re.compile(r"\b(over|above|more than|se zyada|se upar)\b|से ज़्यादा|से ज्यादा", re.I)
WORD = re.compile(r"[\w\u0900-\u097F]+")
# Words that stand in many product names or in any sentence and name nothing by themselves
GENERIC = {
    "the", "and", "for", "with", "pack", "gram", "order", "best", "classic", "masala", "organic",
    "pure", "fresh", "natural", "item", "village", "wild", "cold", "raw", "whole", "box",
}  # fmt: skip
# Words around a product's name that ask to see or to buy it and say nothing more
SHOPPING = {
    "a", "an", "any", "available", "buy", "can", "cost", "do", "does", "give", "got", "have", "how", "i", "in", "is",
    "it", "kg", "like", "list", "looking", "me", "mrp", "much", "need", "of", "on", "please", "plz", "price", "rate",
    "show", "some", "stock", "something", "there", "u", "want", "what", "which", "you", "your",
    "above", "below", "over", "than", "under", "upto", "within", "rs", "rupees", "inr",
    "aap", "batao", "bhai", "chahiye", "dikhao", "hai", "ho", "ka", "kahan", "ke", "ki", "kitna", "kitne", "ko",
    "konsa", "kya", "lena", "mein", "milega", "mujhe", "paas", "se", "wala", "wali",
    "का", "कितने", "कितना", "की", "के", "क्या", "चाहिए", "दिखाओ", "दिखाइए", "में", "मुझे", "है", "हैं",
}  # fmt: skip
# What may be asked about one product, and the field that answers it
DETAILS = {
    "ingredients": re.compile(
        r"ingredient|contain|made of|made from|vegan|gluten|jain|allerg|sugar free|kya dala|kisse bana|samagri"
        r"|सामग्री|किससे बना|क्या डाला",
        re.IGNORECASE,
    ),
    "shelf_life": re.compile(
        r"shelf|expir|best before|kab tak chal|kitne din chal|kharab ho|how long does it last|एक्सपायर|कितने दिन चल",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True)
class Found:
    products: list[Product]
    # How much of the message is their names (0 to 1), words that only ask to buy set aside
    share: float = 0.0


def look_up(text: str, shelf: list[Product] | None = None) -> Found:
    """Find the products that a message names, the best first, at most SHOWN."""
    shelf = list(Product.objects.filter(is_active=True)) if shelf is None else shelf
    named, share = _named(text, shelf)
    within = _in_price_range(text, named or shelf)
    if named:
        return Found((within or named)[:SHOWN], share)
    if within and len(within) < len(shelf):
        return Found(sorted(within, key=lambda product: product.price)[:SHOWN])
    return Found([])


def detail(text: str, product: Product) -> str:
    """Return what the message asks about this product (ingredients, shelf life), or ""."""
    wanted = next((field for field, asked in DETAILS.items() if asked.search(text)), None)
    return getattr(product, wanted) if wanted else ""


def popular(limit: int = 3) -> list[Product]:
    """Something to show when nothing was found: what there is most of."""
    return list(Product.objects.filter(is_active=True, stock__gt=0).order_by("-stock", "name")[:limit])


def as_card(product: Product) -> dict:
    """A product as replies carry it: {id, sku, name, price, unit, stock, image, description}."""
    return {
        "id": str(product.pk),
        "sku": product.sku,
        "name": product.name,
        "price": float(product.price),
        "unit": product.unit,
        "stock": product.stock,
        "description": product.description,
        "image": product.image,
    }


def _named(text: str, shelf: list[Product]) -> tuple[list[Product], float]:
    words = [word for word in WORD.findall(text.lower()) if not word.isdigit() and word not in SHOPPING]
    scores, matched = {}, set()
    for product in shelf:
        score, said = max((_score(words, name) for name in product.names), key=lambda found: found[0])
        kind, of_kind = _score(words, product.category)
        score, said = (KIND * kind, of_kind) if KIND * kind > score else (score, said)
        if score:
            scores[product] = score
            matched |= said
    if not scores:
        return [], 0.0
    best = max(scores.values())
    close = [product for product, score in scores.items() if score >= AS_GOOD * best]
    share = len(matched) / len(set(words))
    return sorted(close, key=lambda product: (-scores[product], product.name)), share


def _score(words: list[str], name: str) -> tuple[float, set[str]]:
    """How well the words name this (0: not at all), and which of them do.

    How much of the name was said (up to 100), and more for every word of it, so
    that "peri peri makhana" means one kind and "makhana" all of them.
    """
    total = weight = 0.0
    said = set()
    for part in WORD.findall(name.lower()):
        if len(part) < 3:
            continue
        counts = 0.3 if part in GENERIC else 1.0
        weight += counts
        # Short words are too alike to be misspelt: cod is not cold
        cutoff = 100 if len(part) <= 4 else ALIKE
        if found := process.extractOne(part, words, scorer=fuzz.ratio, score_cutoff=cutoff):
            total += counts * found[1]
            said.add(found[0])
    if not said - GENERIC:
        return 0.0, set()
    return total / weight + EACH_WORD * total, said


def _in_price_range(text: str, products: list[Product]) -> list[Product]:
    numbers = [Decimal(number) for number in NUMBER.findall(text)]
    if not numbers:
        return products
    if UNDER.search(text):
        return [product for product in products if product.price <= numbers[0]]
    if OVER.search(text):
        return [product for product in products if product.price >= numbers[0]]
    if len(numbers) == 2:
        low, high = sorted(numbers)
        return [product for product in products if low <= product.price <= high]
    return products
