"""Sessions of agents: how long they last, what they may do without a second factor, and how they end."""

import time

from allauth.usersessions.models import UserSession
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from supportdesk import languages
from tickets import access, live
from tickets.models.settings import AgentPreferences
from tickets.privacy.audit import BY_THEMSELVES

from ..models import Person, TokenFamily
from ..settings.in_force import current, last_known
from . import second_factor

BEGAN, SEEN, LANGUAGE = "began", "seen", "language"
# Hinglish is for customers
DESK_LANGUAGES = ("en", "hi")
# How often a session is written because of its use: with an idle time-out, and only to show it
SEEN_EVERY, SHOWN_EVERY = 60, 300
# What a session without its second factor is kept from; its account page is where it gets one
DESK = ("/support/", "/admin/", "/files/")
# Health and calls of the API have to answer without the settings
PAGES = (*DESK, "/c/", "/help/", "/widget/")
STILL_OPEN = (
    "/support/account/",
    "/support/login/",
    "/support/logout/",
    "/support/password/",
    "/files/logo",
)


@sync_and_async_middleware
def agent_sessions(get_response):
    """End sessions that are too old or idle; hold those back that still need a second factor."""
    if iscoroutinefunction(get_response):

        async def of_streams(request):
            if not _has_session(request):
                return await get_response(request)
            refused = await live.in_thread(refusal, request)
            return refused or await get_response(request)

        return of_streams

    def of_pages(request):
        # The thread served others before; a page shows times of the shop's zone
        is_page = request.path.startswith(PAGES)
        timezone.activate((current(or_raise=True) if is_page else last_known()).time_zone)
        if not request.path.startswith(DESK):
            return get_response(request)
        with languages.speaking(language_of(request)):
            refused = _has_session(request) and refusal(request)
            return refused or get_response(request)

    return of_pages


def language_of(request) -> str:
    """Return what the desk speaks: the language that the agent chose, else the browser's; the admin is in English."""
    if not request.path.startswith("/support/"):
        return languages.DEFAULT
    chosen = request.session.get(LANGUAGE) if _has_session(request) else ""
    return chosen or languages.of_browser(request.headers.get("Accept-Language", ""), DESK_LANGUAGES)


def remember_language(request, language: str) -> None:
    """Have the desk speak this language in this session; each request reads it with the session."""
    if request.session.get(LANGUAGE, "") != language:
        request.session[LANGUAGE] = language


def _has_session(request) -> bool:
    # Nothing is looked up for the calls of the API and the widget
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.path.startswith(DESK)


def refusal(request) -> HttpResponse | None:
    """Return why this session gets no further; None as a rule."""
    person, session = request.user, request.session
    if not person.is_authenticated or not person.is_agent:
        return None
    rules, now = current(), int(time.time())
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    idle = rules.session_idle and now - seen > rules.session_idle.total_seconds()
    if idle or now - began > rules.session_length.total_seconds():
        logout(request)
        return _sent_to(request, reverse("login"), _("Please sign in again."), "session_ended")
    _note_use(request, rules, now)
    if second_factor.is_missing(person, session) and not request.path.startswith(STILL_OPEN):
        said = _("Set up a second factor first.")
        return _sent_to(request, reverse("account"), said, "second_factor_required", status=403)
    return None


def _note_use(request, rules, now: int) -> None:
    session = request.session
    if BEGAN not in session:
        # From before sessions were listed
        session[BEGAN] = now
        UserSession.objects.create_from_request(request)
    every = SEEN_EVERY if rules.session_idle else SHOWN_EVERY
    if now - session.get(SEEN, 0) < every or resolve(request.path_info).url_name in BY_THEMSELVES:
        return
    session[SEEN] = now
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def _sent_to(request, page: str, said: str, code: str, status: int = 401) -> HttpResponse:
    if getattr(request, "htmx", False):
        # The fragment cannot show that page: the whole window goes there
        return HttpResponse(status=status, headers={"HX-Redirect": page})
    # A form that is sent as a page names HTML; what names nothing and changes something is a script
    usual = "text/html" if request.method in ("GET", "HEAD") else "*/*"
    if access.is_from_script(request) or "text/html" not in request.headers.get("Accept", usual):
        return JsonResponse({"detail": said, "code": code}, status=status)
    if code == "session_ended":
        return redirect_to_login(access.page_of(request), page)
    return redirect(page)


def _began(sender, request, user, **signal) -> None:
    if user.is_agent:
        request.session[BEGAN] = request.session[SEEN] = int(time.time())
        request.session.set_expiry(int(current().session_length.total_seconds()))
        chosen = AgentPreferences.objects.filter(pk=user.pk).first()
        remember_language(request, chosen.language if chosen else "")


user_logged_in.connect(_began, dispatch_uid="agents' sessions begin")


def sessions_of(person: Person) -> list[UserSession]:
    """Return the person's sessions in browsers, the last used first; those that are over are removed."""
    sessions = UserSession.objects.purge_and_list(person)
    return sorted(sessions, key=lambda each: each.last_seen_at, reverse=True)


def end(person: Person, *, but: str = "") -> int:
    """End all sessions and API sign-ins of a person, but the session with this key; return how many."""
    ended = TokenFamily.objects.filter(person=person, revoked_at=None).update(revoked_at=timezone.now())
    for session in UserSession.objects.filter(user_id=person.pk).exclude(session_key=but):
        session.end()
        ended += 1
    return ended
