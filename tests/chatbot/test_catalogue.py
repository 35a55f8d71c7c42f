"""The catalogue: found as customers type it, shown as it is now."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from types import SimpleNamespace

import pytest

from chatbot.demo import loader
from chatbot.models import Product
from chatbot.sources import products
from chatbot.sources.table_cache import CachedFromTable

MAKHANA = ["Classic Makhana", "Masala Makhana", "Peri Peri Makhana"]
OILS = ["Cold-Pressed Groundnut Oil", "Cold-Pressed Mustard Oil"]


@pytest.fixture
def shelf(db):
    loader._products()


def names(text: str) -> list[str]:
    return sorted(product.name for product in products.look_up(text).products)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # by name, in part or in full
        ("peri peri makhana", ["Peri Peri Makhana"]),
        ("do you have the mango pickle?", ["Mango Pickle"]),
        ("makhana", MAKHANA),
        ("masala makhana", ["Masala Makhana"]),
        # misspelt
        ("makhna", MAKHANA),
        ("mahkana", MAKHANA),
        ("pery peri makana", ["Peri Peri Makhana"]),
        ("mustrad oil", ["Cold-Pressed Mustard Oil"]),
        ("gheee", ["Gir Cow Bilona Ghee"]),
        # by what else it is called, in other languages and scripts
        ("akhrot", ["Kashmiri Walnut Kernels"]),
        ("मखाना", MAKHANA),
        ("मखाने का दाम", MAKHANA),
        ("घी", ["Gir Cow Bilona Ghee"]),
        ("ঘি", ["Gir Cow Bilona Ghee"]),
        ("gift box", ["Festive Pantry Box"]),
        # by category, one or many
        ("oils", OILS),
        ("oil", OILS),
        ("dry fruits", ["Kashmiri Walnut Kernels", "Konkan Cashews"]),
        ("something sweet", ["Peanut Chikki"]),
        # two at once
        ("honey or jaggery which is better", ["Kolhapuri Jaggery Powder", "Wild Forest Honey"]),
        # a word that stands in many names names nothing beside others
        ("is there a box missing", []),
        ("order", []),
        # too short to be misspelt, and other words
        ("is cod available", []),
        ("delivery charge kitna hai", []),
        ("money", []),
        ("", []),
    ],
)
def test_products_are_found_as_people_type_them(text, found, shelf):
    assert names(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("makhana under 250", MAKHANA[:2]),
        ("makhana below rs. 249", MAKHANA[:2]),
        ("250 se zyada wala makhana", ["Peri Peri Makhana"]),
        ("makhana 250 से कम", MAKHANA[:2]),
        ("oil between 400 and 500", ["Cold-Pressed Groundnut Oil"]),
        ("anything over 1,000", ["Festive Pantry Box"]),
        ("130 se kam me kya hai", ["Foxtail Millet", "Kolhapuri Jaggery Powder", "Moong Papad"]),
        # nothing of that name is at that price: what was asked for is still shown
        ("ghee under 500", ["Gir Cow Bilona Ghee"]),
        # no prices
        ("delivery within 10 days", []),
        ("kya 48 hours tak milega", []),
    ],
)
def test_a_price_narrows_down_what_is_shown(text, found, shelf):
    assert names(text) == found


def test_the_cheapest_comes_first_and_what_is_sold_out_last(shelf):
    cheapest = products.look_up("sabse sasta kya hai").products
    assert [product.price for product in cheapest] == sorted(product.price for product in cheapest)
    assert cheapest[0].name == "Foxtail Millet"
    pickles = products.look_up("pickle").products
    assert [product.name for product in pickles] == ["Mango Pickle", "Sun-Cured Lemon Pickle"]
    assert not pickles[-1].stock


@pytest.mark.parametrize(
    ("text", "share"), [("show me makhana please", 1), ("makhana stale nikla", 1 / 3), ("hello", 0)]
)
def test_the_share_of_names_leaves_out_words_that_only_ask(text, share, shelf):
    assert products.look_up(text).share == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ingredients of classic makhana", "cow ghee"),
        ("is classic makhana vegan", "cow ghee"),
        ("classic makhana kitne din chalega", "6 months"),
        ("क्लासिक मखाना में प्याज है क्या", "cow ghee"),
        ("price of classic makhana", ""),
    ],
)
def test_a_detail_is_answered_from_its_field(text, answer, shelf):
    product = Product.objects.get(name="Classic Makhana")
    assert answer in products.detail(text, product)
    assert bool(answer) == bool(products.detail(text, product))


def test_price_and_stock_are_those_of_this_moment(shelf):
    assert products.look_up("ghee").products[0].price == 899
    # Without `save`, as an import does it: nothing tells us
    Product.objects.filter(name="Gir Cow Bilona Ghee").update(price=Decimal(950), stock=0)
    ghee = products.look_up("ghee").products[0]
    assert (ghee.price, ghee.stock) == (950, 0)


def test_a_change_in_the_admin_is_known_at_once(shelf):
    assert names("bajra") == []
    Product.objects.create(sku="BAJ", name="Bajra Flour", price=90, stock=3)
    assert names("bajra") == ["Bajra Flour"]
    bajra = Product.objects.get(sku="BAJ")
    bajra.is_active = False
    bajra.save()
    assert names("bajra") == []


def test_a_pasted_essay_is_read_as_far_as_it_helps(shelf):
    assert names("peri peri makhana " + "blah " * 800) == ["Peri Peri Makhana"]


def test_an_empty_shop_has_nothing(db):
    assert products.look_up("makhana under 200") == products.Found([])
    assert products.popular() == []


def test_one_of_many_readers_rebuilds_the_catalogue_after_a_change(monkeypatch):
    made = []

    def slowly(rows):
        made.append(rows)
        time.sleep(0.05)
        return object()

    table = SimpleNamespace(
        _default_manager=SimpleNamespace(filter=lambda **_: ["a row"]),
        _meta=SimpleNamespace(label_lower="tests.table"),
    )
    kept = CachedFromTable(table, slowly)
    monkeypatch.setattr(kept, "_stamp", lambda: "changed")
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: kept.get(), range(8)))

    assert (made, len(answers)) == ([["a row"]], 1)
