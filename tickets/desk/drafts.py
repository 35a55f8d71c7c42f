"""What the composer keeps on the server while an agent writes."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tickets import access
from tickets.collaboration import drafts

from .actions import plain
from .forms import DraftForm, complaint


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@access.for_agents
def draft(request, ticket_id):
    """The agent's own drafts on this ticket; POST saves one, or ends it when it has no text."""
    ticket = access.desk_ticket(request.user, ticket_id)
    if request.method != "POST":
        return JsonResponse(drafts.as_json(ticket, request.user))
    form = DraftForm(request.POST)
    if not form.is_valid():
        return plain(complaint(form), 400)
    data = form.cleaned_data
    drafts.save(
        ticket,
        request.user,
        data["message"],
        is_note=data["internal"],
        client_id=data["clientId"],
        tab=data["tab"],
    )
    return HttpResponse(status=204)
