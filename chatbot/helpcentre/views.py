"""The help centre's pages. They need no JavaScript, no cookie and no sign-in."""

from django.conf import settings
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from rapidfuzz import fuzz

from chatbot.models import Article
from chatbot.sources.articles import library
from supportdesk.languages import speaking
from tickets import rate_limits
from tickets.models import Category
from tickets.settings.in_force import current

from . import languages, markdown

MAX_QUERY = 200
RESULTS = 12
# Below this the nearest article has little to do with the question
LEAST_SCORE = 0.05
# How alike a title must be to what was typed, of 100
LIKE_TITLE = 78


@require_safe
def index(request):
    """Return all published articles by category, or those that `?q=` finds."""
    language = languages.language_of(request)
    query = " ".join(request.GET.get("q", "")[:MAX_QUERY].split())
    articles = list(library().articles.values())
    context = {"query": query, "robots": "noindex" if query else ""}
    if query:
        context["found"] = [_row(article, language) for article in _search(query, articles, language)]
    else:
        context["categories"] = _by_category(articles, language)
    return _page(request, "help/index.html", language, "/help/", languages.offered(), **context)


@require_safe
def article(request, slug: str):
    """Return one published article; an unpublished one is 404."""
    found = _published(slug)
    language = languages.language_of(request)
    shown = languages.written_in(found, language)
    body = found.body_in(shown)
    near = [each.article for each in library().near(found.title, 5) if each.article.pk != found.pk]
    context = {
        "article": found,
        "title": found.title_in(shown),
        "shown": languages.LANGUAGES[shown][1],
        "rendered": markdown.render(body),
        "summary": markdown.summary(body),
        "related": [_row(each, language) for each in near[:3]],
        "voted": request.GET.get("voted") in ("yes", "no") and request.GET["voted"],
    }
    return _page(
        request, "help/article.html", language, f"/help/{slug}/", languages.translations(found), **context
    )


# It changes a counter and belongs to no session, so there is nothing that another site could ride on
@csrf_exempt
@require_POST
def vote(request, slug: str):
    """Count whether the article helped, and go back to it."""
    found = _published(slug)
    answer = request.POST.get("helped", "")
    if answer in ("yes", "no"):
        rate_limits.consume(request, "rate an article")
        counter = "helped" if answer == "yes" else "helped_not"
        # Not through save(): the article did not change, and Villy would read all of them again
        Article.objects.filter(pk=found.pk).update(**{counter: F(counter) + 1})
    language = languages.language_of(request)
    return redirect(
        f"/help/{found.slug}/?lang={language}&voted={answer if answer in ('yes', 'no') else ''}#helped"
    )


def _published(slug: str) -> Article:
    found = library().by_slug.get(slug)
    if found is None:
        raise Http404
    return found


def _search(query: str, articles: list[Article], language: str) -> list[Article]:
    """Return the articles that Villy would answer with, then those whose title is like the query."""
    found = {
        each.article.pk: each.article
        for each in library().near(query, RESULTS)
        if each.score >= LEAST_SCORE
    }
    for each in articles:
        titles = (each.title, each.title_hinglish, each.title_hi)
        if any(
            fuzz.partial_ratio(query.casefold(), title.casefold()) >= LIKE_TITLE
            for title in titles
            if title
        ):
            found.setdefault(each.pk, each)
    return list(found.values())[:RESULTS]


def _by_category(articles: list[Article], language: str) -> list[tuple[str, list[dict]]]:
    rows: dict[str, list[dict]] = {value: [] for value in Category.values}
    for each in sorted(articles, key=lambda each: each.title_in(language)):
        rows[each.category].append(_row(each, language))
    return [(str(Category(value).label), found) for value, found in rows.items() if found]


def _row(article: Article, language: str) -> dict:
    shown = languages.written_in(article, language)
    return {
        "address": f"/help/{article.slug}/"
        + ("" if language == languages.DEFAULT else f"?lang={language}"),
        "title": article.title_in(shown),
        "summary": markdown.summary(article.body_in(shown), 110),
        "lang": languages.LANGUAGES[shown][1],
    }


def _page(request, template: str, language: str, path: str, written: list[str], **context):
    base = settings.DESK_URL
    alternates = [
        {
            "code": code,
            "name": name,
            "lang": tag,
            "address": f"{base}{path}?lang={code}",
            "is_current": code == language,
        }
        for code, (name, tag) in languages.LANGUAGES.items()
        if code in written
    ]
    address = f"{base}{path}" + ("" if language == languages.DEFAULT else f"?lang={language}")
    known = {"language": language, "page_lang": languages.LANGUAGES[language][1], "alternates": alternates}
    with speaking(language):
        response = render(
            request,
            template,
            known | {"canonical": address, "default": base + path, "shop": current()} | context,
        )
    patch_vary_headers(response, ["Accept-Language"])
    # Minutes, so that a correction is read soon
    response.headers["Cache-Control"] = "public, max-age=120"
    return response
