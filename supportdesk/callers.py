"""Who sent a request, and from where: behind the proxies that we were told of and no others."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.functional import SimpleLazyObject


def address_of(request) -> str:
    """Return the caller's address: what the outermost trusted proxy saw, else the peer; "" if it is none."""
    found = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        # Each proxy appends whom it saw; what stands before those is the caller's own invention
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        found = seen[-settings.TRUSTED_PROXIES] if len(seen) >= settings.TRUSTED_PROXIES else found
    try:
        return str(ip_address(found))
    except ValueError:
        return ""


def is_local(request) -> bool:
    """Whether this machine itself asks, and no proxy in between asks for somebody else."""
    if (
        settings.TRUSTED_PROXIES
        or {"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"} & request.headers.keys()
    ):
        return False
    address = address_of(request)
    return bool(address) and ip_address(address).is_loopback


def known_person(request):
    """Return whom the view found to be asking, or None. Looks nothing up: not every view wants to know."""
    person = request.__dict__.get("user")
    if isinstance(person, SimpleLazyObject):
        person = getattr(request, "_cached_user", None)
    return person if isinstance(person, get_user_model()) else None
