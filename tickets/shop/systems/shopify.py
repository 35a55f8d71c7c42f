"""Shopify's webhooks: https://shopify.dev/docs/api/webhooks, payloads as the REST Admin API has them."""

import re
from collections.abc import Callable

from tickets.models import OrderStatus, System

from .common import Row, Unusable, given, hide, key_of, person, plain, store, text

SYSTEM = System.SHOPIFY
# What a parcel is, by Shopify's word for it; the later one wins where an order has several
SHIPMENTS = {
    "label_printed": OrderStatus.PACKED,
    "label_purchased": OrderStatus.PACKED,
    "confirmed": OrderStatus.PACKED,
    "ready_for_pickup": OrderStatus.SHIPPED,
    "in_transit": OrderStatus.SHIPPED,
    "attempted_delivery": OrderStatus.OUT_FOR_DELIVERY,
    "out_for_delivery": OrderStatus.OUT_FOR_DELIVERY,
    "failure": OrderStatus.SHIPPED,
    "delivered": OrderStatus.DELIVERED,
}
PARCEL = re.compile(r"(?:\.|-F)\d+$")
REFUNDS = {"refunded", "partially_refunded"}


def store_webhook(topic: str, payload: dict, *, shop: str = "") -> list[str] | None:
    """Store the data of a webhook. Return what could not be stored, or None for a topic that we do not know."""
    reader = TOPICS.get(topic)
    if reader is None:
        return None
    if topic == "products/delete":
        hide(SYSTEM, "products", payload.get("id"))
        return []
    return store(SYSTEM, reader(payload, shop))


def orders(payload: dict, shop: str = "") -> list[Row]:
    buyer = payload.get("customer") or {}
    contact = {"email": payload.get("email") or payload.get("contact_email"), "phone": payload.get("phone")}
    address = payload.get("shipping_address") or payload.get("billing_address") or {}
    # A guest's name stands in the address only
    names = {name: buyer.get(name) or address.get(name) for name in ("first_name", "last_name")}
    known = names | {name: buyer.get(name) or contact[name] for name in ("email", "phone")}
    parcels = [each for each in payload.get("fulfillments") or [] if each.get("status") != "cancelled"]
    paid = text(payload.get("financial_status"), 40)
    body = {
        "customer": person(known, id=buyer.get("id"), phone=address.get("phone") or ""),
        "status": _status(payload, parcels),
        "placedAt": payload.get("processed_at") or payload.get("created_at"),
        "total": payload.get("total_price"),
        "currency": payload.get("currency"),
        "paymentMethod": text((payload.get("payment_gateway_names") or [""])[0], 60),
        "paymentStatus": paid,
        "refundStatus": paid if paid in REFUNDS else None,
        "city": text(address.get("city"), 100),
        "pincode": text(address.get("zip"), 20),
        "items": [_item(line) for line in payload.get("line_items") or []] or None,
        "adminUrl": f"https://{shop}/admin/orders/{payload.get('id')}" if shop else None,
        "updatedAt": payload.get("updated_at"),
    }
    for parcel in parcels:
        body |= given(_parcel(parcel))
    return [Row("orders", number(payload.get("name")), given(body), text(payload.get("id")))]


def fulfillments(payload: dict, shop: str = "") -> list[Row]:
    if payload.get("status") == "cancelled":
        return []
    status = SHIPMENTS.get(payload.get("shipment_status") or "", OrderStatus.SHIPPED)
    body = {"status": status, "updatedAt": payload.get("updated_at"), **_parcel(payload)}
    # "#1001.1" and "#1001-F1" are the first parcel of order #1001; a shop may name them otherwise
    known = key_of(SYSTEM, "orders", payload.get("order_id"))
    return [Row("orders", known or number(PARCEL.sub("", text(payload.get("name")))), given(body))]


