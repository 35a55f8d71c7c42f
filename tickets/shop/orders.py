"""Orders as the shop knows them, with their items and whose they are."""

import uuid
from collections.abc import Iterable

from django.db import models
from rest_framework import serializers

from supportdesk import money

from ..models import Order, OrderItem, OrderStatus, Person
from . import customers, fields
from .registry import Kind, times


class OrderSerializer(fields.Sparse):
    customer = fields.OrderCustomer(**fields.OPTIONAL)
    status = serializers.ChoiceField(OrderStatus.choices, **fields.OPTIONAL)
    placedAt = fields.Moment()
    eta = fields.Moment()
    deliveredAt = fields.Moment()
    total = fields.Money()
    currency = fields.Currency()
    paymentMethod = fields.Text(60)
    paymentStatus = fields.Text(40)
    refundStatus = fields.Text(40)
    carrier = fields.Text(60)
    trackingNumber = fields.Text(100)
    trackingUrl = fields.Link()
    city = fields.Text(100)
    pincode = fields.Text(20)
    # `many` makes a list of it, which takes the length; the stubs look at one item
    items = fields.Item(many=True, max_length=fields.MOST_ITEMS, **fields.OPTIONAL)  # type: ignore[call-arg]
    adminUrl = fields.Link()
    updatedAt = fields.Moment()


class Orders(Kind[Order]):
    name = "orders"
    key, column, longest_key = "number", "number", 32
    model = Order
    serializer = OrderSerializer
    needed = ("customer", "status")
    columns = {
        "status": "status", "placedAt": "placed_at", "eta": "eta", "deliveredAt": "delivered_at", "total": "total",
        "currency": "currency", "paymentMethod": "payment_method", "paymentStatus": "payment_status",
        "refundStatus": "refund_status", "carrier": "carrier", "trackingNumber": "tracking_number",
        "trackingUrl": "tracking_url", "city": "city", "pincode": "pincode", "adminUrl": "admin_url",
    }  # fmt: skip

    def check_key(self, key: str) -> str:
        # "#1001" is how some shops write 1001
        return super().check_key(key.removeprefix("#"))

    def rows(self) -> models.QuerySet[Order]:
        return Order.objects.select_related("customer").prefetch_related("items")

    def load(self, keys: Iterable[str]) -> dict[str, Order]:
        orders = Order.objects.select_related("customer").filter(number__in=list(keys))
        found = {order.number: order for order in orders}
        items: dict[uuid.UUID, list[OrderItem]] = {order.pk: [] for order in found.values()}
        for item in OrderItem.objects.filter(order_id__in=list(items)).order_by("position"):
            items[item.order_id].append(item)
        for order in found.values():
            # As `prefetch_related`, which makes a queryset for each order: a fifth of a batch. Django's own
            # name, which no stub has
            order._prefetched_objects_cache = {"items": items[order.pk]}  # type: ignore[attr-defined]
        return found

    def touches(self, put) -> list[tuple[str, str]]:
        id = (put.data.get("customer") or {}).get("externalId")
        return [("customers", id)] if id else []

    def prepare(self, puts: list) -> None:
        """Find or make the customers that the orders name."""
        wanted: dict[str, dict] = {}
        for put in puts:
            given = put.data.get("customer") or {}
            if id := given.get("externalId"):
                details = {name: given[name] for name in ("name", "email", "phone") if name in given}
                wanted[id] = wanted.get(id, {}) | details | {"moment": put.moment}
        people = customers.upsert(wanted) if wanted else {}
        for put in puts:
            put.found = people.get((put.data.get("customer") or {}).get("externalId") or "")

    def look_up(self, puts: list) -> None:
        ids = {id for put in puts if (id := (put.data.get("customer") or {}).get("externalId"))}
        people = customers.by_external_id(ids)
        for put in puts:
            if id := (put.data.get("customer") or {}).get("externalId"):
                put.found = people.get(id) or Person(external_id=id)

    def values(self, put, row: Order | None) -> dict:
        values = super().values(put, row)
        if "customer" in put.data:
            values |= _whose(put.data["customer"], put.found, row)
        if "currency" in put.data or row is None:
            values["currency"] = values.get("currency") or money.shop_currency()
        currency = values.get("currency") or (row and row.currency) or money.shop_currency()
        _check_amounts(put.data, currency)
        return values

    def finish(self, puts: list) -> None:
        """Write the items of the orders whose items were given and differ."""
        gone, new = [], []
        for put in puts:
            if (items := _other_items(put)) is None:
                continue
            put.is_news = True
            gone += [item.pk for item in _stored(put)]
            new += items
            put.row._prefetched_objects_cache = {"items": items}
        if gone:
            OrderItem.objects.filter(pk__in=gone).delete()
        if new:
            OrderItem.objects.bulk_create(new)

    def parts_differ(self, put) -> bool:
        return _other_items(put) is not None

    def as_json(self, row: Order) -> dict:
        person = row.customer
        return {
            "number": row.number,
            "customer": {
                "externalId": person.external_id if person else None,
                "name": person.name if person else row.contact_name,
                "email": person.email if person else row.contact_email,
                "phone": person.phone if person else row.contact_phone,
            },
            "unclaimed": row.is_unclaimed,
            "status": row.status,
            **times(row, placedAt="placed_at", eta="eta", deliveredAt="delivered_at"),
            "total": fields.number(row.total),
            "currency": row.currency or money.shop_currency(),
            "paymentMethod": row.payment_method,
            "paymentStatus": row.payment_status,
            "refundStatus": row.refund_status,
            "carrier": row.carrier,
            "trackingNumber": row.tracking_number,
            "trackingUrl": row.tracking_url,
            "city": row.city,
            "pincode": row.pincode,
            "items": [
                {
                    "sku": item.sku,
                    "name": item.name,
                    "quantity": item.quantity,
                    "price": fields.number(item.price),
                }
                for item in row.items.all()
            ],
            "adminUrl": row.admin_url,
            **times(row, updatedAt="shop_updated_at"),
        }


