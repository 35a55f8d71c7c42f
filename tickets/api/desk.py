"""The agents' side of the API: the list, one ticket and its changes, replies, many tickets at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.response import Response

from tickets import access, rate_limits, search, workflow
from tickets.files.attachments import received_files
from tickets.lists import inbox as inbox_lists
from tickets.lists.view_counts import view_counts
from tickets.models import Category, Order, Person, Ticket
from tickets.pictures.uploads import received
from tickets.visibility import visibility_of, visible_tickets

from . import desk_serializers as d
from . import schema
from . import serializers as s
from .views import checked, conversation, conversation_now, for_agents, said

# What the API calls otherwise than the desk
OURS = {
    "assignedAgent": "assignee", "callbackCompleted": "callback_completed", "userName": "requester_name",
    "userEmail": "requester_email", "userPhone": "requester_phone", "snoozedUntil": "snoozed_until",
    "orderId": "order", "customFields": "custom_fields",
}  # fmt: skip
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


# --- The list ----------------------------------------------------------------


@extend_schema(
    operation_id="listTickets",
    parameters=[
        OpenApiParameter("view", str, enum=list(inbox_lists.VIEWS)),
        *(
            OpenApiParameter(name, str, many=True, enum=choice.known.values)
            for name, choice in inbox_lists.CHOICES.items()
        ),
        OpenApiParameter("tag", str, many=True),
        OpenApiParameter("assigned", str, description="`me`, `none`, or an agent's id."),
        OpenApiParameter("unread", bool),
        OpenApiParameter("callback", bool, description="Call back requested and not done."),
        OpenApiParameter("updatedSince", datetime, description="Updated at this time or later."),
        OpenApiParameter("order", str, enum=list(inbox_lists.ORDERS)),
        OpenApiParameter("q", str),
        OpenApiParameter("cursor", str),
    ],
    responses={200: d.InboxPageSerializer, **schema.THING},
)
@api_view(["GET"])
@for_agents
def inbox(request):
    """The tickets of a view or of filters: {results, next, counts}; counts by view stop at 1,000."""
    asked = request.query_params
    page = inbox_lists.inbox_page(inbox_filter(asked, request.user), asked.get("cursor", ""))
    counts = view_counts(request.user, personal=False)
    return Response(
        {
            "results": s.desk_tickets_json(page.rows),
            "next": page.next or None,
            "counts": {view: counts[view].number for view in inbox_lists.VIEWS},
            "countsCapped": [view for view in inbox_lists.VIEWS if counts[view].capped],
        }
    )


def inbox_filter(asked, person: Person) -> inbox_lists.InboxFilter:
    """Read an InboxFilter from a query string; `assigned=me` is the caller."""
    # By the names of the filter's fields
    given: dict[str, Any] = {
        name: [value.strip() for value in asked.getlist(name)] for name in inbox_lists.MANY
    }
    given |= {name: asked.get(name, "").strip() for name in ("view", "assigned", "order", "q")}
    if given["assigned"] == "me":
        given["assigned"] = str(person.pk)
    return inbox_lists.InboxFilter(
        **given,
        unread=_yes_or_no(asked, "unread"),
        callback=_yes_or_no(asked, "callback"),
        updated_since=_moment(asked, "updatedSince"),
        agent=str(person.pk),
        visible=visibility_of(person),
    )


def _yes_or_no(asked, name: str) -> bool:
    value = asked.get(name, "").strip().lower()
    if value not in YES | NO:
        raise inbox_lists.BadFilter(f"{name} is true or false.")
    return value in YES


def _moment(asked, name: str) -> datetime | None:
    # An unescaped plus sign arrives as a blank
    text = asked.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        moment = parse_datetime(text)
        moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
    # The first and the last day of the calendar have no place in another time zone
    except (ValueError, OverflowError):
        moment = None
    if not moment:
        raise inbox_lists.BadFilter(f"{name} is a time with its offset, like 2026-11-29T12:00:00Z.")
    # Times are stored in whole milliseconds: a finer one would miss what was changed in its own
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# --- One ticket --------------------------------------------------------------


@extend_schema(
    operation_id="getTicket", methods=["GET"], responses={200: s.DeskConversationSerializer, **schema.THING}
)
@extend_schema(
    operation_id="changeTicket",
    methods=["PATCH"],
    request=d.TicketChangesSerializer,
    responses={200: d.ChangedTicketSerializer, **schema.CHANGE},
)
@api_view(["GET", "PATCH"])
@for_agents
def desk_ticket(request, ticket_id):
    """One ticket with its messages, notes and the chat with Villy; PATCH changes it.

    The answer to a PATCH carries an `undo` token: sent back as `undo` before `undoUntil` by the
    same agent, it takes the change back.
    """
    ticket = access.desk_ticket(request.user, ticket_id, restoring=_restored(request, ticket_id))
    if request.method == "GET":
        return Response(conversation(ticket, agent=True))
    wanted = checked(d.TicketChangesSerializer, request, context={"ticket": ticket})
    if token := wanted.pop("undo", None):
        if wanted:
            raise ValidationError({"undo": ["An undo token comes alone, without other changes."]})
        workflow.undo_change(ticket, token, by=request.user)
        ticket = access.desk_ticket(request.user, ticket_id)
        return Response(conversation(ticket, agent=True) | {"undo": None, "undoUntil": None})
    done = workflow.change(ticket, by=request.user, **ours(wanted, ticket))
    return Response(conversation_now(ticket, agent=True) | d.undo_json(done))


def _restored(request, ticket_id) -> dict:
    """Return what the undo token of this request restores, if it has one."""
    sent = request.data if request.method == "PATCH" else None
    token = sent.get("undo") if isinstance(sent, Mapping) else None
    return workflow.replaced_by(ticket_id, token, by=request.user) if token else {}


def ours(wanted: dict, ticket: Ticket) -> dict:
    """Return the changes by the names of the workflow; a status that the ticket has is no change."""
    changes = {OURS.get(name, name): to for name, to in wanted.items()}
    if changes.get("status") == ticket.status:
        del changes["status"]
    return changes


@extend_schema(
    operation_id="reply",
    request={"application/json": s.ReplySerializer, "multipart/form-data": s.ReplySerializer},
    responses={
        200: s.DeskMessageSerializer,
        201: s.DeskMessageSerializer,
        **schema.CHANGE,
        409: schema.STALE,
    },
)
@api_view(["POST"])
@for_agents
def reply(request, ticket_id):
    """Reply as an agent, or add a private note (internal). 409 with what was missed if lastSeq is stale."""
    ticket = access.desk_ticket(request.user, ticket_id, *search.beside())
    data = checked(s.ReplySerializer, request)
    rate_limits.consume(request, *rate_limits.words("reply", data))
    with received_files(data["file"], data["image"]) as files, received(data["image"]) as picture:
        words = {
            "text": data["message"],
            "by": request.user,
            "picture": picture,
            "files": files,
            "client_id": data["clientId"],
        }
        if data["internal"]:
            message = workflow.add_note(ticket, **words)
        else:
            message = workflow.agent_replies(ticket, **words, last_seq=data["lastSeq"])
    return said(message, agent=True)


@extend_schema(
    operation_id="withdrawMessage",
    request=d.WithdrawSerializer,
    responses={200: s.DeskMessageSerializer, **schema.CHANGE},
)
@api_view(["POST"])
@for_agents
def withdraw(request, ticket_id):
    """Take back one's own reply or note, within 8 seconds. The message keeps its seq and has no text."""
    ticket = access.desk_ticket(request.user, ticket_id)
    data = checked(d.WithdrawSerializer, request)
    message = workflow.withdraw(ticket, data["seq"], by=request.user, client_id=data["clientId"])
    if not message:
        raise NotFound("This ticket has no such message.")
    return Response(s.message_json(message, ticket, agent=True))


