"""Identify the person at the widget: a visitor, a guest, or a customer the shop vouches for.

A visitor is a guest who has not said yet how to be reached. What guests say of
themselves opens no history; only the shop's signature does.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import jwt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import EmailField

from tickets import workflow
from tickets.channels import identity
from tickets.models import ChannelName, Person, Role, Status, Ticket
from tickets.privacy.masking import masked
from tickets.privacy.phones import PHONE, reject_card_number
from tickets.privacy.plain_text import plain_address, plain_phone

from .models import Chat, SpentIdentity

# How far ahead an identity may expire: a token that leaks is worth little
MAX_LIFE_SECONDS = 600
# The shop's clock and ours differ; for `exp`, `nbf` and `iat`
LEEWAY_SECONDS = 60
MAX_ID = 190
HEX_SIGNED = re.compile(r"([A-Za-z0-9_-]+={0,2})\.([0-9a-fA-F]{64})")
CONTACTS: dict[str, tuple[Callable[[str], str], Callable[[str], object]]] = {
    "email": (plain_address, EmailField(max_length=254).clean),
    "phone": (plain_phone, PHONE),
}


class BadIdentity(Exception):
    """The identity token is not to be trusted; the message says why, for the shop's developers."""


def visitor() -> Person:
    """Create the person who has just sent the first message."""
    person = _stranger()
    person.save()
    return person


def _stranger() -> Person:
    """Return a new customer, not stored yet."""
    person = Person(role=Role.CUSTOMER)
    person.set_unusable_password()
    return person


def as_guest(person: Person | None, *, name: str, email: str = "", phone: str = "") -> Person:
    """Give a visitor a name and a way to be reached; without a visitor, create the guest.

    A customer whom the shop vouches for without an address stays who they are: what is missing is added.
    """
    given = {"name": name, "email": email, "phone": phone}
    if person and person.role == Role.CUSTOMER and not person.is_guest and not person.can_be_reached:
        given = {field: getattr(person, field) or value for field, value in given.items()}
    elif not person or not person.is_guest:
        person = _stranger()
    for field, value in given.items():
        setattr(person, field, value)
    person.save(update_fields=None if person._state.adding else list(given))
    return person


def identified(token: str, before: Person | None = None) -> Person:
    """Return the customer whom the shop's signed token names; the same `sub` is the same customer.

    `before` is who the browser was until now: a guest's chat and open tickets become the
    customer's, for good. Raise BadIdentity.
    """
    claims = _claims(token)
    _spend(claims)
    details = _details(claims)
    person, created = Person.objects.get_or_create(
        external_id=claims["sub"], defaults=details | {"password": make_password(None)}
    )
    # Of two records that staff linked, one stands for the person
    person = person.merged_into or person
    if not person.is_active:
        raise BadIdentity("This customer's account is closed.")
    if person.role != Role.CUSTOMER:
        # The shop vouches for its customers; a leaked signing key must not open the desk
        raise BadIdentity("This identity belongs to an agent or a member of staff.")
    if details and not created:
        Person.objects.filter(pk=person.pk).update(**details)
        person.refresh_from_db()
    if before and before.is_guest and before.pk != person.pk:
        _take_over(before, person)
    _join_channels(person, details)
    return person


def _join_channels(person: Person, details: dict) -> None:
    """Add the e-mail and WhatsApp history of the addresses that the shop signed to this customer."""
    if email := details.get("email"):
        identity.prove(person, ChannelName.EMAIL, email, by="identity")
    if (phone := details.get("phone", "")).startswith("+"):
        digits = "".join(filter(str.isdecimal, phone))
        identity.prove(person, ChannelName.WHATSAPP, digits, by="identity")


