"""What the API takes and gives: camelCase, ISO-8601 UTC, ids as opaque strings."""

from collections.abc import Iterable
from functools import cache

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as PasswordRefused
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tickets.custom_fields import values as custom_values
from tickets.privacy.plain_text import is_blank

from ..models import Category, ChannelName, Message, Person, Priority, Sender, Status, Ticket, load_files
from ..workflow import MAX_TEXT
from .fields import Email, Line, Name, OneOf, Phone, RowSerializer, Text, clock

HAS_ACCOUNT = "There is an account with this e-mail already."


# --- Given -------------------------------------------------------------------


class PersonSerializer(serializers.ModelSerializer):
    """The caller: {id, name, email, phone, role}."""

    # Empty for a visitor: no format to promise
    email = serializers.CharField(read_only=True)

    class Meta:
        model = Person
        fields = ["id", "name", "email", "phone", "role"]
        read_only_fields = fields


class AttachmentSerializer(serializers.Serializer):
    """A file of a message; `url` is its path on this host."""

    name = serializers.CharField(read_only=True)
    type = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    url = serializers.CharField(read_only=True)


class MessageSerializer(RowSerializer):
    """A message of a conversation, with its ticket."""

    id = serializers.UUIDField(read_only=True)
    seq = serializers.IntegerField(read_only=True)
    ticketId = serializers.UUIDField(source="ticket_id", read_only=True)
    clientId = serializers.CharField(source="client_id", read_only=True, allow_null=True)
    sender = OneOf(Sender, read_only=True)
    senderName = serializers.CharField(source="sender_name", read_only=True)
    message = serializers.CharField(source="text", read_only=True)
    image = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField()
    timestamp = clock("created_at")
    read = serializers.SerializerMethodField()
    withdrawn = serializers.SerializerMethodField()
    withdraws = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="The seq of the message that this one takes back."
    )

    def get_image(self, message: Message) -> str | None:
        """Path of the picture on this host; it needs the caller's Authorization (or session)."""
        return reverse("picture", args=[message.pk]) if message.picture else None

    @extend_schema_field(AttachmentSerializer(many=True))
    def get_attachments(self, message: Message) -> list[dict]:
        """Files beside the picture; their paths need the caller's Authorization (or session)."""
        return [
            {
                "name": attachment.name,
                "type": attachment.type,
                "size": attachment.size,
                "url": reverse("attachment", args=[attachment.pk]),
            }
            for attachment in message.files
        ]

    def get_read(self, message: Message) -> bool:
        return message.was_read(message.ticket)

    def get_withdrawn(self, message: Message) -> bool:
        """Whether its author took it back: then it keeps its `seq` and has no text."""
        return bool(message.withdrawn_at)


class DeskMessageSerializer(MessageSerializer):
    """A message as agents see it. Customers are not even told that notes exist."""

    internal = serializers.BooleanField(read_only=True)


class MessageListSerializer(serializers.Serializer):
    results = MessageSerializer(many=True, read_only=True)


