"""The published articles for search engines, in each language in which they are written."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chatbot.sources.articles import library

from . import languages


@require_safe
def sitemap(request) -> HttpResponse:
    """Return /sitemap.xml: the help centre's first page and every published article, with hreflang."""
    pages: list[dict] = [{"path": "/help/", "changed": None, "written": languages.offered()}]
    for slug, article in sorted(library().by_slug.items()):
        written = languages.translations(article)
        pages.append({"path": f"/help/{slug}/", "changed": article.updated_at, "written": written})
    context = {"pages": pages, "base": settings.DESK_URL, "languages": languages.LANGUAGES}
    response = render(request, "help/sitemap.xml", context, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
