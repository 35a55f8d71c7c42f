"""The languages that people are answered in: our codes, their tags, and the one in force.

A code of ours ("en", "hi", "hinglish") is what tickets, chats and settings store. A tag is what
browsers, search engines and gettext call it. Adding a language is a line here and a .po file in `locale/`.
"""

import datetime
from functools import cache, lru_cache

from babel import Locale
from babel.dates import parse_pattern
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation.trans_real import parse_accept_lang_header

DEFAULT = "en"
# Code -> (its name in itself, its tag)
LANGUAGES = {"en": ("English", "en"), "hi": ("हिन्दी", "hi"), "hinglish": ("Hinglish", "hi-Latn")}
CODES = {tag.lower(): code for code, (_, tag) in LANGUAGES.items()}
# Where Babel has another name
LOCALES = {"hinglish": "en"}
MOST_OF_HEADER = 200


def tag(code: str) -> str:
    """Return the tag of a language, for `lang` and hreflang; English for a code that is unknown."""
    return LANGUAGES.get(code, LANGUAGES[DEFAULT])[1]


def speaking(code: str) -> override:
    """Return the context in which gettext, dates and money speak this language."""
    return override(tag(code).lower())


def current() -> str:
    """Return the code of the language in force."""
    return CODES.get(get_language() or DEFAULT, DEFAULT)


def direction() -> str:
    """Return "rtl" where the language in force is written from right to left, else "ltr": for `dir`."""
    return "rtl" if get_language_bidi() else "ltr"


def current_tag() -> str:
    """Return the tag of the language in force."""
    return tag(current())


@cache
def locale(code: str) -> Locale:
    """Return what Babel knows of a language; Hinglish writes its dates as English does."""
    return Locale.parse(LOCALES.get(code, code))


def date(at: datetime.date, pattern: str) -> str:
    """Return a date, or a local time, by a pattern of CLDR such as "EEE d MMM", in the language in force."""
    return parse_pattern(pattern).apply(at, locale(current()))


def of_browser(header: str, offered=tuple(LANGUAGES)) -> str:
    """Return the first language of an Accept-Language header that is offered, else the first offered."""
    return _of_header(header[:MOST_OF_HEADER].lower(), tuple(offered) or (DEFAULT,))


@lru_cache(maxsize=1000)
def _of_header(header: str, offered: tuple[str, ...]) -> str:
    for wanted, _ in parse_accept_lang_header(header):
        code = CODES.get(wanted) or CODES.get(wanted.partition("-")[0])
        if code in offered:
            return code
    return offered[0]