class TicketSerializer(RowSerializer):
    """A ticket without its messages. Context: `agent` decides whose unread count it is."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.IntegerField(read_only=True)
    userId = serializers.UUIDField(source="requester_id", read_only=True)
    userName = serializers.CharField(source="requester_name", read_only=True)
    userEmail = serializers.CharField(source="requester_email", read_only=True)
    userPhone = serializers.CharField(source="requester_phone", read_only=True)
    orderId = serializers.UUIDField(source="order_id", read_only=True, allow_null=True)
    orderNumber = serializers.CharField(source="order_number", read_only=True)
    status = OneOf(Status, read_only=True)
    priority = OneOf(Priority, read_only=True)
    category = OneOf(Category, read_only=True)
    subject = serializers.CharField(read_only=True)
    assignedAgent = serializers.UUIDField(source="assignee_id", read_only=True, allow_null=True)
    agentName = serializers.CharField(source="assignee_name", read_only=True)
    resolution = serializers.CharField(read_only=True)
    channel = OneOf(ChannelName, read_only=True)
    callbackRequested = serializers.BooleanField(source="callback_requested", read_only=True)
    callbackCompleted = serializers.BooleanField(source="callback_completed", read_only=True)
    rating = serializers.IntegerField(read_only=True, allow_null=True)
    previousTicket = serializers.UUIDField(source="previous_id", read_only=True, allow_null=True)
    createdAt = clock("created_at")
    updatedAt = clock("updated_at")
    closedAt = clock("closed_at", allow_null=True)
    firstResponseDueAt = clock("first_response_due_at")
    firstRespondedAt = clock("first_responded_at", allow_null=True)
    waitingSince = clock("waiting_since", allow_null=True)
    nextResponseDueAt = clock("next_response_due_at", allow_null=True)
    resolutionDueAt = clock("resolution_due_at", allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    snoozedUntil = clock("snoozed_until", allow_null=True)
    mergedInto = serializers.UUIDField(source="merged_into_id", read_only=True, allow_null=True)
    unreadCount = serializers.SerializerMethodField()

    def get_unreadCount(self, ticket: Ticket) -> int:
        return ticket.unread_by_agents if self.context.get("agent") else ticket.unread_by_requester


class ConversationSerializer(TicketSerializer):
    """A ticket with its `messages`, for its requester."""

    messages = MessageSerializer(many=True, read_only=True)


class ChatLineSerializer(serializers.Serializer):
    """A line of the chat with Villy that went along with the ticket."""

    sender = serializers.ChoiceField(["customer", "ai"], read_only=True)
    message = serializers.CharField(read_only=True)
    timestamp = serializers.DateTimeField(read_only=True)


class DeskTicketSerializer(TicketSerializer):
    """A ticket for agents, with the fields that the shop has added; an empty one is null."""

    customFields = serializers.DictField(child=serializers.JSONField(allow_null=True), read_only=True)


class TicketPageSerializer(serializers.Serializer):
    results = TicketSerializer(many=True, read_only=True)
    next = serializers.CharField(read_only=True, allow_null=True)


class DeskConversationSerializer(DeskTicketSerializer):
    """A ticket for agents: its `messages` with the private notes, and the chat with Villy."""

    messages = DeskMessageSerializer(many=True, read_only=True)
    chat = ChatLineSerializer(many=True, read_only=True)
    handover = serializers.JSONField(read_only=True)


def message_json(message: Message, ticket: Ticket, *, agent: bool) -> dict:
    """One message as the API gives it to an agent, or to the requester."""
    return messages_json([message], ticket, agent=agent)[0]


def messages_json(messages: Iterable[Message], ticket: Ticket, *, agent: bool) -> list[dict]:
    serializer, told = _message_serializer(agent), []
    messages = list(messages)
    load_files(messages)
    for message in messages:
        message.ticket = ticket
        told.append(serializer.to_representation(message))
    return told


def ticket_json(ticket: Ticket, *, agent: bool) -> dict:
    return _ticket_serializer(agent).to_representation(ticket)


def desk_tickets_json(tickets: Iterable[Ticket]) -> list[dict]:
    """Tickets as agents see them, with their custom fields: at most one query."""
    tickets = list(tickets)
    custom = custom_values.as_json(tickets)
    return [ticket_json(ticket, agent=True) | {"customFields": custom[ticket.pk]} for ticket in tickets]


# One for all: each makes itself copies of its fields, which costs more than what they then do
@cache
def _ticket_serializer(agent: bool) -> TicketSerializer:
    return TicketSerializer(context={"agent": agent})


@cache
def _message_serializer(agent: bool) -> MessageSerializer:
    return DeskMessageSerializer() if agent else MessageSerializer()


def conversation_json(ticket: Ticket, messages: Iterable[Message], *, agent: bool) -> dict:
    data = ticket_json(ticket, agent=agent) | {"messages": messages_json(messages, ticket, agent=agent)}
    if agent:
        data["customFields"] = custom_values.as_json([ticket])[ticket.pk]
        data["chat"] = ticket.handover.get("transcript", [])
        data["handover"] = {key: value for key, value in ticket.handover.items() if key != "transcript"}
    return data


# --- Taken -------------------------------------------------------------------


class ContactSerializer(serializers.Serializer):
    """A name and a way to reach the person: what a guest gives."""

    name = Name()
    email = Email(required=False, allow_blank=True, default="")
    phone = Phone()

    def validate(self, data):
        if not data["email"] and not data["phone"]:
            raise serializers.ValidationError(
                {"email": ["Please give an e-mail address or a phone number, so that we can reach you."]}
            )
        return data


class RegisterSerializer(serializers.Serializer):
    name = Name()
    email = Email()
    phone = Phone()
    password = Text(max_length=128, write_only=True)

    def validate_email(self, email):
        email = email.lower()
        if Person.objects.filter(login_email=email).exists():
            raise serializers.ValidationError(HAS_ACCOUNT)
        return email

    def validate(self, data):
        try:
            validate_password(data["password"], Person(name=data["name"], email=data["email"]))
        except PasswordRefused as reason:
            raise serializers.ValidationError({"password": reason.messages}) from None
        return data


class CredentialsSerializer(serializers.Serializer):
    email = Line(max_length=254)
    password = Text(max_length=128, write_only=True)
    code = Line(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        write_only=True,
        help_text="Of the authenticator app, or a recovery code, where the account has a second factor.",
    )


class RefreshSerializer(serializers.Serializer):
    refresh = Line(max_length=4000)


class TokensSerializer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInSerializer(TokensSerializer):
    user = PersonSerializer()


class ClientIdField(Line):
    """The id that a client gives its message, so that a retry is recognised."""

    def __init__(self, **options):
        super().__init__(
            max_length=64, required=False, allow_null=True, allow_blank=True, default=None, **options
        )

    def run_validation(self, data=serializers.empty):
        # A form sends an empty field for none
        return super().run_validation(data) or None


class FilesField(serializers.ListField):
    """Files of a form, one a part of this name; a field that was left empty is none."""

    def __init__(self, **options):
        super().__init__(
            child=serializers.FileField(allow_empty_file=True, max_length=None),
            required=False,
            default=list,
            **options,
        )

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return super().to_internal_value([each for each in data if each != ""])


class WordsSerializer(serializers.Serializer):
    """Text, a picture, files: at least one of them."""

    message = Text(max_length=MAX_TEXT, required=False, allow_blank=True, default="")
    image = serializers.FileField(required=False, allow_null=True, default=None, allow_empty_file=True)
    file = FilesField(help_text="PDF, video or audio, 20 MB each; at most 5 and 40 MB a request.")
    clientId = ClientIdField()

    def validate(self, data):
        if is_blank(data["message"]) and not (data["image"] or data.get("file")):
            raise serializers.ValidationError({"message": ["Write something or attach a picture."]})
        return data


class ReplySerializer(WordsSerializer):
    internal = serializers.BooleanField(required=False, default=False)
    lastSeq = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)


class CreateSerializer(serializers.Serializer):
    message = Text(max_length=MAX_TEXT, allow_blank=False)
    category = OneOf(Category, required=False, allow_null=True, allow_blank=True, default="")
    priority = OneOf(Priority, required=False, allow_null=True, allow_blank=True, default="")
    orderId = Line(
        max_length=64,
        required=False,
        allow_null=True,
        allow_blank=True,
        default="",
        help_text="Id or number of one of the caller's own orders.",
    )
    image = serializers.FileField(required=False, allow_null=True, default=None, allow_empty_file=True)
    clientId = ClientIdField()

    def validate_message(self, message):
        if is_blank(message):
            raise serializers.ValidationError("Tell us what happened.")
        return message


class CallbackSerializer(serializers.Serializer):
    phone = Phone()
    note = Text(max_length=500, required=False, allow_blank=True, default="")


class ReadSerializer(serializers.Serializer):
    """Up to which message the caller's side has seen the conversation."""

    seq = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class ConfirmSerializer(serializers.Serializer):
    rating = serializers.IntegerField(
        min_value=1, max_value=5, required=False, allow_null=True, default=None
    )
    comment = Text(max_length=2000, required=False, allow_blank=True, default="")


class RefusalSerializer(serializers.Serializer):
    """Why the desk did not do it."""

    detail = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)


class StaleSerializer(RefusalSerializer):
    messages = DeskMessageSerializer(many=True, required=False)
