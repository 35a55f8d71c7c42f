"""A person's own orders, and nobody else's."""

import re
import uuid

from django.db.models import QuerySet
from django.utils import timezone

from tickets.models import Order, Person
from tickets.queries import orders_of

from . import proofs, replies
from .models import Chat

# VP-10234, vp10266, #10234, "order no 10234"
NUMBER = re.compile(
    r"\b([A-Z]{2,4})[- ]?(\d{3,10})\b|(?:#|\border\s*(?:no\.?|number|id)?\s*:?\s*)(\d{4,10})\b",
    re.IGNORECASE,
)
RECENT = 50


def latest(chat: Chat) -> Order | None:
    """Return the newest order that this chat may talk about."""
    return _own(chat).order_by("-placed_at").prefetch_related("items").first()


def mentioned(chat: Chat, text: str) -> Order | None:
    """Return the order whose number stands in the text, if this chat may talk about it."""
    return named(_own(chat), text)


def named(orders: QuerySet[Order], text: str) -> Order | None:
    """Return the one of these orders (the newest RECENT of them) whose number stands in the text."""
    said = {_plain(number) for number in numbers_in(text)}
    if not said:
        return None
    recent = orders.order_by("-placed_at").prefetch_related("items")[:RECENT]
    return next((o for o in recent if said & {_plain(o.number), re.sub(r"\D", "", o.number)}), None)


def numbers_in(text: str) -> list[str]:
    """Return what looks like order numbers: ["VP-10234"], or bare digits after "order" or "#"."""
    return [
        f"{letters.upper()}-{digits}" if letters else bare for letters, digits, bare in NUMBER.findall(text)
    ]


def _plain(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _own(chat: Chat) -> QuerySet[Order]:
    """The person's own orders; for a guest, those that the chat has proven with a code."""
    return proofs.proven_orders(chat) if chat.person.is_guest else own(chat.person)


def own(person: Person) -> QuerySet[Order]:
    """The orders of somebody who has signed in, the newest first; of a guest, none."""
    return Order.objects.none() if person.is_guest else orders_of(person)


def find_own(person: Person, reference: str) -> Order | None:
    """Return the person's own order by its id or its number."""
    try:
        return own(person).filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return own(person).filter(number__iexact=reference).first()


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
