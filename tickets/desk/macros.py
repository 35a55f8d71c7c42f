"""Macros on the desk: what each would do to this ticket, said before, and doing it."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from tickets import access, rate_limits, workflow
from tickets.models import CATEGORY_LABELS, PRIORITY_LABELS, STATUS_LABELS, Macro, Person, Ticket
from tickets.workflow.macros import StepRefused, check_macro

from .actions import answered
from .dashboard import page_for_agents


@dataclass(frozen=True)
class Offered:
    """A macro with its steps in words; `refused` says why it is not possible, "" when it is."""

    macro: Macro
    reply: str
    steps: list[str]
    refused: str


@page_for_agents
def list_macros(request, ticket_id):
    """The macros of the team for one ticket: its steps, and what would be refused."""
    ticket = access.desk_ticket(request.user, ticket_id, "requester", "order")
    macros = Macro.objects.filter(is_active=True).select_related("assignee")
    offered = [_offered(ticket, macro, request.user) for macro in macros]
    return render(request, "tickets/_macros.html", {"ticket": ticket, "offered": offered})


def _offered(ticket: Ticket, macro: Macro, agent: Person) -> Offered:
    try:
        reply, refused = check_macro(ticket, macro, by=agent), ""
    except StepRefused as refusal:
        reply, refused = "", f"{refusal.step}: {refusal.reason}"
    return Offered(macro, reply, _steps(macro), refused)


def _steps(macro: Macro) -> list[str]:
    steps = [gettext("Private note")] if macro.note else []
    steps += [str(STATUS_LABELS[macro.status])] if macro.status else []
    steps += [str(PRIORITY_LABELS[macro.priority])] if macro.priority else []
    steps += [str(CATEGORY_LABELS[macro.category])] if macro.category else []
    steps += [f"#{tag}" for each in macro.tags.split(",") if (tag := " ".join(each.split()))]
    if macro.assigns_me:
        steps.append(gettext("Assign to me"))
    elif macro.assignee:
        steps.append(gettext("Assign to %(agent)s") % {"agent": macro.assignee})
    return steps


@require_POST
@access.for_agents
def apply(request, ticket_id) -> HttpResponse:
    """Do all steps of a macro, or none: 409 with a sentence that names the step."""
    ticket = access.desk_ticket(request.user, ticket_id, "requester")
    sent = request.POST.get("lastSeq", "")
    last_seq = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
    try:
        macro = _chosen(request.POST.get("macro", ""))
        rate_limits.consume(request, "reply")
        _, done = workflow.apply_macro(ticket, macro, by=request.user, last_seq=last_seq)
    except (workflow.Refused, rate_limits.TooMany) as reason:
        ticket.refresh_from_db()
        return answered(request, ticket, str(reason), status=409)
    ticket.refresh_from_db()
    said = gettext("Macro “%(name)s” applied.") % {"name": macro.name}
    return answered(request, ticket, said, token=done.token)


def _chosen(id: str) -> Macro:
    found = {
        str(macro.pk): macro for macro in Macro.objects.filter(is_active=True).select_related("assignee")
    }
    if id not in found:
        raise workflow.Refused(gettext("This macro is no longer offered."))
    return found[id]
