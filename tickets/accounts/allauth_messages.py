"""Messages of allauth on our pages, for our translation catalogue: allauth brings no Hindi.

Marked here for `make messages`; a test holds them against allauth's own.
"""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("Incorrect code."),
    _("Incorrect password."),
    _("Too many failed login attempts. Try again later."),
    _("Be patient, you are sending too many requests."),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("This account is currently inactive."),
)
