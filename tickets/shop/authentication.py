"""Who calls with a service key, and what the key allows."""

from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission

from tickets.accounts.tokens import BearerAuthentication
from tickets.models import Scope, ServiceKey

from . import keys

READING = {"GET", "HEAD", "OPTIONS"}
TICKETS = "/api/support/admin"


class KeyAuthentication(BearerAuthentication):
    """`Authorization: Bearer <service key>`, or a person's access token as everywhere."""

    def authenticate(self, request):
        header = self.get_header(request)
        raw = self.get_raw_token(header) if header else None
        text = raw.decode("latin-1") if raw else ""
        if not keys.looks_like_key(text):
            return super().authenticate(request)
        key = keys.find(text)
        if not key:
            raise AuthenticationFailed("This service key is not valid, or was revoked.", code="bad_key")
        return key.person, key


def require(key: ServiceKey, scope: Scope) -> None:
    """Raise PermissionDenied unless the key has this scope."""
    if not key.allows(scope):
        raise PermissionDenied(f"This service key has no scope {scope}.", code="wrong_scope")


def require_tickets(request, key: ServiceKey) -> None:
    """Raise PermissionDenied unless this key may read tickets, or write on them, as the method needs."""
    if not request.path.startswith(TICKETS):
        raise PermissionDenied("A service key opens tickets and the shop's data only.", code="wrong_scope")
    require(key, Scope.TICKETS_READ if request.method in READING else Scope.TICKETS_WRITE)


class ShopScope(BasePermission):
    """Service keys with the scope that the method needs; a person's token is refused with 403."""

    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ServiceKey):
            raise PermissionDenied("Use a service key: a person's token does not open this.", code="no_key")
        require(request.auth, Scope.SHOP_READ if request.method in READING else Scope.SHOP_WRITE)
        return True
