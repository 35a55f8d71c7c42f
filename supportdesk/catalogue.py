"""The sentences that a page's scripts say, in the language in force: `_("…")` in our JavaScript.

Scripts are written in English and carry no other language. A page in another one brings the sentences
of its own scripts with it, as JSON; they come from the `djangojs` catalogue of gettext.
"""

import json
import re
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale
from markupsafe import Markup

from . import languages

STATIC = Path(settings.BASE_DIR, "static")
# What Babel's extractor of JavaScript finds as well; a test compares the two
SAID = re.compile(r'\b(?:_|ngettext)\(\s*"((?:[^"\\]|\\.)*)"')
# "<" in a sentence must not end the element that carries it
ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def words(*scripts: str) -> Markup:
    """Return a <script> with the sentences of these scripts (paths below static); empty in English."""
    return _element(scripts, languages.current_tag())


@cache
def _element(scripts: tuple[str, ...], tag: str) -> Markup:
    catalogue = _catalogue(tag)
    found = {text: catalogue[text] for text in sorted(said(scripts)) if text in catalogue}
    if not found:
        return Markup("")
    data = json.dumps(found, ensure_ascii=False, separators=(",", ":")).translate(ESCAPED)
    return Markup(f'<script type="application/json" id="words">{data}</script>')  # noqa: S704


def said(scripts: tuple[str, ...]) -> set[str]:
    """Return the sentences of these scripts."""
    files = [STATIC / name for name in scripts]
    return {json.loads(f'"{text}"') for file in files for text in SAID.findall(file.read_text("utf-8"))}


@cache
def _catalogue(tag: str) -> dict[str, str | list[str]]:
    """Return {sentence: translation}, with a list of [singular, plural] where a number decides."""
    path = Path(settings.LOCALE_PATHS[0], to_locale(tag.lower()), "LC_MESSAGES", "djangojs.mo")
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        # The only way to list the sentences of a catalogue
        entries = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    found: dict = {}
    for key, text in entries.items():
        if isinstance(key, tuple):
            found.setdefault(key[0], ["", ""])[min(key[1], 1)] = text
        elif key:
            found[key] = text
    return found
