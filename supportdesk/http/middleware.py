"""Middleware: security headers, redirects to the final slash, content security policy."""

from functools import cache, lru_cache
from ipaddress import ip_address

from csp import middleware as csp
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation, ValidationError
from django.http import Http404
from django.middleware import common, security

from . import errors, headers
from .too_many import TooMany


class SecurityMiddleware(security.SecurityMiddleware):
    """Django's, with more security headers, and the 429 response for TooMany.

    And this machine may talk to the desk without TLS. TLS ends at the proxy: what comes from the
    loopback and through no proxy is a health check or a load test, and there is no listener in between.
    """

    def process_request(self, request):
        try:
            # The first reader would have to report it, and under DEBUG that takes a minute
            request.GET  # noqa: B018
        except SuspiciousOperation:
            return _with_origin(request, errors.bad_request(request))
        if "X-Forwarded-Proto" not in request.headers and _is_loopback(request.META.get("REMOTE_ADDR")):
            return None
        try:
            return super().process_request(request)
        except DisallowedHost:
            # Refused further in, where the refusal gets its headers
            return None

    def process_exception(self, request, reason):
        if isinstance(reason, TooMany):
            return errors.too_many(request, reason)
        if isinstance(reason, Http404) and settings.DEBUG and request.path.startswith("/support/"):
            # An agent's wrong link is a page under DEBUG, too
            return errors.not_found(request)
        if isinstance(reason, ValidationError | OverflowError) and request.path.startswith("/admin/"):
            # The admin looks for whatever stands in its addresses and forms
            return errors.bad_request(request)
        return None

    def process_response(self, request, response):
        response = super().process_response(request, response)
        for name, value in headers.common().items():
            response.headers.setdefault(name, value)
        # What may be kept says so itself
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _with_origin(request, response):
    """Add what CorsMiddleware, further in, would add."""
    for name, value in headers.for_origin(request.path, request.headers.get("Origin", "")).items():
        response[name] = value
    return response


class CommonMiddleware(common.CommonMiddleware):
    """Django's, but redirect only GET and HEAD to the URL with the final slash.

    A form would come without its fields; Django raises under DEBUG, which is a 500.
    """

    def should_redirect_with_slash(self, request):
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)


class CSPMiddleware(csp.CSPMiddleware):
    """django-csp's; the policy of the settings, which nearly every answer has, is put together once.

    There is no second policy that only reports, and no address without one.
    """

    def process_response(self, request, response):
        has_its_own = "_csp_nonce" in vars(request) or not CHANGED_POLICY.isdisjoint(vars(response))
        if has_its_own or HEADER in response or (settings.DEBUG and response.status_code in (404, 500)):
            return super().process_response(request, response)
        response.headers[HEADER] = _policy_of_settings()
        return response


# What a view sets on its answer, see csp.decorators
CHANGED_POLICY = {"_csp_exempt", "_csp_config", "_csp_update", "_csp_replace"}


@cache
def _policy_of_settings() -> str:
    return build_policy()


@lru_cache(1_000)
def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
