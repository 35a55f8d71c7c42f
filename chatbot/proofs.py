"""Before an order fact is said to a guest: a code, sent to where the order's owner can be reached.

Three tries, ten minutes. The answer is the same whether the number is an order's or not.
"""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.utils import timezone

from tickets.models import Order

from .models import Chat, OrderCode

TRIES = 3
LIFE = timedelta(minutes=10)
# So that nobody's mailbox is flooded: codes an order may cause in an hour
CODES_AN_HOUR = 5
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
MASK = "••••••"


def begin(chat: Chat, number: str) -> None:
    """Send a code for the order with this number, if there is one with an e-mail address."""
    order = Order.objects.select_related("customer").filter(number=number).first()
    code = f"{secrets.randbelow(1_000_000):06}"
    now = timezone.now()
    chat.order_codes.filter(proven_at=None).update(expires_at=now)
    OrderCode.objects.create(
        chat=chat, order=order, number=number, digest=_digest(chat, code), tries_left=TRIES,
        expires_at=now + LIFE,
    )  # fmt: skip
    if order and order.customer.email and not _too_many(order, now):
        send_mail(
            f"{code} is your code for order {order.number}",
            f"Somebody asks Villy about your order {order.number}. If it is you, type {code} in the chat "
            "within 10 minutes. If not, ignore this mail: without the code nothing is told.",
            settings.DEFAULT_FROM_EMAIL,
            [order.customer.email],
            fail_silently=True,
        )


def awaited(chat: Chat) -> OrderCode | None:
    """Return the code that this chat should answer with, if one was sent and has not run out."""
    pending = chat.order_codes.filter(proven_at=None, tries_left__gt=0, expires_at__gt=timezone.now())
    return pending.select_related("order").order_by("-expires_at").first()


def check(awaiting: OrderCode, text: str) -> bool:
    """Use up one try; say whether the text holds the right code."""
    given = CODE.search(text)
    unspent = OrderCode.objects.filter(pk=awaiting.pk, tries_left__gt=0, proven_at=None)
    if not given or not unspent.update(tries_left=F("tries_left") - 1):
        return False
    awaiting.tries_left -= 1
    right = hmac.compare_digest(awaiting.digest, _digest(awaiting.chat, given[1])) and awaiting.order
    if right:
        OrderCode.objects.filter(pk=awaiting.pk).update(proven_at=timezone.now())
    return bool(right)


def proven_orders(chat: Chat):
    """The orders that this chat has proven to be its own."""
    return Order.objects.filter(pk__in=chat.order_codes.exclude(proven_at=None).values("order_id"))


def masked(text: str) -> str:
    """The text without the code: what is stored of a message that answers with one."""
    return CODE.sub(MASK, text)


def _too_many(order: Order, now) -> bool:
    recent = OrderCode.objects.filter(order=order, expires_at__gt=now + LIFE - timedelta(hours=1))
    return recent.count() > CODES_AN_HOUR


def _digest(chat: Chat, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{chat.pk}:{code}".encode(), hashlib.sha256).hexdigest()
