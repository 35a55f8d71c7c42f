"""A check that the passwords of the demo are not those of a real desk."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

from chatbot.demo.loader import logins
from tickets.models import Person


@register(Tags.database)
def demo_logins(app_configs, databases=None, **options) -> list:
    """Passwords that stand in the README, in a database that is no demo. Asked by `serve`, and by `check --database default`."""
    if settings.DEBUG or "default" not in (databases or []):
        return []
    if Person._meta.db_table not in connections["default"].introspection.table_names():
        return []
    known = logins()
    people = Person.objects.filter(login_email__in=list(known), is_active=True).only(
        "login_email", "password"
    )
    open_to_all = [
        address for each in people if (address := each.login_email) and each.check_password(known[address])
    ]
    if not open_to_all:
        return []
    said = f"The demo logins are in this database, and everybody knows their passwords: {', '.join(sorted(open_to_all))}."
    hint = (
        "Begin with an empty database, or give them other passwords, or make them inactive (with DEBUG on)."
    )
    # Without limits it is a load or acceptance run, in which they are to sign in
    kind = Error if settings.RATE_LIMITS else Warning
    return [kind(said, hint=hint, id="supportdesk.E011")]
