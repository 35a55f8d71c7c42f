"""The live streams: server-sent events for one ticket, and for the whole inbox."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed

from supportdesk.db.compiled_queries import compiled_query
from supportdesk.http.client_address import address_of
from tickets import access, live, queries
from tickets.accounts import tokens
from tickets.accounts.row_by_id import row_by_id
from tickets.live import Batch, Credentials, event
from tickets.live.admission import RETRY_AFTER_SECONDS, Slot, held
from tickets.models import InboxEvent, Message, Person, ServiceKey, Ticket, load_files
from tickets.privacy import audit
from tickets.shop import authentication
from tickets.visibility import Visibility, visibility_of

from . import serializers

# A stream of a browser session restarts this often, and is checked again with it
SESSION_STREAM_SECONDS = 600
# So much before a page names its time it may have read its rows; what comes twice is only drawn twice
PAGE_TAKES = timedelta(seconds=2)
# A place or a time of more digits is none: 14 of milliseconds are the year 5138
MOST_DIGITS = 14
# A poll brings at most this many reads; the next one goes on from there
MOST_BATCHES = 5


@dataclass(frozen=True)
class Subscription:
    """A stream's subscriber, the sequence number it continues after, and its lifetime."""

    credentials: Credentials
    after: int | None
    seconds: float
    address: str

    @property
    def person(self) -> Person:
        return self.credentials.person

    @property
    def visible(self) -> Visibility | None:
        """Return the agent's visibility limits; the stream ends when they change."""
        return self.credentials.visible

    @property
    def kind(self) -> str:
        """Agents who see the same tickets share what is read."""
        return f"agent {self.visible}" if self.visible else "agent"


def stream(view: Any) -> Any:
    """A GET that goes on; whatever is refused is JSON, as everywhere in the API."""

    @csrf_exempt
    @wraps(view)
    async def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            if request.method != "GET":
                raise MethodNotAllowed(request.method or "")
            return await view(request, *args, **kwargs)
        except (APIException, Http404) as reason:
            return _refusal(reason)

    return answered


@stream
async def ticket_events(request: HttpRequest, ticket_id: Any) -> Any:
    """The events of one ticket, for its requester or an agent."""
    subscription = await live.in_thread(_subscription, request)
    ticket, agent = await live.in_thread(_visible_ticket, subscription, ticket_id)

    own = None if agent else subscription.person.pk

    def read(after: int) -> Batch:
        return _ticket_batch(ticket.pk, after, own, visible=subscription.visible)

    if _once(request):
        return await _polled(read, subscription.after or 0)
    slot = Slot(subscription.person.pk, subscription.address)

    def passes(call: dict) -> bool:
        # Customers are not told when an agent types a private note, or who looks on
        public = call["event"] == "typing" and call["data"]["by"] == "agent"
        return _is_for(call, subscription) if agent else public

    return _streamed(
        slot,
        live.stream(
            live.topic_of(ticket.pk),
            read,
            after=subscription.after or 0,
            kind=subscription.kind if agent else f"customer {own}",
            passes=passes,
            seconds=subscription.seconds,
            # What moves to another customer ends the stream of who had it
            credentials=subscription.credentials
            if agent
            else replace(subscription.credentials, ticket=ticket.pk),
        ),
    )


@stream
async def inbox_events(request: HttpRequest) -> Any:
    """Every message and every change of a ticket, for agents.

    Without Last-Event-ID: from now on, or with `since` (milliseconds since 1970) from a little before that,
    so that nothing falls between a page and its stream.
    """
    subscription = await live.in_thread(_subscription, request)
    if not subscription.person.is_agent:
        raise Http404
    after = await live.in_thread(_place, request) if subscription.after is None else subscription.after

    def read(after: int) -> Batch:
        return _inbox_batch(after, subscription.visible)

    if _once(request):
        return await _polled(read, after)
    slot = Slot(subscription.person.pk, subscription.address)
    return _streamed(
        slot,
        live.stream(
            live.INBOX,
            read,
            after=after,
            kind=subscription.kind,
            passes=lambda call: _is_for(call, subscription),
            seconds=subscription.seconds,
            credentials=subscription.credentials,
        ),
    )


def _is_for(call: dict, subscription: Subscription) -> bool:
    """Return whether a transient event concerns this agent and a ticket visible to them."""
    if subscription.visible and not subscription.visible.allows_values(
        call.get("category"), call.get("assignee")
    ):
        return False
    return call["data"].get("to") in (None, "", str(subscription.person.pk))


