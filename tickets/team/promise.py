"""What the desk promises about when an agent answers; outside business hours it says when they are back."""

from datetime import datetime

from django.utils.translation import gettext as _

from supportdesk import languages

from .settings import current


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
    time = languages.date(opening, "H:mm")
    if days == 0:
        return _("We're back today at %(time)s.") % {"time": time}
    day = languages.date(opening, "EEEE" if days < 7 else "d MMMM")
    return _("We're back on %(day)s at %(time)s.") % {"day": day, "time": time}
