"""Shopify's and WooCommerce's own webhooks: what is verified, what is stored, what is let be."""

import base64
import hashlib
import hmac
import json

import pytest

from chatbot.models import Product
from tests.shop import payloads
from tickets.models import Order, Person, ShopConnection

pytestmark = [pytest.mark.django_db, pytest.mark.all_engines]
SECRETS = {"shopify": "shpss_secret", "woocommerce": "wc-secret"}


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.SHOPIFY_WEBHOOK_SECRET, settings.WOOCOMMERCE_WEBHOOK_SECRET = SECRETS.values()


@pytest.fixture
def send(client):
    """`send("shopify", topic, payload)` is the answer to a webhook that is signed as the system does."""

    def post(system, topic, payload, *, secret=None, signature=None):
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        key = (secret or SECRETS[system]).encode()
        signature = signature or base64.b64encode(hmac.new(key, raw, hashlib.sha256).digest()).decode()
        headers = {
            "shopify": {
                "X-Shopify-Topic": topic, "X-Shopify-Hmac-Sha256": signature,
                "X-Shopify-Shop-Domain": "jsmith.myshopify.com",
            },
            "woocommerce": {
                "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Signature": signature,
                "X-WC-Webhook-Source": "https://shop.example/",
            },
        }[system]  # fmt: skip
        return client.post(f"/hooks/{system}/", raw, content_type="application/json", headers=headers)

    return post


def test_a_shopify_order_is_stored_with_its_customer(send, shop):
    answer = send("shopify", "orders/create", payloads.SHOPIFY_ORDER)
    assert (answer.status_code, answer.json()["problems"]) == (200, [])
    stored = shop.get("/api/shop/orders/9999").json()
    assert stored["customer"] == {
        "externalId": "115310627314723954", "name": "John Smith", "email": "john@example.com", "phone": "555-555-7777",
    }  # fmt: skip
    assert (stored["status"], stored["total"], stored["currency"]) == ("placed", 403.0, "USD")
    assert (stored["city"], stored["pincode"], stored["paymentMethod"]) == ("Shippington", "40003", "visa")
    assert [item["name"] for item in stored["items"]] == ["Aviator sunglasses", "Mid-century lounger"]
    assert stored["adminUrl"] == "https://jsmith.myshopify.com/admin/orders/820982911946154508"
    assert stored["updatedAt"] == "2026-11-26T12:11:21Z"


def test_a_shopify_fulfillment_tells_where_the_parcel_is(send, shop):
    send("shopify", "orders/create", payloads.SHOPIFY_ORDER)
    assert send("shopify", "fulfillments/update", payloads.SHOPIFY_FULFILLMENT).status_code == 200
    stored = shop.get("/api/shop/orders/9999").json()
    assert (stored["status"], stored["carrier"]) == ("out-for-delivery", "UPS")
    assert stored["trackingNumber"] == "1z827wk74630"
    assert stored["trackingUrl"].startswith("https://www.ups.com/")
    assert stored["total"] == 403.0
    late = payloads.SHOPIFY_FULFILLMENT | {
        "shipment_status": "in_transit",
        "updated_at": "2026-11-27T08:00:00-05:00",
    }
    send("shopify", "fulfillments/update", late)
    assert Order.objects.get().status == "out-for-delivery", "an older one changes nothing"


@pytest.mark.parametrize("name", ["#9999-F1", "#9999.2", "A parcel", None])
def test_a_shopify_fulfillment_finds_its_order_whatever_it_is_called(send, name):
    send("shopify", "orders/create", payloads.SHOPIFY_ORDER)
    told = send("shopify", "fulfillments/create", payloads.SHOPIFY_FULFILLMENT | {"name": name})
    assert told.json()["problems"] == []
    assert Order.objects.get().status == "out-for-delivery"


