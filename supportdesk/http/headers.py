"""Headers of every response: from Django, from WhiteNoise, and from the ASGI layer before both."""

import re
from functools import cache

from django.conf import settings

# What no page of ours uses, and what no script that got into one should
UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock",
    "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
# Of a file or a refusal that is opened as a page
INERT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def common() -> dict[str, str]:
    """Return the headers of every response, unless the view has set its own."""
    return {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    }


@cache
def beside_django() -> dict[str, str]:
    """Return the headers that Django's middleware would add, for responses that bypass it."""
    return common() | {"Content-Security-Policy": INERT, "X-Frame-Options": "DENY"} | _hsts()


def for_origin(path: str, origin: str) -> dict[str, str]:
    """Return the CORS headers of an answer that django-cors-headers does not see.

    Without them a browser hides a 413 or 431 from the frontend that asked, which then
    shows a broken network.
    """
    if not re.match(settings.CORS_URLS_REGEX, path):
        return {}
    if origin not in settings.CORS_ALLOWED_ORIGINS:
        return {"Vary": "origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": ", ".join(settings.CORS_EXPOSE_HEADERS),
        "Vary": "origin",
    }


def origin_in(sent: list[tuple[bytes, bytes]]) -> str:
    """Return the Origin among the headers of an ASGI scope; "" if there is none."""
    return next((value.decode("latin1") for name, value in sent if name == b"origin"), "")


def _hsts() -> dict[str, str]:
    if not settings.HTTPS:
        return {}
    # Over plain HTTP a browser ignores it
    return {
        "Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    }
