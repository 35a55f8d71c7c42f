"""Warnings about settings that fit, and are doubtful on the internet; what does not fit at all, see `env`."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@register(Tags.security)
def production(app_configs, **options) -> list:
    """Return warnings about the settings; none under DEBUG, which serves this machine only."""
    return [] if settings.DEBUG else [*_hosts(), *_in_front(), *_processes()]


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


@register(Tags.database)
def demo_logins(app_configs, databases=None, **options) -> list:
    """Passwords that stand in the README, in a database that is no demo. Asked by `serve`, and by `check --database default`."""
    from chatbot.demo.loader import logins
    from tickets.models import Person

    if settings.DEBUG or "default" not in (databases or []):
        return []
    if Person._meta.db_table not in connections["default"].introspection.table_names():
        return []
    known = logins()
    people = Person.objects.filter(login_email__in=list(known), is_active=True).only(
        "login_email", "password"
    )
    open_to_all = [each.login_email for each in people if each.check_password(known[each.login_email])]
    if not open_to_all:
        return []
    said = f"The demo logins are in this database, and everybody knows their passwords: {', '.join(sorted(open_to_all))}."
    hint = (
        "Begin with an empty database, or give them other passwords, or make them inactive (with DEBUG on)."
    )
    # Without limits it is a load or acceptance run, in which they are to sign in
    kind = Error if settings.RATE_LIMITS else Warning
    return [kind(said, hint=hint, id="supportdesk.E011")]
