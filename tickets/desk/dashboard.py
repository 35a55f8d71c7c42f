"""The two panes: the list of tickets, and the one that is open. GETs only; changes are in actions."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tickets import access, queries, workflow
from tickets.models import Category, Priority, Status, Ticket

from . import fragments
from .forms import FILTER_GROUPS, FILTERS, FilterForm


def page_for_agents(view):
    """A page or fragment of the desk: for agents, never cached, another one for htmx."""
    return never_cache(require_safe(vary_on_headers("HX-Request")(access.for_agents(view))))


@page_for_agents
def inbox(request):
    """The list, and an invitation to open something."""
    return render(request, "tickets/dashboard.html", _list(request))


@page_for_agents
def ticket(request, ticket_id):
    """One ticket, beside the list; htmx gets only the pane."""
    found = access.desk_ticket(request.user, ticket_id, "order")
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "tickets/_ticket.html", _pane(request, found))
    return render(request, "tickets/dashboard.html", both_panes(request, found))


@page_for_agents
def rows(request):
    """Rows of the list: the first page when filter or search change, a next page while scrolling."""
    shown = _list(request)
    response = render(request, "tickets/_rows.html", shown)
    if request.htmx.current_url_abs_path and not request.GET.get("cursor"):
        # A reload shows what is shown
        path = request.htmx.current_url_abs_path.partition("?")[0]
        response["HX-Replace-Url"] = f"{path}?{shown['query']}" if shown["query"] else path
    return response


@page_for_agents
def row(request, ticket_id):
    """One row as it is now; empty if the ticket is not in the list that is shown."""
    wanted = FilterForm(request.GET).wanted(request.user)
    found = queries.inbox(wanted).filter(pk=ticket_id).first()
    if not found:
        return HttpResponse("")
    return HttpResponse(fragments.row(found, timezone.now(), _query(request)))


@page_for_agents
def header(request, ticket_id):
    """The open ticket's header as it is now, and beside it how it ended."""
    found = access.desk_ticket(request.user, ticket_id)
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
    bubbles = fragments.bubbles(shown, found, "agent", days=bool(before))
    return render(
        request, "tickets/_messages.html", {"bubbles": bubbles, "older": before and _older(shown)}
    )


@page_for_agents
def history(request, ticket_id):
    """Who changed what, and when; loaded on request."""
    found = access.desk_ticket(request.user, ticket_id)
    events = found.events.order_by("-at")[:100]
    return render(request, "tickets/_history.html", {"events": events, "now": timezone.now()})


# --- What the templates are given --------------------------------------------


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


FILTER_CHOICES = [
    (group, [Choice(value, FILTERS[value][0]) for value in values])
    for group, values in FILTER_GROUPS.items()
]


def both_panes(request, ticket) -> dict:
    """What the whole page shows with this ticket open."""
    return _list(request, ticket) | _pane(request, ticket)


def _list(request, open_ticket: Ticket | None = None) -> dict:
    form = FilterForm(request.GET)
    wanted = form.wanted(request.user)
    cursor = request.GET.get("cursor", "")
    try:
        page = queries.inbox_page(wanted, cursor, only=queries.ROW)
    except queries.BadFilter:
        # A cursor from an old bookmark: begin at the top
        page = queries.inbox_page(wanted, only=queries.ROW)
    query, now = _query(request), timezone.now()
    return {
        "page": page,
        "rows": [fragments.row(each, now, query, is_open=each == open_ticket) for each in page.rows],
        "total": None if cursor else queries.total(wanted, page),
        "filter": request.GET.get("filter", ""),
        "q": wanted.q,
        "filter_choices": FILTER_CHOICES,
        "query": query,
        "now": now,
    }


def _query(request) -> str:
    """The list's filter as a query string, so that every link keeps it."""
    kept = request.GET.copy()
    for name in list(kept):
        if name not in ("filter", "q") or not kept[name]:
            del kept[name]
    return kept.urlencode()


def _pane(request, ticket) -> dict:
    shown = queries.newest_messages(ticket, notes=True)
    return header_context(request, ticket) | {
        "bubbles": fragments.bubbles(shown, ticket, "agent", days=True),
        "older": _older(shown),
        "query": _query(request),
        "order": ticket.order,
        "items": queries.items_of(ticket.order_id) if ticket.order_id else [],
    }


def header_context(request, ticket) -> dict:
    """What `_ticket_header.html` shows."""
    return {
        "ticket": ticket,
        "agents": queries.assignable(ticket),
        "moves": workflow.allowed_moves(ticket),
        "priorities": list(Priority)[::-1],
        "categories": list(Category),
        "Status": Status,
        "now": timezone.now(),
    }


def _older(shown) -> int | None:
    """The seq before which there is more to load."""
    return shown[0].seq if shown and shown[0].seq > 1 else None


def _seq(request, name: str) -> int:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
