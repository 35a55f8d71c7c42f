"""What an agent does to a ticket: one verb each, then the pane as it is now.

htmx and our scripts get a fragment and a toast, with a token that takes the change back; a plain
form gets a redirect to the ticket. A refusal changes nothing and says why.
"""

import json
from functools import wraps

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from supportdesk import languages
from tickets import access, workflow
from tickets.collaboration import followers
from tickets.custom_fields import definitions
from tickets.models import Person, Status

from .dashboard import header_context
from .forms import AssignForm, ChangeForm, MoveForm, SnoozeForm, TriageForm, complaint

TOASTS = {
    Status.IN_PROGRESS: gettext_lazy("The ticket is in progress."),
    Status.RESOLVED: gettext_lazy("Resolved. The customer is asked whether that solved it."),
    Status.CLOSED: gettext_lazy("The ticket is closed."),
}


def action(view):
    """A POST of an agent on one ticket; `view(request, ticket)` returns the toast."""

    @require_POST
    @access.for_agents
    @wraps(view)
    def acted(request, ticket_id):
        ticket = access.desk_ticket(request.user, ticket_id, "requester")
        recording = workflow.Recording()
        try:
            with workflow.recorded(ticket, request.user) as recording:
                said = view(request, ticket)
        except workflow.Refused as reason:
            ticket.refresh_from_db()
            return answered(request, ticket, str(reason), status=409)
        return answered(request, ticket, said, token=recording.token)

    return acted


def answered(request, ticket, said: str, *, token: str = "", status: int = 200) -> HttpResponse:
    """The header as it is now with a toast; a plain form gets a redirect to the ticket."""
    if not (request.htmx or from_script(request)):
        flash.add_message(request, flash.INFO if status == 200 else flash.ERROR, said)
        return redirect("ticket", ticket_id=ticket.pk)
    context = header_context(request, ticket)
    response = render(request, "tickets/_header_renewed.html", context, status=status)
    undo = {"undo": token, "url": reverse("ticket-undo", args=[ticket.pk])} if token else {}
    return with_toast(response, said, "error" if status == 409 else "done", **undo)


@action
def take(request, ticket):
    workflow.take(ticket, by=request.user)
    return gettext("The ticket is yours.")


@action
def move(request, ticket):
    data = _valid(MoveForm(request.POST))
    workflow.move(ticket, data["status"], by=request.user, resolution=data["resolution"])
    return str(TOASTS[data["status"]])


@action
def triage(request, ticket):
    data = _valid(TriageForm(request.POST))
    workflow.triage(ticket, by=request.user, **data)
    return gettext("Saved.")


@action
def assign(request, ticket):
    agent = _valid(AssignForm(request.POST))["agent"]
    workflow.assign(ticket, agent, by=request.user)
    return (gettext("Assigned to %(agent)s.") % {"agent": agent}) if agent else gettext("Unassigned.")


@action
def callback(request, ticket):
    workflow.complete_callback(ticket, by=request.user)
    return gettext("Callback marked as done.")


@action
def change(request, ticket):
    """Correct the subject, the contact, the order or the priority."""
    form = ChangeForm(request.POST, ticket=ticket)
    data = _valid(form)
    if changes := {name: data[field] for field, name in form.NAMES.items() if field in request.POST}:
        workflow.correct(ticket, by=request.user, **changes)
    if data["priority"]:
        workflow.triage(ticket, by=request.user, priority=data["priority"])
    return gettext("Saved.")


@action
def tags(request, ticket):
    """Add a tag, or remove one."""
    added, removed = request.POST.get("add", ""), request.POST.get("remove", "")
    workflow.correct(ticket, by=request.user, add_tags=[added], remove_tags=[removed])
    return (
        (gettext("Tag “%(tag)s” removed.") % {"tag": removed})
        if removed
        else (gettext("Tagged “%(tag)s”.") % {"tag": " ".join(added.split())})
    )


@action
def fields(request, ticket):
    """Set custom fields of the ticket or its customer; only those that were sent count."""
    known = {field.key for field in definitions.in_use()}
    wanted = {key: value for key, value in request.POST.items() if key in known}
    workflow.set_custom_fields(ticket, wanted, by=request.user)
    return gettext("Saved.")


@action
def snooze(request, ticket):
    until = _valid(SnoozeForm(request.POST))["until"]
    workflow.snooze(ticket, until, by=request.user)
    if not until:
        return gettext("The ticket is back.")
    return gettext("Snoozed until %(when)s.") % {
        "when": languages.date(timezone.localtime(until), "d MMM, HH:mm")
    }


@action
def no_answer(request, ticket):
    workflow.needs_no_answer(ticket, by=request.user)
    return gettext("No answer needed.")


@action
def spam(request, ticket):
    is_spam = bool(request.POST.get("spam"))
    workflow.mark_spam(ticket, is_spam, by=request.user)
    return gettext("Marked as spam.") if is_spam else gettext("Marked as no spam.")


@action
def block(request, ticket):
    """Block the sender: this ticket and what they write from now on is spam; or unblock."""
    is_blocked = bool(request.POST.get("block"))
    blocked_at = timezone.now() if is_blocked else None
    Person.objects.filter(pk=ticket.requester_id).update(blocked_at=blocked_at)
    ticket.requester.blocked_at = blocked_at
    workflow.mark_spam(ticket, is_blocked, by=request.user)
    return gettext("The sender is blocked.") if is_blocked else gettext("The sender is unblocked.")


@action
def follow(request, ticket):
    """Follow the ticket, or follow it no longer."""
    if request.POST.get("follow"):
        followers.follow(ticket, request.user)
        return str(_("You follow this ticket."))
    followers.unfollow(ticket, request.user)
    return str(_("You no longer follow this ticket."))


@require_POST
@access.for_agents
def undo(request, ticket_id):
    """Take back the change that gave this token."""
    token = request.POST.get("token", "")
    # The change may have moved the ticket out of the agent's own view
    restoring = workflow.replaced_by(ticket_id, token, by=request.user)
    ticket = access.desk_ticket(request.user, ticket_id, "requester", restoring=restoring)
    try:
        workflow.undo_change(ticket, token, by=request.user)
    except workflow.UndoneAlready:
        # The page asks again when the answer was lost: it shows the ticket as it is
        pass
    except workflow.Refused as reason:
        return plain(str(reason), 409)
    ticket = access.desk_ticket(request.user, ticket_id, "requester")
    return render(request, "tickets/_header_renewed.html", header_context(request, ticket))


def _valid(form) -> dict:
    if not form.is_valid():
        raise workflow.Refused(complaint(form))
    return form.cleaned_data


def plain(said: str, status: int) -> HttpResponse:
    """A sentence for a script."""
    return HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")


def from_script(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or bool(request.htmx)


def with_toast(response: HttpResponse, said: str, kind: str, **more) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"toast": {"text": said, "kind": kind, **more}})
    return response
