"""Look up an object and check access in one call: what a person may not see is 404."""

import uuid
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext, gettext_lazy

from supportdesk.db.compiled_queries import compiled_query

from .models import Attachment, Message, Person, Ticket
from .visibility import visibility_of

NOTHING_HERE = gettext_lazy("There is nothing here for you.")


def own_ticket(person: Person, ticket_id, *related: str) -> Ticket:
    """Return the customer's own ticket, with these relations loaded along; 404 for anybody else's.

    A merged ticket is answered from the one that stays.
    """
    ask = _tickets(related, owned=True)
    return _stays(_found(ask, ticket_id, person.pk), ask, person.pk)


def desk_ticket(
    person: Person,
    ticket_id,
    *related: str,
    merged: bool = True,
    restoring: Mapping[str, Any] | None = None,
) -> Ticket:
    """Return a ticket that this agent sees, with these relations loaded along; 404 for others.

    A merged ticket is answered from the one that stays, unless `merged` is False. `restoring` are the
    values that an undo of the agent's own brings back: with them the agent has to see the ticket.
    """
    if not person.is_agent:
        raise Http404
    ask = _tickets(related)
    found = _found(ask, ticket_id)
    found = _stays(found, ask) if merged else found
    limits = visibility_of(person)
    if limits and not limits.allows(found):
        before: dict[str, Any] = {"category": found.category, "assignee_id": found.assignee_id} | dict(
            restoring or {}
        )
        if not limits.allows_values(before["category"], before["assignee_id"]):
            raise Http404(NOTHING_HERE)
    return found


def reread(ticket: Ticket) -> Ticket:
    """Return the ticket as the database has it now."""
    return _found(_tickets(()), ticket.pk)


def _stays(ticket: Ticket, ask: Callable[..., list[Ticket]], *values) -> Ticket:
    # A ticket that others were merged into may be merged itself
    while ticket.merged_into_id:
        ticket = _found(ask, ticket.merged_into_id, *values)
    return ticket


def visible_picture(person: Person, message_id) -> Message:
    """Return the message with a picture that this person may see, notes to agents only."""
    if person.is_agent:
        return _of_visible_ticket(person, _found(_any_picture, message_id))
    return _found(_own_picture, message_id, person.pk)


def visible_attachment(person: Person, attachment_id) -> Attachment:
    """Return the attachment that this person may download, those of notes to agents only."""
    if person.is_agent:
        attachment = _found(_any_attachment, attachment_id)
        if visibility_of(person):
            _of_visible_ticket(person, attachment.message)
        return attachment
    return _found(_own_attachment, attachment_id, person.pk)


def _of_visible_ticket(person: Person, message: Message) -> Message:
    limits = visibility_of(person)
    if limits and not limits.allows(
        Ticket.objects.only("category", "assignee_id").get(pk=message.ticket_id)
    ):
        raise Http404(NOTHING_HERE)
    return message


@cache
def _tickets(related: tuple[str, ...], owned: bool = False) -> Callable[..., list[Ticket]]:
    """Return the query of a ticket by its id, and by its requester's where it has to be their own."""
    # Without an argument select_related() would load every relation there is
    tickets = Ticket.objects.select_related(*related) if related else Ticket.objects.all()

    def any_requester(id: Any) -> QuerySet[Ticket]:
        return tickets.filter(pk=id)

    def own(id: Any, person: Any) -> QuerySet[Ticket]:
        return tickets.filter(pk=id, requester_id=person)

    return compiled_query(own if owned else any_requester)


PICTURES = Message.objects.exclude(picture="")


def _any_picture(id: uuid.UUID) -> list[Message]:
    return list(PICTURES.filter(pk=id))


def _own_picture(id: uuid.UUID, person_id: uuid.UUID) -> list[Message]:
    return list(PICTURES.filter(pk=id, ticket__requester_id=person_id, internal=False))


def _any_attachment(id: uuid.UUID) -> list[Attachment]:
    return list(Attachment.objects.filter(pk=id))


def _own_attachment(id: uuid.UUID, person_id: uuid.UUID) -> list[Attachment]:
    theirs = Attachment.objects.filter(message__ticket__requester_id=person_id, message__internal=False)
    return list(theirs.filter(pk=id))


def _found(ask: Callable[..., list], id, *values):
    try:
        found = ask(uuid.UUID(str(id)), *values)
    except ValueError:
        found = []
    if not found:
        raise Http404(NOTHING_HERE)
    return found[0]


def for_agents(view):
    """A page for agents: others are asked to sign in; a signed-in customer gets 404."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        if not request.user.is_agent:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _sign_in_first(request) -> HttpResponse:
    """Send a page to the sign-in form; answer a script 401, which would take the form for what it asked for."""
    # Not htmx's HX-Refresh either: a page that reloads forgets what was typed in its dialogs
    if request.htmx or is_from_script(request):
        said = gettext("Your session has ended. Please sign in again.")
        return JsonResponse({"detail": said, "code": "not_authenticated"}, status=401)
    return redirect_to_login(page_of(request))


def page_of(request) -> str:
    """Return the page to come back to after signing in: of a form that was sent, the page it stands on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    form = urlsplit(request.headers.get("Referer", ""))
    is_own = form.netloc == request.get_host() and form.path.startswith("/")
    return urlunsplit(("", "", form.path, form.query, "")) if is_own else request.get_full_path()


def is_from_script(request) -> bool:
    """Return whether a script sent the request, by our own header or the browser's fetch metadata."""
    if request.headers.get("X-Requested-With"):
        return True
    # fetch() and XMLHttpRequest are "cors" or "same-origin"; a link and a form are "navigate"
    return request.headers.get("Sec-Fetch-Mode", "navigate") not in ("navigate", "nested-navigate")
