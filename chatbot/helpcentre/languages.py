"""Which language a reader of the help centre gets."""

from django.utils.translation.trans_real import parse_accept_lang_header

# Code of ours -> (name in itself, code for `lang` and hreflang)
LANGUAGES = {"en": ("English", "en"), "hi": ("हिन्दी", "hi"), "hinglish": ("Hinglish", "hi-Latn")}
DEFAULT = "en"


def of(request) -> str:
    """Return the language: the one in ?lang=, else the first of the browser's that we have, else English."""
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200].lower()):
        if code == "hi-latn":
            return "hinglish"
        if code.split("-")[0] in LANGUAGES:
            return code.split("-")[0]
    return DEFAULT


def written_in(article, language: str) -> str:
    """Return the language that the reader of this article really gets: English where it is not translated."""
    return language if language == "en" or getattr(article, f"body_{language}") else "en"


def translations(article) -> list[str]:
    """Return the languages in which the article is written."""
    return [code for code in LANGUAGES if written_in(article, code) == code]
