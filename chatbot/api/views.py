"""The API of the chat with Villy, of the hand-over, and of the widget's visitors."""

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from chatbot import chats, conversations, handover, visitors
from chatbot.dialogue.policy import Reply
from chatbot.sources import orders
from supportdesk.observability import security_events
from supportdesk.templating import static
from tickets import rate_limits
from tickets.api import schema
from tickets.api import serializers as desk
from tickets.api.views import checked, conversation, signed_in
from tickets.models import ChannelName
from tickets.pictures.uploads import received

from ..visitors import BadIdentity
from . import serializers as s


def anonymous_allowed(view):
    """A call that works without a token, and knows its caller if there is one."""
    return permission_classes([AllowAny])(view)


# --- Visitors ----------------------------------------------------------------


@extend_schema(operation_id="createVisitor", request=None, responses={201: desk.SignedInSerializer})
@api_view(["POST"])
@anonymous_allowed
@rate_limits.limited("begin a chat")
def visitor(request):
    """Begin to chat without saying who one is: what the widget does at the first word."""
    return Response(signed_in(visitors.visitor()), status=201)


@extend_schema(
    operation_id="createGuest",
    request=desk.ContactSerializer,
    responses={201: desk.SignedInSerializer, **schema.CALLER},
)
@api_view(["POST"])
@anonymous_allowed
@rate_limits.limited("begin a chat")
def guest(request):
    """Say a name and an e-mail or phone. A caller who is a visitor keeps the chat that was begun."""
    caller = request.user if request.user.is_authenticated else None
    person = visitors.as_guest(caller, **checked(desk.ContactSerializer, request))
    return Response(signed_in(person), status=201)


@extend_schema(
    operation_id="identify",
    request=s.IdentitySerializer,
    responses={200: desk.SignedInSerializer, **schema.CALLER},
)
@api_view(["POST"])
@anonymous_allowed
@rate_limits.limited("identify")
def identify(request):
    """Sign in with an identity that the shop's backend signed."""
    caller = request.user if request.user.is_authenticated else None
    try:
        person = visitors.identified(checked(s.IdentitySerializer, request)["token"], before=caller)
    except BadIdentity as reason:
        security_events.record(security_events.IDENTITY_REFUSED, request)
        raise AuthenticationFailed(str(reason), code="bad_identity") from None
    return Response(signed_in(person))


# --- Villy -------------------------------------------------------------------


@extend_schema(
    operation_id="askVilly",
    request=s.QuestionSerializer,
    responses={200: s.AnswerSerializer, **schema.CALLER, 409: schema.CLASH},
)
@api_view(["POST"])
def message(request):
    """Ask Villy. The same clientId again brings the same answer."""
    data = checked(s.QuestionSerializer, request)
    rate_limits.consume(request, *conversations.uses(request.user, data["message"]))
    try:
        answer = conversations.ask(request.user, data["message"], client_id=data["clientId"])
    except conversations.HandedOver as handed:
        said = Reply(str(handed), "handed_over")
        return Response({"reply": {"id": str(handed.message.pk), **said.as_dict()}})
    return Response({"reply": {"id": str(answer.pk), **_with_pictures(answer.reply)}})


def _with_pictures(reply: dict) -> dict:
    """Name the products' pictures as they are served today; what is stored names the files."""
    return reply | {"products": [_with_picture(card) for card in reply["products"]]}


def _with_picture(card: dict) -> dict:
    in_shop = card.get("imageUrl", "")
    served = (
        static(card["image"])
        if card["image"]
        else in_shop and reverse("product-picture", args=[card["id"]])
    )
    return card | {"image": served, "imageUrl": in_shop}


@extend_schema(operation_id="getChat", responses={200: s.ChatSerializer, 401: schema.NO_TOKEN})
@api_view(["GET"])
def current(request):
    """The caller's current chat with Villy; without one, `id` is null and there are no messages."""
    return Response(_chat_json(chats.current_chat(request.user)))


@extend_schema(operation_id="beginChat", request=None, responses={201: s.ChatSerializer, **schema.CALLER})
@api_view(["POST"])
def new(request):
    """Begin a new chat with Villy; what was said before stays with the old one, and an open ticket stays open."""
    rate_limits.consume(request, "begin a chat")
    return Response(_chat_json(chats.begin_new(request.user)), status=201)


def _chat_json(chat) -> dict:
    messages = chat.messages.all() if chat else []
    return {
        "id": str(chat.pk) if chat else None,
        "messages": s.ChatMessageSerializer(messages, many=True).data,
    }


@extend_schema(operation_id="rateAnswer", request=s.HelpedSerializer, responses={204: None, **schema.THING})
@api_view(["POST"])
def helped(request, answer_id):
    """Answer "Did this help?"."""
    if not conversations.say_helped(
        request.user, answer_id, checked(s.HelpedSerializer, request)["helped"]
    ):
        raise Http404
    return Response(status=204)


# --- Hand-over ---------------------------------------------------------------


@extend_schema(
    operation_id="createTicket",
    request={"application/json": desk.CreateSerializer, "multipart/form-data": desk.CreateSerializer},
    responses={
        200: desk.ConversationSerializer,
        201: desk.ConversationSerializer,
        **schema.CALLER,
        409: schema.CLASH,
    },
)
@api_view(["POST"])
def create(request):
    """Open a ticket; the caller's chat with Villy goes along. The same clientId again answers 200 with it."""
    data = checked(desk.CreateSerializer, request)
    if not request.user.can_be_reached:
        raise ValidationError({"email": ["Please tell us first how to reach you (POST /api/auth/guest)."]})
    order = _own_order(request.user, data["orderId"])
    rate_limits.consume(request, *rate_limits.words("open a ticket", data))
    with received(data["image"]) as picture:
        ticket = handover.open_ticket(
            request.user,
            data["message"],
            category=data["category"],
            priority=data["priority"],
            order=order,
            picture=picture,
            client_id=data["clientId"],
            channel=ChannelName.API,
        )
    return Response(conversation(ticket, agent=False), status=201 if ticket.is_new else 200)


def _own_order(person, reference: str):
    if not reference:
        return None
    order = orders.find_own(person, reference)
    if not order:
        raise ValidationError({"orderId": ["You have no order with this id."]})
    return order
