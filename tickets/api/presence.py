"""The API of what is true for a moment: what each side has read, and that it is typing."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from .. import access, live, workflow
from . import schema
from . import serializers as s
from .views import checked, for_agents

NOTHING = {204: None, **schema.THING}


@extend_schema(operation_id="markRead", request=s.ReadSerializer, responses=NOTHING)
@api_view(["POST"])
def read(request, ticket_id):
    """The caller has seen the conversation up to `seq`: the agents get a `read` event."""
    ticket = access.own_ticket(request.user, ticket_id)
    return _mark_read(ticket, request, by_agents=False)


@extend_schema(operation_id="tellTyping", request=None, responses=NOTHING)
@api_view(["POST"])
def typing(request, ticket_id):
    """The caller is typing: the agents get a `typing` event."""
    ticket = access.own_ticket(request.user, ticket_id)
    live.signal(ticket, "typing", by="customer", name=ticket.requester_name)
    return Response(status=204)


@extend_schema(operation_id="markReadByAgents", request=s.ReadSerializer, responses=NOTHING)
@api_view(["POST"])
@for_agents
def desk_read(request, ticket_id):
    """The desk has seen the conversation up to `seq`: the customer gets a `read` event."""
    ticket = access.desk_ticket(request.user, ticket_id)
    return _mark_read(ticket, request, by_agents=True)


@extend_schema(operation_id="tellAgentTyping", request=None, responses=NOTHING)
@api_view(["POST"])
@for_agents
def desk_typing(request, ticket_id):
    """The agent is typing a reply (not a private note): the customer gets a `typing` event."""
    ticket = access.desk_ticket(request.user, ticket_id)
    live.signal(ticket, "typing", by="agent", name=str(request.user))
    return Response(status=204)


def _mark_read(ticket, request, *, by_agents: bool) -> Response:
    workflow.mark_read(ticket, by_agents=by_agents, up_to=checked(s.ReadSerializer, request)["seq"])
    return Response(status=204)
