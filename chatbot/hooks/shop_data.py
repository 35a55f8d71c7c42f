"""Products and articles as the shop sends them: registered with `tickets.shop`."""

import re

from rest_framework import serializers

from supportdesk import money
from tickets.models import Category
from tickets.shop import fields
from tickets.shop.registry import Kind, register, times

from ..models import Article, Product
from ..sources.table_cache import look_again

LANGUAGES = {"en": "", "hi": "_hi", "hinglish": "_hinglish"}
SLUG = re.compile(r"[-a-zA-Z0-9_]+\Z")
MOST_FACTS = 200


# --- Products ----------------------------------------------------------------


class Facts(serializers.DictField):
    """`{key: value}`; values are short texts, numbers, yes or no, or lists of them."""

    def __init__(self, **options):
        super().__init__(**fields.OPTIONAL | options)

    def to_internal_value(self, data):
        facts = super().to_internal_value(data)
        if len(facts) > MOST_FACTS:
            raise serializers.ValidationError(f"At most {MOST_FACTS} facts fit.")
        if any("\0" in str(key) for key in facts):
            raise serializers.ValidationError("The name of a fact is a text.")
        return {str(key).strip()[:100]: self.value_of(key, value) for key, value in facts.items()}

    def value_of(self, key, value):
        if isinstance(value, list):
            return [self.value_of(key, each) for each in value[:100]]
        if value is None or isinstance(value, bool | int | float):
            return value
        if not isinstance(value, str) or len(value) > 2000 or "\0" in value:
            raise serializers.ValidationError(
                {str(key)[:100]: ["A fact is a text of up to 2,000 characters."]}
            )
        return value.strip()


class ProductSerializer(fields.Sparse):
    name = fields.Text(255)
    category = fields.Text(100)
    price = fields.Money()
    currency = fields.Currency()
    unit = fields.Text(60)
    stock = fields.Whole()
    description = fields.Text(10_000)
    ingredients = fields.Text(10_000)
    tags = fields.Words()
    imageUrl = fields.Link()
    active = serializers.BooleanField(**fields.OPTIONAL)
    facts = Facts()
    updatedAt = fields.Moment()


class Products(Kind[Product]):
    name = "products"
    key, column, longest_key = "sku", "sku", 64
    model = Product
    serializer = ProductSerializer
    needed = ("name", "price")
    hidden_by = "is_active"
    columns = {
        "name": "name", "category": "category", "price": "price", "currency": "currency", "unit": "unit",
        "stock": "stock", "description": "description", "ingredients": "ingredients", "tags": "tags",
        "imageUrl": "image_url", "active": "is_active", "facts": "facts",
    }  # fmt: skip

    def values(self, put, row: Product | None) -> dict:
        values = super().values(put, row)
        if values.get("name") == "":
            raise serializers.ValidationError({"name": ["This field may not be blank."]})
        if row is None:
            # A shop that does not count its stock sells what it shows
            values.setdefault("stock", None)
        if "currency" in put.data or row is None:
            values["currency"] = values.get("currency") or money.shop_currency()
        currency = values.get("currency") or (row and row.currency) or money.shop_currency()
        try:
            fields.fits(values.get("price"), currency)
        except serializers.ValidationError as reason:
            raise serializers.ValidationError({"price": reason.detail}) from None
        return values

    def changed(self):
        look_again(Product)

    def as_json(self, row: Product) -> dict:
        return {
            "sku": row.sku,
            "name": row.name,
            "category": row.category,
            "price": fields.number(row.price),
            "currency": row.currency or money.shop_currency(),
            "unit": row.unit,
            "stock": row.stock,
            "description": row.description,
            "ingredients": row.ingredients,
            "tags": row.tags,
            "imageUrl": row.image_url,
            "active": row.is_active,
            "facts": row.facts,
            **times(row, updatedAt="shop_updated_at"),
        }


# --- Articles ----------------------------------------------------------------


class PerLanguage(fields.Sparse):
    """A text in each language; a plain string is the English one."""

    longest: int

    def __init__(self, **options):
        super().__init__(**fields.OPTIONAL | options)

    def get_fields(self):
        return {language: fields.Text(self.longest) for language in LANGUAGES}

    def to_internal_value(self, data):
        return super().to_internal_value({"en": data} if isinstance(data, str) else data)


class ArticleTitle(PerLanguage):
    longest = 140


class ArticleBody(PerLanguage):
    longest = 20_000


class BothTexts(serializers.Serializer):
    title = fields.Text(140)
    body = fields.Text(20_000)


class ArticleSerializer(fields.Sparse):
    title = ArticleTitle()
    body = ArticleBody()
    # The same the other way round: {"hi": {"title", "body"}}
    en = BothTexts(**fields.OPTIONAL)
    hi = BothTexts(**fields.OPTIONAL)
    hinglish = BothTexts(**fields.OPTIONAL)
    category = serializers.ChoiceField(Category.choices, **fields.OPTIONAL)
    variants = fields.Words(1000)
    published = serializers.BooleanField(**fields.OPTIONAL)
    updatedAt = fields.Moment()

    def validate(self, data):
        for language in LANGUAGES:
            for name, text in (data.pop(language, None) or {}).items():
                data[name] = (data.get(name) or {}) | {language: text}
        return data


class Articles(Kind[Article]):
    name = "articles"
    key, column, longest_key = "slug", "slug", 80
    model = Article
    serializer = ArticleSerializer
    hidden_by = "is_active"
    columns = {"category": "category", "published": "is_active"}

    def check_key(self, key: str) -> str:
        if not SLUG.match(super().check_key(key)):
            raise serializers.ValidationError({"slug": ["A slug has letters, digits, - and _ only."]})
        return key

    def values(self, put, row: Article | None) -> dict:
        values = super().values(put, row)
        for name in ("title", "body"):
            if name not in put.data:
                continue
            texts = put.data[name]
            if texts is None:
                texts = dict.fromkeys(LANGUAGES, "")
            values |= {name + LANGUAGES[language]: text or "" for language, text in texts.items()}
        missing = [name for name in ("title", "body") if not values.get(name, getattr(row, name, ""))]
        if missing:
            raise serializers.ValidationError(
                {name: ["An article needs it in English (en)."] for name in missing}
            )
        if "variants" in put.data:
            values["also_asked"] = "\n".join(" ".join(line.split()) for line in put.data["variants"] or [])
        return values

    def changed(self):
        look_again(Article)

    def as_json(self, row: Article) -> dict:
        return {
            "slug": row.slug,
            "title": {language: getattr(row, f"title{ending}") for language, ending in LANGUAGES.items()},
            "body": {language: getattr(row, f"body{ending}") for language, ending in LANGUAGES.items()},
            "category": row.category,
            "variants": row.variants,
            "published": row.is_active,
            **times(row, updatedAt="shop_updated_at"),
        }


def register_kinds() -> None:
    register(Products())
    register(Articles())
