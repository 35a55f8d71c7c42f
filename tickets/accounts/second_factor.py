"""The second factor: whether a person has one or needs one, and whether a code is right.

Every door asks here: the sign-in page, the admin, and `/api/auth/token`.
"""

import hashlib
from datetime import UTC, datetime

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from supportdesk.db import clock
from tickets import rate_limits
from tickets.models.settings import SecondFactor

from ..models import Person, RateLimitCounter, Role, TokenFamily
from ..settings.in_force import current

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# A code of an authenticator app is valid for three steps of 30 s
CODE_LIFE = 120
SESSION_KEY = "second_factor"


def is_set_up(person: Person) -> bool:
    """Return whether this person has a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists()


def is_required(person: Person) -> bool:
    """Return whether the settings require a second factor of this person's role."""
    rule = current().second_factor
    if rule == SecondFactor.EVERYONE:
        return person.role in (Role.AGENT, Role.STAFF)
    return rule == SecondFactor.STAFF and person.role == Role.STAFF


def is_missing(person: Person, session) -> bool:
    """Return whether this session may do nothing yet but set up the second factor."""
    if not is_required(person) or session.get(SESSION_KEY):
        return False
    used = session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    if any(record.get("method") == "mfa" for record in used) or is_set_up(person):
        session[SESSION_KEY] = True
        return False
    return True


def is_last_of_required(authenticator: Authenticator) -> bool:
    """Return whether this is the only second factor of a person who has to have one."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return is_required(authenticator.user) and not others.exclude(pk=authenticator.pk).exists()


def find(request, person: Person, code: str) -> Authenticator | None:
    """Return the person's authenticator to which this code belongs, and use the code up; None if it is wrong.

    Raise TooMany after too many tries.
    """
    rate_limits.consume(request, "second factor", account=str(person.pk))
    code = "".join(code.split())
    if not code:
        return None
    for authenticator in Authenticator.objects.filter(user_id=person.pk).exclude(
        type=Authenticator.Type.WEBAUTHN
    ):
        if authenticator.wrap().validate_code(code) and _is_first_use(authenticator, code):
            return authenticator
    return None


def _is_first_use(authenticator: Authenticator, code: str) -> bool:
    """Return whether no process has taken this code before: allauth remembers it in this process only."""
    if authenticator.type != Authenticator.Type.TOTP:
        return True
    key = hashlib.sha256(f"code|{authenticator.user_id}|{code}".encode()).hexdigest()[:40]
    now = clock.now()
    # A code may come again by chance after its life
    RateLimitCounter.objects.filter(pk=key, ends_at__lt=now).delete()
    try:
        RateLimitCounter(
            key=key, left=0, ends_at=datetime.fromtimestamp(rate_limits.timestamp() + CODE_LIFE, UTC)
        ).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def enforce() -> None:
    """End the API sign-ins of agents who now need a second factor and have none; sessions ask for it."""
    people = [each for each in Person.objects.exclude(role=Role.CUSTOMER) if is_required(each)]
    with_one = set(Authenticator.objects.filter(type__in=FACTORS).values_list("user_id", flat=True))
    without = [each.pk for each in people if each.pk not in with_one]
    TokenFamily.objects.filter(person_id__in=without, revoked_at=None).update(revoked_at=clock.now())


def remove(person: Person) -> None:
    """Remove all second factors of a person who lost them."""
    Authenticator.objects.filter(user_id=person.pk).delete()


class _Checked:
    """allauth's form, with our limit on tries and codes that count once in all processes."""

    too_many: rate_limits.TooMany | None = None
    # Of the form
    user: Person
    cleaned_data: dict

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        try:
            found = find(context.request, self.user, code)
        except rate_limits.TooMany as reason:
            self.too_many = reason
            raise ValidationError(str(reason)) from reason
        if not found:
            raise ValidationError(_("This code is wrong or was used before."))
        found.user = self.user
        self.authenticator = found
        return code


class CodeForm(_Checked, AuthenticateForm):
    pass


class CodeAgainForm(_Checked, ReauthenticateForm):
    pass
