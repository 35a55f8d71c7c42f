"""The team over the API: who is online, the teams, one's own availability; rules, and which custom fields there are."""

import uuid

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from tickets import queries
from tickets.custom_fields import definitions
from tickets.models import Category, FieldKind, FieldOwner, Rule, RuleEvent, RunState
from tickets.team import availability
from tickets.visibility import visible_tickets

from . import schema
from .fields import UTC_TIME
from .serializers import OneOf
from .views import checked, for_agents


class AgentSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    availability = serializers.ChoiceField(availability.Name.choices)


class TeamSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    categories = serializers.ListField(child=serializers.ChoiceField(Category.choices))
    members = serializers.ListField(child=serializers.UUIDField())


class TeamsSerializer(serializers.Serializer):
    agents = AgentSerializer(many=True)
    teams = TeamSerializer(many=True)


class AvailabilitySerializer(serializers.Serializer):
    availability = OneOf(availability.Name)


class ChosenSerializer(serializers.Serializer):
    availability = serializers.ChoiceField(availability.Name.choices)
    unassigned = serializers.IntegerField(help_text="Waiting tickets that are unassigned now.")


@extend_schema(operation_id="getTeam", responses={200: TeamsSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def team(request):
    """The agents with their availability, and the teams."""
    found = {"agents": queries.colleagues(), "teams": queries.teams()}
    return Response(TeamsSerializer(found).data)


@extend_schema(
    operation_id="setAvailability",
    request=AvailabilitySerializer,
    responses={200: ChosenSerializer, **schema.CHANGE},
)
@api_view(["POST"])
@for_agents
def choose(request):
    """Become online or away. Going away unassigns the caller's tickets on which a customer waits."""
    name, released = checked(AvailabilitySerializer, request)["availability"], 0
    if name == availability.ONLINE:
        availability.go_online(request.user)
    else:
        released = availability.go_away(request.user)
    return Response({"availability": name, "unassigned": released})


# --- Rules -------------------------------------------------------------------

RUNS_TOLD = 50


class AppliedMacroSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class RuleSerializer(serializers.Serializer):
    """When (`event`, `afterMinutes`), if (`conditions`), then (`macro`)."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    active = serializers.BooleanField(source="is_active")
    position = serializers.IntegerField(help_text="Lower comes first.")
    event = serializers.ChoiceField(RuleEvent.choices)
    afterMinutes = serializers.IntegerField(source="after_minutes", allow_null=True)
    conditions = serializers.DictField(help_text="All of them have to hold, and of a list one.")
    macro = AppliedMacroSerializer()


class RunSerializer(serializers.Serializer):
    ticketId = serializers.UUIDField(source="ticket_id")
    state = serializers.ChoiceField(RunState.choices)
    detail = serializers.CharField()
    at = serializers.DateTimeField(**UTC_TIME)


class RuleWithRunsSerializer(RuleSerializer):
    """A rule with its newest runs, those on tickets that the caller sees."""

    runs = RunSerializer(many=True)


class RulesSerializer(serializers.Serializer):
    results = RuleSerializer(many=True)


@extend_schema(operation_id="listRules", responses={200: RulesSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def rules(request):
    """The rules in their order, also those that are off. Staff make them in the admin."""
    found = Rule.objects.select_related("macro")
    return Response({"results": RuleSerializer(found, many=True).data})


@extend_schema(operation_id="getRule", responses={200: RuleWithRunsSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def rule(request, rule_id):
    """One rule with the log of its newest runs: at most 50."""
    try:
        found = Rule.objects.select_related("macro").filter(pk=uuid.UUID(rule_id)).first()
    except ValueError:
        found = None
    if not found:
        raise Http404("There is no such rule.")
    newest = list(found.runs.order_by("-at")[:RUNS_TOLD])
    seen = set(
        visible_tickets(request.user)
        .filter(pk__in={run.ticket_id for run in newest})
        .values_list("pk", flat=True)
    )
    runs = [run for run in newest if run.ticket_id in seen]
    return Response(RuleSerializer(found).data | {"runs": RunSerializer(runs, many=True).data})


# --- Custom fields -----------------------------------------------------------


class CustomFieldSerializer(serializers.Serializer):
    """A field that the shop has added: its key in `customFields`, and what fits into it."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    owner = serializers.ChoiceField(FieldOwner.choices)
    kind = serializers.ChoiceField(FieldKind.choices)
    choices = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), help_text="Empty: on tickets of every category."
    )


class CustomFieldsSerializer(serializers.Serializer):
    results = CustomFieldSerializer(many=True)


@extend_schema(operation_id="listCustomFields", responses={200: CustomFieldsSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def custom_fields(request):
    """The custom fields in use, in their order. Staff define them in the admin."""
    return Response({"results": CustomFieldSerializer(definitions.in_use(), many=True).data})
