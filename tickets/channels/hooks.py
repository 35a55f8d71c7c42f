"""Webhooks of mail servers, mail providers and WhatsApp."""

import hmac
import logging

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from ..models import ChannelName
from . import inbox
from .email import parsing, providers
from .whatsapp import webhook

logger = logging.getLogger(__name__)

MAIL = "message/rfc822"


@csrf_exempt
@require_POST
def email(request, key):
    """Receive a raw e-mail. Return 200 for a duplicate, a quarantined and an ignored one as well:
    after an error the mail server would retry, or bounce the e-mail to the customer.
    """
    if not settings.EMAIL_HOOK_KEY or not hmac.compare_digest(
        key.encode(), settings.EMAIL_HOOK_KEY.encode()
    ):
        raise Http404
    # Not request.body, which is for forms and stops at DATA_UPLOAD_MAX_MEMORY_SIZE
    raw = request.read(parsing.MAX_BYTES + 1)
    if not raw.strip():
        return _refused(400, "The body is empty: it has to be the raw message.", "empty")
    if request.content_type != MAIL:
        return _refused(
            415, "Send the raw message with Content-Type: message/rfc822.", "unsupported_media_type"
        )
    if len(raw) > parsing.MAX_BYTES:
        return _refused(413, f"An e-mail has at most {parsing.MAX_BYTES // 1024 // 1024} MB.", "too_large")
    return JsonResponse({"status": _receive(raw)})


@csrf_exempt
@require_POST
def email_of_provider(request, provider):
    """Receive e-mails from Mailgun or Postmark in the provider's own form."""
    if not providers.is_set_up(provider):
        raise Http404
    try:
        raw_emails = providers.raw_emails(provider, request)
    except providers.NotSigned:
        return _refused(401, "The signature or the password does not fit.", "bad_signature")
    except providers.TooLarge:
        return _refused(413, f"An e-mail has at most {parsing.MAX_BYTES // 1024 // 1024} MB.", "too_large")
    except providers.NotReadable as reason:
        logger.warning("an e-mail by %s cannot be read (%s)", provider, reason)
        return _refused(400, "This is no e-mail in the form that the provider documents.", "invalid")
    return JsonResponse({"status": " ".join(_receive(raw) for raw in raw_emails)})


def _receive(raw: bytes) -> str:
    """Store and process a raw e-mail; return its state."""
    incoming = inbox.take_in(ChannelName.EMAIL, parsing.key_of(raw), original=raw)
    if incoming is None:
        return "duplicate"
    inbox.process(incoming)
    return incoming.state


@csrf_exempt
@require_http_methods(["GET", "POST"])
def whatsapp(request):
    """GET: Meta's verification of this address. POST: messages and statuses, signed with the app's secret."""
    if request.method == "GET":
        return _verification(request)
    if not settings.WHATSAPP_APP_SECRET:
        raise Http404
    raw = request.read(webhook.MAX_BYTES + 1)
    if len(raw) > webhook.MAX_BYTES:
        return _refused(413, "This is more than WhatsApp sends.", "too_large")
    if not webhook.is_signed(raw, request.headers.get("X-Hub-Signature-256", "")):
        return _refused(401, "The signature does not fit.", "bad_signature")
    webhook.take_in(raw)
    return JsonResponse({"status": "received"})


def _verification(request):
    if not settings.WHATSAPP_VERIFY_TOKEN:
        raise Http404
    given = request.GET.get("hub.verify_token", "")
    is_right = hmac.compare_digest(given.encode(), settings.WHATSAPP_VERIFY_TOKEN.encode())
    if request.GET.get("hub.mode") != "subscribe" or not is_right:
        return HttpResponse(
            "The verify token does not fit.", status=403, content_type="text/plain; charset=utf-8"
        )
    return HttpResponse(
        request.GET.get("hub.challenge", "")[:500], content_type="text/plain; charset=utf-8"
    )


def _refused(status: int, detail: str, code: str) -> JsonResponse:
    return JsonResponse({"detail": detail, "code": code}, status=status)
