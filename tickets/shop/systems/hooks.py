"""The addresses that Shopify and WooCommerce call: verified over the raw body, in constant time."""

import base64
import hashlib
import hmac
import json
import logging
import re
from urllib.parse import parse_qsl

from django.conf import settings
from django.db.models import F
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tickets.models import ShopConnection, System

from . import shopify as shopify_payloads
from . import woocommerce as woocommerce_payloads
from .common import Unusable

logger = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024
FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@require_POST
def shopify(request):
    """Take a webhook of Shopify. What is signed and not for us is 200 as well: it would only come again."""
    body = _verified(request, settings.SHOPIFY_WEBHOOK_SECRET, "X-Shopify-Hmac-Sha256")
    if isinstance(body, JsonResponse):
        return body
    domain = request.headers.get("X-Shopify-Shop-Domain", "")
    shop = domain if re.fullmatch(r"[a-zA-Z0-9.-]{1,100}", domain) else ""
    topic = request.headers.get("X-Shopify-Topic", "")
    return _taken(System.SHOPIFY, shopify_payloads, topic, body, shop)


@csrf_exempt
@require_POST
def woocommerce(request):
    """Take a webhook of WooCommerce, or the ping with which it tries the address."""
    body = _verified(request, settings.WOOCOMMERCE_WEBHOOK_SECRET, "X-WC-Webhook-Signature", ping=_is_ping)
    if isinstance(body, JsonResponse):
        return body
    source = request.headers.get("X-WC-Webhook-Source", "")
    shop = source if re.fullmatch(r"https?://[^\s\"'<>]{1,200}", source) else ""
    topic = request.headers.get("X-WC-Webhook-Topic", "")
    return _taken(System.WOOCOMMERCE, woocommerce_payloads, topic, body, shop)


def _verified(request, secret: str, header: str, ping=None) -> bytes | JsonResponse:
    """Return the body if its signature is right, else the answer that refuses it."""
    if not secret:
        raise Http404
    # Not request.body, which stops at DATA_UPLOAD_MAX_MEMORY_SIZE: an order may have many lines
    raw = request.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        return _answer(413, "A webhook has at most 5 MB.", "too_large")
    if ping and ping(request, raw):
        return JsonResponse({"status": "pong"})
    expected = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest())
    given = request.headers.get(header, "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected, given):
        return _answer(401, "The signature does not fit this body and the secret.", "bad_signature")
    return raw


def _is_ping(request, raw: bytes) -> bool:
    """Return whether this is WooCommerce's unsigned ping: a form with `webhook_id` and nothing else."""
    if request.content_type != FORM or len(raw) > 100:
        return False
    fields = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)
    return len(fields) == 1 and fields[0][0] == "webhook_id"


def _taken(system: str, payloads, topic: str, raw: bytes, shop: str) -> JsonResponse:
    topic = topic.strip()[:80]
    try:
        payload = json.loads(raw)
        if not isinstance(payload, dict):
            raise ValueError
    except (ValueError, RecursionError):
        _note(system, topic, "The body is not a JSON object.")
        return _answer(400, "The body is not a JSON object.", "invalid")
    try:
        problems = payloads.store_webhook(topic, payload, shop=shop)
    except (Unusable, AttributeError, KeyError, TypeError, ValueError) as reason:
        # Another form than documented: it would be the same the next time
        logger.warning("shop: %s %s cannot be read (%s)", system, topic, type(reason).__name__)
        problems = [str(reason) if isinstance(reason, Unusable) else "The payload has another form."]
    if problems is None:
        logger.info("shop: %s sent the topic %r, which is not for us", system, topic)
        _note(system, topic)
        return JsonResponse({"status": "ignored"})
    _note(system, topic, "; ".join(problems))
    return JsonResponse({"status": "stored" if not problems else "not stored", "problems": problems})


def _note(system: str, topic: str, error: str = "") -> None:
    """Keep what staff see: the last webhook, and the last that went wrong."""
    now = timezone.now()
    changes = {"last_received_at": now, "last_topic": topic, "received": F("received") + 1}
    if error:
        changes |= {"last_error": f"{topic}: {error}"[:300], "last_error_at": now}
    if not ShopConnection.objects.filter(pk=system).update(**changes):
        ShopConnection.objects.get_or_create(pk=system)
        ShopConnection.objects.filter(pk=system).update(**changes)


def _answer(status: int, detail: str, code: str) -> JsonResponse:
    return JsonResponse({"detail": detail, "code": code}, status=status)
