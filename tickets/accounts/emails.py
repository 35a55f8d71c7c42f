"""E-mails about signing in, sent by a thread.

The mail server takes seconds, and the page must answer as fast for a known address as for an unknown one.
"""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Person
from ..settings.in_force import current

logger = logging.getLogger(__name__)

SENDER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="account-emails")

# Keyed by the names of allauth's e-mail templates
NOTICES = {
    "totp_activated": gettext_lazy("An authenticator app was added to your account."),
    "totp_deactivated": gettext_lazy("The authenticator app was removed from your account."),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made for your account."),
    "webauthn_added": gettext_lazy("A passkey was added to your account."),
    "webauthn_removed": gettext_lazy("A passkey was removed from your account."),
    "password_changed": gettext_lazy("The password of your account was changed."),
}


def send_password_link(request, email: str) -> None:
    """Send a link to set a password to the person who signs in with this address, if there is one."""
    person = Person.objects.filter(login_email=email.strip().lower(), is_active=True).first()
    if person:
        _send(
            request,
            person,
            _("Set a new password"),
            _(
                "someone asked for a new password for your account at {shop}. If it was you, open this link "
                "and choose one:\n\n{link}\n\nIt works once and for {days} days. If it was not you, ignore "
                "this e-mail: your password stays as it is."
            ),
        )


def send_invitation(request, person: Person) -> None:
    """Send a new agent an invitation with the link to set a password."""
    _send(
        request,
        person,
        _("You are invited to the support desk of {shop}"),
        _(
            "{by} invites you to answer the customers of {shop}. Open this link and choose a password:\n\n"
            "{link}\n\nIt works once and for {days} days. Afterwards you sign in here:\n\n{desk}"
        ),
        by=str(request.user),
        desk=request.build_absolute_uri(reverse("dashboard")),
    )


def send_security_notice(person: Person, what: str, address: str = "") -> None:
    """Notify a person by e-mail that their sign-in was changed."""
    if not person.login_email or what not in NOTICES:
        return
    said = str(NOTICES[what])
    text = _(
        "{said}\n\nIt was done from the address {address}. If it was not you, ask a colleague with access to the "
        "admin to end your sessions, and set a new password."
    )
    _submit(person, said.rstrip("."), text.format(said=said, address=address or "-"))


def wait_until_sent() -> None:
    """Wait until the e-mails that were queued are sent."""
    SENDER.submit(lambda: None).result()


def password_link(request, person: Person) -> str:
    """Return the link with which this person sets a password, once and for PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    # The host was checked against ALLOWED_HOSTS
    return request.build_absolute_uri(reverse("password-set", args=[uid, token]))


def _send(request, person: Person, subject: str, text: str, **words) -> None:
    words |= {
        "shop": current().shop_name,
        "link": password_link(request, person),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }
    _submit(person, subject.format(**words), text.format(**words))


def _submit(person: Person, subject: str, text: str) -> None:
    if not person.login_email:
        return
    hello = _("Hello {name},").format(name=person.name) if person.name else _("Hello,")
    body = f"{hello}\n\n{text}\n\n{current().shop_name}\n"
    SENDER.submit(_deliver, " ".join(subject.split()), body, person.login_email)


def _deliver(subject: str, body: str, email: str) -> None:
    """Send the e-mail; runs in the thread of SENDER."""
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [email])
    except Exception:
        logger.exception("an e-mail about signing in could not be sent")