# --- Who may subscribe ---------------------------------------------------------


def _subscription(request: HttpRequest) -> Subscription:
    authenticated = authentication.KeyAuthentication().authenticate(request)
    if authenticated and isinstance(authenticated[1], ServiceKey):
        person, key = authenticated
        # Of tickets a key opens what is below /api/support/admin/, and not the customers' streams
        authentication.require_tickets(request, key)
        credentials, seconds = Credentials(person), SESSION_STREAM_SECONDS
    elif authenticated:
        person, token = authenticated
        family = UUID(token[tokens.FAMILY_CLAIM])
        credentials = Credentials(person, family=family, visible=visibility_of(person))
        # An access token opens nothing beyond its own life
        seconds = max(1.0, token["exp"] - tokens.timestamp())
    elif request.user.is_authenticated:
        # The lazy user of a session is loaded here, in the thread
        person = Person.objects.get(pk=request.user.pk)
        session = request.session.session_key
        credentials = Credentials(person, session=session, visible=visibility_of(person))
        seconds = SESSION_STREAM_SECONDS
    else:
        raise tokens.NotAuthenticated
    return Subscription(credentials, _last_event_id(request), seconds, address_of(request))


def _last_event_id(request: HttpRequest) -> int | None:
    return _number(request.headers.get("Last-Event-ID") or request.GET.get("after"))


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS else None


def _visible_ticket(subscription: Subscription, ticket_id: Any) -> tuple[Ticket, bool]:
    if not subscription.person.is_agent:
        return access.own_ticket(subscription.person, ticket_id), False
    ticket = access.desk_ticket(subscription.person, ticket_id)
    audit.record_view(subscription.person, ticket=ticket.pk, address=subscription.address)
    return ticket, True


# --- What is sent --------------------------------------------------------------


def _ticket_batch(
    ticket_id: Any, after: int, own: UUID | None, *, visible: Visibility | None = None
) -> Batch:
    """Return what is new on a ticket for the customer `own`, or for agents where that is None."""
    [ticket] = _tickets(ticket_id)
    agent = own is None
    if (agent and visible and not visible.allows(ticket)) or (not agent and ticket.requester_id != own):
        # It went to another team or customer since the stream began: the page is told that, and nothing more
        return Batch(b"", after, (event("gone", {"ticketId": str(ticket_id)}),))
    # A place that is not there yet, after a restored backup or by mistake, is the end
    after = min(after, ticket.last_seq)
    messages = queries.newer_messages(ticket, after, notes=agent, limit=live.BATCH)
    load_files(messages)
    chunk = b""
    for message in messages:
        chunk += event("message", _message(message, ticket, agent), message.seq)
        after = message.seq
    read = {"agents": ticket.read_by_agents, "requester": ticket.read_by_requester}
    states = (
        event("ticket", _state(ticket, agent)),
        event("read", read | {"ticketId": str(ticket.pk)}),
    )
    return Batch(chunk, after, states, more=len(messages) == live.BATCH)


def _inbox_batch(after: int, visible: Visibility | None = None) -> Batch:
    if not live.assigns_sequence_on_write():
        live.assign_sequence()
    activities = _activities(after)
    tickets = _tickets_of(activities)
    if visible:
        tickets = {id: ticket for id, ticket in tickets.items() if visible.allows(ticket)}
    messages = _messages_of([row for row in activities if row.ticket_id in tickets])
    load_files(messages.values())
    told = _states([tickets[row.ticket_id] for row in activities if _is_change(row, tickets, messages)])
    chunk = b""
    for row in activities:
        ticket = tickets.get(row.ticket_id)
        message = messages.get((row.ticket_id, row.seq))
        if ticket and message:
            # Whose ticket it is decides for whom it rings
            assignee = {"assignedAgent": ticket.assignee_id and str(ticket.assignee_id)}
            chunk += event("message", _message(message, ticket, True) | assignee, row.position)
        elif ticket:
            chunk += event("ticket", told[ticket.pk], row.position)
        elif visible and visible.allowed_before(row):
            # With this change it left what the agent sees. Of what follows the stream tells nothing
            chunk += event("gone", {"ticketId": str(row.ticket_id)}, row.position)
        after = row.position
    if not activities:
        # A place that is not there yet: the desk was restored from a backup since
        after = min(after, _newest_position())
    return Batch(chunk, after, more=len(activities) == live.BATCH)


