"""A ticket that an agent opens for a caller or for a customer at the counter."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from tickets.models import Category, Order, Person, Role, Ticket

from ..status import Refused
from .opening import open_ticket

# The guests that agents make have ids of their own, so that a retry finds the same one
CALLERS = uuid.UUID("6d5ad0d4-52e1-4c0f-9f0b-0d8c1c9a3b1e")


def open_for_caller(
    customer: Person,
    text: str,
    *,
    by: Person,
    category: str = Category.OTHER,
    priority: str | None = None,
    order: Order | None = None,
    internal: bool = False,
    client_id: str | None = None,
    channel: str = "phone",
) -> Ticket:
    """Open a ticket of this customer with what was said, or with a private note. Raise Refused.

    The same `client_id` for the same customer returns the ticket that it opened before.
    """
    if customer.role != Role.CUSTOMER:
        raise Refused(gettext("A ticket belongs to a customer. This person works at the desk."))
    if order and order.customer_id != customer.pk:
        raise Refused(gettext("This order belongs to another customer."))
    return open_ticket(
        customer, text, category=category, priority=priority, order=order, client_id=client_id, opened_by=by,
        internal=internal, channel=channel,
    )  # fmt: skip


def customer_of_caller(
    *, name: str, email: str = "", phone: str = "", external_id: str | None = None, key: str = ""
) -> Person:
    """Return the customer who calls: by the shop's id, by the sign-in e-mail, or a new guest.

    An address alone proves nothing, so that a guest of another conversation is never taken for the
    caller. `key` makes a retry find the guest that was made before.
    """
    if external_id:
        return _of_shop(external_id, name=name, email=email, phone=phone)
    known = email and Person.objects.filter(login_email=email.lower(), role=Role.CUSTOMER).first()
    if known:
        return known
    id = uuid.uuid5(CALLERS, key) if key else uuid.uuid4()
    return _created({"pk": id}, name=name, email=email, phone=phone)


def _of_shop(external_id: str, **contact: str) -> Person:
    known = Person.objects.filter(external_id=external_id).first()
    return known or _created({"external_id": external_id}, **contact)


def _created(found_by: dict[str, Any], **contact: str) -> Person:
    if known := Person.objects.filter(**found_by).first():
        return known
    person = Person(**found_by, **contact)
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        return Person.objects.get(**found_by)
    return person
