"""Who is at the other end of the widget: a visitor, a guest, or somebody the shop vouches for.

A visitor is a guest who has not said yet how to be reached. What guests say of
themselves opens nobody's history; only the shop's signature does.
"""

import time
from datetime import UTC, datetime

import jwt
from django.conf import settings
from django.db import IntegrityError, transaction

from tickets.models import Person, Role

from .models import Chat, SpentIdentity

# How far ahead an identity may expire: a token that leaks is worth little
MAX_LIFE_SECONDS = 600


class BadIdentity(Exception):
    """The identity token is not to be trusted; the message says why, for the shop's developers."""


def visitor() -> Person:
    """Create somebody who has just said the first word."""
    person = Person(role=Role.CUSTOMER)
    person.set_unusable_password()
    person.save()
    return person


def as_guest(person: Person | None, *, name: str, email: str = "", phone: str = "") -> Person:
    """Give a visitor a name and a way to be reached; without a visitor, create the guest."""
    if not person or not person.is_guest:
        person = visitor()
    person.name, person.email, person.phone = name, email, phone
    person.save(update_fields=["name", "email", "phone"])
    return person


def identified(token: str, before: Person | None = None) -> Person:
    """Return the customer whom the shop's signed token names; the same `sub` is the same customer.

    `before` is who the browser was until now: a guest's open chat comes along.
    Raise BadIdentity.
    """
    claims = _claims(token)
    _spend(claims)
    details = {
        "name": claims.get("name", "")[:120],
        "email": claims.get("email", "")[:254].lower(),
        "phone": claims.get("phone", "")[:20],
    }
    person, created = Person.objects.get_or_create(external_id=claims["sub"], defaults=details)
    if not person.is_active:
        raise BadIdentity("This customer's account is closed.")
    if created:
        person.set_unusable_password()
    for field, value in details.items():
        if value:
            setattr(person, field, value)
    person.save()
    if before and before.is_guest:
        Chat.objects.filter(person=before, ticket=None).update(person=person)
    return person


def _claims(token: str) -> dict:
    if not settings.WIDGET_SIGNING_KEY:
        raise BadIdentity("This desk has no WIDGET_SIGNING_KEY, so it can trust no identity.")
    try:
        claims = jwt.decode(
            token, settings.WIDGET_SIGNING_KEY, algorithms=["HS256"], options={"require": ["exp", "sub"]}
        )
    except jwt.InvalidTokenError as reason:
        raise BadIdentity(f"This identity token is not valid: {reason}.") from None
    if claims["exp"] > time.time() + MAX_LIFE_SECONDS + 5:
        raise BadIdentity("This identity token expires more than 10 minutes ahead.")
    if not claims["sub"] or len(claims["sub"]) > 190:
        raise BadIdentity("The claim sub has to be 1 to 190 characters.")
    for name in ("name", "email", "phone", "jti"):
        if not isinstance(claims.get(name, ""), str):
            raise BadIdentity(f"The claim {name} has to be text.")
    return claims


def _spend(claims: dict) -> None:
    """A token with a `jti` works once."""
    if not claims.get("jti"):
        return
    try:
        with transaction.atomic():
            SpentIdentity.objects.create(
                jti=claims["jti"][:190], expires_at=datetime.fromtimestamp(claims["exp"], UTC)
            )
    except IntegrityError:
        raise BadIdentity("This identity token was used before.") from None
