"""Access and refresh tokens: short and long lived JWTs, one family of them for each sign-in.

A family that was ended (sign-out, a replayed token) takes its access tokens along.
"""

import uuid
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from supportdesk.db import clock
from supportdesk.observability import security_events
from tickets.accounts.row_by_id import row_by_id
from tickets.models import Person, TokenFamily

FAMILY_CLAIM = "fam"
# How long the predecessor of an unused refresh token gets that token again: its answer may have been lost
GRACE = timedelta(seconds=60)
# The id of the access token beside a refresh token is derived from it, so that repeating the pair changes nothing
ACCESS_IDS = uuid.UUID("5c8a9d0e-5d0c-4e0a-9c37-0a6c0c8f6a52")

_families = row_by_id(TokenFamily, "person")


@lru_cache(maxsize=4096)
def _claims(raw: bytes) -> dict:
    """Return what a token claims that we have signed, or raise TokenBackendError."""
    # What it takes is the text of a token, not the Token of its stub
    return token_backend.decode(raw)  # type: ignore[arg-type]


class _Signatures:
    """The library's backend, but a signature that was found to be ours is not computed again.

    It comes with every call and takes a tenth of a customer's message. What may be another answer the next time
    is not kept: whether the token has expired, and whether its family was ended.
    """

    get_leeway = token_backend.get_leeway

    @staticmethod
    def decode(raw: bytes, verify: bool = True) -> dict:
        return dict(_claims(raw))


class SeenAccessToken(AccessToken):
    def get_token_backend(self):
        return _Signatures


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`; whatever is wrong with the token is a 401."""

    def get_raw_token(self, header):
        scheme, *rest = header.split() or [b""]
        if scheme.lower() != b"bearer":
            return None
        if len(rest) != 1:
            raise _refusal("The header reads: Authorization: Bearer <access>.")
        return rest[0]

    def get_validated_token(self, raw_token):
        return _read(SeenAccessToken, raw_token)

    def get_user(self, validated_token):
        return _family_of(validated_token).person


class NoAuthentication(BearerAuthentication):
    """For calls that sign people in: no token is looked at. What is refused there is a 401 as well."""

    def authenticate(self, request):
        return None


def person_of(request) -> Person | AnonymousUser:
    """Return the caller, by Bearer token or else by session. A bad token raises AuthenticationFailed."""
    # Our `get_user` returns a Person; the library's type is any user
    found: tuple[Any, Token] | None = BearerAuthentication().authenticate(request)
    return found[0] if found else request.user


def issue(person: Person) -> dict:
    """Begin a new family; return `{access, refresh}`."""
    family = TokenFamily(person=person, jti=uuid.uuid4().hex, used_at=_this_second())
    family.save(force_insert=True)
    return _newest_pair(family)


def rotate(raw: str, request=None) -> dict:
    """Trade a refresh token for a new pair. Raise AuthenticationFailed unless it is the family's newest.

    For `GRACE`, while the successor is unused, its predecessor gets that same pair again: a lost answer
    does not end a conversation. Any other old token has been copied, and ends the family.
    """
    old = _read(RefreshToken, raw)
    family = _family_of(old)
    rows = TokenFamily.objects.filter(pk=family.pk, revoked_at=None)
    successor = {"jti": uuid.uuid4().hex, "previous_jti": old["jti"], "used_at": _this_second()}
    if rows.filter(jti=old["jti"]).update(**successor) != 1:
        # It was traded before, by a request whose answer was lost or in another tab at the same moment
        successors = (
            rows.select_related("person")
            .filter(previous_jti=old["jti"], used_at__gt=clock.now() - GRACE)
            .first()
        )
        if not successors:
            _end(old[FAMILY_CLAIM])
            security_events.record(security_events.REUSED, request)
            raise _refusal("This token was used before. Please sign in again.")
        return _newest_pair(successors)
    for field, value in successor.items():
        setattr(family, field, value)
    return _newest_pair(family)


def revoke(raw: str) -> None:
    """Sign out: end the family of a refresh token, its access tokens included."""
    _end(_family_of(_read(RefreshToken, raw)).pk)


def _read(kind: type[Token], raw) -> Token:
    """Decode and verify a token. Raise AuthenticationFailed, whatever is wrong with it."""
    try:
        token = kind(raw)
    # A signature that fits says nothing about the claims: `exp` may be a text, or 10**30
    except (TokenError, TypeError, ValueError, ArithmeticError, RecursionError) as reason:
        raise _refusal() from reason
    if not all(_is_uuid(token.get(claim)) for claim in ("sub", "jti", FAMILY_CLAIM)):
        raise _refusal()
    return token


def _family_of(token: Token) -> TokenFamily:
    """Return the token's family with its person, if both are still in force."""
    family = next(iter(_families(uuid.UUID(token[FAMILY_CLAIM]))), None)
    if not family or family.revoked_at or str(family.person_id) != token["sub"]:
        raise _refusal()
    person = family.person
    if not person.is_active or token.get("hash_password") != get_md5_hash_password(person.password):
        _end(family.pk)
        raise _refusal()
    return family


def _refusal(
    why: str = "This sign-in is not valid, or no longer. Please sign in again.",
) -> AuthenticationFailed:
    return AuthenticationFailed(why, code="token_not_valid")


def _newest_pair(family: TokenFamily) -> dict:
    """Return the family's newest pair, byte for byte the same however often it is asked for."""
    refresh = RefreshToken.for_user(family.person)
    refresh["jti"] = family.jti
    refresh[FAMILY_CLAIM] = str(family.pk)
    access = refresh.access_token
    access["jti"] = uuid.uuid5(ACCESS_IDS, family.jti).hex
    for token in (refresh, access):
        token.set_iat(at_time=family.used_at)
        token.set_exp(from_time=family.used_at)
    return {"access": str(access), "refresh": str(refresh)}


def _this_second() -> datetime:
    """The time in whole seconds, as claims count it."""
    return clock.now().replace(microsecond=0)


def _end(family_id) -> None:
    TokenFamily.objects.filter(pk=family_id, revoked_at=None).update(revoked_at=clock.now())


def _is_uuid(value) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def timestamp() -> float:
    """Return the seconds since 1970, as the claims count them."""
    return clock.now().timestamp()


__all__ = [
    "BearerAuthentication",
    "NotAuthenticated",
    "issue",
    "person_of",
    "revoke",
    "rotate",
    "timestamp",
]
