"""Adapters for allauth: who may sign in, the client's address, and how secrets are encrypted."""

import base64
import time
from functools import cache

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.shortcuts import redirect
from django.urls import reverse

from supportdesk.http.client_address import address_of
from supportdesk.storage import keys
from tickets import rate_limits

from ..settings.in_force import current
from . import emails

# Changing a second factor asks for the password again, unless the sign-in is newer than this
FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def pre_login(self, request, user, **options):
        # A customer's address may be known to the company's provider as well
        if not user.is_agent:
            return redirect("login")
        return super().pre_login(request, user, **options)

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_login_redirect_url(self, request) -> str:
        return reverse("dashboard")

    def get_client_ip(self, request) -> str:
        # The column takes an address only; "::" is the unspecified one
        return address_of(request) or "::"

    def reauthenticate(self, user, password: str) -> bool:
        rate_limits.consume(self.request, "sign in", account=user.login_email or str(user.pk))
        return user.check_password(password)

    def is_reauthentication_required(self, *, app: str, **options) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        return not any(time.time() - record["at"] < FRESH_SECONDS for record in records)

    def add_message(self, *args, **options) -> None:
        """Add no message: the page itself shows the new state."""

    def send_notification_mail(self, template_prefix: str, user, context=None, email=None) -> None:
        # "mfa/email/totp_activated" and the like: our own security notice stands for all of them
        emails.send_security_notice(
            user, template_prefix.rpartition("/")[2], self.get_client_ip(self.request)
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # SECRET_KEY was changed: no code fits, and staff remove the second factor
            return ""

    def get_totp_issuer(self) -> str:
        return f"{current().shop_name} support desk"

    def can_delete_authenticator(self, authenticator) -> bool:
        from .second_factor import is_last_of_required

        return not is_last_of_required(authenticator)


@cache
def _cipher() -> Fernet:
    key = keys.derived(settings.SECRET_KEY, "second factor")
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in with the company's provider: for the agents that staff have added, by their address."""

    def is_open_for_signup(self, request, sociallogin) -> bool:
        return False

    def pre_social_login(self, request, sociallogin) -> None:
        person = sociallogin.user
        if not sociallogin.is_existing or not person.is_agent:
            raise ImmediateHttpResponse(redirect(f"{reverse('login')}?unknown=1"))
