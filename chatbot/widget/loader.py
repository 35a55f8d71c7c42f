"""The script behind the one tag on a shop's page, small and with the shop's colours in it."""

import gzip
import json
import re
from functools import cache, lru_cache
from pathlib import Path

import brotli
import rjsmin
from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from supportdesk import languages
from supportdesk.serving.static import digest
from tickets.settings.in_force import LAUNCHER_CHARACTERS, current

LOADER = Path(settings.BASE_DIR, "static/js/loader.js")


@cache
def _minified(source: str) -> str:
    """Return the loader without comments and blanks, those of its style sheet included."""
    script = Path(settings.BASE_DIR, source).read_text()
    return rjsmin.jsmin(
        re.sub(r"(?<=const style = `)[^`]*", lambda style: _without_blanks(style[0]), script)
    )


def _without_blanks(style: str) -> str:
    # Around "+" and "-" of a calc() they have a meaning; before a colon too, in a selector
    return (
        re.sub(r"\s*([{};])\s*|(?<=[\w)}-])([:,])\s+", lambda found: found[1] or found[2], style)
        .strip()
        .replace(";}", "}")
    )


def _loader_version(request) -> str:
    return f'W/"{digest(LOADER)}-{current().version}"'


def _loader_says(language: str) -> list[str]:
    """Return the two sentences of the loader; each visitor's browser chooses its own."""
    with languages.speaking(language):
        return [
            _("Opening the chat…"),
            _("We can't open the chat right now. Please try again in a moment."),
        ]


@lru_cache(maxsize=8)
def _encoded(script: str, encoding: str) -> bytes:
    """Return the script compressed as well as can be: it is public, and made once for each change of the settings."""
    data = script.encode()
    if encoding == "br":
        return brotli.compress(data)
    return gzip.compress(data, 9, mtime=0) if encoding else data


@require_safe
@condition(etag_func=_loader_version)
def loader(request):
    """The script behind the one tag on the shop's page, with the shop's colours in it."""
    shop = current()
    look = {
        "colour": shop.colour,
        "text": shop.text_colour,
        "side": shop.side,
        "label": shop.launcher_text[:LAUNCHER_CHARACTERS],
        "said": {"hi": _loader_says("hi")} if "hi" in shop.languages else {},
    }
    given = json.dumps({key: value for key, value in look.items() if value}, ensure_ascii=False)
    script = _minified("static/js/loader.js").replace("const look={};", f"const look={given};", 1)
    encoding = next(
        (each for each in ("br", "gzip") if each in request.headers.get("Accept-Encoding", "")), ""
    )
    response = HttpResponse(_encoded(script, encoding), content_type="text/javascript; charset=utf-8")
    if encoding:
        response["Content-Encoding"] = encoding
    patch_vary_headers(response, ["Accept-Encoding"])
    patch_cache_control(response, public=True, max_age=60)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Of a tag with `crossorigin`, and of a module, browsers ask for it; no secret is in here
    response["Access-Control-Allow-Origin"] = "*"
    return response