def _whose(given: dict | None, person: Person | None, row: Order | None) -> dict:
    """Return the customer, or the contact of an order that no customer is known of."""
    if given is None:
        return {"customer": None, "contact_name": "", "contact_email": "", "contact_phone": ""}
    if person:
        customers.refuse_staff(person, "customer")
        return {"customer": person}
    contact = {f"contact_{name}": given[name] or "" for name in ("name", "email", "phone") if name in given}
    known = (
        contact if row is None else {"contact_email": row.contact_email, "contact_phone": row.contact_phone}
    )
    known = known | contact
    if not (row and row.customer_id) and not (known.get("contact_email") or known.get("contact_phone")):
        raise serializers.ValidationError({"customer": ["Give its externalId, or an email or phone."]})
    # An order that was claimed stays with its customer
    return contact


def _items(order: Order, given: Iterable[dict]) -> list[OrderItem]:
    """Return the items as rows. Their keys tell order and place: written twice at once, they clash."""
    return [
        OrderItem(
            id=uuid.uuid5(order.pk, str(place)),
            order=order,
            position=place,
            sku=item.get("sku") or "",
            name=item.get("name") or item.get("sku") or "",
            quantity=item.get("quantity") or 1,
            price=item.get("price"),
        )
        for place, item in enumerate(given)
    ]


def _stored(put) -> list[OrderItem]:
    return [] if put.status == 201 else list(put.row.items.all())


def _other_items(put) -> list[OrderItem] | None:
    """Return the items of a put where they are given and differ from what is stored."""
    if "items" not in put.data:
        return None
    items = _items(put.row, put.data["items"] or [])
    return items if [_said(item) for item in items] != [_said(item) for item in _stored(put)] else None


def _said(item: OrderItem) -> tuple:
    return item.position, item.sku, item.name, item.quantity, item.price


def _check_amounts(data: dict, currency: str) -> None:
    errors = {}
    amounts = [("total", data.get("total"))]
    amounts += [("items", item.get("price")) for item in data.get("items") or []]
    for name, amount in amounts:
        try:
            fields.fits(amount, currency)
        except serializers.ValidationError as reason:
            errors[name] = reason.detail
    if errors:
        raise serializers.ValidationError(errors)
