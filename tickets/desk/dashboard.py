"""The two panes: the list of tickets, and the one that is open. GETs only; changes are in actions."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from markupsafe import Markup

from supportdesk import languages
from supportdesk.serving.static import inline_sheet
from tickets import access, queries, workflow
from tickets.alerts import preferences as alert_preferences
from tickets.channels.whatsapp import channel as whatsapp
from tickets.collaboration import drafts, followers
from tickets.custom_fields import values as custom_values
from tickets.lists import fragments, inbox
from tickets.lists.view_counts import PERSONAL, view_counts
from tickets.models import ChannelName, Status, Ticket
from tickets.visibility import visibility_of
from tickets.workflow.variables import variables

from . import history, parts
from .lists import shown_list

HISTORY_SHOWN = 100
# The file name of the style sheet that this browser has kept
SHEET_COOKIE = "desk-sheet"


def page_for_agents(view):
    """A page or fragment of the desk: for agents, never cached, compressed, another one for htmx."""
    guarded = vary_on_headers("HX-Request")(access.for_agents(view))
    return never_cache(require_safe(gzip_page(guarded)))


@page_for_agents
def show_inbox(request):
    """The list, and an invitation to open something."""
    return whole_page(request, _list(request) | _page(request))


@page_for_agents
def ticket(request, ticket_id):
    """One ticket, beside the list; htmx gets only the pane."""
    found = access.desk_ticket(request.user, ticket_id, "order", "requester")
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "tickets/_ticket.html", _pane(request, found))
    return whole_page(request, both_panes(request, found))


@page_for_agents
def rows(request):
    """Rows of the list: the first page when filter or search change, a next page while scrolling."""
    shown = _list(request, next_page=bool(request.GET.get("cursor")))
    response = render(request, "tickets/_rows.html", shown)
    if request.htmx.current_url_abs_path and not request.GET.get("cursor"):
        # A reload shows what is shown
        path = request.htmx.current_url_abs_path.partition("?")[0]
        response["HX-Replace-Url"] = f"{path}?{shown['query']}" if shown["query"] else path
    return response


@page_for_agents
def row(request, ticket_id):
    """One row as it is now; empty if the ticket is not in the list that is shown."""
    shown = shown_list(request.GET, request.user)
    found = inbox.inbox(shown.wanted).filter(pk=ticket_id).first()
    if not found:
        if visibility_of(request.user):
            # Of another team, or not in this list: 404, or nothing
            access.desk_ticket(request.user, ticket_id)
        return HttpResponse("")
    return HttpResponse(fragments.row(found, timezone.now(), shown.query, me=request.user.name))


@page_for_agents
def counts(request):
    """The counts of the views, as the tabs show them."""
    found = view_counts(request.user)
    return JsonResponse({view: str(count) for view, count in found.items()})


@page_for_agents
def header(request, ticket_id):
    """The open ticket's header as it is now, and beside it how it ended."""
    found = access.desk_ticket(request.user, ticket_id, "requester")
    return render(request, "tickets/_header_renewed.html", header_context(request, found))


@page_for_agents
def messages(request, ticket_id):
    """Bubbles: those after a seq, or the page before one."""
    found = access.desk_ticket(request.user, ticket_id)
    before = _seq(request, "before")
    if before:
        shown = queries.newest_messages(found, notes=True, before=before)
    else:
        shown = queries.newer_messages(found, _seq(request, "after"), notes=True)
    bubbles = fragments.bubbles(shown, found, "agent", days=bool(before), viewer=request.user)
    context = {"bubbles": bubbles, "older": before and _older(shown)}
    return render(request, "tickets/_messages.html", context)


@page_for_agents
def show_history(request, ticket_id):
    """Show the ticket's history, loaded on demand."""
    found = access.desk_ticket(request.user, ticket_id)
    events = found.events.order_by("-at")[:HISTORY_SHOWN]
    context = {"lines": history.lines(events), "now": timezone.now()}
    return render(request, "tickets/_history.html", context)


def whole_page(request, context: dict, status: int = 200) -> HttpResponse:
    """The page with both panes; a browser that has not kept the style sheet gets it inside.

    Asking for the file would cost a slow phone a round trip before its first paint. `desk/sheet.js` fetches it
    later, and says so by a cookie.
    """
    sheet = inline_sheet("css/desk.bundle.css")
    if sheet and request.COOKIES.get(SHEET_COOKIE) == sheet.file:
        sheet = None
    response = render(request, "tickets/dashboard.html", context | {"sheet": sheet}, status=status)
    if sheet:
        # See CSPMiddleware
        response._csp_update = {"style-src": [sheet.allowed]}  # type: ignore[attr-defined]
    return response


# --- What the templates are given --------------------------------------------


@dataclass(frozen=True)
class View:
    name: str
    label: str
    query: str
    count: inbox.Count
    is_current: bool


def both_panes(request, ticket) -> dict:
    """Return the context of the whole page with this ticket open."""
    return _list(request, ticket) | _page(request) | _pane(request, ticket)


def _page(request) -> dict:
    """Return the context around both panes, needed once a page."""
    return {
        "rings": alert_preferences.of_page(request.user),
        "parts": parts.page_parts(queries.colleagues(), queries.tags().values(), request.user),
        "options": parts.options,
        "availability": queries.availability_of(request.user),
    }


