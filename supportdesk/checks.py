"""Warnings about settings that fit, and are doubtful on the internet; what does not fit at all, see `env`.

And errors in what a developer has just written.
"""

from pathlib import Path

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from supportdesk.serving import bundles

LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@register(Tags.security)
def production(app_configs, **options) -> list:
    """Return warnings about the settings; none under DEBUG, which serves this machine only."""
    return [] if settings.DEBUG else [*_hosts(), *_in_front(), *_processes(), *mail()]


def _hosts():
    if not set(settings.ALLOWED_HOSTS) - LOCAL:
        said = "ALLOWED_HOSTS names this machine only: the desk answers 400 to everybody else."
        yield Warning(said, hint="Set ALLOWED_HOSTS=desk.example.", id="supportdesk.W005")


def _in_front():
    if not settings.HTTPS:
        said = (
            "HTTPS is off: passwords and sessions travel in the open, unless nothing but this machine asks."
        )
        yield Warning(said, id="supportdesk.W007")
    elif not settings.TRUSTED_PROXIES:
        said = "HTTPS is on and TRUSTED_PROXIES is 0: nothing that a proxy says of TLS is believed, and every page redirects."
        hint = "Set TRUSTED_PROXIES to how many proxies in front append to X-Forwarded-For."
        yield Warning(said, hint=hint, id="supportdesk.W008")
    if not settings.RATE_LIMITS:
        yield Warning("RATE_LIMITS is off: passwords can be guessed without end.", id="supportdesk.W009")


def _processes():
    if settings.WORKERS > 1 and not settings.REDIS_URL:
        said = f"{settings.WORKERS} server processes without REDIS_URL: they notice each other's messages two seconds late."
        yield Warning(said, id="supportdesk.W010")


def mail():
    """Yield a warning when no mail server is set up; `serve` shows it as well."""
    if not settings.MAIL_GOES_OUT:
        said = (
            "EMAIL_HOST is not set: e-mails are files in DATA_DIR/mail. Invitations, password links, order "
            "codes and replies by e-mail reach no person."
        )
        hint = "Set EMAIL_HOST and MAIL_FROM to your mail server's, see docs/deploy.md."
        yield Warning(said, hint=hint, id="supportdesk.W011")


@register(Tags.staticfiles)
def can_be_bundled(app_configs, **options) -> list[Error]:
    """Return what keeps a bundle from being made: a developer hears of it before files are collected."""
    try:
        bundles.all_bundles(lambda name: Path(settings.BASE_DIR, "static", name).read_text("utf-8"))
    except bundles.CannotBundle as found:
        return [Error(str(found), id="supportdesk.E012")]
    return []
