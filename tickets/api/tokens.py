"""Access and refresh tokens: short and long lived JWTs, one family of them for each sign-in."""

import time
import uuid

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from ..models import Person, TokenFamily

FAMILY_CLAIM = "fam"


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`; whatever is wrong with the token is a 401."""

    def get_user(self, validated_token):
        if not _is_uuid(validated_token.get("sub")):
            raise InvalidToken("This token names nobody.")
        return super().get_user(validated_token)


def person_of(request) -> Person | AnonymousUser:
    """Who is calling: by Bearer token, else by session. A bad token raises AuthenticationFailed."""
    found = BearerAuthentication().authenticate(request)
    return found[0] if found else request.user


def issue(person: Person) -> dict:
    """Begin a new family; return `{access, refresh}`."""
    refresh = RefreshToken.for_user(person)
    family = TokenFamily.objects.create(person=person, jti=refresh["jti"])
    return _pair(refresh, family.pk)


def rotate(raw: str) -> dict:
    """Trade a refresh token for a new pair. Raise AuthenticationFailed unless it is the family's newest.

    One that was traded before has been copied by somebody: the whole family ends.
    """
    old, family = _family_of(raw)
    person = family.person
    if not person.is_active or old.get("hash_password") != get_md5_hash_password(person.password):
        _end(family)
        raise AuthenticationFailed("Please sign in again.", code="token_not_valid")
    new = RefreshToken.for_user(person)
    newest = TokenFamily.objects.filter(pk=family.pk, jti=old["jti"], revoked_at=None)
    if newest.update(jti=new["jti"]) != 1:
        _end(family)
        raise AuthenticationFailed("This token was used before.", code="token_not_valid")
    return _pair(new, family.pk)


def revoke(raw: str) -> None:
    """End the family of a refresh token (sign out)."""
    _end(_family_of(raw)[1])


def _family_of(raw: str) -> tuple[RefreshToken, TokenFamily]:
    try:
        token = RefreshToken(raw)
    except TokenError as reason:
        raise AuthenticationFailed(str(reason), code="token_not_valid") from None
    family_id = token.get(FAMILY_CLAIM)
    family = (
        TokenFamily.objects.select_related("person").filter(pk=family_id).first()
        if _is_uuid(family_id)
        else None
    )
    if not family or family.revoked_at or str(family.person_id) != token.get("sub"):
        raise AuthenticationFailed("Please sign in again.", code="token_not_valid")
    return token, family


def _pair(refresh: RefreshToken, family_id) -> dict:
    refresh[FAMILY_CLAIM] = str(family_id)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _end(family: TokenFamily) -> None:
    TokenFamily.objects.filter(pk=family.pk, revoked_at=None).update(revoked_at=timezone.now())


def _is_uuid(value) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def now() -> float:
    """Seconds since 1970, as the claims count them."""
    return time.time()


__all__ = ["BearerAuthentication", "NotAuthenticated", "issue", "now", "person_of", "revoke", "rotate"]
