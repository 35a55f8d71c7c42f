"""What an agent does to a ticket: one verb each, then the pane as it is now.

htmx and our scripts get a fragment and a toast; a plain form gets a redirect to the
ticket. A refusal changes nothing and says why.
"""

import json
from functools import wraps

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tickets import access, live, queries, search, workflow
from tickets.accounts import rate_limits
from tickets.models import Status, Viewer
from tickets.uploads import BadPicture, NoRoom, received

from . import fragments
from .dashboard import both_panes, header_context
from .forms import AssignForm, MoveForm, ReplyForm, SeenForm, TriageForm, complaint

TOASTS = {
    Status.IN_PROGRESS: "The ticket is in progress.",
    Status.RESOLVED: "Resolved. The customer is asked whether that solved it.",
    Status.CLOSED: "The ticket is closed.",
}


def action(view):
    """A POST of an agent on one ticket; `view(request, ticket)` returns the toast."""

    @require_POST
    @access.for_agents
    @wraps(view)
    def acted(request, ticket_id):
        ticket = access.desk_ticket(request.user, ticket_id)
        try:
            said, status = view(request, ticket), 200
        except workflow.Refused as reason:
            said, status = str(reason), 409
            ticket.refresh_from_db()
        if not request.htmx:
            flash.add_message(request, flash.INFO if status == 200 else flash.ERROR, said)
            return redirect("ticket", ticket_id=ticket.pk)
        context = header_context(request, ticket)
        response = render(request, "tickets/_header_renewed.html", context, status=status)
        return _with_toast(response, said, "error" if status == 409 else "done")

    return acted


@action
def take(request, ticket):
    workflow.take(ticket, by=request.user)
    return "The ticket is yours."


@action
def move(request, ticket):
    data = _valid(MoveForm(request.POST))
    workflow.move(ticket, data["status"], by=request.user, resolution=data["resolution"])
    return TOASTS[data["status"]]


@action
def triage(request, ticket):
    data = _valid(TriageForm(request.POST))
    workflow.triage(ticket, by=request.user, **data)
    return "Saved."


@action
def assign(request, ticket):
    agent = _valid(AssignForm(request.POST))["agent"]
    workflow.assign(ticket, agent, by=request.user)
    return f"Assigned to {agent}." if agent else "Assigned to nobody."


@action
def callback(request, ticket):
    workflow.complete_callback(ticket, by=request.user)
    return "The call back is ticked off."


def _valid(form) -> dict:
    if not form.is_valid():
        raise workflow.Refused(complaint(form))
    return form.cleaned_data


# --- The conversation --------------------------------------------------------


@require_POST
@access.for_agents
def reply(request, ticket_id):
    """Reply or add a private note. Scripts get the new bubbles; 409 brings the ones that were missed."""
    ticket = access.desk_ticket(request.user, ticket_id, *search.beside())
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _not_sent(request, ticket, complaint(form), 400)
    try:
        message = _say(request, ticket, form.cleaned_data)
    except workflow.StaleReply as stale:
        return _bubbles(request, stale.ticket, stale.missed, 409, str(stale))
    except workflow.Refused as reason:
        return _not_sent(request, ticket, str(reason), 409)
    except BadPicture as reason:
        return _not_sent(request, ticket, str(reason), 400)
    except NoRoom as reason:
        return _not_sent(request, ticket, str(reason), 507)
    except rate_limits.TooMany as reason:
        response = _not_sent(request, ticket, str(reason), 429)
        response["Retry-After"] = str(reason.seconds)
        return response
    if not _from_script(request):
        return redirect("ticket", ticket_id=ticket.pk)
    since = form.cleaned_data["lastSeq"] or message.seq - 1
    newer = [message]
    if message.seq > since + 1:
        newer = queries.newer_messages(message.ticket, since, notes=True)
    return _bubbles(request, message.ticket, newer, 201)


def _say(request, ticket, data):
    rate_limits.consume(request, *rate_limits.words("reply", data))
    with received(data["image"]) as picture:
        words = {
            "text": data["message"], "by": request.user,
            "picture": picture, "client_id": data["clientId"],
        }  # fmt: skip
        if data["internal"]:
            return workflow.add_note(ticket, **words)
        return workflow.agent_replies(ticket, **words, last_seq=data["lastSeq"])


def _bubbles(request, ticket, shown, status: int, said: str = "") -> HttpResponse:
    if said and not _from_script(request):
        return _not_sent(request, ticket, said, status)
    context = {"bubbles": fragments.bubbles(shown, ticket, "agent")}
    response = render(request, "tickets/_messages.html", context, status=status)
    return _with_toast(response, said, "error") if said else response


def _not_sent(request, ticket, said: str, status: int) -> HttpResponse:
    """Say why; a plain form comes back with what was typed."""
    if _from_script(request):
        return HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")
    context = both_panes(request, ticket) | {
        "draft": request.POST.get("message", ""),
        "draft_internal": bool(request.POST.get("internal")),
        "draft_refused": said,
    }
    return render(request, "tickets/dashboard.html", context, status=status)


@require_POST
@access.for_agents
def seen(request, ticket_id):
    """The agent's tab shows the ticket up to a seq (or leaves it). Answers who else has it open."""
    ticket = access.desk_ticket(request.user, ticket_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return HttpResponse(complaint(form), status=400, content_type="text/plain; charset=utf-8")
    data = form.cleaned_data
    if data["leaving"]:
        Viewer.objects.filter(ticket=ticket, person=request.user).delete()
        live.signal(ticket, "presence", name=str(request.user), here=False)
        return HttpResponse(status=204)
    _, arrived = Viewer.objects.update_or_create(
        ticket=ticket, person=request.user, defaults={"name": str(request.user), "seen_at": timezone.now()}
    )
    if arrived:
        live.signal(ticket, "presence", name=str(request.user), here=True)
    if data["seq"]:
        workflow.mark_read(ticket, by_agents=True, up_to=data["seq"])
    viewers = queries.other_viewers(ticket, request.user)
    return render(request, "tickets/_viewers.html", {"viewers": viewers})


@require_POST
@access.for_agents
def typing(request, ticket_id):
    """The agent is typing a reply (never sent for a private note)."""
    ticket = access.desk_ticket(request.user, ticket_id)
    live.signal(ticket, "typing", by="agent", name=str(request.user))
    return HttpResponse(status=204)


def _from_script(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.htmx)


def _with_toast(response: HttpResponse, said: str, kind: str) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"toast": {"text": said, "kind": kind}})
    return response