@extend_schema(
    operation_id="mergeTicket",
    methods=["POST"],
    request=d.MergeSerializer,
    responses={200: s.DeskConversationSerializer, **schema.CHANGE},
)
@extend_schema(
    operation_id="undoMerge",
    methods=["DELETE"],
    request=None,
    responses={200: s.DeskConversationSerializer, **schema.CHANGE},
)
@api_view(["POST", "DELETE"])
@for_agents
def merge(request, ticket_id):
    """Move the messages of this ticket into another one of the same customer; DELETE moves them back."""
    ticket = access.desk_ticket(request.user, ticket_id, merged=False)
    if request.method == "DELETE":
        workflow.unmerge(ticket, by=request.user)
        return Response(conversation_now(ticket, agent=True))
    into = ticket_of(request.user, checked(d.MergeSerializer, request)["into"])
    stays = workflow.merge(ticket, into, by=request.user)
    return Response(conversation_now(stays, agent=True))


@extend_schema(
    operation_id="splitTicket",
    methods=["POST"],
    request=d.SplitSerializer,
    responses={201: s.DeskConversationSerializer, **schema.CHANGE},
)
@extend_schema(
    operation_id="undoSplit",
    methods=["DELETE"],
    request=None,
    responses={200: s.DeskConversationSerializer, **schema.CHANGE},
)
@api_view(["POST", "DELETE"])
@for_agents
def split(request, ticket_id):
    """Make a ticket of one of the customer's messages: 201 the new ticket.

    DELETE on the new ticket moves the message back, while it has no other words: 200 the ticket that it came from.
    """
    # Moved back already, it is a merged one, and the call may come again
    ticket = access.desk_ticket(request.user, ticket_id, merged=request.method != "DELETE")
    if request.method == "DELETE":
        return Response(conversation_now(workflow.unsplit(ticket, by=request.user), agent=True))
    made = workflow.split(ticket, checked(d.SplitSerializer, request)["seq"], by=request.user)
    if not made:
        raise NotFound("This ticket has no such message.")
    return Response(conversation_now(made, agent=True), status=201)


