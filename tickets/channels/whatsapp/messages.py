"""Parse a WhatsApp message into text and a file to fetch. Pure."""

import unicodedata
from dataclasses import dataclass

from tickets.interfaces.channel_interface import NotForUs, Unreadable

PICTURES = {"image/jpeg", "image/png", "image/webp"}
# Said alone, and in any case
STOP = {
    "stop",
    "unsubscribe",
    "opt out",
    "optout",
    "stop all",
    "band karo",
    "बंद करो",
    "बंद करें",
    "बंद",
    "रोको",
    "स्टॉप",
}
START = {"start", "unstop", "subscribe", "shuru karo", "शुरू करो", "शुरू", "स्टार्ट"}
NAMES = {"audio": "voice message.ogg", "video": "video.mp4"}
LABELS = {
    "audio": "[Voice message]",
    "video": "[Video]",
    "document": "[Document]",
    "sticker": "[Sticker]",
    "contacts": "[Contact]",
    "order": "[Order from the catalogue]",
}


@dataclass(frozen=True)
class Words:
    """A customer's message: text, the id and type of a file, the id of a tapped button."""

    text: str = ""
    media: str = ""
    media_type: str = ""
    # A document's own, else one that says what it is
    file_name: str = "file"
    button: str = ""

    @property
    def has_picture(self) -> bool:
        return bool(self.media) and self.media_type.split(";")[0] in PICTURES

    @property
    def is_plain(self) -> bool:
        """Return whether it is text that Villy can answer."""
        return not self.media and bool(self.text)


def read(message: dict) -> Words:
    """Return what the message says. Raise NotForUs for what says nothing, Unreadable for what is none."""
    kind = message.get("type")
    if kind == "text":
        return Words(_text(message, "text", "body"))
    if kind == "interactive":
        return _tapped(message.get("interactive"))
    if kind == "button":
        return Words(_text(message, "button", "text"), button=_part(message, "button").get("payload", ""))
    if kind == "location":
        return Words(_place(_part(message, "location")))
    if kind in ("image", "audio", "voice", "video", "document", "sticker"):
        return _file(message, "audio" if kind == "voice" else kind, _part(message, kind))
    if kind == "reaction":
        raise NotForUs("A reaction to a message.")
    if kind == "system":
        raise NotForUs("A notice of WhatsApp.")
    if kind in LABELS:
        return Words(LABELS[kind])
    if kind in ("unsupported", "unknown", None):
        return Words("[A message that WhatsApp does not pass on. Please ask for it as text.]")
    raise Unreadable(f"A message of the type {str(kind)[:40]!r}.")


def wants_no_more(words: Words) -> bool:
    return _plain(words.text) in STOP


def wants_to_begin_again(words: Words) -> bool:
    return _plain(words.text) in START


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!?।\n\t").split())


def _part(message: dict, name: str) -> dict:
    part = message.get(name)
    if not isinstance(part, dict):
        raise Unreadable(f"A message without its {name}.")
    return part


def _text(message: dict, part: str, name: str) -> str:
    text = _part(message, part).get(name)
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("A message without text.")
    return _storable(text)


def _tapped(part) -> Words:
    """A button or a row of a list that was tapped says its title."""
    if isinstance(part, dict):
        for kind in ("button_reply", "list_reply"):
            if isinstance(reply := part.get(kind), dict) and isinstance(title := reply.get("title"), str):
                return Words(_storable(title), button=str(reply.get("id", ""))[:256])
    raise Unreadable("An answer to buttons that cannot be read.")


def _place(place: dict) -> str:
    try:
        latitude, longitude = float(place["latitude"]), float(place["longitude"])
    except (KeyError, ValueError, TypeError) as reason:
        raise Unreadable("A location without a place.") from reason
    named = ", ".join(str(place[name]) for name in ("name", "address") if place.get(name))
    link = f"https://maps.google.com/?q={latitude:.6f},{longitude:.6f}"
    return _storable(f"📍 {named}\n{link}" if named else f"📍 {link}")


def _file(message: dict, kind: str, part: dict) -> Words:
    media, caption = part.get("id"), part.get("caption")
    if not isinstance(media, str) or not media:
        raise Unreadable("A file without its id.")
    text = _storable(caption) if isinstance(caption, str) else ""
    name = _storable(str(part.get("filename") or ""))[:100]
    if kind != "image":
        label = f"[Document: {name}]" if name else LABELS[kind]
        text = f"{label}\n{text}".strip()
    media_type = str(part.get("mime_type", "")) or ("image/jpeg" if kind == "image" else "")
    return Words(text, media, media_type, file_name=name or NAMES.get(kind, "file"))


def _storable(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
    return "".join(kept).strip()