def test_a_shopify_fulfillment_of_an_order_that_never_came_is_told_by_its_name(send, shop):
    shop.put("/api/shop/orders/9999", {"customer": "c-1", "status": "placed"})
    send("shopify", "fulfillments/create", payloads.SHOPIFY_FULFILLMENT | {"name": "#9999-F1"})
    assert Order.objects.get().status == "out-for-delivery"
    unknown = payloads.SHOPIFY_FULFILLMENT | {"name": "#7-F1", "order_id": 7}
    assert send("shopify", "fulfillments/create", unknown).json()["status"] == "not stored"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cancelled_at": "2026-11-26T07:11:21-05:00"}, "cancelled"),
        ({"financial_status": "refunded"}, "refunded"),
        ({"fulfillment_status": "fulfilled"}, "shipped"),
        ({"fulfillments": [{"status": "success", "shipment_status": "delivered", "updated_at": "2026-11-26T00:00:00Z"}]}, "delivered"),
        (
            {"fulfillments": [{"status": "success", "shipment_status": state} for state in ("delivered", "in_transit")]},
            "shipped",
        ),
        ({"fulfillments": [{"status": "success", "shipment_status": "label_printed"}]}, "packed"),
    ],
)  # fmt: skip
def test_a_shopify_order_has_our_word_for_its_state(send, change, status):
    assert send("shopify", "orders/updated", payloads.SHOPIFY_ORDER | change).json()["problems"] == []
    assert Order.objects.get().status == status


def test_a_guest_of_shopify_has_an_unclaimed_order(send):
    send("shopify", "orders/create", payloads.SHOPIFY_ORDER | {"customer": None})
    order = Order.objects.get()
    assert order.is_unclaimed
    assert (order.contact_name, order.contact_email) == ("Steve Shipper", "jon@example.com")


def test_a_shopify_product_is_a_row_a_variant(send, shop):
    assert send("shopify", "products/create", payloads.SHOPIFY_PRODUCT).json()["problems"] == []
    small = shop.get("/api/shop/products/example-shirt-s").json()
    assert (small["name"], small["price"], small["stock"]) == ("Example T-Shirt - Small", 19.99, 75)
    assert small["description"] == "A shirt of cotton & care.\nMade in Kumaon."
    assert (small["tags"], small["facts"]) == (["mens", "t-shirt", "example"], {"vendor": "Acme"})
    assert small["imageUrl"] == "https://cdn.shopify.com/shirt.png"
    assert shop.get("/api/shop/products/example-shirt-m").json()["stock"] is None
    send("shopify", "products/delete", {"id": payloads.SHOPIFY_PRODUCT["id"]})
    assert not Product.objects.filter(is_active=True).exists()
    assert Product.objects.count() == 2


def test_a_customer_of_each_system_is_stored(send, shop):
    send("shopify", "customers/update", payloads.SHOPIFY_CUSTOMER)
    send("woocommerce", "customer.updated", payloads.WOO_CUSTOMER)
    bob = shop.get("/api/shop/customers/706405506930370084").json()
    assert (bob["name"], bob["email"], bob["phone"]) == ("Bob Biller", "bob@biller.com", "555-555-2222")
    john = shop.get("/api/shop/customers/25").json()
    assert (john["name"], john["email"], john["phone"]) == (
        "John Doe",
        "john.doe@example.com",
        "555 555-5555",
    )


def test_a_woocommerce_order_is_stored(send, shop):
    assert send("woocommerce", "order.created", payloads.WOO_ORDER).json()["problems"] == []
    stored = shop.get("/api/shop/orders/727").json()
    assert stored["customer"]["externalId"] == "26"
    assert (stored["status"], stored["total"], stored["currency"]) == ("placed", 29.35, "EUR")
    assert (stored["paymentMethod"], stored["paymentStatus"]) == ("Direct Bank Transfer", "paid")
    assert [item["price"] for item in stored["items"]] == [3.0, 12.0]
    assert stored["placedAt"] == "2026-11-22T19:28:02Z"
    assert stored["adminUrl"] == "https://shop.example/wp-admin/post.php?post=727&action=edit"
    tracked = payloads.WOO_ORDER | {
        "status": "shipped", "date_modified_gmt": "2026-11-23T10:00:00",
        "meta_data": [
            {"key": "_wc_shipment_tracking_items", "value": [{"tracking_provider": "DHL", "tracking_number": "D1"}]}
        ],
    }  # fmt: skip
    send("woocommerce", "order.updated", tracked)
    stored = shop.get("/api/shop/orders/727").json()
    assert (stored["status"], stored["carrier"], stored["trackingNumber"]) == ("shipped", "DHL", "D1")


