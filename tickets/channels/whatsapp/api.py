"""The calls to the Cloud API. Every one ends within seconds, answered or not."""

from contextlib import suppress
from urllib.parse import urlsplit

import requests
from django.conf import settings

from tickets.interfaces.channel_interface import NotSent, TryLater

CONNECT_SECONDS, READ_SECONDS = 3.05, 8
MOST_BYTES = 16 * 1024 * 1024
CHUNK = 64 * 1024
# Meta's codes that another try would get again: no WhatsApp there, window over, template gone, not allowed
FINAL_CODES = {
    131026,
    131047,
    131050,
    131051,
    132000,
    132001,
    132005,
    132007,
    132012,
    132015,
    132016,
    131008,
    131009,
    100,
}


def is_set_up() -> bool:
    return bool(settings.WHATSAPP_TOKEN and settings.WHATSAPP_PHONE_ID)


def send(body: dict) -> str:
    """Send a message and return WhatsApp's id of it. Raise NotSent or TryLater."""
    answer = _call("post", f"{settings.WHATSAPP_PHONE_ID}/messages", json=body)
    try:
        return str(answer["messages"][0]["id"])
    except (KeyError, IndexError, TypeError) as reason:
        raise TryLater("WhatsApp's answer cannot be read.", in_doubt=True) from reason


def upload(name: str, data: bytes, content_type: str) -> str:
    """Hand WhatsApp a picture and return its id there."""
    form = {"messaging_product": "whatsapp", "type": content_type}
    files = {"file": (name, data, content_type)}
    answer = _call("post", f"{settings.WHATSAPP_PHONE_ID}/media", data=form, files=files)
    if not isinstance(answer.get("id"), str):
        raise TryLater("WhatsApp's answer to a picture cannot be read.")
    return answer["id"]


def fetch(media: str) -> bytes:
    """Return a file that a customer sent. Raise TryLater or NotSent."""
    found = _call("get", media)
    url = found.get("url")
    if not isinstance(url, str):
        raise TryLater("WhatsApp does not say where the file is.")
    response = _request("get", url, headers=_key() if _may_have_the_key(url) else {}, stream=True)
    data = b""
    try:
        for chunk in response.iter_content(CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise NotSent("The file is too large.")
    except requests.RequestException as reason:
        raise TryLater("The file broke off.") from reason
    finally:
        response.close()
    return data


def templates(account: str) -> list[dict]:
    """All templates of the account, page by page."""
    rows, after = [], ""
    for _ in range(20):
        asked = {"limit": 100} | ({"after": after} if after else {})
        page = _call("get", f"{account}/message_templates", params=asked)
        rows += [row for row in page.get("data") or [] if isinstance(row, dict)]
        after = ((page.get("paging") or {}).get("cursors") or {}).get("after") or ""
        if not after or not (page.get("paging") or {}).get("next"):
            break
    return rows


# --- Calling -----------------------------------------------------------------


def _key() -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.WHATSAPP_TOKEN}"}


def _may_have_the_key(url: str) -> bool:
    """Files lie on other hosts of Meta, over TLS; a test server is where the API is."""
    parts, api = urlsplit(url), urlsplit(settings.WHATSAPP_API_URL)
    return parts.netloc == api.netloc or (
        parts.scheme == "https"
        and parts.hostname is not None
        and parts.hostname.endswith((".facebook.com", ".fbsbx.com", ".whatsapp.net"))
    )


def _call(method: str, path: str, **options) -> dict:
    url = f"{settings.WHATSAPP_API_URL.rstrip('/')}/{path}"
    response = _request(method, url, headers=_key(), **options)
    try:
        answer = response.json()
    except ValueError as reason:
        raise TryLater("WhatsApp's answer cannot be read.", in_doubt=True) from reason
    if not isinstance(answer, dict):
        raise TryLater("WhatsApp's answer cannot be read.", in_doubt=True)
    return answer


def _request(method: str, url: str, **options) -> requests.Response:
    try:
        response = requests.request(
            method, url, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, **options
        )
    except requests.ConnectTimeout as reason:
        raise TryLater("WhatsApp cannot be reached.") from reason
    except requests.ConnectionError as reason:
        # Cut off in the middle, it may have arrived
        raise TryLater("WhatsApp cannot be reached.", in_doubt=_was_cut(reason)) from reason
    except requests.Timeout as reason:
        raise TryLater("WhatsApp did not answer.", in_doubt=True) from reason
    except requests.RequestException as reason:
        raise TryLater(f"WhatsApp cannot be called ({type(reason).__name__}).") from reason
    if response.status_code < 300:
        return response
    raise _refusal(response)


def _was_cut(reason: Exception) -> bool:
    return (
        "RemoteDisconnected" in repr(reason)
        or "ConnectionReset" in repr(reason)
        or "IncompleteRead" in repr(reason)
    )


def _refusal(response: requests.Response) -> Exception:
    error: dict | str = {}
    with suppress(ValueError, AttributeError):
        error = response.json().get("error") or {}
    code = error.get("code") if isinstance(error, dict) else None
    said = str(error.get("message", "") if isinstance(error, dict) else "")[:150]
    sentence = f"WhatsApp: {said or response.status_code}"
    if response.status_code == 429 or response.status_code >= 500:
        wait = response.headers.get("Retry-After", "")
        return TryLater(sentence, seconds=min(float(wait), 3600) if wait.isdigit() else None)
    if code in FINAL_CODES:
        return NotSent(sentence)
    # A wrong token or a missing right is put right by the operator: it is tried again for a day
    return TryLater(sentence)
