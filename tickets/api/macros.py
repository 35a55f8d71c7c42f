"""Macros over the API: the list, and one applied to a ticket."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from tickets import access, rate_limits, workflow
from tickets.models import Macro

from . import desk_serializers as d
from . import schema
from .desk import conversation_now
from .views import checked, for_agents


class MacroSerializer(serializers.Serializer):
    """A macro as an agent chooses it: its name and its steps; what is empty is no step."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    text = serializers.DictField(source="texts", child=serializers.CharField())
    note = serializers.CharField()
    status = serializers.CharField()
    priority = serializers.CharField()
    category = serializers.CharField()
    resolution = serializers.CharField()
    tags = serializers.SerializerMethodField()
    assignsMe = serializers.BooleanField(source="assigns_me")

    def get_tags(self, macro) -> list[str]:
        return [tag for each in macro.tags.split(",") if (tag := " ".join(each.split()))]


class MacrosSerializer(serializers.Serializer):
    results = MacroSerializer(many=True)


class ApplySerializer(serializers.Serializer):
    macro = serializers.UUIDField(help_text="Id of the macro.")
    lastSeq = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=2**31 - 1
    )


@extend_schema(operation_id="listMacros", responses={200: MacrosSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def macros(request):
    """The macros of the team. Staff make them in the admin."""
    return Response({"results": MacroSerializer(Macro.objects.filter(is_active=True), many=True).data})


@extend_schema(
    operation_id="applyMacro",
    request=ApplySerializer,
    responses={200: d.ChangedTicketSerializer, **schema.CHANGE},
)
@api_view(["POST"])
@for_agents
def apply(request, ticket_id):
    """Do all steps of a macro, or none: 409 names the step that is not possible."""
    ticket = access.desk_ticket(request.user, ticket_id)
    data = checked(ApplySerializer, request)
    macro = Macro.objects.filter(pk=data["macro"], is_active=True).select_related("assignee").first()
    if macro is None:
        raise Http404("There is no such macro.")
    rate_limits.consume(request, "reply")
    _, done = workflow.apply_macro(ticket, macro, by=request.user, last_seq=data["lastSeq"])
    return Response(conversation_now(ticket, agent=True) | d.undo_json(done))
