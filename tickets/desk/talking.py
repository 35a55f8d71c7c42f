"""What an agent says on a ticket: replies, notes, what is sent later, what is taken back; and what was seen."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from supportdesk.db import clock
from tickets import access, live, queries, rate_limits, search, workflow
from tickets.collaboration import drafts
from tickets.files.attachments import BadFile, FileTooLarge, NotChecked, received_files
from tickets.lists import fragments
from tickets.models import ScheduledReply, Viewer
from tickets.pictures.uploads import BadPicture, NoRoom, TooBusy, received

from .actions import from_script, plain, with_toast
from .dashboard import both_panes, whole_page
from .forms import LaterForm, ReplyForm, SeenForm, complaint


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
    except FileTooLarge as reason:
        return _not_sent(request, ticket, str(reason), 413)
    except (BadPicture, BadFile) as reason:
        return _not_sent(request, ticket, str(reason), 400)
    except NotChecked as reason:
        return _not_sent(request, ticket, str(reason), 503)
    except TooBusy as reason:
        response = _not_sent(request, ticket, str(reason), 503)
        response["Retry-After"] = "10"
        return response
    except NoRoom as reason:
        return _not_sent(request, ticket, str(reason), 507)
    except rate_limits.TooMany as reason:
        response = _not_sent(request, ticket, str(reason), 429)
        response["Retry-After"] = str(reason.seconds)
        return response
    if form.cleaned_data["draft"]:
        drafts.sent(message)
    if not from_script(request):
        return redirect("ticket", ticket_id=ticket.pk)
    since = form.cleaned_data["lastSeq"] or message.seq - 1
    newer = [message]
    if message.seq > since + 1:
        newer = queries.newer_messages(message.ticket, since, notes=True)
    return _bubbles(request, message.ticket, newer, 201)


def _say(request, ticket, data):
    sent = request.FILES.getlist("file")
    rate_limits.consume(request, *rate_limits.words("reply", data | {"file": sent}))
    with received_files(sent, data["image"]) as files, received(data["image"]) as picture:
        words = {
            "text": data["message"], "by": request.user, "files": files,
            "picture": picture, "client_id": data["clientId"],
        }  # fmt: skip
        if data["internal"]:
            return workflow.add_note(ticket, **words)
        return workflow.agent_replies(ticket, **words, last_seq=data["lastSeq"])


def _bubbles(request, ticket, shown, status: int, said: str = "") -> HttpResponse:
    if said and not from_script(request):
        return _not_sent(request, ticket, said, status)
    context = {"bubbles": fragments.bubbles(shown, ticket, "agent", viewer=request.user)}
    response = render(request, "tickets/_messages.html", context, status=status)
    return with_toast(response, said, "error") if said else response


def _not_sent(request, ticket, said: str, status: int) -> HttpResponse:
    """Say why; a plain form comes back with what was typed."""
    if from_script(request):
        return plain(said, status)
    context = both_panes(request, ticket) | {
        "draft": request.POST.get("message", ""),
        "draft_internal": bool(request.POST.get("internal")),
        "draft_refused": said,
    }
    return whole_page(request, context, status=status)


@require_POST
@access.for_agents
def withdraw(request, ticket_id):
    """Take back one's own message; answers its bubble as it is now, and what came with it."""
    ticket = access.desk_ticket(request.user, ticket_id)
    raw = request.POST.get("seq", "")
    seq = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
    try:
        message = workflow.withdraw(ticket, seq, by=request.user)
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    if not message:
        raise Http404
    newer = queries.newer_messages(ticket, seq - 1, notes=True)
    return _bubbles(request, ticket, newer, 200)


# --- Later -------------------------------------------------------------------


@require_POST
@access.for_agents
def later(request, ticket_id):
    """Keep a reply until its time; answers the replies that wait on this ticket."""
    ticket = access.desk_ticket(request.user, ticket_id)
    form = LaterForm(request.POST)
    if not form.is_valid():
        return plain(complaint(form), 400)
    data = form.cleaned_data
    try:
        workflow.plan_reply(
            ticket, data["message"], data["at"], by=request.user, client_id=data["clientId"]
        )
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    return render(request, "tickets/_scheduled.html", {"scheduled": queries.scheduled_on(ticket.pk)})


@require_POST
@access.for_agents
def cancel_later(request, reply_id):
    """Remove a reply that waits for its time."""
    waiting = get_object_or_404(ScheduledReply.objects.select_related("ticket"), pk=reply_id)
    access.desk_ticket(request.user, waiting.ticket_id)
    cancelled = workflow.cancel_reply(waiting, by=request.user)
    if not request.htmx:
        return redirect("ticket", ticket_id=waiting.ticket_id)
    said = gettext("The reply is not sent.") if cancelled else gettext("The reply was sent already.")
    return with_toast(HttpResponse(""), said, "done" if cancelled else "error")


# --- Seen --------------------------------------------------------------------


@require_POST
@access.for_agents
def seen(request, ticket_id):
    """The agent's tab shows the ticket up to a seq (or leaves it). Answers who else has it open."""
    ticket = access.desk_ticket(request.user, ticket_id)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return plain(complaint(form), 400)
    data = form.cleaned_data
    if data["leaving"]:
        Viewer.objects.filter(ticket=ticket, person=request.user).delete()
        live.signal(ticket, "presence", name=str(request.user), here=False)
        return HttpResponse(status=204)
    _, arrived = Viewer.objects.update_or_create(
        ticket=ticket, person=request.user, defaults={"name": str(request.user), "seen_at": clock.now()}
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
