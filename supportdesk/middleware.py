"""What every request passes."""

from ipaddress import ip_address

from django.core.exceptions import DisallowedHost
from django.middleware import security

from tickets.limits import TooMany

from . import errors, headers


class SecurityMiddleware(security.SecurityMiddleware):
    """Django's, with the headers that it does not know, and the answer to what is done too often.

    And this machine may talk to the desk without TLS. TLS ends at the proxy: what comes from the
    loopback and through no proxy is a health check or a load test, and nobody in between listens.
    """

    def process_request(self, request):
        if "X-Forwarded-Proto" not in request.headers and _is_loopback(request.META.get("REMOTE_ADDR")):
            return None
        try:
            return super().process_request(request)
        except DisallowedHost:
            # Refused further in, where the refusal gets its headers
            return None

    def process_exception(self, request, reason):
        return errors.too_many(request, reason) if isinstance(reason, TooMany) else None

    def process_response(self, request, response):
        response = super().process_response(request, response)
        for name, value in headers.common().items():
            response.headers.setdefault(name, value)
        # What may be kept says so itself
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
