"""What the shop sells, found by name, misspelt name, category, price or stock."""

import re
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from .models import Product

# Below this a misspelling is rather another word
ALIKE = 84
SHOWN = 4
LOW_STOCK = 5

NUMBER = re.compile(r"(?:rs\.?|₹|inr)?\s*(\d{2,6})", re.IGNORECASE)
UNDER = re.compile(r"\b(under|below|less than|upto|up to|within|se kam|tak|ke andar)\b|से कम|तक", re.I)
OVER = re.compile(r"\b(over|above|more than|se zyada|se upar)\b|से ज़्यादा|से ज्यादा", re.I)
WORD = re.compile(r"[\w\u0900-\u097F]+")
# Words that stand in many product names or in any sentence and name nothing by themselves
GENERIC = {
    "the", "and", "for", "with", "pack", "gram", "order", "price", "best", "show", "available",
    "hai", "kya", "mein", "organic", "pure", "fresh", "classic", "masala", "natural", "item",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    products: list[Product]
    # Whether the message named what was found, rather than only a price or a category
    by_name: bool


def look_up(text: str, shelf: list[Product] | None = None) -> Found:
    """Find the products that a message names, the best first, at most SHOWN."""
    shelf = list(Product.objects.filter(is_active=True)) if shelf is None else shelf
    named = _named(text, shelf)
    within = _in_price_range(text, named or shelf)
    if named:
        return Found((within or named)[:SHOWN], by_name=True)
    if within and len(within) < len(shelf):
        return Found(sorted(within, key=lambda product: product.price)[:SHOWN], by_name=False)
    return Found([], by_name=False)


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


def _named(text: str, shelf: list[Product]) -> list[Product]:
    words = [word for word in WORD.findall(text.lower()) if len(word) >= 3 and word not in GENERIC]
    if not words:
        return []
    scores = {}
    for product in shelf:
        score = max(_score(text.lower(), words, name.lower()) for name in product.names)
        if score:
            scores[product] = score
    if not scores:
        return []
    best = max(scores.values())
    close = [product for product, score in scores.items() if score >= best - 6]
    return sorted(close, key=lambda product: (-scores[product], product.name))


def _score(text: str, words: list[str], name: str) -> float:
    """How surely the text names this: 100 and more for the whole name, ALIKE and more for a word of it."""
    if len(name) > 3 and fuzz.partial_ratio(name, text) >= 92 and name.count(" ") >= 1:
        return 110.0
    parts = [part for part in WORD.findall(name) if len(part) >= 3 and part not in GENERIC]
    best = 0.0
    for part in parts:
        cutoff = 100 if len(part) <= 3 else ALIKE
        found = process.extractOne(part, words, scorer=fuzz.ratio, score_cutoff=cutoff)
        if found:
            best = max(best, found[1])
    return best


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
