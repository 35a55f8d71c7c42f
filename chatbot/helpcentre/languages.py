"""Which language a reader of the help centre gets, and in which an article is written."""

from supportdesk import languages
from supportdesk.languages import DEFAULT, LANGUAGES
from tickets.settings.in_force import current

__all__ = ["DEFAULT", "LANGUAGES", "language_of", "offered", "translations", "written_in"]


def offered() -> list[str]:
    """Return the languages that the shop offers, the default first."""
    return list(current().languages)


def language_of(request) -> str:
    """Return the language: the one in ?lang=, else the first of the browser's that the shop offers."""
    asked = request.GET.get("lang", "")
    if asked in current().languages:
        return asked
    return languages.of_browser(request.headers.get("Accept-Language", ""), current().languages)


def written_in(article, language: str) -> str:
    """Return the language that the reader of this article really gets: English where it is not translated."""
    return language if language == "en" or getattr(article, f"body_{language}") else "en"


def translations(article) -> list[str]:
    """Return the languages in which the article is written, of those that the shop offers."""
    return [code for code in offered() if written_in(article, code) == code]
