"""Whether the agent takes tickets: chosen in the header, and kept by what happens on the page."""

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tickets import access
from tickets.team import availability

from .actions import from_script, plain, with_toast
from .forms import complaint


class AvailabilityForm(forms.Form):
    availability = forms.ChoiceField(choices=[(name, name) for name in availability.NAMES])


@require_POST
@access.for_agents
def choose(request):
    """Become online or away; going away gives back what waits."""
    form = AvailabilityForm(request.POST)
    if not form.is_valid():
        return plain(complaint(form), 400)
    said = _chosen(request.user, form.cleaned_data["availability"])
    if from_script(request):
        return with_toast(HttpResponse(status=204), said, "done")
    flash.success(request, said)
    return redirect("dashboard")


def _chosen(person, name: str) -> str:
    if name == availability.ONLINE:
        availability.go_online(person)
        return _("You are online.")
    released = availability.go_away(person)
    if not released:
        return _("You are away.")
    return (
        ngettext(
            "You are away. %d waiting ticket is unassigned now.",
            "You are away. %d waiting tickets are unassigned now.",
            released,
        )
        % released
    )


@require_POST
@access.for_agents
def active(request):
    """The agent used the page just now: {availability}, as it is afterwards."""
    row = availability.report_activity(request.user)
    return JsonResponse({"availability": availability.name_of(row)})
