"""WhatsApp as a channel: send messages within the 24-hour window."""

from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from PIL import Image

from tickets.interfaces.channel_interface import Channel, NotSent, Send, TryLater, register
from tickets.settings.in_force import current
from tickets.workflow import wording

from ...models import (
    AddressBlock,
    ChannelIdentity,
    ChannelName,
    Incoming,
    Message,
    Outgoing,
    Sender,
    Ticket,
)
from .. import links
from ..withdrawals import is_withdrawn
from . import api, incoming

WINDOW = timedelta(hours=24)
MAX_TEXT, MAX_CAPTION = 4096, 1024
BUTTONS, BUTTON_TITLE, ROWS, ROW_TITLE = 3, 20, 10, 24
WINDOW_IS_OVER = gettext_lazy(
    "The customer wrote more than 24 hours ago: WhatsApp takes templates only. Choose one."
)


class WhatsApp(Channel):
    name = ChannelName.WHATSAPP

    def receive(self, row: Incoming) -> None:
        incoming.receive(row)

    def refuses(self, ticket: Ticket) -> str:
        return "" if is_open(identity_of(ticket)) else str(WINDOW_IS_OVER)

    def prepare(self, row: Outgoing) -> Send:
        if not api.is_set_up():
            raise TryLater("WHATSAPP_TOKEN and WHATSAPP_PHONE_ID are not set.")
        identity = _identity(row)
        if not identity:
            raise NotSent(gettext("The customer's WhatsApp number is not known."))
        if (
            row.kind != "opt-out"
            and AddressBlock.objects.filter(channel=self.name, address=identity.address).exists()
        ):
            raise NotSent(gettext("The customer asked for no more messages."), tell=row.kind != "villy")
        if row.kind != "template" and not is_open(identity):
            raise NotSent(str(WINDOW_IS_OVER))
        if row.address != identity.address:
            Outgoing.objects.filter(pk=row.pk).update(address=identity.address)
        message = _message(row)
        head = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": identity.address,
            # Comes back with every status: confirms a try whose answer never came
            "biz_opaque_callback_data": str(row.pk),
        }
        if message and (picture := message.picture.name):
            with default_storage.open(picture) as file:
                name, data, kind = _picture(file.read(), picture)
            return lambda: _send_picture(head, name, data, kind, message.text)
        body = head | _content(row, message)
        return lambda: api.send(body)


def is_open(identity: ChannelIdentity | None, now: datetime | None = None) -> bool:
    """Return whether anything may be said to this number just now."""
    return window_ends_at(identity, now) is not None


def window_ends_at(identity: ChannelIdentity | None, now: datetime | None = None) -> datetime | None:
    """Until when anything may be said to this number; None if the time is over."""
    if identity is None or identity.last_heard_at is None:
        return None
    ends_at = identity.last_heard_at + WINDOW
    return ends_at if (now or timezone.now()) < ends_at else None


def identity_of(ticket: Ticket) -> ChannelIdentity | None:
    """The number of the ticket's customer that wrote last."""
    found = ChannelIdentity.objects.filter(channel=ChannelName.WHATSAPP, person=ticket.requester_id)
    return found.order_by("-last_heard_at").first()


def _identity(row: Outgoing) -> ChannelIdentity | None:
    found = ChannelIdentity.objects.filter(channel=ChannelName.WHATSAPP)
    if row.address:
        return found.filter(address=row.address).first()
    if row.ticket_id is None:
        return None
    return identity_of(
        Ticket(requester_id=Ticket.objects.values_list("requester_id", flat=True).get(pk=row.ticket_id))
    )


def _message(row: Outgoing) -> Message | None:
    if not row.message_id:
        return None
    message = Message.objects.filter(pk=row.message_id).first()
    if message is None or is_withdrawn(message):
        raise NotSent(gettext("There is nothing left to send."), tell=False)
    return message


# --- Bodies ------------------------------------------------------------------


def _content(row: Outgoing, message: Message | None) -> dict:
    if row.kind == "template":
        return {"type": "template", "template": row.payload["template"]}
    if row.kind == "resolved" and row.ticket_id and message:
        ticket = Ticket.objects.get(pk=row.ticket_id)
        link = links.url(links.create(ticket))
        yes, no = wording.to(ticket, wording.solved), wording.to(ticket, wording.not_solved)
        choices = [(yes, f"solved:yes:{ticket.pk.hex}"), (no, f"solved:no:{ticket.pk.hex}")]
        asks = "" if message.sender == Sender.SYSTEM else wording.to(ticket, wording.resolved)
        return _buttons("\n\n".join(filter(None, (message.text, asks, link))), choices)
    if row.kind == "villy" and row.payload.get("choices"):
        choices = [(choice["title"], choice["id"]) for choice in row.payload["choices"]]
        return with_choices(row.payload["text"], choices)
    if row.kind == "code":
        return _text(wording.code_text(row.payload["code"], current().shop_name))
    return _text(message.text if message else row.payload["text"])


def _text(text: str) -> dict:
    return {"type": "text", "text": {"body": text[:MAX_TEXT], "preview_url": False}}


def with_choices(text: str, choices: list[tuple[str, str]]) -> dict:
    """Up to three choices are buttons, more are a list; a title that is too long is cut, its id says it all."""
    if len(text) > MAX_CAPTION:
        # A body with buttons is a quarter of a text
        listed = "\n".join(f"• {title}" for title, _ in choices)
        return _text(f"{text}\n\n{listed}")
    if len(choices) <= BUTTONS:
        return _buttons(text, choices)
    rows = [_row(title, id) for title, id in choices[:ROWS]]
    action = {"button": "Choose", "sections": [{"title": "Choose", "rows": rows}]}
    return {
        "type": "interactive",
        "interactive": {"type": "list", "body": {"text": text}, "action": action},
    }


def _row(title: str, id: str) -> dict:
    row = {"id": id[:200], "title": _cut(title, ROW_TITLE)}
    return row | ({"description": title[:72]} if len(title) > ROW_TITLE else {})


def _buttons(text: str, choices: list[tuple[str, str]]) -> dict:
    buttons = [
        {"type": "reply", "reply": {"id": id[:256], "title": _cut(title, BUTTON_TITLE)}}
        for title, id in choices
    ]
    body = {"text": text[:MAX_CAPTION]}
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": body, "action": {"buttons": buttons}},
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _picture(data: bytes, name: str) -> tuple[str, bytes, str]:
    """The picture as WhatsApp takes it: JPEG or PNG."""
    name = name.rpartition("/")[2]
    if name.endswith(".png"):
        return name, data, "image/png"
    if name.endswith((".jpg", ".jpeg")):
        return name, data, "image/jpeg"
    out = BytesIO()
    Image.open(BytesIO(data)).convert("RGB").save(out, "JPEG", quality=88)
    return f"{name.rpartition('.')[0]}.jpg", out.getvalue(), "image/jpeg"


def _send_picture(head: dict, name: str, data: bytes, kind: str, caption: str) -> str:
    picture = {"id": api.upload(name, data, kind)}
    if caption:
        picture["caption"] = caption[:MAX_CAPTION]
    return api.send(head | {"type": "image", "image": picture})


register(WhatsApp())
