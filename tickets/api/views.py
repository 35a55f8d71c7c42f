"""The API of accounts and tickets: check the words, do one verb, show what is there now."""

from collections.abc import Mapping
from functools import cache

from django.contrib.auth import authenticate
from django.db import IntegrityError
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.response import Response

from tickets import access, queries, rate_limits, search, workflow
from tickets.accounts import second_factor, tokens
from tickets.lists import inbox
from tickets.models import ServiceKey

from ..files.attachments import received_files
from ..models import Person
from ..pictures.uploads import received
from ..shop import authentication
from . import schema
from . import serializers as s


class IsAgent(BasePermission):
    """Agents and staff, and service keys with the scope. For others the desk's side does not exist."""

    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ServiceKey):
            authentication.require_tickets(request, request.auth)
        if not request.user.is_agent:
            raise NotFound("There is nothing here for you.")
        return True


def public(view):
    """A call that needs no token, and looks at none."""
    return authentication_classes([tokens.NoAuthentication])(permission_classes([AllowAny])(view))


def for_agents(view):
    view = authentication_classes([authentication.KeyAuthentication])(view)
    return permission_classes([IsAuthenticated, IsAgent])(view)


def checked(serializer_class, request, **options) -> dict:
    """Return the request's data as the serializer understands it, or answer 400."""
    if not options and isinstance(request.data, Mapping):
        return _serializer_of(serializer_class).run_validation(request.data)
    serializer = serializer_class(data=request.data, **options)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


# One for all: each makes itself copies of its fields, which costs more than what they then do
@cache
def _serializer_of(serializer_class):
    return serializer_class()


def signed_in(person: Person) -> dict:
    return {"user": s.PersonSerializer(person).data, **tokens.issue(person)}


# --- Accounts ----------------------------------------------------------------


@extend_schema(
    operation_id="register",
    request=s.RegisterSerializer,
    responses={201: s.SignedInSerializer, **schema.OPEN},
)
@api_view(["POST"])
@public
@rate_limits.limited("register")
def register(request):
    """Create a customer's account and sign in."""
    data = checked(s.RegisterSerializer, request)
    try:
        person = Person.objects.create_user(
            data["email"], data["password"], name=data["name"], phone=data["phone"]
        )
    except IntegrityError:
        # It was registered since we looked
        raise ValidationError({"email": [s.HAS_ACCOUNT]}) from None
    return Response(signed_in(person), status=201)


@extend_schema(
    operation_id="signIn",
    request=s.CredentialsSerializer,
    responses={200: s.TokensSerializer, **schema.CALLER},
)
@api_view(["POST"])
@public
def token(request):
    """Sign in with e-mail and password."""
    data = checked(s.CredentialsSerializer, request)
    person = authenticate(request, username=data["email"], password=data["password"])
    if not person:
        raise AuthenticationFailed("E-mail or password is wrong.", code="no_active_account")
    _check_second_factor(request, person, data["code"])
    return Response(tokens.issue(person))


def _check_second_factor(request, person: Person, code: str) -> None:
    """Raise AuthenticationFailed unless the person's second factor, if any, was shown by this code."""
    if not person.is_agent:
        return
    if second_factor.is_set_up(person):
        if not code:
            raise AuthenticationFailed(
                "Send the code of your second factor as `code`.", code="second_factor_required"
            )
        if not second_factor.find(request, person, code):
            raise AuthenticationFailed("This code is wrong or was used before.", code="second_factor_wrong")
    elif second_factor.is_required(person):
        raise AuthenticationFailed(
            "Set up a second factor first, at /support/account/.", code="second_factor_missing"
        )


@extend_schema(
    operation_id="refreshTokens",
    request=s.RefreshSerializer,
    responses={200: s.TokensSerializer, **schema.CALLER},
)
@api_view(["POST"])
@public
@rate_limits.limited("refresh")
def refresh(request):
    """Trade the refresh token for a new pair; the old one is refused from then on."""
    return Response(tokens.rotate(checked(s.RefreshSerializer, request)["refresh"], request))


@extend_schema(operation_id="signOut", request=s.RefreshSerializer, responses={204: None, **schema.CALLER})
@api_view(["POST"])
@public
def logout(request):
    """Sign out: this refresh token and every token of its sign-in are refused."""
    tokens.revoke(checked(s.RefreshSerializer, request)["refresh"])
    return Response(status=204)


