"""WooCommerce's webhooks, with the payloads of its REST API (v3): https://woocommerce.github.io/woocommerce-rest-api-docs/"""

from collections.abc import Callable

from tickets.models import OrderStatus, System

from .common import Row, Unusable, given, hide, person, plain, store, text

SYSTEM = System.WOOCOMMERCE
# Its own words, and those that shipping plugins add
STATUSES = {
    "pending": OrderStatus.PLACED,
    "on-hold": OrderStatus.PLACED,
    "processing": OrderStatus.PLACED,
    "packed": OrderStatus.PACKED,
    "shipped": OrderStatus.SHIPPED,
    "partial-shipped": OrderStatus.SHIPPED,
    "out-for-delivery": OrderStatus.OUT_FOR_DELIVERY,
    "delivered": OrderStatus.DELIVERED,
    "completed": OrderStatus.DELIVERED,
    "cancelled": OrderStatus.CANCELLED,
    "failed": OrderStatus.CANCELLED,
    "trash": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
    "returned": OrderStatus.RETURNED,
}
# Where the usual tracking plugins keep their numbers
TRACKING = {"_wc_shipment_tracking_items", "wc_shipment_tracking_items"}


def store_webhook(topic: str, payload: dict, *, shop: str = "") -> list[str] | None:
    """Store the data of a webhook. Return what could not be stored, or None for a topic that we do not know."""
    reader = TOPICS.get(topic)
    if reader is None:
        return None
    if topic == "product.deleted":
        hide(SYSTEM, "products", payload.get("id"))
        return []
    return store(SYSTEM, reader(payload, shop))


def orders(payload: dict, shop: str = "") -> list[Row]:
    number = text(payload.get("number") or payload.get("id"), 32)
    if not number:
        raise Unusable("The payload names no order.")
    billing, shipping = payload.get("billing") or {}, payload.get("shipping") or {}
    address = shipping if shipping.get("city") else billing
    status = text(payload.get("status")).removeprefix("wc-")
    body = {
        "customer": person(billing, id=payload.get("customer_id") or None),
        "status": STATUSES.get(status, OrderStatus.PLACED),
        "placedAt": _time(payload, "date_created"),
        "deliveredAt": _time(payload, "date_completed") if status in ("completed", "delivered") else None,
        "total": payload.get("total"),
        "currency": payload.get("currency"),
        "paymentMethod": text(payload.get("payment_method_title") or payload.get("payment_method"), 60),
        "paymentStatus": "paid"
        if _time(payload, "date_paid")
        else "failed"
        if status == "failed"
        else "pending",
        "refundStatus": _refund(payload, status),
        "city": text(address.get("city"), 100),
        "pincode": text(address.get("postcode"), 20),
        "items": [_item(line) for line in payload.get("line_items") or []] or None,
        "adminUrl": f"{shop.rstrip('/')}/wp-admin/post.php?post={payload.get('id')}&action=edit"
        if shop
        else None,
        "updatedAt": _time(payload, "date_modified"),
        **_tracking(payload),
    }
    return [Row("orders", number, given(body), text(payload.get("id")))]


def products(payload: dict, shop: str = "") -> list[Row]:
    counted = payload.get("manage_stock")
    sold_out = payload.get("stock_status") == "outofstock"
    stock = max(0, int(payload.get("stock_quantity") or 0)) if counted else 0 if sold_out else None
    names = [text(each.get("name"), 100) for each in payload.get("categories") or []]
    pictures = [each["src"] for each in payload.get("images") or [] if each.get("src")]
    facts = {
        text(each.get("name"), 100): [text(option, 200) for option in each.get("options") or []]
        for each in payload.get("attributes") or []
        if each.get("name")
    }
    body = {
        "name": text(payload.get("name")),
        "category": next(iter(names), ""),
        "price": payload.get("price") or payload.get("regular_price"),
        "description": plain(payload.get("short_description") or payload.get("description")),
        "tags": [text(each.get("name"), 200) for each in payload.get("tags") or [] if each.get("name")],
        "imageUrl": next(iter(pictures), None),
        "active": payload.get("status") == "publish" and payload.get("catalog_visibility") != "hidden",
        "facts": facts | given({"weight": text(payload.get("weight"), 30)}),
        "updatedAt": _time(payload, "date_modified"),
    }
    sku = text(payload.get("sku"), 64) or f"woo-{payload.get('id')}"
    return [Row("products", sku, given(body) | {"stock": stock}, text(payload.get("id")))]


def customers(payload: dict, shop: str = "") -> list[Row]:
    billing = payload.get("billing") or {}
    known = {name: payload.get(name) or billing.get(name) for name in ("first_name", "last_name", "email")}
    body = person(known | {"phone": billing.get("phone")})
    return [
        Row(
            "customers",
            text(payload.get("id")),
            given(body | {"updatedAt": _time(payload, "date_modified")}),
        )
    ]


TOPICS: dict[str, Callable[[dict, str], list[Row]]] = {
    **dict.fromkeys(("order.created", "order.updated", "order.restored"), orders),
    **dict.fromkeys(
        ("product.created", "product.updated", "product.restored", "product.deleted"), products
    ),
    **dict.fromkeys(("customer.created", "customer.updated"), customers),
}


def _time(payload: dict, name: str) -> str | None:
    """Return a time in UTC: `..._gmt` says nothing of its zone, and the other one is the shop's own."""
    value = payload.get(f"{name}_gmt")
    return f"{value}Z" if value and not value.endswith("Z") else value or None


def _refund(payload: dict, status: str) -> str | None:
    if status == "refunded":
        return "refunded"
    return "partially refunded" if payload.get("refunds") else None


def _tracking(payload: dict) -> dict:
    for meta in payload.get("meta_data") or []:
        parcels = meta.get("value") if isinstance(meta, dict) and meta.get("key") in TRACKING else None
        if isinstance(parcels, list) and parcels and isinstance(parcels[-1], dict):
            parcel = parcels[-1]
            provider = parcel.get("tracking_provider") or parcel.get("custom_tracking_provider")
            link = parcel.get("tracking_link") or parcel.get("custom_tracking_link")
            return {
                "carrier": text(provider, 60),
                "trackingNumber": text(parcel.get("tracking_number"), 100),
                "trackingUrl": link or None,
            }
    return {}


def _item(line: dict) -> dict:
    # The price of one is a float there, with rounding errors such as 33.33333
    price = line.get("price")
    return given(
        {
            "sku": text(line.get("sku"), 64),
            "name": text(line.get("name")) or "Item",
            "quantity": max(1, int(line.get("quantity") or 1)),
            "price": f"{float(price):.2f}" if price not in (None, "") else None,
        }
    )