def test_a_woocommerce_guest_has_an_unclaimed_order(send):
    send("woocommerce", "order.created", payloads.WOO_ORDER | {"customer_id": 0})
    assert Order.objects.get().contact_email == "john.doe@example.com"


@pytest.mark.engines
def test_a_woocommerce_product_is_stored_and_hidden(send, shop):
    assert send("woocommerce", "product.updated", payloads.WOO_PRODUCT).json()["problems"] == []
    stored = shop.get("/api/shop/products/PQ-19").json()
    assert (stored["name"], stored["price"], stored["stock"]) == ("Premium Quality", 21.99, None)
    assert stored["facts"] == {"Color": ["Black", "Green"], "weight": "0.5"}
    assert (stored["category"], stored["description"]) == ("Clothing", "Morbi tristique.")
    send("woocommerce", "product.deleted", {"id": 794})
    assert shop.get("/api/shop/products/PQ-19").json()["active"] is False


@pytest.mark.parametrize("system", SECRETS)
def test_a_wrong_signature_is_401_and_stores_nothing(send, system):
    order, topic = (
        (payloads.SHOPIFY_ORDER, "orders/create")
        if system == "shopify"
        else (payloads.WOO_ORDER, "order.created")
    )
    for wrong in ({"secret": "another"}, {"signature": "none"}, {"signature": "ü"}):
        assert send(system, topic, order, **wrong).status_code == 401
    assert not Order.objects.exists()


@pytest.mark.parametrize("system", SECRETS)
def test_a_receiver_without_its_secret_is_404(send, settings, system):
    setattr(settings, f"{system.upper()}_WEBHOOK_SECRET", "")
    assert send(system, "orders/create", {}).status_code == 404


def test_only_a_post_is_taken(client):
    assert client.get("/hooks/shopify/").status_code == 405


@pytest.mark.engines
def test_a_replay_changes_nothing(send):
    send("shopify", "orders/create", payloads.SHOPIFY_ORDER)
    newer = payloads.SHOPIFY_ORDER | {
        "updated_at": "2026-11-28T07:11:21-05:00",
        "fulfillment_status": "fulfilled",
    }
    send("shopify", "orders/updated", newer)
    for _ in range(2):
        assert send("shopify", "orders/create", payloads.SHOPIFY_ORDER).status_code == 200
    assert Order.objects.get().status == "shipped"
    assert Order.objects.get().items.count() == 2
    assert Person.objects.exclude(external_id=None).count() == 1


def test_woocommerces_ping_is_answered_and_does_nothing(client):
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert client.post("/hooks/woocommerce/", "webhook_id=7", **form).status_code == 200
    for more in ("webhook_id=7&order=1", "order=1", "webhook_id=7&webhook_id=8"):
        assert client.post("/hooks/woocommerce/", more, **form).status_code == 401
    assert not ShopConnection.objects.exists()


def test_an_unknown_topic_is_200_and_noted(send):
    answer = send("shopify", "themes/publish", {"id": 1})
    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
    seen = ShopConnection.objects.get()
    assert (seen.last_topic, seen.last_error, seen.received) == ("themes/publish", "", 1)
    assert seen.last_received_at


@pytest.mark.parametrize("raw", [b"[]", b"{", b"", b"\xff"])
def test_a_signed_body_that_is_no_object_is_400_and_noted(send, raw):
    assert send("shopify", "orders/create", raw).status_code == 400
    assert ShopConnection.objects.get().last_error


@pytest.mark.parametrize(
    "broken",
    [
        {"name": None},
        {"line_items": "many"},
        {"customer": 7},
        {"fulfillments": [1]},
        {"total_price": "lots"},
    ],
)
def test_another_form_than_documented_is_200_and_noted_and_stops_nothing(send, broken):
    answer = send("shopify", "orders/create", payloads.SHOPIFY_ORDER | broken)
    assert answer.status_code == 200
    assert (
        send("shopify", "orders/create", payloads.SHOPIFY_ORDER | {"name": "#1"}).json()["problems"] == []
    )
