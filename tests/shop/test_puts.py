"""The shop's data by PUT: what is stored, what stays, what is refused."""

import pytest
from django.test import Client

from chatbot.models import Article, Product
from chatbot.sources import products
from tests import factories
from tickets.models import Order, OrderItem, Person, Role
from tickets.shop import writing
from tickets.shop.registry import KINDS

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]

ORDER = {
    "customer": {"externalId": "c-1", "name": "Priya Sharma", "email": "Priya@Example.com", "phone": "+91 90000 00110"},
    "status": "shipped",
    "placedAt": "2026-11-25T10:00:00Z",
    "eta": "2026-12-01T18:30:00+05:30",
    "deliveredAt": None,
    "total": 747.5,
    "currency": "INR",
    "paymentMethod": "upi",
    "paymentStatus": "paid",
    "refundStatus": "",
    "carrier": "Blue Dart",
    "trackingNumber": "BD1",
    "trackingUrl": "https://track.example/BD1",
    "city": "Jaipur",
    "pincode": "302017",
    "items": [
        {"sku": "MAK-1", "name": "Classic Makhana", "quantity": 2, "price": "249.00"},
        {"name": "Gift wrap", "quantity": 1, "price": 49.5},
    ],
    "adminUrl": "https://shop.example/admin/1",
    "updatedAt": "2026-11-26T08:00:00Z",
}  # fmt: skip
PRODUCT = {
    "name": "Himalayan Honey", "category": "Honey", "price": "499.00", "currency": "INR", "unit": "500 g", "stock": 12,
    "description": "From Kumaon.", "ingredients": "Honey", "tags": ["shahad", "raw"],
    "imageUrl": "https://shop.example/honey.jpg", "active": True, "facts": {"allergens": "none", "jars": 1},
    "updatedAt": "2026-11-26T08:00:00Z",
}  # fmt: skip
ARTICLE = {
    "title": {"en": "Returns", "hi": "वापसी", "hinglish": "Wapsi"},
    "body": {"en": "Within 7 days.", "hi": "7 दिन में।", "hinglish": "7 din mein."},
    "variants": ["how do i return", "wapas kaise karu"],
    "published": True,
    "updatedAt": "2026-11-26T08:00:00Z",
}


