"""The link to one conversation, and the reply token in the Reply-To address of its e-mails.

Both are made of a row's id and a keyed digest of it, each with a key of its own: a reply address
stands in the headers of every mail that is forwarded, and must not open the page.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import timedelta
from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from supportdesk.storage import keys

from ..models import ConversationLink, Ticket

LIFETIME = timedelta(days=90)
PAGE_DIGEST, REPLY_DIGEST = 16, 10


def create(ticket: Ticket, address: str = "") -> ConversationLink:
    """Return a new link to the ticket, good for 90 days. `address` is where it is sent."""
    now = timezone.now()
    return ConversationLink.objects.create(
        ticket=ticket, created_at=now, expires_at=now + LIFETIME, address=address
    )


def for_chat(ticket: Ticket) -> ConversationLink:
    """Return the link that was made for the customer's own chat, a new one when it is about to expire."""
    soon = timezone.now() + LIFETIME / 3
    made = ConversationLink.objects.filter(ticket=ticket, address="", revoked_at=None, expires_at__gt=soon)
    return made.order_by("-created_at").first() or create(ticket)


def token(link: ConversationLink) -> str:
    raw = link.pk.bytes + _digest("page", link.pk, PAGE_DIGEST)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def url(link: ConversationLink, *, stars: int = 0) -> str:
    """Return the URL of the page for an e-mail, with `stars` chosen if given."""
    path = reverse("conversation-link", args=[token(link)])
    return f"{origin()}{path}" + (f"?rating={stars}#rated" if stars else "")


def whatsapp_url(link: ConversationLink) -> str:
    """The address that opens WhatsApp with the words that prove whose number it is; empty without a number."""
    if not settings.WHATSAPP_NUMBER:
        return ""
    words = quote(f"Continue #{reply_token(link)}")
    return f"https://wa.me/{settings.WHATSAPP_NUMBER}?text={words}"


def origin() -> str:
    """The desk's own address without a path: PUBLIC_URL may be a page of the shop."""
    return settings.DESK_URL


def find(given: str) -> ConversationLink | None:
    """Return the link of this token, with its ticket, unless it is expired or revoked."""
    link = _of_page(given)
    return link if link and link.expires_at > timezone.now() else None


def find_expired(given: str) -> ConversationLink | None:
    """Return the link of this token, with its ticket, if all that is wrong with it is its age."""
    link = _of_page(given)
    return link if link and link.expires_at <= timezone.now() else None


def _of_page(given: str) -> ConversationLink | None:
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (ValueError, binascii.Error):
        return None
    link = _found(raw, "page", PAGE_DIGEST)
    # One spelling: the last letter of base64 may have bits that count for nothing
    return link if link and token(link) == given else None


def revoke(ticket: Ticket) -> int:
    """Revoke all links and reply addresses of the ticket; return how many there were."""
    return ConversationLink.objects.filter(ticket=ticket, revoked_at=None).update(revoked_at=timezone.now())


# --- Answers by mail ---------------------------------------------------------


def reply_token(link: ConversationLink) -> str:
    """Return the token behind the + of the reply address, lower-case as some mail servers make it."""
    raw = link.pk.bytes + _digest("reply", link.pk, REPLY_DIGEST)
    return base64.b32encode(raw).decode().rstrip("=").lower()


def find_reply(given: str) -> ConversationLink | None:
    """Return the link of this reply token, unless it was revoked. It never expires: people answer old e-mails."""
    try:
        raw = base64.b32decode(given.upper() + "=" * (-len(given) % 8))
    except (ValueError, binascii.Error):
        return None
    link = _found(raw, "reply", REPLY_DIGEST)
    return link if link and reply_token(link) == given.lower() else None


def _found(raw: bytes, purpose: str, length: int) -> ConversationLink | None:
    if len(raw) != 16 + length:
        return None
    id = uuid.UUID(bytes=raw[:16])
    if not hmac.compare_digest(raw[16:], _digest(purpose, id, length)):
        return None
    link = ConversationLink.objects.select_related("ticket").filter(pk=id, revoked_at=None).first()
    if link:
        link.ticket = surviving_ticket(link.ticket)
    return link


def surviving_ticket(ticket: Ticket) -> Ticket:
    """Return the ticket that this one was merged into; itself if it was not merged."""
    # A ticket that others were merged into may be merged itself
    while ticket.merged_into_id:
        ticket = Ticket.objects.get(pk=ticket.merged_into_id)
    return ticket


def _digest(purpose: str, id: uuid.UUID, length: int) -> bytes:
    return hmac.new(_key(purpose), id.bytes, hashlib.sha256).digest()[:length]


@cache
def _key(purpose: str) -> bytes:
    return keys.derived(settings.SECRET_KEY, f"link {purpose}").encode()