def _state(ticket: Ticket, agent: bool) -> dict:
    return _states([ticket])[ticket.pk] if agent else serializers.ticket_json(ticket, agent=False)


def _states(tickets: list[Ticket]) -> dict[UUID, dict]:
    """Return how these tickets are, by id, with their custom fields."""
    one_each = {ticket.pk: ticket for ticket in tickets}
    return dict(zip(one_each, serializers.desk_tickets_json(one_each.values()), strict=True))


def _is_change(row: InboxEvent, tickets: dict, messages: dict) -> bool:
    """Return whether the ticket itself is told; what brought a message is told by the message."""
    return row.ticket_id in tickets and (row.ticket_id, row.seq) not in messages


_tickets = row_by_id(Ticket, without=("handover",))


@compiled_query
def _activities(after: int) -> Any:
    rows = InboxEvent.objects.filter(position__gt=after).order_by("position")
    if connection.vendor != "mongodb":
        rows = rows.select_related("ticket").defer("ticket__handover")
    return rows[: live.BATCH]


def _tickets_of(activities: list[InboxEvent]) -> dict[UUID, Ticket]:
    if connection.vendor != "mongodb":
        return {row.ticket_id: row.ticket for row in activities}
    # There a join costs more than a second question
    ids = {row.ticket_id for row in activities}
    return {ticket.pk: ticket for ticket in Ticket.objects.defer("handover").filter(pk__in=ids)}


def _messages_of(activities: list[InboxEvent]) -> dict[tuple[UUID, int], Message]:
    told = {(row.ticket_id, row.seq) for row in activities if row.seq is not None}
    if len(told) == 1:
        # Mostly it is one
        [each] = told
        message = queries.message_at(*each)
        return {each: message} if message else {}
    messages = Message.objects.filter(
        ticket_id__in={ticket for ticket, _ in told}, seq__in={seq for _, seq in told}
    )
    return {(message.ticket_id, message.seq): message for message in messages}


def _place(request: HttpRequest) -> int:
    """Return the position from which a new subscriber reads."""
    while live.assign_sequence():
        pass
    since = _number(request.GET.get("since"))
    if since is None:
        return _newest_position()
    return _newest_position(at__lt=datetime.fromtimestamp(since / 1000, UTC) - PAGE_TAKES)


def _newest_position(**earlier: Any) -> int:
    newest = InboxEvent.objects.exclude(position=None).filter(**earlier).order_by("-position").first()
    return (newest and newest.position) or 0


def _once(request: HttpRequest) -> bool:
    """Return whether to answer at once with pending events, for clients behind a buffering proxy."""
    return request.GET.get("once") == "1"


async def _polled(read: Callable[[int], Batch], after: int) -> HttpResponse:
    """Answer like a stream that ends at once; the `place` event tells where the next poll begins."""

    def all_batches() -> bytes:
        chunks: list[bytes] = []
        place, more = after, True
        while more and len(chunks) < MOST_BATCHES:
            batch = read(place)
            chunks.append(batch.events)
            place, more = batch.after, batch.more
        return b"".join([*chunks, *batch.states, event("place", {}, place)])

    response = HttpResponse(await live.in_thread(all_batches), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    return response


def _message(message: Message, ticket: Ticket, agent: bool) -> dict:
    return serializers.message_json(message, ticket, agent=agent)


# --- Answers -----------------------------------------------------------------


def _streamed(slot: Slot, chunks: Any) -> StreamingHttpResponse:
    response = StreamingHttpResponse(held(slot, chunks), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    # nginx would collect the events and pass them on late
    response["X-Accel-Buffering"] = "no"
    return response


def _refusal(reason: Any) -> JsonResponse:
    if isinstance(reason, APIException):
        detail = reason.detail.get("detail") if isinstance(reason.detail, dict) else reason.detail
        body = {"detail": str(detail), "code": getattr(detail, "code", "error")}
        response = JsonResponse(body, status=reason.status_code)
        if reason.status_code == 429:
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if reason.status_code == 401:
            response["WWW-Authenticate"] = 'Bearer realm="api"'
        if isinstance(reason, MethodNotAllowed):
            response["Allow"] = "GET"
        return response
    return JsonResponse({"detail": "There is nothing here for you.", "code": "not_found"}, status=404)