def test_a_customer_is_stored_once(shop):
    body = {"name": "Priya Sharma", "email": "Priya@Example.com", "phone": "+91 90000 00110"}
    first, again = (shop.put("/api/shop/customers/c-1", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {
        "externalId": "c-1", "name": "Priya Sharma", "email": "priya@example.com", "phone": "+91 90000 00110",
        "updatedAt": None, "applied": True,
    }  # fmt: skip
    person = Person.objects.get(role=Role.CUSTOMER)
    assert (person.external_id, person.role, person.has_usable_password()) == ("c-1", Role.CUSTOMER, False)


def test_an_order_is_stored_with_its_customer_and_items(shop):
    first, again = (shop.put("/api/shop/orders/VP-1", ORDER) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    stored = shop.get("/api/shop/orders/VP-1").json()
    assert again.json() == stored | {"applied": True}
    assert stored["customer"] == ORDER["customer"] | {"email": "priya@example.com"}
    assert stored["unclaimed"] is False
    assert stored["eta"] == "2026-12-01T13:00:00Z"
    assert stored["total"] == 747.5
    assert stored["items"] == [
        {"sku": "MAK-1", "name": "Classic Makhana", "quantity": 2, "price": 249.0},
        {"sku": "", "name": "Gift wrap", "quantity": 1, "price": 49.5},
    ]
    same = set(ORDER) - {"customer", "items", "eta"}
    assert {name: stored[name] for name in same} == {name: ORDER[name] for name in same}
    assert (
        Order.objects.count(),
        OrderItem.objects.count(),
        Person.objects.filter(role=Role.CUSTOMER).count(),
    ) == (1, 2, 1)


def test_a_product_is_stored_and_villy_finds_it(shop):
    first, again = (shop.put("/api/shop/products/HON-1", PRODUCT) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert shop.get("/api/shop/products/HON-1").json() == PRODUCT | {"sku": "HON-1", "price": 499.0}
    assert [product.sku for product in products.look_up("himalayan honey").products] == ["HON-1"]
    assert Product.objects.get().facts == {"allergens": "none", "jars": 1}


def test_an_article_has_three_languages_and_variants(shop):
    first, again = (shop.put("/api/shop/articles/returns", ARTICLE) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert shop.get("/api/shop/articles/returns").json() == ARTICLE | {
        "slug": "returns",
        "category": "other",
    }
    article = Article.objects.get()
    assert (article.title_in("hi"), article.body_in("hinglish")) == ("वापसी", "7 din mein.")


def test_an_article_may_name_its_languages_first(shop):
    body = {"en": {"title": "Returns", "body": "7 days."}, "hi": {"title": "वापसी"}}
    assert shop.put("/api/shop/articles/returns", body).status_code == 201
    stored = shop.get("/api/shop/articles/returns").json()
    assert stored["title"] == {"en": "Returns", "hi": "वापसी", "hinglish": ""}


@pytest.mark.engines
def test_an_absent_key_stays_and_null_empties(shop):
    shop.put("/api/shop/orders/VP-1", ORDER)
    answer = shop.put(
        "/api/shop/orders/VP-1", {"status": "delivered", "eta": None, "carrier": None, "items": None}
    )
    stored = answer.json()
    assert (stored["status"], stored["eta"], stored["carrier"], stored["items"]) == (
        "delivered",
        None,
        "",
        [],
    )
    assert (stored["trackingNumber"], stored["total"], stored["city"]) == ("BD1", 747.5, "Jaipur")
    shop.put("/api/shop/products/HON-1", PRODUCT)
    stored = shop.put("/api/shop/products/HON-1", {"stock": None, "tags": None, "facts": None}).json()
    assert (stored["stock"], stored["tags"], stored["facts"], stored["name"]) == (
        None,
        [],
        {},
        PRODUCT["name"],
    )
    shop.put("/api/shop/articles/returns", ARTICLE)
    stored = shop.put("/api/shop/articles/returns", {"body": {"hi": None}, "variants": None}).json()
    assert stored["body"] == ARTICLE["body"] | {"hi": ""}
    assert stored["variants"] == []


@pytest.mark.parametrize(
    ("path", "body", "change", "field"),
    [
        ("orders/VP-1", ORDER, {"status": "delivered"}, "status"),
        ("products/HON-1", PRODUCT, {"stock": 0}, "stock"),
        ("articles/returns", ARTICLE, {"published": False}, "published"),
        ("customers/c-9", {"name": "Priya", "updatedAt": "2026-11-26T08:00:00Z"}, {"name": "Old"}, "name"),
    ],
)
def test_an_older_version_than_the_stored_one_changes_nothing(shop, path, body, change, field):
    shop.put(f"/api/shop/{path}", body)
    older = shop.put(f"/api/shop/{path}", change | {"updatedAt": "2026-11-26T07:59:59.999Z"})
    assert (older.status_code, older.json()["applied"]) == (200, False)
    assert shop.get(f"/api/shop/{path}").json()[field] == body[field]
    newer = shop.put(f"/api/shop/{path}", change | {"updatedAt": "2026-11-26T08:00:00.001Z"})
    assert (newer.status_code, newer.json()["applied"]) == (200, True)
    assert shop.get(f"/api/shop/{path}").json()[field] == change[field]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("products/A", {"name": "Honey"}, "price"),
        ("products/A", {"price": 3}, "name"),
        ("products/A", {"name": "Honey", "price": None}, "price"),
        ("products/A", {"name": "Honey", "price": -1}, "price"),
        ("products/A", {"name": "Honey", "price": 1.999}, "price"),
        ("products/A", {"name": "Honey", "price": 1.5, "currency": "JPY"}, "price"),
        ("products/A", {"name": "Honey", "price": 1, "currency": "RUPEES"}, "currency"),
        ("products/A", {"name": "Honey", "price": 1, "currency": "XYZ"}, "currency"),
        ("products/A", {"name": "Honey", "price": 1, "imageUrl": "javascript:alert(1)"}, "imageUrl"),
        ("products/A", {"name": "Honey", "price": 1, "stock": "many"}, "stock"),
        ("orders/A", {"status": "placed"}, "customer"),
        ("orders/A", {"customer": "c-1"}, "status"),
        ("orders/A", {"customer": "c-1", "status": "lost"}, "status"),
        ("orders/A", {"customer": {"name": "Priya"}, "status": "placed"}, "customer"),
        ("orders/A", {"customer": "c-1", "status": "placed", "eta": "soon"}, "eta"),
        ("orders/A", {"customer": "c-1", "status": "placed", "items": [{"quantity": 1}]}, "items"),
        ("orders/A", {"customer": "c-1", "status": "placed", "items": [None]}, "items"),
        ("orders/A", {"customer": "c-1", "status": "placed", "placedAt": "0001-01-01"}, "placedAt"),
        ("orders/A", {"customer": "c-1", "status": "placed", "eta": "9999-12-31T23:59:59-14:00"}, "eta"),
        ("orders/A", {"customer": "c-1", "status": "placed", "number": "B"}, "number"),
        ("orders/" + "9" * 33, {"customer": "c-1", "status": "placed"}, "number"),
        ("customers/c-1", {"email": "not an address"}, "email"),
        ("customers/c-1", {"phone": "4111 1111 1111 1111"}, "phone"),
        ("articles/returns", {"title": {"hi": "वापसी"}, "body": "7 days."}, "title"),
        ("articles/no%20spaces", ARTICLE, "slug"),
    ],
)
def test_an_impossible_value_is_refused_at_its_field(shop, path, body, field):
    answer = shop.put(f"/api/shop/{path}", body)
    assert answer.status_code == 400
    assert field in answer.json(), answer.json()
    assert not Order.objects.exists()
    assert not Product.objects.exists()


def test_a_price_has_the_decimals_of_its_currency(shop):
    for currency, price in (("JPY", 1200), ("KWD", 1.255), ("EUR", 9.99)):
        path = f"/api/shop/products/{currency}"
        assert shop.put(path, {"name": "Honey", "price": price, "currency": currency}).status_code == 201
        assert shop.get(path).json()["price"] == price
    # The stored currency counts where the body names none
    assert shop.put("/api/shop/products/JPY", {"price": 12.5}).status_code == 400


@pytest.mark.engines
def test_an_order_by_its_customers_id_alone_waits_for_that_customer(shop):
    assert shop.put("/api/shop/orders/VP-1", {"customer": "c-7", "status": "placed"}).status_code == 201
    shop.put("/api/shop/customers/c-7", {"name": "Meena"})
    assert Order.objects.get().customer.name == "Meena"


def test_an_order_by_contact_alone_is_unclaimed_until_the_shop_knows_better(shop):
    contact = {"email": "ravi@example.com", "name": "Ravi"}
    assert shop.put("/api/shop/orders/VP-1", {"customer": contact, "status": "placed"}).status_code == 201
    stored = shop.get("/api/shop/orders/VP-1").json()
    assert stored["unclaimed"] is True
    assert stored["customer"] == {
        "externalId": None,
        "name": "Ravi",
        "email": "ravi@example.com",
        "phone": "",
    }
    assert not Person.objects.filter(role=Role.CUSTOMER).exists()
    shop.put("/api/shop/orders/VP-1", {"customer": "c-1"})
    assert Order.objects.get().customer.external_id == "c-1"
    shop.put("/api/shop/orders/VP-1", {"customer": contact})
    assert Order.objects.get().customer.external_id == "c-1", "what was claimed stays claimed"


def test_delete_hides_a_product_and_keeps_it(shop):
    shop.put("/api/shop/products/HON-1", PRODUCT)
    assert shop.delete("/api/shop/products/HON-1").status_code == 204
    assert shop.delete("/api/shop/products/HON-1").status_code == 204
    assert shop.get("/api/shop/products/HON-1").json()["active"] is False
    assert products.look_up("himalayan honey").products == []
    assert shop.delete("/api/shop/products/NONE").status_code == 404


@pytest.mark.parametrize("kind", ["customers", "orders", "products", "articles"])
def test_an_unknown_object_is_404_and_an_invalid_one_400(shop, kind):
    assert shop.get(f"/api/shop/{kind}/none").status_code == 404
    assert shop.post(f"/api/shop/{kind}/none", {}).status_code == 405
    assert shop.put(f"/api/shop/{kind}/none", "[1]", content_type="application/json").status_code == 400
    assert shop.put(f"/api/shop/{kind}/none", "{", content_type="application/json").status_code == 400


def test_orders_and_customers_are_not_deleted(shop):
    shop.put("/api/shop/orders/VP-1", ORDER)
    assert shop.delete("/api/shop/orders/VP-1").status_code == 405
    assert shop.delete("/api/shop/customers/c-1").status_code == 405


def test_a_number_may_have_a_slash_or_a_hash(shop):
    for number in ("2026%2F0001", "%231001"):
        assert shop.put(f"/api/shop/orders/{number}", ORDER).status_code == 201
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1001", "2026/0001"]
    assert shop.get("/api/shop/orders/%231001").json()["number"] == "1001"


def test_a_slash_at_the_end_belongs_to_the_address(shop):
    assert shop.put("/api/shop/orders/VP-1/", {"customer": "c-1", "status": "placed"}).status_code == 201
    assert shop.put("/api/shop/orders/VP-1", {"status": "packed"}).status_code == 200
    assert shop.get("/api/shop/orders/VP-1/").json()["number"] == "VP-1"
    assert Order.objects.count() == 1


def test_the_shop_cannot_write_on_a_person_of_the_desk(shop):
    factories.person("Asha Nair", Role.AGENT, external_id="boss")
    assert shop.put("/api/shop/customers/boss", {"name": "Mallory"}).status_code == 400
    assert shop.put("/api/shop/orders/VP-1", {"customer": "boss", "status": "placed"}).status_code == 400
    assert not Order.objects.exists()


@pytest.mark.engines
def test_another_process_that_is_first_with_a_newer_version_wins(shop, monkeypatch):
    shop.put("/api/shop/orders/VP-1", ORDER)
    load, raced = KINDS["orders"].load, []

    def loaded_then_overtaken(keys):
        rows = load(keys)
        if not raced:
            raced.append(True)
            newer = {"status": "delivered", "shop_updated_at": "2026-11-28T00:00:00Z"}
            Order.objects.filter(number="VP-1").update(**newer)
        return rows

    monkeypatch.setattr(KINDS["orders"], "load", loaded_then_overtaken)
    monkeypatch.setattr(writing, "all_or_nothing", __import__("contextlib").nullcontext)
    answer = shop.put("/api/shop/orders/VP-1", {"status": "packed", "updatedAt": "2026-11-27T00:00:00Z"})
    assert (answer.status_code, answer.json()["applied"]) == (200, False)
    assert Order.objects.get().status == "delivered"


@pytest.mark.engines
def test_an_unpublished_or_hidden_object_is_gone_at_once(shop):
    article = {"title": "Festive boxes", "body": "From October.", "published": True}
    shop.put("/api/shop/articles/festive", article)
    shop.put("/api/shop/products/BOX-1", {"name": "Festive box", "price": 900})
    assert Client().get("/help/festive/").status_code == 200
    assert products.look_up("festive box").products
    shop.put("/api/shop/articles/festive", {"published": False})
    assert Client().get("/help/festive/").status_code == 404
    assert "/help/festive/" not in Client().get("/sitemap.xml").text
    shop.delete("/api/shop/products/BOX-1")
    assert not products.look_up("festive box").products
    shop.put("/api/shop/articles/festive", {"published": True})
    assert Client().get("/help/festive/").status_code == 200
