"""Error pages: a sentence without a traceback; JSON for the API."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from supportdesk import languages

from .uploads import NO_ROOM

RETRY_AFTER_SECONDS = 5
PAGES = {
    400: (
        gettext_lazy("That request made no sense to us"),
        "bad_request",
        gettext_lazy("Please go back and try again."),
    ),
    403: (
        gettext_lazy("That did not come from this page"),
        "forbidden",
        gettext_lazy("Please reload the page and try again."),
    ),
    404: (
        gettext_lazy("There is nothing here"),
        "not_found",
        gettext_lazy("It may have moved, or it is not for this account."),
    ),
    429: (gettext_lazy("One moment, please"), "too_many", ""),
    500: (
        gettext_lazy("Something broke on our side"),
        "broken",
        gettext_lazy("We have a note of it. Please try again in a moment."),
    ),
    507: (gettext_lazy("There is no room for this"), "no_room", NO_ROOM),
    503: (
        gettext_lazy("We will be right back"),
        "away",
        gettext_lazy("The desk cannot reach its data just now. Please try again in a moment."),
    ),
}


# Where each part of the desk begins: an agent is not led to the shop
HOMES = [
    ("/support/", "/support/", gettext_lazy("Go to the inbox")),
    ("/admin/", "/admin/", gettext_lazy("Go to the admin")),
    ("/help/", "/help/", gettext_lazy("Go to the help centre")),
    ("", "/", gettext_lazy("Go to the start page")),
]


def bad_request(request, exception=None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request, exception=None) -> HttpResponse:
    return _page(request, 403)


def not_found(request, exception=None) -> HttpResponse:
    return _page(request, 404)


@csrf_exempt
def api_not_found(request) -> HttpResponse:
    """Return 404 as JSON for an unknown path below /api/, also with DEBUG on."""
    return _page(request, 404)


@csrf_exempt
def page_not_found(request) -> HttpResponse:
    """Return our 404 page for an unknown path below /support/, also with DEBUG on."""
    return _page(request, 404)


def broken(request) -> HttpResponse:
    return _page(request, 500)


def database_unavailable(request) -> HttpResponse:
    """Return 503: the database does not answer."""
    response = _page(request, 503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def no_room(request) -> HttpResponse:
    """Return 507: the folder for temporary files is full."""
    if _is_from_script(request):
        return HttpResponse(PAGES[507][2], status=507, content_type="text/plain; charset=utf-8")
    return _page(request, 507)


def too_many(request, reason) -> HttpResponse:
    """Return 429 for a rate limit; `reason` is a `too_many.TooMany`."""
    if _is_from_script(request):
        response = HttpResponse(str(reason), status=429, content_type="text/plain; charset=utf-8")
    else:
        response = _page(request, 429, sentence=str(reason))
    response["Retry-After"] = str(reason.seconds)
    return response


def csrf_failure(request, reason="") -> HttpResponse:
    return _page(request, 403)


def _page(request, status: int, sentence: str = "") -> HttpResponse:
    title, code, usual = PAGES[status]
    if (
        request.path == "/api"
        or request.path.startswith(("/api/", "/hooks/"))
        or request.content_type == "application/json"
    ):
        return JsonResponse({"detail": str(sentence or f"{title}. {usual}"), "code": code}, status=status)
    home, label = next(home for beginning, *home in HOMES if request.path.startswith(beginning))
    context = {"title": title, "sentence": sentence or usual, "home": home, "label": label}
    # There a form that was sent is kept in the tab
    context["is_desk"] = request.path.startswith(("/support/", "/admin/"))
    with languages.speaking(languages.of_browser(request.headers.get("Accept-Language", ""))):
        return render(request, "error.html", context, status=status)


def _is_from_script(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or "HX-Request" in request.headers
