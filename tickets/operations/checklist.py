"""The first half hour: what a new desk still needs, ticked by what is really there.

An app adds its own steps in `AppConfig.ready()` by `register`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tickets.models import THE_ROW, DeskSettings, Order, Person, Role
from tickets.settings.in_force import current

# Where the tag is, is written this often at most
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Step:
    """One line of the list. `link` leads to where it is done; `hint` says what is missing."""

    name: str
    title: str
    done: bool
    link: str = ""
    hint: str = ""


_more: list[Callable[[], Step]] = []


def register(step: Callable[[], Step]) -> None:
    """Add a step of another app, shown after the settings."""
    _more.append(step)


def steps() -> list[Step]:
    """Return all steps; seven small queries."""
    row = DeskSettings.objects.filter(pk=THE_ROW).first() or DeskSettings()
    settings_page = reverse("admin:tickets_desksettings_change", args=[THE_ROW])
    return [
        Step(
            "settings",
            _("Shop name and business hours are set"),
            bool(row.shop_name and any(row.hours.values())),
            settings_page,
        ),
        *(step() for step in _more),
        Step(
            "order",
            _("The first order arrived"),
            Order.objects.exists(),
            "/api/docs",
            _("Your shop's backend sends orders to /api/shop/orders/."),
        ),
        Step(
            "agent",
            _("An agent is invited"),
            Person.objects.filter(role=Role.AGENT, is_active=True)
            .exclude(login_email__endswith="@demo.test")
            .exists(),
            reverse("admin:tickets_person_add"),
        ),
        Step(
            "mail",
            _("Mail works"),
            row.mail_worked_at is not None and settings.MAIL_GOES_OUT,
            reverse("admin:desk-test-email"),
            _("Send a test e-mail to yourself.")
            if settings.MAIL_GOES_OUT
            else _("EMAIL_HOST is not set: e-mails reach no person. See docs/deploy.md."),
        ),
        Step(
            "tag",
            _("The chat was opened on your shop's site"),
            row.tag_seen_at is not None,
            "/api/docs",
            row.tag_seen_on or _("Put the tag on a page of your shop and open the chat there."),
        ),
    ]


def send_test_email(email: str) -> None:
    """Send a test e-mail and remember that the mail server accepted it. Raise the error of the mail server."""
    send_mail(
        _("Test e-mail of {shop}").format(shop=current().shop_name),
        _("E-mail works: this was sent by the support desk of {shop}.").format(shop=current().shop_name),
        settings.DEFAULT_FROM_EMAIL,
        [email],
    )
    _note(mail_worked_at=timezone.now())


_tag_noted_at = None


def note_tag(origin: str, own_origin: str) -> None:
    """Remember that the chat was opened on a page of the shop's own site."""
    global _tag_noted_at
    now = timezone.now()
    if origin == own_origin or (_tag_noted_at and now - _tag_noted_at < SEEN_EVERY):
        return
    _tag_noted_at = now
    _note(tag_seen_at=now, tag_seen_on=urlsplit(origin).netloc[:200])


def _note(**fields) -> None:
    # Past `save`: none of it is a setting that processes read
    if not DeskSettings.objects.filter(pk=THE_ROW).update(**fields):
        try:
            DeskSettings(pk=THE_ROW, **fields).save(force_insert=True)
        except IntegrityError:
            DeskSettings.objects.filter(pk=THE_ROW).update(**fields)
