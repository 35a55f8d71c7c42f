"""Which sites may embed the widget: `WIDGET_ORIGINS`, matched exactly or with a wildcard port."""

import re

from django.conf import settings


def allowed_host(request) -> str | None:
    """Return the embedding page's origin if it may embed us.

    The loader names it in the frame's address. A page that lies about it gains
    nothing: the browser compares it with the real one through frame-ancestors.
    """
    origin = request.GET.get("host", "")
    return origin if is_allowed(request, origin) else None


def is_allowed(request, origin: str) -> bool:
    """Return whether pages of this origin may embed the widget."""
    return origin == own_origin(request) or any(
        _covers(allowed, origin) for allowed in settings.WIDGET_ORIGINS
    )


def own_origin(request) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _covers(allowed: str, origin: str) -> bool:
    # As in CSP: any port includes the one that is not written
    pattern = re.escape(allowed.rstrip("/")).replace(r":\*", r"(:[0-9]+)?").replace(r"\*", r"[a-z0-9-]+")
    return re.fullmatch(pattern, origin) is not None