def ticket_of(agent: Person, reference: str) -> Ticket:
    """Return a ticket by its id or its number."""
    reference = reference.strip().removeprefix("#")
    if reference.isascii() and reference.isdigit() and len(reference) < 10:
        found = visible_tickets(agent).filter(number=int(reference)).first()
        if not found:
            raise ValidationError({"into": ["There is no ticket with this number."]})
        reference = str(found.pk)
    try:
        return access.desk_ticket(agent, reference)
    except Exception:
        raise ValidationError({"into": ["There is no ticket with this id."]}) from None


# --- Many, and new ones ------------------------------------------------------


@extend_schema(
    operation_id="changeTickets",
    request=d.BulkSerializer,
    responses={200: d.BulkDoneSerializer, **schema.CALLER},
)
@api_view(["POST"])
@for_agents
def bulk(request):
    """Make the same changes to many tickets. What was skipped is named, with the reason."""
    data = checked(d.BulkSerializer, request)
    done, skipped = change_many(data["ids"], data["changes"], request.user)
    return Response({"done": [str(id) for id in done], "skipped": skipped})


def change_many(ids: list, changes: dict, agent: Person, tokens: dict | None = None) -> tuple[list, list]:
    """Change these tickets: `(ids, skipped)`; fill `tokens` with the undo token of each."""
    ids = list(dict.fromkeys(ids))
    found = visible_tickets(agent).in_bulk([id for id in ids if isinstance(id, UUID)])

    def change(ticket):
        serializer = d.TicketChangesSerializer(data=changes, context={"ticket": ticket})
        if not serializer.is_valid():
            raise workflow.Refused(
                " ".join(str(each) for errors in serializer.errors.values() for each in errors)
            )
        done = workflow.change(ticket, by=agent, **ours(serializer.validated_data, ticket))
        if tokens is not None and done.token:
            tokens[str(ticket.pk)] = done.token

    done, skipped = workflow.change_many([found[id] for id in ids if id in found], change)
    not_done = [{"id": str(ticket.pk), "detail": reason} for ticket, reason in skipped]
    not_done += [
        {"id": str(id), "detail": "There is no ticket with this id."} for id in ids if id not in found
    ]
    return [ticket.pk for ticket in done], not_done


@extend_schema(
    operation_id="createForCaller",
    request=d.CallerTicketSerializer,
    responses={200: s.DeskConversationSerializer, 201: s.DeskConversationSerializer, **schema.CHANGE},
)
@api_view(["POST"])
@for_agents
def create(request):
    """Open a ticket for a customer who calls or stands at the counter."""
    ticket = open_for_caller(checked(d.CallerTicketSerializer, request), request.user)
    return Response(conversation(ticket, agent=True), status=201 if ticket.is_new else 200)


def open_for_caller(data: dict, agent: Person) -> Ticket:
    """Open the ticket that a CallerTicketSerializer describes."""
    customer = data["customerId"]
    if not customer:
        given = data["customer"]
        key = f"{agent.pk}:{data['clientId']}" if data["clientId"] else ""
        customer = workflow.customer_of_caller(
            name=given["name"], email=given["email"], phone=given["phone"],
            external_id=given["externalId"] or None, key=key,
        )  # fmt: skip
    order = _order_of(customer, data["orderId"]) if data["orderId"] else None
    return workflow.open_for_caller(
        customer, data["message"], by=agent, category=data["category"] or Category.OTHER,
        priority=data["priority"] or None, order=order, internal=data["internal"],
        client_id=data["clientId"],
    )  # fmt: skip


def _order_of(customer: Person, reference: str) -> Order:
    order = d.find_order(customer.pk, reference)
    if not order:
        raise ValidationError({"orderId": ["This customer has no order with this id."]})
    return order
