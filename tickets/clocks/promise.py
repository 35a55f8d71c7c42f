"""What the desk promises about when an agent answers; outside business hours it says when they are back.

Times are the shop's; where the reader's clock is known to show another hour they say whose they are.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from supportdesk import languages
from tickets.settings.in_force import current

from . import reader_zone


def back(now: datetime, language: str = languages.DEFAULT) -> str:
    """Return when agents are back, as a sentence in this language; "" while they work."""
    opening = current().next_opening(now)
    if opening is None or opening <= now:
        return ""
    with languages.speaking(language):
        return sentence(opening, now.astimezone(opening.tzinfo))


def sentence(opening: datetime, now: datetime) -> str:
    """Say a coming moment as a person would; both moments are in the shop's time zone."""
    days = (opening.date() - now.date()).days
    said = {"time": languages.date(opening, "H:mm"), "zone": reader_zone.to_say(opening)}
    if days == 0 and said["zone"]:
        return _("We're back today at %(time)s (%(zone)s).") % said
    if days == 0:
        return _("We're back today at %(time)s.") % said
    said["day"] = languages.date(opening, "EEEE" if days < 7 else "d MMMM")
    if said["zone"]:
        return _("We're back on %(day)s at %(time)s (%(zone)s).") % said
    return _("We're back on %(day)s at %(time)s.") % said
