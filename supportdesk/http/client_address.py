"""Who sent a request, and from where: behind the proxies that we were told of and no others."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.functional import SimpleLazyObject

# What one customer of a provider gets
IPV6_PREFIX = 64


def address_of(request) -> str:
    """Return the caller's address: what the outermost trusted proxy saw, else the peer; "" if it is none."""
    return client_address(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def address_of_scope(scope) -> str:
    """Return the caller's address from an ASGI scope, as `address_of` does."""
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    return client_address((scope.get("client") or ("",))[0], forwarded.decode("latin1"))


def client_address(peer: str, forwarded: str) -> str:
    """Return the address that counts for limits, in its canonical form.

    Each proxy appends whom it saw to X-Forwarded-For; what stands before the entries of
    the trusted ones is the caller's own invention. Where the entry that counts is no
    address ("unknown", a name, too few entries), the peer's address does: a limit never
    fails open.
    """
    if settings.TRUSTED_PROXIES:
        seen = forwarded.split(",")
        if len(seen) >= settings.TRUSTED_PROXIES and (
            found := plain_address(seen[-settings.TRUSTED_PROXIES])
        ):
            return found
    return plain_address(peer)


def plain_address(text: str) -> str:
    """Return the address in `203.0.113.7`, `203.0.113.7:443`, `2001:db8::1`, `[2001:db8::1]:443`; "" if none.

    Proxies differ: Azure's write the port, RFC 7239 quotes and brackets IPv6, and a zone
    (`fe80::1%eth0`) may follow.
    """
    text = text.strip().strip('"').strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    # The same client, whether a proxy listens on IPv6 or not
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(address: str) -> str:
    """Return what counts as one client of an address: itself, or the network that an IPv6 customer is given.

    A customer of a provider has 2**64 addresses, and would fill a bound for each of them.
    """
    if not address or ip_address(address).version == 4:
        return address
    return str(ip_network((address, IPV6_PREFIX), strict=False))


def is_local(request) -> bool:
    """Return whether this machine itself asks, and no proxy in between asks for another client."""
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
