"""What an agent's browser asks: the app's manifest, the worker that shows pushes, and subscribing to them."""

import json
from pathlib import Path

from django.conf import settings
from django.contrib import messages as flash
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from tickets import access, rate_limits
from tickets.access import for_agents
from tickets.models import AgentPreferences, AlertEvent
from tickets.settings.in_force import current

from . import on_page, preferences, push, sending

WORKER = Path(settings.BASE_DIR, "static/js/desk/push_worker.js")
MOST_BYTES = 4096
# An installed app that has no network shows this page
AWAY_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{desk}</title><p>{away}</p></html>"
)


@require_safe
@cache_control(no_cache=True)
def worker(request):
    """The service worker. Its address decides its scope, so it stands below the desk's own."""
    desk = escape(_("Support desk"))
    away = escape(_("You are offline. Reload when you are connected again."))
    said = {"desk": desk, "away": AWAY_PAGE.format(lang=get_language(), desk=desk, away=away)}
    script = WORKER.read_text("utf-8").replace("const said = {};", f"const said = {json.dumps(said)};", 1)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(max_age=3600)
def manifest(request):
    """Return the web app manifest, which makes the desk installable."""
    name = current().shop_name
    icons = [
        {
            "src": static(f"img/desk-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    told = {
        "id": reverse("dashboard"),
        "name": _("%(shop)s support desk") % {"shop": name},
        "short_name": _("Support desk"),
        "start_url": reverse("dashboard"),
        "scope": reverse("dashboard"),
        "display": "standalone",
        "background_color": "#f6f5f2",
        "theme_color": "#23211c",
        "icons": icons,
        "shortcuts": [
            {"name": _("Mine"), "url": f"{reverse('dashboard')}?view=mine"},
            {"name": _("Mentions"), "url": f"{reverse('dashboard')}?view=mentions"},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@for_agents
@require_POST
def subscribe(request):
    """Have this browser told: the JSON of its push subscription. 204, or 400 with a sentence."""
    if len(request.body) > MOST_BYTES:
        return _sentence(_("This is no push subscription."))
    try:
        sent = json.loads(request.body)
        push.subscribe(request.user, sent, request.headers.get("User-Agent", ""))
    except push.BadSubscription as reason:
        return _sentence(str(reason))
    except (ValueError, RecursionError):
        return _sentence(_("This is not JSON."))
    return HttpResponse(status=204)


@for_agents
@require_POST
def unsubscribe(request):
    """Have this browser told no longer."""
    push.unsubscribe(request.user, request.POST.get("endpoint", ""))
    return HttpResponse(status=204)


@for_agents
@require_POST
def test(request):
    """Push a test to the agent's own browsers."""
    try:
        rate_limits.consume(request, "upload")
        number = sending.send_test(request.user)
    except rate_limits.TooMany as reason:
        flash.error(request, str(reason))
    else:
        said = _("The test was sent.") if number else _("No browser of yours took the test.")
        flash.info(request, said)
    return redirect(f"{reverse('account')}#alerts")


@for_agents
@require_POST
def sound(request):
    """Turn the sound of the desk on or off, on every machine of this agent."""
    is_on = request.POST.get("sound") == "on"
    AgentPreferences.objects.update_or_create(person=request.user, defaults={"sound": is_on})
    preferences.forget_page(request.user)
    return HttpResponse(status=204)


@for_agents
@require_safe
@never_cache
def notification(request, ticket_id):
    """Return the notification of a ticket event for this agent's open page; 204 for none."""
    ticket = access.desk_ticket(request.user, ticket_id)
    event, seq = request.GET.get("event", ""), request.GET.get("seq", "")
    if event not in AlertEvent.values or not (
        seq == "" or (seq.isascii() and seq.isdigit() and len(seq) < 10)
    ):
        return _sentence(_("There is no such event."))
    found = on_page.notification(ticket, request.user, AlertEvent(event), int(seq or 0), timezone.now())
    return JsonResponse(found) if found else HttpResponse(status=204)


def _sentence(said: str) -> HttpResponse:
    return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
