"""Server-sent events as bytes."""

import json
from typing import Any

# Ends of lines to some clients, though not to the standard
LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


def event(name: str, data: Any, id: int | None = None) -> bytes:
    """Encode one server-sent event; `data` is a dict, or JSON that is encoded already."""
    if not isinstance(data, (str, bytes)):
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).translate(LINE_ENDS)
    if isinstance(data, str):
        data = data.encode()
    head = f"id: {id}\nevent: {name}\ndata: " if id is not None else f"event: {name}\ndata: "
    return head.encode() + data + b"\n\n"
