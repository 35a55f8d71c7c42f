"""A reply that is suggested to the agent; nothing of it is stored or sent."""

from django.conf import settings
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_POST

from tickets import access, queries, rate_limits
from tickets.interfaces import suggested_replies

from .actions import plain


@require_POST
@access.for_agents
def suggest_reply(request, ticket_id):
    """Return {"text", "sources"} for what the customer said last; 404 where the shop has not switched it on.

    503 with a sentence when there is none to suggest.
    """
    ticket = access.desk_ticket(request.user, ticket_id)
    suggest = suggested_replies.get()
    if not settings.LLM_SUGGESTED_REPLIES or not suggest:
        raise Http404
    rate_limits.consume(request, "suggest a reply")
    try:
        found = suggest(ticket, queries.newest_messages(ticket, notes=False))
    except suggested_replies.Unavailable as reason:
        return plain(str(reason), 503)
    return JsonResponse({"text": found.text, "sources": found.sources})
