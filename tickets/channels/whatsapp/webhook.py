"""What Meta calls: the signature, and each message and each status for itself."""

import hashlib
import hmac
import json
import logging
import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone

from supportdesk.http.outages import is_outage

from ... import workflow
from ...models import ChannelName, Incoming, IncomingState, Message, Outgoing, OutgoingState
from .. import inbox, outbox, state

logger = logging.getLogger(__name__)

# Meta sends at most 3 MB
MAX_BYTES = 3 * 1024 * 1024
STATES = {"sent": OutgoingState.SENT, "delivered": OutgoingState.DELIVERED, "read": OutgoingState.READ}


def is_signed(raw: bytes, signature: str) -> bool:
    """Return whether the body bears the signature of the app's secret."""
    expected = hmac.new(settings.WHATSAPP_APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), f"sha256={expected}".encode())


def take_in(raw: bytes) -> None:
    """Store each message of the call and do what it asks for; note each status. One bad one stops no other."""
    try:
        entries = json.loads(raw)["entry"]
        changes = [(entry.get("id"), change["value"]) for entry in entries for change in entry["changes"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _put_aside(raw, "This is not a call that we know.")
        return
    for account, value in changes:
        if not isinstance(value, dict):
            continue
        if account:
            state.remember("whatsapp-account", {"id": str(account)[:60]})
        names = _names(value)
        for message in _dicts(value.get("messages")):
            try:
                _message(message, names)
            except Exception as reason:
                if is_outage(reason):
                    raise
                logger.exception("a message of WhatsApp could not be stored")
                _put_aside(
                    json.dumps(message).encode(), f"It could not be stored ({type(reason).__name__})."
                )
        for status in _dicts(value.get("statuses")):
            try:
                _status(status)
            except Exception:
                logger.exception("a status of WhatsApp could not be noted")


def _dicts(rows) -> list[dict]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _names(value: dict) -> dict[str, str]:
    """Return the profile names by WhatsApp id."""
    names = {}
    for contact in _dicts(value.get("contacts")):
        profile = contact.get("profile")
        if isinstance(profile, dict):
            names[str(contact.get("wa_id", ""))] = str(profile.get("name", ""))[:120]
    return names


def _message(message: dict, names: dict[str, str]) -> None:
    key, sender = message.get("id"), message.get("from")
    if not (isinstance(key, str) and key and isinstance(sender, str) and sender.isdigit()):
        _put_aside(json.dumps(message).encode(), "A message without id or sender.")
        return
    payload = {"message": message, "name": names.get(sender, "")}
    if incoming := inbox.take_in(ChannelName.WHATSAPP, key, payload=payload):
        inbox.process(incoming)


def _put_aside(raw: bytes, reason: str) -> None:
    key = f"sha256-{hashlib.sha256(raw).hexdigest()}"
    if incoming := inbox.take_in(ChannelName.WHATSAPP, key, original=raw):
        Incoming.objects.filter(pk=incoming.pk).update(
            state=IncomingState.QUARANTINED, reason=reason, retry_at=None
        )


# --- Statuses ----------------------------------------------------------------


def _status(status: dict) -> None:
    row = _row_of(status)
    if row is None:
        return
    if id := str(status.get("id") or "")[:250]:
        Outgoing.objects.filter(pk=row.pk, external_id="").update(external_id=id)
    kind = status.get("status")
    if kind == "failed":
        outbox.fail(
            row, _why(status), rows=Outgoing.objects.filter(pk=row.pk).exclude(state=OutgoingState.FAILED)
        )
    elif kind in STATES and outbox.confirmed(row, STATES[kind], _at(status)) and kind == "read":
        _mark_read(row)


def _row_of(status: dict) -> Outgoing | None:
    """The row that we sent: by our own id, which is there before we know WhatsApp's, else by WhatsApp's."""
    rows = Outgoing.objects.filter(channel=ChannelName.WHATSAPP)
    own = status.get("biz_opaque_callback_data")
    try:
        if isinstance(own, str) and (row := rows.filter(pk=uuid.UUID(own)).first()):
            return row
    except ValueError:
        pass
    id = status.get("id")
    return rows.filter(external_id=id).first() if isinstance(id, str) and id else None


def _mark_read(row: Outgoing) -> None:
    message = (
        Message.objects.select_related("ticket").filter(pk=row.message_id).first()
        if row.message_id
        else None
    )
    if message:
        workflow.mark_read(message.ticket, by_agents=False, up_to=message.seq)


def _why(status: dict) -> str:
    errors = _dicts(status.get("errors"))
    first = errors[0] if errors else {}
    return (
        " ".join(str(first.get(name, "")) for name in ("code", "title")).strip()
        or "WhatsApp did not deliver it."
    )


def _at(status: dict) -> datetime:
    now = timezone.now()
    try:
        return min(datetime.fromtimestamp(int(status["timestamp"]), UTC), now)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return now
