"""The API of the channels: proving an address, a copy of the conversation, WhatsApp templates."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from tickets import access, rate_limits, workflow
from tickets.channels import identity, transcript
from tickets.channels.whatsapp import channel as whatsapp
from tickets.channels.whatsapp import templates
from tickets.models import ChannelName, Person
from tickets.privacy.plain_text import plain_phone

from . import schema
from .fields import Email, Line
from .serializers import ClientIdField, DeskMessageSerializer, SignedInSerializer, message_json
from .views import checked, for_agents, signed_in

BELONGS_TO_A_CUSTOMER = (
    "This address belongs to a customer of the shop. Sign in at the shop to see that history here."
)


class OwnAddressSerializer(serializers.Serializer):
    """An address of one's own: an e-mail address, or a phone number in international form for WhatsApp."""

    channel = serializers.ChoiceField(["email", "whatsapp"])
    address = Line(max_length=254)

    def validate(self, data):
        address = data["address"]
        if data["channel"] == ChannelName.EMAIL:
            data["address"] = Email().run_validation(address).lower()
            return data
        address = plain_phone(address)
        digits = "".join(filter(str.isdecimal, address))
        if not (address.startswith("+") and digits.isascii() and 7 <= len(digits) <= 15):
            raise serializers.ValidationError(
                {"address": ["Enter the number in international form: +91 98123 45678."]}
            )
        data["address"] = digits
        return data


class OwnAddressCodeSerializer(OwnAddressSerializer):
    code = Line(max_length=12)


class TemplateSerializer(serializers.Serializer):
    """A WhatsApp template as Meta approved it; `variables` is how many {{n}} its body has."""

    name = serializers.CharField(read_only=True)
    language = serializers.CharField(read_only=True)
    category = serializers.CharField(read_only=True)
    header = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)
    footer = serializers.CharField(read_only=True)
    variables = serializers.IntegerField(read_only=True)


class TemplatesSerializer(serializers.Serializer):
    """`windowEndsAt` is until when anything may be said; null where only templates may."""

    windowEndsAt = serializers.DateTimeField(read_only=True, allow_null=True)
    results = TemplateSerializer(many=True, read_only=True)


class SendTemplateSerializer(serializers.Serializer):
    name = Line(max_length=190)
    language = Line(max_length=16)
    variables = serializers.ListField(
        child=Line(max_length=400), required=False, default=list, max_length=20
    )
    clientId = ClientIdField()


@extend_schema(
    operation_id="sendContactCode", request=OwnAddressSerializer, responses={204: None, **schema.CALLER}
)
@api_view(["POST"])
def send_code(request):
    """Send a code to an address of one's own, so that what came from there is one history with the caller's."""
    data = checked(OwnAddressSerializer, request)
    rate_limits.consume(request, "get a code")
    identity.send_code(request.user, data["channel"], data["address"])
    return Response(status=204)


@extend_schema(
    operation_id="confirmContactCode",
    request=OwnAddressCodeSerializer,
    responses={200: SignedInSerializer, **schema.CHANGE},
)
@api_view(["POST"])
def confirm_code(request):
    """Prove the address with its code; the caller is one with who wrote from there."""
    data = checked(OwnAddressCodeSerializer, request)
    rate_limits.consume(request, "enter a code")
    person, channel, address = request.user, data["channel"], data["address"]
    if not identity.check_code(person, channel, address, data["code"]):
        raise ValidationError({"code": ["This code is not right, or it has run out. Ask for another one."]})
    known = identity.find(channel, address)
    if known and known.person_id != person.pk and not known.person.is_guest:
        # A code proves the address; it does not sign in to a customer's account
        raise workflow.IllegalMove(BELONGS_TO_A_CUSTOMER)
    person = identity.prove(person, channel, address, by="code")
    return Response(signed_in(Person.objects.get(pk=person.pk)))


@extend_schema(operation_id="sendTranscript", request=None, responses={204: None, **schema.THING})
@api_view(["POST"])
def send_transcript(request, ticket_id):
    """Send the caller a copy of the conversation by e-mail."""
    ticket = access.own_ticket(request.user, ticket_id)
    rate_limits.consume(request, "get a code")
    if not transcript.send(ticket):
        raise ValidationError({"email": ["We have no e-mail address of yours. Please give one first."]})
    return Response(status=204)


@extend_schema(operation_id="listTemplates", responses={200: TemplatesSerializer, **schema.THING})
@api_view(["GET"])
@for_agents
def list_templates(request, ticket_id):
    """The WhatsApp templates that may be sent to this customer, and until when anything may be said."""
    ticket = access.desk_ticket(request.user, ticket_id)
    ends_at = whatsapp.window_ends_at(whatsapp.identity_of(ticket))
    return Response(TemplatesSerializer({"windowEndsAt": ends_at, "results": templates.approved()}).data)


@extend_schema(
    operation_id="sendTemplate",
    request=SendTemplateSerializer,
    responses={201: DeskMessageSerializer, **schema.CHANGE},
)
@api_view(["POST"])
@for_agents
def send_template(request, ticket_id):
    """Send a WhatsApp template: what may be said later than 24 hours after the customer's last message."""
    ticket = access.desk_ticket(request.user, ticket_id)
    data = checked(SendTemplateSerializer, request)
    rate_limits.consume(request, "reply")
    try:
        message = templates.send(
            ticket,
            data["name"],
            data["language"],
            data["variables"],
            by=request.user,
            client_id=data["clientId"],
        )
    except templates.DoesNotFit as reason:
        raise ValidationError({"variables": [str(reason)]}) from None
    return Response(
        message_json(message, message.ticket, agent=True), status=201 if message.is_new else 200
    )
