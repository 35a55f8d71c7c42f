"""Before an order fact is said to a guest: a code, sent to where the order's owner can be reached.

Three tries, ten minutes, one chat. What is said is the same whether the number is an
order's or not, and so is the time it takes: the code travels in a thread of its own.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from chatbot import wording
from chatbot.models import Chat, OrderCode
from supportdesk.db.compiled_queries import compiled_query
from tickets.models import Order

logger = logging.getLogger(__name__)

TRIES = 3
LIFE = timedelta(minutes=10)
# Against flooded mailboxes and guessing: codes for one order, and for one chat
CODES_AN_HOUR = 5
# Thirty tries a day at six digits: guessing takes ninety years for one order
CODES_A_DAY = 10
# "123456", "123 456", "123-456", in the digits of any script
CODE = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})(?!\d)")
# "my pin code is 302017", "302017 pe kitne din" and long sentences are about something else
NO_CODE = re.compile(
    r"\bpin|पिन|\d (?:pe|par|mein|me|में|पर)(?![\w\u0900-\u097F])|\d deliver\w*\W*$|\bdeliver\w* (?:to|in|at|pe|par|me|mein)\b",
    re.IGNORECASE,
)
LONGEST = 8
MASK = "••••••"

SENDER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="codes")


def can_be_sent() -> bool:
    """Return whether a code would reach anyone: by letter or by text message."""
    return settings.MAIL_GOES_OUT or bool(settings.SMS_URL)


# --- Asking for a code -------------------------------------------------------


def begin(chat: Chat, numbers: list[str]) -> None:
    """Send a code for the order with one of these numbers, if there is one. Only the newest code counts."""
    if getattr(chat, "is_a_try", False):
        # A conversation that staff try: nothing is stored, and no letter goes out
        return
    order = Order.objects.select_related("customer").filter(number__in=numbers).first()
    now = timezone.now()
    if order and not _may_have_one_more(chat, order, now):
        # Told like any other; there is just no code that would open it
        order = None
    code = f"{secrets.randbelow(1_000_000):06}"
    OrderCode.objects.create(
        chat=chat,
        order=order,
        number=numbers[0][:32],
        digest=_digest(chat, code),
        tries_left=TRIES,
        expires_at=now + LIFE,
    )
    if order:
        SENDER.submit(_send, *order.contact, order.number, code, chat.language)


def _may_have_one_more(chat: Chat, order: Order, now: datetime) -> bool:
    """Return whether order and chat are below their code limits, in one bounded query."""
    given = OrderCode.objects.filter(Q(order=order) | Q(chat=chat), created_at__gt=now - timedelta(days=1))
    rows = list(given.values_list("order_id", "chat_id", "created_at")[: CODES_A_DAY + 24 * CODES_AN_HOUR])
    of_order = [at for order_id, _, at in rows if order_id == order.pk]
    of_chat = [at for _, chat_id, at in rows if chat_id == chat.pk]
    an_hour_ago = now - timedelta(hours=1)
    return (
        sum(at > an_hour_ago for at in of_order) < CODES_AN_HOUR
        and len(of_order) < CODES_A_DAY
        and sum(at > an_hour_ago for at in of_chat) < CODES_AN_HOUR
    )


def _send(email: str, phone: str, number: str, code: str, language: str) -> None:
    """Send it by mail, or to the phone where there is no e-mail; runs in the thread of SENDER."""
    words = wording.say("code_email", language, number=number, code=code)
    try:
        if email:
            subject = wording.say("code_subject", language, number=number, code=code)
            send_mail(subject, words, settings.DEFAULT_FROM_EMAIL, [email])
        elif phone and settings.SMS_URL:
            _send_sms(phone, words)
    except Exception:
        logger.exception("the code for an order could not be sent")


def _send_sms(phone: str, text: str) -> None:
    body = json.dumps({"to": phone, "text": text}).encode()
    headers = {"Content-Type": "application/json"}
    # The address is the shop's own setting
    request = urllib.request.Request(settings.SMS_URL, body, headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass


def wait_until_sent() -> None:
    """Wait until what was submitted is sent."""
    SENDER.submit(lambda: None).result()


# --- Answering with it -------------------------------------------------------


def looks_like_a_code(text: str) -> bool:
    return bool(CODE.search(text)) and not NO_CODE.search(text) and len(text.split()) <= LONGEST


def pending(chat: Chat) -> OrderCode | None:
    """Return the newest code that has not run out; asked again with it, the answer is the same."""
    return chat.order_codes.filter(expires_at__gt=timezone.now()).order_by("-created_at").first()


def check(code: OrderCode, text: str) -> bool:
    """Use up one try, unless it was proven before; say whether the text holds the right code."""
    found = CODE.search(text)
    given = "".join(str(int(digit)) for digit in "".join(found.groups())) if found else ""
    right = code.order_id is not None and hmac.compare_digest(code.digest, _digest(code.chat, given))
    if code.proven_at:
        return right
    unspent = OrderCode.objects.filter(pk=code.pk, proven_at=None, tries_left__gt=0)
    if not unspent.filter(expires_at__gt=timezone.now()).update(tries_left=F("tries_left") - 1):
        return False
    code.tries_left -= 1
    if right:
        OrderCode.objects.filter(pk=code.pk).update(proven_at=timezone.now())
    return right


# Asked by every answer to a guest
_proven = compiled_query(
    lambda chat: OrderCode.objects.filter(chat_id=chat, proven_at__isnull=False).values_list(
        "order_id", flat=True
    )
)


def proven_orders(chat: Chat) -> QuerySet[Order]:
    """The orders that this chat has proven to be its own."""
    proven = _proven(chat.pk)
    return Order.objects.filter(pk__in=proven) if proven else Order.objects.none()


def without_code(text: str) -> str:
    """Return the text without the code: what is stored of a message that answers with one."""
    return CODE.sub(MASK, text)


def _digest(chat: Chat, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{chat.pk}:{code}".encode(), hashlib.sha256).hexdigest()
