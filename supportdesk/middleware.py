"""What every request passes."""

from ipaddress import ip_address

from django.middleware import security


class SecurityMiddleware(security.SecurityMiddleware):
    """Django's, except that this machine may talk to the desk without TLS.

    TLS ends at the proxy. What comes from the loopback and through no proxy is a
    health check or a load test, and there is nobody in between to listen.
    """

    def process_request(self, request):
        if "X-Forwarded-Proto" not in request.headers and _is_loopback(request.META.get("REMOTE_ADDR")):
            return None
        return super().process_request(request)


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