def _take_over(guest: Person, customer: Person) -> None:
    """Move what the guest has not finished to the customer: the chat with Villy, and tickets that are not closed.

    Each ticket moves on its own. If the desk dies in between, the browser is still the guest and the
    next identity moves the rest.
    """
    Chat.objects.filter(person=guest, ticket=None).update(person=customer)
    for ticket in (
        Ticket.objects.filter(requester=guest).exclude(status=Status.CLOSED).order_by("created_at")
    ):
        Chat.objects.filter(person=guest, ticket=ticket.pk).update(person=customer)
        workflow.change_requester(ticket, customer, by=customer)


def _claims(token: str) -> dict:
    if not settings.WIDGET_SIGNING_KEY:
        raise BadIdentity("This desk has no WIDGET_SIGNING_KEY, so it can trust no identity.")
    try:
        claims = jwt.decode(
            _as_jwt(token),
            settings.WIDGET_SIGNING_KEY,
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
            leeway=LEEWAY_SECONDS,
        )
    except jwt.InvalidTokenError as reason:
        # Of what cannot be decoded the library tells more than anybody wants to know
        why = "It cannot be read" if type(reason) is jwt.DecodeError else str(reason).rstrip(".")
        raise BadIdentity(f"This identity token is not valid: {why}.") from None
    if not isinstance(claims["exp"], int | float):
        raise BadIdentity("The claim exp has to be a number.")
    if claims["exp"] > time.time() + MAX_LIFE_SECONDS + LEEWAY_SECONDS - 5:
        raise BadIdentity("This identity token expires more than 10 minutes ahead.")
    for name in ("sub", "name", "email", "phone", "jti"):
        if claims.get(name) is not None and not _is_storable_text(claims[name]):
            raise BadIdentity(f"The claim {name} has to be text.")
    if not 1 <= len(claims["sub"].strip()) <= MAX_ID or len(claims.get("jti", "")) > MAX_ID:
        raise BadIdentity(f"The claims sub and jti have 1 to {MAX_ID} characters.")
    return claims


def _as_jwt(token: str) -> str:
    """Return the token, one with a hex HMAC as a JWT of the same claims: what holds for them is in one place.

    `<base64url of the claims' JSON>.<hex HMAC-SHA256 of that part>` is all that template languages
    such as Shopify's Liquid can make. Raise jwt.InvalidTokenError.
    """
    form = HEX_SIGNED.fullmatch(token)
    if not form:
        return token
    part, given = form[1], form[2].lower()
    key = settings.WIDGET_SIGNING_KEY.encode()
    if not hmac.compare_digest(hmac.new(key, part.encode(), hashlib.sha256).hexdigest(), given):
        raise jwt.InvalidSignatureError("Signature verification failed")
    try:
        claims = json.loads(base64.urlsafe_b64decode(part.rstrip("=") + "=" * (-len(part.rstrip("=")) % 4)))
        return jwt.encode(claims, settings.WIDGET_SIGNING_KEY, algorithm="HS256")
    except (ValueError, TypeError, RecursionError) as reason:
        raise jwt.DecodeError("The claims are not JSON in base64url") from reason


def _is_storable_text(value) -> bool:
    """Return whether every database takes it: no NUL, no lone surrogate."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _details(claims: dict) -> dict:
    """Return the customer's details from the shop, without invalid contact data."""
    details = {"name": masked(claims.get("name") or "")[:120]}
    for field, (cleaned, is_one) in CONTACTS.items():
        value = cleaned(claims.get(field) or "")
        try:
            is_one(value)
            reject_card_number(value)
            details[field] = value.lower()
        except ValidationError:
            pass
    return {field: value for field, value in details.items() if value}


def _spend(claims: dict) -> None:
    """A token with a `jti` works once."""
    if not claims.get("jti"):
        return
    try:
        with transaction.atomic():
            SpentIdentity.objects.create(
                jti=claims["jti"], expires_at=datetime.fromtimestamp(claims["exp"] + LEEWAY_SECONDS, UTC)
            )
    except IntegrityError:
        raise BadIdentity("This identity token was used before.") from None
