"""The exception behind a 429: raised by whatever limits, answered by the middleware."""

from django.utils.translation import gettext, ngettext

MINUTE = 60


class TooMany(Exception):
    """A rate limit is reached. The message says when to try again, and so does `seconds`."""

    def __init__(self, seconds: int):
        super().__init__(
            gettext("Too many attempts. Please try again in %(seconds)s.") % {"seconds": _in_words(seconds)}
        )
        self.seconds = seconds


def _in_words(seconds: int) -> str:
    if seconds < 2 * MINUTE:
        return ngettext("a second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // MINUTE)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
