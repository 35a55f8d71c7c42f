"""Canned replies: an agent's own, and those that the team shares."""

import json
import re
import uuid

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from supportdesk import languages
from tickets.models import CannedReply, Person
from tickets.pictures import uploads
from tickets.pictures.uploads import received
from tickets.workflow import MAX_TEXT
from tickets.workflow.variables import complaint_about

from . import schema
from .fields import UTC_TIME, Line
from .views import checked, for_agents

SHORTCUT = re.compile(r"[^\s/]+")


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class TextsField(serializers.Field):
    """Text per language: {"en": "...", "hi": "..."}; in a form it is JSON."""

    default_error_messages = {
        "invalid": 'Send text per language, like {{"en": "Hello"}}.',
        "empty": "Write the text in at least one language.",
        "long": f"A text has at most {MAX_TEXT} characters.",
        "language": "A language is one of: en, hi, hinglish.",
    }

    def to_internal_value(self, data):
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except (ValueError, RecursionError):
                self.fail("invalid")
        if not isinstance(data, dict) or not all(
            isinstance(text, str) and "\0" not in text for text in data.values()
        ):
            self.fail("invalid")
        if not data.keys() <= languages.LANGUAGES.keys():
            self.fail("language")
        kept = {code: text for code, text in data.items() if text.strip()}
        if not kept:
            self.fail("empty")
        if any(len(text) > MAX_TEXT for text in kept.values()):
            self.fail("long")
        for text in kept.values():
            if said := complaint_about(text):
                raise serializers.ValidationError(said)
        return kept

    def to_representation(self, value):
        return value


class CannedReplySerializer(serializers.Serializer):
    """A canned reply. `text` may hold {{customer.firstName}}, {{order.number}}, {{order.eta}}, {{agent.name}}, {{ticket.number}}."""

    id = serializers.UUIDField(read_only=True)
    shortcut = Line(max_length=40)
    title = Line(max_length=120)
    text = TextsField(source="texts")
    # Read as an address, written as a file
    image: serializers.Field = serializers.SerializerMethodField()
    shared = serializers.BooleanField(source="is_shared", required=False, default=False)
    mine = serializers.SerializerMethodField()
    uses = serializers.IntegerField(read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", **UTC_TIME)

    def get_image(self, reply: CannedReply) -> str | None:
        return reverse("canned-picture", args=[reply.pk]) if reply.picture else None

    def get_mine(self, reply: CannedReply) -> bool:
        return reply.owner_id == self.context["agent"].pk

    def validate_shortcut(self, shortcut):
        shortcut = shortcut.removeprefix("/")
        if not SHORTCUT.fullmatch(shortcut):
            raise serializers.ValidationError("A shortcut is one word, without a slash in it.")
        return shortcut.lower()


class NewCannedReplySerializer(CannedReplySerializer):
    image = serializers.FileField(required=False, allow_null=True, default=None, allow_empty_file=True)


class CannedListSerializer(serializers.Serializer):
    results = CannedReplySerializer(many=True, read_only=True)


def visible_to(agent: Person) -> QuerySet[CannedReply]:
    """The agent's own replies and the shared ones, the most used first."""
    return CannedReply.objects.filter(Q(owner=agent) | Q(is_shared=True)).order_by("-uses", "shortcut")


def shown(reply: CannedReply, agent: Person) -> dict:
    return CannedReplySerializer(reply, context={"agent": agent}).data


def create(data: dict, agent: Person) -> CannedReply:
    """Store a new canned reply. Raise ValidationError when the agent has one of this shortcut."""
    image = data.pop("image", None)
    with received(image) as picture:
        reply = CannedReply(owner=agent, **data, picture=picture.name if picture else "")
        _saved(reply)
        if picture:
            picture.used = True
            uploads.discard(picture.thumbnail)
    return reply


def change(reply: CannedReply, data: dict) -> None:
    """Change a canned reply. Raise ValidationError when its owner has another one of this shortcut."""
    before = reply.picture.name
    image = data.pop("image", None)
    for name, value in data.items():
        setattr(reply, name, value)
    reply.updated_at = timezone.now()
    with received(image) as picture:
        if picture:
            reply.picture = picture.name
        _saved(reply)
        if picture:
            picture.used = True
            uploads.discard(picture.thumbnail, before)


def _saved(reply: CannedReply) -> None:
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        raise serializers.ValidationError(
            {"shortcut": ["There is a canned reply with this shortcut already."]}
        ) from None


def remove(reply: CannedReply) -> None:
    name = reply.picture.name
    reply.delete()
    if name:
        uploads.discard(name)


def find(agent: Person, reply_id) -> CannedReply:
    """Return a canned reply that this agent may see and change; 404 for another's own."""
    try:
        found = visible_to(agent).filter(pk=uuid.UUID(str(reply_id))).first()
    except ValueError:
        found = None
    if not found:
        raise Http404("There is no such canned reply.")
    return found


def count_use(reply: CannedReply) -> None:
    CannedReply.objects.filter(pk=reply.pk).update(uses=F("uses") + 1)


BODY = {"application/json": NewCannedReplySerializer, "multipart/form-data": NewCannedReplySerializer}


@extend_schema(
    operation_id="listCannedReplies",
    methods=["GET"],
    responses={200: CannedListSerializer, **schema.CALLER},
)
@extend_schema(
    operation_id="createCannedReply",
    methods=["POST"],
    request=BODY,
    responses={201: CannedReplySerializer, **schema.CALLER},
)
@api_view(["GET", "POST"])
@for_agents
def canned_replies(request):
    """The caller's canned replies and the shared ones; POST adds one."""
    if request.method == "GET":
        return Response({"results": [shown(reply, request.user) for reply in visible_to(request.user)]})
    data = checked(NewCannedReplySerializer, request, context={"agent": request.user})
    return Response(shown(create(dict(data), request.user), request.user), status=201)


@extend_schema(
    operation_id="getCannedReply", methods=["GET"], responses={200: CannedReplySerializer, **schema.THING}
)
@extend_schema(
    operation_id="changeCannedReply",
    methods=["PATCH"],
    request=BODY,
    responses={200: CannedReplySerializer, **schema.THING},
)
@extend_schema(
    operation_id="deleteCannedReply",
    methods=["DELETE"],
    request=None,
    responses={204: None, **schema.THING},
)
@api_view(["GET", "PATCH", "DELETE"])
@for_agents
def canned_reply(request, reply_id):
    """One canned reply; PATCH changes it, DELETE removes it."""
    reply = find(request.user, reply_id)
    if request.method == "DELETE":
        remove(reply)
        return Response(status=204)
    if request.method == "PATCH":
        data = checked(NewCannedReplySerializer, request, context={"agent": request.user}, partial=True)
        change(reply, dict(data))
    return Response(shown(reply, request.user))


def picture_of(agent: Person, reply_id):
    """Return the open picture of a canned reply and its name; 404 when there is none."""
    reply = find(agent, reply_id)
    if not reply.picture:
        raise Http404("This canned reply has no picture.")
    return default_storage.open(str(reply.picture)), reply.picture.name