def products(payload: dict, shop: str = "") -> list[Row]:
    """A product is as many rows as it has variants: each has its sku, price and stock."""
    variants = payload.get("variants") or []
    pictures = [payload.get("image") or {}, *(payload.get("images") or [])]
    shared = {
        "category": text(payload.get("product_type"), 100),
        "description": plain(payload.get("body_html")),
        "tags": [tag.strip()[:200] for tag in text(payload.get("tags"), 5000).split(",") if tag.strip()],
        "imageUrl": next((each["src"] for each in pictures if each.get("src")), None),
        "active": payload.get("status", "active") == "active",
        "facts": given({"vendor": text(payload.get("vendor"))}),
        "updatedAt": payload.get("updated_at"),
    }
    return [_variant(payload, variant, shared, len(variants) > 1) for variant in variants]


def customers(payload: dict, shop: str = "") -> list[Row]:
    address = payload.get("default_address") or {}
    body = person(payload, phone=address.get("phone") or "")
    return [Row("customers", text(payload.get("id")), body | {"updatedAt": payload.get("updated_at")})]


TOPICS: dict[str, Callable[[dict, str], list[Row]]] = {
    **dict.fromkeys(
        (
            "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled",
            "orders/partially_fulfilled",
        ),
        orders,
    ),
    **dict.fromkeys(("fulfillments/create", "fulfillments/update"), fulfillments),
    **dict.fromkeys(("products/create", "products/update", "products/delete"), products),
    **dict.fromkeys(("customers/create", "customers/update", "customers/enable"), customers),
}  # fmt: skip


def number(name) -> str:
    """Return an order's number: what customers see, without the "#" that Shopify puts before it."""
    name = text(name, 40).removeprefix("#")
    if not name:
        raise Unusable("The payload names no order.")
    return name


def _status(payload: dict, parcels: list[dict]) -> str:
    if payload.get("cancelled_at"):
        return OrderStatus.CANCELLED
    if payload.get("financial_status") == "refunded":
        return OrderStatus.REFUNDED
    if not parcels:
        return (
            OrderStatus.SHIPPED if payload.get("fulfillment_status") == "fulfilled" else OrderStatus.PLACED
        )
    states = [SHIPMENTS.get(parcel.get("shipment_status") or "", OrderStatus.SHIPPED) for parcel in parcels]
    # Delivered once everything is; until then what is furthest behind tells
    return min(states, key=list(OrderStatus).index)


def _parcel(parcel: dict) -> dict:
    links, numbers = parcel.get("tracking_urls") or [], parcel.get("tracking_numbers") or []
    body = {
        "carrier": text(parcel.get("tracking_company"), 60),
        "trackingNumber": text(parcel.get("tracking_number") or next(iter(numbers), ""), 100),
        "trackingUrl": parcel.get("tracking_url") or next(iter(links), None),
        "eta": parcel.get("estimated_delivery_at"),
    }
    if parcel.get("shipment_status") == "delivered":
        body["deliveredAt"] = parcel.get("updated_at")
    return body


def _item(line: dict) -> dict:
    name = text(line.get("name") or line.get("title")) or "Item"
    return given(
        {
            "sku": text(line.get("sku"), 64),
            "name": name,
            "quantity": max(1, int(line.get("quantity") or 1)),
            "price": line.get("price"),
        }
    )


def _variant(product: dict, variant: dict, shared: dict, many: bool) -> Row:
    title = text(product.get("title"))
    if many and text(variant.get("title")) not in ("", "Default Title"):
        title = f"{title} - {text(variant['title'])}"[:255]
    counted = variant.get("inventory_management")
    body = {"name": title, "price": variant.get("price"), **shared}
    body |= {"stock": max(0, int(variant.get("inventory_quantity") or 0)) if counted else None}
    sku = text(variant.get("sku"), 64) or f"shopify-{variant.get('id')}"
    # A stock of null is said, the rest is left out where it is not known
    return Row("products", sku, given(body) | {"stock": body["stock"]}, text(product.get("id")))