def _list(request, open_ticket: Ticket | None = None, *, next_page: bool = False) -> dict:
    shown = shown_list(request.GET, request.user)
    cursor = request.GET.get("cursor", "")
    try:
        page = inbox.inbox_page(shown.wanted, cursor, only=fragments.COLUMNS)
    except inbox.BadFilter:
        # A cursor from an old bookmark: begin at the top
        page = inbox.inbox_page(shown.wanted, only=fragments.COLUMNS)
    now, me, language = timezone.now(), request.user.name, languages.current()

    def row(ticket: Ticket, *, beyond: bool = False) -> Markup:
        is_open = ticket == open_ticket
        return fragments.row(
            ticket, now, shown.query, is_open=is_open, beyond=beyond, me=me, language=language
        )

    rows = [row(each) for each in page.rows]
    if (
        open_ticket
        and page.next
        and open_ticket not in page.rows
        and inbox.holds(shown.wanted, open_ticket)
    ):
        # Its place is on a page that is not loaded yet
        rows.append(row(open_ticket, beyond=True))
    context = {
        "page": page,
        "rows": rows,
        "total": None,
        "view": shown.view,
        # A search that is typed looks through all tickets, unless a view was chosen beside it
        "chosen_view": shown.view if "view=" in shown.query else "",
        "chips": shown.chips,
        "q": shown.q,
        "query": shown.query,
        "list_order": "waiting" if shown.wanted.ordering is inbox.ORDERS["waiting"] else "updated",
        "now": now,
    }
    if next_page:
        return context
    views = _views(request, shown)
    shown_as_tabs = views[: len(inbox.VIEWS)]
    return context | {
        "total": inbox.count(shown.wanted) if cursor else _total(shown.wanted, page, views),
        "views": shown_as_tabs,
        "saved_views": queries.saved_views(request.user),
        "other_views": views[len(inbox.VIEWS) :],
    }


def _views(request, shown) -> list[View]:
    counted = view_counts(request.user)
    q = f"&q={request.GET['q']}" if shown.q and request.GET.get("q") else ""
    return [
        View(
            name,
            str(label),
            f"view={name}{q}" if name != "needs-answer" or q else "",
            counted[name],
            shown.view == name,
        )
        for name, label in (inbox.VIEWS | {name: inbox.OTHER_VIEWS[name] for name in PERSONAL}).items()
    ]


def _total(wanted: inbox.InboxFilter, page: inbox.Page, views: list[View]) -> inbox.Count:
    """Return how many tickets the list has; a plain view has been counted for its tab."""
    if not page.next:
        return inbox.Count(len(page.rows))
    plain = inbox.InboxFilter(view=wanted.view, agent=wanted.agent, visible=wanted.visible)
    counted = next((view.count for view in views if view.is_current), None)
    if counted and wanted == plain and not counted.capped:
        return counted
    return inbox.total(wanted, page)


def _pane(request, ticket) -> dict:
    shown = queries.newest_messages(ticket, notes=True)
    others = queries.earlier_tickets(ticket.requester_id, visibility_of(request.user))
    earlier = [each for each in others if each.pk != ticket.pk]
    return header_context(request, ticket) | {
        "bubbles": fragments.bubbles(shown, ticket, "agent", days=True, viewer=request.user),
        "older": _older(shown),
        "query": shown_list(request.GET, request.user).query,
        "order": ticket.order,
        "items": queries.items_of(ticket.order_id) if ticket.order_id else [],
        "orders": queries.orders_shown(ticket.requester_id),
        "earlier": earlier[: queries.EARLIER_SHOWN],
        "customer": ticket.requester,
        "scheduled": queries.scheduled_on(ticket.pk) if ticket.has_scheduled else [],
        "drafts": json.dumps(drafts.as_json(ticket, request.user), ensure_ascii=False),
        "variables": json.dumps(variables(ticket, request.user), ensure_ascii=False),
        "window": _window(ticket),
        "suggests": settings.LLM_SUGGESTED_REPLIES,
    }


@dataclass(frozen=True)
class Window:
    """WhatsApp's 24 hours: until when an agent may write freely; None where only templates may be sent."""

    ends_at: datetime | None


def _window(ticket) -> Window | None:
    if ticket.reply_by != ChannelName.WHATSAPP:
        return None
    return Window(whatsapp.window_ends_at(whatsapp.identity_of(ticket)))


def header_context(request, ticket) -> dict:
    """Return the context of `_ticket_header.html`."""
    following = followers.followers(ticket)
    return {
        "ticket": ticket,
        "followers": following,
        "custom_fields": custom_values.shown(ticket),
        "is_following": any(each.person_id == request.user.pk for each in following),
        # Whose ticket it is stays to be seen when the person works here no more
        "agent_options": parts.agent_options(queries.assignable(ticket), ticket.assignee_id),
        "is_blocked": bool(ticket.requester.blocked_at),
        "moves": workflow.allowed_moves(ticket),
        "options": parts.options,
        "Status": Status,
        "now": timezone.now(),
    }


def _older(shown) -> int | None:
    """The seq before which there is more to load."""
    return shown[0].seq if shown and shown[0].seq > 1 else None


def _seq(request, name: str) -> int:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