@extend_schema(operation_id="getMe", responses={200: s.PersonSerializer, 401: schema.NO_TOKEN})
@api_view(["GET"])
def me(request):
    """Who is calling."""
    return Response(s.PersonSerializer(request.user).data)


# --- A customer's tickets ----------------------------------------------------


@extend_schema(
    operation_id="listOwnTickets",
    parameters=[OpenApiParameter("cursor", str)],
    responses={200: s.TicketPageSerializer, **schema.CALLER},
)
@api_view(["GET"])
def own_tickets(request):
    """The caller's own tickets, the latest first: {results, next}."""
    page = inbox.own_page(request.user, request.query_params.get("cursor", ""))
    results = [s.ticket_json(ticket, agent=False) for ticket in page.rows]
    return Response({"results": results, "next": page.next or None})


@extend_schema(operation_id="getOwnTicket", responses={200: s.ConversationSerializer, **schema.THING})
@api_view(["GET"])
def own_ticket(request, ticket_id):
    """One of the caller's own tickets, with its messages."""
    ticket = access.own_ticket(request.user, ticket_id)
    return Response(conversation(ticket, agent=False))


@extend_schema(
    operation_id="listMessages",
    parameters=[OpenApiParameter("after", int)],
    responses={200: s.MessageListSerializer, **schema.THING},
)
@api_view(["GET"])
def messages(request, ticket_id):
    """The messages after a sequence number, in order: {results}."""
    ticket = access.own_ticket(request.user, ticket_id)
    newer = queries.newer_messages(ticket, _number(request, "after"), notes=False)
    return Response({"results": s.messages_json(newer, ticket, agent=False)})


@extend_schema(
    operation_id="sendMessage",
    request={"application/json": s.WordsSerializer, "multipart/form-data": s.WordsSerializer},
    responses={200: s.MessageSerializer, 201: s.MessageSerializer, **schema.CHANGE},
)
@api_view(["POST"])
def say(request, ticket_id):
    """Write on the caller's ticket. The same clientId again answers 200 with the same message."""
    ticket = access.own_ticket(request.user, ticket_id, *search.beside())
    data = checked(s.WordsSerializer, request)
    rate_limits.consume(request, *rate_limits.words("write", data))
    with received_files(data["file"], data["image"]) as files, received(data["image"]) as picture:
        message = workflow.customer_says(
            ticket,
            data["message"],
            by=request.user,
            picture=picture,
            files=files,
            client_id=data["clientId"],
        )
    return said(message, agent=False)


@extend_schema(
    operation_id="requestCallback",
    request=s.CallbackSerializer,
    responses={200: s.ConversationSerializer, **schema.CHANGE},
)
@api_view(["POST"])
def callback(request, ticket_id):
    """Ask to be called back."""
    ticket = access.own_ticket(request.user, ticket_id)
    rate_limits.consume(request, "write")
    workflow.request_callback(ticket, by=request.user, **checked(s.CallbackSerializer, request))
    return Response(conversation_now(ticket, agent=False))


@extend_schema(
    operation_id="confirmSolved",
    request=s.ConfirmSerializer,
    responses={200: s.ConversationSerializer, **schema.CHANGE},
)
@api_view(["POST"])
def confirm(request, ticket_id):
    """Say that it is solved: closes the ticket, and keeps the rating."""
    ticket = access.own_ticket(request.user, ticket_id)
    rate_limits.consume(request, "write")
    workflow.confirm(ticket, by=request.user, **checked(s.ConfirmSerializer, request))
    return Response(conversation_now(ticket, agent=False))


# --- Shared ------------------------------------------------------------------


def said(message, *, agent: bool) -> Response:
    """201 for a message that was just written, 200 for one that this clientId had written before."""
    data = s.message_json(message, message.ticket, agent=agent)
    return Response(data, status=201 if message.is_new else 200)


def conversation(ticket, *, agent: bool) -> dict:
    return s.conversation_json(ticket, queries.newer_messages(ticket, 0, notes=agent), agent=agent)


def conversation_now(ticket, *, agent: bool) -> dict:
    return conversation(access.reread(ticket), agent=agent)


def _number(request, name: str) -> int:
    value = request.query_params.get(name) or "0"
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise ValidationError({name: ["A whole number is needed."]})
    return int(value)
