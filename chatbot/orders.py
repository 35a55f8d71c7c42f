"""A person's own orders, and nobody else's."""

import re

from django.utils import timezone

from tickets.models import Order, Person
from tickets.queries import orders_of

from . import replies

NUMBER = re.compile(r"\b([A-Z]{2,4}-?\d{3,10})\b", re.IGNORECASE)


def latest(person: Person) -> Order | None:
    return orders_of(person).prefetch_related("items").first()


def mentioned(person: Person, text: str) -> Order | None:
    """Return the person's own order whose number stands in the text."""
    for number in numbers_in(text):
        order = orders_of(person).prefetch_related("items").filter(number__iexact=number).first()
        if order:
            return order
    return None


def numbers_in(text: str) -> list[str]:
    """Return what looks like order numbers, in capitals: ["VP-10234"]."""
    return [number.upper() for number in NUMBER.findall(text)]


def find_own(person: Person, reference: str) -> Order | None:
    """Return the person's own order by its id or its number."""
    orders = orders_of(person)
    return next((o for o in orders[:200] if reference in (str(o.pk), o.number)), None)


def state_in_words(order: Order, language: str) -> str:
    """Say how it stands: "it is on its way, expected Tue 24 Nov"."""
    return replies.say(
        f"state_{order.status}", language, eta=_day(order.eta), delivered=_day(order.delivered_at)
    )


def as_card(order: Order) -> dict:
    """An order as replies carry it: {id, number, status, statusText, items, total, eta, payment ...}."""
    return {
        "id": str(order.pk),
        "number": order.number,
        "status": order.status,
        "statusText": order.get_status_display(),
        "items": [
            {"name": item.name, "quantity": item.quantity, "price": float(item.price)}
            for item in order.items.all()
        ],
        "total": float(order.total),
        "payment": order.payment_method,
        "paymentStatus": order.payment_status,
        "placedAt": order.placed_at.isoformat(),
        "eta": order.eta.isoformat() if order.eta else None,
        "carrier": order.carrier,
        "trackingNumber": order.tracking_number,
    }


def _day(moment) -> str:
    return timezone.localtime(moment).strftime("%a %-d %b") if moment else ""
