"""Serializers of the agents' API."""

import contextlib
import uuid

from django.db.models import Q
from rest_framework import serializers

from tickets import queries
from tickets.custom_fields import definitions
from tickets.lists.inbox import VIEWS
from tickets.models import Category, Order, Person, Priority, Role, Status
from tickets.workflow import MAX_TEXT, Recording

from .fields import Email, Line, Name, OneOf, Phone, Text, clock
from .serializers import (
    ClientIdField,
    DeskConversationSerializer,
    DeskTicketSerializer,
    TicketPageSerializer,
)

MOST_AT_ONCE = 500


class InboxPageSerializer(TicketPageSerializer):
    results = DeskTicketSerializer(many=True, read_only=True)
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    countsCapped = serializers.ListField(child=serializers.ChoiceField(list(VIEWS)), read_only=True)


class ChangedTicketSerializer(DeskConversationSerializer):
    """A ticket after a change, with the token that takes the change back."""

    undo = serializers.CharField(read_only=True, allow_null=True)
    undoUntil = clock("until", allow_null=True)


def undo_json(done: Recording) -> dict:
    """Return the part of the answer that lets its author take the change back."""
    until = done.until and clock("until").to_representation(done.until)
    return {"undo": done.token or None, "undoUntil": until}


class FutureField(serializers.DateTimeField):
    """A time with its offset."""

    default_error_messages = {"invalid": "This has to be a time like 2026-11-29T12:00:00Z."}


class TicketChangesSerializer(serializers.Serializer):
    """Fields to change; those that are absent stay as they are."""

    status = OneOf(Status, required=False)
    priority = OneOf(Priority, required=False)
    category = OneOf(Category, required=False)
    assignedAgent = serializers.UUIDField(required=False, allow_null=True)
    resolution = Text(max_length=MAX_TEXT, required=False, allow_blank=True)
    callbackCompleted = serializers.BooleanField(required=False)
    subject = Line(max_length=140, required=False)
    orderId = Line(
        max_length=64,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="Id or number of one of this customer's orders; null for none.",
    )
    userName = Name(required=False)
    userEmail = Email(required=False, allow_blank=True)
    userPhone = Phone()
    tags = serializers.ListField(
        child=Line(max_length=40), required=False, max_length=20, help_text="Replaces the set."
    )
    snoozedUntil = FutureField(required=False, allow_null=True)
    customFields = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="By key; null empties a field, an absent one stays. Fields of the customer, too.",
    )
    undo = Line(max_length=20_000, required=False, help_text="The token of a change, to take it back.")

    def get_fields(self):
        fields = super().get_fields()
        # An absent phone stays as it is
        fields["userPhone"].default = serializers.empty
        return fields

    def validate(self, data):
        if unknown := set(self.initial_data) - set(self.fields):
            raise serializers.ValidationError(
                {name: ["This cannot be changed."] for name in sorted(unknown)}
            )
        return data

    def validate_assignedAgent(self, agent_id):
        if agent_id is None:
            return None
        agent = queries.agents().filter(pk=agent_id).first()
        if not agent:
            raise serializers.ValidationError("There is no agent with this id.")
        return agent

    def validate_customFields(self, given):
        known = {field.key: field for field in definitions.in_use()}
        if unknown := sorted(given.keys() - known.keys()):
            raise serializers.ValidationError(f"There is no field {unknown[0][:40]}.")
        for key, value in given.items():
            try:
                known[key].stored(value)
            except definitions.BadValue as reason:
                raise serializers.ValidationError(str(reason)) from reason
        return given

    def validate_orderId(self, reference):
        if not reference:
            return None
        order = find_order(self.context["ticket"].requester_id, reference)
        if not order:
            raise serializers.ValidationError("This customer has no order with this id.")
        return order


def find_order(customer_id: uuid.UUID, reference: str) -> Order | None:
    """Return a customer's order by its id or its number."""
    found = Q(number=reference.strip().upper()) | Q(number=reference.strip())
    with contextlib.suppress(ValueError):
        found |= Q(pk=uuid.UUID(reference))
    return Order.objects.filter(found, customer_id=customer_id).first()


class WithdrawSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    clientId = ClientIdField()


class ReferenceField(Line):
    """The id of a ticket, or its number, also as a number."""

    def to_internal_value(self, data):
        is_number = isinstance(data, int) and not isinstance(data, bool)
        return super().to_internal_value(str(data) if is_number else data)


class MergeSerializer(serializers.Serializer):
    into = ReferenceField(max_length=64, help_text="Id or number of the ticket that stays.")


class SplitSerializer(serializers.Serializer):
    seq = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="A message of the customer.")


def _uuid(id: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(id)
    except ValueError:
        return None


class BulkSerializer(serializers.Serializer):
    """The same changes for many tickets."""

    # Ids are opaque: one that cannot be an id is left out and named, as one that is not there
    ids = serializers.ListField(child=Line(max_length=64), min_length=1, max_length=MOST_AT_ONCE)
    changes = serializers.DictField(help_text="As in a PATCH of one ticket, without `undo`.")

    def validate_ids(self, ids):
        return [_uuid(id) or id for id in ids]

    def validate_changes(self, changes):
        if not changes:
            raise serializers.ValidationError("Say what to change.")
        checked = TicketChangesSerializer(data=changes)
        checked.fields.pop("orderId")
        checked.fields.pop("undo")
        checked.is_valid(raise_exception=True)
        return changes


class SkippedSerializer(serializers.Serializer):
    id = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)


class BulkDoneSerializer(serializers.Serializer):
    done = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    skipped = SkippedSerializer(many=True, read_only=True)


class CallerSerializer(serializers.Serializer):
    """Who calls. `externalId` is the customer's id in the shop."""

    externalId = Line(max_length=190, required=False, allow_blank=True, allow_null=True, default="")
    name = Name()
    email = Email(required=False, allow_blank=True, default="")
    phone = Phone()


class CallerTicketSerializer(serializers.Serializer):
    """A ticket for a customer: `customerId`, or `customer` for one whom the desk may not know yet."""

    customerId = serializers.UUIDField(required=False, allow_null=True, default=None)
    customer = CallerSerializer(required=False, allow_null=True, default=None)
    message = Text(max_length=MAX_TEXT)
    category = OneOf(Category, required=False, allow_null=True, allow_blank=True, default="")
    priority = OneOf(Priority, required=False, allow_null=True, allow_blank=True, default="")
    orderId = Line(max_length=64, required=False, allow_null=True, allow_blank=True, default="")
    internal = serializers.BooleanField(required=False, default=False)
    clientId = ClientIdField()

    def validate_customerId(self, id):
        if id is None:
            return None
        customer = Person.objects.filter(pk=id, role=Role.CUSTOMER).first()
        if not customer:
            raise serializers.ValidationError("There is no customer with this id.")
        return customer

    def validate_message(self, message):
        if not message.strip():
            raise serializers.ValidationError("Tell us what it is about.")
        return message

    def validate(self, data):
        if not data["customerId"] and not data["customer"]:
            raise serializers.ValidationError(
                {"customer": ["Say whose ticket it is: customer or customerId."]}
            )
        return data
