"""What the API of Villy and of the widget's visitors takes and gives."""

from rest_framework import serializers

from tickets.api.fields import Line, OneOf, Text, clock
from tickets.api.serializers import ClientIdField
from tickets.models import Category, Priority
from tickets.privacy.plain_text import is_blank
from tickets.workflow import MAX_TEXT


class QuestionSerializer(serializers.Serializer):
    message = Text(max_length=MAX_TEXT)
    clientId = ClientIdField()

    def validate_message(self, message):
        if is_blank(message):
            raise serializers.ValidationError("Write something first.")
        return message


class SourceSerializer(serializers.Serializer):
    type = serializers.ChoiceField(["article", "product", "order"])
    id = serializers.CharField()
    title = serializers.CharField()


class ProductCardSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    name = serializers.CharField()
    price = serializers.FloatField()
    currency = serializers.CharField(help_text="ISO 4217, as in INR.")
    unit = serializers.CharField()
    stock = serializers.IntegerField(allow_null=True, help_text="null: not counted, always available.")
    description = serializers.CharField()
    image = serializers.CharField(help_text="Path on this host; empty for none.")
    imageUrl = serializers.CharField(help_text="The picture in the shop, as it was given; empty for none.")


class ReplySerializer(serializers.Serializer):
    id = serializers.UUIDField()
    text = serializers.CharField()
    intent = serializers.CharField()
    confidence = serializers.FloatField()
    offerAgent = serializers.BooleanField()
    category = OneOf(Category, allow_null=True)
    priority = OneOf(Priority, allow_null=True)
    suggestions = serializers.ListField(child=serializers.CharField())
    products = ProductCardSerializer(many=True)
    order = serializers.DictField(allow_null=True)
    sources = SourceSerializer(many=True)
    claim = serializers.DictField(
        allow_null=True,
        help_text="What is wrong with an order by its items: {order, items: [{name, quantity, price}], amount, currency}.",
    )
    asksHelp = serializers.BooleanField()


class AnswerSerializer(serializers.Serializer):
    reply = ReplySerializer()


class ChatMessageSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    clientId = serializers.CharField(source="client_id", allow_null=True)
    sender = serializers.ChoiceField(["customer", "ai"])
    message = serializers.CharField(source="text")
    timestamp = clock("created_at")
    helped = serializers.BooleanField(allow_null=True)


class ChatSerializer(serializers.Serializer):
    id = serializers.UUIDField(allow_null=True)
    messages = ChatMessageSerializer(many=True)


class HelpedSerializer(serializers.Serializer):
    helped = serializers.BooleanField()


class IdentitySerializer(serializers.Serializer):
    token = Line(max_length=4000)
