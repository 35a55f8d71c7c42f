"""Who follows a ticket: read it, follow it, or follow it no longer."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from tickets import access
from tickets.collaboration import followers as following
from tickets.models import ServiceKey

from . import schema
from .views import for_agents


class FollowerSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="person_id")
    name = serializers.CharField()


class FollowersSerializer(serializers.Serializer):
    following = serializers.BooleanField(help_text="Whether the caller follows the ticket.")
    followers = FollowerSerializer(many=True)


@extend_schema(
    operation_id="getFollowers", methods=["GET"], responses={200: FollowersSerializer, **schema.THING}
)
@extend_schema(
    operation_id="followTicket",
    methods=["POST"],
    request=None,
    responses={200: FollowersSerializer, 403: schema.DENIED, **schema.THING},
)
@extend_schema(
    operation_id="unfollowTicket",
    methods=["DELETE"],
    request=None,
    responses={200: FollowersSerializer, 403: schema.DENIED, **schema.THING},
)
@api_view(["GET", "POST", "DELETE"])
@for_agents
def followers(request, ticket_id):
    """The followers of a ticket; POST makes the caller one of them, DELETE ends it. Both may be repeated."""
    ticket = access.desk_ticket(request.user, ticket_id)
    if request.method != "GET":
        if isinstance(request.auth, ServiceKey):
            raise PermissionDenied(
                "Only a person follows a ticket; this is a service key.", code="no_person"
            )
        change = following.follow if request.method == "POST" else following.unfollow
        change(ticket, request.user)
    found = following.followers(ticket)
    told = {
        "following": any(each.person_id == request.user.pk for each in found),
        "followers": found,
    }
    return Response(FollowersSerializer(told).data)
