"""The team over the API: who is online, which team has which category, and one's own availability."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from tickets import queries
from tickets.models import Category
from tickets.team import availability

from . import schema
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
